"""Compose what a mail service or a webhook is told about one shopper: what its message shows, and no more."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg

from stockroom.delivery.event_services import ShopperEvent
from stockroom.documents.mail_message import check_words
from stockroom.jobs.deliver_restock_mail import file_key, restock_mail
from stockroom.jobs.deliver_sorry_mail import sorry_mail
from stockroom.jobs.reader_language import request_language
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_apologies import read_apology
from stockroom.warehouse.restock_notices import MAIL, read_notice

BACK_IN_STOCK, WAITED_IN_VAIN = "Stockroom back in stock", "Stockroom waited in vain"
"""Names of events, as the flows of a mail service begin with them: of 32 letters at the most."""


def compose_restock_event(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> ShopperEvent | None:
    """Return the event of a claimed message; ``None`` when nobody needs it any more.

    Raises:
        UnusableMailFieldError: the title would forge a header of the mail that is written from it.
    """
    notice = read_notice(connection, message.subject_key, MAIL)
    if notice is None:
        return None
    mail = restock_mail(settings, notice, message)
    check_words("title", mail.title)
    shown: dict[str, object] = {
        "sku": notice.sku,
        "language": request_language(settings, connection, message.subject_key).name,
        "title": mail.title,
        "price": str(mail.price),
        "currency": mail.currency,
        "image_url": mail.image_url,
        "product_url": mail.product_url,
        "cart_url": mail.cart_url,
        "unsubscribe_url": mail.unsubscribe_url,
    }
    return _event(message, BACK_IN_STOCK, notice.address, shown)


def compose_sorry_event(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> ShopperEvent | None:
    """Return the event of a claimed message; ``None`` when nobody needs it any more.

    Raises:
        UnusableMailFieldError: the title would forge a header of the mail that is written from it.
    """
    apology = read_apology(connection, message.subject_key)
    if apology is None:
        return None
    language = request_language(settings, connection, message.subject_key)
    mail = sorry_mail(settings, apology, message, language)
    check_words("title", mail.title)
    shown: dict[str, object] = {
        "sku": apology.sku,
        "language": language.name,
        "title": mail.title,
        "is_discontinued": mail.is_discontinued,
        "alternatives": [
            {"title": one.title, "price": one.price, "url": one.url, "image_url": one.image_url}
            for one in mail.alternatives
        ],
        "wait_url": mail.wait_url,
        "unsubscribe_url": mail.unsubscribe_url,
    }
    return _event(message, WAITED_IN_VAIN, apology.address, shown)


def _event(message: OutboxMessage, name: str, address: str, shown: dict[str, object]) -> ShopperEvent:
    occurred_at = message.created_at.astimezone(UTC).replace(microsecond=0)
    return ShopperEvent(file_key(message), name, address, occurred_at, shown)
