"""What a position is made of: its last count or level, and the entries after it."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import psycopg


class Position(NamedTuple):
    """Units of a SKU at a location, and what they stand on."""

    location_id: str
    source_of_truth: str
    is_running: bool
    counts_from: datetime | None
    counted_at: datetime | None
    level_units: int
    own_writes_units: int
    available_units: int
    on_hand_units: int
    committed_units: int
    reserved_units: int
    damaged_units: int
    entries: int
    """So many were added to the level."""


class Entry(NamedTuple):
    """One entry that was added."""

    occurred_at: datetime
    kind: str
    source: str
    document_key: str
    on_hand_change: int
    committed_change: int
    damaged_change: int
    is_correction: bool


class Comparison(NamedTuple):
    """What a channel that does not count a place showed after we last wrote to it or found it right."""

    channel_id: str
    listing_id: str
    units_shown: int
    shown_at: datetime
    units_told: int
    told_at: datetime
    units_sold: int
    """The channel itself is known to have sold so many in between; of a pack or bundle, it can have sold so many."""
    units_held: int | None
    """Units of the SKU in a pack or bundle; None: the listing is one unit of it."""


def read_positions(connection: psycopg.Connection, sku: str) -> list[Position]:
    """Return what is known of a SKU, place by place."""
    rows = connection.execute(
        """
        select
            positions.location_id, positions.source_of_truth, positions.is_running, positions.counts_from,
            positions.counted_at, positions.level_units, positions.own_writes_units, positions.available_units,
            positions.on_hand_units, positions.committed_units, positions.reserved_units, positions.damaged_units,
            (
                select count(*) from ops.stock_events as events
                where
                    events.sku = positions.sku
                    and events.location_id = positions.location_id
                    and events.occurred_at > positions.counts_from
                    and events.source != all(locations.sources_in_level)
                    and events.kind != 'count'
            ) as entries
        from ops.stock_positions as positions
        inner join ops.stock_locations as locations on positions.location_id = locations.location_id
        where positions.sku = %s
        order by positions.location_id
        """,
        (sku,),
    )
    return [Position(*row) for row in rows]


def read_entries(connection: psycopg.Connection, sku: str, location_id: str, *, most: int) -> list[Entry]:
    """Return the newest entries that were added to the level of a position, the oldest of them first."""
    rows = connection.execute(
        """
        select
            events.occurred_at, events.kind, events.source, events.document_key, events.on_hand_change,
            events.committed_change, events.damaged_change, events.entry_number > 1
        from ops.stock_events as events
        inner join ops.stock_positions as positions
            on events.sku = positions.sku and events.location_id = positions.location_id
        inner join ops.stock_locations as locations on events.location_id = locations.location_id
        where
            events.sku = %s
            and events.location_id = %s
            and events.occurred_at > positions.counts_from
            and events.source != all(locations.sources_in_level)
            and events.kind != 'count'
        order by events.occurred_at desc, events.stock_event_id desc
        limit %s
        """,
        (sku, location_id, most),
    )
    return [Entry(*row) for row in rows][::-1]


def read_comparisons(connection: psycopg.Connection, sku: str, location_id: str) -> list[Comparison]:
    """Return what channels that do not count a place show of a SKU there, beside what we last made them show.

    Packs and bundles that hold it are among them, each in units of the listing.
    """
    query = files(__package__).joinpath("stock_comparisons.sql").read_text("utf-8")
    return [Comparison(*row) for row in connection.execute(query, {"sku": sku, "location_id": location_id})]
