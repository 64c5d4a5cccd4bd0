"""When SKUs are likely back, as the watch of supply left it, and how often that was right. The caller commits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning.history import LeadTimeHistory
from stockroom.planning.likely_back import Coverage
from stockroom.warehouse.built import are_built
from stockroom.warehouse.restock_units import SHOPIFY

STALE_AFTER = timedelta(hours=26)
"""What the watch has not repeated for so long is nobody's word any more."""


class LikelyBack(NamedTuple):
    """Between which days a SKU is back at a location in four of five cases."""

    sku: str
    location_id: str
    first_date: date
    last_date: date
    withheld: str | None


def read_shipments(connection: psycopg.Connection, plan_date: date) -> LeadTimeHistory:
    """Return the shipments that a plan learned from."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(
            """
            select supplier_id, lane, days, age_days, is_open from plan.lead_times where plan_date = %s
            order by shipment_id collate "C"
            """,
            (plan_date,),
        ).fetchall()
    return LeadTimeHistory(
        supplier=np.array([row.supplier_id or "" for row in rows], dtype=np.str_),
        lane=np.array([row.lane or "" for row in rows], dtype=np.str_),
        days=np.array([row.days for row in rows], dtype=np.float64),
        age_days=np.array([row.age_days for row in rows], dtype=np.float64),
        is_open=np.array([row.is_open for row in rows], dtype=np.bool_),
    )


def write_likely_back(
    connection: psycopg.Connection,
    found: Iterable[LikelyBack],
    coverage: Mapping[str, Coverage],
    *,
    as_of_date: date,
) -> None:
    """Replace what was said before."""
    connection.execute("delete from ops.likely_back")
    connection.execute("delete from ops.likely_back_coverage")
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.likely_back (sku, location_id, first_date, last_date, withheld, as_of_date)
            values (%s, %s, %s, %s, %s, %s)
            """,
            [(*one, as_of_date) for one in found],
        )
        cursor.executemany(
            "insert into ops.likely_back_coverage (supplier_id, arrivals, looks, held, as_of_date)"
            " values (%s, %s, %s, %s, %s)",
            [(name, one.arrivals, one.looks, one.held, as_of_date) for name, one in coverage.items()],
        )


def read_likely_back(connection: psycopg.Connection, sku: str) -> list[LikelyBack]:
    """Return what is known of a SKU, location by location."""
    rows = connection.execute(
        """
        select sku, location_id, first_date, last_date, withheld from ops.likely_back where sku = %s
        order by last_date, location_id
        """,
        (sku,),
    ).fetchall()
    return [LikelyBack(*row) for row in rows]


def read_coverage(connection: psycopg.Connection) -> dict[str, Coverage]:
    """Return how often past intervals held, by supplier; under ``*`` of all."""
    rows = connection.execute(
        "select supplier_id, arrivals, looks, held from ops.likely_back_coverage order by supplier_id"
    ).fetchall()
    return {name: Coverage(arrivals, looks, held) for name, arrivals, looks, held in rows}


def read_shown_to_shoppers(
    connection: psycopg.Connection, sku: str, channel_id: str, *, today: date, now: datetime
) -> LikelyBack | None:
    """Return what a shop may say of a SKU: the earliest at the places that its orders leave from; ``None``: nothing."""
    row = connection.execute(
        """
        select sku, location_id, first_date, last_date, withheld
        from ops.likely_back
        where
            sku = %(sku)s and withheld is null and last_date >= %(today)s and written_at > %(since)s
            and location_id = any(%(places)s)
        order by last_date, location_id
        limit 1
        """,
        {"sku": sku, "today": today, "since": now - STALE_AFTER, "places": _places_of(connection, channel_id)},
    ).fetchone()
    return None if row is None else LikelyBack(*row)


def _places_of(connection: psycopg.Connection, channel_id: str) -> list[str]:
    """Return the locations that a shop's orders leave from."""
    if channel_id != SHOPIFY:
        rows = connection.execute("select ship_from from ops.channels where channel_id = %s", (channel_id,)).fetchall()
    elif not are_built(connection, "marts.dim_locations"):
        return []
    else:
        rows = connection.execute("select location_id from marts.dim_locations where fulfills_online_orders").fetchall()
    return [place for (place,) in rows if place]
