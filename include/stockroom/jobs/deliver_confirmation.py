"""Compose one question to the owner of an address: whether we may tell them."""

from __future__ import annotations

from datetime import datetime

import psycopg

from stockroom.delivery.mails import Mail
from stockroom.delivery.texts import TextMessage
from stockroom.documents.confirm_mail import ConfirmMail, confirm_mail_bytes
from stockroom.documents.shopper_language import Language
from stockroom.documents.text_messages import confirm_text
from stockroom.jobs.deliver_restock_mail import file_key, mail_head, ready
from stockroom.jobs.quiet_hours import check_hour
from stockroom.jobs.reader_language import request_language
from stockroom.jobs.shopper_links import confirm_url
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_confirmations import MAIL, MEDIUM, TEXT, Question, read_question
from stockroom.warehouse.restock_products import read_shown


def compose_confirm_mail(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> Mail | None:
    """Return the mail of a claimed message; ``None`` when nobody needs it any more.

    Raises:
        UnusableMailFieldError: a field would forge a header.
    """
    question = read_question(connection, message.subject_key, MAIL)
    if question is None:
        return None
    language = request_language(settings, connection, message.subject_key)
    mail = ConfirmMail(
        head=mail_head(settings, message, question.address),
        title=_title(connection, question, language),
        confirm_url=confirm_url(settings, message.subject_key, MEDIUM[MAIL]),
    )
    return ready(mail.head, confirm_mail_bytes(mail, language))


def compose_confirm_text(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, now: datetime, /
) -> TextMessage | None:
    """Return the text of a claimed message; ``None`` when nobody needs it any more.

    Raises:
        NotNowError: it is night where the number lives.
        UnusableMailFieldError: the title holds what no text may.
    """
    question = read_question(connection, message.subject_key, TEXT)
    if question is None:
        return None
    check_hour(settings, question.address, now)
    url = confirm_url(settings, message.subject_key, MEDIUM[TEXT])
    language = request_language(settings, connection, message.subject_key)
    words = confirm_text(language, shop=settings.company_name, title=_title(connection, question, language), url=url)
    return TextMessage(file_key(message), question.address, words)


def _title(connection: psycopg.Connection, question: Question, language: Language) -> str:
    shown = read_shown(connection, question.sku, question.channel_id)
    return shown.title if shown else language.say("message.article", sku=question.sku)
