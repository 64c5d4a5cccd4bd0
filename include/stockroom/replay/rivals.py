"""The rules that a user would pick instead, as the textbooks and spreadsheets have them.

Nothing here is shared with the methods of ``planning``: a mistake in one must not hide in both. Every rival orders in
lots of Harris's economic quantity on top of its reorder point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy import stats

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay.scenario import DAYS_OF_YEAR, BoolArray, FloatArray, IntArray, TextArray, first_days
from stockroom.replay.simulator import Levels

UNKNOWN_LEAD_TIME_DAYS = 14.0
"""What a rival takes for a lead time before anything was ever quoted or received."""
BOOTSTRAP_DRAWS = 300
_BOOTSTRAP_SEED = 1958


@dataclass(frozen=True)
class Terms:
    """What all rivals of a replay share."""

    target: float = 0.95
    """Cycle service level."""
    order_cost: float = 10.0
    carrying_rate: float = 0.25
    review_days: float = 1.0
    window_days: int = 60
    """How many days back a rate is measured."""


class Wish(NamedTuple):
    """What a rule asks for, per item, before it is rounded to whole units."""

    reorder_point: FloatArray
    units_per_day: FloatArray


Rule = Callable[[ItemHistory, LeadTimeHistory, Terms], Wish]


@dataclass(frozen=True)
class Rival:
    """A rule and its terms as a policy."""

    name: str
    rule: Rule
    terms: Terms

    def levels(
        self,
        history: ItemHistory,
        lead_times: LeadTimeHistory,
        as_of_date: date,  # noqa: ARG002 -- the protocol's; a rule of thumb knows no calendar
    ) -> Levels:
        """Return the rule's reorder points, rounded up, and an economic lot on top; nothing where nothing sells."""
        wish = self.rule(history, lead_times, self.terms)
        point = np.ceil(np.maximum(wish.reorder_point, 0.0)).astype(np.int64)
        return Levels(point, point + lot_units(wish.units_per_day, history.unit_cost, self.terms))


@dataclass(frozen=True)
class SetOnce:
    """A policy whose levels are typed in once and never looked at again."""

    name: str
    inner: Rival
    set_on: date
    """The plan date on which the levels were set."""

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        """Return the levels of that first day, from what was known then."""
        days_ago = (as_of_date - self.set_on).days
        then = first_days(history, history.dates.size - days_ago)
        return self.inner.levels(then, _arrived_before(lead_times, days_ago), self.set_on)


def simple(history: ItemHistory, lead_times: LeadTimeHistory, terms: Terms) -> Wish:
    """Return ``1.5 x weekly demand x lead time in weeks``, the rule of thumb of shop guides; it has no target."""
    weekly = _calendar_days(history, terms).mean * 7.0
    return Wish(1.5 * weekly * lead_time_moments(history, lead_times).mean / 7.0, weekly / 7.0)


def classic(history: ItemHistory, lead_times: LeadTimeHistory, terms: Terms) -> Wish:
    """Return ``d L + z sd sqrt(L)``, demand the only surprise (Silver, Pyke & Thomas, chapter 7)."""
    demand, lead_time = _calendar_days(history, terms), lead_time_moments(history, lead_times)
    safety = _z(terms) * demand.sd * np.sqrt(lead_time.mean)
    return Wish(demand.mean * lead_time.mean + safety, demand.mean)


def both_variances(history: ItemHistory, lead_times: LeadTimeHistory, terms: Terms) -> Wish:
    """Return ``d P + z sqrt(P sd**2 + d**2 sd_L**2)``, ``P = L + review`` (Chopra, Reinhardt & Dada 2004)."""
    return _both_variances(_calendar_days(history, terms), lead_time_moments(history, lead_times), terms)


def days_in_stock(history: ItemHistory, lead_times: LeadTimeHistory, terms: Terms) -> Wish:
    """Return the rule of both variances, its demand measured per day *in stock* instead of per calendar day."""
    return _both_variances(_days_in_stock(history, terms), lead_time_moments(history, lead_times), terms)


def bootstrap(history: ItemHistory, lead_times: LeadTimeHistory, terms: Terms) -> Wish:
    """Return the target's quantile of lead-time demand drawn again from what was seen (Bookbinder & Lordahl 1989).

    Each of 300 draws takes one of the supplier's lead times and adds up that many days, plus the review, of the item's
    own days in stock. Items share the uniform draws, so neither order nor company of the items matters.
    """
    window = _window(history, terms)
    units, counts = _seen_days_first(history.units_sold[:, window], _in_stock(history)[:, window])
    random = np.random.default_rng(_BOOTSTRAP_SEED)
    lead_days = np.rint(_drawn_lead_times(history, lead_times, random.random(BOOTSTRAP_DRAWS))) + terms.review_days
    total = np.zeros(lead_days.shape)
    longest = lead_days.max(axis=1, initial=0.0)
    for day in range(int(longest.max(initial=0.0))):
        drawn = random.random(BOOTSTRAP_DRAWS)
        rows = (longest > day).nonzero()[0]
        chosen = (drawn * counts[rows, None]).astype(np.intp)
        total[rows] += np.where(day < lead_days[rows], units[rows[:, None], chosen], 0)
    point = np.quantile(total, terms.target, axis=1, method="higher")
    return Wish(np.asarray(point, dtype=np.float64), _days_in_stock(history, terms).mean)


