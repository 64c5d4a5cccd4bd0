"""Deliver what the outbox holds: each message becomes its files, or a text, and leaves once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import psycopg

from stockroom.delivery.texts import TextMessage, UnsentTextError, UnsureTextError, leaves_once
from stockroom.documents.mail_message import UnusableMailFieldError
from stockroom.documents.purchase_orders import UnprintableOrderError
from stockroom.jobs.deliver_confirmation import compose_confirm_text, deliver_confirm_mail
from stockroom.jobs.deliver_help_text import compose_help_text
from stockroom.jobs.deliver_purchase_order import DOCUMENT, ORDER, deliver_purchase_order
from stockroom.jobs.deliver_restock_mail import deliver_restock_mail
from stockroom.jobs.deliver_restock_text import compose_restock_text, send
from stockroom.jobs.quiet_hours import NotNowError
from stockroom.settings import Settings
from stockroom.warehouse import connect, outbox
from stockroom.warehouse.order_contents import ask_for_waiting_documents
from stockroom.warehouse.outbox import OutboxMessage, claim, mark_failed, mark_sent, pending_messages, retry_failed
from stockroom.warehouse.restock_confirmations import MAIL as CONFIRM_MAIL
from stockroom.warehouse.restock_confirmations import TEXT as CONFIRM_TEXT
from stockroom.warehouse.restock_feedback import HELP
from stockroom.warehouse.restock_notices import KINDS as NOTICE_KINDS
from stockroom.warehouse.restock_notices import MAIL, TEXT, note_failed, note_sent, withdraw_sold_out
from stockroom.warehouse.switches import NOTICES, is_off

Write = Callable[[Settings, psycopg.Connection, OutboxMessage], Path | None]
Compose = Callable[[Settings, psycopg.Connection, OutboxMessage, datetime], TextMessage | None]

WRITTEN: dict[str, Write] = {
    ORDER: deliver_purchase_order,
    DOCUMENT: deliver_purchase_order,
    CONFIRM_MAIL: deliver_confirm_mail,
    MAIL: deliver_restock_mail,
}
"""How each kind of message becomes files; ``None`` says that it is not needed any more."""
TEXTED: dict[str, Compose] = {HELP: compose_help_text, CONFIRM_TEXT: compose_confirm_text, TEXT: compose_restock_text}
"""How each kind of text is worded; ``None`` as above."""
KINDS = (*WRITTEN, *TEXTED)
"""In this order they leave."""
QUESTIONS = (CONFIRM_MAIL, CONFIRM_TEXT)
"""What somebody on a page waits for: the storefront sends these itself, at once."""
MESSAGES_AT_ONCE = 20
"""What a crash may cause to be written a second time, under the same names; each commit waits for the disk."""
MEND = "correct what the message names where it is kept; the next delivery tries it again"


@dataclass
class DeliverySummary:
    """What left, by message subject."""

    left: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    failed: list[str] = field(default_factory=list)
    sold_out: int = 0
    """Notices not sent, as their product was sold after they were chosen; the shoppers wait on."""
    put_off: int = 0
    """Texts that wait for the morning."""
    is_paused: bool = False

    @property
    def orders(self) -> tuple[str, ...]:
        """Return the released orders that are now with their suppliers: ``PO-000001/v1``."""
        return tuple(self.left[ORDER])

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the orders that wait and whose document can now be read."""
        return tuple(self.left[DOCUMENT])

    @property
    def mails(self) -> tuple[str, ...]:
        """Return the requests that were answered by mail."""
        return tuple(self.left[MAIL])

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the requests that were answered by text."""
        return tuple(self.left[TEXT])

    def __str__(self) -> str:
        """Return one line for a person to read."""
        parts = [
            f"{len(self.left[kind]):,} {thing if len(self.left[kind]) == 1 else thing + 's'} {what}"
            for kind, thing, what in (
                (ORDER, "purchase order", "delivered"),
                (DOCUMENT, "document", "for orders that wait"),
                (CONFIRM_MAIL, "address", "asked to confirm"),
                (CONFIRM_TEXT, "number", "asked to confirm"),
                (HELP, "answer", "to HELP"),
                (MAIL, "restock mail", "sent"),
                (TEXT, "restock text", "sent"),
            )
            if self.left[kind]
        ]
        if self.sold_out:
            parts.append(f"{self.sold_out:,} restock notices withdrawn, sold out again")
        if self.put_off:
            parts.append(f"{self.put_off:,} texts wait for the morning")
        if self.is_paused:
            parts.append("notices are paused")
        if self.failed:
            parts.append(f"{len(self.failed):,} failed, see ops.exceptions: {', '.join(self.failed)}")
        return ", ".join(parts) or "nothing to deliver"


def deliver_outbox(settings: Settings, *, now: datetime) -> DeliverySummary:
    """Deliver every message that waits, and first ask for the documents of orders that wait for a person.

    A few messages a transaction: claim, write, mark. Killed between writing and marking, the next delivery writes the
    same bytes to the same names again. A text that goes to a provider is marked *before* it is handed over, since a
    second time would be a second text. A message that cannot be made is marked failed with the reason in
    ``ops.exceptions``, stops no other, and is tried again by the next delivery.
    """
    summary = DeliverySummary()
    with connect(settings.warehouse_url) as connection:
        with connection.transaction():
            retry_failed(connection, KINDS)
            outbox.fail_unsure(connection, tuple(TEXTED))
            ask_for_waiting_documents(connection, kind=DOCUMENT)
            summary.is_paused = is_off(connection, NOTICES)
        kinds = [kind for kind in KINDS if not (summary.is_paused and kind in NOTICE_KINDS)]
        messages = [message for kind in kinds for message in pending_messages(connection, kind)]
        connection.commit()
        _deliver(settings, connection, messages, summary, now=now)
    return summary


def deliver_questions(settings: Settings, connection: psycopg.Connection, *, now: datetime) -> DeliverySummary:
    """Deliver the oldest questions to owners of addresses, so that whoever asked on a page need not wait."""
    summary = DeliverySummary()
    messages = [
        message for kind in QUESTIONS for message in pending_messages(connection, kind, at_most=MESSAGES_AT_ONCE)
    ]
    connection.commit()
    _deliver(settings, connection, messages, summary, now=now)
    return summary


def _deliver(
    settings: Settings,
    connection: psycopg.Connection,
    messages: Sequence[OutboxMessage],
    summary: DeliverySummary,
    *,
    now: datetime,
) -> None:
    written = [one for one in messages if one.kind in WRITTEN]
    for first in range(0, len(written), MESSAGES_AT_ONCE):
        batch = written[first : first + MESSAGES_AT_ONCE]
        with connection.transaction():
            # Minutes may lie between choosing a shopper and this moment: what was sold meanwhile is not announced.
            notices = [one.subject_key for one in batch if one.kind in NOTICE_KINDS]
            summary.sold_out += withdraw_sold_out(connection, notices, now=now) if notices else 0
            for message in batch:
                if claim(connection, message.message_key):
                    _write(settings, connection, message, summary)
    texts = [one for one in messages if one.kind in TEXTED]
    # A provider takes its time over each: then stock is read again before each.
    at_once = MESSAGES_AT_ONCE if leaves_once(settings.sms_sender) else 1
    for first in range(0, len(texts), at_once):
        batch = texts[first : first + at_once]
        with connection.transaction():
            notices = [one.subject_key for one in batch if one.kind in NOTICE_KINDS]
            summary.sold_out += withdraw_sold_out(connection, notices, now=now) if notices else 0
        for message in batch:
            _send_text(settings, connection, message, summary, now=now)


def _write(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, summary: DeliverySummary
) -> None:
    try:
        path = WRITTEN[message.kind](settings, connection, message)
    except (UnprintableOrderError, UnusableMailFieldError) as error:
        _fail(connection, message, error, summary)
        return
    _mark_sent(connection, message, path, summary)


def _send_text(
    settings: Settings,
    connection: psycopg.Connection,
    message: OutboxMessage,
    summary: DeliverySummary,
    *,
    now: datetime,
) -> None:
    with connection.transaction():
        if not claim(connection, message.message_key):
            return
        try:
            text = TEXTED[message.kind](settings, connection, message, now)
        except NotNowError as not_now:
            outbox.put_off(connection, message.message_key, not_now.until)
            summary.put_off += 1
            return
        except UnusableMailFieldError as error:
            _fail(connection, message, error, summary)
            return
        if text is None:
            _mark_sent(connection, message, None, summary)
            return
        if leaves_once(settings.sms_sender):
            _mark_sent(connection, message, send(settings, text), summary)
            return
        outbox.begin_sending(connection, message.message_key)
    try:
        way = send(settings, text)
    except UnsureTextError:
        return  # it stays `sending`, and a person is told
    except UnsentTextError as error:
        with connection.transaction():
            _fail(connection, message, error, summary)
        return
    with connection.transaction():
        _mark_sent(connection, message, way, summary)


def _mark_sent(
    connection: psycopg.Connection, message: OutboxMessage, path: Path | str | None, summary: DeliverySummary
) -> None:
    mark_sent(connection, message.message_key, path)
    if path is not None:
        summary.left[message.kind].append(message.subject_key)
        if message.kind in NOTICE_KINDS:
            note_sent(connection, message.subject_key)
    elif message.kind in NOTICE_KINDS:
        note_failed(connection, message.subject_key, "no address is left that something may be sent to")


def _fail(connection: psycopg.Connection, message: OutboxMessage, error: Exception, summary: DeliverySummary) -> None:
    subject = message.subject_key
    mark_failed(connection, message.message_key, subject=subject, detail=str(error), mend=MEND)
    if message.kind in NOTICE_KINDS:
        note_failed(connection, subject, str(error))
    summary.failed.append(subject)
