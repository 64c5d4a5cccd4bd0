"""Hear what came on the queue: our own hints, and what channels put there themselves."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import orjson

from stockroom.channels import CHANNELS
from stockroom.channels.hints import Document, Told, part_of, read_object, time_in
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.hints import HintRow, put_hints

OURS = "stockroom_hint"
NOBODY = ""
"""In the place of a channel, of what none understands: every channel is looked at then."""
TOPIC = re.compile(r"[A-Za-z0-9_./*-]{1,80}")
RECORD = re.compile(r"[a-z_]{1,40}/[A-Za-z0-9_-]{1,80}")


def hint_of(channel_id: str, told: Told, digest: str) -> HintRow:
    """Return what is kept of what a channel told."""
    topic = told.topic if TOPIC.fullmatch(told.topic) else ""
    record = told.record if RECORD.fullmatch(told.record) else ""
    return HintRow(channel_id, told.event_id[:200] or digest, topic, told.occurred_at, record)


def message_of(hint: HintRow) -> str:
    """Return a hint as a message: where, which, what kind, when, to what, and nothing else."""
    when = hint.occurred_at and hint.occurred_at.isoformat()
    about = {"channel_id": hint.channel_id, "event_id": hint.event_id, "topic": hint.topic, "occurred_at": when}
    if hint.record:
        about["record"] = hint.record
    return orjson.dumps({OURS: about}).decode()


def read_hint(text: str) -> HintRow:
    """Return the hint that a message is.

    >>> read_hint('{"stockroom_hint": {"channel_id": "shopify", "event_id": "7", "topic": "orders/create"}}')
    HintRow(channel_id='shopify', event_id='7', topic='orders/create', occurred_at=None, record='')
    >>> read_hint("no JSON").channel_id
    ''
    """
    document = read_object(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    ours = part_of(document, OURS)
    if ours.get("channel_id") in CHANNELS:
        told = Told(
            str(ours.get("topic", "")),
            time_in(ours, "occurred_at"),
            str(ours.get("event_id", "")),
            str(ours.get("record", "")),
        )
        return hint_of(str(ours["channel_id"]), told, digest)
    return _told_by_channel(document, digest) or HintRow(NOBODY, digest, "", None)


def hear_messages(settings: Settings, texts: Sequence[str]) -> int:
    """Let a hint wait for each message, and return how many messages nobody understood.

    A message that comes twice is one hint.
    """
    hints = [read_hint(text) for text in texts]
    with connect(settings.warehouse_url) as connection:
        put_hints(connection, hints)
    return sum(hint.channel_id == NOBODY for hint in hints)


def _told_by_channel(document: Document, digest: str) -> HintRow | None:
    """Return the hint in what a channel put on the queue itself, bare or in an SNS envelope."""
    if document.get("Type") == "Notification":
        document = read_object(str(document.get("Message", "")))
    for channel in CHANNELS.values():
        told = channel.read_message(document) if channel.read_message else None
        if told is not None:
            return hint_of(channel.channel_id, told, digest)
    return None
