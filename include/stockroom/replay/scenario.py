"""What a replay is played on: a past, the demand of the judged days, and how long each order will take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stockroom.planning import ItemHistory

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CountArray = npt.NDArray[np.signedinteger[Any]]
"""Whole numbers of any width: a panel of days may be narrow."""
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.str_]

DAYS_OF_YEAR = 365.0
STARTING_COVER_DAYS = 21.0
STARTING_WINDOW_DAYS = 60
_ROUNDING = 1e-9


class ReplayError(ValueError):
    """What was handed to the replay cannot be played; the message names the field and the mend."""


@dataclass(frozen=True)
class Costs:
    """What is counted, the same for every policy; money in the currency of prices and costs."""

    order_cost: float = 10.0
    """Per order of one item."""
    carrying_rate: float = 0.25
    """Per year, as a share of the stock's value."""
    goodwill: float = 0.0
    """Per lost unit, on top of its margin."""

    def __post_init__(self) -> None:
        for name in ("order_cost", "carrying_rate", "goodwill"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ReplayError(f"{name}: {getattr(self, name)} is not 0 or more")


@dataclass(frozen=True, eq=False)
class Shipments:
    """What suppliers deliver, one row per delivery."""

    supplier: TextArray
    """(m,)"""
    sent_day: IntArray
    """(m,) the judged day on whose evening it was sent for; under 0 before the judged days."""
    days: FloatArray
    """(m,) until its units were usable; infinite: they never came. Seen by a policy only once they are there."""
    lane: TextArray = field(default_factory=lambda: np.empty(0, dtype=np.str_))
    """(m,) default: one lane for all."""

    def __post_init__(self) -> None:
        m = np.asarray(self.days).size
        lane = self.lane if self.lane.size == m else np.full(m, "")
        for name, values, kind in (
            ("supplier", self.supplier, np.str_),
            ("sent_day", self.sent_day, np.int64),
            ("days", self.days, np.float64),
            ("lane", lane, np.str_),
        ):
            array = np.asarray(values, dtype=kind)
            if array.shape != (m,):
                raise ReplayError(f"shipments.{name} has shape {array.shape}; it needs ({m},)")
            object.__setattr__(self, name, array)
        if not np.all(self.days > 0):
            raise ReplayError("shipments.days: every shipment takes more than 0 days")

    @classmethod
    def none(cls) -> Shipments:
        """Return no shipments at all: every supplier is new."""
        return cls(np.empty(0, dtype=np.str_), np.empty(0, dtype=np.int64), np.empty(0))


@dataclass(frozen=True, eq=False)
class Scenario:
    """``n`` items over ``j`` judged days, after a past that all policies share; checked when it is made.

    Raises:
        ReplayError: a wrong shape, demand or lead times that are no whole numbers; the message names the field.
    """

    past: ItemHistory
    """Up to the eve of the first judged day, as the store saw it. Its ``on_hand`` is the stock that every policy starts
    with; prices, costs, suppliers, packs and minimums hold for the judged days too."""
    demand: IntArray
    """(n, j) units that shoppers want on each judged day, whether or not they are there."""
    lead_time_days: IntArray
    """(n, j) how long an order of that evening takes, 1 or more: on the shelf in the morning of day ``evening + days``.
    Written down before anybody orders, so that two policies ordering the same evening wait equally long."""
    inbound: IntArray = field(default_factory=lambda: np.empty((0, 0), dtype=np.int64))
    """(n, j) units ordered before the judged days, by the morning on which they arrive. Default: none."""
    shipments: Shipments = field(default_factory=Shipments.none)
    """Sent for before the judged days: what suppliers had shown by then. Default: none, every supplier is new."""
    costs: Costs = field(default_factory=Costs)
    review_days: int = 1
    """Days between two looks at an item."""
    replan_days: int = 7
    """Days between two settings of the levels."""
    travels_together: bool = False
    """All that one supplier is asked for on one evening is one shipment, hence one fact about its lead time."""

    def __post_init__(self) -> None:
        shape = (self.past.items, np.asarray(self.demand).shape[-1])
        _set(self, "demand", _whole("demand", self.demand, shape, least=0))
        _set(self, "lead_time_days", _whole("lead_time_days", self.lead_time_days, shape, least=1))
        inbound = self.inbound if np.asarray(self.inbound).size else np.zeros(shape, dtype=np.int64)
        _set(self, "inbound", _whole("inbound", inbound, shape, least=0))
        if np.any(self.shipments.sent_day >= 0):
            raise ReplayError("shipments.sent_day: what is sent for on a judged day is the policies' own to decide")
        for name in ("review_days", "replan_days"):
            if getattr(self, name) < 1:
                raise ReplayError(f"{name}: {getattr(self, name)} is not 1 or more")

    @property
    def items(self) -> int:
        """Return the number of items."""
        return self.past.items

    @property
    def days(self) -> int:
        """Return the number of judged days."""
        return int(self.demand.shape[1])

    @property
    def first_day(self) -> np.datetime64:
        """Return the first judged day."""
        return np.datetime64(self.past.dates[-1] + np.timedelta64(1, "D"), "D")

    @property
    def lost_unit_cost(self) -> FloatArray:
        """Return what a lost unit costs, per item: its margin, never under 0, and goodwill."""
        margin = np.maximum(self.past.unit_price - self.past.unit_cost, 0.0)
        return np.asarray(margin + self.costs.goodwill, dtype=np.float64)

    @property
    def carrying_cost_per_day(self) -> FloatArray:
        """Return what one unit on the shelf costs a day, per item."""
        return np.asarray(self.past.unit_cost * self.costs.carrying_rate / DAYS_OF_YEAR, dtype=np.float64)

    def take(self, rows: IntArray) -> Scenario:
        """Return the scenario of those items alone: a shard."""
        return replace(
            self,
            past=self.past.take(rows),
            demand=self.demand[rows],
            lead_time_days=self.lead_time_days[rows],
            inbound=self.inbound[rows],
        )


def cut_scenario(
    history: ItemHistory,
    lead_time_days: IntArray,
    *,
    first_judged_day: int,
    starting_stock: IntArray | None = None,
    **terms: Any,  # noqa: ANN401 -- the other fields of Scenario
) -> Scenario:
    """Return the scenario of an uncensored history: days before ``first_judged_day`` are the past, the rest is judged.

    ``lead_time_days`` is (n, judged days). Without ``starting_stock`` (n,), ``starting_stock_units`` gives it.

    Raises:
        ReplayError: the first judged day leaves no past or nothing to judge.
    """
    days = history.dates.size
    if not 0 < first_judged_day < days:
        raise ReplayError(f"first_judged_day: {first_judged_day} leaves no past or nothing to judge of {days} days")
    past = first_days(history, first_judged_day)
    stock = starting_stock_units(past) if starting_stock is None else starting_stock
    return Scenario(
        past=replace(past, on_hand=stock),
        demand=history.units_sold[:, first_judged_day:].astype(np.int64),
        lead_time_days=lead_time_days,
        **terms,
    )


def first_days(history: ItemHistory, days: int) -> ItemHistory:
    """Return the history as it stood after its first ``days`` days."""
    known = slice(0, days)
    return replace(
        history,
        dates=history.dates[known],
        units_sold=history.units_sold[:, known],
        sold_out=None if history.sold_out is None else history.sold_out[:, known],
        fraction_in_stock=None if history.fraction_in_stock is None else history.fraction_in_stock[:, known],
    )


def starting_stock_units(past: ItemHistory, *, cover_days: float = STARTING_COVER_DAYS) -> IntArray:
    """Return ``cover_days`` of the mean daily sales of the last 60 days, rounded up: the start that all policies share.

    A rule of nobody's: it knows no forecast and no lead time, and favours none of the policies. At least the smallest
    lot that can be bought: what is listed was bought once, and an item that never had stock could never sell, so that
    every rule would go on ordering none.

    >>> past = ItemHistory(dates=np.arange("2011-01-01", "2011-01-03", dtype="datetime64[D]"),
    ...     units_sold=np.array([[1, 2], [0, 0]]), unit_price=[2.0, 2.0], unit_cost=[1.0, 1.0], supplier=["S", "S"],
    ...     category=["C", "C"], pack_units=[1, 4], minimum_order_units=[1, 6])
    >>> starting_stock_units(past, cover_days=21).tolist()
    [32, 8]
    """
    window = past.units_sold[:, -STARTING_WINDOW_DAYS:]
    units: IntArray = np.ceil(window.mean(axis=1) * cover_days - _ROUNDING).astype(np.int64)
    smallest_lot: IntArray = -(-past.minimum_order_units // past.pack_units) * past.pack_units
    return np.asarray(np.maximum(units, smallest_lot), dtype=np.int64)


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)


def _whole(name: str, values: object, shape: tuple[int, int], *, least: int) -> IntArray:
    array = np.asarray(values)
    if array.shape != shape:
        raise ReplayError(f"{name} has shape {array.shape}; it needs {shape}")
    whole: IntArray = array.astype(np.int64)
    if array.size and (not np.array_equal(whole, array) or whole.min() < least):
        raise ReplayError(f"{name} needs whole numbers of {least} or more; round or clip them first")
    return whole
