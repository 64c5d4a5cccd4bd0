"""What the shop shows of a product now, and what is like it and can be had."""

from __future__ import annotations

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


def read_similar(connection: psycopg.Connection, sku: str) -> list[SimilarProduct]:
    """Return up to three products of the same category that can be had now, nearest in price first."""
    rows = connection.execute(_statement("restock_similar.sql"), {"sku": sku}).fetchall()
    return [SimilarProduct(*row) for row in rows]


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
