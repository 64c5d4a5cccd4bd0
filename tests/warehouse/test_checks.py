"""What a record must hold: each rule seen refusing one value and letting its neighbour pass."""

from __future__ import annotations

import pytest
from tests.warehouse.landed import NOW, RECEIPTS, WHOLESALE, levels, line, money, order

from stockroom.streams import Row, Stream
from stockroom.warehouse.checks import CHECKS
from stockroom.warehouse.landing import keep_file
from stockroom.warehouse.load import load_rows

TERMS = Stream("suppliers", "terms", key=("supplier_id",))
CATALOGUES = Stream("suppliers", "catalogues", key=("supplier_id", "supplier_sku"))
PURCHASE_ORDERS = Stream("suppliers", "purchase_orders", key=("po_number", "line_number"))
BACKORDERS = Stream("suppliers", "backorders", key=("po_number", "line_number"))
ADJUSTMENTS = Stream("wms", "adjustments", key=("adjustment_id",))
PROMOTIONS = Stream("planners", "promotions", key=("promotion_id",))
POLICIES = Stream("planners", "policies", key=("scope", "key"))
ORDERS = Stream("shopify", "orders", key=("id",))
PRODUCTS = Stream("shopify", "products", key=("id",))
LEVELS = Stream("shopify", "inventory_levels", key=("id",))

BULK = {
    "order_number": "536365",
    "line": "1",
    "ordered_at": "2011-06-29 10:00",
    "sku": "85123a ",
    "quantity": "480",
    "unit_price": "2.55",
    "currency": "GBP",
}
RECEIPT = {"receipt_id": "R1", "units": "12", "received_at": "2011-06-29T10:00:00Z"}
TERM = {"supplier_id": "S01", "quoted_lead_time_days": "9", "minimum_order_value": "", "currency": "GBP"}
OFFER = {"supplier_id": "S01", "supplier_sku": "A", "unit_cost": "1.10", "currency": "GBP", "pack_units": "12"}
PLACED = {
    "po_number": "H-000001",
    "line_number": "1",
    "units": "48",
    "unit_cost": "1.10",
    "currency": "GBP",
    "ordered_at": "2011-05-01",
    "requested_date": "2011-05-20",
    "promised_date": "",
}
LATE = {"po_number": "H-000001", "line_number": "1", "units_backordered": "12", "noted_at": "2011-05-20T09:00:00Z"}
COUNT = {"adjustment_id": "A1", "units": "-3", "occurred_at": "2011-05-20T09:00:00Z"}
PROMOTION = {"promotion_id": "P1", "starts_on": "2011-05-20", "ends_on": "2011-05-27", "discount_percent": "15"}
POLICY = {"scope": "default", "key": "*", "service_level": "0.95", "review_days": "7", "valid_until": ""}
PRODUCT = {
    "id": "1",
    "updatedAt": "2011-06-29T10:00:00Z",
    "variants": {"nodes": [{"price": "2.55", "inventoryItem": {"unitCost": {"amount": "1.1", "currencyCode": "GBP"}}}]},
}


def product(**variant):
    return {**PRODUCT, "variants": {"nodes": [{**PRODUCT["variants"]["nodes"][0], **variant}]}}


def cost(amount, currency="GBP"):
    return {"unitCost": {"amount": amount, "currencyCode": currency}}


def lines(**fields):
    return order(lineItems={"nodes": [line(), line(**fields)]})


def verdict(warehouse, landing_url, tmp_path, stream, document):
    """Return the reason for which the document is rejected, or ``None`` if it is loaded."""
    file = tmp_path / "file.csv"
    file.write_text(str(document))
    landed = keep_file(landing_url, stream, file, landed_at=NOW)
    with warehouse.connection.transaction(force_rollback=True):
        load_rows(warehouse.connection, stream, landed, [Row(2, document)], currency="GBP")
        row = warehouse.connection.execute("select reason from raw.rejected_records").fetchone()
    return None if row is None else row[0]


