"""Compose one text message about a restock, by day where its reader lives."""

from __future__ import annotations

from datetime import datetime

import psycopg

from stockroom.delivery.texts import TextMessage
from stockroom.documents.text_messages import restock_text
from stockroom.jobs.deliver_restock_mail import file_key
from stockroom.jobs.quiet_hours import check_hour
from stockroom.jobs.reader_language import request_language
from stockroom.jobs.shop_pages import basket_url
from stockroom.jobs.shopper_links import visit_url
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_notices import TEXT, read_notice


def compose_restock_text(
    settings: Settings, connection: psycopg.Connection, message: OutboxMessage, now: datetime, /
) -> TextMessage | None:
    """Return the text of a claimed message; ``None`` when nobody needs it any more.

    Raises:
        NotNowError: it is night where the number lives.
        UnusableMailFieldError: the title holds what no text may.
    """
    notice = read_notice(connection, message.subject_key, TEXT)
    if notice is None:
        return None
    check_hour(settings, notice.address, now)
    url = visit_url(settings, message.subject_key) or basket_url(
        settings, notice.channel_id, notice.variant_id, notice.sku, notice.quantity
    )
    language = request_language(settings, connection, message.subject_key)
    words = restock_text(language, shop=settings.company_name, title=notice.title, url=url)
    return TextMessage(file_key(message), notice.address, words)
