"""Rows of Amazon's reports as the documents that its searches answer: downstream nobody knows the difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

from stockroom.channels.amazon.reports import ISO, Row
from stockroom.channels.amazon.streams import OWN_CHANNEL
from stockroom.channels.paging import Json
from stockroom.channels.rest import utc

ORDER_COLUMNS = (
    "amazon-order-id", "purchase-date", "last-updated-date", "order-status", "fulfillment-channel", "sales-channel",
    "product-name", "sku", "asin", "item-status", "quantity", "currency", "item-price", "item-promotion-discount",
)  # fmt: skip
LISTING_COLUMNS = ("item-name", "seller-sku", "price", "quantity", "asin1", "fulfillment-channel")
STATUSES = {
    "PENDINGAVAILABILITY": "PENDING_AVAILABILITY",
    "PARTIALLYSHIPPED": "PARTIALLY_SHIPPED",
    "SHIPPING": "PARTIALLY_SHIPPED",
    "CANCELED": "CANCELLED",
}
"""What reports call what the API calls otherwise."""
MERCHANT, AMAZON = "MERCHANT", "AMAZON"


def orders_of(rows: Iterable[Row]) -> Iterator[Json]:
    """Yield the orders of an order report; it has one row per item, and those of one order need not stand together."""
    orders: dict[str, list[Row]] = {}
    for row in rows:
        orders.setdefault(row["amazon-order-id"], []).append(row)
    for order_id, items in orders.items():
        yield _order(order_id, items)


def _order(order_id: str, rows: list[Row]) -> Json:
    """Return one order; its parcels and the moments of its cancellations are not in a report."""
    newest = max(rows, key=lambda row: row["last-updated-date"])
    status = _status(newest["order-status"])
    currency = next((row["currency"] for row in rows if row["currency"]), None)
    return {
        "orderId": order_id,
        "createdTime": newest["purchase-date"],
        "lastUpdatedTime": newest["last-updated-date"],
        "salesChannel": {
            "channelName": "NON_AMAZON" if newest["sales-channel"].lower().startswith("non-amazon") else "AMAZON",
            "marketplaceName": newest["sales-channel"],
        },
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": AMAZON if newest["fulfillment-channel"].lower() == "amazon" else MERCHANT,
        },
        **({"proceeds": {"grandTotal": {"currencyCode": currency}}} if currency else {}),
        "orderItems": [_item(order_id, place, row, status) for place, row in enumerate(rows, 1)],
    }


def _item(order_id: str, place: int, row: Row, order_status: str) -> Json:
    """Return one item. Reports have no ids of items, or only lately: its place in the order stands for one."""
    units = _whole(row["quantity"])
    status = _status(row["item-status"]) or order_status
    shipped = units if status == "SHIPPED" else 0
    left = 0 if status in ("SHIPPED", "CANCELLED") else units
    item: Json = {
        "orderItemId": row.get("order-item-id") or f"{order_id}/{place}",
        "quantityOrdered": units if units is not None else row["quantity"],
        "product": {"asin": row["asin"], "title": row["product-name"], "sellerSku": row["sku"]},
        "fulfillment": {"quantityFulfilled": shipped, "quantityUnfulfilled": left},
    }
    price = _amount(row["item-price"])
    if price is not None and units:
        each = (price / units).quantize(Decimal("0.0001")).normalize()
        item["product"]["price"] = {"unitPrice": _money(each, row)}
        discount = _amount(row["item-promotion-discount"])
        breakdowns = [{"type": "ITEM", "subtotal": _money(price, row)}]
        if discount:
            breakdowns.append({"type": "DISCOUNT", "subtotal": _money(discount, row)})
        item["proceeds"] = {"breakdowns": breakdowns}
    return item


def listing_of(row: Row, *, marketplace_id: str, read_at: datetime) -> Json:
    """Return one row of the listings report as a listing; it does not say when that last changed, so now."""
    channel, units = row["fulfillment-channel"] or OWN_CHANNEL, _whole(row["quantity"])
    return {
        "sku": row["seller-sku"],
        "summary": {
            "marketplaceId": marketplace_id,
            "asin": row["asin1"],
            "itemName": row["item-name"],
            "lastUpdatedDate": utc(read_at, ISO),
        },
        "offer": {"price": {"amount": row["price"]}} if _amount(row["price"]) is not None else None,
        "fulfillmentAvailability": [
            {"fulfillmentChannelCode": channel, **({} if units is None else {"quantity": units})}
        ],
        "merchant_fulfilled": channel == OWN_CHANNEL,
        "closed": _is_closed(row.get("status", ""), units),
    }


def _is_closed(status: str, units: int | None) -> bool:
    """Return whether a listing is not to be sold: unfinished, or inactive though there is something of it.

    Sold out ones are inactive as well; the next figure brings them back.
    """
    return status.lower() == "incomplete" or (status.lower() == "inactive" and bool(units))


def _status(text: str) -> str:
    """Return a status in the API's words, without what some add to it (``Shipped - Delivered to Buyer``).

    >>> _status("Shipped - Picked Up"), _status("Canceled"), _status("Unshipped")
    ('SHIPPED', 'CANCELLED', 'UNSHIPPED')
    """
    word = text.partition(" - ")[0].replace(" ", "").upper()
    return STATUSES.get(word, word)


def _whole(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _money(amount: Decimal, row: Row) -> Json:
    return {"amount": f"{amount:f}", "currencyCode": row["currency"]}
