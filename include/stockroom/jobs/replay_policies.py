"""Replay policies on the store's own past, before anybody trusts one with orders: a page and JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from stockroom.delivery.folder import write_whole
from stockroom.documents.replay_report import (
    ReplayReport,
    replay_file_name,
    replay_html,
    replay_json,
)
from stockroom.jobs.freeze_plan import default_policy
from stockroom.planning import Classes, Policy
from stockroom.planning.policy_rules import PolicyBook
from stockroom.replay import (
    FAMILIES,
    STORE,
    LatentDemand,
    Outcome,
    Planned,
    Replay,
    Run,
    Scenario,
    Shipments,
    built_in_policies,
    first_days,
    impute_demand,
    mixed_days,
    replay_policies,
    totals,
    uniforms,
)
from stockroom.replay.scenario import IntArray
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.planners_rules import read_policy_book
from stockroom.warehouse.replays import (
    HISTORY_DAYS,
    ReplayWindow,
    StorePast,
    built_span,
    read_store_past,
)

JUDGED_DAYS = 90
LEAST_PAST_DAYS = 28
"""A policy that has seen less than four weeks of a store is not on trial, its guesses are."""


class NothingToReplayError(RuntimeError):
    """The marts do not hold the days that were asked for; the message says which they hold."""


@dataclass(frozen=True)
class ReplayWish:
    """What the command line asks for."""

    first: date | None = None
    """Default: ``days`` up to the last, or as many as leave four weeks of past."""
    last: date | None = None
    """Default: the last day that the marts know."""
    days: int = JUDGED_DAYS
    """How many, where no first day is given."""
    families: Sequence[str] = FAMILIES
    seed: int = 0
    out: Path | None = None
    """The folder of page and JSON. Default: the reports'."""


@dataclass(frozen=True)
class ReplaySummary:
    """What a replay came to."""

    window: ReplayWindow
    replay: Replay
    currency: str
    page: Path
    data: Path

    def __str__(self) -> str:
        """Return lines for a person to read."""
        replay = self.replay
        head = (
            f"{self.window.first} to {self.window.last}: {replay.scenario.items:,} SKU-locations under "
            f"{len(replay.outcomes)} policies"
        )
        shown = (self._line(outcome) for outcome in (replay.ours, replay.best_other, replay.store) if outcome)
        return "\n".join([head, *shown, f"  {self.page}", f"  {self.data}"])

    def _line(self, outcome: Outcome) -> str:
        total = totals(outcome)
        return (
            f"  {outcome.name:<20} cost {total.cost:>12,.2f} {self.currency}, {total.fill_rate:.1%} of units served, "
            f"average stock {total.average_stock_value:,.2f} {self.currency}"
        )


def replay_store(
    settings: Settings, wish: ReplayWish, *, on_progress: Callable[[int, int], object] = lambda _done, _total: None
) -> ReplaySummary:
    """Play the policies on the store's own days and write the report; nothing is decided and nothing ordered.

    ``on_progress`` is called with days played and days to play over all policies. The same marts, wish and seed give
    the same bytes.

    Raises:
        NothingToReplayError: the marts do not hold those days, with four weeks before them.
        ReplayError: a family of policies that there is not.
    """
    with connect(settings.warehouse_url) as connection:
        window = _window(wish, built_span(connection))
        past = read_store_past(connection, window, time_zone=settings.time_zone)
        book = read_policy_book(connection, as_of_date=window.first, default=default_policy(settings))
    if not past.sku.size:
        raise NothingToReplayError(f"no item was listed before {window.first} whose supplier and cost are known")
    # Past and judged days together: a draw may come from either side.
    demand = impute_demand(past.history, seed=wish.seed)
    scenario = _scenario(past, demand, seed=wish.seed)
    policies = built_in_policies(scenario, wish.families, ours=_ours(past, book))
    replay = replay_policies(
        scenario,
        policies,
        store=_store_run(past, scenario),
        seed=wish.seed,
        on_day=_counted(on_progress, len(policies) * scenario.days),
    )
    report = _report(settings, past, demand, replay, seed=wish.seed)
    folder = wish.out or settings.reports_dir
    page, data = (folder / replay_file_name(window.first, window.last, suffix) for suffix in ("html", "json"))
    write_whole(page, replay_html(report))
    write_whole(data, replay_json(report))
    return ReplaySummary(window, replay, settings.currency, page, data)


