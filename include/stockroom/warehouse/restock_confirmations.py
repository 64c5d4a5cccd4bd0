"""What a question to the owner of an address needs."""

from __future__ import annotations

from typing import NamedTuple

import psycopg

MAIL, TEXT = "confirm_mail", "confirm_sms"
MEDIUM = {MAIL: "email", TEXT: "sms"}


class Question(NamedTuple):
    """Whom to ask about which product."""

    address: str
    sku: str
    channel_id: str


def read_question(connection: psycopg.Connection, request_id: str, kind: str) -> Question | None:
    """Return what the question needs; ``None`` where none is asked any more: confirmed, ended, erased, or suppressed.

    Unsubscribing does not hold a question back, since a new yes takes it back; a bounce, a complaint or STOP does.
    """
    row = connection.execute(
        """
        select coalesce(shoppers.email, shoppers.phone), requests.sku, requests.channel_id
        from ops.restock_requests as requests
        inner join ops.restock_request_contacts as contacts using (request_id)
        inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
        where
            requests.request_id = %(request_id)s and requests.state in ('pending', 'active')
            and contacts.medium = %(medium)s and contacts.confirmed_at is null
            and not exists (
                select 1 from pii.suppressions
                where
                    suppressions.contact_sha256 = shoppers.contact_sha256
                    and suppressions.covers = 'everything' and suppressions.reason != 'unsubscribed'
            )
        """,
        {"request_id": request_id, "medium": MEDIUM[kind]},
    ).fetchone()
    return None if row is None else Question(*row)
