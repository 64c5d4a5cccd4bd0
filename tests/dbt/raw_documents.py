"""Documents as the sources send them, with defaults, so that a test shows only what matters to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import psycopg

LONDON = "gid://shopify/Location/1"
MANCHESTER = "gid://shopify/Location/2"
LANDED_AT = datetime(2011, 7, 1, 6, tzinfo=UTC)

Document = dict[str, Any]
_numbers = count(1)


def land(
    connection: psycopg.Connection,
    table: str,
    documents: Mapping[str, Document] | Sequence[Document],
    *,
    read_at: datetime = LANDED_AT,
    file_name: str = "",
    rejected: int = 0,
) -> int:
    """Put one landing file with these documents into ``raw.<table>`` and return its id.

    A mapping gives the record keys; documents in a sequence are known by their ``id``. Files of one ``file_name`` are
    versions of each other; by default each file is its own.
    """
    records = documents if isinstance(documents, Mapping) else {item["id"]: item for item in documents}
    source, stream = table.split("_", 1)
    number = next(_numbers)
    row = connection.execute(
        "insert into raw.landing_files (source, stream, path, bytes, sha256, channel_time, landed_at, rejected_count) "
        "values (%s, %s, %s, 1, 'x', %s, %s, %s) returning landing_file_id",
        (source, stream, f"{source}/{stream}/{number}/{file_name or number}", read_at, LANDED_AT, rejected),
    ).fetchone()
    assert row is not None
    connection.execute("select raw.ensure_partition(%s, %s)", (table, LANDED_AT))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into raw.{table} values (%s, %s, %s, %s, %s)",  # noqa: S608 -- a table of this test's own
            [
                (row[0], line_number, key, json.dumps(document), LANDED_AT)
                for line_number, (key, document) in enumerate(records.items(), 1)
            ],
        )
    connection.commit()
    return int(row[0])


def location(shopify_id: str, name: str) -> Document:
    return {
        "id": shopify_id,
        "name": name,
        "isActive": True,
        "fulfillsOnlineOrders": True,
        "address": {"city": name, "countryCode": "GB"},
    }


def product(sku: str, *, price: str = "2.00", vendor: str = "Slow Boat Ltd") -> Document:
    return {
        "id": f"gid://shopify/Product/{sku}",
        "title": f"Product {sku}",
        "handle": sku.lower(),
        "productType": "gifts",
        "vendor": vendor,
        "status": "ACTIVE",
        "updatedAt": "2011-01-01T00:00:00Z",
        "featuredMedia": None,
        "variants": {
            "nodes": [
                {
                    "id": f"gid://shopify/Variant/{sku}",
                    "sku": sku,
                    "price": price,
                    "inventoryItem": {"id": f"gid://shopify/Item/{sku}", "unitCost": None},
                }
            ]
        },
    }


def level(sku: str, available: int, *, at: str = LONDON, committed: int = 0) -> Document:
    quantities = {"available": available, "on_hand": available + committed, "committed": committed}
    return {
        "id": f"gid://shopify/Item/{sku}",
        "sku": sku,
        "updatedAt": "2011-07-01T05:00:00Z",
        "inventoryLevels": {
            "nodes": [
                {
                    "location": {"id": at},
                    "quantities": [{"name": name, "quantity": units} for name, units in quantities.items()],
                }
            ]
        },
    }


def line(order: str, sku: str, units: int, *, price: str = "2.00", is_service: bool = False) -> Document:
    money = {"shopMoney": {"amount": price, "currencyCode": "GBP"}}
    return {
        "id": f"{order}/{sku}",
        "sku": sku,
        "name": sku,
        "quantity": units,
        "requiresShipping": not is_service,
        "variant": None if is_service else {"id": f"gid://shopify/Variant/{sku.upper()}"},
        "originalUnitPriceSet": money,
        "discountedUnitPriceSet": money,
    }


def refund(order: str, sku: str, units: int, *, at: str, kind: str) -> Document:
    key = f"{order}/{sku}/{kind}/{at}"
    node = {"id": key, "quantity": units, "restockType": kind, "lineItem": {"id": f"{order}/{sku}"}}
    return {"id": key, "createdAt": at, "refundLineItems": {"nodes": [{**node, "location": {"id": LONDON}}]}}


def parcel(order: str, sku: str, units: int, *, at: str, place: str = LONDON) -> Document:
    key = f"{order}/{sku}/parcel/{at}"
    nodes = [{"id": key, "quantity": units, "lineItem": {"id": f"{order}/{sku}"}}]
    return {
        "id": key,
        "createdAt": at,
        "status": "SUCCESS",
        "location": {"id": place},
        "fulfillmentLineItems": {"nodes": nodes},
    }


def order(
    order_id: str,
    at: str,
    lines: Sequence[Document],
    *,
    updated: str | None = None,
    refunds: Sequence[Document] = (),
    parcels: Sequence[Document] = (),
    is_test: bool = False,
) -> Document:
    return {
        "id": order_id,
        "name": f"#{order_id}",
        "createdAt": at,
        "processedAt": at,
        "updatedAt": updated or at,
        "cancelledAt": None,
        "test": is_test,
        "currencyCode": "GBP",
        "fulfillmentOrders": {"nodes": [{"assignedLocation": {"location": {"id": LONDON}}}]},
        "lineItems": {"nodes": list(lines)},
        "refunds": list(refunds),
        "fulfillments": list(parcels),
    }


def bulk_row(
    number: str, sku: str, units: int, at: str, *, customer: str = "12346", price: str = "1.04"
) -> dict[str, Document]:
    return {
        f"{number}/1": {
            "order_number": number,
            "line": "1",
            "ordered_at": at,
            "customer_ref": customer,
            "country": "United Kingdom",
            "ship_from": "MANCHESTER",
            "sku": sku,
            "description": sku,
            "quantity": str(units),
            "unit_price": price,
            "currency": "GBP",
        }
    }


def receipt(receipt_id: str, sku: str, units: int, at: str, *, po_number: str = "H-000001") -> dict[str, Document]:
    return {
        receipt_id: {
            "receipt_id": receipt_id,
            "shipment_id": f"SH-{receipt_id}",
            "po_number": po_number,
            "line_number": "1",
            "location": "LONDON",
            "sku": sku,
            "units": str(units),
            "received_at": at,
        }
    }


def purchase_order_line(po_number: str, sku: str, units: int, at: str) -> dict[str, Document]:
    return {
        f"{po_number}/1": {
            "po_number": po_number,
            "line_number": "1",
            "supplier_id": "S01",
            "ship_to": "LONDON",
            "sku": sku,
            "units": str(units),
            "unit_cost": "1.00",
            "currency": "GBP",
            "ordered_at": at,
            "requested_date": "",
            "promised_date": "",
        }
    }


def acknowledgement(order_number: str, line_number: int, status: str, **said: str) -> dict[str, Document]:
    """Return what S01 says to one line, or to a part of it."""
    return {
        f"{order_number}/{line_number}/{status}": {
            "supplier_id": "S01",
            "order_number": order_number,
            "line_number": str(line_number),
            "supplier_sku": "",
            "status": status,
            "units": "",
            "unit_price": "",
            "promised_date": "",
            "acknowledged_at": "2011-06-02T08:00:00Z",
            **said,
        }
    }


def shipment(order_number: str, sku: str, units: int, **said: str) -> dict[str, Document]:
    """Return an item that S01 has sent."""
    return {
        f"{order_number}/{sku}": {
            "supplier_id": "S01",
            "shipment_id": f"SH-{order_number}",
            "order_number": order_number,
            "supplier_sku": "",
            "sku": sku,
            "units": str(units),
            "shipped_at": "2011-06-10T08:00:00Z",
            "expected_date": "",
            "carrier": "",
            "tracking": "",
            **said,
        }
    }


def availability(supplier_sku: str, units: int, **said: str) -> dict[str, Document]:
    """Return what S01 says to have of an item."""
    return {
        f"S01/{supplier_sku}": {
            "supplier_id": "S01",
            "supplier_sku": supplier_sku,
            "units": str(units),
            "as_of": "2011-06-28T06:00:00Z",
            "expected_date": "",
            **said,
        }
    }


def supplier(supplier_id: str = "S01", name: str = "Slow Boat Ltd") -> dict[str, Document]:
    return {
        supplier_id: {
            "supplier_id": supplier_id,
            "name": name,
            "email": "orders@slowboat.example",
            "lane": "far_east_sea",
            "currency": "GBP",
            "quoted_lead_time_days": "30",
            "minimum_order_value": "",
            "payment_terms": "30 days",
            "ship_via": "sea",
        }
    }


def land_counts(connection: psycopg.Connection) -> None:
    """Land a place that counts are believed at, what lies at Amazon, and a place that nobody known counts."""
    places = {"Leeds": "count", "York": "shopfy"}
    rows = {place: {"location": place, "source_of_truth": truth} for place, truth in places.items()}
    rows["Manchester"] = {"location": "Manchester", "source_of_truth": "", "ship_priority": "2"}
    land(connection, "planners_locations", rows, file_name="locations.csv")
    where = {"location": "leeds", "sku": "b2"}
    count = {"count_id": "c1", "counted_at": "2011-06-20T10:00:00Z", "units": "12", **where}
    land(connection, "wms_counts", {"c1": count})
    broken = {"adjustment_id": "a1", "occurred_at": "2011-06-21T10:00:00Z", "units": "-2", "reason": "broken", **where}
    land(connection, "wms_adjustments", {"a1": broken})
    connection.execute("select raw.ensure_stream('amazon_fba_inventory', 'Stock at Amazon', false)")
    details = {
        "fulfillableQuantity": 30,
        "reservedQuantity": {"totalReservedQuantity": 4},
        "unfulfillableQuantity": {"totalUnfulfillableQuantity": 1},
    }
    at_amazon = {"sellerSku": "b2", "totalQuantity": 35, "inventoryDetails": details}
    land(connection, "amazon_fba_inventory", {"b2": at_amazon})


def land_packs(connection: psycopg.Connection) -> None:
    """Land a WooCommerce order of 2 packs of six W9, of a listing without a SKU, and of 3 sets of W9 and two B9."""
    for table in ("woocommerce_orders", "woocommerce_products"):
        connection.execute("select raw.ensure_stream(%s, %s, false)", (table, table))
    listings = {"80": "W9", "81": "w9-6pack", "82": "", "83": "SET", "84": "B9"}
    on_sale = {"price": "5", "status": "publish", "manage_stock": True, "date_modified_gmt": "2011-06-01T10:00:00"}
    products = {number: {"id": number, "sku": sku, "name": sku, **on_sale} for number, sku in listings.items()}
    land(connection, "woocommerce_products", products)
    moments = dict.fromkeys(("date_created_gmt", "date_modified_gmt"), "2011-06-05T10:00:00")
    lines = [
        {"id": number, "product_id": number, "sku": listings[str(number)], "quantity": units, "total": total}
        for number, units, total in ((81, 2, "60"), (82, 1, "7"), (83, 3, "90"))
    ]
    order = {"id": 9, "number": "9", "currency": "GBP", "status": "processing", "line_items": lines, **moments}
    land(connection, "woocommerce_orders", {"9": order})
    parts = [("W9-6PACK", "w9", "6"), ("82", "W9", ""), ("set", "W9", "1"), ("set", "B9", "2")]
    rows = {
        str(number): {"channel": "WooCommerce", "listing": listing, "sku": sku, "units_per_listing": units}
        for number, (listing, sku, units) in enumerate(parts)
    }
    land(connection, "planners_listings", rows, file_name="listings.csv")
