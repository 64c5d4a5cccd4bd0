"""How many units of a product an order at one shop could have now."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import psycopg

from stockroom.warehouse.built import are_built

SHOPIFY = "shopify"
CHANNELS_WITH_PAGES = (SHOPIFY, "woocommerce", "bigcommerce")
"""Shops with product pages of the merchant's own, on which one can ask. Whoever buys at a marketplace is its customer:
Amazon and eBay give no address that may be written to, so nobody can ask there."""


def units_to_be_had(connection: psycopg.Connection, skus: Sequence[str] | None, channel_id: str) -> dict[str, int]:
    """Return how many units of each SKU an order at this shop could have now; one that is nowhere is left out.

    Shopify's own levels say so for Shopify. What the others show is what we write there: by the ledger of stock, less
    their buffers, which is read once dbt has built it. ``skus=None`` means all.
    """
    if channel_id not in CHANNELS_WITH_PAGES:
        return {}
    wanted = {"skus": None if skus is None else list(skus), "channel": channel_id}
    if channel_id == SHOPIFY:
        return dict(connection.execute(_statement("restock_free_units.sql"), wanted).fetchall())
    if not are_built(connection, "intermediate.int_listing_availability"):
        return {}
    return dict(connection.execute(_statement("restock_free_units_listed.sql"), wanted).fetchall())


def can_be_had(connection: psycopg.Connection, sku: str, channel_id: str) -> bool:
    """Return whether an order at this shop could have a unit of a SKU now."""
    return units_to_be_had(connection, [sku], channel_id).get(sku, 0) > 0


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