def lot_units(units_per_day: FloatArray, unit_cost: FloatArray, terms: Terms) -> IntArray:
    """Return ``sqrt(2 K D / (v h))`` in whole units, at least 1 where anything sells (Harris 1913).

    >>> lot_units(np.array([1200 / 365]), np.array([24.0]), Terms(order_cost=100)).tolist()
    [200]
    """
    holding = unit_cost * terms.carrying_rate
    yearly = 2.0 * terms.order_cost * units_per_day * DAYS_OF_YEAR
    squared = np.divide(yearly, holding, out=np.zeros_like(holding), where=holding > 0)
    lot: IntArray = np.maximum(np.rint(np.sqrt(squared)), units_per_day > 0).astype(np.int64)
    return lot


class Moments(NamedTuple):
    """Mean and standard deviation, per item."""

    mean: FloatArray
    sd: FloatArray


def lead_time_moments(history: ItemHistory, lead_times: LeadTimeHistory) -> Moments:
    """Return each item's lead time: its supplier's receipts, else the quote, else all receipts, else 14 days."""
    supplier, days = _receipts(lead_times)
    known, code = np.unique(supplier, return_inverse=True)
    count = np.bincount(code, minlength=known.size)
    mean = np.bincount(code, days, minlength=known.size) / np.maximum(count, 1)
    square = np.bincount(code, (days - mean[code]) ** 2, minlength=known.size)
    sd = np.sqrt(square / np.maximum(count - 1, 1))
    row, is_known = _rows_of(history.supplier, known)
    fallback = np.where(np.isnan(history.quoted_lead_time_days), _mean_of_all(days), history.quoted_lead_time_days)
    if not known.size:
        return Moments(fallback, np.zeros_like(fallback))
    return Moments(np.where(is_known, mean[row], fallback), np.where(is_known, sd[row], 0.0))


def _both_variances(demand: Moments, lead_time: Moments, terms: Terms) -> Wish:
    days = lead_time.mean + terms.review_days
    safety = _z(terms) * np.sqrt(days * demand.sd**2 + demand.mean**2 * lead_time.sd**2)
    return Wish(demand.mean * days + safety, demand.mean)


def _z(terms: Terms) -> float:
    return float(stats.norm.ppf(terms.target))


def _window(history: ItemHistory, terms: Terms) -> slice:
    return slice(max(history.dates.size - terms.window_days, 0), history.dates.size)


def _in_stock(history: ItemHistory) -> BoolArray:
    """Return which days count as in stock: all on which the shelf was not empty from morning to evening."""
    if history.fraction_in_stock is None:
        return np.ones(history.units_sold.shape, dtype=np.bool_)
    return np.asarray(history.fraction_in_stock != 0)


def _calendar_days(history: ItemHistory, terms: Terms) -> Moments:
    return _moments(history, terms, np.ones(history.units_sold.shape, dtype=np.bool_))


def _days_in_stock(history: ItemHistory, terms: Terms) -> Moments:
    return _moments(history, terms, _in_stock(history))


def _moments(history: ItemHistory, terms: Terms, counts_too: BoolArray) -> Moments:
    window = _window(history, terms)
    counted, units = counts_too[:, window], history.units_sold[:, window].astype(np.float64)
    days = counted.sum(axis=1)
    mean = (units * counted).sum(axis=1) / np.maximum(days, 1)
    square = ((units - mean[:, None]) ** 2 * counted).sum(axis=1)
    return Moments(mean, np.sqrt(square / np.maximum(days - 1, 1)))


def _receipts(lead_times: LeadTimeHistory) -> tuple[TextArray, FloatArray]:
    """Return supplier and days of what has arrived: a textbook rule knows nothing of open orders."""
    arrived = ~lead_times.is_open
    return lead_times.supplier[arrived], lead_times.days[arrived]


def _mean_of_all(days: FloatArray) -> float:
    return float(days.mean()) if days.size else UNKNOWN_LEAD_TIME_DAYS


def _rows_of(values: TextArray, known: TextArray) -> tuple[IntArray, BoolArray]:
    """Return where each value stands in the sorted ``known``, and whether it does; row 0 where it does not."""
    row = np.searchsorted(known, values)
    row = np.where(row < known.size, row, 0)
    is_known = known[row] == values if known.size else np.zeros(values.shape, dtype=np.bool_)
    return np.where(is_known, row, 0), is_known


def _drawn_lead_times(history: ItemHistory, lead_times: LeadTimeHistory, draws: FloatArray) -> FloatArray:
    """Return the supplier's receipts drawn again, (n, draws); its mean where it has none yet."""
    supplier, days = _receipts(lead_times)
    known, code, count = np.unique(supplier, return_inverse=True, return_counts=True)
    mean = lead_time_moments(history, lead_times).mean[:, None]
    if not known.size:
        return np.broadcast_to(mean, (history.items, draws.size))
    by_supplier = days[np.argsort(code, kind="stable")]
    row, is_known = _rows_of(history.supplier, known)
    first = (count.cumsum() - count)[row, None]
    return np.where(is_known[:, None], by_supplier[first + (draws * count[row, None]).astype(np.int64)], mean)


def _seen_days_first(units: IntArray, is_in_stock: BoolArray) -> tuple[IntArray, IntArray]:
    """Return each item's days with those in stock in front, and how many they are; one day of zero where none is."""
    order = np.argsort(~is_in_stock, axis=1, kind="stable")
    seen = np.take_along_axis(np.where(is_in_stock, units, 0), order, axis=1)
    return seen, np.maximum(is_in_stock.sum(axis=1), 1)


def _arrived_before(lead_times: LeadTimeHistory, days: int) -> LeadTimeHistory:
    """Return the shipments that had arrived ``days`` ago."""
    kept = ~lead_times.is_open & (lead_times.age_days >= days)
    return LeadTimeHistory(
        supplier=lead_times.supplier[kept],
        days=lead_times.days[kept],
        lane=lead_times.lane[kept],
        age_days=lead_times.age_days[kept] - days,
    )
