"""Orders as the Admin API shows them at one moment: lines, refunds and parcels as of the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample_store.local_time import iso
from sample_store.shopify.shapes import CURRENCY, LINE_IDS, REFUND_IDS, Document, gid, money
from sample_store.shopify.stock_documents import variant_document
from sample_store.world.tables import RESTOCK_TYPES

if TYPE_CHECKING:
    from sample_store.shopify.documents import ShopAt


def order_document(shop: ShopAt, place: int) -> Document:
    """Return one order with its lines, refunds and parcels as of the clock."""
    world, clock = shop.world, shop.clock
    orders, lines = world.orders, world.lines
    number = int(orders.number[place])
    first = int(orders.first_line[place])
    span = slice(first, first + int(orders.line_count[place]))
    created = iso(int(orders.created_at[place]))
    location = shop.location_documents[int(orders.location[place])]
    refunds = _refund_rows(shop, place)
    gone: dict[int, int] = {}
    for _, _, _, line, units, _ in refunds:
        gone[line] = gone.get(line, 0) + units
    line_documents: list[Document] = []
    parcels: dict[int, list[Document]] = {1: [], 2: []}
    for line, source_row, product, code, description, units, price, parcel, cancelled in zip(
        range(span.start, span.stop),
        lines.source_row[span].tolist(),
        lines.product[span].tolist(),
        lines.code[span].tolist(),
        lines.description[span].tolist(),
        lines.units[span].tolist(),
        lines.unit_price[span].tolist(),
        lines.parcel[span].tolist(),
        lines.cancelled_units[span].tolist(),
        strict=True,
    ):
        amount = money(price)
        left = units - gone.get(line, 0)
        document: Document = {
            "__typename": "LineItem",
            "id": f"gid://shopify/LineItem/{LINE_IDS + source_row}",
            "sku": code,
            "name": description or code,
            "title": description or code,
            "quantity": units,
            "currentQuantity": left,
            "refundableQuantity": left,
            "requiresShipping": product >= 0,
            "isGiftCard": False,
            "variant": variant_document(shop, product) if product in shop.place_of_product else None,
            "originalUnitPriceSet": amount,
            "discountedUnitPriceSet": amount,
        }
        line_documents.append(document)
        if units > cancelled and parcel:
            parcels[parcel].append(
                {
                    "id": f"gid://shopify/FulfillmentLineItem/{LINE_IDS + source_row}",
                    "quantity": units - cancelled,
                    "lineItem": document,
                }
            )
    fulfillments = []
    for parcel, column in ((1, orders.first_parcel_at), (2, orders.second_parcel_at)):
        sent_at = int(column[place])
        if 0 < sent_at <= clock:
            fulfillments.append(
                {
                    "__typename": "Fulfillment",
                    "id": gid("Fulfillment", number * 10 + parcel),
                    "name": f"#{number}-F{parcel}",
                    "createdAt": iso(sent_at),
                    "updatedAt": iso(sent_at),
                    "status": "SUCCESS",
                    "totalQuantity": sum(each["quantity"] for each in parcels[parcel]),
                    "location": location,
                    "fulfillmentLineItems": parcels[parcel],
                }
            )
    cancelled_at = int(orders.cancelled_at[place])
    is_cancelled = 0 < cancelled_at <= clock
    customer, country = int(orders.customer[place]), str(orders.country[place])
    return {
        "__typename": "Order",
        "id": gid("Order", number),
        "legacyResourceId": str(number),
        "name": f"#{number}",
        "createdAt": created,
        "processedAt": created,
        "updatedAt": iso(int(shop.order_updated_at[place])),
        "cancelledAt": iso(cancelled_at) if is_cancelled else None,
        "cancelReason": "CUSTOMER" if is_cancelled else None,
        "test": False,
        "currencyCode": CURRENCY,
        "presentmentCurrencyCode": CURRENCY,
        "customAttributes": [
            {"__typename": "Attribute", "key": name, "value": value} for name, value in shop.attributes.get(number, ())
        ],
        "taxesIncluded": True,
        "customer": {"__typename": "Customer", "id": gid("Customer", customer)} if customer else None,
        "shippingAddress": {"countryCodeV2": country, "countryCode": country} if country else None,
        "fulfillmentOrders": [
            {
                "__typename": "FulfillmentOrder",
                "id": gid("FulfillmentOrder", number),
                "orderId": gid("Order", number),
                "assignedLocation": {
                    "location": location,
                    "name": location["name"],
                    "countryCode": location["address"]["countryCode"],
                },
                "fulfillments": fulfillments,
            }
        ],
        "lineItems": line_documents,
        "refunds": _refund_documents(refunds, line_documents, first, location),
        "fulfillments": fulfillments,
    }


def _refund_rows(shop: ShopAt, place: int) -> list[tuple[int, int, int, int, int, int]]:
    """Return (refund number, source row, moment, line, units, restock type) of refunds up to the clock."""
    refunds = shop.world.refunds
    start, stop = shop.refund_start[place : place + 2].tolist()
    if start == stop:
        return []
    span = slice(start, stop)
    rows = zip(
        refunds.refund_number[span].tolist(),
        refunds.source_row[span].tolist(),
        refunds.at[span].tolist(),
        refunds.line[span].tolist(),
        refunds.units[span].tolist(),
        refunds.restock_type[span].tolist(),
        strict=True,
    )
    return [row for row in rows if row[2] <= shop.clock]


def _refund_documents(
    rows: list[tuple[int, int, int, int, int, int]], lines: list[Document], first: int, location: Document
) -> list[Document]:
    by_number: dict[int, Document] = {}
    for number, source_row, at, line, units, restock_type in rows:
        refund = by_number.setdefault(
            number,
            {
                "__typename": "Refund",
                "id": gid("Refund", REFUND_IDS + number),
                "createdAt": iso(at),
                "updatedAt": iso(at),
                "processedAt": iso(at),
                "note": None,
                "refundLineItems": [],
            },
        )
        kind = RESTOCK_TYPES[restock_type]
        refund["refundLineItems"].append(
            {
                "id": gid("RefundLineItem", f"{source_row}{line:06}"),
                "quantity": units,
                "restockType": kind,
                "restocked": kind != "NO_RESTOCK",
                "lineItem": lines[line - first],
                "location": None if kind == "NO_RESTOCK" else location,
            }
        )
    return list(by_number.values())
