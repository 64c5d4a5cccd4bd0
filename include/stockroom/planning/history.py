"""What planning knows of the past: items day by day, and shipments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, TypeAlias

import numpy as np

from stockroom.planning.arrays import (
    BoolArray,
    CountArray,
    DateArray,
    FloatArray,
    IntArray,
    PlanArray,
    PlanningError,
    TextArray,
    as_array,
    as_floats,
    booleans,
    floats,
    integers,
    texts,
)
from stockroom.planning.supplier_calendar import SupplierCalendar, days_without_delays

OnOrder: TypeAlias = Sequence[Sequence[tuple[int, float]]]
PriceBreaks: TypeAlias = Sequence[Sequence[tuple[int, float]]]


def _not_given() -> Any:  # noqa: ANN401 -- the field's own type holds once __post_init__ has filled the default
    return None


@dataclass(frozen=True, eq=False)
class ItemHistory:
    """Column arrays over ``n`` items (a SKU at a location) and ``d`` days; everything is checked when it is made.

    Raises:
        PlanningError: a wrong shape, NaN where a number is needed, negative units; the message names the field.
    """

    dates: DateArray
    """(d,) consecutive days, oldest first; the plan date is the day after the last."""
    units_sold: CountArray
    """(n, d) units that shoppers took, at the location that should have served them."""
    unit_price: FloatArray
    """(n,) in the base currency."""
    unit_cost: FloatArray
    """(n,) in the base currency."""
    supplier: TextArray
    """(n,) supplier id; empty: nobody supplies the item."""
    category: TextArray
    """(n,) the group that an item with little evidence leans on."""
    sold_out: BoolArray | None = None
    """(n, d) stock ran out during the day. Default: never."""
    fraction_in_stock: FloatArray | None = None
    """(n, d) part of the selling day on the shelf: 0 no stock all day, NaN (the default) unknown: taken as 1, but
    before the first sale as not yet launched."""
    on_hand: IntArray = field(default_factory=_not_given)
    """(n,) default 0."""
    committed: IntArray = field(default_factory=_not_given)
    """(n,) units sold but not yet shipped, still in on hand. Default 0."""
    backorders: IntArray = field(default_factory=_not_given)
    """(n,) units promised without stock. Default 0."""
    waiting: IntArray = field(default_factory=_not_given)
    """(n,) units that shoppers asked to be told of, and wait for. Default 0."""
    on_order: OnOrder = field(default_factory=_not_given)
    """Per item a list of ``(units, due_in_days)``: drafts, approved and sent orders alike. Default: none."""
    quoted_lead_time_days: FloatArray = field(default_factory=_not_given)
    """(n,) the supplier's own words; NaN (the default) unknown."""
    supplier_out_days: FloatArray = field(default_factory=_not_given)
    """(n,) days until the supplier has the item again, so that an order of today waits. Default 0: it has it."""
    lane: TextArray = field(default_factory=_not_given)
    """(n,) where the supplier's goods come from; needed only for suppliers without any shipment. Default: unknown."""
    pack_units: IntArray = field(default_factory=_not_given)
    """(n,) orders are whole multiples of it. Default 1."""
    minimum_order_units: IntArray = field(default_factory=_not_given)
    """(n,) default 1."""
    price_breaks: PriceBreaks = field(default_factory=_not_given)
    """Per item a list of ``(minimum_units, unit_cost)``: all units of an order of at least so many cost this. Larger
    quantities cost less. Default: none."""
    backorderable: BoolArray = field(default_factory=_not_given)
    """(n,) shoppers may buy what is out, so a day that sold out hid no demand. Default: none."""
    promotion: PlanArray | None = None
    """(n, d + horizon) the share that a promotion takes off the price that day, 0 where there is none; or booleans, of
    promotions whose depth is not known. The days from the plan date on are the calendar's. Default: none known."""
    price_off: PlanArray | None = None
    """(n, d + horizon) the share that a price which planners set takes off the usual one that day: 0 where they set
    none, below 0 where it is higher. Being no promotion it is not announced. Default: none known."""
    price: FloatArray | None = None
    """(n, d + horizon) the price of a unit that day, NaN unknown; from the plan date on as planned. Of the past it
    speaks on promoted days alone: a price cut because an item sold badly explains nothing. Default: unknown."""
    item_key: TextArray = field(default_factory=_not_given)
    """(n,) a name for messages (and, later, for seeds). Default: the row number."""

    def __post_init__(self) -> None:
        try:
            dates = np.asarray(self.dates, dtype="datetime64[D]")
        except (TypeError, ValueError) as error:
            raise PlanningError(f"dates must be consecutive days: {error}") from None
        if dates.ndim != 1 or dates.size == 0 or np.any(np.diff(dates) != np.timedelta64(1, "D")):
            raise PlanningError("dates must be consecutive days, oldest first, without gaps")
        units = as_array("units_sold", self.units_sold)
        if units.ndim != 2:
            raise PlanningError(f"units_sold has shape {units.shape}; it needs (items, days)")
        n, d = units.shape[0], dates.size
        _set(self, "dates", dates)
        _set(self, "units_sold", _units_sold(units, (n, d)))
        _set(self, "unit_price", floats("unit_price", self.unit_price, (n,)))
        _set(self, "unit_cost", floats("unit_cost", self.unit_cost, (n,)))
        _set(self, "supplier", texts("supplier", self.supplier, (n,)))
        _set(self, "category", texts("category", self.category, (n,)))
        if self.sold_out is not None:
            _set(self, "sold_out", booleans("sold_out", self.sold_out, (n, d)))
        if self.fraction_in_stock is not None:
            _set(self, "fraction_in_stock", _fractions(self.fraction_in_stock, (n, d)))
        if self.promotion is not None:
            _set(self, "promotion", _promotion(self.promotion, n, d))
        if self.price_off is not None:
            _set(self, "price_off", _price_off(self.price_off, n, d))
        if self.price is not None:
            _set(self, "price", _prices(self.price, n, d))
        for name in ("on_hand", "committed", "backorders", "waiting"):
            _set(self, name, integers(name, _or_full(getattr(self, name), n, 0), (n,)))
        for name in ("pack_units", "minimum_order_units"):
            _set(self, name, integers(name, _or_full(getattr(self, name), n, 1), (n,), least=1))
        _set(self, "quoted_lead_time_days", _quoted_days(_or_full(self.quoted_lead_time_days, n, np.nan), n))
        _set(self, "supplier_out_days", floats("supplier_out_days", _or_full(self.supplier_out_days, n, 0.0), (n,)))
        _set(self, "lane", texts("lane", _or_full(self.lane, n, ""), (n,)))
        _set(self, "backorderable", booleans("backorderable", _or_full(self.backorderable, n, False), (n,)))
        _set(self, "item_key", texts("item_key", np.arange(n) if self.item_key is None else self.item_key, (n,)))
        _set(self, "on_order", _orders(self.on_order, n))
        _set(self, "price_breaks", _breaks(self.price_breaks, n))

    @property
    def items(self) -> int:
        """Return the number of items."""
        return int(self.units_sold.shape[0])

    def take(self, rows: IntArray) -> ItemHistory:
        """Return the history of those rows, in that order: a shard, or another order of the same items."""
        taken: dict[str, Any] = {"dates": self.dates}
        for name in ("on_order", "price_breaks"):
            lists = getattr(self, name)
            taken[name] = [lists[row] for row in rows.tolist()]
        for item_field in fields(self):
            if item_field.name not in taken:
                column = getattr(self, item_field.name)
                taken[item_field.name] = None if column is None else column[rows]
        return ItemHistory(**taken)

    def check_plan_date(self, as_of_date: date) -> None:
        """Raise PlanningError unless ``as_of_date`` is the first day after the history: what it must not know."""
        first_unknown = self.dates[-1] + np.timedelta64(1, "D")
        if np.datetime64(as_of_date, "D") != first_unknown:
            raise PlanningError(
                f"as_of_date {as_of_date} is not the day after the last of dates ({self.dates[-1]}); "
                f"plan for {first_unknown} or cut the history"
            )


