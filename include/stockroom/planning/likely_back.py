"""When what is sold out is likely back: an interval that holds four of five arrivals, and how often such ones did.

The interval of an order is that between the 10 % and 90 % points of the days it still takes (``arrival_odds``). Whether
it may be said is measured: the same is reckoned as it would have been every fortnight of the past half year, from what
was known then, and compared with what came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import FloatArray
from stockroom.planning.arrival_odds import never_share, remaining_cases
from stockroom.planning.history import ItemHistory, LeadTimeHistory
from stockroom.planning.lead_time import CASES, fit_lead_time_pools, learn_lead_times

SHARE = 0.8
"""So many of 100 arrivals lie between the two ends."""
BAND = (0.7, 0.9)
"""A measured share within these ends is what was said; outside, nothing is shown."""
LEAST_ARRIVALS = 50
"""Fewer say nothing about a share of four in five."""
LEAST_OF_SUPPLIER, LEAST_SHARE_OF_SUPPLIER = 10, 0.6
"""Of a supplier with so many arrivals at least so large a share has to lie within, or nothing is shown of its goods."""
WIDEST_DAYS, HORIZON_DAYS = 28, 90.0
"""A wider interval helps nobody, and what may take longer than the horizon may never come."""
LOOKS_DAYS_AGO = tuple(range(14, 183, 14))


@dataclass(frozen=True)
class Coverage:
    """How often arrivals lay within the intervals that would have been said of them."""

    arrivals: int
    """Shipments, each counted once."""
    looks: int
    """Intervals: a shipment that is long under way has several."""
    held: int

    @property
    def share(self) -> float:
        """Return the share of intervals that held; 0 without any."""
        return self.held / self.looks if self.looks else 0.0

    @property
    def is_calibrated(self) -> bool:
        """Return whether four in five can be said."""
        return self.arrivals >= LEAST_ARRIVALS and BAND[0] <= self.share <= BAND[1]

    @property
    def is_of_bad_supplier(self) -> bool:
        """Return whether enough of one supplier's shipments came when nobody expected them."""
        return self.arrivals >= LEAST_OF_SUPPLIER and self.share < LEAST_SHARE_OF_SUPPLIER


def interval_days(orders: Iterable[FloatArray]) -> tuple[int, int] | None:
    """Return the days from now on (0: today) on which the first of these orders comes; ``None`` where none can be said.

    Both ends are the nearest whole days, so that counting in days makes it neither wider nor narrower.

    Each is ``(12,)`` equally likely days until one order comes. Orders come independently of one another.

    >>> interval_days([np.arange(1.0, 13.0)])
    (2, 10)
    >>> interval_days([np.arange(1.0, 13.0), np.arange(1.0, 13.0)])  # the earlier of two
    (1, 8)
    >>> interval_days([np.arange(12.0) * 7.0]) is None  # too wide to help
    True
    """
    cases = [np.sort(order) for order in orders]
    if not cases:
        return None
    points = np.unique(np.concatenate(cases))
    middles = (np.arange(CASES) + 0.5) / CASES
    still_out = np.prod([1.0 - np.interp(points, order, middles, left=0.0) for order in cases], axis=0)
    low, high = np.interp([(1.0 - SHARE) / 2, (1.0 + SHARE) / 2], 1.0 - still_out, points)
    first = round(float(low))
    last = max(round(float(high)) - 1, first)
    return (first, last) if high < HORIZON_DAYS and last - first <= WIDEST_DAYS else None


def past_coverage(lead_times: LeadTimeHistory, *, half_life_days: float) -> Mapping[str, Coverage]:
    """Return how often arrivals lay within such intervals, by supplier; under ``*`` of all together.

    ``lead_times`` are all shipments, as a plan froze them; an interval whose end has not come is not judged.
    """
    arrived_ago = np.where(lead_times.is_open, -np.inf, lead_times.age_days)
    sent_ago = np.where(lead_times.is_open, 0.0, lead_times.age_days) + lead_times.days
    judged: list[tuple[str, int, bool]] = []
    for look in LOOKS_DAYS_AGO:
        was_out = (sent_ago > look) & (arrived_ago < look)
        had_come = arrived_ago >= look
        if not was_out.any() or not had_come.any():
            continue
        rows = np.flatnonzero(was_out | had_come)
        known = LeadTimeHistory(
            supplier=lead_times.supplier[rows],
            lane=lead_times.lane[rows],
            days=np.where(was_out, sent_ago - look, lead_times.days)[rows],
            age_days=np.where(was_out, 0.0, arrived_ago - look)[rows],
            is_open=was_out[rows],
        )
        out = np.flatnonzero(was_out)
        suppliers, at = np.unique(lead_times.supplier[out], return_inverse=True)
        cases = _cases_of(suppliers, known, half_life_days)[at]
        waited = sent_ago[out] - look
        remaining = remaining_cases(cases, waited, never=never_share(known), horizon_days=HORIZON_DAYS)
        for place, shipment in enumerate(out.tolist()):
            said = interval_days([remaining[place]])
            took = np.ceil(look - arrived_ago[shipment]) - 1.0  # ages are whole days: it came on the day before
            if said and (np.isfinite(took) or said[1] < look):
                judged.append((str(lead_times.supplier[shipment]), shipment, bool(said[0] <= took <= said[1])))
    found = {"*": _coverage(judged)}
    for supplier in sorted({supplier for supplier, _, _ in judged}):
        found[supplier] = _coverage([one for one in judged if one[0] == supplier])
    return found


def _cases_of(suppliers: np.ndarray, known: LeadTimeHistory, half_life_days: float) -> FloatArray:
    """Return ``(n, 12)`` the equally likely lead times of suppliers, as a plan would have learned them then."""
    n = suppliers.size
    lanes = dict(zip(known.supplier.tolist(), known.lane.tolist(), strict=True))
    nothing = ItemHistory(
        dates=np.array(["2000-01-01"], "datetime64[D]"),
        units_sold=np.zeros((n, 1), np.int64),
        unit_price=np.ones(n),
        unit_cost=np.ones(n),
        supplier=suppliers,
        category=np.full(n, ""),
        lane=np.array([lanes[supplier] for supplier in suppliers.tolist()]),
    )
    pools = fit_lead_time_pools(known, nothing, half_life_days=half_life_days)
    return learn_lead_times(nothing, known, pools, half_life_days=half_life_days).cases_days


def _coverage(judged: list[tuple[str, int, bool]]) -> Coverage:
    return Coverage(
        arrivals=len({shipment for _, shipment, _ in judged}),
        looks=len(judged),
        held=sum(is_within for _, _, is_within in judged),
    )
