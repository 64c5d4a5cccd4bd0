"""The old buyer (simulated): opening stock, reorder points set once, lead times typed in and never looked at again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sample_store.draws import between, lognormal, uniform
from sample_store.local_time import is_working_day, local_date
from sample_store.world.catalogue import Product
from sample_store.world.demand import WISH, Demand
from sample_store.world.places import LOCATIONS
from sample_store.world.source import SourceLines
from sample_store.world.suppliers import NEW_SUPPLIER, SUPPLIERS, Supplier

FIRST_DAY = date(2010, 12, 1)
LAST_DAY = date(2011, 6, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1

REVIEW_HOUR = 17.5
REORDER_CAUTION = 1.45
"""Factor on the demand over a lead time; with the draws below it decides how often shelves are empty."""
NEW_SUPPLIER_ORDER_DAYS = (date(2011, 5, 9), date(2011, 6, 20))
"""The new supplier's first order, which has arrived, and its second, which has not."""

SUPPLIER_POSITION = {supplier.supplier_id: position for position, supplier in enumerate(SUPPLIERS)}


@dataclass(frozen=True)
class Habits:
    """What the buyer does, one value per item (``product * 3 + location``)."""

    is_stocked: NDArray[np.bool_]
    opening_units: NDArray[np.int64]
    reorder_point: NDArray[np.int64]
    order_units: NDArray[np.int64]
    starts_on: list[date]
    """No ordinary reorder before this day: the product is not in the range yet."""
    stops_on: list[date]
    """No reorder from this day on: the product has been discontinued."""
    launches: dict[tuple[int, date], list[tuple[int, int]]]
    """First orders of new products: (supplier position, day) to (item, units)."""


def old_habits(
    source: SourceLines,
    demand: Demand,
    products: Sequence[Product],
    product_of: dict[str, int],
    discontinued_on: dict[int, date],
) -> Habits:
    """Return the buyer's habits, drawn around what each item really sells with the error of a guess."""
    wishes = _wishes_by_item(source, demand, product_of)
    items = len(products) * len(LOCATIONS)
    stocked = np.zeros(items, np.bool_)
    opening, reorder_point, order_units = (np.zeros(items, np.int64) for _ in range(3))
    starts_on, stops_on = [FIRST_DAY] * items, [date.max] * items
    launches: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    first_day = {
        number: min(local_date(wishes[item][0][0]) for item in range(number * 3, number * 3 + 3) if item in wishes)
        for number in {item // 3 for item in wishes}
    }
    for item in sorted(wishes):
        product = products[item // 3]
        name = (product.sku, item % 3)
        supplier = SUPPLIERS[SUPPLIER_POSITION[product.supplier_id]]
        stocked[item] = True
        wanted_from = first_day[item // 3]
        per_day = _units_per_day([units for _, units in wishes[item]], (LAST_DAY - wanted_from).days + 1)
        guess = per_day * lognormal(0.4, "guess", *name)
        reorder_point[item] = round(guess * (supplier.quoted_lead_time_days + 7) * REORDER_CAUTION)
        order_units[item] = whole_packs(guess * between(18, 40, "cover", *name), product)
        stops_on[item] = discontinued_on.get(product.number, date.max)
        launch_day = _launch_day(supplier, wanted_from)
        if launch_day is not None:
            units = whole_packs(guess * (supplier.quoted_lead_time_days + 20), product)
            launches[SUPPLIER_POSITION[product.supplier_id], launch_day].append((item, units))
            starts_on[item] = launch_day + timedelta(days=1)
        else:
            opening[item] = _opening_units(name, int(reorder_point[item]), int(order_units[item]), product)
    return Habits(stocked, opening, reorder_point, order_units, starts_on, stops_on, dict(launches))


def whole_packs(units: float, product: Product) -> int:
    """Return an order quantity: at least the supplier's minimum, in whole packs."""
    return max(product.minimum_order_units, math.ceil(units / product.pack_units) * product.pack_units)


@cache
def review_days(supplier: Supplier) -> list[date]:
    """Return the days on which the buyer goes through a supplier's products: once a week, on a working day."""
    if supplier.supplier_id == NEW_SUPPLIER:
        return list(NEW_SUPPLIER_ORDER_DAYS)
    days = [FIRST_DAY + timedelta(days=each) for each in range(DAYS)]
    return [day for day in days if day.weekday() == supplier.review_weekday and is_working_day(day)]


def _launch_day(supplier: Supplier, wanted_from: date) -> date | None:
    """Return the review day on which a product's first order was placed; none where it had always been in the range."""
    if supplier.supplier_id == NEW_SUPPLIER:
        return NEW_SUPPLIER_ORDER_DAYS[0]
    latest = wanted_from - timedelta(days=supplier.quoted_lead_time_days + 9)
    if latest < FIRST_DAY + timedelta(days=14):
        return None
    return max(day for day in review_days(supplier) if day <= latest)


def _opening_units(name: tuple[str, int], reorder_point: int, order_units: int, product: Product) -> int:
    overstock = between(4, 9, "how much too much", *name) if uniform("overstock", *name) < 0.07 else 1.0
    units = (reorder_point * between(0.9, 1.4, "opening", *name) + order_units * uniform("cycle", *name)) * overstock
    return max(product.pack_units, math.ceil(units / product.pack_units) * product.pack_units)


def _units_per_day(units: list[int], days: int) -> float:
    """Return mean daily units with lines cut to their 95th percentile: no buyer plans for flukes."""
    cap = sorted(units)[int(0.95 * (len(units) - 1))]
    return sum(min(each, cap) for each in units) / max(days, 28)


def _wishes_by_item(
    source: SourceLines, demand: Demand, product_of: dict[str, int]
) -> dict[int, list[tuple[int, int]]]:
    wishes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for sku, at, units, kind, location in zip(
        source.sku,
        source.at.tolist(),
        source.units.tolist(),
        demand.kind.tolist(),
        demand.location.tolist(),
        strict=True,
    ):
        if kind == WISH and sku in product_of:
            wishes[product_of[sku] * 3 + location].append((at, units))
    return wishes
