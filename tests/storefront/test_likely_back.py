"""Shoppers see when something is likely back, if the shop shows it and past days have held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from tests.storefront.conftest import Shop, form, land

from stockroom.jobs.likely_back import explain_likely_back
from stockroom.settings import Settings, SettingsError

ADA = "ada@mail.example"


def opened(open_shop: Callable[..., Shop], **more: Any) -> Shop:
    shop = open_shop(likely_back=True, as_of_date=date(2011, 6, 30), **more)
    land(shop.warehouse, "shopify_locations", "web", {"fulfillsOnlineOrders": True})
    shop.product("A", "Lantern")
    shop.do("create schema if not exists marts")
    shop.do("create table marts.dim_locations (location_id text, fulfills_online_orders boolean)")
    shop.do("insert into marts.dim_locations values ('LONDON', true), ('TRADE', false)")
    shop.do("grant usage on schema marts to stockroom_app")
    shop.do("grant select on marts.dim_locations to stockroom_app")
    return shop


def says(shop: Shop, first: str, last: str, *, location: str = "LONDON", withheld: str | None = None) -> None:
    shop.do(
        """
        insert into ops.likely_back (sku, location_id, first_date, last_date, withheld, as_of_date)
        values ('A', %s, %s, %s, %s, '2011-06-30')
        """,
        location,
        first,
        last,
        withheld,
    )


def likely(shop: Shop, **more: str) -> str:
    asked = {name: value for name, value in form().items() if name in ("sku", "country", "token")}
    answer = shop.client.get("/likely", params={**asked, **more})
    assert answer.status_code == 200
    return str(answer.json()["message"])


def test_a_page_is_told_in_its_language(open_shop: Callable[..., Shop]) -> None:
    shop = opened(open_shop)
    says(shop, "2011-07-12", "2011-07-19")
    assert likely(shop).startswith("Likely back 12\N{EN DASH}19 July (80 %).")
    assert likely(shop, locale="de").startswith("Voraussichtlich wieder da: 12.\N{EN DASH}19. Juli (80 %).")
    page = shop.client.get("/notify", params={**form(), "locale": "de"}).text
    assert "12.\N{EN DASH}19. Juli" in page


def test_the_place_in_line_says_it_while_it_is_sold_out(open_shop: Callable[..., Shop]) -> None:
    shop = opened(open_shop)
    says(shop, "2011-06-20", "2011-07-02")
    shop.ask(email=ADA)
    shop.confirm(ADA)
    place = {"token": shop.token("visit", ADA)}
    assert "Likely back 30 June\N{EN DASH}2 July" in shop.client.get("/place", params=place).text, "from today on"
    shop.stock(3)
    assert "Likely back" not in shop.client.get("/place", params=place).text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("update ops.likely_back set withheld = 'too few'", id="withheld"),
        pytest.param("update ops.likely_back set location_id = 'TRADE'", id="where no online order leaves from"),
        pytest.param("update ops.likely_back set last_date = '2011-06-29'", id="over"),
        pytest.param("update ops.likely_back set written_at = now() - interval '2 days'", id="nobody watches any more"),
        pytest.param("delete from ops.likely_back", id="nothing ordered"),
    ],
)
def test_nothing_is_said_that_does_not_hold(open_shop: Callable[..., Shop], change: str) -> None:
    shop = opened(open_shop)
    says(shop, "2011-06-12", "2011-07-19")
    assert likely(shop)
    shop.do(change)
    assert likely(shop) == ""


def test_it_is_off_unless_switched_on(open_shop: Callable[..., Shop]) -> None:
    shop = opened(open_shop)
    says(shop, "2011-07-12", "2011-07-19")
    off = open_shop(as_of_date=date(2011, 6, 30))
    assert likely(off) == ""
    assert "switched off" in explain_likely_back(off.settings)
    with pytest.raises(SettingsError, match="neither on nor off"):
        Settings.from_environment({"STOCKROOM_LIKELY_BACK": "perhaps"})


def test_a_listing_that_no_page_names_is_told_nothing(open_shop: Callable[..., Shop]) -> None:
    shop = opened(open_shop)
    assert shop.client.get("/likely", params={"sku": "A", "country": "GB", "token": "x"}).status_code == 403


def test_the_command_says_why_nothing_is_shown(open_shop: Callable[..., Shop]) -> None:
    shop = opened(open_shop)
    assert "nothing has been measured yet" in explain_likely_back(shop.settings, "A")
    shop.do("insert into ops.likely_back_coverage values ('*', 40, 100, 80, '2011-06-30')")
    assert "50 arrivals are needed" in explain_likely_back(shop.settings)
    shop.do("update ops.likely_back_coverage set arrivals = 60, held = 60")
    says(shop, "2011-07-12", "2011-07-19", withheld="all suppliers: 60 of 100")
    said = explain_likely_back(shop.settings, "A")
    assert "60 of 100 past intervals held (60%), of 60 arrivals; 70% to 90% should, so nothing is shown" in said
    assert "A at LONDON: 12\N{EN DASH}19 July" in said
    assert "not shown: all suppliers: 60 of 100" in said
