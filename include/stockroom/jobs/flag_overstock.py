"""Flag overstock: what lasts longer than its target, what that costs, and what to do about it, as a digest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg

from stockroom.delivery.folder import write_whole
from stockroom.documents.overstock import (
    LastDigest,
    OverstockDigest,
    overstock_csv,
    overstock_file_name,
    overstock_html,
    overstock_xlsx,
)
from stockroom.documents.overstock_lines import ActionLine, ItemLine
from stockroom.documents.price_signals import SignalLine, price_signals_csv, price_signals_file_name
from stockroom.jobs.decide_items import decide_items
from stockroom.jobs.deliver_price_signals import announce_price_signals
from stockroom.planning import Plan, Pools, find_excess, fit_pools
from stockroom.planning.actions import choose_actions
from stockroom.planning.candidates import ClearingTerms
from stockroom.planning.follow_up import FollowUp, follow_up, saved_so_far
from stockroom.planning.price_response import price_response
from stockroom.planning.price_signals import price_signals
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.excess import (
    list_before,
    newest_plan_date,
    read_actions,
    read_excess,
    read_surroundings,
    write_excess,
)
from stockroom.warehouse.overstock_follow_up import read_postponed, read_since, write_follow_ups
from stockroom.warehouse.overstock_transfers import count_transfers
from stockroom.warehouse.plans import take_turns
from stockroom.warehouse.plans_inputs import FrozenInputs, read_inputs
from stockroom.warehouse.plans_pools import read_pools
from stockroom.warehouse.price_signals import read_price_signals, write_price_signals


class NothingPlannedError(RuntimeError):
    """No day has been planned yet, so there are no forecasts to measure stock by."""


@dataclass(frozen=True)
class OverstockSummary:
    """What the digest says in total."""

    plan_date: date
    items: int
    value_tied_up: Decimal
    gain: Decimal
    currency: str
    page: Path

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return (
            f"{self.plan_date}: {self.items:,} SKU-locations overstocked, "
            f"{self.value_tied_up:,.2f} {self.currency} tied up, {self.gain:,.2f} to gain; {self.page}"
        )


def flag_overstock(settings: Settings, *, as_of_date: date) -> OverstockSummary:
    """Measure the newest plan up to ``as_of_date`` against its targets, store what to do, write the digest.

    What the plan's transfer orders move counts where it goes. Safe to rerun: a plan's frozen inputs and those orders
    give the same excess, and the same excess gives the same bytes.

    Raises:
        NothingPlannedError: there is no plan up to that day.
    """
    with connect(settings.warehouse_url) as connection:
        plan_date = newest_plan_date(connection, not_after=as_of_date)
        if plan_date is None:
            raise NothingPlannedError(f"no day up to {as_of_date} has been planned; run plan_purchase_orders first")
        take_turns(connection)
        inputs = count_transfers(connection, read_inputs(connection, plan_date))
        pools = read_pools(connection, plan_date)
        if pools is None:  # kept by no older version
            pools = fit_pools(inputs.history, inputs.lead_times, inputs.policies, as_of_date=plan_date)
        _weigh(connection, settings, inputs, decide_items(inputs, pools), pools)
        signals = read_price_signals(connection, plan_date, SignalLine)
        digest = OverstockDigest(
            plan_date=plan_date,
            company=settings.company_name,
            currency=settings.currency,
            lines=read_actions(connection, plan_date, ActionLine),
            items=read_excess(connection, plan_date, ItemLine),
            carrying_parts=settings.carrying_parts,
            last=_last_digest(connection, plan_date),
            signals=Counter(line.signal for line in signals),
        )
    folder = settings.documents_dir / "overstock"
    page = folder / overstock_file_name(plan_date, "html")
    write_whole(page, overstock_html(digest))
    write_whole(folder / overstock_file_name(plan_date, "csv"), overstock_csv(digest))
    write_whole(folder / overstock_file_name(plan_date, "xlsx"), overstock_xlsx(digest))
    signals_file = settings.documents_dir / "price_signals" / price_signals_file_name(plan_date)
    write_whole(signals_file, price_signals_csv(plan_date, settings.currency, signals))
    return OverstockSummary(plan_date, len(digest.items), digest.value_tied_up, digest.gain, digest.currency, page)


def _weigh(connection: psycopg.Connection, settings: Settings, inputs: FrozenInputs, plan: Plan, pools: Pools) -> None:
    """Find what is too much, choose what to do about it, and keep both."""
    excess = find_excess(inputs.history, plan, pools)
    actions = choose_actions(
        inputs.history,
        plan,
        excess,
        price_response(inputs.history.category, plan.policies, pools.forecast.causes),
        sku=inputs.sku,
        around=read_surroundings(connection, inputs, excess),
        terms=ClearingTerms(
            promotions_at_once=settings.promotions_at_once,
            promotion_budget=float(settings.promotion_budget),
            transfer_cost=float(settings.transfer_cost),
            transfer_unit_cost=float(settings.transfer_unit_cost),
            least_clearance_value=float(settings.least_clearance_value),
            donation_share=float(settings.donation_percent) / 100.0,
        ),
    )
    write_excess(connection, inputs, plan, excess, actions)
    signals = price_signals(inputs.history, plan, actions, sku=inputs.sku)
    write_price_signals(connection, inputs.plan_date, signals)
    announce_price_signals(settings, connection, inputs.plan_date)


def _last_digest(connection: psycopg.Connection, plan_date: date) -> LastDigest | None:
    """Return last week's list with what came of it, which is looked up and noted first.

    What was postponed by an older list goes on saving meanwhile, and is credited with it.
    """
    for one in read_postponed(connection, plan_date=plan_date):
        saved = saved_so_far(one.gain, takes_days=one.takes_days, days=(plan_date - one.then_date).days)
        verdict = [(one.rank, FollowUp(was_done=True, brought=saved))]
        write_follow_ups(connection, verdict, then_date=one.then_date, plan_date=plan_date)
    then_date = list_before(connection, plan_date)
    if then_date is None:
        return None
    found = [
        (
            one.rank,
            follow_up(
                one.action, one.units, percent=one.percent, gain=one.gain, takes_days=one.takes_days, since=one.since
            ),
        )
        for one in read_since(connection, then_date=then_date, plan_date=plan_date)
    ]
    write_follow_ups(connection, found, then_date=then_date, plan_date=plan_date)
    return LastDigest(
        then_date, read_excess(connection, then_date, ItemLine), read_actions(connection, then_date, ActionLine)
    )
