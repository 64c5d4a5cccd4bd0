"""Take in what came back about messages: whoever bounced, complained or said STOP is not written to again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from stockroom.delivery.feedback import BOUNCE, TEXT, UNSUBSCRIBED, Feedback, Received, from_folder, from_queue
from stockroom.documents.text_messages import HELP, START, STOP, read_wish
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.restock_feedback import ask_for_help, end_requests, fail_bounced
from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.suppressions import lift, suppress


@dataclass(frozen=True)
class FeedbackTaken:
    """How much came back, by kind."""

    kinds: Counter[str]

    def __str__(self) -> str:
        """Return one line for a person to read."""
        words = [f"{number:,} {kind}" for kind, number in sorted(self.kinds.items())]
        return f"feedback: {', '.join(words)}" if words else "feedback: nothing new"


def take_in_feedback(settings: Settings) -> FeedbackTaken:
    """Record every message of folder and queue, each in a transaction, and then remove it; twice is the same."""
    kinds: Counter[str] = Counter()
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True
        for received in _received(settings):
            with connection.transaction():
                kinds.update(record_feedback(connection, said) for said in received.said)
                if not received.said:
                    kinds["not understood"] += 1
            received.discard()
    return FeedbackTaken(kinds)


def _received(settings: Settings) -> Iterator[Received]:
    if settings.feedback_dir != Path() and settings.feedback_dir.is_dir():
        yield from from_folder(settings.feedback_dir)
    if settings.feedback_queue:
        yield from from_queue(settings.feedback_queue)


def record_feedback(connection: psycopg.Connection, said: Feedback) -> str:
    """Record one thing that was said and return what it was; the caller commits."""
    if said.kind != TEXT:
        digest = contact_sha256(email=said.address.strip().lower())
        suppress(connection, [digest], reason=said.kind)
        if said.kind == BOUNCE:
            fail_bounced(connection, digest)
        if said.kind == UNSUBSCRIBED:
            end_requests(connection, digest, reason="unsubscribed at the mail service")
        return said.kind
    wish, digest = read_wish(said.words), contact_sha256(phone=_number(said.address))
    if wish == STOP:
        suppress(connection, [digest], reason=STOP)
        end_requests(connection, digest, reason="STOP by text")
    elif wish == START:
        lift(connection, digest, reason=STOP)
    elif wish == HELP:
        ask_for_help(connection, digest)
    return wish or "text that asks for nothing"


def _number(text: str) -> str:
    """Return an international number as it is kept; gateways write it with blanks, with 00, or without the plus sign.

    >>> {_number(text) for text in ("+44 7700 900123", "00447700900123", "447700900123")}
    {'+447700900123'}
    """
    return f"+{re.sub('[^0-9]', '', text).removeprefix('00')}"
