"""Building: what it returns, what it says when it fails, and that rebuilding changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import psycopg
import pytest
from raw_documents import level, line, order

from stockroom.jobs.build_marts import LAYERS, BuildFailedError

if TYPE_CHECKING:
    from conftest import Marts

Put = Callable[..., int]


def test_layers_build_one_after_another_and_a_second_build_changes_nothing(marts: Marts, put: Put) -> None:
    put("shopify_orders", [order("1", "2011-06-01T09:00:00Z", [line("1", "A1", 3)])])
    put("shopify_inventory_levels", [level("A1", 7)])
    environment = dict(os.environ)
    first = [marts.build("2011-06-30", layer=layer) for layer in LAYERS]
    assert dict(os.environ) == environment
    assert [summary.layer for summary in first] == ["staging", "intermediate", "marts"]
    assert all(summary.models >= 10 for summary in first)
    assert str(first[2]).startswith("marts for 2011-06-30: ")
    assert not list(marts.settings.dbt_dir.glob("target-*"))
    before = marts.everything()
    build_numbers = marts.rows("select build_number from marts.fct_order_lines")
    marts.build("2011-06-30")
    assert marts.everything() == before
    assert marts.rows("select build_number from marts.fct_order_lines") == build_numbers, "nothing was written again"


def test_a_failing_model_is_named_with_its_message_and_its_sql(marts: Marts, put: Put) -> None:
    put("shopify_orders", [order("1", "2011-06-01T09:00:00Z", [{**line("1", "A1", 3), "quantity": "three"}])])
    with pytest.raises(BuildFailedError) as failure:
        marts.build("2011-06-30")
    message = str(failure.value)
    assert message.startswith("model int_shopify_order_lines (models/intermediate/shopify/int_shopify_order_lines.sql)")
    assert 'invalid input syntax for type integer: "three"' in message
    assert "ranked_parcels as (" in message
    kept = marts.settings.dbt_dir / "failed" / "int_shopify_order_lines.sql"
    assert str(kept) in message
    assert "ranked_parcels as (" in kept.read_text(encoding="utf-8")


def test_a_failing_test_of_the_data_stops_the_build_and_what_stands_on_it(marts: Marts, put: Put) -> None:
    put("shopify_orders", [order("1", "2011-06-01T09:00:00Z", [line("1", "A1", -3)])])
    with pytest.raises(BuildFailedError, match="test is_not_negative_fct_order_lines_units_ordered"):
        marts.build("2011-06-30")
    assert marts.rows("select to_regclass('marts.fct_sales_daily') is null") == [(True,)]


def test_a_warehouse_out_of_reach_is_a_clear_error(marts: Marts) -> None:
    settings = replace(marts.settings, warehouse_url="postgresql://x:secret@127.0.0.1:1/none")
    away = replace(marts, settings=settings)
    with pytest.raises(BuildFailedError) as failure:
        away.build("2011-06-30")
    assert "127.0.0.1" in str(failure.value)
    assert "secret" not in str(failure.value)


def test_every_mart_and_column_says_in_the_database_what_it_is(built_marts: Marts) -> None:
    undescribed = built_marts.rows("""
        select relname, attname from pg_class
        join pg_namespace on pg_namespace.oid = relnamespace and nspname = 'marts'
        join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
        where relkind in ('r', 'v')
        and (col_description(pg_class.oid, attnum) is null or obj_description(pg_class.oid) not like 'One row per%')
    """)
    assert undescribed == []
    assert built_marts.rows("select count(*) >= 15 from information_schema.tables where table_schema = 'marts'") == [
        (True,)
    ]


def test_people_who_report_read_the_marts_and_nothing_else(built_marts: Marts) -> None:
    with psycopg.connect(built_marts.reader_url) as reader:
        assert reader.execute("select count(*) from marts.dim_skus").fetchone() == (5,)
        assert reader.execute("select count(*) from marts.fct_reorder_points").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("select * from staging.stg_shopify__orders")


def test_an_empty_warehouse_builds_empty_marts(empty_marts: Marts) -> None:
    summary = empty_marts.build("2011-06-30")
    assert summary.as_of_date == date(2011, 6, 30)
    assert empty_marts.rows("select count(*) from marts.fct_sales_daily") == [(0,)]
