"""Which waiting shoppers can be told, who has been, and what their mail needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
import psycopg
from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from stockroom.planning import Expected, RestockRequests, choose_restock_recipients
from stockroom.warehouse.restock_takes import RESERVED_FOR, read_expected
from stockroom.warehouse.restock_units import units_to_be_had

MAIL, TEXT = "restock_mail", "restock_sms"
KINDS = (MAIL, TEXT)
MEDIUM = {MAIL: "email", TEXT: "sms"}
HELD_FOR = timedelta(days=7)
"""So long a request that is held out is told nothing; then it is told in its old place."""


class AnswerableRequest(NamedTuple):
    """A request, and what is there for it."""

    request_id: str
    sku: str
    channel_id: str
    quantity: int
    requested_at: datetime
    shopper_id: int
    notices_today: int
    """How many notices the shopper was given in the last 24 hours."""
    units: int
    """Units that can be sold there now."""
    can_be_held_out: bool
    """Its turn has not come before, and what its browser buys can be known."""


class Notice(NamedTuple):
    """What the message about one request needs."""

    address: str
    sku: str
    quantity: int
    channel_id: str
    title: str
    handle: str
    image_url: str | None
    variant_id: str
    price: Decimal
    cart_token: str | None
    """Names the notice to the shop, and to nobody else."""


def take_turns(connection: psycopg.Connection) -> None:
    """Wait until nobody else chooses who is told, and keep the turn to the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.restock_notices', 0))")


def answerable_requests(connection: psycopg.Connection, *, now: datetime) -> list[AnswerableRequest]:
    """Return active requests that can be answered and whose product can be had now, oldest first."""
    since = {"now": now, "reserved_since": now - RESERVED_FOR, "held_since": now - HELD_FOR}
    waiting = _with_units(connection, "restock_notices.sql", since)
    return [one for one in waiting if one.units > 0]


def recipients(
    requests: Sequence[AnswerableRequest],
    expected: Mapping[str, Expected],
    *,
    sold_out_share: float,
    notices_a_day: int | None = None,
) -> list[bool]:
    """Return which of these requests are told, one value each; ``None``: a shopper may hear of any number a day."""
    left = {} if notices_a_day is None else {one.shopper_id: notices_a_day - one.notices_today for one in requests}
    is_told = choose_restock_recipients(
        RestockRequests(
            request_id=np.array([one.request_id for one in requests], dtype=str),
            sku=np.array([one.sku for one in requests], dtype=str),
            channel_id=np.array([one.channel_id for one in requests], dtype=str),
            quantity=np.array([one.quantity for one in requests], dtype=np.int64),
            requested_at=np.array([one.requested_at.replace(tzinfo=None) for one in requests], "datetime64[us]"),
            shopper_id=np.array([one.shopper_id for one in requests], dtype=np.int64),
        ),
        free_units={(one.channel_id, one.sku): one.units for one in requests},
        expected=expected,
        sold_out_share=sold_out_share,
        notices_left=left,
    )
    return [bool(one) for one in is_told]


def withdraw_sold_out(
    connection: psycopg.Connection, request_ids: Sequence[str], *, now: datetime, sold_out_share: float
) -> int:
    """Take back the messages of these requests whose product was sold meanwhile; return how many requests that were.

    Stock is read anew, and shared as it was when they were chosen. Where it does not do for all, those who asked first
    are told; the others wait on. The caller commits.
    """
    parameters = {"request_ids": list(request_ids), "reserved_since": now - RESERVED_FOR}
    due = _with_units(connection, "restock_notices_due.sql", parameters)
    if not due:
        return 0
    but = [one.request_id for one in due]
    expected = read_expected(connection, sorted({one.sku for one in due}), now=now, have_left=True, but=but)
    are_told = recipients(due, expected, sold_out_share=sold_out_share)
    looked_at = set(request_ids)
    short = [
        one.request_id
        for one, is_told in zip(due, are_told, strict=True)
        if not is_told and one.request_id in looked_at
    ]
    if not short:
        return 0
    row = connection.execute(_statement("restock_notices_withdraw.sql"), {"request_ids": short}).fetchone()
    return int(row[0]) if row else 0


