"""Answer HELP: its sender waits for it, so it leaves at any hour."""

from __future__ import annotations

from datetime import datetime

import psycopg

from stockroom.delivery.texts import TextMessage
from stockroom.documents.text_messages import help_text
from stockroom.jobs.deliver_restock_mail import file_key
from stockroom.jobs.reader_language import language_for
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_feedback import read_number
from stockroom.warehouse.restock_readers import read_reader_of_number


def compose_help_text(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, _now: datetime, /
) -> TextMessage | None:
    """Return the answer to a claimed message; ``None`` when the number has been erased."""
    number = read_number(connection, message.subject_key)
    if number is None:
        return None
    language = language_for(settings, read_reader_of_number(connection, message.subject_key))
    words = help_text(language, shop=settings.company_name, address=settings.mail_from)
    return TextMessage(file_key(message), number, words)
