"""Settle an order of which nobody knows whether it left: a person asked the supplier."""

from __future__ import annotations

from typing import Literal

import psycopg

from stockroom.jobs.deliver_purchase_order import ORDER
from stockroom.jobs.named_people import check_named
from stockroom.settings import Settings
from stockroom.warehouse import connect, outbox
from stockroom.warehouse.order_states import move_orders

Finding = Literal["arrived", "again"]


class NothingToSettleError(LookupError):
    """No order is in doubt under that key."""


def settle_message(settings: Settings, message_key: str, finding: Finding, *, who: str) -> str:
    """Note that an order arrived after all, or let it leave again; return a line that says so.

    Raises:
        UnnamedApproverError: ``who`` may not answer for orders.
        NothingToSettleError: that message is not in doubt.
    """
    name = check_named(settings, who)
    with connect(settings.warehouse_url) as connection:
        subject = outbox.doubtful_subject(connection, message_key)
        if subject is None:
            raise NothingToSettleError(f"{message_key} is not in doubt; `stockroom exceptions` names what is")
        if finding == "again":
            outbox.take_back(connection, message_key)
            outbox.resolve(connection, message_key)
            return f"{message_key}: the next delivery sends it again ({name})"
        note_arrived(connection, message_key, subject, by=name, says="the supplier said")
    return f"{message_key}: it arrived ({name})"


def note_arrived(connection: psycopg.Connection, message_key: str, subject: str, *, by: str, says: str) -> None:
    """Note that a message about an order arrived after all; the caller commits."""
    outbox.mark_sent(connection, message_key, f"as {says} ({by})")
    if message_key.startswith(f"{ORDER}/"):
        po_number, _, version = subject.partition("/v")
        note = f"{subject} arrived, as {says}"
        move_orders(connection, [po_number], "sent", by=by, note=note, version=int(version))
