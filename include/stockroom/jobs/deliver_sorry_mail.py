"""Compose one mail to a shopper who waited in vain: read the address, write the message, forget the address."""

from __future__ import annotations

from datetime import datetime

import psycopg

from stockroom.delivery.mails import Mail
from stockroom.documents.shopper_language import Language
from stockroom.documents.sorry_mail import Alternative, SorryMail, sorry_mail_bytes
from stockroom.jobs.deliver_restock_mail import mail_head, ready
from stockroom.jobs.reader_language import request_language
from stockroom.jobs.shop_pages import product_url
from stockroom.jobs.shopper_links import unsubscribe_url, visit_url
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_apologies import Apology, read_apology


def compose_sorry_mail(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> Mail | None:
    """Return the mail of a claimed outbox message; ``None`` when nobody needs it any more.

    The same message gives the same bytes, so that one written again after a crash is one mail.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    apology = read_apology(connection, message.subject_key)
    if apology is None:
        return None
    language = request_language(settings, connection, message.subject_key)
    mail = sorry_mail(settings, apology, message, language)
    return ready(mail.head, sorry_mail_bytes(mail, language))


def sorry_mail(settings: Settings, apology: Apology, message: OutboxMessage, language: Language) -> SorryMail:
    """Return what the message to whoever waited in vain says."""
    return SorryMail(
        head=mail_head(settings, message, apology.address),
        title=apology.title,
        is_discontinued=apology.is_discontinued,
        alternatives=tuple(
            Alternative(
                title=one.title,
                price=language.money(one.price, settings.currency),
                url=product_url(settings, apology.channel_id, one.page),
                image_url=one.image_url or "",
            )
            for one in apology.alternatives
            if product_url(settings, apology.channel_id, one.page)
        ),
        # Nobody can wait for what is never made again.
        wait_url="" if apology.is_discontinued else visit_url(settings, message.subject_key),
        unsubscribe_url=unsubscribe_url(settings, message.subject_key),
    )
