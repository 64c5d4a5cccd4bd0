"""What a channel says by itself: that something happened. A hint where to look and no more; rows are asked for.

By HTTP a delivery is believed if it was signed with what only the channel and we know; on a queue, whoever may put
messages there. Nothing of a body is kept but its topic, its time, its digest, and at most the key of the record that it
is about.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from stockroom.settings import Settings

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One request of a channel's."""

    headers: Mapping[str, str] = field(repr=False)
    """By their names in lower case."""
    body: bytes = field(repr=False)
    """As it came: signatures are of bytes."""

    @property
    def digest(self) -> str:
        """Return what tells this delivery from others. The ids in headers do not: nobody signs headers."""
        return hashlib.sha256(self.body).hexdigest()

    def document(self) -> Document:
        """Return the body as an object; one that is none says nothing."""
        return read_object(self.body)


@dataclass(frozen=True)
class Told:
    """What a delivery or a message says, as far as it is kept."""

    topic: str
    """The channel's own name for what happened, such as ``orders/create``."""
    occurred_at: datetime | None = None
    """By what was signed; none where nothing in it is a time."""
    event_id: str = ""
    """The channel's own; empty: the digest of what came stands for it."""
    record: str = ""
    """What it happened to, as ``stream/key``, where looking for it costs more than asking for it; never who."""


@dataclass(frozen=True)
class Webhook:
    """How a channel tells us by HTTP."""

    secret: str
    """The field of its connection without which nothing of it is believed."""
    is_genuine: Callable[[Delivery, Settings], bool]
    """Whether the channel itself sent this. Nothing of a delivery is read before."""
    read: Callable[[Delivery], Told]
    is_ping: Callable[[Delivery], bool] = lambda _: False
    """Whether it only asks whether somebody is here: it is answered, unsigned as it is, and means nothing."""
    answer_challenge: Callable[[str, str, Settings], Document] | None = None
    """Answers the code by which a channel asks whether an address is ours; takes the code and the address."""


def signed_by_hmac(header: str, setting: str) -> Callable[[Delivery, Settings], bool]:
    """Return the check of a header that holds the body's HMAC-SHA256 in base64, with the key that ``setting`` names.

    >>> key = Settings("", "", *[None] * 4, channel_values={"toy_webhook_secret": "k"})
    >>> is_genuine = signed_by_hmac("x-toy-hmac", "toy_webhook_secret")
    >>> digest = base64.b64encode(hmac.digest(b"k", b"{}", "sha256")).decode()
    >>> is_genuine(Delivery({"x-toy-hmac": digest}, b"{}"), key), is_genuine(Delivery({"x-toy-hmac": ""}, b"{}"), key)
    (True, False)
    """

    def is_genuine(delivery: Delivery, settings: Settings) -> bool:
        key, given = settings.value(setting), delivery.headers.get(header, "")
        wanted = base64.b64encode(hmac.digest(key.encode(), delivery.body, "sha256"))
        return bool(key) and hmac.compare_digest(given.encode(), wanted)

    return is_genuine


def named_by_header(header: str, setting: str) -> Callable[[Delivery, Settings], bool]:
    """Return the check of a header that holds the secret itself, for channels that sign nothing."""

    def is_genuine(delivery: Delivery, settings: Settings) -> bool:
        key, given = settings.value(setting), delivery.headers.get(header, "")
        return bool(key) and hmac.compare_digest(given.encode(), key.encode())

    return is_genuine


def read_object(text: bytes | str) -> Document:
    """Return a JSON object; anything else is an empty one.

    >>> read_object(b'{"id": 7}'), read_object(b"[1]"), read_object(b"<order/>")
    ({'id': 7}, {}, {})
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def time_in(document: Document, *names: str) -> datetime | None:
    """Return the first of these fields that is a time; without an offset it is UTC, a number counts seconds.

    >>> time_in({"created_at": None, "updated_at": "2026-01-05T04:00:00+01:00"}, "created_at", "updated_at")
    datetime.datetime(2026, 1, 5, 3, 0, tzinfo=datetime.timezone.utc)
    >>> time_in({"created_at": 0}, "created_at"), time_in({"created_at": "soon"}, "created_at")
    (datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), None)
    """
    for name in names:
        value = document.get(name)
        try:
            if isinstance(value, int) and not isinstance(value, bool):
                return datetime.fromtimestamp(value, UTC)
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
            if found is not None:
                return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def part_of(document: Document, *names: str) -> Document:
    """Return an object inside another; one that is not there is empty.

    >>> part_of({"detail": {"metadata": {"a": 1}}}, "detail", "metadata"), part_of({"detail": 3}, "detail", "metadata")
    ({'a': 1}, {})
    """
    for name in names:
        found = document.get(name)
        document = found if isinstance(found, dict) else {}
    return document
