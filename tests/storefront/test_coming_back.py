"""Whoever comes back into line, by their own wish or since it sold out again, stands there once and hears once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.storefront.conftest import Shop, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import DeliverySummary, deliver_outbox
from stockroom.jobs.shopper_links import VISIT

ADA, BOB, PHONE = "ada@mail.example", "bob@mail.example", "+14155550123"
NIGHT, DAY = datetime(2036, 1, 5, 12, tzinfo=UTC), datetime(2036, 1, 5, 16, tzinfo=UTC)
"""In California."""


def wait(shop: Shop, *addresses: str) -> None:
    for address in addresses:
        shop.ask(email=address)
        shop.confirm(address)
    shop.do("delete from ops.outbox")


def announce(shop: Shop, moment: datetime | None = None) -> int:
    return announce_restocks(shop.settings, as_of_date=now().date(), now=moment or now()).told


def deliver(shop: Shop, moment: datetime | None = None) -> DeliverySummary:
    return deliver_outbox(shop.settings, now=moment or now())


def wish(shop: Shop, token: str, *wishes: str) -> None:
    for one in wishes:
        assert shop.client.post("/unsubscribe", params={"token": token}, data={"wish": one}).status_code == 200


def test_who_asked_again_can_still_take_back_stopping(shop: Shop) -> None:
    wait(shop, ADA)
    token = shop.token("unsubscribe", ADA)
    wish(shop, token, "product")
    shop.ask(email=ADA)
    wish(shop, token, "undo")
    assert shop.states() == ["active", "pending"]


def test_who_asked_again_can_still_keep_the_old_place(shop: Shop) -> None:
    wait(shop, ADA)
    shop.stock(1)
    announce(shop)
    deliver(shop)
    token = shop.token(VISIT, ADA)
    shop.stock(0)
    shop.ask(email=ADA)
    assert "You are number 1 in line" in shop.client.post("/go", params={"token": token}).text
    assert shop.states() == ["active", "pending"]


def test_who_types_the_address_of_somebody_who_is_being_told_holds_nothing_up(shop: Shop) -> None:
    wait(shop, ADA, BOB)
    shop.stock(2)
    announce(shop)
    shop.ask(email=ADA)
    shop.stock(0)
    assert deliver(shop).sold_out == 2
    assert shop.states() == ["active", "active", "pending"]


def test_what_failed_is_not_sent_once_it_has_sold_out_and_keeps_its_place(shop: Shop) -> None:
    wait(shop, ADA)
    shop.product("A", "Lan\u202etern")
    shop.stock(1)
    announce(shop)
    assert len(deliver(shop).failed) == 1
    assert shop.states() == ["failed"]
    shop.do("update ops.restock_notices set title = 'Lantern'")
    shop.stock(0)
    assert str(deliver(shop)) == "1 restock notices withdrawn, sold out again"
    assert shop.states() == ["active"]
    assert shop.rows("select 1 from ops.exceptions where resolved_at is null") == [], "nothing is left to mend"


def test_who_stops_and_takes_it_back_before_the_mail_left_is_told_all_the_same_and_once(shop: Shop) -> None:
    wait(shop, ADA)
    shop.stock(1)
    announce(shop)
    token = shop.token("unsubscribe", ADA)
    wish(shop, token, "product", "undo")
    assert announce(shop) == 1
    assert len(deliver(shop).mails) == 1
    wish(shop, token, "product", "undo")
    assert announce(shop) == 0, "the mail of this restock has left"


def test_who_keeps_waiting_gets_no_second_text_about_the_next_restock(open_shop: Any, shop: Shop) -> None:
    shop = open_shop(sms_quiet_hours="21-8")
    shop.ask(email=ADA, phone=PHONE)
    shop.do("update ops.restock_request_contacts set confirmed_at = now()")
    shop.do("update ops.restock_requests set state = 'active'")
    shop.do("delete from ops.outbox")
    shop.stock(1)
    announce(shop, NIGHT)
    assert str(deliver(shop, NIGHT)) == "1 restock mail sent, 1 texts wait for the morning"
    shop.stock(0)
    shop.client.post("/go", params={"token": shop.token(VISIT, ADA)})
    shop.stock(1)
    assert announce(shop, NIGHT) == 1
    shop.do("update ops.outbox set not_before = now() where state = 'pending'")
    assert str(deliver(shop, DAY)) == "1 restock mail sent, 1 restock text sent"