@pytest.mark.parametrize(
    ("stream", "document"),
    [
        (ORDERS, order()),
        (ORDERS, lines(quantity=0, currentQuantity=0)),
        (ORDERS, lines(quantity=74215, originalUnitPriceSet=money("0.0"))),
        (ORDERS, order(createdAt="2011-06-29T10:00:00+01:00", updatedAt="2011-06-29T10:00:00.123Z")),
        (ORDERS, order(lineItems={"nodes": []})),
        (ORDERS, {key: value for key, value in order().items() if key != "refunds"}),
        (PRODUCTS, PRODUCT),
        (PRODUCTS, product(inventoryItem={"unitCost": None})),
        (LEVELS, levels(available=-4)),
        (WHOLESALE, BULK),
        (WHOLESALE, {**BULK, "quantity": "-74215", "unit_price": "0"}),
        (WHOLESALE, {**BULK, "quantity": " 48 ", "unit_price": "0.00", "currency": " gbp "}),
        (WHOLESALE, {**BULK, "quantity": "1000000"}),
        (RECEIPTS, RECEIPT),
        (TERMS, TERM),
        (CATALOGUES, OFFER),
        (PURCHASE_ORDERS, PLACED),
        (BACKORDERS, LATE),
        (ADJUSTMENTS, COUNT),
        (PROMOTIONS, PROMOTION),
        (POLICIES, POLICY),
    ],
)
def test_what_is_fine_loads(module_warehouse, landing_url, tmp_path, stream, document):
    assert verdict(module_warehouse, landing_url, tmp_path, stream, document) is None


