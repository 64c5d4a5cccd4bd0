"""What a shop shows of a product now, and what is like it and can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import NamedTuple

import psycopg
from psycopg.types.json import Jsonb

from stockroom.warehouse.built import are_built
from stockroom.warehouse.restock_units import units_to_be_had

LARGEST_BASKET, LEAST_TOGETHER = 60, 10
"""SKUs of an order that counts, and orders in which two must stand together to be no chance: as for bundles."""


class ShownProduct(NamedTuple):
    """A product as a shop shows it (``ops.shown_products``)."""

    channel_id: str
    listing_id: str
    sku: str
    title: str
    page: str
    category: str | None
    price: Decimal


class SimilarProduct(NamedTuple):
    """A product of the same shop that may please instead."""

    title: str
    page: str
    image_url: str | None
    price: Decimal


def read_shown(connection: psycopg.Connection, sku: str, channel_id: str) -> ShownProduct | None:
    """Return what a channel shows of a SKU; ``None`` where it does not know it."""
    row = connection.execute(_statement("restock_shown.sql"), {"sku": sku, "channel": channel_id}).fetchone()
    return None if row is None else ShownProduct(*row)


def read_titles(connection: psycopg.Connection, skus: Sequence[str], channel_id: str) -> dict[str, str]:
    """Return what a channel calls these SKUs; one that it does not know is left out."""
    rows = connection.execute(
        """
        select distinct on (sku) sku, title from ops.shown_products where sku = any(%s) and channel_id = %s
        order by sku, landing_file_id desc
        """,
        (list(skus), channel_id),
    ).fetchall()
    return dict(rows)


def bought_together(
    connection: psycopg.Connection, skus: Sequence[str], channel_id: str, *, since: date
) -> dict[str, dict[str, int]]:
    """Return, by SKU, in how many orders of a shop each other SKU was bought with it; nothing before marts are built.

    Orders name no shopper here, so that an order is the nearest to "the same shoppers bought".
    """
    if not are_built(connection, "marts.fct_order_lines"):
        return {}
    given = {
        "skus": list(skus),
        "channel": channel_id,
        "since": since,
        "largest_basket": LARGEST_BASKET,
        "least_together": LEAST_TOGETHER,
    }
    together: dict[str, dict[str, int]] = {}
    for sku, with_sku, orders in connection.execute(_statement("restock_bought_together.sql"), given):
        together.setdefault(sku, {})[with_sku] = orders
    return together


def read_similar(
    connection: psycopg.Connection,
    skus: Sequence[str],
    channel_id: str,
    *,
    together: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, list[SimilarProduct]]:
    """Return, by SKU, up to three products of its category and price band that can be had there now, the likest first.

    ``together``: in how many orders each was bought with it, where that was looked up: a page cannot wait for it.
    """
    in_stock = [sku for sku, units in units_to_be_had(connection, None, channel_id).items() if units > 0]
    similar: dict[str, list[SimilarProduct]] = {}
    wanted = {"skus": list(skus), "channel": channel_id, "in_stock": in_stock, "together": Jsonb(together or {})}
    for sku, *product in connection.execute(_statement("restock_similar.sql"), wanted):
        similar.setdefault(sku, []).append(SimilarProduct(*product))
    return similar


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
