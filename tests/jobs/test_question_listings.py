"""A listing without a SKU is put before a person with what it most likely is, until somebody says what it is."""

from __future__ import annotations

from typing import Any

from stockroom.jobs.question_listings import question_listings
from stockroom.warehouse.exceptions import list_open_exceptions

CATALOGUE = """
create table intermediate.int_catalogue_items (
    channel_id text, listing_id text, sku text, title text, barcode text, is_active boolean);
create table intermediate.int_skus (sku text, title text, barcode text);
insert into ops.channels (channel_id, channel_name, kind, is_connected) values
('ebay', 'eBay', 'marketplace', true), ('amazon', 'Amazon', 'marketplace', false);
insert into intermediate.int_catalogue_items values
('ebay', '11', null, 'Mug, red', null, true), ('ebay', '12', null, 'Something else', null, true),
('ebay', '13', null, 'Gone', null, false), ('ebay', '14', 'MUG', 'Red mug', null, true),
('amazon', '15', null, 'Red mug', null, true);
insert into intermediate.int_skus values ('MUG', 'Red mug', null), ('JUG', 'Blue jug', null)
"""


def test_a_listing_without_a_sku_comes_with_what_it_may_be(warehouse: Any) -> None:
    warehouse.connection.execute(CATALOGUE)
    warehouse.connection.commit()
    warehouse.connection.autocommit = True
    assert question_listings(warehouse.connection) == 2, "neither what is closed nor what is not connected"
    (asked,) = list_open_exceptions(warehouse.connection, kind="listing_without_sku")
    assert "2 listings have no SKU" in asked.detail
    assert "11 (Mug, red), perhaps MUG: the same words; 12 (Something else)" in asked.detail
    warehouse.connection.execute(
        "insert into ops.listing_parts values "
        "('ebay', '11', 'MUG', 1, null, null), ('ebay', '12', 'JUG', 2, null, null)"
    )
    assert question_listings(warehouse.connection) == 0
    assert list_open_exceptions(warehouse.connection, kind="listing_without_sku") == []
