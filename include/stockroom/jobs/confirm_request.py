"""Note that the owner of an address said yes, or wants it forgotten."""

from __future__ import annotations

import psycopg

from stockroom.delivery.signed_tokens import subject_of
from stockroom.jobs.shopper_links import CONFIRM
from stockroom.settings import Settings
from stockroom.warehouse.restock_subscriptions import confirm, forget, place_in_line


def confirm_request(settings: Settings, connection: psycopg.Connection, token: str) -> str | None:
    """Put the request of a signed token in line and return its id; ``None`` where it is not in line by that.

    So for a token that is not ours, and for who is late. The caller commits. Repeating it changes nothing.
    """
    subject = subject_of(token, purpose=CONFIRM, secret=settings.storefront_secret)
    if subject is None:
        return None
    medium, _, request_id = subject.partition(":")
    confirm(connection, request_id, (medium,), reason="the owner of the address confirmed it")
    place = place_in_line(connection, request_id)
    return None if place is None or place.has_ended or place.state == "pending" else request_id


def refuse_request(settings: Settings, connection: psycopg.Connection, token: str) -> bool:
    """Delete the address that a signed token was sent to, confirmed or not; return whether there was one."""
    subject = subject_of(token, purpose=CONFIRM, secret=settings.storefront_secret)
    if subject is None:
        return False
    medium, _, request_id = subject.partition(":")
    return forget(connection, request_id, medium=medium) > 0
