"""Which waiting shoppers can be told, who has been, and what their mail needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row

KIND = "restock_mail"
RESERVED_FOR = timedelta(hours=48)
"""So long the units of a shopper who was told are not offered to the next."""


class AnswerableRequest(NamedTuple):
    """A request, and what is left for it once all who come first are served."""

    request_id: str
    sku: str
    quantity: int
    requested_at: datetime
    free_units: int
    """Units that can be sold now and that nobody else was promised; may be under 0."""


class Notice(NamedTuple):
    """What the mail about one request needs."""

    email: str
    title: str
    handle: str
    image_url: str | None
    variant_id: str
    price: Decimal


def take_turns(connection: psycopg.Connection) -> None:
    """Wait until nobody else chooses who is told, and keep the turn to the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.restock_notices', 0))")


def expire_requests(connection: psycopg.Connection, *, made_before: datetime) -> int:
    """End requests that nobody could answer in time, and return how many; the caller commits."""
    return connection.execute(
        """
        update ops.restock_requests set state = 'expired', last_event_note = 'waited too long'
        where state = 'active' and requested_at < %s
        """,
        (made_before,),
    ).rowcount


def answerable_requests(connection: psycopg.Connection, *, now: datetime) -> list[AnswerableRequest]:
    """Return active requests with an e-mail address whose product can be had now, oldest first."""
    waiting = _with_free_units(connection, "restock_notices.sql", {"reserved_since": now - RESERVED_FOR})
    return [one for one in waiting if one.free_units > 0]


def withdraw_sold_out(connection: psycopg.Connection, request_ids: Sequence[str], *, now: datetime) -> int:
    """Take back the mails of these requests whose product was sold meanwhile, and return how many; the caller commits.

    Stock is read anew. Where it does not suffice for all, those who asked first keep their mail; the others wait on.
    """
    parameters = {"request_ids": list(request_ids), "reserved_since": now - RESERVED_FOR, "kind": KIND}
    due = _with_free_units(connection, "restock_notices_due.sql", parameters)
    short = [one.request_id for one in due if one.free_units < one.quantity]
    if not short:
        return 0
    row = connection.execute(
        _statement("restock_notices_withdraw.sql"), {"request_ids": short, "kind": KIND}
    ).fetchone()
    return int(row[0]) if row else 0


def waiting_by_phone_alone(connection: psycopg.Connection) -> int:
    """Return how many active requests gave no e-mail address."""
    row = connection.execute(
        """
        select count(*) from ops.restock_requests
        inner join pii.shoppers using (shopper_id)
        where state = 'active' and email is null
        """
    ).fetchone()
    return int(row[0]) if row else 0


def choose(connection: psycopg.Connection, request_ids: Sequence[str], *, now: datetime) -> int:
    """Mark requests as told and put their mails into the outbox, in one statement; return how many; the caller commits.

    What the mail shows is frozen with it. Other requests of the same shopper for the same product are answered too.
    """
    statement = _statement("restock_notices_choose.sql")
    return connection.execute(statement, {"request_ids": list(request_ids), "kind": KIND, "now": now}).rowcount


def read_notice(connection: psycopg.Connection, request_id: str) -> Notice | None:
    """Return what a request's mail needs; ``None`` when none is needed any more (unsubscribed, erased)."""
    row = connection.execute(
        """
        select shoppers.email, notices.title, notices.handle, notices.image_url, notices.variant_id, notices.price
        from ops.restock_requests as requests
        inner join ops.restock_notices as notices using (request_id)
        inner join pii.shoppers as shoppers using (shopper_id)
        where requests.request_id = %s and requests.state = 'notified' and shoppers.email is not null
        """,
        (request_id,),
    ).fetchone()
    return None if row is None else Notice(*row)


def unsubscribe(connection: psycopg.Connection, request_id: str) -> bool:
    """End a request at the shopper's wish and return whether it was known; once or ten times is the same."""
    return (
        connection.execute(
            """
            update ops.restock_requests set state = 'unsubscribed', last_event_note = 'unsubscribed by link'
            where request_id = %s
            """,
            (request_id,),
        ).rowcount
        > 0
    )


def _with_free_units(
    connection: psycopg.Connection, statement: str, parameters: Mapping[str, object]
) -> list[AnswerableRequest]:
    """Return the requests of a statement; what it says is promised to others is taken off the newest stock."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        requests: list[Any] = cursor.execute(_statement(statement), parameters).fetchall()
        if not requests:
            return []
        skus = sorted({one.sku for one in requests})
        free: list[Any] = cursor.execute(_statement("restock_free_units.sql"), {"skus": skus}).fetchall()
    units = {one.sku: one.units for one in free}
    return [
        AnswerableRequest(
            one.request_id, one.sku, one.quantity, one.requested_at, units.get(one.sku, 0) - one.promised_units
        )
        for one in requests
    ]


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
