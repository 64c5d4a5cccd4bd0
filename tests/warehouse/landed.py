"""Builders of landed files with defaults, so that a test shows only what matters."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from stockroom.channels.shopify.streams import ORDERS
from stockroom.streams import Stream
from stockroom.warehouse.landing import LandingFile

MORNING = datetime(2011, 6, 30, 5, tzinfo=UTC)
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def money(amount: str, currency: str = "GBP") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def line(**fields: Any) -> dict[str, Any]:
    return {
        "id": "gid://shopify/LineItem/1",
        "sku": "22423",
        "quantity": 2,
        "currentQuantity": 2,
        "originalUnitPriceSet": money("12.75"),
        "discountedUnitPriceSet": money("12.75"),
        **fields,
    }


def order(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/Order/{number}",
        "createdAt": "2011-06-29T10:00:00Z",
        "updatedAt": "2011-06-29T10:00:00Z",
        "cancelledAt": None,
        "currencyCode": "GBP",
        "lineItems": {"nodes": [line()]},
        "refunds": [],
        "fulfillments": [],
        **fields,
    }


def levels(number: int = 1, available: int = 5) -> dict[str, Any]:
    return {
        "id": f"gid://shopify/InventoryItem/{number}",
        "sku": "22423",
        "updatedAt": "2011-06-29T10:00:00Z",
        "inventoryLevels": {"nodes": [{"quantities": [{"name": "available", "quantity": available}]}]},
    }


def encoded(documents: Iterable[dict[str, Any]]) -> list[bytes]:
    return [json.dumps(document).encode() for document in documents]


def packed(text: bytes) -> bytes:
    return gzip.compress(text, mtime=0)


def landed_as_it_is(landing_url: str, content: bytes, *, stream: Stream = ORDERS, name: str = "x") -> LandingFile:
    """Put bytes into landing that ``write_part`` would never write, and describe them."""
    path = f"{stream.source}/{stream.name}/{name}/part.jsonl.gz"
    target = Path(urlparse(landing_url).path) / path
    target.parent.mkdir(parents=True)
    target.write_bytes(content)
    return LandingFile(
        landing_url,
        path,
        stream.source,
        stream.name,
        None,
        MORNING,
        None,
        NOW,
        len(content),
        hashlib.sha256(content).hexdigest(),
    )
