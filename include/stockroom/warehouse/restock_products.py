"""What the shop shows of a product now, and what is like it and can be had."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib import resources
from typing import NamedTuple

import psycopg


class ShownProduct(NamedTuple):
    """A product as the shop shows it."""

    variant_id: str
    title: str
    handle: str
    category: str | None
    price: Decimal


class SimilarProduct(NamedTuple):
    """A product that may please instead."""

    title: str
    handle: str
    image_url: str | None
    price: Decimal


def read_shown(connection: psycopg.Connection, sku: str) -> ShownProduct | None:
    """Return what the shop shows of a SKU; ``None`` where no channel knows it."""
    row = connection.execute(_statement("restock_shown.sql"), {"sku": sku}).fetchone()
    return None if row is None else ShownProduct(*row)


def read_titles(connection: psycopg.Connection, skus: Sequence[str]) -> dict[str, str]:
    """Return what the shop calls these SKUs; one that no channel knows is left out."""
    rows = connection.execute(
        """
        select distinct on (upper(trim(variant ->> 'sku')))
            upper(trim(variant ->> 'sku')),
            products.document ->> 'title'
        from raw.shopify_products as products
        cross join lateral jsonb_array_elements(products.document #> '{variants,nodes}') as variant
        where upper(trim(variant ->> 'sku')) = any(%s)
        order by upper(trim(variant ->> 'sku')), products.landing_file_id desc, products.line_number desc
        """,
        (list(skus),),
    ).fetchall()
    return dict(rows)


def read_similar(connection: psycopg.Connection, skus: Sequence[str]) -> dict[str, list[SimilarProduct]]:
    """Return, by SKU, up to three products of the same category that can be had now, nearest in price first."""
    similar: dict[str, list[SimilarProduct]] = {}
    for sku, *product in connection.execute(_statement("restock_similar.sql"), {"skus": list(skus)}):
        similar.setdefault(sku, []).append(SimilarProduct(*product))
    return similar


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
