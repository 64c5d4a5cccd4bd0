"""Deliver what the outbox holds: each message becomes its files, a mail or a text, and leaves once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import psycopg

from stockroom.delivery.mails import open_mail_way
from stockroom.delivery.providers import UnreachableProviderError
from stockroom.delivery.texts import send_text
from stockroom.jobs.deliver_confirmation import compose_confirm_mail, compose_confirm_text
from stockroom.jobs.deliver_help_text import compose_help_text
from stockroom.jobs.deliver_messages import Delivery, Way
from stockroom.jobs.deliver_notices import NOTICE_MAILS, deliver_notices
from stockroom.jobs.deliver_orders import ORDERS, deliver_orders
from stockroom.jobs.deliver_price_signals import send_price_signals
from stockroom.jobs.deliver_purchase_order import DOCUMENT
from stockroom.jobs.deliver_restock_text import compose_restock_text
from stockroom.jobs.deliver_waiting_mail import WAITING, compose_waiting_mail
from stockroom.jobs.delivery_summary import KINDS, MESSAGES_AT_ONCE, PRICE_SIGNALS, DeliverySummary
from stockroom.settings import Settings
from stockroom.warehouse import connect, outbox
from stockroom.warehouse.order_contents import ask_for_waiting_documents
from stockroom.warehouse.outbox import OutboxMessage, pending_messages, retry_failed
from stockroom.warehouse.restock_apologies import KIND as SORRY
from stockroom.warehouse.restock_confirmations import MAIL as CONFIRM_MAIL
from stockroom.warehouse.restock_confirmations import TEXT as CONFIRM_TEXT
from stockroom.warehouse.restock_feedback import HELP
from stockroom.warehouse.restock_notices import KINDS as NOTICE_KINDS
from stockroom.warehouse.restock_notices import TEXT
from stockroom.warehouse.switches import NOTICES, is_off

MAILS = {
    CONFIRM_MAIL: compose_confirm_mail,
    WAITING: compose_waiting_mail,
    **NOTICE_MAILS,
}
TEXTS = {HELP: compose_help_text, CONFIRM_TEXT: compose_confirm_text, TEXT: compose_restock_text}
QUESTIONS = (CONFIRM_MAIL, CONFIRM_TEXT)
"""What somebody on a page waits for: the storefront sends these itself, at once."""
PAUSED = (*NOTICE_KINDS, SORRY)
"""What waits while notices are paused."""


def deliver_outbox(settings: Settings, *, now: datetime) -> DeliverySummary:
    """Deliver every message that waits, and first ask for the documents of orders that wait for a person.

    Files are written a few a transaction: claim, write, mark. Killed between writing and marking, the next delivery
    writes the same bytes to the same names again. A message that goes to a provider is marked *before* it is handed
    over, since a second time would be a second message. One that cannot be made is marked failed with the reason in
    ``ops.exceptions``, stops no other, and is tried again by the next delivery.

    Raises:
        UnreachableProviderError: a provider was not reached; everything else left, and what waits for it waits on.
    """
    summary = DeliverySummary()
    with connect(settings.warehouse_url) as connection:
        with connection.transaction():
            retry_failed(connection, tuple(KINDS))
            outbox.fail_unsure(connection, (*MAILS, *TEXTS, *ORDERS))
            ask_for_waiting_documents(connection, kind=DOCUMENT)
            summary.is_paused = is_off(connection, NOTICES)
        kinds = [kind for kind in KINDS if not (summary.is_paused and kind in PAUSED)]
        messages = [message for kind in kinds for message in pending_messages(connection, kind)]
        connection.commit()
        _deliver(Delivery(settings, connection, summary, now), messages)
    if summary.out_of_reach:
        raise UnreachableProviderError(str(summary))
    return summary


def deliver_questions(settings: Settings, connection: psycopg.Connection, *, now: datetime) -> DeliverySummary:
    """Deliver the oldest questions to owners of addresses, so that whoever asked on a page need not wait."""
    summary = DeliverySummary()
    messages = [
        message for kind in QUESTIONS for message in pending_messages(connection, kind, at_most=MESSAGES_AT_ONCE)
    ]
    connection.commit()
    _deliver(Delivery(settings, connection, summary, now), messages)
    return summary


def _deliver(delivery: Delivery, messages: Sequence[OutboxMessage]) -> None:
    settings = delivery.settings
    with open_mail_way(settings.mail_sender, settings.outbox_dir / "mail") as way:
        deliver_orders(delivery, [one for one in messages if one.kind in ORDERS], way)
        apart = NOTICE_MAILS if settings.notice_sender else {}
        mails = [one for one in messages if one.kind in MAILS and one.kind not in apart]
        delivery.send_all(mails, Way(settings.mail_sender, MAILS, way.send))
    deliver_notices(delivery, [one for one in messages if one.kind in apart])
    texts = [one for one in messages if one.kind in TEXTS]
    text_by = partial(send_text, sender=settings.sms_sender, folder=settings.outbox_dir / "sms")
    delivery.send_all(texts, Way(settings.sms_sender, TEXTS, text_by))
    send_price_signals(delivery, [one for one in messages if one.kind == PRICE_SIGNALS])
