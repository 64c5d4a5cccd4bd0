"""Units promised beyond stock: where they are, how that came about, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, NamedTuple

import orjson
import psycopg

from stockroom.warehouse.built import are_built


class Shortage(NamedTuple):
    """A SKU at a location of which more is promised than is there."""

    sku: str
    location_id: str
    available_units: int
    """Below 0."""


class StockEvent(NamedTuple):
    """What one record did to what can be sold of an item."""

    sku: str
    location_id: str
    occurred_at: datetime
    recorded_at: datetime
    kind: str
    channel_id: str | None
    document_key: str
    units: int
    """Taken; below 0 where given back."""
    is_place_fixed: bool
    """Whether its channel says where its orders leave from."""


class Told(NamedTuple):
    """What a channel showed of an item when it was looked at."""

    sku: str
    location_id: str
    channel_id: str
    seen_at: datetime
    """By the channel's clock, as its orders' times."""
    units: int
    is_written: bool


class Place(NamedTuple):
    """Another location's units of an item, the preferred and nearest first."""

    sku: str
    location_id: str
    other_location_id: str
    available_units: int
    ship_priority: int | None
    """Where planners want it to stand in the order; None: wherever its distance puts it."""


class OpenOrder(NamedTuple):
    """An open purchase order line for an item, the earliest first."""

    sku: str
    location_id: str
    po_number: str
    units: int
    due_days: float


class TimelineRow(NamedTuple):
    """One event of a timeline, as it is kept."""

    occurred_at: datetime
    kind: str
    channel_id: str | None
    document_key: str | None
    units: int
    available_before: int | None
    available_after: int | None
    units_short: int
    shown_units: int | None
    shown_at: datetime | None


class AllocationRow(NamedTuple):
    """Where units of an order are to ship from, where its channel names no place."""

    channel_id: str
    document_key: str
    location_id: str
    units: int
    default_location_id: str
    is_split: bool
    reason: str


class Oversell(NamedTuple):
    """One oversell, as it is kept."""

    oversell_id: int
    sku: str
    location_id: str
    state: str
    units_short: int
    orders_short: int
    began_at: datetime | None
    known_at: datetime | None
    noticed_at: datetime
    resolved_at: datetime | None
    money_at_risk: Decimal
    action: str
    recommendation: str
    remedies: list[dict[str, Any]]


def read_shortages(connection: psycopg.Connection) -> list[Shortage]:
    """Return every item of which more is promised than is there."""
    return [Shortage(*row) for row in connection.execute(_query("oversells_short.sql"))]


def read_margins(connection: psycopg.Connection, shortages: Sequence[Shortage]) -> dict[str, float]:
    """Return what a unit of each SKU earns in the base currency, where that is known."""
    if not are_built(connection, "marts.dim_skus"):
        return {}
    return dict(connection.execute(_query("oversells_margins.sql"), _items(shortages)).fetchall())


def read_events(connection: psycopg.Connection, shortages: Sequence[Shortage]) -> list[StockEvent]:
    """Return what happened to items lately, oldest first."""
    return [StockEvent(*row) for row in connection.execute(_query("oversells_events.sql"), _items(shortages))]


def read_told(connection: psycopg.Connection, shortages: Sequence[Shortage], *, since: datetime) -> list[Told]:
    """Return what channels showed of items since a moment, and what they showed last before it; oldest first."""
    given = {**_items(shortages), "since": since}
    return [Told(*row) for row in connection.execute(_query("oversells_told.sql"), given)]


def read_places(connection: psycopg.Connection, shortages: Sequence[Shortage]) -> list[Place]:
    """Return where else items can be sold from."""
    if not are_built(connection, "marts.dim_locations"):
        return []
    return [Place(*row) for row in connection.execute(_query("oversells_places.sql"), _items(shortages))]


def read_open_orders(connection: psycopg.Connection, shortages: Sequence[Shortage], *, today: date) -> list[OpenOrder]:
    """Return what is on order of items."""
    if not are_built(connection, "marts.fct_purchase_order_lines"):
        return []
    given = {**_items(shortages), "today": today}
    return [OpenOrder(*row) for row in connection.execute(_query("oversells_on_order.sql"), given)]


