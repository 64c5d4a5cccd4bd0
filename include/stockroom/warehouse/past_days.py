"""Items day by day, out of the marts: what sold, and on which days something was there to sell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from stockroom.warehouse.plans_arrays import use_numpy_arrays


@dataclass(frozen=True, eq=False)
class PastDays:
    """Panels of ``n`` items over consecutive days, (n, d)."""

    first: date
    units_sold: npt.NDArray[np.int32]
    sold_out: npt.NDArray[np.bool_]
    fraction_in_stock: npt.NDArray[np.float64]
    """1 in stock at its close, 0 out all day, NaN sold out at an unknown hour."""


def name_items(connection: psycopg.Connection, items: Iterable[tuple[str, str]]) -> int:
    """Give each SKU and location its number in a table that statements join, and return how many they are.

    The table lasts to the end of the transaction.
    """
    connection.execute("create temporary table planned_items (item integer, sku text, location_id text) on commit drop")
    count = 0
    with connection.cursor() as cursor, cursor.copy("copy planned_items from stdin") as copy:
        for count, (sku, location_id) in enumerate(items, start=1):
            copy.write_row((count - 1, sku, location_id))
    connection.execute("analyze planned_items")
    return count


def read_days(connection: psycopg.Connection, *, items: int, first: date, end: date) -> PastDays:
    """Return the days from ``first`` to the eve of ``end`` of the items that ``name_items`` numbered."""
    shape = (items, (end - first).days)
    units, sold_out = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.bool_)
    fraction = np.ones(shape, dtype=np.float64)
    window = {"history_start": first, "plan_date": end}
    for item, days, sold in read_arrays(connection, "plans_sales.sql", window):
        units[item, days] = sold
    for item, sold_out_days, empty_days in read_arrays(connection, "plans_stock_days.sql", window):
        sold_out[item, sold_out_days] = True
        fraction[item, sold_out_days] = np.nan
        fraction[item, empty_days] = 0.0
    return PastDays(first, units, sold_out, fraction)


def read_arrays(
    connection: psycopg.Connection, statement: str, parameters: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a statement beside this module, its arrays as numpy's."""
    with connection.cursor(binary=True) as cursor:
        use_numpy_arrays(cursor)
        yield from cursor.execute(resources.files("stockroom.warehouse").joinpath(statement).read_bytes(), parameters)
