"""Shopify's streams: what is asked, how pages are followed, what identifies a record.

The queries stand in ``queries/``; fields that a first page and its continuation share are fragments there. The sizes of
first pages keep the requested cost under 1,000 points even by Shopify's strictest published rule, in which every object
of a nested page counts; from then on the client goes by the cost that Shopify reports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from stockroom.streams import Items, Part, Stream, may_lack, needs

SOURCE = "shopify"
API_VERSION = "2026-07"


OUR_ATTRIBUTES = "stockroom_"
"""Begins the names of what our own cart links put into orders. Shops put gift messages, names and phone numbers into
others: those never land."""


@dataclass(frozen=True)
class Question:
    """One query: its name, text, and how many records its first page asks for."""

    name: str
    root: str
    """The field of the answer that holds what was asked for."""
    first: int
    text: str


@dataclass(frozen=True)
class NestedPages:
    """A connection inside a record that may have more pages than the one that came with it."""

    path: tuple[str, ...]
    """From the record to the connection; a list on the way means each of its items."""
    question: Question
    """Asks for a further page, by the id of the object that holds the connection."""


@dataclass(frozen=True)
class StreamQuestion:
    """How one stream is asked for."""

    stream: Stream
    question: Question
    lines: int | None = None
    """Size of nested pages, if a query leaves it open: 36 lines let three orders into a page by the strictest rule."""
    nested: tuple[NestedPages, ...] = ()


def question(name: str, root: str, *, first: int) -> Question:
    """Return the query in ``queries/<name>.graphql`` with the fragments it uses; unused ones would be refused."""
    folder = files(__package__) / "queries"
    text = (folder / f"{name}.graphql").read_text("utf-8")
    fragments = re.split(r"\n(?=fragment )", (folder / "fragments.graphql").read_text("utf-8"))
    used = set(re.findall(r"\.\.\.(\w+)", text))
    return Question(name, root, first, "\n".join([text, *(item for item in fragments if item.split()[1] in used)]))


def without_others_words(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with those of its attributes alone that are ours.

    >>> gift = {"key": "gift note", "value": "For Ada"}
    >>> without_others_words({"customAttributes": [gift, {"key": "stockroom_notice", "value": "5f"}]})
    {'customAttributes': [{'key': 'stockroom_notice', 'value': '5f'}]}
    """
    attributes = record.get("customAttributes")
    if attributes:
        record["customAttributes"] = [one for one in attributes if str(one["key"]).startswith(OUR_ATTRIBUTES)]
    return record


CLOCK = question("clock", "locations", first=1)
"""The cheapest answer; it is asked for the time in its header."""

SET_AVAILABLE = question("set_available", "inventorySetQuantities", first=0)

OFFERED = Items("price", ("variants.nodes",), cost="inventoryItem.unitCost.amount")
SOLD = Items("originalUnitPriceSet.shopMoney.amount", ("lineItems.nodes",), product="variant", ordered_at="createdAt")

LOCATIONS = Stream(
    SOURCE,
    "locations",
    key=("id",),
    mode="snapshot",
    is_needed=True,
    checks=(Part(may_lack("isActive", "fulfillsOnlineOrders", kind="flag")),),
)
PRODUCTS = Stream(
    SOURCE,
    "products",
    key=("id",),
    offers=(OFFERED,),
    is_needed=True,
    changed_at="updatedAt",
    checks=(
        Part((*needs("updatedAt", kind="moment"), *needs("variants.nodes", kind="list"))),
        Part(
            (
                *needs("price", kind="price"),
                *may_lack("inventoryItem.unitCost.amount", kind="price"),
                *may_lack("inventoryItem.unitCost.currencyCode", kind="currency"),
            ),
            ("variants.nodes",),
        ),
    ),
)
ORDERS = Stream(
    SOURCE,
    "orders",
    key=("id",),
    sells=(SOLD,),
    changed_at="updatedAt",
    checks=(
        Part(
            (
                *needs("createdAt", "updatedAt", kind="moment"),
                *may_lack("processedAt", "cancelledAt", kind="moment"),
                *needs("currencyCode", kind="currency"),
                *may_lack("test", kind="flag"),
                *needs("lineItems.nodes", kind="list"),
                *may_lack("refunds", "fulfillments", kind="list"),
            )
        ),
        Part(
            (
                *needs("quantity", kind="units"),
                *needs(
                    "discountedUnitPriceSet.shopMoney.currencyCode|originalUnitPriceSet.shopMoney.currencyCode",
                    kind="currency",
                ),
                *needs(
                    "discountedUnitPriceSet.shopMoney.amount|originalUnitPriceSet.shopMoney.amount",
                    kind="price",
                ),
                *may_lack("requiresShipping", kind="flag"),
            ),
            ("lineItems.nodes",),
        ),
        Part(
            (*needs("createdAt", kind="moment"), *may_lack("refundLineItems.nodes", kind="list")),
            ("refunds",),
        ),
        Part(needs("quantity", kind="units"), ("refunds", "refundLineItems.nodes")),
        Part(
            (*needs("createdAt", kind="moment"), *may_lack("fulfillmentLineItems.nodes", kind="list")),
            ("fulfillments",),
        ),
        Part(needs("quantity", kind="units"), ("fulfillments", "fulfillmentLineItems.nodes")),
    ),
)
LEVELS = Stream(
    SOURCE,
    "inventory_levels",
    key=("id",),
    mode="snapshot",
    is_needed=True,
    checks=(
        Part((*needs("updatedAt", kind="moment"), *needs("inventoryLevels.nodes", kind="list"))),
        Part(may_lack("quantities", kind="list"), ("inventoryLevels.nodes",)),
        Part(needs("quantity", kind="units"), ("inventoryLevels.nodes", "quantities")),
    ),
)

QUERIES = (
    StreamQuestion(LOCATIONS, question("locations", "locations", first=50)),
    StreamQuestion(
        PRODUCTS,
        question("products", "products", first=20),
        nested=(NestedPages(("variants",), question("product_variants", "product", first=100)),),
    ),
    StreamQuestion(
        ORDERS,
        question("orders", "orders", first=1),
        lines=36,
        nested=(
            NestedPages(("lineItems",), question("order_line_items", "order", first=100)),
            NestedPages(("fulfillmentOrders",), question("order_fulfillment_orders", "order", first=50)),
            NestedPages(("refunds", "refundLineItems"), question("refund_line_items", "refund", first=100)),
            NestedPages(
                ("fulfillments", "fulfillmentLineItems"),
                question("fulfillment_line_items", "fulfillment", first=100),
            ),
        ),
    ),
    StreamQuestion(
        LEVELS,
        question("inventory_levels", "inventoryItems", first=10),
        nested=(NestedPages(("inventoryLevels",), question("item_inventory_levels", "inventoryItem", first=50)),),
    ),
)
"""In the order of extraction: stock levels last, so that no order in them is unknown for long."""
