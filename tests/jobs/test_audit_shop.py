"""The audit: where stock comes from, what exists where, and what a first push would change, read in the shop itself."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.channels.loopback import Asked, Says, serve

from stockroom.jobs.audit_shop import ShopAudited, audit_shop
from stockroom.settings import Settings, SettingsError

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BUILT = """
create table intermediate.int_stock_levels_live (
    sku text, location_id text, available_units_now integer, landing_file_id bigint);
create table intermediate.int_listings_unioned (channel_id text, listing_id text, sku text, location_id text);
create table intermediate.int_catalogue_items (
    channel_id text, listing_id text, sku text, title text, is_active boolean);
create table intermediate.int_listing_availability (
    channel_id text, listing_id text, place_id text, sku text, location_id text, units numeric,
    based_on_landing_file_id bigint, shown_when_counted integer, read_at timestamptz);
create table intermediate.int_order_line_events_live (
    channel_id text, sku text, location_id text, event_kind text, units integer, occurred_at timestamptz,
    is_custom_service boolean);
insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
values ('shopify', 'inventory_levels', 'levels', 1, 'x', '2026-03-02 08:55+00');
insert into intermediate.int_stock_levels_live values ('MUG', 'LONDON', 5, 1), ('CUP', 'LONDON', 0, 1);
insert into intermediate.int_catalogue_items values
('shopify', 'v1', 'MUG', 'Mug', true), ('shopify', 'v2', 'CUP', 'Cup', true), ('shopify', 'v4', 'OLD', 'Old', false),
('shopify', 'v3', null, '=HYPERLINK(1)', true), ('shopify', 'v5', 'JUG', 'Jug', true),
('woocommerce', '1', 'MUG', 'Mug', true), ('woocommerce', '2', 'CUP', 'Cup', true),
('woocommerce', '3', 'CUP', 'Cup again', true);
insert into intermediate.int_listings_unioned values ('woocommerce', '1', 'MUG', 'LEEDS');
insert into intermediate.int_listing_availability values
('woocommerce', '1', '', 'MUG', 'LONDON', 5, 1, null), ('woocommerce', '2', '', 'CUP', 'LONDON', 0, 1, null),
('woocommerce', '3', '', 'CUP', 'LONDON', 0, 1, null);
"""


def woo(asked: Asked) -> Says:
    """Return a shop that shows 7 mugs and 2 cups, and does not count its third product."""
    assert asked.method == "GET", "nothing is written"
    found = [
        {"id": 1, "manage_stock": True, "stock_quantity": 7},
        {"id": 2, "manage_stock": True, "stock_quantity": 2},
        {"id": 3, "manage_stock": False, "stock_quantity": None},
    ]
    return Says(found, headers={"X-WP-TotalPages": "1", "X-WP-Total": "3"})


def settings_of(warehouse: Any, folder: Path, url: str) -> Settings:
    folders = dict.fromkeys(("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"), folder)
    given = {"url": url, "key": "ck_1", "secret": "cs_1", "ship_from": "LONDON"}
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url="",
        **folders,
        channel_values={f"woocommerce_{name}": value for name, value in given.items()}
        | {"shopify_url": "http://127.0.0.1:1"},
    )


def audited(warehouse: Any, folder: Path) -> ShopAudited:
    warehouse.connection.execute(BUILT)
    warehouse.connection.commit()
    with serve(woo) as shop:
        return audit_shop(settings_of(warehouse, folder, shop.url), now=NOW)


def test_it_says_where_stock_comes_from_what_exists_where_and_what_differs(warehouse: Any, tmp_path: Path) -> None:
    text = str(audited(warehouse, tmp_path))
    said = text.splitlines()
    assert said[:3] == [
        "Where stock comes from",
        "  LEEDS          no stock is known there, so nothing can be told of it; sold from by woocommerce",
        "  LONDON         shopify's levels, read 5 minutes ago: 2 SKUs, 5 units; sold from by woocommerce",
    ]
    assert said[4:6] == [
        "  shopify        4 on sale, 3 SKUs; "
        "1 without a SKU, 1 sold nowhere else, 1 of which no place has a stock level",
        "  woocommerce    3 on sale, 2 SKUs; 2 with a SKU that another one bears",
    ]
    assert said[6:8] == ["  2 SKUs on shopify, woocommerce", "  1 SKU on shopify"]
    assert (
        "  woocommerce    2 of 3 listings differ (1 down, 1 to 0); 1 that it does not know or does not count; " in text
    )
    assert "    MUG at LONDON: shows 7 (" in text
    assert "5 are there (read 5 minutes ago)" in text
    assert warehouse.connection.execute("select count(*) from ops.push_runs").fetchone() == (0,)


def test_every_line_of_it_is_in_a_file_that_a_spreadsheet_may_open(warehouse: Any, tmp_path: Path) -> None:
    file = audited(warehouse, tmp_path).file
    assert file == tmp_path / "audit" / "audit-2026-03-02.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["finding"], row["sku"] or row["location_id"]) for row in rows] == [
        ("place", "LEEDS"), ("place", "LONDON"), ("no_stock_level", "JUG"), ("only_here", "JUG"),
        ("sku_twice", "CUP"), ("sku_twice", "CUP"), ("without_sku", ""),
        ("differs", "MUG"), ("differs", "CUP"), ("not_counted", "CUP"),
        ("on_sale", "CUP"), ("on_sale", "JUG"), ("on_sale", "MUG"),
    ]  # fmt: skip
    assert [row["note"] for row in rows if row["finding"] == "without_sku"] == ["'=HYPERLINK(1)"]
    assert [row["note"] for row in rows if row["finding"] == "on_sale"][:2] == ["shopify, woocommerce", "shopify"]
    (mug,) = [row for row in rows if row["finding"] == "differs" and row["sku"] == "MUG"]
    assert (mug["units_shown"], mug["units_known"], mug["known_at"][:16]) == ("7", "5", "2026-03-02T08:55")
    assert datetime.fromisoformat(mug["shown_at"]) > datetime.now(UTC) - timedelta(minutes=5)


def test_a_shop_that_cannot_be_asked_is_named_and_keeps_nobody_from_the_rest(warehouse: Any, tmp_path: Path) -> None:
    warehouse.connection.execute(BUILT)
    warehouse.connection.commit()
    with serve(lambda _: Says({}, 401)) as shop:
        said = str(audit_shop(settings_of(warehouse, tmp_path, shop.url), now=NOW))
    assert "  woocommerce    could not be asked: WooCommerce at" in said
    assert "LONDON         shopify's levels" in said


def test_before_anything_was_built_it_says_what_to_do(warehouse: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="stockroom build"):
        audit_shop(settings_of(warehouse, tmp_path, "http://127.0.0.1:1"), now=NOW)
