"""Waiting shoppers hear once, in the order they asked, as many as there are units."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from stockroom.jobs.announce_restocks import announce_restocks, is_somebodys_turn
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.pause_notices import pause_notices, resume_notices
from stockroom.settings import Settings
from stockroom.warehouse.restock_subscriptions import unsubscribe

AS_OF = date(2011, 6, 30)
NOW = datetime(2011, 6, 30, 6, tzinfo=UTC)
LANDED = datetime(2011, 6, 30, 5, tzinfo=UTC)


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url,
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        sms_quiet_hours="0-0",
    )


def land(warehouse, table: str, key: str, document: dict[str, object]) -> None:
    connection = warehouse.connection
    file_id = connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
        values ('shopify', %s, (select count(*) from raw.landing_files)::text, 1, 'x', %s) returning landing_file_id
        """,
        (table, LANDED),
    ).fetchone()[0]
    connection.execute("select raw.ensure_partition(%s, %s)", (table, LANDED))
    connection.execute(
        psycopg.sql.SQL("insert into {} values (%s, 1, %s, %s, %s)").format(psycopg.sql.Identifier("raw", table)),
        (file_id, key, json.dumps(document), LANDED),
    )
    connection.commit()


def stock(warehouse, units: int, *, sku: str = "A", location: str = "web") -> None:
    """Land a newer level of the product at one location."""
    land(
        warehouse,
        "shopify_inventory_levels",
        f"item-{sku}",
        {
            "sku": sku.lower(),
            "inventoryLevels": {
                "nodes": [{"location": {"id": location}, "quantities": [{"name": "available", "quantity": units}]}]
            },
        },
    )


@pytest.fixture
def shop(warehouse) -> None:
    land(warehouse, "shopify_locations", "web", {"fulfillsOnlineOrders": True})
    land(warehouse, "shopify_locations", "trade", {"fulfillsOnlineOrders": False})
    land(warehouse, "shopify_locations", "closed", {"fulfillsOnlineOrders": True, "isActive": False})
    variant = {"id": "gid://shopify/ProductVariant/7", "sku": "a", "price": "3.75"}
    product = {"title": "Lantern", "handle": "lantern", "updatedAt": "2011-06-01", "variants": {"nodes": [variant]}}
    land(warehouse, "shopify_products", "p1", product)


def ask(warehouse, request_id: str, *, quantity: int = 1, days_ago: int = 5, medium: str = "email") -> None:
    """Put a shopper of its own in line, who confirmed one address."""
    connection = warehouse.connection
    address = f"{request_id}@mail.example" if medium == "email" else "+447700900123"
    shopper = connection.execute(
        psycopg.sql.SQL("insert into pii.shoppers ({}, contact_sha256) values (%s, %s) returning shopper_id").format(
            psycopg.sql.Identifier("email" if medium == "email" else "phone")
        ),
        (address, request_id),
    ).fetchone()[0]
    insert_request(warehouse, request_id, shopper, quantity=quantity, days_ago=days_ago, medium=medium)


def insert_request(
    warehouse, request_id: str, shopper: int, *, quantity: int = 1, days_ago: int = 5, medium: str = "email", sku="A"
) -> None:
    connection = warehouse.connection
    connection.execute(
        """
        insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
        values (%s, %s, %s, %s, %s, 'active')
        """,
        (request_id, shopper, sku, quantity, LANDED - timedelta(days=days_ago)),
    )
    connection.execute(
        """
        insert into ops.restock_request_contacts (request_id, medium, shopper_id, confirmed_at)
        values (%s, %s, %s, now())
        """,
        (request_id, medium, shopper),
    )
    connection.commit()


def shopper_of(warehouse, request_id: str) -> int:
    query = "select shopper_id from ops.restock_requests where request_id = %s"
    return int(warehouse.connection.execute(query, (request_id,)).fetchone()[0])


def told(warehouse) -> set[str]:
    rows = warehouse.connection.execute("select request_id from ops.restock_requests where state in ('chosen', 'sent')")
    names = {row[0] for row in rows}
    messages = {row[0] for row in warehouse.connection.execute("select subject_key from ops.outbox")}
    assert names == messages
    return names


