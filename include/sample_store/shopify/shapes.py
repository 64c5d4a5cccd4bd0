"""What all documents of the Admin API share: ids, amounts."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

CURRENCY = "GBP"
LINE_IDS, REFUND_IDS, PRODUCT_IDS, VARIANT_IDS, ITEM_IDS = 10_000_000, 20_000_000, 7_000_000, 8_000_000, 9_000_000

Document = dict[str, Any]


def gid(kind: str, number: object) -> str:
    """Return a global id: ``gid://shopify/Order/536365``."""
    return f"gid://shopify/{kind}/{number}"


@lru_cache(maxsize=8192)
def money(amount: float) -> Document:
    """Return an amount in the store's currency, in both roles of a ``MoneyBag``."""
    value = {"amount": f"{amount:.3f}"[: -1 if f"{amount:.3f}".endswith("0") else None], "currencyCode": CURRENCY}
    return {"shopMoney": value, "presentmentMoney": value}