def choose(
    connection: psycopg.Connection,
    request_ids: Sequence[str],
    *,
    held_out: Sequence[str] = (),
    free_units: Mapping[str, int],
    takes: Mapping[str, float],
    now: datetime,
) -> int:
    """Mark requests as chosen and put their messages into the outbox, in one statement; return how many.

    What a message shows is frozen with it. Other requests of the same shopper for the same product are answered too.
    Each SKU's wave keeps how many units there were, which requests it held out, and of which share of those told it
    expected that they buy. The caller commits.
    """
    parameters = {
        "request_ids": list(request_ids),
        "held_ids": list(held_out),
        "free_units": Jsonb(dict(free_units)),
        "takes": Jsonb(dict(takes)),
        "now": now,
    }
    row = connection.execute(_statement("restock_notices_choose.sql"), parameters).fetchone()
    return int(row[0]) if row else 0


def read_notice(connection: psycopg.Connection, request_id: str, kind: str) -> Notice | None:
    """Return what a message needs; ``None`` when none is needed any more (unsubscribed, suppressed, erased)."""
    row = connection.execute(
        """
        select
            coalesce(shoppers.email, shoppers.phone), requests.sku, requests.quantity, notices.channel_id,
            notices.title, notices.handle, notices.image_url, notices.variant_id, notices.price,
            (
                select outcomes.cart_token from ops.restock_outcomes as outcomes
                where outcomes.request_id = requests.request_id and outcomes.wave_id = requests.wave_id
            )
        from ops.restock_requests as requests
        inner join ops.restock_notices as notices using (request_id)
        inner join ops.restock_request_contacts as contacts using (request_id)
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            requests.request_id = %(request_id)s and requests.state in ('chosen', 'sent', 'clicked', 'failed')
            and contacts.medium = %(medium)s and contacts.confirmed_at is not null
            and not exists (
                select 1 from pii.suppressions
                where
                    suppressions.contact_sha256 = shoppers.contact_sha256
                    and suppressions.covers in ('everything', requests.sku)
            )
        """,
        {"request_id": request_id, "medium": MEDIUM[kind]},
    ).fetchone()
    return None if row is None else Notice(*row)


def note_sent(connection: psycopg.Connection, request_id: str) -> None:
    """Move a request, and those it answers, on from chosen; the caller commits."""
    connection.execute(
        """
        with outcomes as (
            update ops.restock_outcomes set sent_at = now()
            from ops.restock_requests as told
            where
                restock_outcomes.request_id = %(request_id)s and restock_outcomes.request_id = told.request_id
                and restock_outcomes.wave_id = told.wave_id and restock_outcomes.sent_at is null
        )

        update ops.restock_requests set state = 'sent', last_event_note = 'the notice has left'
        where (request_id = %(request_id)s or answered_by = %(request_id)s) and state in ('chosen', 'failed')
        """,
        {"request_id": request_id},
    )


def note_failed(connection: psycopg.Connection, request_id: str, reason: str) -> None:
    """Note that a notice could not be made; the next delivery tries it again. The caller commits."""
    connection.execute(
        """
        update ops.restock_requests set state = 'failed', last_event_note = %s
        where request_id = %s and state = 'chosen'
        """,
        (reason, request_id),
    )


def _with_units(
    connection: psycopg.Connection, statement: str, parameters: Mapping[str, object]
) -> list[AnswerableRequest]:
    """Return the requests of a statement, with the newest stock."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        requests: list[Any] = cursor.execute(_statement(statement), parameters).fetchall()
        if not requests:
            return []
    units = {
        channel_id: units_to_be_had(
            connection, sorted({one.sku for one in requests if one.channel_id == channel_id}), channel_id
        )
        for channel_id in sorted({one.channel_id for one in requests})
    }
    return [
        AnswerableRequest(
            one.request_id,
            one.sku,
            one.channel_id,
            one.quantity,
            one.requested_at,
            one.shopper_id,
            one.notices_today,
            units[one.channel_id].get(one.sku, 0),
            one.can_be_held_out,
        )
        for one in requests
    ]


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
