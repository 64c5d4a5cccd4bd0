"""What a record must hold: each rule seen refusing one value and letting its neighbour pass."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from tests.warehouse.landed import NOW, levels, line, money, order

from stockroom.channels.shopify.streams import LEVELS, ORDERS, PRODUCTS
from stockroom.channels.wholesale.streams import ORDERS as WHOLESALE
from stockroom.jobs.replay_landing import every_stream
from stockroom.streams import Field, Part, Row, Stream
from stockroom.suppliers.answers import AVAILABILITY
from stockroom.suppliers.planners import CHANNEL_STOCK, LISTINGS, POLICIES, PROMOTIONS
from stockroom.suppliers.suppliers import BACKORDERS, CATALOGUES, PURCHASE_ORDERS, TERMS
from stockroom.suppliers.wms import ADJUSTMENTS, COUNTS, RECEIPTS
from stockroom.warehouse.checks import Against, reasons, suspects
from stockroom.warehouse.landing import keep_file
from stockroom.warehouse.load import load_rows

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
COUNTED = {"count_id": "C1", "units": "12", "counted_at": "2026-01-16T11:59:59Z"}
STATED = {"supplier_id": "S01", "supplier_sku": "A", "units": "-2", "as_of": "2026-01-15T12:00:00Z"}
PACK = {"channel": "ebay", "listing": "71", "sku": "A", "valid_from": "2011-01-01", "units_per_listing": "6"}
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
        (ORDERS, lines(quantity=74215, discountedUnitPriceSet=money("0.0"))),
        (ORDERS, lines(quantity="+5", discountedUnitPriceSet=None)),
        (ORDERS, order(refunds=[{"createdAt": "2011-06-29T10:00:00Z"}])),
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
        (COUNTS, COUNTED),
        (COUNTS, {**COUNTED, "counted_at": "2026-01-16T22:00:00+12:00", "units": "-1"}),
        (AVAILABILITY, STATED),
        (LISTINGS, PACK),
        (LISTINGS, {**PACK, "units_per_listing": ""}),
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
        (
            ORDERS,
            lines(quantity=1.5),
            'lineItems.nodes[].quantity "1.5" is no whole number; write it with',
        ),
        (ORDERS, lines(quantity=1000001), 'lineItems.nodes[].quantity "1000001" is beyond 1,000,000 units'),
        (ORDERS, lines(quantity="9" * 30), "lineItems.nodes[].quantity"),
        (ORDERS, lines(quantity=None), "lineItems.nodes[].quantity is missing"),
        (ORDERS, lines(discountedUnitPriceSet=None, originalUnitPriceSet=money("-1.00")), '"-1.00" is negative'),
        (ORDERS, lines(discountedUnitPriceSet=None, originalUnitPriceSet=None), "amount is missing"),
        (ORDERS, order(cancelledAt=""), "cancelledAt is missing"),
        (ORDERS, order(refunds={"nodes": []}), "refunds is missing or no list"),
        (ORDERS, order(fulfillments="none"), "fulfillments is missing or no list"),
        (ORDERS, lines(requiresShipping="perhaps"), 'requiresShipping "perhaps" is neither true nor false'),
        (ORDERS, order(lineItems={"nodes": ["22423"]}), "lineItems.nodes[].quantity is missing"),
        (ORDERS, lines(discountedUnitPriceSet=money("NaN")), '"NaN" is no number'),
        (ORDERS, lines(discountedUnitPriceSet=money("1_000")), '"1_000" is no number'),
        (ORDERS, lines(discountedUnitPriceSet=money("1.2.3")), '"1.2.3" is no number'),
        (ORDERS, lines(discountedUnitPriceSet=money("2,55")), '"2,55" is no number'),
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
        (
            WHOLESALE,
            {**BULK, "ordered_at": "29/06/2011"},
            'ordered_at "29/06/2011" is no local time; write it as',
        ),
        (WHOLESALE, {**BULK, "ordered_at": "01-02-2011 10:00"}, "is no local time"),
        (WHOLESALE, {**BULK, "ordered_at": "2011-06-29T10:00:00Z"}, "is no local time"),
        (RECEIPTS, {**RECEIPT, "units": "12.5"}, 'units "12.5" is no whole number'),
        (RECEIPTS, {**RECEIPT, "received_at": "now"}, 'received_at "now" is no time'),
        (RECEIPTS, {**RECEIPT, "received_at": "2062-06-29T10:00:00Z"}, "lies ahead: the file came before it; correct"),
        (RECEIPTS, {**RECEIPT, "received_at": "2026-01-16 20:00+01:00"}, "lies ahead"),
        (ADJUSTMENTS, {**COUNT, "occurred_at": "2026-01-16T12:00:01Z"}, 'occurred_at "2026-01-16T12:00:01Z" lies'),
        (COUNTS, {**COUNTED, "counted_at": "2026-12-01T09:00:00Z"}, 'counted_at "2026-12-01T09:00:00Z" lies ahead'),
        (AVAILABILITY, {**STATED, "as_of": "2026-12-01T09:00:00Z"}, 'as_of "2026-12-01T09:00:00Z" lies ahead'),
        (LISTINGS, {**PACK, "units_per_listing": "0"}, 'units_per_listing "0" is none at all; give 1 or more'),
        (LISTINGS, {**PACK, "units_per_listing": "-6"}, 'units_per_listing "-6" is negative; give 0 or more'),
        (CHANNEL_STOCK, {"channel": "ebay", "sku": "*", "buffer_units": "-1"}, 'buffer_units "-1" is negative'),
        (TERMS, {**TERM, "drop_ship_buffer_units": "-5"}, 'drop_ship_buffer_units "-5" is negative'),
        (TERMS, {**TERM, "quoted_lead_time_days": "-1"}, 'quoted_lead_time_days "-1" is not between 0 and 9,999'),
        (TERMS, {**TERM, "currency": "CNY"}, "send amounts in GBP"),
        (CATALOGUES, {**OFFER, "unit_cost": ""}, "unit_cost is missing"),
        (CATALOGUES, {**OFFER, "pack_units": "dozen"}, 'pack_units "dozen" is no number'),
        (PURCHASE_ORDERS, {**PLACED, "promised_date": "2011-13-01"}, 'promised_date "2011-13-01" is no date'),
        (BACKORDERS, {**LATE, "new_promised_date": "June"}, 'new_promised_date "June" is no date'),
        (ADJUSTMENTS, {**COUNT, "units": "?"}, 'units "?" is no number'),
        (PROMOTIONS, {**PROMOTION, "discount_percent": "150"}, "is not between 0 and 100"),
        (PROMOTIONS, {**PROMOTION, "ends_on": ""}, "ends_on is missing"),
        (POLICIES, {**POLICY, "service_level": "-0.95"}, 'service_level "-0.95" is not between 0 and 1'),
        (POLICIES, {**POLICY, "service_level": "95"}, "write 95 % as 0.95"),
        (POLICIES, {**POLICY, "review_days": "7.5"}, 'review_days "7.5" is no whole number'),
        (POLICIES, {**POLICY, "carrying_rate": "25"}, "write 95 % as 0.95"),
        (POLICIES, {**POLICY, "maximum_cover_days": "a year"}, 'maximum_cover_days "a year" is no whole number'),
        (POLICIES, {**POLICY, "order_cost": "ten"}, 'order_cost "ten" is no number'),
        (POLICIES, {**POLICY, "goodwill": "-1"}, 'goodwill "-1" is negative'),
        (POLICIES, {**POLICY, "is_seasonal": "maybe"}, 'is_seasonal "maybe" is neither true nor false'),
        (CATALOGUES, {**OFFER, "unit_cost": "9999999999.99999"}, "is beyond 999,999,999"),
        (BACKORDERS, {**LATE, "line_number": "one"}, 'line_number "one" is no whole number'),
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


def test_every_stream_says_what_its_records_must_hold_and_has_a_table_or_words_to_make_it(module_warehouse):
    rows = module_warehouse.connection.execute("select tablename from pg_tables where schemaname = 'raw'").fetchall()
    tables = {table for (table,) in rows}
    streams = [stream for stream, _ in every_stream()]
    assert len(streams) > 30
    assert [stream.table for stream in streams if not stream.checks] == []
    assert [stream.table for stream in streams if stream.table not in tables and not stream.about] == []


READ_AS = {
    "price": "numeric(14, 4)",
    "units": "integer",
    "units_there": "integer",
    "units_each": "integer",
    "number": "integer",
    "days": "numeric(6, 1)",
    "whole_days": "integer",
    "share": "numeric(6, 4)",
    "percent": "numeric(5, 2)",
    "day": "date",
    "moment": "timestamptz",
    "past_moment": "timestamptz",
    "local_moment": "timestamp",
    "flag": "boolean",
}
NASTY = """
0 1 -1 +1 12 12.5 12. .5 1e3 1_000 0x1F 0b1 NaN nan inf infinity -infinity 1,5 1.2.3 --1 - + . 1-2 1 95 0.95
0.12345678901 999999 1000000 1000001 999999999 9999999999 99999999999 9999999999.99999 today now tomorrow epoch allballs
true false t yes on off TRUE 2011-06-30 2011-02-30 2011-6-30 20110630 06/30/2011 30.06.2011 01-02-2011 24:00 T:Z
2011-06-30_10:00 2011-06-30T10:00 2011-06-30T10:00:00Z 2011-06-30T10:00:00+01:00 2011-06-30_10:00:00.123+01
2011-06-30T25:00:00Z 2011-06-30T10:61:00Z 2011-13-01T00:00:00Z 0000-01-01 2011-06-30T10:00:00_BST 2011-06-30_24:00
---------- 2011-06-30T10:00:00ZZ _12_ _
"""
NASTY = [value.replace("_", " ") for value in NASTY.split()] + ["", "1_000", "\t5", "12\n"]


AGAINST = Against("GBP", NOW)


def judged(connection, kind, values):
    """Return which values the first look passes, and which both looks together accept."""
    probe = Stream("a", "probe", key=("value",), checks=(Part((Field((("value",),), kind),)),))
    with connection.transaction(force_rollback=True):
        connection.execute("create temporary table incoming (line_number integer, document jsonb)")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into incoming values (%s, jsonb_build_object('value', %s::text))", list(enumerate(values))
            )
        connection.execute(
            sql.SQL("create temporary table incoming_suspects as {}").format(suspects(probe, against=AGAINST))
        )
        suspected = {number for (number,) in connection.execute("select line_number from incoming_suspects")}
        refused = {number for number, _ in connection.execute(reasons(probe, against=AGAINST))}
        connection.execute("insert into incoming_suspects select line_number from incoming")
        refused_by_verdict = {number for number, _ in connection.execute(reasons(probe, against=AGAINST))}
    assert refused == refused_by_verdict, f"{kind}: the first look passes what the verdict refuses"
    assert refused <= suspected
    passed = {value for number, value in enumerate(values) if number not in suspected}
    return passed, [value for number, value in enumerate(values) if number not in refused]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.text("0123456789+-.:eTZ_ xNa,", max_size=22).map(str.strip), max_size=60, unique=True),
    st.sampled_from(sorted(READ_AS)),
)
def test_what_is_accepted_can_be_read(module_warehouse, values, kind):
    connection = module_warehouse.connection
    _, accepted = judged(connection, kind, [*NASTY, *values])
    for value in accepted:
        connection.execute(sql.SQL("select cast({} as {})").format(sql.Literal(value), sql.SQL(READ_AS[kind])))


@pytest.mark.parametrize("kind", sorted(READ_AS))
def test_nasty_values_that_are_accepted_can_be_read(module_warehouse, kind):
    connection = module_warehouse.connection
    _, accepted = judged(connection, kind, NASTY)
    assert 0 < len(accepted) < len(NASTY)
    for value in accepted:
        connection.execute(sql.SQL("select cast({} as {})").format(sql.Literal(value), sql.SQL(READ_AS[kind])))


@pytest.mark.parametrize(
    ("kind", "form"),
    [("day", "{}"), ("moment", "{}T23:59:59Z"), ("past_moment", "{}T23:59:59Z"), ("local_moment", "{} 00:00")],
    ids=lambda value: value,
)
def test_no_day_of_the_calendar_needs_a_second_look_and_every_other_gets_one(module_warehouse, kind, form):
    """A tenth of all days is a 29th, 30th or 31st: a second look at each of their records would double the cost."""
    real = {f"{date(2011, 1, 1) + timedelta(days=number)}" for number in range(2 * 365 + 1)}
    spelled = [f"{year}-{month:02}-{day:02}" for year in (2011, 2012) for month in range(14) for day in range(33)]
    values = [form.format(day) for day in spelled]
    day = values[40]
    signs = ["\N{ARABIC-INDIC DIGIT ONE}", " ", "x", "\n", ""]
    unlike = [*(day.replace("1", sign, 1) for sign in signs), f" {day}", f"{day}0"]
    passed, _ = judged(module_warehouse.connection, kind, [*values, *unlike])
    assert passed == {form.format(day) for day in real}
