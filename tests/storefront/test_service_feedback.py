"""Who unsubscribed, bounced or complained at a mail service is told nothing more, whoever else says otherwise."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.storefront.conftest import Shop, now

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox

ADA = "ada@mail.example"
SECRET = "a secret that both sides know"
SERVICES = ("klaviyo", "drip", "activecampaign", "omnisend", "webhook")
SAYS: dict[str, dict[str, Any]] = {
    "klaviyo": {
        "unsubscribed": ("event:klaviyo.unsubscribed_from_email_marketing", {"email_address": ADA}),
        "bounce": ("event:klaviyo.bounced_email", {"Bounce Type": "Hard", "Recipient Email Address": ADA}),
        "complaint": ("event:klaviyo.marked_email_as_spam", {"Recipient Email Address": ADA}),
        "nothing": ("event:klaviyo.bounced_email", {"Bounce Type": "Soft", "Recipient Email Address": ADA}),
    },
    "drip": {
        "unsubscribed": "subscriber.unsubscribed_all",
        "bounce": "subscriber.marked_as_undeliverable",
        "complaint": "subscriber.complained",
        "nothing": "subscriber.opened_email",
    },
    "activecampaign": {
        "unsubscribed": {"type": "unsubscribe"},
        "bounce": {"type": "bounce", "bounce[type]": "hard"},
        "nothing": {"type": "bounce", "bounce[type]": "soft"},
    },
}


def spoken(service: str, kind: str) -> bytes:
    """Return what a service says, as it publishes that."""
    if service == "klaviyo":
        topic, properties = SAYS[service][kind]
        event = {"type": "event", "attributes": {"event_properties": properties}}
        one = {"topic": topic, "external_id": "7", "payload": {"data": event}}
        meta = {"klaviyo_webhook_id": "hook 1", "klaviyo_account_id": "x", "version": "2024-06-28"}
        return json.dumps({"meta": meta, "data": [one]}).encode()
    if service == "drip":
        data = {"account_id": "1", "subscriber": {"email": ADA}, "properties": {}}
        return json.dumps({"event": SAYS[service][kind], "data": data}).encode()
    if service == "activecampaign":
        return urlencode({**SAYS[service][kind], "contact[email]": ADA, "contact[id]": "4"}).encode()
    return json.dumps({"kind": kind, "email": ADA.upper()}).encode()


def say(shop: Shop, service: str, kind: str, secret: str = SECRET, *, at: float | None = None) -> Any:
    """Say something as a service does that knows the secret."""
    body, moment = spoken(service, kind), time.time() if at is None else at
    path, headers = f"/feedback/{service}", {}
    if service == "klaviyo":
        stamp = formatdate(moment, usegmt=True)
        signature = hmac.new(secret.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
        headers = {"Klaviyo-Signature": signature, "Klaviyo-Timestamp": stamp, "Klaviyo-Webhook-Id": "hook 1"}
    elif service == "webhook":
        stamp = str(int(moment))
        signature = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Stockroom-Signature": f"sha256={signature}", "X-Stockroom-Timestamp": stamp}
    else:
        path += f"/{secret}"
    return shop.client.post(path, content=body, headers=headers)


@pytest.fixture
def shop(open_shop: Callable[..., Shop], shop: Shop) -> Shop:
    assert shop.states() == []
    return open_shop(channel_values={f"{service}_feedback_secret": SECRET for service in SERVICES})


def told(shop: Shop) -> int:
    shop.stock(9)
    announce_restocks(shop.settings, as_of_date=now().date(), now=now())
    return len(deliver_outbox(shop.settings, now=now()).mails)


def wait(shop: Shop) -> None:
    shop.ask(email=ADA)
    shop.confirm(ADA)


@pytest.mark.parametrize(
    ("service", "kind"),
    [(name, kind) for name in SERVICES for kind in ("unsubscribed", "bounce", "complaint")
     if kind in SAYS.get(name, {kind: 1})],
)  # fmt: skip
def test_what_is_said_at_a_service_ends_everything_and_twice_is_the_same(shop: Shop, service: str, kind: str) -> None:
    wait(shop)
    assert [say(shop, service, kind).json()["status"] for _ in range(2)] == ["taken", "taken"]
    assert shop.rows("select covers, reason from pii.suppressions") == [("everything", kind)]
    assert told(shop) == 0
    if kind == "unsubscribed":
        assert shop.states() == ["unsubscribed"]


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_does_not_know_the_secret_ends_nothing(shop: Shop, service: str) -> None:
    wait(shop)
    assert say(shop, service, "unsubscribed", "a secret that nobody gave").status_code == 401
    assert shop.client.post(f"/feedback/{service}", content=spoken(service, "unsubscribed")).status_code == 401
    assert shop.rows("select 1 from pii.suppressions") == []
    assert told(shop) == 1


@pytest.mark.parametrize("service", ["klaviyo", "webhook"])
def test_an_old_copy_of_what_was_signed_ends_nothing(shop: Shop, service: str) -> None:
    wait(shop)
    assert say(shop, service, "unsubscribed", at=time.time() - 3 * 86_400).status_code == 401
    assert told(shop) == 1


@pytest.mark.parametrize("service", ["klaviyo", "drip", "activecampaign"])
def test_a_full_mailbox_or_an_opened_mail_ends_nothing(shop: Shop, service: str) -> None:
    wait(shop)
    answer = say(shop, service, "nothing")
    assert (answer.status_code, answer.json()["status"]) == (200, "nothing")
    assert told(shop) == 1


def test_klaviyo_may_name_the_address_in_the_profile_alone(shop: Shop) -> None:
    wait(shop)
    document = json.loads(spoken("klaviyo", "unsubscribed"))
    payload = document["data"][0]["payload"]
    payload["data"]["attributes"]["event_properties"] = {}
    payload["included"] = [{"type": "profile", "attributes": {"email": ADA}}]
    body, stamp = json.dumps(document).encode(), formatdate(usegmt=True)
    headers = {"Klaviyo-Timestamp": stamp, "Klaviyo-Webhook-Id": "hook 1"}
    headers["Klaviyo-Signature"] = hmac.new(SECRET.encode(), body + stamp.encode(), hashlib.sha256).hexdigest()
    other = {**headers, "Klaviyo-Webhook-Id": "hook 2"}
    assert shop.client.post("/feedback/klaviyo", content=body, headers=other).status_code == 401
    assert shop.client.post("/feedback/klaviyo", content=body, headers=headers).json() == {"status": "taken"}
    assert told(shop) == 0


def test_without_a_secret_or_with_one_that_can_be_guessed_there_is_no_address(open_shop: Any, shop: Shop) -> None:
    assert shop.client.post("/feedback/pigeon", content=b"{}").status_code == 404
    for given in ({}, {"drip_feedback_secret": "short"}):
        shop = open_shop(channel_values=given)
        assert say(shop, "drip", "unsubscribed", "short").status_code == 404


def test_what_is_no_document_says_nothing_and_what_is_too_large_is_not_read(shop: Shop) -> None:
    path = f"/feedback/drip/{SECRET}"
    for body in (b"", b"[1]", b"{", b'{"event": "subscriber.complained", "data": 3}'):
        assert shop.client.post(path, content=body).json() == {"status": "nothing"}
    assert shop.client.post(path, content=b"x" * (2 * 1024 * 1024 + 1)).status_code == 413
