"""What SKUs sold in a season, week by week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import psycopg


def read_season_sales(
    connection: psycopg.Connection, *, skus: Sequence[str], first: date, last: date
) -> npt.NDArray[np.float64]:
    """Return ``(skus, weeks)`` units sold from ``first`` to ``last``, at all places; the last week may be short."""
    names = sorted({sku.strip().upper() for sku in skus})
    sold = np.zeros((len(names), max((last - first).days // 7 + 1, 1)))
    rows = connection.execute(
        """
        select sku, (sold_date - %(first)s) / 7, sum(units_sold)
        from marts.fct_sales_daily
        where sku = any(%(skus)s) and sold_date between %(first)s and %(last)s
        group by 1, 2
        """,
        {"skus": names, "first": first, "last": last},
    )
    for sku, week, units in rows:
        sold[names.index(sku), week] = float(units)
    return sold
