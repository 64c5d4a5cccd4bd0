"""The link of a notice leads into the basket; where the product has sold out again, to the place in line."""

from __future__ import annotations

import re
from datetime import date

from tests.storefront.conftest import SHOP, Shop, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.shopper_links import VISIT

AS_OF = date(2026, 11, 22)
ADA, BOB = "ada@mail.example", "bob@mail.example"


def tell_ada(shop: Shop) -> None:
    shop.ask(email=ADA)
    shop.confirm(ADA)
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=AS_OF, now=now())
    deliver_outbox(shop.settings, now=now())


def test_a_click_puts_it_into_the_basket_and_is_noted(shop: Shop) -> None:
    tell_ada(shop)
    (mail,) = (
        path.read_text() for path in (shop.settings.outbox_dir / "mail").iterdir() if "Back in" in path.read_text()
    )
    assert "http://testserver/go?token=" in mail.replace("=\n", "").replace("=3D", "=")
    answer = shop.go(ADA)
    address, _, token = answer.headers["location"].partition("?attributes%5Bstockroom_notice%5D=")
    assert (answer.status_code, address) == (302, f"{SHOP}/cart/65:1")
    assert re.fullmatch("[0-9a-f]{32}", token), "opaque, and the shop gives it back with the order"
    assert shop.states() == ["clicked"]


def test_a_click_on_what_has_sold_out_again_keeps_the_place_and_shows_what_is_similar(shop: Shop) -> None:
    shop.product("B", "Blue lantern", "4.00")
    shop.product("C", "Chair <b>", "4.10")
    shop.product("D", "Dear lantern", "40.00")
    shop.product("E", "Engine", "3.75", category="Toys")
    for sku in "BCE":
        shop.stock(3, sku)
    tell_ada(shop)
    shop.stock(0)
    shop.ask(email=BOB)
    shop.confirm(BOB)
    page = shop.go(ADA)
    assert page.status_code == 200
    assert "Sold out again: Lantern" in page.text
    assert page.text.index("Blue lantern") < page.text.index("Chair &lt;b&gt;")
    assert "Dear lantern" not in page.text, "it is out as well"
    assert "Engine" not in page.text, "it is something else"
    assert "£4.00" in page.text
    kept = shop.client.post("/go", params={"token": shop.token(VISIT, ADA)})
    assert "You are number 1 in line: nobody is before you, 2 wait in all." in kept.text
    assert shop.states() == ["active", "active"]
    shop.stock(1)
    assert announce_restocks(shop.settings, as_of_date=AS_OF, now=now()).told == 1
    assert shop.states() == ["chosen", "active"]


def test_the_button_does_nothing_while_there_is_stock(shop: Shop) -> None:
    tell_ada(shop)
    shop.client.post("/go", params={"token": shop.token(VISIT, ADA)})
    assert shop.states() == ["sent"]


def test_who_is_back_in_stock_finds_the_basket_behind_every_link(shop: Shop) -> None:
    tell_ada(shop)
    link = {"token": shop.token(VISIT, ADA)}
    for page in (shop.client.get("/place", params=link), shop.client.post("/go", params=link)):
        assert "It is in stock now." in page.text
        assert re.search(f'href="{SHOP}/cart/65:1[?]attributes%5Bstockroom_notice%5D=[0-9a-f]{{32}}"', page.text)


def test_where_one_other_waits_the_page_speaks_of_one(shop: Shop) -> None:
    tell_ada(shop)
    shop.stock(0)
    assert "nobody else waits." in shop.go(ADA).text
    shop.ask(email=BOB)
    shop.confirm(BOB)
    assert "1 other waits." in shop.go(ADA).text


def test_a_link_that_nobody_signed_looks_like_one_that_ended(shop: Shop) -> None:
    tell_ada(shop)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    forged = shop.client.get("/place", params={"token": "x"}).text
    assert "You are not waiting for this product." in forged
    assert (
        "You are not waiting for this product."
        in shop.client.get("/place", params={"token": shop.token(VISIT, ADA)}).text
    )