def _ours(past: StorePast, book: PolicyBook) -> Planned:
    """Return our policy under the planners' rules of the first judged day, as a plan would look them up."""
    places = list(zip(past.category.tolist(), past.history.supplier.tolist(), past.sku.tolist(), strict=True))

    def look_up(classes: Classes | None) -> list[Policy]:
        return [
            book.policy_for(category=category, supplier=supplier, sku=sku, classes=classes.of(row) if classes else None)
            for row, (category, supplier, sku) in enumerate(places)
        ]

    return Planned(policy=look_up(None), policies_of=look_up if book.has_rules_for_classes else None)


def _report(settings: Settings, past: StorePast, demand: LatentDemand, replay: Replay, *, seed: int) -> ReplayReport:
    judged = slice(past.window.past_days, None)
    return ReplayReport(
        company=settings.company_name,
        currency=settings.currency,
        first=past.window.first,
        last=past.window.last,
        seed=seed,
        replay=replay,
        sku=past.sku,
        title=past.title,
        location_id=past.location_id,
        imputed_day_share=demand.day_share(judged),
        imputed_unit_share=demand.unit_share(past.history.units_sold, judged),
        left_out=past.left_out,
    )


def _window(wish: ReplayWish, span: tuple[date, date] | None) -> ReplayWindow:
    """Return the judged days and the past before them.

    Raises:
        NothingToReplayError: the marts are empty, or do not hold them.
    """
    if span is None:
        raise NothingToReplayError("the marts are empty; build them first (`make run` on one machine)")
    known_first, known_last = span
    earliest = known_first + timedelta(days=LEAST_PAST_DAYS)
    last = wish.last or known_last
    first = wish.first or max(last - timedelta(days=wish.days - 1), earliest)
    if not earliest <= first <= last <= known_last:
        raise NothingToReplayError(
            f"cannot judge {first} to {last}: the marts know {known_first} to {known_last}, and a policy needs "
            f"{LEAST_PAST_DAYS} days of past; choose days from {earliest} to {known_last}"
        )
    return ReplayWindow(max(first - timedelta(days=HISTORY_DAYS), known_first), first, last)


def _scenario(past: StorePast, demand: LatentDemand, *, seed: int) -> Scenario:
    before = past.shipments.sent_day < 0
    return Scenario(
        past=replace(first_days(past.history, past.window.past_days), on_hand=past.starting_units),
        demand=demand.units[:, past.window.past_days :],
        lead_time_days=_lead_time_days(past, seed=seed),
        inbound=_inbound(past),
        shipments=Shipments(
            supplier=past.shipments.supplier[before],
            lane=past.shipments.lane[before],
            sent_day=past.shipments.sent_day[before],
            days=past.shipments.days[before],
        ),
        travels_together=True,
    )


def _lead_time_days(past: StorePast, *, seed: int) -> IntArray:
    """Return (n, j) lead times: one of the supplier's own shipments, drawn anew for every evening.

    All items of a supplier share its draws, as they share its deliveries. Without any receipt it takes what it quotes,
    without a quote what all receipts say.
    """
    suppliers, row = np.unique(past.history.supplier, return_inverse=True)
    draws = uniforms(suppliers, past.window.days, seed=seed)
    arrived = np.isfinite(past.shipments.days)
    everybody = past.shipments.days[arrived]
    days = np.empty(draws.shape, dtype=np.int64)
    for number, supplier in enumerate(suppliers.tolist()):
        own = past.shipments.days[arrived & (past.shipments.supplier == supplier)]
        quoted = past.history.quoted_lead_time_days[row == number][:1]
        usable = next((seen for seen in (own, quoted[np.isfinite(quoted)], everybody) if seen.size), np.array([14.0]))
        days[number] = mixed_days(draws[number], usable.tolist())
    return days[row]


def _inbound(past: StorePast) -> IntArray:
    """Return (n, j) arrivals of what was ordered before the judged days: the first units that came in within them."""
    so_far = np.minimum(past.received_units.cumsum(axis=1), past.outstanding_units[:, None])
    return np.asarray(np.diff(so_far, axis=1, prepend=0), dtype=np.int64)


def _store_run(past: StorePast, scenario: Scenario) -> Run:
    """Return what really happened, against the same demand; counts and write-offs moved its stock as well."""
    sold = past.history.units_sold[:, past.window.past_days :].astype(np.int64)
    return Run(
        name=STORE,
        sold=sold,
        lost=scenario.demand - sold,
        arrived=past.received_units,
        ordered=past.ordered_units,
        stock_at_close=past.closing_units,
    )


def _counted(on_progress: Callable[[int, int], object], total: int) -> Callable[[], None]:
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        on_progress(done, total)

    return one_more
