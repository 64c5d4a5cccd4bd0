"""A SKU that is only watched is planned and shown; nothing is ordered, told to a shop or announced for it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stockroom.jobs.explain_notice import explain_notice
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.switch_cohort import all_live, listed_live, show_cohort, top_live
from stockroom.settings import Settings, SettingsError
from stockroom.warehouse.pushes import count_listings, read_targets
from stockroom.warehouse.restock_notices import answerable_requests

DAY = date(2011, 6, 30)
NOW = datetime(2011, 6, 30, 6, tzinfo=UTC)
SOLD_A_DAY = {"MUG": 9, "CUP": 6, "JUG": 3, "PAN": 1, "POT": 0}


@pytest.fixture
def shop(marts: Any) -> Any:
    """Return a shop of five products on sale, of which the mug sells best, and one that is gone."""
    marts.connection.execute(
        "create table marts.fct_sku_velocity (as_of_date date, sku text, location_id text, units_per_day_90 numeric)"
    )
    for sku, units in SOLD_A_DAY.items():
        marts.sku(sku, units_per_day=units, days=20, unit_price=1 if sku == "MUG" else 10)
        marts.insert("fct_sku_velocity", as_of_date=DAY, sku=sku, location_id="LONDON", units_per_day_90=units)
    marts.insert("dim_skus", sku="GONE", is_active=False)
    return marts


def choices(shop: Any) -> list[tuple[str, str]]:
    with shop.connection.transaction():
        return shop.connection.execute("select choice, who from ops.cohorts order by cohort_id").fetchall()


def test_all_skus_are_live_until_somebody_chooses(settings: Settings, shop: Any) -> None:
    assert show_cohort(settings) == "all SKUs are live; nobody chose otherwise"
    assert "as before" in str(all_live(settings, who="Ada"))
    assert choices(shop) == []


def test_the_best_two_of_five_are_live_and_choosing_them_again_changes_nothing(settings: Settings, shop: Any) -> None:
    first = top_live(settings, share=0.4, by="velocity", who="Ada")
    assert str(first).startswith("2 SKUs are live, 4 only watched (top 40 % by velocity); 0 turned live, 4 watched")
    assert "as before" in str(top_live(settings, share=0.4, by="velocity", who="Ben"))
    assert choices(shop) == [("top 40 % by velocity", "Ada")]
    assert show_cohort(settings).startswith("2 SKUs are live, 4 only watched: top 40 % by velocity, chosen by Ada on")
    by_revenue = top_live(settings, share=0.4, by="revenue", who="Ada").switched
    assert (by_revenue.turned_live, by_revenue.turned_watched) == (1, 1), "the jug brings in more than the mug"
    assert all_live(settings, who="Ada").switched.turned_live == 4


def test_a_watched_sku_is_planned_with_a_reason_and_not_ordered(settings: Settings, shop: Any) -> None:
    top_live(settings, share=0.2, by="velocity", who="Ada")
    plan_orders(settings, as_of_date=DAY)
    decided = dict(
        shop.connection.execute(
            "select sku, (order_units, reorder_point_units > 0, reason)::text from plan.decisions"
        ).fetchall()
    )
    assert "it is only watched; stockroom cohort makes it live" in decided["CUP"]
    assert decided["CUP"].startswith("(0,t,")
    assert "units are needed" in decided["CUP"]
    assert not decided["MUG"].startswith("(0,")
    ordered = shop.connection.execute("select distinct sku from ops.purchase_order_lines").fetchall()
    assert ordered == [("MUG",)]


def test_a_list_names_the_live_skus_and_one_that_nobody_knows_changes_nothing(
    settings: Settings, shop: Any, tmp_path: Path
) -> None:
    wanted = tmp_path / "pilot.txt"
    wanted.write_text("# the pilot\n mug \nPAN  # slow\n\nmug\n")
    assert "2 SKUs are live, 4 only watched (2 SKUs of pilot.txt)" in str(listed_live(settings, wanted, who="Ada"))
    wanted.write_text("MUG\nMUGG\n")
    with pytest.raises(SettingsError, match="no catalogue knows 1 of these SKUs: MUGG; nothing was changed"):
        listed_live(settings, wanted, who="Ada")
    assert len(choices(shop)) == 1
    wanted.write_text("\n")
    with pytest.raises(SettingsError, match="names no SKU"):
        listed_live(settings, wanted, who="Ada")


def test_what_appears_later_is_watched_until_all_are_live(settings: Settings, shop: Any) -> None:
    listing(shop, "NEW")
    top_live(settings, share=0.2, by="velocity", who="Ada")
    shop.insert("dim_skus", sku="NEW", is_active=True)
    assert [target.sku for target in read_targets(shop.connection, "toy")] == []
    all_live(settings, who="Ada")
    assert [target.sku for target in read_targets(shop.connection, "toy")] == ["NEW"]


def test_no_shop_is_told_of_a_watched_sku(settings: Settings, shop: Any) -> None:
    for sku in ("MUG", "CUP"):
        listing(shop, sku)
    assert [target.sku for target in read_targets(shop.connection, "toy")] == ["CUP", "MUG"]
    top_live(settings, share=0.2, by="velocity", who="Ada")
    assert [target.sku for target in read_targets(shop.connection, "toy", everything=True)] == ["MUG"]
    assert count_listings(shop.connection, "toy") == 1


def test_no_shopper_is_told_of_a_watched_sku_and_who_asks_why_hears_it(settings: Settings, shop: Any) -> None:
    for sku in ("MUG", "CUP"):
        waiting_shopper(shop, sku)
    assert [one.sku for one in asked_for(shop)] == ["CUP", "MUG"]
    top_live(settings, share=0.2, by="velocity", who="Ada")
    assert [one.sku for one in asked_for(shop)] == ["MUG"]
    assert "its SKU is only watched" in explain_notice(settings, "CUP", now=NOW)
    assert "Will be told" in explain_notice(settings, "MUG", now=NOW)


def asked_for(shop: Any) -> list:
    with shop.connection.transaction():
        return sorted(answerable_requests(shop.connection, now=NOW), key=lambda one: one.sku)


def listing(shop: Any, sku: str) -> None:
    """Put a listing of a channel called toy where dbt would."""
    shop.connection.execute(
        """
        create table if not exists intermediate.int_listing_availability (
            channel_id text, listing_id text, place_id text, sku text, location_id text, units numeric,
            based_on_landing_file_id bigint, shown_when_counted integer, read_at timestamptz);
        create table if not exists intermediate.int_order_line_events_live (
            channel_id text, sku text, location_id text, event_kind text, units integer, occurred_at timestamptz,
            is_custom_service boolean)
        """
    )
    shop.connection.execute(
        "insert into intermediate.int_listing_availability values ('toy', %s, '', %s, 'LONDON', 5, 1, null)", (sku, sku)
    )
    shop.connection.commit()


def waiting_shopper(shop: Any, sku: str) -> None:
    """Put a confirmed shopper in line for a SKU of which Shopify shows five."""
    run = shop.connection.execute
    (shopper,) = run(
        "insert into pii.shoppers (email, contact_sha256, consent_version) values (%s, %s, 'v1') returning shopper_id",
        (f"{sku}@example.org", sku * 20),
    ).fetchone()
    run(
        "insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state) "
        "values (%s, %s, %s, 1, %s, 'active')",
        (sku, shopper, sku, NOW),
    )
    run(
        "insert into ops.restock_request_contacts (request_id, medium, shopper_id, asked_at, confirmed_at) "
        "values (%s, 'email', %s, %s, %s)",
        (sku, shopper, NOW, NOW),
    )
    for table, document in (
        ("shopify_locations", '{"fulfillsOnlineOrders": true}'),
        (
            "shopify_inventory_levels",
            f'{{"sku": "{sku}", "inventoryLevels": {{"nodes": [{{"location": {{"id": "web"}}, '
            '"quantities": [{"name": "available", "quantity": 5}]}]}}',
        ),
    ):
        run("select raw.ensure_partition(%s, %s)", (table, NOW))
        key = "web" if table == "shopify_locations" else sku
        number = abs(hash((table, sku))) % 1_000_000
        run(f"insert into raw.{table} values (%s, 1, %s, %s, %s)", (number, key, document, NOW))  # noqa: S608  # our own names
    shop.connection.commit()
