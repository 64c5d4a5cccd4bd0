"""What those who are told of a restock are expected to buy, from what became of earlier notices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib import resources

import numpy as np
import psycopg

from stockroom.planning import Expected, PastNotices, Takes, Told, expected_of, learn_takes

RESERVED_FOR = timedelta(hours=48)
"""So long the units of a shopper who was told are held in mind for them."""
LEARNED_FROM = timedelta(days=365)


def read_takes(connection: psycopg.Connection, *, now: datetime) -> Takes | None:
    """Return what notices of the last year were followed by; ``None`` while that is too little to go by."""
    rows = connection.execute(
        _statement("restock_takes.sql"),
        {
            "reserved_for": RESERVED_FOR,
            "reserved_since": now - RESERVED_FOR,
            "learned_since": now - LEARNED_FROM,
        },
    ).fetchall()
    names = np.array([name for name, *_ in rows], dtype=str)
    told, followed, bought = np.array([row[1:4] for row in rows], dtype=np.int64).reshape(-1, 3).T
    log_hours, squares = np.array([row[4:] for row in rows], dtype=np.float64).reshape(-1, 2).T
    return learn_takes(PastNotices(names, told, followed, bought, log_hours, squares))


def read_expected(
    connection: psycopg.Connection,
    skus: Sequence[str],
    *,
    now: datetime,
    have_left: bool = False,
    but: Sequence[str] = (),
) -> dict[str, Expected]:
    """Return by SKU what those who were told may still buy, all but these requests.

    ``have_left``: only those to whom a message has left; else also who is to get one.
    """
    takes = read_takes(connection, now=now)
    wanted = {
        "skus": list(skus),
        "now": now,
        "reserved_since": now - RESERVED_FOR,
        "have_left": have_left,
        "but": list(but),
    }
    groups: dict[str, list[tuple[float, ...]]] = {sku: [] for sku in skus}
    for sku, *group in connection.execute(_statement("restock_told.sql"), wanted):
        groups[sku].append(tuple(group))
    categories = _categories(connection, skus) if takes else {}
    return {
        sku: expected_of(takes.of(categories.get(sku, "")) if takes else None, _told(rows))
        for sku, rows in groups.items()
    }


def _told(rows: Sequence[tuple[float, ...]]) -> Told:
    return Told(*np.array(rows, dtype=np.float64).reshape(-1, 5).T)


def _categories(connection: psycopg.Connection, skus: Sequence[str]) -> dict[str, str]:
    """Return the category of each SKU, as notices at Shopify keep it."""
    return dict(
        connection.execute(
            """
            select distinct on (sku) sku, coalesce(category, '') from ops.shown_products
            where channel_id = 'shopify' and sku = any(%s)
            order by sku asc, is_on_sale desc, landing_file_id desc, listing_id asc
            """,
            (list(skus),),
        ).fetchall()
    )


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
