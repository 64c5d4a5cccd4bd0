"""Days on which suppliers are closed and carriers are at their peak.

Past lead times are cleaned of them, and the orders of today will meet those to come. An order waits while its supplier
is closed, and loses a day for each day of a carriers' peak that it travels through, up to the days that the peak adds.
A day of a peak on which the supplier is closed is lost once, to the closure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, PlanningError, TextArray

LEAST_DAYS = 0.5
GREATEST_CLOSURE_DAYS = 366
"""Stock is placed ahead of holidays; nobody stocks up for a supplier who is gone."""
EVERY_LANE = ""


@dataclass(frozen=True)
class Closure:
    """Days on which a supplier neither makes nor sends anything, the first and the last among them."""

    supplier: str
    first_date: date
    last_date: date

    def __post_init__(self) -> None:
        _check_dates("closures", self.supplier, self.first_date, self.last_date)
        if (self.last_date - self.first_date).days >= GREATEST_CLOSURE_DAYS:
            raise PlanningError(
                f"closures: {self.supplier} is closed from {self.first_date} to {self.last_date}, which is more than a "
                "year; whoever is gone is told by not_ordered_because"
            )


@dataclass(frozen=True)
class CarrierPeak:
    """Days on which goods travel slower, the first and the last among them."""

    first_date: date
    last_date: date
    added_days: float
    """What a shipment that meets the whole peak takes longer."""
    lane: str = EVERY_LANE
    """Default: on every lane."""

    def __post_init__(self) -> None:
        _check_dates("peaks", self.lane or "every lane", self.first_date, self.last_date)
        if not 0 < self.added_days < float("inf"):
            raise PlanningError(f"peaks: added_days {self.added_days} is not above 0")


@dataclass(frozen=True)
class SupplierCalendar:
    """All that is known of closed days and peaks, past and to come."""

    closures: tuple[Closure, ...] = ()
    peaks: tuple[CarrierPeak, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.closures or self.peaks)


@dataclass(frozen=True, eq=False)
class Delays:
    """What the orders of each item may meet, ``(n, delays)`` in days from the plan date, NaN where there are fewer."""

    from_days: FloatArray
    until_days: FloatArray
    most_days: FloatArray
    """The days that are lost at most; 0: all of them, nothing moves meanwhile."""


def days_without_delays(
    days: FloatArray,
    arrived_days_ago: FloatArray,
    is_open: BoolArray,
    supplier: TextArray,
    lane: TextArray,
    calendar: SupplierCalendar,
    plan_date: np.datetime64,
) -> FloatArray:
    """Return what shipments would have taken without closures and peaks; at least half a day.

    What arrived while its supplier is said to be closed shows that it was under way already: that closure is not
    counted, or a fortnight's travel would pass for none. An open shipment has ``arrived_days_ago`` 0.

    >>> one = lambda value: np.array([value])
    >>> august = SupplierCalendar(closures=(Closure("S01", date(2011, 8, 1), date(2011, 8, 14)),))
    >>> day = np.datetime64("2011-09-01")
    >>> days_without_delays(one(24.0), one(10.0), one(False), one("S01"), one(""), august, day)
    array([10.])
    >>> days_without_delays(one(14.0), one(20.0), one(False), one("S01"), one(""), august, day)  # on 12 August
    array([14.])
    """
    cleaned = days.copy()
    for rows, delays in _by_route(supplier, lane, calendar, plan_date):
        arrived = -arrived_days_ago[rows]
        for first, beyond, most in delays:
            met = np.minimum(arrived, beyond) - np.maximum(arrived - days[rows], first)
            came_meanwhile = ~is_open[rows] & (arrived < beyond) & (most == 0)
            cleaned[rows] -= np.where(came_meanwhile, 0.0, np.clip(met, 0.0, most or np.inf))
    return np.maximum(cleaned, np.minimum(days, LEAST_DAYS))


def delays_ahead(
    supplier: TextArray, lane: TextArray, within_days: FloatArray, calendar: SupplierCalendar, plan_date: np.datetime64
) -> Delays:
    """Return the delays that goods on their way in the next ``within_days (n,)``, and those delays, may meet."""
    routes = list(_by_route(supplier, lane, calendar, plan_date))
    most = max((len(delays) for _, delays in routes), default=0)
    columns = np.full((3, supplier.size, most), np.nan)
    for rows, delays in routes:
        reach = within_days[rows].copy()
        for number, delay in enumerate(delays):
            is_met = (delay[0] < reach) & (delay[1] > 0)
            columns[:, rows[is_met], number] = np.array(delay)[:, None]
            reach[is_met] += delay[1] - delay[0]
    return Delays(*columns)


def delayed(days: FloatArray, sent_in_days: FloatArray, delays: Delays) -> FloatArray:
    """Return ``(n, cases)`` how long orders take that are sent ``sent_in_days (n,)`` from the plan date.

    Ten days' travel end before a fortnight's closure that begins in twelve days; twenty wait for its end:

    >>> one = lambda value: np.array([[value]])
    >>> delayed(np.array([[10.0, 20.0]]), np.array([0.0]), Delays(one(12.0), one(26.0), one(0.0))).tolist()
    [[10.0, 34.0]]
    >>> delayed(np.array([[10.0, 20.0]]), np.array([0.0]), Delays(one(12.0), one(26.0), one(3.0))).tolist()
    [[10.0, 23.0]]
    """
    sent = sent_in_days[:, None]
    arrives, lost = sent + days, np.zeros_like(days)
    for column in range(delays.from_days.shape[1]):
        first, beyond, most = (
            values[:, column, None] for values in (delays.from_days, delays.until_days, delays.most_days)
        )
        begins = np.maximum(sent, first)
        waits = np.where(arrives > first, np.maximum(beyond - begins, 0.0), 0.0)
        slows = np.clip(np.minimum(arrives, beyond) - begins, 0.0, np.nan_to_num(most))
        met = np.nan_to_num(np.where(most == 0, waits, slows))
        arrives, lost = arrives + met, lost + met
    # Not arrives - sent: what meets nothing must keep its days to the bit, whatever stands in another item's row.
    return np.asarray(days + lost, dtype=np.float64)


def _by_route(
    supplier: TextArray, lane: TextArray, calendar: SupplierCalendar, plan_date: np.datetime64
) -> Iterator[tuple[IntArray, list[tuple[float, float, float]]]]:
    """Yield the rows of each supplier and lane that meet delays, and those delays in the order in which they begin."""
    routes = np.unique(np.column_stack([supplier.astype(np.str_), lane.astype(np.str_)]), axis=0)
    for name, way in routes.tolist() if calendar else ():
        closed = _merged(sorted(_span(closure, plan_date) for closure in calendar.closures if closure.supplier == name))
        delays = [(first, beyond, 0.0) for first, beyond in closed]
        for peak in calendar.peaks:
            if peak.lane in (EVERY_LANE, way):
                delays += _while_open(*_span(peak, plan_date), peak.added_days, closed)
        if delays:
            rows = np.flatnonzero((supplier == name) & (lane == way))
            yield rows, sorted(delays)


def _span(days: Closure | CarrierPeak, plan_date: np.datetime64) -> tuple[float, float]:
    first = (np.datetime64(days.first_date, "D") - plan_date).astype(int)
    beyond = (np.datetime64(days.last_date, "D") - plan_date).astype(int) + 1
    return float(first), float(beyond)


def _while_open(
    first: float, beyond: float, most: float, closed: list[tuple[float, float]]
) -> list[tuple[float, float, float]]:
    """Return a peak from its first to its last open day, adding no more than it has open days; none without any.

    >>> _while_open(5.0, 21.0, 9.0, [(1.0, 26.0)]), _while_open(5.0, 21.0, 9.0, [(7.0, 26.0)])
    ([], [(5.0, 7.0, 2.0)])
    >>> _while_open(5.0, 21.0, 9.0, [(7.0, 20.0)]), _while_open(5.0, 21.0, 9.0, [(1.0, 5.0)])
    ([(5.0, 21.0, 3.0)], [(5.0, 21.0, 9.0)])
    """
    for begins, ends in closed:
        first = ends if begins <= first < ends else first
        beyond = begins if begins < beyond <= ends else beyond
    open_days = beyond - first - sum(max(min(ends, beyond) - max(begins, first), 0.0) for begins, ends in closed)
    return [(first, beyond, min(most, open_days))] if open_days > 0 else []


def _merged(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans without their overlaps: a day is closed once."""
    merged: list[tuple[float, float]] = []
    for first, beyond in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], beyond))
        else:
            merged.append((first, beyond))
    return merged


def _check_dates(field: str, of_what: str, first: date, last: date) -> None:
    if last < first:
        raise PlanningError(f"{field}: {of_what} ends on {last}, before it begins on {first}")
