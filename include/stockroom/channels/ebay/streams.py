"""eBay's streams: where their lists are, how a window is asked for, and what only further requests tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zlib import crc32

from stockroom.channels.http import NothingThereError
from stockroom.channels.paging import Json, LinkedPages, OffsetPages, found_at
from stockroom.channels.rest import RestApi, RestStream, utc
from stockroom.streams import Items, Part, Stream, may_lack, needs

FULFILLMENT, INVENTORY = "sell/fulfillment/v1", "sell/inventory/v1"
ASKING_FOR_ORDERS, ASKING_FOR_ITEMS = "orders", "inventory"
"""eBay counts each API by itself."""
CLOCK = (f"{INVENTORY}/inventory_item", {"limit": "1"})
"""The cheapest question."""
ORDERS_A_PAGE = 200
"""Most that the API gives; it refuses to be asked for more."""
ITEMS_A_PAGE = 100
LONGEST_AGO = timedelta(days=729)
"""A search reaches two years back, and must say from when (``EbayReader``)."""
JUST_BEFORE = timedelta(milliseconds=1)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

ORDERS = Stream(
    "ebay",
    "orders",
    key=("orderId",),
    changed_at="lastModifiedDate",
    about="eBay orders with their parcels in full (fulfillment_records); key: orderId",
    checks=(
        Part(
            (
                *needs("creationDate", "lastModifiedDate", kind="moment"),
                *may_lack("cancelStatus.cancelledDate", kind="moment"),
                *needs("pricingSummary.total.currency", kind="currency"),
                *needs("lineItems", kind="list"),
                *may_lack("fulfillment_records", kind="list"),
            )
        ),
        Part(
            (
                *needs("quantity", kind="units"),
                *needs("lineItemCost.value", kind="price"),
                *may_lack("discountedLineItemCost.value", kind="price"),
                *may_lack("refunds", kind="list"),
            ),
            ("lineItems",),
        ),
        Part(
            (*may_lack("amount.value", kind="price"), *may_lack("refundDate", kind="moment")),
            ("lineItems", "refunds"),
        ),
        Part(
            (*may_lack("shippedDate", kind="moment"), *needs("lineItems", kind="list")),
            ("fulfillment_records",),
        ),
        Part(may_lack("quantity", kind="units"), ("fulfillment_records", "lineItems")),
    ),
    sells=(Items("lineItemCost.value", ("lineItems",), units="quantity", ordered_at="creationDate"),),
    keeps=(
        *("orderId", "creationDate", "lastModifiedDate", "orderPaymentStatus", "orderFulfillmentStatus"),
        *("cancelStatus.cancelState", "cancelStatus.cancelledDate", "pricingSummary.total.currency"),
        *(f"lineItems.{name}" for name in ("lineItemId", "legacyItemId", "sku", "title", "quantity")),
        *("lineItems.lineItemCost.value", "lineItems.discountedLineItemCost.value"),
        *(f"lineItems.refunds.{name}" for name in ("refundId", "refundDate", "amount.value")),
        *(f"fulfillment_records.{name}" for name in ("fulfillmentId", "shippedDate")),
        *(f"fulfillment_records.lineItems.{name}" for name in ("lineItemId", "quantity")),
    ),
)
INVENTORY_ITEMS = Stream(
    "ebay",
    "inventory_items",
    key=("sku",),
    mode="snapshot",
    about="eBay inventory items with the units that they show; key: sku",
    checks=(Part(may_lack("availability.shipToLocationAvailability.quantity", kind="units")),),
)
OFFERS = Stream(
    "ebay",
    "offers",
    key=("sku",),
    mode="snapshot",
    is_partial=True,
    about="What an inventory item is offered for and whether it is listed, as it was when last asked for; key: sku",
    checks=(
        Part(needs("offers", kind="list")),
        Part(
            (*may_lack("availableQuantity", kind="units"), *may_lack("pricingSummary.price.value", kind="price")),
            ("offers",),
        ),
    ),
    offers=(Items("pricingSummary.price.value", ("offers",)),),
)


def orders_window(start: datetime | None, end: datetime) -> Mapping[str, str]:
    """Return the search for orders modified in ``start <= time < end``; to eBay both bounds belong to it.

    >>> orders_window(datetime(2011, 6, 30, 5, tzinfo=UTC), datetime(2011, 6, 30, 6, tzinfo=UTC))["filter"]
    'lastmodifieddate:[2011-06-30T05:00:00.000Z..2011-06-30T05:59:59.999Z]'
    """
    since = start or end - LONGEST_AGO
    return {"filter": f"lastmodifieddate:[{_milliseconds(since)}..{_milliseconds(end - JUST_BEFORE)}]"}


def _milliseconds(moment: datetime) -> str:
    return f"{utc(moment)}.{moment.microsecond // 1000:03}Z"


def with_parcels(api: RestApi, order: Json) -> Json:
    """Return an order with its parcels in full: the order itself names only their addresses."""
    if not order.get("fulfillmentHrefs"):
        return order
    said = api.get(f"{FULFILLMENT}/order/{order['orderId']}/shipping_fulfillment", operation=ASKING_FOR_ORDERS)
    return {**order, "fulfillment_records": found_at(said, ("fulfillments",))}


def is_due(item: Json, start: datetime | None, end: datetime) -> bool:
    """Return whether an item's offers are asked for in this window: once a day, each item at its own second of it.

    eBay gives the offers of one item at a time, and does not say which changed. A first window takes an hour's worth.
    """
    since = end - HOUR if start is None else start
    own_second = timedelta(seconds=crc32(str(item.get("sku")).encode()) % int(DAY.total_seconds()))
    midnight = since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    due = midnight + own_second
    return (due if due >= since else due + DAY) < end


def offers_of(api: RestApi, item: Json) -> Json:
    """Return the offers of an item; where there are none eBay says that it does not find them."""
    try:
        said = api.get(f"{INVENTORY}/offer", {"sku": item["sku"]}, operation=ASKING_FOR_ITEMS)
    except NothingThereError:
        said = None
    return {"sku": item["sku"], "offers": found_at({"offers": [], **(said or {})}, ("offers",))}


ITEMS = LinkedPages({"limit": str(ITEMS_A_PAGE)}, at=("inventoryItems",), next_at=("next",))
"""By the address of the next page: ``offset`` counts pages here, and orders there."""
STREAMS = (
    RestStream(INVENTORY_ITEMS, f"{INVENTORY}/inventory_item", ITEMS, operation=ASKING_FOR_ITEMS),
    RestStream(
        ORDERS,
        f"{FULFILLMENT}/order",
        OffsetPages(ORDERS_A_PAGE, at=("orders",), total_at=("total",)),
        window=orders_window,
        complete=with_parcels,
        operation=ASKING_FOR_ORDERS,
    ),
    RestStream(
        OFFERS,
        f"{INVENTORY}/inventory_item",
        ITEMS,
        complete=offers_of,
        keep=is_due,
        operation=ASKING_FOR_ITEMS,
    ),
)
"""In the order of extraction."""
