"""What is sold out at WooCommerce or BigCommerce is asked for there, and told of with that shop's own basket."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any

import psycopg
import pytest
from tests.storefront.conftest import LISTING_KEY, Shop, form, land, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.warehouse import connect
from stockroom.warehouse.restock_products import read_similar
from stockroom.warehouse.restock_takes import LEARNED_FROM, RESERVED_FOR

AS_OF = date(2026, 11, 22)
ADA, BOB, CYD = "ada@mail.example", "bob@mail.example", "cyd@mail.example"
WOO, BIG = "https://woo.example", "https://big.example"
VALUES = {"woocommerce_url": WOO, "bigcommerce_shop_url": BIG}


def asked_at(channel: str, email: str, sku: str = "A", **more: str) -> dict[str, str]:
    text = f"listing:{sku}:GB:{channel}"
    token = hmac.new(LISTING_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    return form(email, sku, channel=channel, token=token, **more)


def woo_product(number: int, sku: str, title: str, **more: object) -> dict[str, object]:
    page = f"{WOO}/product/{title.lower()}/"
    lights = [{"id": 1, "name": "Lights"}]
    given = {"id": number, "type": "simple", "status": "publish", "sku": sku, "name": title, "price": "4.00"}
    return {**given, "permalink": page, "categories": lights, "images": [{"src": f"{WOO}/{sku}.png"}], **more}


@pytest.fixture
def shops(open_shop: Callable[..., Shop]) -> Shop:
    """Return three shops with one lantern: each sells from the same shelf, which the ledger counts."""
    shop = open_shop(channel_values=VALUES)
    land(shop.warehouse, "shopify_locations", "web", {"fulfillsOnlineOrders": True})
    shop.product("A", "Lantern")
    land(shop.warehouse, "woocommerce_products", "12", woo_product(12, "a", "Lantern"))
    variant = {"id": 7, "sku": "A", "price": 3.5}
    lantern = {"name": "Lantern", "inventory_tracking": "variant", "variants": [variant], "is_visible": True}
    land(shop.warehouse, "bigcommerce_products", "5", {**lantern, "custom_url": {"url": "/lantern/"}})
    shop.do("create schema if not exists intermediate")
    shop.do(
        """
        create table intermediate.int_listing_availability (
            channel_id text, listing_id text, place_id text, units numeric
        )
        """
    )
    shop.do("grant usage on schema intermediate to stockroom_app")
    shop.do("grant select on intermediate.int_listing_availability to stockroom_app")
    return shop


def may_sell(shop: Shop, units: int, channel: str = "woocommerce", listing: str = "12") -> None:
    """Let a listing show so many: the ledger's units less the buffer."""
    shop.do("delete from intermediate.int_listing_availability where listing_id = %s", listing)
    shop.do("insert into intermediate.int_listing_availability values (%s, %s, '', %s)", channel, listing, units)


def waits(shop: Shop, channel: str, email: str, **more: str) -> None:
    assert shop.client.post("/subscribe", json=asked_at(channel, email, **more)).status_code == 202
    shop.confirm(email)


def announce(shop: Shop) -> int:
    told = announce_restocks(shop.settings, as_of_date=AS_OF, now=now()).told
    deliver_outbox(shop.settings, now=now())
    return told


def mails_of(shop: Shop) -> str:
    folder = shop.settings.outbox_dir / "mail"
    return "".join(path.read_text() for path in folder.iterdir()).replace("=\n", "").replace("=3D", "=")


def test_a_notice_leads_into_the_basket_of_the_shop_it_was_asked_in(shops: Shop) -> None:
    waits(shops, "woocommerce", ADA)
    waits(shops, "bigcommerce", BOB)
    assert announce(shops) == 0, "nothing is there"
    may_sell(shops, 3)
    assert announce(shops) == 1, "BigCommerce shows none yet"
    may_sell(shops, 3, "bigcommerce", "variant/7")
    assert announce(shops) == 1
    basket, _, token = shops.go(ADA).headers["location"].rpartition("=")
    assert basket == f"{WOO}/?add-to-cart=12&quantity=1&utm_source=stockroom&utm_medium=notice&utm_id"
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert shops.go(BOB).headers["location"] == f"{BIG}/cart.php?action=add&sku=A&qty=1"
    mails = mails_of(shops)
    assert f"{WOO}/product/lantern/" in mails
    assert f"{BIG}/lantern/" in mails
    assert f"{WOO}/a.png" in mails, "the picture"


