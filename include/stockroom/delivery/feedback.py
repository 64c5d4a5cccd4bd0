"""What comes back about messages: bounces, complaints, STOP. From a folder of files, or from a queue at Amazon."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stockroom.delivery.queue import open_queue

MESSAGES_AT_ONCE = 10
BOUNCE, COMPLAINT, UNSUBSCRIBED, TEXT = "bounce", "complaint", "unsubscribed", "text"
_PERMANENT = "Permanent"


@dataclass(frozen=True)
class Feedback:
    """One thing that was said about an address: a bounce, a complaint, an end, or a text that its owner sent."""

    kind: str
    address: str = field(repr=False)
    words: str = field(default="", repr=False)
    """Of a text; empty otherwise."""


@dataclass(frozen=True)
class Received:
    """A message of the folder or queue, what it says, and how to be rid of it once that is recorded."""

    said: tuple[Feedback, ...]
    """Empty: it says nothing that we know."""
    discard: Callable[[], None]


def read_feedback(text: str) -> tuple[Feedback, ...]:
    """Return what a message says: Amazon SES's notifications and SNS's two-way texts, bare or in SNS's envelope.

    >>> read_feedback('{"originationNumber": "+447700900123", "messageBody": "STOP"}')[0].kind
    'text'
    >>> read_feedback('{"hello": 1}'), read_feedback('not JSON')
    ((), ())
    """
    try:
        document: Any = json.loads(text)
        if isinstance(document, dict) and document.get("Type") == "Notification":
            document = json.loads(str(document.get("Message", "")))
    except (ValueError, RecursionError):
        return ()
    return tuple(_said(document)) if isinstance(document, dict) else ()


def from_folder(folder: Path) -> Iterator[Received]:
    """Yield the messages in ``*.json`` files, oldest name first."""
    for path in sorted(folder.glob("*.json")):
        yield Received(read_feedback(path.read_text(encoding="utf-8", errors="replace")), path.unlink)


def from_queue(where: str) -> Iterator[Received]:
    """Yield the messages of ``sqs:<Airflow connection>:<queue>`` until it is empty.

    Raises:
        ValueError: there is no such queue kind.
    """
    queue = open_queue(where, setting="STOCKROOM_FEEDBACK_QUEUE")
    client, url = queue.client, queue.url

    def discard(handle: str) -> Callable[[], None]:
        return lambda: client.delete_message(QueueUrl=url, ReceiptHandle=handle)

    while True:
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=MESSAGES_AT_ONCE)
        messages = answer.get("Messages", [])
        if not messages:
            return
        for message in messages:
            yield Received(read_feedback(message["Body"]), discard(message["ReceiptHandle"]))


def _said(document: dict[str, Any]) -> Iterator[Feedback]:
    if "originationNumber" in document:
        yield Feedback("text", str(document["originationNumber"]), str(document.get("messageBody", "")))
    kind = str(document.get("notificationType") or document.get("eventType") or "").lower()
    about = document.get(kind)
    if kind not in ("bounce", "complaint") or not isinstance(about, dict):
        return
    # A full mailbox is not a dead one.
    if kind == "bounce" and about.get("bounceType") != _PERMANENT:
        return
    recipients = about.get("bouncedRecipients" if kind == "bounce" else "complainedRecipients")
    for recipient in recipients if isinstance(recipients, list) else ():
        if isinstance(recipient, dict) and recipient.get("emailAddress"):
            yield Feedback(kind, str(recipient["emailAddress"]))