@dataclass(frozen=True, eq=False)
class LeadTimeHistory:
    """One row per shipment, so that forty lines of one delivery are one fact; checked when it is made.

    Raises:
        PlanningError: a wrong shape, a number of days that is not above 0, a negative age; names the field.
    """

    supplier: TextArray
    """(m,)"""
    days: FloatArray
    """(m,) from order sent to units usable; for an open shipment the days so far."""
    lane: TextArray = field(default_factory=_not_given)
    """(m,) default: one lane for all."""
    age_days: FloatArray = field(default_factory=_not_given)
    """(m,) how long ago it arrived. Default 0: all count the same."""
    is_open: BoolArray = field(default_factory=_not_given)
    """(m,) still under way. Default: all have arrived."""
    calendar: SupplierCalendar = field(default_factory=SupplierCalendar)
    """When suppliers are closed and carriers at their peak, past and to come. Default: never. Shipments are cleaned of
    what they met, so ``age_days`` must tell when they arrived."""

    def __post_init__(self) -> None:
        days = as_floats("days", self.days)
        m = days.size
        checked = floats("days", days, (m,))
        if np.any(checked <= 0):
            raise PlanningError(
                f"days: {checked[checked <= 0][0]} at row {int(np.argmax(checked <= 0))} is not above 0"
            )
        _set(self, "days", checked)
        _set(self, "supplier", texts("supplier", self.supplier, (m,)))
        _set(self, "lane", texts("lane", _or_full(self.lane, m, ""), (m,)))
        _set(self, "age_days", floats("age_days", _or_full(self.age_days, m, 0.0), (m,)))
        _set(self, "is_open", booleans("is_open", _or_full(self.is_open, m, False), (m,)))

    def without_delays(self, plan_date: np.datetime64) -> LeadTimeHistory:
        """Return the same shipments as they would have come without closed days and carriers' peaks."""
        if not self.calendar:
            return self
        arrived_days_ago = np.where(self.is_open, 0.0, self.age_days)
        days = days_without_delays(
            self.days, arrived_days_ago, self.is_open, self.supplier, self.lane, self.calendar, plan_date
        )
        return replace(self, days=days)

    @classmethod
    def empty(cls) -> LeadTimeHistory:
        """Return a history without shipments: every supplier is new."""
        return cls(supplier=np.empty(0, dtype=np.str_), days=np.empty(0))