def test_the_basket_holds_as_many_as_were_wanted_and_are_there(shops: Shop) -> None:
    waits(shops, "woocommerce", ADA, quantity="3")
    may_sell(shops, 2)
    assert announce(shops) == 0
    may_sell(shops, 5)
    assert announce(shops) == 1
    assert "&quantity=3&" in shops.go(ADA).headers["location"]
    may_sell(shops, 2)
    assert "&quantity=2&" in shops.go(ADA).headers["location"]


def test_shops_that_sell_from_one_shelf_promise_each_unit_once(shops: Shop) -> None:
    waits(shops, "woocommerce", ADA)
    shops.ask(email=BOB)
    shops.confirm(BOB)
    waits(shops, "woocommerce", CYD)
    shops.stock(2)
    may_sell(shops, 2)
    assert announce(shops) == 2
    assert announce(shops) == 0
    assert shops.states() == ["sent", "sent", "active"]


def test_a_shop_that_refused_the_figure_is_not_announced(shops: Shop) -> None:
    waits(shops, "woocommerce", ADA)
    may_sell(shops, 2)
    shops.do("insert into ops.push_runs (channel_id, state, listings) values ('woocommerce', 'pushed', 1)")
    shops.do(
        """
        insert into ops.availability_pushes (
            push_run_id, channel_id, listing_id, sku, units_wanted, units_before, outcome
        )
        select push_run_id, channel_id, '12', 'A', 2, 0, 'refused' from ops.push_runs
        """
    )
    assert announce(shops) == 0
    shops.do("update ops.availability_pushes set units_after = 2, outcome = 'verified'")
    assert announce(shops) == 1


def test_what_sold_out_again_shows_the_place_and_what_that_shop_has_alike(shops: Shop) -> None:
    land(shops.warehouse, "woocommerce_products", "13", woo_product(13, "B", "Candle", price="4.20"))
    land(shops.warehouse, "woocommerce_products", "14", woo_product(14, "C", "Torch", status="draft"))
    waits(shops, "woocommerce", ADA)
    may_sell(shops, 1)
    may_sell(shops, 4, listing="13")
    may_sell(shops, 4, listing="14")
    announce(shops)
    may_sell(shops, 0)
    page = shops.go(ADA).text
    assert "Sold out again: Lantern" in page
    assert f'href="{WOO}/product/candle/"' in page
    assert "£4.20" in page
    assert "Torch" not in page, "its page is not public"


def test_a_variation_is_put_into_the_basket_by_its_own_number(shops: Shop) -> None:
    variations = [{"id": 21, "sku": "R", "price": "5.00"}, {"id": 22, "sku": "G", "price": "5.00"}]
    shirt = woo_product(20, "", "Shirt", type="variable", variation_records=variations)
    land(shops.warehouse, "woocommerce_products", "20", shirt)
    waits(shops, "woocommerce", ADA, sku="G")
    may_sell(shops, 1, listing="20/22")
    assert announce(shops) == 1
    assert shops.go(ADA).headers["location"].startswith(f"{WOO}/?add-to-cart=22&quantity=1&utm_")


@pytest.mark.parametrize("channel", ["amazon", "ebay", "nowhere"])
def test_nobody_can_ask_at_a_marketplace(shops: Shop, channel: str) -> None:
    assert shops.client.post("/subscribe", json=asked_at(channel, ADA)).status_code == 403


def test_a_token_of_one_shop_asks_at_no_other(shops: Shop) -> None:
    asked: dict[str, Any] = asked_at("woocommerce", ADA)
    assert shops.client.post("/subscribe", json={**asked, "channel": "bigcommerce"}).status_code == 403
    assert shops.client.post("/subscribe", json={**asked, "channel": ""}).status_code == 403


