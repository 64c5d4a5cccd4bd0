"""Mail services that are told what happened and write the mail themselves: one declaration each.

What is declared is what differs: where events go, how the key and the event are written, which answer means yes, how
many it takes, and whether it recognises an event that comes twice. ``events.py`` reads it.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

Document = Mapping[str, object]


@dataclass(frozen=True)
class ShopperEvent:
    """What happened to one shopper's request, for a service that tells them."""

    message_key: str
    """32 hexadecimal digits of our own: the same for the same event."""
    name: str
    recipient: str = field(repr=False)
    """An address of mail, confirmed by its owner."""
    occurred_at: datetime
    properties: Document = field(repr=False)
    """What the message shows; links hold tokens."""


@dataclass(frozen=True)
class Keys:
    """What an Airflow connection says: password, login and host."""

    secret: str = field(repr=False)
    account: str = ""
    url: str = ""
    """Another address than the service's own: a region's, or a test's."""


@dataclass(frozen=True)
class EventService:
    """How one service takes events."""

    name: str
    url: str
    """``{account}`` stands for the login of the connection."""
    headers: Callable[[Keys], Mapping[str, str]]
    body: Callable[[ShopperEvent, Keys], Document]
    taken: int
    """The status that means that it has the event."""
    knows_repeats: bool
    """Whether an event that comes twice is one, as its documentation promises."""
    events_a_minute: int
    needs_account: bool = False
    is_form: bool = False
    says_yes: Callable[[Any], bool] = field(default=lambda _: True)
    """Whether the answer's document means yes, where the status alone does not say."""


def _klaviyo(event: ShopperEvent, _keys: Keys) -> Document:
    return {
        "data": {
            "type": "event",
            "attributes": {
                "unique_id": event.message_key,
                "time": event.occurred_at.isoformat(),
                "properties": event.properties,
                "metric": {"data": {"type": "metric", "attributes": {"name": event.name}}},
                "profile": {"data": {"type": "profile", "attributes": {"email": event.recipient}}},
            },
        }
    }


def _omnisend(event: ShopperEvent, _keys: Keys) -> Document:
    return {
        "eventID": str(uuid.UUID(event.message_key, version=4)),
        "eventName": event.name,
        "eventTime": event.occurred_at.isoformat(),
        "origin": "api",
        "contact": {"email": event.recipient},
        "properties": event.properties,
    }


def _drip(event: ShopperEvent, _keys: Keys) -> Document:
    one = {
        "email": event.recipient,
        "action": event.name,
        "occurred_at": event.occurred_at.isoformat(),
        "properties": event.properties,
    }
    return {"events": [one]}


def _activecampaign(event: ShopperEvent, keys: Keys) -> Document:
    return {
        "actid": keys.account,
        "key": keys.secret,
        "event": event.name,
        "eventdata": json.dumps(event.properties, ensure_ascii=False),
        "visit": json.dumps({"email": event.recipient}),
    }


KLAVIYO_REVISION, OMNISEND_VERSION = "2026-04-15", "2026-03-15"
SERVICES = {
    service.name: service
    for service in (
        # https://developers.klaviyo.com/en/reference/create_event: of a profile and metric, the first event with a
        # unique_id is kept; 350 a second, 3,500 a minute.
        EventService(
            name="klaviyo",
            url="https://a.klaviyo.com/api/events",
            headers=lambda keys: {
                "Authorization": f"Klaviyo-API-Key {keys.secret}",
                "revision": KLAVIYO_REVISION,
                "Content-Type": "application/vnd.api+json",
                "Accept": "application/vnd.api+json",
            },
            body=_klaviyo,
            taken=httpx.codes.ACCEPTED,
            knows_repeats=True,
            events_a_minute=3_500,
        ),
        # https://api-docs.omnisend.com/reference/events: eventID is looked at for events of the past alone, not where
        # an automation starts; 400 requests a minute.
        EventService(
            name="omnisend",
            url="https://api.omnisend.com/api/events",
            headers=lambda keys: {
                "Authorization": f"Omnisend-API-Key {keys.secret}",
                "Omnisend-Version": OMNISEND_VERSION,
                "Content-Type": "application/json",
            },
            body=_omnisend,
            taken=httpx.codes.ACCEPTED,
            knows_repeats=False,
            events_a_minute=400,
        ),
        # https://developer.drip.com/#record-an-event: the token is the login of Basic, without a password; an event
        # has no number of the sender's; 3,600 requests an hour.
        EventService(
            name="drip",
            url="https://api.getdrip.com/v2/{account}/events",
            headers=lambda keys: {
                "Authorization": f"Basic {base64.b64encode(f'{keys.secret}:'.encode()).decode()}",
                "Content-Type": "application/json",
                "User-Agent": "Stockroom",
            },
            body=_drip,
            taken=httpx.codes.NO_CONTENT,
            knows_repeats=False,
            events_a_minute=60,
            needs_account=True,
        ),
        # https://developers.activecampaign.com/reference/track-event: a form; the login is the actid, the password the
        # event key; names of up to 32 letters, one value; 5 requests a second.
        EventService(
            name="activecampaign",
            url="https://trackcmp.net/event",
            headers=lambda _: {"Accept": "application/json"},
            body=_activecampaign,
            taken=httpx.codes.OK,
            knows_repeats=False,
            events_a_minute=300,
            needs_account=True,
            is_form=True,
            says_yes=lambda document: isinstance(document, dict) and document.get("success") in (1, "1", True),
        ),
    )
}
