"""Each place has somebody who says what lies there: the shop, counts, or Amazon."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Marts


def test_a_place_is_counted_by_who_is_believed_there(built_marts: Marts) -> None:
    """12 were counted in Leeds and 2 broke since; at Amazon lie 30 for sale and 5 more; Manchester is the shop's."""
    found = built_marts.rows(
        """
        select location_id, source_of_truth, available_units, on_hand_units, reserved_units, damaged_units
        from marts.fct_stock_positions where sku in ('B2', '23166') order by 1
        """
    )
    assert found == [
        ("AMAZON-FBA", "amazon", 30, 35, 4, 1),
        ("LEEDS", "count", 10, 10, 0, 0),
        ("MANCHESTER", "shopify", 10, 10, 0, 0),
    ]


def test_a_place_that_only_planners_name_is_a_place(built_marts: Marts) -> None:
    found = built_marts.rows("select location_id, shopify_location_id is null from marts.dim_locations order by 1")
    assert found == [("LEEDS", True), ("LONDON", False), ("MANCHESTER", False), ("YORK", True)]


def test_a_preference_alone_leaves_who_counts_as_it_was(built_marts: Marts) -> None:
    found = built_marts.rows(
        "select location_id, source_of_truth, ship_priority from ops.stock_locations "
        "where location_id in ('LONDON', 'MANCHESTER') order by 1"
    )
    assert found == [("LONDON", "shopify", None), ("MANCHESTER", "shopify", 2)]


def test_nobody_counts_under_a_mistyped_name(built_marts: Marts) -> None:
    ((detail,),) = built_marts.rows("select detail from ops.exceptions where kind = 'stock_ledger'")
    assert "YORK (shopfy)" in detail


def test_the_ledger_holds_every_change_once(built_marts: Marts) -> None:
    found = built_marts.rows(
        "select kind, available_change, counted_units from marts.fct_stock_ledger "
        "where location_id = 'LEEDS' order by 1"
    )
    assert found == [("adjustment", -2, None), ("count", 0, 12)]


def test_packs_sets_and_listings_without_a_sku_are_sold_in_units(built_marts: Marts) -> None:
    """2 packs of six at 30.00, one of a listing without a SKU at 7.00, 3 sets at 30.00 of one W9 and two B9."""
    found = built_marts.rows(
        "select order_line_id, sku, units_ordered, unit_price from marts.fct_order_lines "
        "where channel_id = 'woocommerce' order by 1"
    )
    assert found == [("81", "W9", 12, 5), ("82", "W9", 1, 7), ("83", "B9", 6, 10), ("83/W9", "W9", 3, 10)]
    ledger = "select sku, sum(committed_change) from marts.fct_stock_ledger where channel_id = 'woocommerce' group by 1"
    assert sorted(built_marts.rows(ledger)) == [("B9", 6), ("W9", 16)]
    assert built_marts.rows("select sku from marts.dim_skus where sku like 'W9%' or sku = 'SET'") == [("W9",)]
    offered = "select listing_id, sku, units_per_listing from intermediate.int_listings_unioned "
    assert built_marts.rows(f"{offered} where channel_id = 'woocommerce' order by 1, 2") == [
        ("80", "W9", 1),
        ("81", "W9", 6),
        ("82", "W9", 1),
        ("83", "B9", 2),
        ("83", "W9", 1),
        ("84", "B9", 1),
    ]
