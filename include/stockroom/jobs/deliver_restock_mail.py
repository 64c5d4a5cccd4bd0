"""Compose one restock mail: read the address, write the message, forget the address."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import psycopg

from stockroom.delivery.mails import Mail
from stockroom.documents.mail_message import MailHead
from stockroom.documents.restock_mail import RestockMail, restock_mail_bytes
from stockroom.jobs.reader_language import request_language
from stockroom.jobs.shop_pages import basket_url, product_url
from stockroom.jobs.shopper_links import unsubscribe_url, visit_url
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_notices import MAIL, Notice, read_notice


def compose_restock_mail(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> Mail | None:
    """Return the mail of a claimed outbox message; ``None`` when nobody needs it any more.

    The same message gives the same bytes, so that one written again after a crash is one mail.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    notice = read_notice(connection, message.subject_key, MAIL)
    if notice is None:
        return None
    mail = restock_mail(settings, notice, message)
    return ready(mail.head, restock_mail_bytes(mail, request_language(settings, connection, message.subject_key)))


def restock_mail(settings: Settings, notice: Notice, message: OutboxMessage) -> RestockMail:
    """Return what the message about a restock says."""
    return RestockMail(
        head=mail_head(settings, message, notice.address),
        title=notice.title,
        price=notice.price,
        currency=settings.currency,
        image_url=notice.image_url or "",
        product_url=product_url(settings, notice.channel_id, notice.handle),
        cart_url=visit_url(settings, message.subject_key)
        or basket_url(settings, notice.channel_id, notice.variant_id, notice.sku, notice.quantity, notice.cart_token),
        unsubscribe_url=unsubscribe_url(settings, message.subject_key),
    )


def mail_head(settings: Settings, message: OutboxMessage, recipient: str) -> MailHead:
    """Return the head of the mail that a message becomes."""
    return MailHead(
        message_key=file_key(message),
        recipient=recipient,
        sender_name=settings.company_name,
        sender_address=settings.mail_from,
        sent_at=message.created_at.astimezone(UTC).replace(microsecond=0),
    )


def ready(head: MailHead, content: bytes) -> Mail:
    """Return a mail as it leaves."""
    return Mail(head.message_key, head.sender_address, head.recipient, content)


def file_key(message: OutboxMessage) -> str:
    """Return the 32 hexadecimal digits that name a message outside: the same for the same message."""
    return hashlib.sha256(message.message_key.encode()).hexdigest()[:32]
