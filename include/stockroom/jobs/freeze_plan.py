"""Freeze what a plan knows: the first step of a plan day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from stockroom.planning import Policy
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.overrides import UnusableOverride
from stockroom.planning.policy_rules import UnusableRule
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.exchange_rates import read_rates
from stockroom.warehouse.plans import PlanRun, find_run, later_plan_date, take_turns
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions
from stockroom.warehouse.plans_freeze import freeze_inputs
from stockroom.warehouse.supply_match import are_answers_read, match_answers


def default_policy(settings: Settings) -> Policy:
    """Return what holds where the planners' file says nothing."""
    return Policy(carrying_rate=settings.carrying_rate)


@dataclass(frozen=True)
class FreezeSummary:
    """What freezing a day did."""

    run: PlanRun
    was_frozen: bool
    """It had been before: nothing was read, nothing written."""
    questions: int
    """Rules of the planners that cannot be meant, and words of suppliers that cannot be read."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        shards = f", in {self.run.shards} shards" if self.run.shards > 1 else ""
        frozen = f"{self.run.plan_date}: {self.run.items:,} SKU-locations frozen{shards}"
        return f"{frozen}; frozen before, nothing new" if self.was_frozen else frozen


def freeze_plan(settings: Settings, *, as_of_date: date) -> FreezeSummary:
    """Copy what the marts say about the plan date, once; whoever comes later reads that copy.

    Raises:
        PlanNotReadyError: the marts were not built for this day.
    """
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        if run := find_run(connection, as_of_date):
            return FreezeSummary(run, was_frozen=True, questions=0)
        is_newest = later_plan_date(connection, as_of_date) is None
        if is_newest and are_answers_read(connection):
            cut_off = datetime.combine(as_of_date, time(), tzinfo=ZoneInfo(settings.time_zone))
            match_answers(connection, moment=cut_off)
        rates = read_rates(
            connection, as_of_date=as_of_date, base=settings.currency, most_days=settings.exchange_rate_days
        )
        freeze = freeze_inputs(
            connection,
            plan_date=as_of_date,
            time_zone=settings.time_zone,
            rates=rates,
            default_policy=default_policy(settings),
        )
        questions = 0
        if is_newest:
            found = [_question(rule) for rule in freeze.unusable_rules]
            questions = replace_exceptions(connection, kind="policy_rule", found=found)
            unread = [_unread(subject, why) for subject, why in freeze.unreadable_words.items()]
            questions += replace_exceptions(connection, kind="supplier_words", found=unread)
            odd = [_override(one) for one in freeze.unusable_overrides]
            questions += replace_exceptions(connection, kind="override", found=odd)
            unpriced = [_unpriced(*one, rates, settings) for one in freeze.unpriced.items()]
            questions += replace_exceptions(connection, kind="exchange_rate", found=unpriced)
        run = PlanRun(as_of_date, freeze.items, freeze.shards, is_decided=False)
        return FreezeSummary(run, was_frozen=False, questions=questions)


def _question(rule: UnusableRule) -> PlanException:
    return PlanException(
        key=f"policy_rule/{rule.scope}/{rule.key}",
        subject=f"{rule.scope} {rule.key}".strip(),
        detail=f"the planners' rule was left out: {rule.why}",
        mend="correct the line in policies.xlsx; until then the wider rule holds",
    )


def _override(one: UnusableOverride) -> PlanException:
    return PlanException(
        key=f"override/{one.override.override_id}",
        subject=one.override.override_id,
        detail=f"the buyer's override was left out: {one}",
        mend=f"correct line {one.override.line_number} of {one.override.file_name}; until then the plan stands",
    )


def _unpriced(supplier: str, currency: str, rates: ExchangeRates, settings: Settings) -> PlanException:
    old = rates.too_old.get(currency)
    known = (
        f"the newest rate is of {old.rate_date}, and {settings.exchange_rate_days} days are the most"
        if old
        else ("no rate is known")
    )
    return PlanException(
        key=f"exchange_rate/{supplier}",
        subject=f"supplier {supplier}",
        detail=f"its prices are in {currency}, of which {known}: what it costs is not weighed, its minimums and price "
        "breaks neither, and its orders wait for a person",
        mend=f"add a line with date, {currency} and what one of it is worth in {rates.base} to exchange_rates.csv",
    )


def _unread(subject: str, why: str) -> PlanException:
    return PlanException(
        key=f"supplier_words/{subject}",
        subject=subject,
        detail=f"left out of the plan: {why}",
        mend="correct it in the supplier's terms or catalogue; until then it counts as not said",
    )
