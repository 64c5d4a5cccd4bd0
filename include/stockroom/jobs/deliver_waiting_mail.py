"""Compose the mail about orders that wait, for one of those who answer for them."""

from __future__ import annotations

from datetime import date, datetime

import psycopg

from stockroom.delivery.mails import Mail
from stockroom.documents import formats
from stockroom.documents.waiting_mail import WaitingLine, waiting_mail_bytes
from stockroom.jobs.deliver_restock_mail import mail_head, ready
from stockroom.settings import Settings
from stockroom.warehouse.order_answers import waiting_orders
from stockroom.warehouse.outbox import OutboxMessage, add_message

WAITING = "waiting_orders_mail"
"""Kind of message: what waits, once a plan and address."""


def ask_for_waiting_mails(settings: Settings, connection: psycopg.Connection, *, as_of_date: date) -> None:
    """Let everybody hear of what waits who is to hear of it, once a plan; the caller commits."""
    for address in settings.approvers_mail:
        add_message(connection, f"{WAITING}/{as_of_date}/{address}", WAITING, f"{as_of_date} {address}")


def compose_waiting_mail(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> Mail | None:
    """Return the mail of a claimed message; ``None`` when nothing waits any more.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    # The largest first; what nobody knows the worth of may be the largest of all.
    worth = {order: order.worth_in(settings.currency) for order in waiting_orders(connection)}
    waiting = sorted(worth, key=lambda order: (worth[order] is not None, -(worth[order] or 0), order.po_number))
    if not waiting:
        return None
    lines = [
        WaitingLine(
            order.po_number,
            order.version,
            order.supplier_name,
            formats.money(order.value, order.currency),
            order.why or "it was put before a person",
        )
        for order in waiting
    ]
    head = mail_head(settings, message, message.subject_key.partition(" ")[2])
    return ready(head, waiting_mail_bytes(head, lines))