def _set(instance: object, name: str, value: object) -> None:
    object.__setattr__(instance, name, value)


def _or_full(values: object, n: int, default: object) -> object:
    return np.full(n, default) if values is None else values


def _units_sold(units: object, shape: tuple[int, int]) -> CountArray:
    """Return the panel as given when it holds small integers already: copying it would double a plan's memory."""
    array = np.asarray(units)
    if array.dtype.kind == "i" and array.shape == shape and (array.size == 0 or array.min() >= 0):
        return np.ascontiguousarray(array)
    return integers("units_sold", array, shape)


def _any_floats(field_name: str, values: object) -> FloatArray:
    """Return floats of the width they came in: a panel of days may be narrow to save memory."""
    array = as_array(field_name, values)
    return array if array.dtype.kind == "f" else as_floats(field_name, array)


def _fractions(values: object, shape: tuple[int, int]) -> FloatArray:
    array = _any_floats("fraction_in_stock", values)
    if array.shape != shape:
        raise PlanningError(f"fraction_in_stock has shape {array.shape}; it needs {shape}")
    wrong = (array < 0) | (array > 1)
    if wrong.any():
        row, day = (int(index) for index in np.argwhere(wrong)[0])
        raise PlanningError(f"fraction_in_stock: {array[row, day]} at row {row}, day {day} is not between 0 and 1")
    return np.ascontiguousarray(array)


def _promotion(values: object, n: int, d: int) -> PlanArray:
    array = as_array("promotion", values)
    _reaches_plan_date("promotion", array, n, d)
    if array.dtype.kind == "b":
        return np.ascontiguousarray(array)
    shares = _any_floats("promotion", array)
    wrong = ~((shares >= 0) & (shares <= 1))
    if wrong.any():
        row, day = (int(index) for index in np.argwhere(wrong)[0])
        raise PlanningError(
            f"promotion: {shares[row, day]} at row {row}, day {day} is not a share from 0 to 1 (0.2 means 20 % off)"
        )
    return np.ascontiguousarray(shares)