@pytest.mark.parametrize(
    ("stream", "document", "reason"),
    [
        (ORDERS, order(currencyCode="USD"), 'currencyCode "USD" is not the store\'s currency; send amounts in GBP'),
        (ORDERS, order(createdAt="yesterday"), 'createdAt "yesterday" is no time; write it as 2011-06-30T06:00:00Z'),
        (ORDERS, order(updatedAt="2011-02-30T00:00:00Z"), 'updatedAt "2011-02-30T00:00:00Z" is no time'),
        (ORDERS, order(createdAt="infinity"), "is no time"),
        (ORDERS, order(createdAt=None), "createdAt is missing; give it a value"),
        (ORDERS, order(lineItems=None), "lineItems.nodes is missing or no list"),
        (ORDERS, lines(quantity="two"), 'lineItems.nodes[].quantity "two" is no number'),
        (ORDERS, lines(quantity=1.5), 'lineItems.nodes[].quantity "1.5" is no whole number; count in units'),
        (ORDERS, lines(quantity=1000001), 'lineItems.nodes[].quantity "1000001" is beyond 1,000,000 units'),
        (ORDERS, lines(quantity="9" * 30), "lineItems.nodes[].quantity"),
        (ORDERS, lines(quantity=None), "lineItems.nodes[].quantity is missing"),
        (ORDERS, lines(originalUnitPriceSet=money("-1.00")), '"-1.00" is negative; give 0 or more'),
        (ORDERS, lines(originalUnitPriceSet=money("NaN")), '"NaN" is no number'),
        (ORDERS, lines(originalUnitPriceSet=money("1_000")), '"1_000" is no number'),
        (ORDERS, lines(originalUnitPriceSet=money("1.2.3")), '"1.2.3" is no number'),
        (ORDERS, lines(originalUnitPriceSet=money("2,55")), '"2,55" is no number'),
        (ORDERS, lines(discountedUnitPriceSet=money("-0.01")), "discountedUnitPriceSet.shopMoney.amount"),
        (ORDERS, lines(discountedUnitPriceSet=money("1", "EUR")), "discountedUnitPriceSet.shopMoney.currencyCode"),
        (ORDERS, order(refunds=[{"createdAt": "soon"}]), 'refunds[].createdAt "soon" is no time'),
        (
            ORDERS,
            order(refunds=[{"createdAt": "2011-06-29T10:00:00Z", "refundLineItems": {"nodes": [{"quantity": "x"}]}}]),
            'refunds[].refundLineItems.nodes[].quantity "x"',
        ),
        (ORDERS, order(fulfillments=[{"createdAt": ""}]), "fulfillments[].createdAt is missing"),
        (
            ORDERS,
            order(
                fulfillments=[
                    {"createdAt": "2011-06-29T10:00:00Z", "fulfillmentLineItems": {"nodes": [{"quantity": 1e9}]}}
                ]
            ),
            "fulfillments[].fulfillmentLineItems.nodes[].quantity",
        ),
        (PRODUCTS, product(price="-2"), 'variants.nodes[].price "-2" is negative'),
        (PRODUCTS, product(inventoryItem=cost("-2")), "variants.nodes[].inventoryItem.unitCost.amount"),
        (PRODUCTS, product(inventoryItem=cost("2", "USD")), "unitCost.currencyCode"),
        (PRODUCTS, {**PRODUCT, "variants": None}, "variants.nodes is missing"),
        (LEVELS, levels(available=-1000001), "quantities[].quantity"),
        (WHOLESALE, {**BULK, "quantity": "-1000001"}, 'quantity "-1000001" is beyond 1,000,000 units'),
        (WHOLESALE, {**BULK, "quantity": ""}, "quantity is missing"),
        (WHOLESALE, {**BULK, "unit_price": "-2.55"}, 'unit_price "-2.55" is negative'),
        (WHOLESALE, {**BULK, "unit_price": "free"}, 'unit_price "free" is no number'),
        (WHOLESALE, {**BULK, "currency": "EUR"}, 'currency "EUR" is not the store\'s currency'),
        (WHOLESALE, {**BULK, "ordered_at": "29/06/2011"}, 'ordered_at "29/06/2011" is no time'),
        (WHOLESALE, {**BULK, "ordered_at": "01-02-2011 10:00"}, "is no time"),
        (RECEIPTS, {**RECEIPT, "units": "12.5"}, 'units "12.5" is no whole number'),
        (RECEIPTS, {**RECEIPT, "received_at": "now"}, 'received_at "now" is no time'),
        (TERMS, {**TERM, "quoted_lead_time_days": "-1"}, 'quoted_lead_time_days "-1" is negative'),
        (TERMS, {**TERM, "currency": "CNY"}, "send amounts in GBP"),
        (CATALOGUES, {**OFFER, "unit_cost": ""}, "unit_cost is missing"),
        (CATALOGUES, {**OFFER, "pack_units": "dozen"}, 'pack_units "dozen" is no number'),
        (PURCHASE_ORDERS, {**PLACED, "promised_date": "2011-13-01"}, 'promised_date "2011-13-01" is no date'),
        (BACKORDERS, {**LATE, "new_promised_date": "June"}, 'new_promised_date "June" is no date'),
        (ADJUSTMENTS, {**COUNT, "units": "?"}, 'units "?" is no number'),
        (PROMOTIONS, {**PROMOTION, "discount_percent": "150"}, "is not between 0 and 100"),
        (PROMOTIONS, {**PROMOTION, "ends_on": ""}, "ends_on is missing"),
        (POLICIES, {**POLICY, "service_level": "-0.95"}, 'service_level "-0.95" is negative'),
        (POLICIES, {**POLICY, "valid_until": "tomorrow"}, 'valid_until "tomorrow" is no date'),
    ],
)
def test_what_would_mislead_is_rejected_with_field_value_and_mend(
    module_warehouse, landing_url, tmp_path, stream, document, reason
):
    assert reason in str(verdict(module_warehouse, landing_url, tmp_path, stream, document))


def test_several_faults_of_one_record_are_named_together(module_warehouse, landing_url, tmp_path):
    said = verdict(module_warehouse, landing_url, tmp_path, WHOLESALE, {**BULK, "quantity": "x", "unit_price": "-1"})
    assert "quantity" in said
    assert "unit_price" in said


def test_every_checked_stream_has_its_table(module_warehouse):
    found = module_warehouse.connection.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall()
    assert {(table,) for table in CHECKS} <= set(found)
