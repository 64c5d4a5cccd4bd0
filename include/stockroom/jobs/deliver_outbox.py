"""Deliver what the outbox holds: each message becomes its files, and leaves once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from stockroom.documents.purchase_orders import UnprintableOrderError
from stockroom.documents.restock_mail import UnusableMailFieldError
from stockroom.jobs.deliver_purchase_order import DOCUMENT, ORDER, deliver_purchase_order
from stockroom.jobs.deliver_restock_mail import deliver_restock_mail
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_contents import ask_for_waiting_documents
from stockroom.warehouse.outbox import OutboxMessage, claim, mark_failed, mark_sent, pending_messages, retry_failed
from stockroom.warehouse.restock_notices import KIND as MAIL
from stockroom.warehouse.restock_notices import withdraw_sold_out

Deliver = Callable[[Settings, psycopg.Connection, OutboxMessage], Path | None]

KINDS: dict[str, Deliver] = {
    ORDER: deliver_purchase_order,
    DOCUMENT: deliver_purchase_order,
    MAIL: deliver_restock_mail,
}
"""How each kind of message leaves, in this order; ``None`` says that it is not needed any more."""
MESSAGES_AT_ONCE = 20
"""What a crash may cause to be written a second time, under the same names; each commit waits for the disk."""
MEND = "correct what the message names where it is kept; the next delivery tries it again"


@dataclass(frozen=True)
class DeliverySummary:
    """What left, by message subject."""

    orders: tuple[str, ...]
    """Released orders, now with the supplier: ``PO-000001/v1``."""
    documents: tuple[str, ...]
    """Orders that wait, whose document can now be read."""
    mails: tuple[str, ...]
    failed: tuple[str, ...]
    sold_out: int = 0
    """Mails not written, as their product was sold after they were chosen; the shoppers wait on."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        parts = [
            f"{len(subjects):,} {thing if len(subjects) == 1 else thing + 's'} {what}"
            for subjects, thing, what in (
                (self.orders, "purchase order", "delivered"),
                (self.documents, "document", "for orders that wait"),
                (self.mails, "restock mail", "sent"),
            )
            if subjects
        ]
        if self.sold_out:
            parts.append(f"{self.sold_out:,} restock mails withdrawn, sold out again")
        if self.failed:
            parts.append(f"{len(self.failed):,} failed, see ops.exceptions: {', '.join(self.failed)}")
        return ", ".join(parts) or "nothing to deliver"


def deliver_outbox(settings: Settings, *, now: datetime) -> DeliverySummary:
    """Deliver every message that waits, and first ask for the documents of orders that wait for a person.

    A few messages a transaction: claim, write, mark. Killed between writing and marking, the next delivery writes the
    same bytes to the same names again. A message that cannot be made is marked failed with the reason in
    ``ops.exceptions``, stops no other, and is tried again by the next delivery.
    """
    left: dict[str, list[str]] = {kind: [] for kind in KINDS}
    failed: list[str] = []
    sold_out = 0
    with connect(settings.warehouse_url) as connection:
        with connection.transaction():
            retry_failed(connection, list(KINDS))
            ask_for_waiting_documents(connection, kind=DOCUMENT)
            messages = [message for kind in KINDS for message in pending_messages(connection, kind)]
        for first in range(0, len(messages), MESSAGES_AT_ONCE):
            batch = messages[first : first + MESSAGES_AT_ONCE]
            with connection.transaction():
                # Minutes may lie between choosing a shopper and this moment: what was sold meanwhile is not announced.
                sold_out += withdraw_sold_out(
                    connection, [one.subject_key for one in batch if one.kind == MAIL], now=now
                )
                for message in batch:
                    if not claim(connection, message.message_key):
                        continue
                    try:
                        path = KINDS[message.kind](settings, connection, message)
                    except (UnprintableOrderError, UnusableMailFieldError) as error:
                        subject = message.subject_key
                        mark_failed(connection, message.message_key, subject=subject, detail=str(error), mend=MEND)
                        failed.append(subject)
                        continue
                    mark_sent(connection, message.message_key, path)
                    if path is not None:
                        left[message.kind].append(message.subject_key)
    return DeliverySummary(tuple(left[ORDER]), tuple(left[DOCUMENT]), tuple(left[MAIL]), tuple(failed), sold_out)
