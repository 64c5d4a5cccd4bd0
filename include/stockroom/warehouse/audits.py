"""What is known of places and catalogues before anything is pushed."""

from __future__ import annotations

from datetime import datetime
from importlib.resources import files
from typing import NamedTuple

import psycopg


class PlaceFact(NamedTuple):
    """A place that stock is known of, or that a channel sells from."""

    source: str | None
    """Whose levels say what is there; none: nobody does."""
    landed_at: datetime | None
    location_id: str
    channels: str
    """Who sells from it."""
    skus: int
    units: int


class ItemFact(NamedTuple):
    """Something odd about an item on sale."""

    finding: str
    channel_id: str
    listing_id: str
    sku: str | None
    title: str | None


class SkuFact(NamedTuple):
    """Where a SKU is on sale."""

    sku: str
    channels: str


class CatalogueFact(NamedTuple):
    """What a connected channel's catalogue holds."""

    channel_id: str
    items: int
    """On sale."""
    skus: int
    was_pushed: bool


def read_places(connection: psycopg.Connection) -> list[PlaceFact]:
    """Return the places by name."""
    return [PlaceFact(*row) for row in connection.execute(_statement("audit_locations.sql"))]


def read_odd_items(connection: psycopg.Connection) -> list[ItemFact]:
    """Return what is odd, kind by kind."""
    return [ItemFact(*row) for row in connection.execute(_statement("audit_items.sql"))]


def read_skus(connection: psycopg.Connection) -> list[SkuFact]:
    """Return every SKU that a connected channel has on sale, and which channels do."""
    rows = connection.execute(
        """
        select items.sku, string_agg(distinct items.channel_id, ', ' order by items.channel_id)
        from intermediate.int_catalogue_items as items
        inner join ops.channels as channels on items.channel_id = channels.channel_id and channels.is_connected
        where items.is_active and items.sku is not null
        group by items.sku
        order by items.sku collate "C"
        """
    )
    return [SkuFact(*row) for row in rows]


def read_catalogues(connection: psycopg.Connection) -> list[CatalogueFact]:
    """Return the connected channels that have a catalogue."""
    rows = connection.execute(
        """
        select
            items.channel_id,
            count(*),
            count(distinct items.sku),
            exists (
                select 1 from ops.push_runs as rounds
                where rounds.channel_id = items.channel_id and rounds.state <> 'held'
            )
        from intermediate.int_catalogue_items as items
        inner join ops.channels as channels on items.channel_id = channels.channel_id and channels.is_connected
        where items.is_active
        group by items.channel_id
        order by items.channel_id
        """
    )
    return [CatalogueFact(*row) for row in rows]


def landed_at(connection: psycopg.Connection, landing_file_ids: list[int]) -> dict[int, datetime]:
    """Return when files landed."""
    rows = connection.execute(
        "select landing_file_id, landed_at from raw.landing_files where landing_file_id = any(%s)", (landing_file_ids,)
    )
    return dict(rows.fetchall())


def _statement(name: str) -> bytes:
    return files(__package__).joinpath(name).read_bytes()