@pytest.mark.usefixtures("shop")
def test_the_oldest_requests_are_told_as_long_as_units_last(settings: Settings, warehouse) -> None:
    for number in range(5):
        ask(warehouse, f"W-{number}", days_ago=10 - number)
    stock(warehouse, 2)
    assert str(announce_restocks(settings, as_of_date=AS_OF, now=NOW)) == "2 shoppers are told of 1 products"
    assert told(warehouse) == {"W-0", "W-1"}


@pytest.mark.usefixtures("shop")
def test_it_is_somebodys_turn_from_the_moment_the_goods_are_there_until_they_are_told(
    settings: Settings, warehouse
) -> None:
    ask(warehouse, "W-0")
    stock(warehouse, 0)
    assert not is_somebodys_turn(settings, now=NOW)
    stock(warehouse, 1)
    assert is_somebodys_turn(settings, now=NOW)
    pause_notices(settings, who="ann")
    assert not is_somebodys_turn(settings, now=NOW)
    resume_notices(settings, who="ann")
    assert is_somebodys_turn(settings, now=NOW), "asking changes nothing"
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert not is_somebodys_turn(settings, now=NOW)


@pytest.mark.usefixtures("shop")
def test_nobody_is_told_twice_and_promised_units_are_not_offered_again(settings: Settings, warehouse) -> None:
    for number in range(3):
        ask(warehouse, f"W-{number}", days_ago=10 - number)
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert str(announce_restocks(settings, as_of_date=AS_OF, now=NOW)) == "nobody to tell"
    assert told(warehouse) == {"W-0"}
    stock(warehouse, 2)  # one more came in
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert told(warehouse) == {"W-0", "W-1"}


@pytest.mark.usefixtures("shop")
def test_units_stay_reserved_for_two_days_by_the_clock_that_is_given(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", days_ago=9)
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert warehouse.connection.execute("select notified_at from ops.restock_requests").fetchall() == [(NOW,)]
    warehouse.connection.commit()
    ask(warehouse, "W-1", days_ago=5)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW + timedelta(hours=47))
    assert told(warehouse) == {"W-0"}
    warehouse.connection.commit()
    announce_restocks(settings, as_of_date=AS_OF, now=NOW + timedelta(hours=49))
    assert told(warehouse) == {"W-0", "W-1"}


