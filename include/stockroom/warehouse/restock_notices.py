"""Which waiting shoppers can be told, who has been, and what their mail needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import NamedTuple

import psycopg
from psycopg.rows import namedtuple_row

KIND = "restock_mail"
RESERVED_FOR = timedelta(hours=48)
"""So long the units of a shopper who was told are not offered to the next."""


class AnswerableRequest(NamedTuple):
    """A request whose product can be had now."""

    request_id: str
    sku: str
    quantity: int
    requested_at: datetime
    free_units: int
    """Of the SKU, the same in each of its rows."""


class Product(NamedTuple):
    """What a shopper is shown of a product."""

    sku: str
    title: str
    handle: str
    image_url: str | None
    variant_id: str
    price: Decimal


class Recipient(NamedTuple):
    """Whom a mail goes to, and about what."""

    email: str
    sku: str


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


def answerable_requests(connection: psycopg.Connection) -> list[AnswerableRequest]:
    """Return active requests with an e-mail address whose product can be had now, oldest first."""
    statement = resources.files(__package__).joinpath("restock_notices.sql").read_bytes()
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return [AnswerableRequest(*row) for row in cursor.execute(statement, {"reserved_for": RESERVED_FOR})]


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


def choose(connection: psycopg.Connection, request_ids: Sequence[str]) -> int:
    """Mark requests as told and put their mails into the outbox, in one statement; return how many; the caller commits.

    A request that is no longer active (unsubscribed a second ago, chosen by another run) gets no mail.
    """
    return connection.execute(
        """
        with chosen as (
            update ops.restock_requests set state = 'notified', notified_at = now(), last_event_note = 'back in stock'
            where request_id = any(%s) and state = 'active'
            returning request_id
        )

        insert into ops.outbox (message_key, kind, subject_key, state)
        select 'restock_mail/' || request_id, %s, request_id, 'pending' from chosen
        on conflict (message_key) do nothing
        """,
        (list(request_ids), KIND),
    ).rowcount


def read_products(connection: psycopg.Connection) -> dict[str, Product]:
    """Return the channel's newest word on every product that somebody has been chosen to be told of, by SKU."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute(
            """
            with newest as (
                select distinct on (record_key) document from raw.shopify_products
                order by record_key, landing_file_id desc, line_number desc
            )

            select
                upper(trim(variant ->> 'sku')) as sku,
                newest.document ->> 'title' as title,
                newest.document ->> 'handle' as handle,
                newest.document #>> '{featuredMedia,preview,image,url}' as image_url,
                variant ->> 'id' as variant_id,
                (variant ->> 'price')::numeric as price
            from newest
            cross join lateral jsonb_array_elements(newest.document #> '{variants,nodes}') as variant
            where upper(trim(variant ->> 'sku')) in (select sku from ops.restock_requests where state = 'notified')
            """
        )
        return {row.sku: Product(*row) for row in cursor}


def read_recipient(connection: psycopg.Connection, request_id: str) -> Recipient | None:
    """Return whom a request's mail goes to; ``None`` when none is needed any more (unsubscribed, erased)."""
    row = connection.execute(
        """
        select shoppers.email, requests.sku
        from ops.restock_requests as requests
        inner join pii.shoppers as shoppers using (shopper_id)
        where requests.request_id = %s and requests.state = 'notified' and shoppers.email is not null
        """,
        (request_id,),
    ).fetchone()
    return None if row is None else Recipient(*row)


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
