"""Deliver messages to shoppers: each is composed, leaves by the installation's sender, and leaves once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

import psycopg

from stockroom.delivery.event_services import ShopperEvent
from stockroom.delivery.mails import Mail
from stockroom.delivery.providers import (
    FOLDER,
    NoSuchRecipientError,
    UnreachableProviderError,
    UnsentError,
    UnsureError,
    sending_twice_is_once,
)
from stockroom.delivery.texts import TextMessage
from stockroom.documents.mail_message import UnusableMailFieldError
from stockroom.jobs.delivery_summary import MESSAGES_AT_ONCE, DeliverySummary
from stockroom.jobs.quiet_hours import NotNowError
from stockroom.settings import Settings
from stockroom.warehouse import outbox
from stockroom.warehouse.outbox import OutboxMessage, claim
from stockroom.warehouse.restock_notices import KINDS as NOTICE_KINDS
from stockroom.warehouse.restock_notices import note_failed, note_sent, withdraw_sold_out
from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.suppressions import suppress

BOUNCE = "bounce"
LOOK_HOLDS_SECONDS = 1.0
"""So long stock that was read before a message counts as read right before it."""
LOOK_AHEAD = 200
"""For so many messages stock is read together, as more do not leave in that time."""
MEND = "correct what the message names where it is kept; the next delivery tries it again"

Message = TypeVar("Message", Mail, TextMessage, ShopperEvent)


@dataclass(frozen=True)
class Way(Generic[Message]):
    """How messages of some kinds are composed and leave."""

    sender: str
    compose: Mapping[str, Callable[[Settings, psycopg.Connection, OutboxMessage, datetime], Message | None]]
    """By kind; ``None`` says that the message is not needed any more."""
    send: Callable[[Message], Path | str]


@dataclass(frozen=True)
class Delivery:
    """One delivery under way."""

    settings: Settings
    connection: psycopg.Connection
    summary: DeliverySummary
    now: datetime
    looked: dict[str, float] = field(default_factory=dict)
    """When stock was read for a message that is yet to leave."""

    def send_all(self, messages: Sequence[OutboxMessage], way: Way[Message]) -> None:
        """Send messages of a way, in their order; a provider that cannot be reached is left alone."""
        is_file = way.sender == FOLDER
        at_once = MESSAGES_AT_ONCE if is_file else LOOK_AHEAD
        for first in range(0, len(messages), at_once):
            batch = messages[first : first + at_once]
            if is_file:
                with self.connection.transaction():
                    self._withdraw_sold_out(batch)
                    for message in batch:
                        self._write(message, way)
                continue
            left = 0
            try:
                for left, message in enumerate(batch):
                    self._look_again(batch[left:])
                    self._send(message, way)
            except UnreachableProviderError as error:
                self.summary.out_of_reach.append(f"{error}; {len(messages) - first - left:,} messages wait")
                return

    def _send(self, message: OutboxMessage, way: Way[Message]) -> None:
        """Give one message to a provider."""
        if sending_twice_is_once(way.sender):
            with self.connection.transaction():
                self._write(message, way)
        else:
            self._hand_over(message, way)

    def _look_again(self, batch: Sequence[OutboxMessage]) -> None:
        """Read stock before a message leaves, for those behind it too; what was read a moment ago still holds."""
        now = time.monotonic()
        looked = self.looked.get(batch[0].message_key, -LOOK_HOLDS_SECONDS)
        if now - looked < LOOK_HOLDS_SECONDS:
            return
        with self.connection.transaction():
            self._withdraw_sold_out(batch)
        self.looked.clear()
        self.looked.update({message.message_key: now for message in batch})

    def _withdraw_sold_out(self, batch: Sequence[OutboxMessage]) -> None:
        """Take back what was sold since its shopper was chosen: minutes may lie between."""
        notices = [one.subject_key for one in batch if one.kind in NOTICE_KINDS]
        if notices:
            self.summary.sold_out += withdraw_sold_out(
                self.connection, notices, now=self.now, sold_out_share=self.settings.notice_sold_out_percent / 100
            )

    def _write(self, message: OutboxMessage, way: Way[Message]) -> None:
        """Send a message where twice is once. Killed before the commit, the next delivery sends the same again."""
        composed = self._composed(message, way)
        if composed is None:
            return
        try:
            gone = way.send(composed)
        except UnsentError as error:
            self.fail(message, error)
        else:
            self._left(message, gone)

    def _hand_over(self, message: OutboxMessage, way: Way[Message]) -> None:
        """Hand a message to a provider. It is marked before, since a second time would be a second message."""
        with self.connection.transaction():
            composed = self._composed(message, way)
            if composed is None:
                return
            outbox.begin_sending(self.connection, message.message_key)
        try:
            gone = way.send(composed)
        except UnsureError:
            return  # it stays `sending`, and a person is told
        except UnreachableProviderError:
            with self.connection.transaction():
                outbox.take_back(self.connection, message.message_key)
            raise
        except NoSuchRecipientError:
            with self.connection.transaction():
                suppress(self.connection, [_digest(composed)], reason=BOUNCE)
                self._not_needed(message)
        except UnsentError as error:
            with self.connection.transaction():
                self.fail(message, error)
        else:
            with self.connection.transaction():
                self._left(message, gone)

    def _composed(self, message: OutboxMessage, way: Way[Message]) -> Message | None:
        """Return a claimed message ready to leave; ``None`` where it does not leave now, which is noted."""
        if not claim(self.connection, message.message_key):
            return None
        try:
            composed = way.compose[message.kind](self.settings, self.connection, message, self.now)
        except NotNowError as not_now:
            outbox.put_off(self.connection, message.message_key, not_now.until)
            self.summary.put_off += 1
            return None
        except UnusableMailFieldError as error:
            self.fail(message, error)
            return None
        if composed is None:
            self._not_needed(message)
        return composed

    def _left(self, message: OutboxMessage, gone: Path | str) -> None:
        outbox.mark_sent(self.connection, message.message_key, gone)
        self.summary.left[message.kind].append(message.subject_key)
        if message.kind in NOTICE_KINDS:
            note_sent(self.connection, message.subject_key)

    def _not_needed(self, message: OutboxMessage) -> None:
        outbox.mark_sent(self.connection, message.message_key, None)
        if message.kind in NOTICE_KINDS:
            note_failed(self.connection, message.subject_key, "no address is left that something may be sent to")

    def fail(self, message: OutboxMessage, error: Exception) -> None:
        """Put a message that could not be made or was refused before a person."""
        subject = message.subject_key
        outbox.mark_failed(self.connection, message.message_key, subject=subject, detail=str(error), mend=MEND)
        if message.kind in NOTICE_KINDS:
            note_failed(self.connection, subject, str(error))
        self.summary.failed.append(subject)


def _digest(message: Mail | TextMessage | ShopperEvent) -> str:
    if isinstance(message, TextMessage):
        return contact_sha256(phone=message.recipient.strip())
    return contact_sha256(email=message.recipient.strip().lower())
