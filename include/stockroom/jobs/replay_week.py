"""The week's replay: policies on the days up to the plan date, its report and one row per policy to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stockroom.jobs.replay_policies import JUDGED_DAYS, NothingToReplayError, ReplaySummary, ReplayWish, replay_store
from stockroom.replay import FAMILIES, totals
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.plans import take_turn_at
from stockroom.warehouse.policy_replays import PolicyReplay, replace_replays
from stockroom.warehouse.replays import built_span

SEED = 0
"""The same every week, so that two weeks differ by what happened."""


@dataclass(frozen=True)
class WeekReplayed:
    """What the week's replay came to."""

    summary: ReplaySummary | None
    because: str = ""
    """Why there is none."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if self.summary is None:
            return f"nothing replayed: {self.because}"
        return " ".join(str(self.summary).split())


def replay_week(
    settings: Settings, *, as_of_date: date, days: int = JUDGED_DAYS, families: Sequence[str] = FAMILIES
) -> WeekReplayed:
    """Replay the newest days before ``as_of_date`` and keep one row per policy beside the report.

    A store too young for it is told so; that is no failure. Safe to rerun: the same days give the same rows and bytes.
    """
    with connect(settings.warehouse_url) as connection:
        span = built_span(connection)
    last = min(as_of_date - timedelta(days=1), span[1]) if span else None
    try:
        summary = replay_store(settings, ReplayWish(last=last, days=days, families=families, seed=SEED))
    except NothingToReplayError as error:
        return WeekReplayed(None, str(error))
    window = summary.window
    with connect(settings.warehouse_url) as connection:
        take_turn_at(connection, "replay", window.last)
        replace_replays(connection, _rows(summary), first=window.first, last=window.last)
    return WeekReplayed(summary)


def _rows(summary: ReplaySummary) -> Iterator[PolicyReplay]:
    replay = summary.replay
    for outcome in replay.outcomes:
        total = totals(outcome)
        yield PolicyReplay(
            first_date=summary.window.first,
            last_date=summary.window.last,
            policy=outcome.name,
            seed=SEED,
            items=replay.scenario.items,
            currency=summary.currency,
            total_cost=round(total.cost, 2),
            lost_margin=round(total.lost_margin, 2),
            carrying_cost=round(total.carrying, 2),
            ordering_cost=round(total.ordering, 2),
            least_possible_cost=round(totals(replay.clairvoyant).cost, 2),
            units_demanded=total.units_demanded,
            units_lost=total.units_lost,
            fill_rate=total.fill_rate,
            stockout_days=total.stockout_days,
            stockout_share=total.stockout_share,
            average_stock_value=round(total.average_stock_value, 2),
            orders=total.orders,
            page=str(summary.page),
        )
