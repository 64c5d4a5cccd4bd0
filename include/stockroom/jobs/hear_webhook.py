"""Hear what a channel tells by HTTP: keep that something happened, and where to look."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import psycopg

from stockroom.channels import CHANNELS
from stockroom.channels.hints import Delivery, Document
from stockroom.delivery.queue import open_queue
from stockroom.jobs.hear_messages import hint_of, message_of
from stockroom.settings import Settings
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.hints import remember_hint

BELIEVED_FOR = timedelta(days=2)
"""What was signed longer ago is no news, whoever sends it. Channels try again for hours; we remember for longer."""

Heard = Literal["taken", "known", "ping", "refused"]


def hears(settings: Settings, channel_id: str) -> bool:
    """Return whether the channel has an address here: it declares how it signs, and its secret is set."""
    channel = CHANNELS.get(channel_id)
    return (
        channel is not None
        and channel.webhook is not None
        and bool(settings.value(f"{channel_id}_{channel.webhook.secret}"))
    )


def hear_webhook(settings: Settings, connection: psycopg.Connection, channel_id: str, delivery: Delivery) -> Heard:
    """Return what became of a delivery. Only what is genuine and new leaves anything; the caller commits.

    The same body again is known, whatever its headers say: no channel signs those.

    Raises:
        KeyError: no such channel.
    """
    webhook = CHANNELS[channel_id].webhook
    if webhook is None or not hears(settings, channel_id):
        return "refused"
    if webhook.is_ping(delivery):
        return "ping"
    if not webhook.is_genuine(delivery, settings):
        return "refused"
    told = webhook.read(delivery)
    if told.occurred_at and abs(clock(connection) - told.occurred_at) > BELIEVED_FOR:
        return "known"
    hint = hint_of(channel_id, told, delivery.digest)
    if not remember_hint(connection, hint, is_waiting=not settings.events_queue):
        return "known"
    if settings.events_queue:  # if it cannot be sent the hint is not kept either, and the channel comes again
        open_queue(settings.events_queue, setting="STOCKROOM_EVENTS_QUEUE").send(message_of(hint))
    return "taken"


def answer_challenge(settings: Settings, channel_id: str, code: str) -> Document | None:
    """Return the answer to a channel that asks whether an address is ours; none if it is not, or never asks."""
    channel = CHANNELS.get(channel_id)
    if channel is None or channel.webhook is None or channel.webhook.answer_challenge is None:
        return None
    if not hears(settings, channel_id) or not settings.storefront_url:
        return None
    address = f"{settings.storefront_url.rstrip('/')}/events/{channel_id}"
    return channel.webhook.answer_challenge(code, address, settings)
