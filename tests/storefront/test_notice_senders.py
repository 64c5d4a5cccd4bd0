"""Notices reach mail services and webhooks as events, once each; questions and orders stay with the mail server."""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from tests.storefront.conftest import Shop, now
from tests.storefront.mail_services import ACCOUNT, KEY, KINDS, MailService, connection_to, serve
from tests.storefront.notice_killing import kill_while_delivering

from stockroom.delivery import events, webhooks
from stockroom.delivery.event_services import SERVICES
from stockroom.delivery.providers import UnreachableProviderError, sending_twice_is_once
from stockroom.jobs import deliver_messages
from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import SettingsError

ADA, BOB, CAT = (f"{name}@mail.example" for name in ("ada", "bob", "cat"))
ONCE_BY_CONTRACT = ("klaviyo", "webhook")


@pytest.fixture
def slept() -> list[float]:
    """Return the pauses that were made, of which none takes its time here."""
    return []


@pytest.fixture
def service(
    request: pytest.FixtureRequest, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> Iterator[MailService]:
    monkeypatch.setattr(webhooks, "wait_exponential_jitter", lambda **_: lambda _state: 0.0)
    monkeypatch.setattr(events, "time", SimpleNamespace(monotonic=time.monotonic, sleep=slept.append))
    with serve(getattr(request, "param", "klaviyo")) as service:
        monkeypatch.setenv("AIRFLOW_CONN_TELLERS", connection_to(service))
        yield service


@pytest.fixture
def shop(open_shop: Any, shop: Shop, service: MailService) -> Shop:
    assert shop.states() == [], "nobody waits yet"
    return open_shop(notice_sender=f"{service.kind}:tellers")


every_service = pytest.mark.parametrize("service", list(KINDS), indirect=True)


def wait_in_line(shop: Shop, *addresses: str) -> None:
    for address in addresses:
        shop.ask(email=address)
        shop.confirm(address)
    shop.do("delete from ops.outbox")


def tell(shop: Shop, units: int = 9) -> Any:
    shop.stock(units)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    return deliver_outbox(shop.settings, now=now())


@every_service
def test_an_event_carries_what_its_message_shows_and_comes_once(shop: Shop, service: MailService) -> None:
    wait_in_line(shop, ADA, BOB)
    assert len(tell(shop).mails) == 2
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 0
    assert service.addresses() == [ADA, BOB]
    first = service.kept[0]
    assert first.name == "Stockroom back in stock"
    assert (first.properties["title"], first.properties["price"], first.properties["currency"]) == (
        "Lantern",
        "3.7500",
        "GBP",
    )
    assert first.properties["cart_url"].startswith("http://testserver/go?token=")
    assert shop.client.post(first.properties["unsubscribe_url"]).status_code == 200
    assert "unsubscribed" in shop.states(), "the link ends this request"
    assert set(first.properties) == {
        "sku", "language", "title", "price", "currency", "image_url", "product_url", "cart_url", "unsubscribe_url"
    }  # fmt: skip
    assert shop.rows("select distinct state, path from ops.outbox") == [("sent", f"{service.kind}:tellers")]


@pytest.mark.parametrize("service", ["klaviyo", "omnisend"], indirect=True)
def test_what_sells_while_events_leave_is_not_told_to_those_who_come_later(
    shop: Shop, service: MailService, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_line(shop, ADA, BOB, CAT)
    monkeypatch.setattr(deliver_messages, "LOOK_HOLDS_SECONDS", 0.0)
    service.meanwhile = lambda: shop.stock(2)
    summary = tell(shop, units=3)
    assert (len(summary.mails), summary.sold_out) == (2, 1)
    assert ADA in service.addresses(), "who asked first"
    assert sorted(shop.states()) == ["active", "sent", "sent"]


def test_an_address_that_nobody_confirmed_is_told_to_no_service(shop: Shop, service: MailService) -> None:
    shop.ask(email=ADA)
    deliver_outbox(shop.settings, now=now())
    assert service.asked == 0
    assert len(list((shop.settings.outbox_dir / "mail").iterdir())) == 1, "the question leaves by the mail sender"


@pytest.mark.parametrize("service", ["klaviyo", "drip"], indirect=True)
def test_a_busy_service_is_asked_again_and_one_that_stays_busy_keeps_the_rest_waiting(
    shop: Shop, service: MailService
) -> None:
    wait_in_line(shop, ADA)
    service.first, service.retry_after = [429, 503], "0"
    assert len(tell(shop).mails) == 1
    assert (service.asked, service.addresses()) == (3, [ADA])
    wait_in_line(shop, BOB)
    service.first = [429] * webhooks.TRIES
    with pytest.raises(UnreachableProviderError, match="1 messages wait"):
        tell(shop)
    assert shop.rows("select state from ops.outbox") == [("pending",)]
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1
    assert service.addresses() == [ADA, BOB]


@pytest.mark.parametrize("service", ONCE_BY_CONTRACT, indirect=True)
def test_who_knows_a_repeated_event_is_asked_again_after_silence(shop: Shop, service: MailService) -> None:
    wait_in_line(shop, ADA)
    service.first = [None, 500]
    assert len(tell(shop).mails) == 1
    assert (service.asked, service.addresses()) == (3, [ADA])


@pytest.mark.parametrize(
    ("service", "first"), [("omnisend", None), ("drip", 500), ("activecampaign", None)], indirect=["service"]
)
def test_who_would_tell_twice_is_not_asked_again_after_silence_and_a_person_is(
    shop: Shop, service: MailService, first: int | None
) -> None:
    wait_in_line(shop, ADA)
    service.first = [first]
    tell(shop)
    assert service.asked == 1
    assert shop.rows("select state from ops.outbox") == [("sending",)]
    shop.do("update ops.outbox set sent_at = now() - interval '1 hour'")
    deliver_outbox(shop.settings, now=now())
    assert service.asked == 1
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert "it may have left or not" in detail


@pytest.mark.parametrize(
    ("service", "status"), [("klaviyo", 400), ("activecampaign", 307), ("webhook", 307)], indirect=["service"]
)
def test_what_is_refused_or_sent_elsewhere_stands_before_a_person_and_names_nobody(
    shop: Shop, service: MailService, status: int
) -> None:
    wait_in_line(shop, ADA)
    service.first = [status]
    assert len(tell(shop).failed) == 1
    assert service.asked == 1, "a redirect is not followed"
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert f"answered {status}" in detail
    assert ADA not in detail
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 1


@pytest.mark.parametrize(
    "title", ["Lantern\r\nBcc: x@evil.example", "=?utf-8?q?a?="], ids=["line break", "encoded word"]
)
def test_a_title_that_would_forge_a_header_of_their_mail_is_put_before_a_person(
    shop: Shop, service: MailService, title: str
) -> None:
    wait_in_line(shop, ADA)
    shop.product("A", title)
    assert len(tell(shop).failed) == 1
    assert service.asked == 0
    ((detail,),) = shop.rows("select detail from ops.exceptions")
    assert "correct it in the catalogue" in detail


def test_a_key_that_is_not_theirs_keeps_everything_waiting(
    shop: Shop, service: MailService, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait_in_line(shop, ADA, BOB)
    right = os.environ["AIRFLOW_CONN_TELLERS"]
    monkeypatch.setenv("AIRFLOW_CONN_TELLERS", json.dumps({**json.loads(right), "password": "wrong"}))
    with pytest.raises(UnreachableProviderError, match="does not know our key"):
        tell(shop)
    monkeypatch.setenv("AIRFLOW_CONN_TELLERS", json.dumps({"conn_type": "http", "host": service.url}))
    with pytest.raises(UnreachableProviderError, match="lacks a password, the key"):
        deliver_outbox(shop.settings, now=now())
    assert service.kept == []
    monkeypatch.setenv("AIRFLOW_CONN_TELLERS", right)
    assert len(deliver_outbox(shop.settings, now=now()).mails) == 2


def test_keys_do_not_travel_in_the_clear(shop: Shop, service: MailService, monkeypatch: pytest.MonkeyPatch) -> None:
    wait_in_line(shop, ADA)
    connection = {"conn_type": "http", "host": "http://hooks.example", "password": KEY, "login": ACCOUNT}
    monkeypatch.setenv("AIRFLOW_CONN_TELLERS", json.dumps(connection))
    with pytest.raises(SettingsError, match="give one with https://"):
        tell(shop)
    assert service.asked == 0


def test_a_text_reaches_a_webhook_as_well(open_shop: Any, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shop.states() == []
    with serve("webhook") as hook:
        monkeypatch.setenv("AIRFLOW_CONN_TEXTS", connection_to(hook))
        shop = open_shop(sms_sender="webhook:texts")
        shop.ask(email="", phone="+447700900123")
        shop.deliver_questions()
        ((one,)) = hook.kept
    assert (one.email, one.name) == ("+447700900123", "text")
    assert "/confirm?token=" in one.properties["words"]


def test_a_sender_that_is_none_is_named(open_shop: Any, shop: Shop) -> None:
    wait_in_line(shop, ADA)
    shop = open_shop(notice_sender="pigeon")
    with pytest.raises(SettingsError, match=r"STOCKROOM_NOTICE_SENDER='pigeon': give `folder`, or .*`klaviyo:`"):
        tell(shop)


@pytest.mark.parametrize(("service", "pause"), [("drip", 1.0), ("omnisend", 0.15)], indirect=["service"])
def test_a_service_is_asked_no_faster_than_it_takes_events(
    shop: Shop, service: MailService, slept: list[float], pause: float
) -> None:
    wait_in_line(shop, ADA, BOB)
    tell(shop)
    assert service.asked == 2
    assert len(slept) == 1
    assert pause / 2 < slept[0] <= pause


def test_what_is_declared_of_repeats_is_what_delivery_does() -> None:
    assert [name for name in KINDS if sending_twice_is_once(f"{name}:x")] == list(ONCE_BY_CONTRACT)
    assert set(SERVICES) == set(KINDS) - {"webhook"}


@pytest.mark.parametrize("service", ["klaviyo", "omnisend"], indirect=True)
def test_killed_at_any_moment_nobody_is_told_twice_and_nobody_is_forgotten(shop: Shop, service: MailService) -> None:
    addresses = [f"shopper{number}@mail.example" for number in range(40)]
    wait_in_line(shop, *addresses)
    shop.stock(100)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    kill_while_delivering(shop.settings, kills=3, has_begun=lambda: service.asked)
    deliver_outbox(shop.settings, now=now())
    told = Counter(one.email for one in service.kept)
    assert max(told.values()) == 1
    ((unsure,),) = shop.rows("select count(*) from ops.outbox where state = 'sending'")
    assert shop.rows("select count(*) from ops.outbox where state = 'sent'") == [(40 - unsure,)]
    if service.kind == "klaviyo":
        assert (unsure, len(told)) == (0, 40), "a number that it knows leaves nothing in doubt"
    assert 40 - unsure <= len(told) <= 40
