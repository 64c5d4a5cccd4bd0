"""An order that carries the token of a notice says that it was bought by it, and who bought stays unknown."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.storefront.conftest import Shop, land, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.explain_notice import explain_notice

AS_OF = date(2026, 11, 22)
ADA, BOB = "ada@mail.example", "bob@mail.example"
KEY = "stockroom_notice"


def tell(shop: Shop, *addresses: str, units: int = 1) -> None:
    for address in addresses:
        shop.ask(email=address)
        shop.confirm(address)
    shop.stock(units)
    announce(shop)
    deliver_outbox(shop.settings, now=now())


def announce(shop: Shop) -> str:
    return str(announce_restocks(shop.settings, as_of_date=AS_OF, now=now()))


def token_behind_link(shop: Shop, address: str) -> str:
    (token,) = parse_qs(str(urlsplit(shop.go(address).headers["location"]).query))[f"attributes[{KEY}]"]
    return token


def order(shop: Shop, token: str, *, number: int = 1, units: int = 1, kept: int = 1, **more: Any) -> None:
    """Land an order of so many lanterns, and one of something else."""
    price = {"shopMoney": {"amount": "3.50", "currencyCode": "GBP"}}
    lines = [
        {"id": f"line-{number}-{sku}", "sku": sku, "quantity": units, "currentQuantity": kept,
         "discountedUnitPriceSet": price}
        for sku in ("a ", "OTHER")
    ]  # fmt: skip
    document = {
        "customAttributes": [{"key": "gift", "value": "yes"}, {"key": KEY, "value": token}],
        "currencyCode": "GBP", "processedAt": "2026-11-22T10:00:00Z", "cancelledAt": None, "test": False,
        "lineItems": {"nodes": lines}, **more,
    }  # fmt: skip
    land(shop.warehouse, "shopify_orders", f"order-{number}", document)
    shop.warehouse.connection.execute(
        "update raw.landing_files set source = 'shopify', stream = 'orders' where stream = 'shopify_orders'"
    )
    shop.warehouse.connection.commit()


def test_who_buys_by_the_link_is_known_to_have_bought_and_frees_the_promise(shop: Shop) -> None:
    tell(shop, ADA, BOB)
    order(shop, token_behind_link(shop, ADA), units=2, kept=2)
    shop.stock(1)
    assert announce(shop) == "1 shoppers are told of 1 products; 1 notices were bought by", (
        "Ada comes for none any more"
    )
    assert shop.states() == ["bought", "chosen"]
    bought = shop.rows("select found_by, units_ordered, units_kept, unit_price::text from ops.restock_purchases")
    assert bought == [("link", 2, 2, "3.5000")], "the other product of the order was none of ours"
    assert "bought 2 by the link of the notice" in explain_notice(shop.settings, "A", now=now())


def test_a_wave_says_what_became_of_it(shop: Shop) -> None:
    tell(shop, ADA, BOB, units=2)
    assert "2 shoppers told, who want 2\n" in explain_notice(shop.settings, "A", now=now())
    order(shop, token_behind_link(shop, ADA), units=3, kept=2)
    shop.stock(0)
    shop.go(BOB)
    announce(shop)
    came = "2 followed the link (1 found it sold out), 1 bought 2 units by it"
    assert came in explain_notice(shop.settings, "A", now=now())


def test_what_comes_back_of_an_order_is_not_kept(shop: Shop) -> None:
    tell(shop, ADA)
    token = token_behind_link(shop, ADA)
    order(shop, token, units=3, kept=3)
    announce(shop)
    order(shop, token, units=3, kept=1)
    assert announce(shop) == "nobody to tell"
    assert shop.rows("select units_ordered, units_kept from ops.restock_purchases") == [(3, 1)]
    order(shop, token, units=3, kept=3, cancelledAt="2026-11-22T11:00:00Z")
    announce(shop)
    assert shop.rows("select units_kept from ops.restock_purchases") == [(0,)]


def test_an_order_with_a_token_that_is_not_ours_or_of_a_test_says_nothing(shop: Shop) -> None:
    tell(shop, ADA)
    order(shop, "0" * 32)
    order(shop, token_behind_link(shop, ADA), number=2, test=True)
    assert announce(shop) == "nobody to tell"
    assert shop.states() == ["clicked"]


def test_a_click_that_finds_it_sold_out_is_kept_as_one(shop: Shop) -> None:
    tell(shop, ADA)
    shop.stock(0)
    shop.go(ADA)
    seen = "select clicked_at is not null, found_sold_out_at is not null from ops.restock_outcomes"
    assert shop.rows(seen) == [(True, True)]


def test_who_is_forgotten_is_named_to_the_shop_by_nothing(shop: Shop) -> None:
    tell(shop, ADA)
    token = token_behind_link(shop, ADA)
    assert shop.rows("select cart_token from ops.restock_outcomes") == [(token,)]
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)}, data={"wish": "forget"})
    announce(shop)
    assert shop.rows("select cart_token from ops.restock_outcomes") == [(None,)]
    order(shop, token)
    announce(shop)
    assert shop.states() == ["erased"]
