"""Hold the estimate of lost sales against shoppers who asked to be told, month by month and category by category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import psycopg

from stockroom.planning.lost_sales import TOO_HIGH, TOO_LITTLE, TOO_LOW, weigh_lost_sales
from stockroom.settings import Settings
from stockroom.warehouse.lost_sales import LostSales, WitnessedLoss, read_lost_sales, replace_witnessed_losses


@dataclass(frozen=True)
class WitnessSummary:
    """What the second witness says."""

    units_lost: float
    units_asked: int
    verdicts: Sequence[str]
    """One per month and category."""

    def __str__(self) -> str:
        """Return one line for a person to read; nothing where nobody asked."""
        if not self.units_asked:
            return ""
        said = len(self.verdicts) - self.verdicts.count(TOO_LITTLE)
        return (
            f"of {self.units_lost:,.0f} units lost {self.units_asked:,} were asked for on wait-lists; by these the "
            f"estimate is too low in {self.verdicts.count(TOO_LOW):,} and too high in "
            f"{self.verdicts.count(TOO_HIGH):,} of {said:,} months of categories"
        )


def witness_lost_sales(
    settings: Settings, connection: psycopg.Connection, *, since: date, measured_on: date
) -> WitnessSummary:
    """Judge the estimate of the months from ``since`` on, and keep a row per month and category; the caller commits.

    A category is compared with all others of its month.
    """
    losses = read_lost_sales(connection, since=since, measured_on=measured_on, time_zone=settings.time_zone)
    rows = [
        row
        for _, month in groupby(losses, key=lambda one: one.month_start_date)
        for row in _judged(list(month), measured_on=measured_on)
    ]
    replace_witnessed_losses(connection, rows, since=since)
    return WitnessSummary(
        units_lost=sum(one.units_lost for one in losses),
        units_asked=sum(one.units_asked for one in losses),
        verdicts=[row.verdict for row in rows],
    )


def _judged(month: Sequence[LostSales], *, measured_on: date) -> list[WitnessedLoss]:
    found = weigh_lost_sales(
        np.array([one.units_lost for one in month]),
        np.array([one.units_asked for one in month], dtype=np.float64),
        np.array([one.squares_asked for one in month]),
    )
    return [
        WitnessedLoss(
            one.month_start_date,
            one.category,
            measured_on,
            one.stockout_days,
            one.units_lost,
            one.requests,
            one.units_asked,
            _known(found.rate[place]),
            _known(found.rate_low[place]),
            _known(found.rate_high[place]),
            _known(found.usual_rate[place]),
            str(found.verdict[place]),
        )
        for place, one in enumerate(month)
    ]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