@pytest.mark.usefixtures("shop")
def test_the_newest_level_counts(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0")
    stock(warehouse, 9)
    stock(warehouse, 0)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert told(warehouse) == set()


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("location", ["trade", "closed"])
def test_stock_that_ships_no_online_orders_is_no_help(settings: Settings, warehouse, location: str) -> None:
    ask(warehouse, "W-0")
    stock(warehouse, 9, location=location)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert told(warehouse) == set()


@pytest.mark.usefixtures("shop")
def test_who_asked_twice_is_told_once(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", days_ago=6)
    insert_request(warehouse, "W-1", shopper_of(warehouse, "W-0"), days_ago=5)
    warehouse.connection.commit()
    stock(warehouse, 9)
    assert announce_restocks(settings, as_of_date=AS_OF, now=NOW).told == 1
    rows = warehouse.connection.execute("select request_id, state from ops.restock_requests order by 1").fetchall()
    assert rows == [("W-0", "chosen"), ("W-1", "chosen")]
    assert warehouse.connection.execute("select subject_key from ops.outbox").fetchall() == [("W-0",)]


@pytest.mark.usefixtures("shop")
def test_a_mail_shows_what_was_true_when_it_was_chosen_and_is_private(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0")
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    variant = {"id": "gid://shopify/ProductVariant/7", "sku": "A", "price": "9.99"}
    product = {"title": "Lamp", "handle": "lamp", "updatedAt": "2011-06-02", "variants": {"nodes": [variant]}}
    land(warehouse, "shopify_products", "p1", product)
    assert deliver_outbox(replace(settings, shop_url="http://shop.example"), now=NOW).mails == ("W-0",)
    (mail,) = (settings.outbox_dir / "mail").iterdir()
    assert mail.stat().st_mode & 0o077 == 0
    text = mail.read_text()
    assert "Back in stock: Lantern" in text
    assert "http://shop.example/cart/7:1" in text
    assert "W-0@mail.example" not in mail.name
    assert deliver_outbox(settings, now=NOW).mails == ()


@pytest.mark.usefixtures("shop")
def test_a_shopper_who_unsubscribes_before_the_mail_leaves_gets_none(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0")
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    unsubscribe(warehouse.connection, "W-0")
    warehouse.connection.commit()
    assert deliver_outbox(settings, now=NOW).mails == ()
    assert not (settings.outbox_dir / "mail").exists()


@pytest.mark.usefixtures("shop")
def test_a_product_that_is_sold_before_the_mail_is_written_sends_nothing_and_keeps_the_place(
    settings: Settings, warehouse
) -> None:
    ask(warehouse, "W-0", days_ago=6)
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    stock(warehouse, 0)
    assert str(deliver_outbox(settings, now=NOW)) == "1 restock notices withdrawn, sold out again"
    assert told(warehouse) == set()
    ask(warehouse, "W-1", days_ago=5)
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert deliver_outbox(settings, now=NOW).mails == ("W-0",)


@pytest.mark.usefixtures("shop")
def test_where_less_is_left_than_was_chosen_the_oldest_keep_their_mail(settings: Settings, warehouse) -> None:
    for number in range(3):
        ask(warehouse, f"W-{number}", days_ago=5 + number)
    stock(warehouse, 3)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    stock(warehouse, 1)
    assert deliver_outbox(settings, now=NOW).mails == ("W-2",)
    assert told(warehouse) == {"W-2"}


@pytest.mark.usefixtures("shop")
def test_units_of_a_shopper_whose_mail_has_left_are_not_mailed_again(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", days_ago=3)
    stock(warehouse, 1)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    deliver_outbox(settings, now=NOW)
    ask(warehouse, "W-1", days_ago=9)
    stock(warehouse, 2)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    stock(warehouse, 1)
    assert deliver_outbox(settings, now=NOW).sold_out == 1
    assert told(warehouse) == {"W-0"}


@pytest.mark.usefixtures("shop")
def test_a_second_request_of_the_same_shopper_waits_on_with_the_first(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", days_ago=6)
    insert_request(warehouse, "W-1", shopper_of(warehouse, "W-0"), days_ago=5)
    ask(warehouse, "W-2", days_ago=2)
    stock(warehouse, 2)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert deliver_outbox(settings, now=NOW).mails == ("W-0", "W-2")
    warehouse.connection.execute(
        "update ops.restock_requests set state = 'active', notified_at = null, answered_by = null"
    )
    warehouse.connection.execute("delete from ops.outbox")
    warehouse.connection.commit()
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    stock(warehouse, 0)
    assert deliver_outbox(settings, now=NOW).sold_out == 2
    rows = warehouse.connection.execute("select request_id, state from ops.restock_requests order by 1").fetchall()
    assert rows == [("W-0", "active"), ("W-1", "active"), ("W-2", "active")]


@pytest.mark.usefixtures("shop")
def test_a_request_older_than_ninety_days_ends_without_a_mail(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", days_ago=91)
    stock(warehouse, 9)
    assert "1 waited in vain, of whom 0 are told so" in str(announce_restocks(settings, as_of_date=AS_OF, now=NOW))
    assert told(warehouse) == set()


@pytest.mark.usefixtures("shop")
def test_a_phone_alone_is_told_by_text(settings: Settings, warehouse) -> None:
    ask(warehouse, "W-0", medium="sms")
    stock(warehouse, 9)
    announce_restocks(settings, as_of_date=AS_OF, now=NOW)
    assert deliver_outbox(replace(settings, shop_url="http://shop.example"), now=NOW).texts == ("W-0",)
    (text,) = (settings.outbox_dir / "sms").iterdir()
    assert text.stat().st_mode & 0o077 == 0
    assert json.loads(text.read_text()) == {
        "to": "+447700900123",
        "words": "Sample Gifts Ltd: Lantern is back. http://shop.example/cart/7:1 Reply STOP to end, HELP for help.",
    }
    assert told(warehouse) == {"W-0"}


def test_before_anything_has_landed_there_is_nobody_to_tell(settings: Settings) -> None:
    assert str(announce_restocks(settings, as_of_date=AS_OF, now=NOW)) == "nobody to tell"
