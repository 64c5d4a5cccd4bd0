"""What mail services say about addresses by HTTP: who unsubscribed, bounced or complained. One declaration each.

Two prove who speaks by a signature; the others publish none, so that the secret is part of their address.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

import orjson

from stockroom.delivery.feedback import BOUNCE, COMPLAINT, TEXT, UNSUBSCRIBED, Feedback
from stockroom.delivery.webhooks import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature_of

OWN_KINDS = (BOUNCE, COMPLAINT, UNSUBSCRIBED)


@dataclass(frozen=True)
class Spoken:
    """One request of a service's."""

    headers: Mapping[str, str] = field(repr=False)
    """By their names in lower case."""
    body: bytes = field(repr=False)
    word: str = field(default="", repr=False)
    """What followed the service's name in the address."""


@dataclass(frozen=True)
class FeedbackService:
    """How one service speaks."""

    name: str
    is_genuine: Callable[[Spoken, str], bool]
    """Whether whoever knows the secret said this. Nothing is read before."""
    read: Callable[[bytes], Iterator[Feedback]]
    said_at: Callable[[Spoken], datetime | None] = field(default=lambda _: None)
    """By what was signed; none where nothing is."""


def knows_the_word(spoken: Spoken, secret: str) -> bool:
    """Return whether the address was the one that only the service has."""
    return hmac.compare_digest(spoken.word.encode(), secret.encode())


def signed_by_klaviyo(spoken: Spoken, secret: str) -> bool:
    """Return whether body and time are signed, and the body is of the webhook that the header names.

    https://developers.klaviyo.com/en/docs/working_with_system_webhooks
    """
    signed = spoken.body + spoken.headers.get("klaviyo-timestamp", "").encode()
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted.encode(), spoken.headers.get("klaviyo-signature", "").encode()):
        return False
    document = _object(spoken.body)
    meta = document.get("meta")
    named = meta.get("klaviyo_webhook_id") if isinstance(meta, dict) else None
    return bool(named) and named == spoken.headers.get("klaviyo-webhook-id")


def signed_as_ours(spoken: Spoken, secret: str) -> bool:
    """Return whether a program of the shop's own signed this as we sign what we tell it."""
    timestamp = spoken.headers.get(TIMESTAMP_HEADER.lower(), "")
    wanted = signature_of(spoken.body, timestamp=timestamp, secret=secret)
    return hmac.compare_digest(wanted.encode(), spoken.headers.get(SIGNATURE_HEADER.lower(), "").encode())


def read_klaviyo(body: bytes) -> Iterator[Feedback]:
    """Yield what a delivery says; a soft bounce says nothing."""
    topics = {
        "event:klaviyo.bounced_email": BOUNCE,
        "event:klaviyo.marked_email_as_spam": COMPLAINT,
        "event:klaviyo.unsubscribed_from_email_marketing": UNSUBSCRIBED,
        "event:klaviyo.manually_suppressed_from_email_marketing": UNSUBSCRIBED,
    }
    for one in _list(_object(body).get("data")):
        kind, payload = topics.get(str(one.get("topic"))), _dict(one.get("payload"))
        properties = _dict(_dict(_dict(payload.get("data")).get("attributes")).get("event_properties"))
        if kind == BOUNCE and str(properties.get("Bounce Type", "")).lower() != "hard":
            continue
        profiles = [_dict(more.get("attributes")) for more in _list(payload.get("included"))]
        named = [properties.get("email_address"), properties.get("Recipient Email Address")]
        address = next((str(found) for found in (*named, *(each.get("email") for each in profiles)) if found), "")
        if kind and address:
            yield Feedback(kind, address)


def read_drip(body: bytes) -> Iterator[Feedback]:
    """Yield what an event says: https://developer.drip.com/#webhook-events."""
    events = {
        "subscriber.unsubscribed_all": UNSUBSCRIBED,
        "subscriber.marked_as_undeliverable": BOUNCE,
        "subscriber.complained": COMPLAINT,
    }
    document = _object(body)
    kind = events.get(str(document.get("event")))
    address = _dict(_dict(document.get("data")).get("subscriber")).get("email")
    if kind and address:
        yield Feedback(kind, str(address))


def read_activecampaign(body: bytes) -> Iterator[Feedback]:
    """Yield what a form says; a bounce only if it is called hard.

    https://developers.activecampaign.com/page/webhooks
    """
    form = dict(parse_qsl(body.decode(errors="replace")))
    kind = {"unsubscribe": UNSUBSCRIBED, "bounce": BOUNCE}.get(form.get("type", ""))
    is_hard = any(name.startswith("bounce") and value.lower() == "hard" for name, value in form.items())
    if kind and form.get("contact[email]") and (kind != BOUNCE or is_hard):
        yield Feedback(kind, form["contact[email]"])


def read_own(body: bytes) -> Iterator[Feedback]:
    """Yield what a body in our own words says.

    >>> [said.kind for said in read_own(b'{"kind": "unsubscribed", "email": "ada@mail.example"}')]
    ['unsubscribed']
    >>> [said.words for said in read_own(b'{"kind": "text", "phone": "+447700900123", "words": "STOP"}')]
    ['STOP']
    """
    document = _object(body)
    kind = document.get("kind")
    if kind in OWN_KINDS and isinstance(document.get("email"), str):
        yield Feedback(kind, document["email"])
    elif kind == TEXT and isinstance(document.get("phone"), str):
        yield Feedback(TEXT, document["phone"], str(document.get("words", "")))


def _time_of_klaviyo(spoken: Spoken) -> datetime | None:
    try:
        found = parsedate_to_datetime(spoken.headers.get("klaviyo-timestamp", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _time_of_ours(spoken: Spoken) -> datetime | None:
    seconds = spoken.headers.get(TIMESTAMP_HEADER.lower(), "")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds.isascii() and seconds.isdigit() else None


def _object(body: bytes) -> dict[str, Any]:
    try:
        return _dict(orjson.loads(body))
    except orjson.JSONDecodeError:
        return {}


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


FEEDBACK_SERVICES = {
    service.name: service
    for service in (
        FeedbackService("klaviyo", signed_by_klaviyo, read_klaviyo, _time_of_klaviyo),
        FeedbackService("drip", knows_the_word, read_drip),
        FeedbackService("activecampaign", knows_the_word, read_activecampaign),
        # Omnisend has no list of webhooks: an automation there sends a body that its owner writes.
        FeedbackService("omnisend", knows_the_word, read_own),
        FeedbackService("webhook", signed_as_ours, read_own, _time_of_ours),
    )
}
