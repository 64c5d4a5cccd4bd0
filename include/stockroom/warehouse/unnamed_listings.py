"""Listings that say no SKU, and the SKUs that they might be."""

from __future__ import annotations

from typing import NamedTuple

import psycopg

from stockroom.warehouse.built import are_built


class Unnamed(NamedTuple):
    """A listing on sale without a SKU of which planners say nothing."""

    channel_id: str
    listing_id: str
    title: str
    barcode: str | None


class Known(NamedTuple):
    """A SKU of the catalogue."""

    sku: str
    title: str
    barcode: str | None


def read_unnamed(connection: psycopg.Connection) -> list[Unnamed]:
    """Return every listing on sale that says no SKU, by channel; none before the catalogue was built."""
    if not are_built(connection, "intermediate.int_catalogue_items"):
        return []
    rows = connection.execute(
        """
        select items.channel_id, items.listing_id, coalesce(items.title, ''), items.barcode
        from intermediate.int_catalogue_items as items
        inner join ops.channels as channels on items.channel_id = channels.channel_id and channels.is_connected
        where
            items.is_active
            and items.sku is null
            and not exists (
                select from ops.listing_parts as parts
                where parts.channel_id = items.channel_id and parts.listing_name = items.listing_id
            )
        order by items.channel_id, items.listing_id
        """
    )
    return [Unnamed(*row) for row in rows]


def read_known(connection: psycopg.Connection) -> list[Known]:
    """Return every SKU with what else tells it apart."""
    rows = connection.execute("select sku, coalesce(title, ''), barcode from intermediate.int_skus order by sku")
    return [Known(*row) for row in rows]