def keep_oversell(
    connection: psycopg.Connection, shortage: Shortage, given: dict[str, Any], timeline: Sequence[TimelineRow]
) -> int:
    """Open an oversell, or say of the open one what is true now; return its id. The caller commits."""
    row = connection.execute(
        _query("oversells_keep.sql"),
        {
            "sku": shortage.sku,
            "location_id": shortage.location_id,
            "units_short": -shortage.available_units,
            **given,
            "remedies": orjson.dumps(given["remedies"]).decode(),
        },
    ).fetchone()
    if row is None:
        raise RuntimeError("an upsert that returns its id returned none")
    oversell_id = int(row[0])
    connection.execute("delete from ops.oversell_events where oversell_id = %s", (oversell_id,))
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.oversell_events (
                oversell_id, event_number, occurred_at, kind, channel_id, document_key, units, available_before,
                available_after, units_short, shown_units, shown_at
            ) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [(oversell_id, number, *event) for number, event in enumerate(timeline, 1)],
        )
    return oversell_id


def keep_allocations(connection: psycopg.Connection, sku: str, rows: Sequence[AllocationRow]) -> None:
    """Say where orders for a SKU are to ship from; what was said of them before is forgotten. The caller commits."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "delete from ops.allocations where channel_id = %s and document_key = %s and sku = %s",
            [
                (channel_id, key, sku)
                for channel_id, key in sorted({(row.channel_id, row.document_key) for row in rows})
            ],
        )
        cursor.executemany(
            """
            insert into ops.allocations (
                channel_id, document_key, location_id, units, default_location_id, is_split, reason, sku
            ) values (%s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [(*row, sku) for row in rows],
        )


def read_allocations(connection: psycopg.Connection, sku: str) -> list[AllocationRow]:
    """Return where orders for a SKU are to ship from, the newest first."""
    rows = connection.execute(
        """
        select channel_id, document_key, location_id, units, default_location_id, is_split, reason
        from ops.allocations
        where sku = %s
        order by decided_at desc, channel_id, document_key, location_id
        """,
        (sku,),
    )
    return [AllocationRow(*row) for row in rows]


def resolve_oversells(connection: psycopg.Connection) -> list[int]:
    """Note which open oversells are made good, and return them; the caller commits."""
    return [
        int(oversell_id)
        for (oversell_id,) in connection.execute(
            """
            update ops.oversells as oversells set
                state = 'resolved',
                resolved_at = clock_timestamp(),
                checked_at = clock_timestamp()
            where
                oversells.state = 'open'
                and not exists (
                    select from ops.stock_positions as positions
                    where
                        positions.sku = oversells.sku
                        and positions.location_id = oversells.location_id
                        and positions.available_units < 0
                )
            returning oversells.oversell_id
            """
        )
    ]


def list_oversells(connection: psycopg.Connection, *, sku: str | None = None) -> list[Oversell]:
    """Return the open oversells, the costliest first; of one SKU all there ever were, the newest first."""
    rows = connection.execute(
        """
        select
            oversell_id, sku, location_id, state, units_short, orders_short, began_at, known_at, noticed_at,
            resolved_at, money_at_risk, action, recommendation, remedies
        from ops.oversells
        where case when %(sku)s::text is null then state = 'open' else sku = %(sku)s end
        order by
            case when %(sku)s::text is null then money_at_risk end desc, noticed_at desc, oversell_id desc
        """,
        {"sku": sku},
    )
    return [Oversell(*row) for row in rows]


def read_timeline(connection: psycopg.Connection, oversell_id: int) -> list[TimelineRow]:
    """Return what happened, oldest first."""
    rows = connection.execute(
        """
        select
            occurred_at, kind, channel_id, document_key, units, available_before, available_after, units_short,
            shown_units, shown_at
        from ops.oversell_events
        where oversell_id = %s
        order by event_number
        """,
        (oversell_id,),
    )
    return [TimelineRow(*row) for row in rows]


def _items(shortages: Sequence[Shortage]) -> dict[str, Any]:
    return {"skus": [each.sku for each in shortages], "locations": [each.location_id for each in shortages]}


def _query(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
