"""Measure what forecasts were worth: against the demand that followed, once the days that they spoke of have passed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from stockroom.jobs.past_demand import PastDemand, read_demand
from stockroom.planning import DEMAND_QUANTILES
from stockroom.planning.accuracy import Judged, demand_over, judge, members, score, whole_days
from stockroom.planning.arrays import BoolArray, IntArray
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.forecast_accuracy import (
    ClassScore,
    KeptForecasts,
    plans_to_judge,
    read_forecasts,
    replace_accuracy,
)
from stockroom.warehouse.plans import take_turn_at
from stockroom.warehouse.replays import built_span

NEAR_DAYS = 56
"""Days before a plan that stand in for later days without stock."""
ALL = "all"


@dataclass(frozen=True)
class AccuracySummary:
    """What judging forecasts came to."""

    known_until: date | None
    plan_dates: Sequence[date]
    newest: ClassScore | None
    """All items of the newest plan that had forecasts whose days have passed."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if not self.plan_dates:
            return f"no forecast to judge by what sold before {self.known_until}"
        judged = f"forecasts of {len(self.plan_dates)} plans judged by what sold before {self.known_until}"
        if self.newest is None or self.newest.score is None:
            return f"{judged}; none of their intervals has passed yet"
        worth = self.newest.score
        bias = "" if worth.bias_share is None else f"{worth.bias_share:+.1%} bias, "
        return f"{judged}; the newest: {bias}{worth.within[1]:.1%} of demand within the 90 % quantile"


def measure_accuracy(settings: Settings, *, as_of_date: date) -> AccuracySummary:
    """Judge the first plan of every week by the demand that followed, per class of items, and keep the scores.

    An item is judged when the longest of its likely intervals has passed. Days that sold out or were empty are no
    demand of what sold: they are drawn again from the item's own days, as in a replay. A plan all of whose intervals
    have passed is judged for good.

    Safe to rerun: the same marts give the same scores.
    """
    with connect(settings.warehouse_url) as connection:
        span = built_span(connection)
        if span is None:
            return AccuracySummary(None, (), None)
        known_until = min(as_of_date, span[1] + timedelta(days=1))
        take_turn_at(connection, "accuracy", known_until)
        plan_dates = plans_to_judge(connection, known_until=known_until)
        kept = [read_forecasts(connection, plan_date) for plan_date in plan_dates]
        if not kept:
            return AccuracySummary(known_until, (), None)
        keys = sorted({key for forecasts in kept for key in _keys(forecasts)})
        row_of = {key: row for row, key in enumerate(keys)}
        first = plan_dates[0] - timedelta(days=NEAR_DAYS)
        demand = read_demand(connection, keys, first=first, end=known_until)
        newest = None
        for forecasts in kept:
            rows = np.array([row_of[key] for key in _keys(forecasts)])
            scores = list(_scores(forecasts, demand, rows, skipped_days=(forecasts.plan_date - first).days))
            replace_accuracy(connection, forecasts.plan_date, scores, measured_on=known_until)
            newest = next((one for one in scores if one.class_kind == ALL and one.score is not None), newest)
        return AccuracySummary(known_until, plan_dates, newest)


def _keys(forecasts: KeptForecasts) -> list[tuple[str, str]]:
    return list(zip(forecasts.sku.tolist(), forecasts.location_id.tolist(), strict=True))


def _scores(forecasts: KeptForecasts, demand: PastDemand, rows: IntArray, *, skipped_days: int) -> Iterator[ClassScore]:
    """Yield the scores of all items and of every class; ``rows`` are the plan's items among those of ``demand``."""
    after = slice(skipped_days, None)
    passed_days = demand.units.shape[1] - skipped_days
    longest = whole_days(forecasts.interval_cases_days).max(axis=1)
    has_passed = longest <= passed_days
    # The days of an interval that has not passed are not there to be added up; nothing is made of the result.
    cases = np.where(has_passed[:, None], forecasts.interval_cases_days, 0.0)
    judged = judge(
        forecasts.quantile_units,
        DEMAND_QUANTILES,
        forecasts.units_per_day * forecasts.interval_days,
        demand_over(demand.units[rows, after], cases),
    )
    is_judged_day = np.arange(passed_days) < np.where(has_passed, longest, 0)[:, None]
    imputed_days = (demand.is_imputed[rows, after] & is_judged_day).sum(axis=1)
    everything = {ALL: {"": np.ones(rows.size, dtype=np.bool_)}}
    for kind, groups in (everything | {kind: members(labels) for kind, labels in forecasts.classes.items()}).items():
        for name, is_member in groups.items():
            yield _class_score(kind, name, judged, is_member, has_passed, imputed_days, is_judged_day.sum(axis=1))


def _class_score(
    kind: str,
    name: str,
    judged: Judged,
    is_member: BoolArray,
    has_passed: BoolArray,
    imputed_days: IntArray,
    judged_days: IntArray,
) -> ClassScore:
    chosen = is_member & has_passed
    waiting, days = int((is_member & ~has_passed).sum()), int(judged_days[chosen].sum())
    return ClassScore(
        class_kind=kind.removesuffix("_id"),
        class_name=name,
        items_waiting=waiting,
        score=score(judged, chosen) if chosen.any() else None,
        imputed_day_share=float(imputed_days[chosen].sum() / days) if days else None,
    )
