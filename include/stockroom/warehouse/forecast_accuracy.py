"""Forecasts whose days are passing, and what they were worth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import psycopg

from stockroom.planning.accuracy import Score
from stockroom.planning.arrays import FloatArray, IntArray, TextArray
from stockroom.warehouse.forecasts import QUANTILE_COLUMNS

JUDGED_WEEKS = 26
"""Plans of before are judged for good: an interval that has not passed by then belongs to a lead time gone wild."""
CLASS_COLUMNS = ("abc_class", "xyz_class", "demand_class", "method", "evidence", "category", "location_id")


@dataclass(frozen=True, eq=False)
class KeptForecasts:
    """The forecasts of one plan, by SKU and location."""

    plan_date: date
    sku: TextArray
    location_id: TextArray
    classes: dict[str, TextArray]
    """Labels by the kind of class."""
    units_per_day: FloatArray
    interval_days: FloatArray
    interval_cases_days: FloatArray
    """(n, cases) equally likely."""
    quantile_units: IntArray
    """(n, 8) at ``DEMAND_QUANTILES``."""


@dataclass(frozen=True)
class ClassScore:
    """One row of ``plan.forecast_accuracy``."""

    class_kind: str
    class_name: str
    items_waiting: int
    score: Score | None
    """``None``: no interval of this class has passed."""
    imputed_day_share: float | None


def plans_to_judge(connection: psycopg.Connection, *, known_until: date) -> list[date]:
    """Return the first decided plan of each week, but for those that were judged when all their days had passed.

    Nor those that were judged when more was known than now.
    """
    rows = connection.execute(
        """
        select min(runs.plan_date)
        from plan.runs
        where
            runs.decided_at is not null
            and runs.plan_date >= %(earliest)s and runs.plan_date < %(known_until)s
            and exists (select 1 from plan.forecasts where forecasts.plan_date = runs.plan_date)
        group by date_trunc('week', runs.plan_date)
        having not exists (
            select 1 from plan.forecast_accuracy as judged
            where
                judged.plan_date = min(runs.plan_date) and judged.class_kind = 'all'
                and (judged.items_waiting = 0 or judged.measured_on > %(known_until)s)
        )
        order by 1
        """,
        {"known_until": known_until, "earliest": known_until - timedelta(weeks=JUDGED_WEEKS)},
    )
    return [row[0] for row in rows]


def read_forecasts(connection: psycopg.Connection, plan_date: date) -> KeptForecasts:
    """Return the forecasts that a plan kept."""
    columns = ("sku", "location_id", *CLASS_COLUMNS[:-1], "units_per_day", "interval_days", "interval_cases_days")
    query = f"""
        select {", ".join((*columns, *QUANTILE_COLUMNS))} from plan.forecasts where plan_date = %s
        order by sku collate "C", location_id collate "C"
        """  # noqa: S608 -- our own column names
    rows = connection.execute(query.encode(), (plan_date,)).fetchall()
    column = dict(zip((*columns, *QUANTILE_COLUMNS), zip(*rows, strict=True), strict=True))
    most = max(len(cases) for cases in column["interval_cases_days"])
    return KeptForecasts(
        plan_date=plan_date,
        sku=_texts(column["sku"]),
        location_id=_texts(column["location_id"]),
        classes={kind: _texts(column[kind]) for kind in CLASS_COLUMNS},
        units_per_day=np.array(column["units_per_day"], dtype=np.float64),
        interval_days=np.array(column["interval_days"], dtype=np.float64),
        # A textbook's method has one interval; as often as there are cases, it weighs as much.
        interval_cases_days=np.array([_repeated(cases, most) for cases in column["interval_cases_days"]]),
        quantile_units=np.array([column[name] for name in QUANTILE_COLUMNS], dtype=np.int64).T,
    )


def replace_accuracy(
    connection: psycopg.Connection, plan_date: date, scores: Iterable[ClassScore], *, measured_on: date
) -> None:
    """Make what is said of a plan's forecasts exactly these scores; the caller holds the turn and commits."""
    connection.execute("delete from plan.forecast_accuracy where plan_date = %s", (plan_date,))
    statement = """
        copy plan.forecast_accuracy (
            plan_date, class_kind, class_name, measured_on, items, items_waiting, units_forecast, units_demanded,
            bias_share, pinball_loss_units, pinball_loss_share, coverage_p50, coverage_p90, coverage_p98,
            coverage_p50_below, coverage_p90_below, coverage_p98_below, imputed_day_share
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in scores:
            place = (plan_date, one.class_kind, one.class_name, measured_on)
            worth: tuple[object, ...] = (0, one.items_waiting, 0.0, 0.0, *(None,) * 10)
            if one.score is not None:
                worth = (
                    one.score.items,
                    one.items_waiting,
                    one.score.units_forecast,
                    one.score.units_demanded,
                    one.score.bias_share,
                    one.score.pinball_units,
                    one.score.pinball_share,
                    *one.score.within,
                    *one.score.below,
                    one.imputed_day_share,
                )
            copy.write_row((*place, *worth))


def _repeated(cases: list[float], most: int) -> list[float]:
    return cases * (most // len(cases))


def _texts(values: Iterable[str | None]) -> npt.NDArray[np.str_]:
    return np.array(["" if value is None else value for value in values], dtype=np.str_)
