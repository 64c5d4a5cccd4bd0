"""Deliver what shoppers asked for, where it leaves by another way than other mails: as mails, or as events."""

from __future__ import annotations

from collections.abc import Sequence

from stockroom.delivery.events import KINDS as EVENT_KINDS
from stockroom.delivery.events import open_event_way, takes_events
from stockroom.delivery.mails import open_mail_way
from stockroom.delivery.providers import FOLDER, connection_of
from stockroom.jobs.deliver_events import compose_restock_event, compose_sorry_event
from stockroom.jobs.deliver_messages import Delivery, Way
from stockroom.jobs.deliver_restock_mail import compose_restock_mail
from stockroom.jobs.deliver_sorry_mail import compose_sorry_mail
from stockroom.warehouse.outbox import OutboxMessage
from stockroom.warehouse.restock_apologies import KIND as SORRY
from stockroom.warehouse.restock_notices import MAIL

NOTICE_MAILS = {MAIL: compose_restock_mail, SORRY: compose_sorry_mail}
"""What only an address gets whose owner said yes: a service outside may hear of it."""
EVENTS = {MAIL: compose_restock_event, SORRY: compose_sorry_event}
VARIABLE = "STOCKROOM_NOTICE_SENDER"


def deliver_notices(delivery: Delivery, messages: Sequence[OutboxMessage]) -> None:
    """Send notices and apologies by the sender that is theirs alone.

    Raises:
        SettingsError: there is no such sender.
    """
    if not messages:
        return
    sender = delivery.settings.notice_sender
    if takes_events(sender):
        connection_of(sender, EVENT_KINDS, variable=VARIABLE)
        with open_event_way(sender) as way:
            delivery.send_all(messages, Way(sender, EVENTS, way.send))
        return
    if sender != FOLDER:
        connection_of(sender, ("smtp", "ses", *EVENT_KINDS), variable=VARIABLE)
    with open_mail_way(sender, delivery.settings.outbox_dir / "mail", variable=VARIABLE) as mails:
        delivery.send_all(messages, Way(sender, NOTICE_MAILS, mails.send))
