"""Hear what a mail service says about addresses: who unsubscribed, bounced or complained is not written to again."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import psycopg

from stockroom.delivery.service_feedback import FEEDBACK_SERVICES, Spoken
from stockroom.delivery.webhooks import SHORTEST_SECRET
from stockroom.jobs.take_in_feedback import record_feedback
from stockroom.settings import Settings
from stockroom.warehouse.extraction import clock

BELIEVED_FOR = timedelta(days=2)
"""What was signed longer ago may be somebody's copy: its shopper may have asked again since."""

Heard = Literal["taken", "nothing", "refused"]


def hears_feedback(settings: Settings, service: str) -> bool:
    """Return whether a service has an address here: it is declared, and its secret is set and long enough."""
    return service in FEEDBACK_SERVICES and len(_secret(settings, service)) >= SHORTEST_SECRET


def hear_feedback(settings: Settings, connection: psycopg.Connection, service: str, spoken: Spoken) -> Heard:
    """Return what became of a request; twice is the same. Only what is genuine leaves anything. The caller commits."""
    if not hears_feedback(settings, service):
        return "refused"
    declared = FEEDBACK_SERVICES[service]
    if not declared.is_genuine(spoken, _secret(settings, service)):
        return "refused"
    said_at = declared.said_at(spoken)
    if said_at and abs(clock(connection) - said_at) > BELIEVED_FOR:
        return "refused"
    kinds = [record_feedback(connection, said) for said in declared.read(spoken.body)]
    return "taken" if kinds else "nothing"


def _secret(settings: Settings, service: str) -> str:
    return settings.value(f"{service}_feedback_secret")
