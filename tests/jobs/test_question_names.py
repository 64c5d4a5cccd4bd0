"""A name that nobody knows is put before a person with what was probably meant, until it is mended."""

from __future__ import annotations

from typing import Any

import pytest

from stockroom.jobs.question_names import question_names
from stockroom.warehouse.exceptions import list_open_exceptions

SHOP = """
create table intermediate.int_receipts (
    landing_file_id bigint, sku text, location_id text, po_number text, line_number integer);
create table staging.stg_wms__adjustments (landing_file_id bigint, sku text, location_id text);
create table staging.stg_wms__counts (landing_file_id bigint, sku text, location_id text);
create table staging.stg_suppliers__catalogue_items (sku text);
create table staging.stg_suppliers__purchase_order_lines (po_number text, line_number integer);
create table intermediate.int_catalogue_items (channel_id text, listing_id text, sku text);
create table intermediate.int_order_lines_unioned (channel_id text, listing_id text);
create table intermediate.int_drop_shippers (location_id text);
create table intermediate.int_skus (sku text);
create table intermediate.int_stock_truths (location_id text, source_of_truth text, is_running boolean);
create table intermediate.int_listing_parts (
    channel_id text, listing_name text, sku text, valid_before timestamptz);
create table marts.dim_channel_stock_rules (channel_id text, sku text);
insert into ops.channels (channel_id, channel_name, kind, is_connected, ship_from)
values ('ebay', 'eBay', 'marketplace', true, 'HULL');
insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at) values
('wms', 'counts', 'wms/counts/x/counts-june.csv', 1, 'x', now()),
('wms', 'counts', 'wms/counts/x/counts-may.csv', 1, 'y', now() - interval '31 days'),
('wms', 'counts', 'wms/counts/x/counts-new.csv', 1, 'z', now());
insert into intermediate.int_skus values ('85123A'), ('MUG');
insert into staging.stg_suppliers__catalogue_items values ('JUG'), (null);
insert into intermediate.int_stock_truths values ('LONDON', 'shopify', true), ('LEEDS', 'count', false);
insert into intermediate.int_drop_shippers values ('GARONNE');
insert into intermediate.int_catalogue_items values ('ebay', '6-pack', 'SIXPACK')
"""


@pytest.fixture
def files(warehouse: Any) -> Any:
    warehouse.connection.execute(SHOP)
    warehouse.connection.commit()
    warehouse.connection.autocommit = True
    rows = warehouse.connection.execute("select file_name, landing_file_id from raw.landing_files").fetchall()
    return dict(rows)


def asked(warehouse: Any) -> dict[str, str]:
    question_names(warehouse.connection)
    return {one.subject: one.detail for one in list_open_exceptions(warehouse.connection, kind="unknown_name")}


def test_items_and_places_of_the_warehouse_that_nobody_knows_are_named(warehouse: Any, files: Any) -> None:
    count = "insert into staging.stg_wms__counts values (%s, %s, %s)"
    for file, sku, place in (
        ("counts-june.csv", "85123Q", "LEEDS"),
        ("counts-june.csv", "MUG", "LEDS"),
        ("counts-june.csv", "MUG", "LONDON"),
        ("counts-june.csv", "JUG", "GARONNE"),
        ("counts-june.csv", "MUG", "HULL"),
        ("counts-may.csv", "OLD", "NOWHERE"),
        ("counts-new.csv", "TRAY", "LEEDS"),
    ):
        warehouse.connection.execute(count, (files[file], sku, place))
    assert asked(warehouse) == {
        "items of the warehouse system": "no catalogue of a shop or a supplier holds TRAY (counts-new.csv); "
        "85123Q (counts-june.csv, perhaps 85123A)",
        "places of the warehouse system": "nobody knows LEDS (counts-june.csv, perhaps LEEDS)",
        "counts that change nothing": "a channel says what lies at LONDON (counts-june.csv)",
    }
    warehouse.connection.execute(
        "delete from staging.stg_wms__counts where sku in ('85123Q', 'TRAY') or location_id <> 'LEEDS'"
    )
    assert asked(warehouse) == {}


def test_a_receipt_of_no_orders_line_is_named_and_one_without_an_order_is_not(warehouse: Any, files: Any) -> None:
    do, file = warehouse.connection.execute, files["counts-june.csv"]
    do("insert into staging.stg_suppliers__purchase_order_lines values ('H-000001', 1)")
    for number, line in (("H-000001", 1), ("H-000001", 2), ("H-000001", None), ("H-1", 1), ("", None)):
        do("insert into intermediate.int_receipts values (%s, 'MUG', 'LEEDS', %s, %s)", (file, number, line))
    assert asked(warehouse) == {
        "receipts of no order's line": "nobody ordered H-000001 line 2 (counts-june.csv); "
        "H-000001 without a line (counts-june.csv); H-1 line 1 (counts-june.csv)"
    }


@pytest.mark.usefixtures("files")
def test_what_planners_say_of_nobody_is_named(warehouse: Any) -> None:
    """A pack is known by the id of its listing or by its SKU field, however it is spelt."""
    do = warehouse.connection.execute
    do(
        "insert into intermediate.int_listing_parts values ('ebay', '6-Pack', 'MUG', null), "
        "('ebay', 'SIXPACK', 'MUG', null), ('ebay', 'SEVENPACK', 'JUGG', null), ('ebay', 'GONE', 'GONE', now())"
    )
    do("insert into marts.dim_channel_stock_rules values ('ebey', null), ('ebay', 'MUG')")
    assert asked(warehouse) == {
        "items of the planners": "no catalogue of a shop or a supplier holds JUGG (listings)",
        "channels of the planners": "no channel is called ebey (channel_stock, perhaps ebay)",
        "listings of the planners": "the channel never offered or sold ebay SEVENPACK (listings)",
    }


def test_before_the_marts_are_built_nothing_is_asked(warehouse: Any) -> None:
    warehouse.connection.autocommit = True
    assert question_names(warehouse.connection) == 0
