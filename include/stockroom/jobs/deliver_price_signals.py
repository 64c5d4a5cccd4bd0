"""Deliver price signals to a pricing system: one signed message a plan date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import psycopg

from stockroom.delivery.providers import UnreachableProviderError, UnsentError
from stockroom.delivery.webhooks import Receiver, WebhookMessage, post_webhook
from stockroom.documents.price_signals import SignalLine, price_signals_json
from stockroom.jobs.deliver_messages import Delivery
from stockroom.jobs.delivery_summary import PRICE_SIGNALS
from stockroom.settings import Settings
from stockroom.warehouse.outbox import OutboxMessage, add_message, claim, mark_sent
from stockroom.warehouse.price_signals import read_price_signals


def announce_price_signals(settings: Settings, connection: psycopg.Connection, plan_date: date) -> bool:
    """Put a plan date's signals into the outbox, once, where a pricing system listens; the caller commits."""
    if not settings.price_webhook_url:
        return False
    return add_message(connection, f"{PRICE_SIGNALS}/{plan_date}", PRICE_SIGNALS, plan_date.isoformat())


def send_price_signals(delivery: Delivery, messages: Sequence[OutboxMessage]) -> None:
    """Send what waits for the pricing system; what it is not there for waits on.

    A message is marked after it was taken: killed in between, it goes out again under the same number, which a receiver
    knows.
    """
    for message in messages:
        with delivery.connection.transaction():
            if not claim(delivery.connection, message.message_key):
                continue
            try:
                _send(delivery, message)
            except UnreachableProviderError as error:
                delivery.summary.out_of_reach.append(str(error))
                return
            except UnsentError as error:
                delivery.fail(message, error)


def _send(delivery: Delivery, message: OutboxMessage) -> None:
    settings, connection = delivery.settings, delivery.connection
    if not settings.price_webhook_url:  # nobody listens any more
        mark_sent(connection, message.message_key, None)
        return
    plan_date = date.fromisoformat(message.subject_key)
    body = price_signals_json(plan_date, settings.currency, read_price_signals(connection, plan_date, SignalLine))
    receiver = Receiver(
        "the receiver of price signals",
        settings.price_webhook_url,
        settings.price_webhook_secret,
        kept_in="STOCKROOM_PRICE_WEBHOOK_SECRET",
    )
    way = post_webhook(WebhookMessage(message.message_key, body), receiver=receiver)
    mark_sent(connection, message.message_key, way)
    delivery.summary.left[message.kind].append(message.subject_key)
