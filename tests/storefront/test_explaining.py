"""Whoever asks why they were told, or why not, gets the reason that decided."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.storefront.conftest import Shop, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.erase_contact import erase_contact
from stockroom.jobs.explain_notice import digest_of, explain_notice
from stockroom.jobs.pause_notices import pause_notices, resume_notices
from stockroom.jobs.shopper_links import VISIT
from stockroom.warehouse import connect
from stockroom.warehouse.suppressions import suppress

AS_OF = date(2026, 11, 22)
ADA, BOB = "ada@mail.example", "bob@mail.example"


def wait_for(shop: Shop, email: str, **fields: str) -> None:
    shop.ask(email=email, **fields)
    shop.confirm(email)


def last_line(shop: Shop, email: str) -> str:
    return explain_notice(shop.settings, digest_of(email), now=now()).splitlines()[-1].strip()


def announce(shop: Shop) -> int:
    told = announce_restocks(shop.settings, as_of_date=AS_OF, now=now()).told
    deliver_outbox(shop.settings, now=now())
    return told


def test_it_says_who_was_told_by_which_wave_and_who_comes_next(shop: Shop) -> None:
    wait_for(shop, ADA)
    wait_for(shop, BOB, quantity="2")
    assert last_line(shop, ADA) == "Not told: nothing is in stock online."
    shop.stock(2)
    assert announce(shop) == 1
    assert last_line(shop, ADA) == "Told: the notice has left."
    assert last_line(shop, BOB) == "Not told: wants 2 of 1 free units, and those before want 0."
    text = explain_notice(shop.settings, "a", now=now())
    assert text.splitlines()[0] == "A: 2 asked, 1 wait, 2 in stock online"
    assert "2 free units, 1 shoppers told, who want 1" in text
    assert "wave 1 has 2 units, oldest first" in explain_notice(shop.settings, digest_of(ADA), now=now())
    assert "@" not in text


def test_it_says_that_nobody_confirmed_and_that_an_address_is_suppressed(shop: Shop) -> None:
    shop.ask()
    assert last_line(shop, ADA) == "Not told: the owner of the address has not confirmed it."
    shop.confirm(ADA)
    with connect(shop.settings.warehouse_url) as connection:
        suppress(connection, [digest_of(ADA)], reason="complaint")
    shop.stock(5)
    assert announce(shop) == 0
    assert last_line(shop, ADA) == "Not told: the address is suppressed: complaint (everything)."


def test_nobody_hears_of_more_products_a_day_than_the_cap(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(notices_a_day=1)
    shop.product("B", "Lamp")
    for sku in ("A", "B"):
        wait_for_product(shop, sku)
        shop.stock(5, sku)
    assert announce(shop) == 1
    assert announce(shop) == 0
    (waiting,) = shop.rows("select sku from ops.restock_requests where state = 'active'")
    assert "told of 1 products today, and 1 are enough" in explain_notice(shop.settings, waiting[0], now=now())
    shop.do("update ops.restock_requests set notified_at = notified_at - interval '25 hours'")
    shop.do("update ops.restock_outcomes set chosen_at = chosen_at - interval '25 hours'")
    assert announce(shop) == 1


def test_a_notice_counts_also_once_its_shopper_waits_on(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(notices_a_day=1)
    shop.product("B", "Lamp")
    wait_for_product(shop, "A")
    shop.stock(5)
    assert announce(shop) == 1
    token = shop.token(VISIT, ADA)
    shop.stock(0)
    shop.client.post("/go", params={"token": token})
    wait_for_product(shop, "B")
    shop.stock(5)
    shop.stock(5, "B")
    assert announce(shop) == 0, "one was enough today"
    assert "told of 1 products today" in explain_notice(shop.settings, "B", now=now())


def wait_for_product(shop: Shop, sku: str) -> None:
    shop.ask(sku=sku)
    shop.do("update ops.restock_request_contacts set confirmed_at = now()")
    shop.do("update ops.restock_requests set state = 'active' where state = 'pending'")


def test_a_pause_holds_everything_and_then_goes_on(shop: Shop) -> None:
    wait_for(shop, ADA)
    shop.stock(1)
    announce_restocks(shop.settings, as_of_date=AS_OF, now=now())
    pause_notices(shop.settings, who="Grace")
    assert str(deliver_outbox(shop.settings, now=now())) == "notices are paused"
    assert "paused" in str(announce_restocks(shop.settings, as_of_date=AS_OF, now=now()))
    resume_notices(shop.settings, who="Grace")
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1


def test_who_was_told_and_stopped_after_that_was_told(shop: Shop) -> None:
    wait_for(shop, ADA)
    shop.stock(1)
    announce(shop)
    shop.client.post("/unsubscribe", params={"token": shop.token("unsubscribe", ADA)})
    assert last_line(shop, ADA) == "Told; since then unsubscribed: unsubscribed by link."


def test_who_was_told_is_not_told_again_of_the_same_restock(shop: Shop) -> None:
    wait_for(shop, ADA)
    shop.stock(9)
    assert announce(shop) == 1
    shop.ask()
    shop.do("update ops.restock_request_contacts set confirmed_at = now()")
    shop.do("update ops.restock_requests set state = 'active' where state = 'pending'")
    assert announce(shop) == 0
    assert last_line(shop, ADA) == "Not told: the same shopper was told of this product less than 48 hours ago."


def test_who_found_it_sold_out_and_asked_anew_is_told_of_the_next_restock(shop: Shop) -> None:
    wait_for(shop, ADA)
    shop.stock(1)
    assert announce(shop) == 1
    shop.stock(0)
    shop.go(ADA)
    wait_for_product(shop, "A")
    assert last_line(shop, ADA) == "Not told: nothing is in stock online."
    shop.stock(2)
    assert announce(shop) == 1
    assert sorted(shop.rows("select state from ops.restock_requests")) == [("clicked",), ("sent",)]


def test_an_erased_address_leaves_its_number(shop: Shop) -> None:
    wait_for(shop, ADA)
    assert erase_contact(shop.settings, digest_of(" Ada@Mail.example ")) == "erased; 1 requests ended with it"
    assert shop.rows("select 1 from pii.shoppers") == []
    assert shop.states() == ["erased"]
    assert "never made, or erased" in explain_notice(shop.settings, digest_of(ADA), now=now())
    assert explain_notice(shop.settings, "A", now=now()).startswith("A: 1 asked, 0 wait")


@pytest.mark.parametrize("wanted", ["nothing", "%", "'; drop table ops.outbox; --"])
def test_what_nobody_asked_for_is_said_to_be_that(shop: Shop, wanted: str) -> None:
    assert explain_notice(shop.settings, wanted, now=now()) == f"nobody asked for {wanted.upper()}"
