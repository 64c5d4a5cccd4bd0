"""Amazon's reports as tab-separated files: all orders by their last change, and all listings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sample_store.amazon.documents import CURRENCY, MARKETPLACE_NAME, AmazonAt, asin

ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
ORDER_HEADER = (
    "amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel sales-channel "
    "order-channel url ship-service-level product-name sku asin item-status quantity currency item-price item-tax "
    "shipping-price shipping-tax gift-wrap-price gift-wrap-tax item-promotion-discount ship-promotion-discount "
    "ship-city ship-state ship-postal-code ship-country promotion-ids"
)
LISTING_HEADER = (
    "item-name item-description listing-id seller-sku price quantity open-date image-url item-is-marketplace "
    "product-id-type zshop-shipping-fee item-note item-condition zshop-category1 zshop-browse-path "
    "zshop-storefront-feature asin1 asin2 asin3 will-ship-internationally expedited-shipping zshop-boldface product-id "
    "bid-for-featured-placement add-delete pending-quantity fulfillment-channel merchant-shipping-group status"
)
WORDS = {
    "UNSHIPPED": "Unshipped",
    "PARTIALLY_SHIPPED": "PartiallyShipped",
    "SHIPPED": "Shipped",
    "CANCELLED": "Cancelled",
}


def order_report(shop: AmazonAt, start: int, end: int) -> bytes | None:
    """Return the items of orders that last changed in a range of time; none where there are none."""
    updated = shop.order_updated_at[shop.order_places]
    places = shop.order_places[(updated >= start) & (updated < end)].tolist()
    return _file(ORDER_HEADER, (row for place in places for row in _order_rows(shop, place))) if places else None


def listing_report(shop: AmazonAt) -> bytes | None:
    """Return every listing; none where there is none."""
    numbers = shop.product_numbers.tolist()
    return _file(LISTING_HEADER, (_listing_row(shop, number) for number in numbers)) if numbers else None


def _order_rows(shop: AmazonAt, place: int) -> Iterable[dict[str, object]]:
    """Yield a row per item: its units are those that are left of it, and none has an id."""
    orders, lines, status = shop.world.orders, shop.world.lines, shop.status(place)
    for line in shop.lines(place):
        units = 0 if status == "CANCELLED" else int(lines.units[line]) - shop.units_cancelled(line)
        sent, product = shop.units_sent(line) > 0, int(lines.product[line])
        yield {
            "amazon-order-id": shop.order_id(place),
            "merchant-order-id": shop.order_id(place),
            "purchase-date": _moment(int(orders.created_at[place])),
            "last-updated-date": _moment(int(shop.order_updated_at[place])),
            "order-status": WORDS[status],
            "fulfillment-channel": "Merchant",
            "sales-channel": MARKETPLACE_NAME,
            "order-channel": "",
            "ship-service-level": "Standard",
            "product-name": shop.title(line),
            "sku": str(lines.code[line]),
            "asin": asin(product) if product >= 0 else "",
            "item-status": "Cancelled" if units == 0 else "Shipped" if sent else "Unshipped",
            "quantity": units,
            "currency": CURRENCY,
            "item-price": f"{units * shop.price(line):.2f}" if units else "",
            "item-promotion-discount": "",
            "ship-country": str(orders.country[place]),
        }


def _listing_row(shop: AmazonAt, number: int) -> dict[str, object]:
    product, units = shop.world.products[number], shop.units_shown(number)
    return {
        "item-name": product.title,
        "listing-id": f"0101{number:07}",
        "seller-sku": product.sku,
        "price": f"{product.price_pence / 100:.2f}",
        "quantity": units,
        "open-date": _moment(int(shop.world.product_created_at[number])),
        "item-is-marketplace": "y",
        "product-id-type": 1,
        "item-condition": 11,
        "asin1": asin(number),
        "product-id": asin(number),
        "pending-quantity": 0,
        "fulfillment-channel": "DEFAULT",
        "status": "Active" if units else "Inactive",
    }


def _file(header: str, rows: Iterable[dict[str, object]]) -> bytes:
    names = header.split()
    lines = ["\t".join(names)]
    lines += ["\t".join(" ".join(str(row.get(name, "")).split()) for name in names) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def _moment(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