def test_pages_of_every_shop_may_ask_from_a_script(shops: Shop) -> None:
    for origin in (WOO, BIG):
        answer = shops.client.post("/subscribe", json=asked_at("woocommerce", ADA), headers={"origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
    assert shops.client.post("/subscribe", json={}, headers={"origin": "https://other.example"}).status_code == 403


def test_a_page_elsewhere_is_not_linked_to(shops: Shop) -> None:
    land(
        shops.warehouse, "woocommerce_products", "13", woo_product(13, "B", "Candle", permalink="https://bad.example/")
    )
    may_sell(shops, 4, listing="13")
    with connect(shops.settings.warehouse_url) as connection:
        ((similar,),) = read_similar(connection, ["A"], "woocommerce").values()
    assert similar.page == "https://bad.example/"
    waits(shops, "woocommerce", ADA)
    page = shops.client.get("/place", params={"token": shops.token("visit", ADA)}).text
    assert "Candle" in page
    assert "bad.example" not in page


def came_by(source: str, token: str) -> list[dict[str, str]]:
    """Return what an order says of the link that its visit came by."""
    said = {"source": source, "medium": "notice", "id": token}
    return [{"key": f"_wc_order_attribution_utm_{name}", "value": value} for name, value in said.items()]


def woo_order(shop: Shop, token: str, *, days_later: int = 0, back: int = 0, **more: object) -> None:
    """Land an order of three lanterns at 4.00 that came by the link of a notice, of which some came back."""
    returned = [{"quantity": -back, "meta_data": [{"key": "_refunded_item_id", "value": "315"}]}] if back else []
    lantern = {"id": 315, "sku": "a", "quantity": 3, "total": "12.00"}
    document = {
        "status": "processing",
        "currency": "GBP",
        "date_created_gmt": f"{now() + timedelta(days=days_later):%Y-%m-%dT%H:%M:%S}",
        "meta_data": came_by("stockroom", token),
        "line_items": [lantern, {**lantern, "id": 316, "sku": "B"}],
        "refund_records": [{"line_items": returned}],
        **more,
    }
    land(shop.warehouse, "woocommerce_orders", "723", document)
    shop.do(
        "update raw.landing_files set source = 'woocommerce', stream = 'orders' where stream = 'woocommerce_orders'"
    )


def told_at_woocommerce(shop: Shop) -> str:
    """Tell Ada, who follows the link; return what its campaign names."""
    waits(shop, "woocommerce", ADA)
    may_sell(shop, 3)
    assert announce(shop) == 1
    return str(shop.go(ADA).headers["location"].rpartition("=")[2])


def bought(shop: Shop) -> list[tuple[Any, ...]]:
    announce(shop)
    return shop.rows(
        "select channel_id, found_by, units_ordered, units_kept, unit_price::text from ops.restock_purchases"
    )


def test_an_order_that_came_by_the_link_of_a_notice_says_so_at_woocommerce(shops: Shop) -> None:
    token = told_at_woocommerce(shops)
    woo_order(shops, token, status="pending")
    assert bought(shops) == [], "it may never be paid for"
    woo_order(shops, token)
    assert bought(shops) == [("woocommerce", "link", 3, 3, "4.0000")], "the candle was asked for by nobody"
    assert shops.states() == ["bought"]
    woo_order(shops, token, back=2)
    assert [row[3] for row in bought(shops)] == [1]
    woo_order(shops, token, status="cancelled")
    assert [row[3] for row in bought(shops)] == [0]


@pytest.mark.parametrize(
    ("token", "days_later", "source"),
    [("0" * 32, 0, "stockroom"), ("", 0, "newsletter"), ("", 8, "stockroom")],
    ids=["another's number", "another's campaign", "a visit that is remembered for long"],
)
def test_what_did_not_come_of_the_notice_is_not_its_purchase(
    shops: Shop, token: str, days_later: int, source: str
) -> None:
    told = told_at_woocommerce(shops)
    woo_order(shops, told, days_later=days_later, meta_data=came_by(source, token or told))
    assert bought(shops) == []


def test_woocommerce_teaches_the_take_from_its_first_order_on_that_names_a_notice(shops: Shop) -> None:
    token = told_at_woocommerce(shops)
    later = now() + timedelta(days=2, minutes=1)
    with connect(shops.settings.warehouse_url) as connection:
        assert past_notices(connection, later) == [], "orders may name no notice there"
    woo_order(shops, token)
    assert len(bought(shops)) == 1
    with connect(shops.settings.warehouse_url) as connection:
        assert past_notices(connection, later) == [("Lights", 1, 1)]


def past_notices(connection: psycopg.Connection, moment: datetime) -> list[tuple[Any, ...]]:
    """Return category, people told and people who followed, as the take is learned from them."""
    statement = resources.files("stockroom.warehouse").joinpath("restock_takes.sql").read_bytes()
    since = {
        "reserved_for": RESERVED_FOR,
        "reserved_since": moment - RESERVED_FOR,
        "learned_since": moment - LEARNED_FROM,
    }
    return [row[:3] for row in connection.execute(statement, since)]
