"""What shoppers wanted of items in the past, whether or not it was there: sales, and draws where stock hid demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import psycopg

from stockroom.planning import ItemHistory
from stockroom.planning.arrays import BoolArray, IntArray
from stockroom.replay import impute_demand
from stockroom.warehouse.past_days import name_items, read_days

SEED = 0


@dataclass(frozen=True, eq=False)
class PastDemand:
    """Demand of ``n`` items over ``d`` days."""

    units: IntArray
    """(n, d) sold and imputed together."""
    is_imputed: BoolArray
    """(n, d) sold out or empty: the units are a draw."""
    units_sold: IntArray


def read_demand(
    connection: psycopg.Connection, items: Sequence[tuple[str, str]], *, first: date, end: date
) -> PastDemand:
    """Return the demand of each SKU and location from ``first`` to the eve of ``end``, imputed as in a replay.

    Reading it again gives the same units. The items are numbered in ``planned_items`` to the end of the transaction.
    """
    days = read_days(connection, items=name_items(connection, items), first=first, end=end)
    # What items cost and who supplies them says nothing of demand.
    nothing, unnamed = np.zeros(len(items)), np.full(len(items), "")
    history = ItemHistory(
        dates=np.arange(days.units_sold.shape[1]) + np.datetime64(first, "D"),
        units_sold=days.units_sold,
        sold_out=days.sold_out,
        fraction_in_stock=days.fraction_in_stock,
        unit_price=nothing,
        unit_cost=nothing,
        supplier=unnamed,
        category=unnamed,
        item_key=np.array([f"{sku} {location_id}" for sku, location_id in items]),
    )
    latent = impute_demand(history, seed=SEED)
    return PastDemand(latent.units, latent.is_imputed, days.units_sold.astype(np.int64))
