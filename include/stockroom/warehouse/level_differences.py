"""What channels show that do not count a place, held against what we made them show there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import NamedTuple

import orjson
import psycopg

from stockroom.warehouse.built import are_built


class Difference(NamedTuple):
    """A listing that shows something else than it was made to show, less what its channel sold."""

    channel_id: str
    listing_id: str
    location_id: str
    sku: str | None
    units_shown: int
    shown_at: datetime
    units_told: int
    told_at: datetime
    units_sold: int
    """Most that the channel itself can have sold of the listing in between."""
    units_differing: int
    """Above 0: so many too many are shown; below: so many too few."""
    skus: list[str | None]
    units: list[int]
    """Of each of ``skus``, so many in the listing."""


class Asked(NamedTuple):
    """One difference, or many of a channel, as it is put before a person."""

    exception_key: str
    subject: str
    detail: str
    mend: str
    sku: str | None
    location_id: str | None
    money_at_risk: float | None
    proposal: str


def compare_levels(connection: psycopg.Connection, *, slack: timedelta) -> int:
    """Hold what was read since the last look against what was told before it, and return how many; the caller commits.

    Args:
        connection: to the warehouse.
        slack: by so much may a channel lower a figure, or be read, sooner or later than it says.
    """
    return connection.execute(_query("level_differences_compare.sql"), {"slack": slack}).rowcount


def read_differences(connection: psycopg.Connection) -> list[Difference]:
    """Return every listing that differed when it was last compared."""
    return [Difference(*row) for row in connection.execute(_query("level_differences_found.sql"))]


def read_prices(connection: psycopg.Connection, skus: Sequence[str | None]) -> dict[str, float]:
    """Return what a unit of each SKU sells for, as far as the marts know."""
    if not are_built(connection, "marts.dim_skus"):
        return {}
    rows = connection.execute(
        "select sku, unit_price::double precision from marts.dim_skus where sku = any(%s) and unit_price is not null",
        (list(skus),),
    )
    return dict(rows.fetchall())


def read_standing(connection: psycopg.Connection, kind: str) -> frozenset[str]:
    """Return the keys of the exceptions of a kind that stand."""
    rows = connection.execute(
        "select exception_key from ops.exceptions where kind = %s and resolved_at is null", (kind,)
    )
    return frozenset(str(key) for (key,) in rows)


def replace_exceptions(
    connection: psycopg.Connection, kind: str, asked: Sequence[Asked], *, currency: str, owner: str
) -> None:
    """Make what stands of a kind exactly ``asked``; the caller commits.

    What stood keeps its time and its answer, and what is gone is resolved.
    """
    given = {
        "rows": orjson.dumps([one._asdict() for one in asked]).decode(),
        "kind": kind,
        "currency": currency,
        "owner": owner,
    }
    connection.execute(_query("level_differences_raise.sql"), given)


def _query(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