def _price_off(values: object, n: int, d: int) -> FloatArray:
    shares = _any_floats("price_off", values)
    _reaches_plan_date("price_off", shares, n, d)
    wrong = ~((shares < 1) & np.isfinite(shares))
    if wrong.any():
        row, day = (int(index) for index in np.argwhere(wrong)[0])
        raise PlanningError(
            f"price_off: {shares[row, day]} at row {row}, day {day} is no share under 1 (0.2 means 20 % less)"
        )
    return np.ascontiguousarray(shares)


def _prices(values: object, n: int, d: int) -> FloatArray:
    prices = _any_floats("price", values)
    _reaches_plan_date("price", prices, n, d)
    wrong = (prices < 0) | np.isinf(prices)
    if wrong.any():
        row, day = (int(index) for index in np.argwhere(wrong)[0])
        raise PlanningError(f"price: {prices[row, day]} at row {row}, day {day} is no price; unknown is NaN")
    return np.ascontiguousarray(prices)


def _reaches_plan_date(field_name: str, array: np.ndarray, n: int, d: int) -> None:
    if array.ndim != 2 or array.shape[0] != n or array.shape[1] < d:
        raise PlanningError(
            f"{field_name} has shape {array.shape}; it needs ({n}, {d} days known and any number of days ahead)"
        )


def _quoted_days(values: object, n: int) -> FloatArray:
    array = as_floats("quoted_lead_time_days", values)
    floats("quoted_lead_time_days", np.where(np.isnan(array), 1.0, array), (n,))
    if np.any(array == 0):
        raise PlanningError(f"quoted_lead_time_days: 0 at row {int(np.argmax(array == 0))}; unknown is NaN")
    return array


def _is_whole(units: float) -> bool:
    return 0 <= units < float("inf") and units == int(units)


def _pairs(field_name: str, pairs: Any, row: int, of_what: str) -> list[tuple[Any, float]]:  # noqa: ANN401 -- of any field
    """Return a row's list to keep: whoever gave an iterator would find it empty the second time.

    The first of a pair stays as it is, or a fraction of a unit could no longer be refused.
    """
    try:
        return [(0 + first, float(second)) for first, second in pairs]
    except (TypeError, ValueError):
        raise PlanningError(f"{field_name}: {pairs!r} at row {row} is no list of {of_what}") from None


def _breaks(price_breaks: PriceBreaks | None, n: int) -> PriceBreaks:
    if price_breaks is None:
        return ((),) * n
    if len(price_breaks) != n:
        raise PlanningError(f"price_breaks has {len(price_breaks)} lists; it needs one for each of {n} items")
    listed = [
        _pairs("price_breaks", offers, row, "(minimum_units, unit_cost)") for row, offers in enumerate(price_breaks)
    ]
    for row, offers in enumerate(listed):
        before_units, before_cost = 0, float("inf")
        for units, cost in offers:
            if not (_is_whole(units) and units > before_units and 0 <= cost < before_cost):
                raise PlanningError(
                    f"price_breaks: ({units}, {cost}) at row {row} needs whole units, more than those before it, at a "
                    "lower cost than theirs"
                )
            before_units, before_cost = units, cost
    return listed


def _orders(on_order: OnOrder | None, n: int) -> OnOrder:
    if on_order is None:
        return ((),) * n
    if len(on_order) != n:
        raise PlanningError(f"on_order has {len(on_order)} lists; it needs one for each of {n} items")
    listed = [_pairs("on_order", lines, row, "(units, due_in_days)") for row, lines in enumerate(on_order)]
    for row, lines in enumerate(listed):
        for units, due_in_days in lines:
            if not _is_whole(units) or due_in_days != due_in_days:
                raise PlanningError(
                    f"on_order: ({units}, {due_in_days}) at row {row} needs whole units, 0 or more, and days"
                )
    return listed
