"""The sample store as ``bench_overstock.py`` sells it: its own past, and from its last morning on its demand model.

The product is told what the store's files tell: sales, stock, orders, the planners' promotions and prices.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from scipy.stats import poisson

from sample_store.folders.standing import PROMOTIONS
from sample_store.world.build import World
from sample_store.world.cache import open_world
from sample_store.world.prices import ELASTICITY, MARKDOWNS
from stockroom.planning import ItemHistory
from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray

AS_OF_DATE = date(2011, 6, 30)
FIRST_DATE = date(2010, 12, 1)
SALES, LOCATIONS = (0, 1), ("LONDON", "MANCHESTER", "ROTTERDAM")
WANDERING_SD = 0.35
"""How far an item's rate over the next two years lies from that of its past, as a log standard deviation."""
RATE_DAYS = 182
LEAST_UNITS = 2


@dataclass(frozen=True, eq=False)
class Shop:
    """Everything that is true of the store's demand from the plan date on, and what the product is told."""

    history: ItemHistory
    sku: TextArray
    true_rate: FloatArray
    """(n,) a day, at today's price."""
    elasticity: FloatArray
    """The store's own; being promoted alone sells nothing there."""

    def demand(self, uniform: FloatArray, share_off: FloatArray) -> IntArray:
        """Return the units wanted on a day; the same draws give the same shoppers, whatever the policy."""
        return np.asarray(poisson.ppf(uniform, self.true_rate * (1.0 - share_off) ** -self.elasticity), dtype=np.int64)


def build_shop() -> Shop:
    """Return the store on its last morning, as if each item's demand went on as in its past."""
    with tempfile.TemporaryDirectory() as folder:
        world = open_world(Path(folder))
        movements = world.movements
        items = len(world.products) * len(LOCATIONS)
        zero = np.datetime64(FIRST_DATE, "s").astype(np.int64)
        cut_off = int(np.datetime64(AS_OF_DATE, "s").astype(np.int64))
        days = (AS_OF_DATE - FIRST_DATE).days
        is_past = movements.at < cut_off
        is_sale = is_past & np.isin(movements.kind, SALES)
        sold = np.zeros((items, days))
        day = np.clip((movements.at[is_sale] - zero) // 86_400, 0, days - 1)
        np.add.at(sold, (movements.item[is_sale], day), -movements.available_change[is_sale])
        on_hand = world.opening_units.astype(np.int64).copy()
        np.add.at(on_hand, movements.item[is_past], movements.on_hand_change[is_past])
        on_order = _on_order(world, cut_off)
        marked_down = np.asarray(world.was_marked_down)
        products = [world.products[item // len(LOCATIONS)] for item in range(items)]
    sold = np.maximum(sold, 0)
    kept = np.flatnonzero((sold.sum(axis=1) >= LEAST_UNITS) | (on_hand > 0))
    sold = sold[kept]
    category = np.array([products[item].category for item in kept])
    sku = np.array([products[item].sku for item in kept])
    price_off = _marked_down(marked_down[:, kept // len(LOCATIONS)], days)
    is_usual = (price_off == 0)[:, -RATE_DAYS:]
    rate = np.where(is_usual, sold[:, -RATE_DAYS:], 0.0).sum(axis=1) / is_usual.sum(axis=1)
    history = ItemHistory(
        dates=np.datetime64(FIRST_DATE) + np.arange(days),
        units_sold=sold.astype(np.int64),
        fraction_in_stock=np.ones(sold.shape, dtype=np.float32),
        unit_price=np.array([products[item].price_pence / 100 for item in kept]),
        unit_cost=np.array([products[item].cost_pence / 100 for item in kept]),
        supplier=np.array([products[item].supplier_id for item in kept]),
        category=category,
        on_hand=np.maximum(on_hand[kept], 0),
        on_order=[on_order.get(item, []) for item in kept.tolist()],
        pack_units=np.array([products[item].pack_units for item in kept]),
        minimum_order_units=np.array([products[item].minimum_order_units for item in kept]),
        promotion=_promotions(category, sku, days),
        price_off=price_off,
    )
    return Shop(history, sku, rate, np.array([ELASTICITY[one] for one in category]))


def come_true(shop: Shop, seed: int, *, wandering_sd: float = WANDERING_SD, elasticity_times: float = 1.0) -> Shop:
    """Return the shop that may come of it; the seed draws where each item's demand wanders from its past."""
    drawn = np.random.default_rng(seed).lognormal(-(wandering_sd**2) / 2, wandering_sd, shop.true_rate.size)
    return replace(shop, true_rate=shop.true_rate * drawn, elasticity=shop.elasticity * elasticity_times)


def _on_order(world: World, cut_off: int) -> dict[int, list[tuple[int, float]]]:
    """Return what has been ordered and has yet to come, by item."""
    receipts = world.receipts
    found: dict[int, list[tuple[int, float]]] = {}
    for product, location, units, at in zip(
        receipts.product.tolist(),
        receipts.location.tolist(),
        receipts.units.tolist(),
        receipts.at.tolist(),
        strict=True,
    ):
        if at >= cut_off and product >= 0:
            due = (at - cut_off) / 86_400
            found.setdefault(product * len(LOCATIONS) + location, []).append((int(units), due))
    return found


def _promotions(category: TextArray, sku: TextArray, days: int) -> FloatArray:
    """Return the share that the store's own calendar takes off each item's price, day by day."""
    panel = np.zeros((category.size, days))
    for _, _, of_category, of_sku, first, last, percent in PROMOTIONS:
        begins = (date.fromisoformat(str(first)) - FIRST_DATE).days
        ends = (date.fromisoformat(str(last)) - FIRST_DATE).days + 1
        rows = sku == of_sku if of_sku else category == of_category
        panel[rows, max(begins, 0) : max(ends, 0)] = float(str(percent)) / 100
    return panel


def _marked_down(was_marked_down: BoolArray, days: int) -> FloatArray:
    """Return the share by which the store's planners once lowered each item's price, day by day."""
    panel = np.zeros((was_marked_down.shape[1], days))
    for each, rows in zip(MARKDOWNS, was_marked_down, strict=True):
        first, beyond = (each.first_day - FIRST_DATE).days, (each.last_day - FIRST_DATE).days + 1
        panel[rows, first:beyond] = each.percent_off / 100
    return panel
