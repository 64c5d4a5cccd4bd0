"""Shoppers who wait for a product: taking their requests in.

Contact data goes to ``pii.shoppers`` and nowhere else: it is not landed, and no other table or message holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import psycopg


@dataclass(frozen=True)
class RestockRequest:
    """One request of one shopper, checked and normalised."""

    request_id: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    sku: str
    quantity: int
    requested_at: datetime
    consent_version: str

    @property
    def contact_sha256(self) -> str:
        """Return what finds the same person again without reading the address; the e-mail address comes first."""
        contact = f"email:{self.email}" if self.email else f"phone:{self.phone}"
        return hashlib.sha256(contact.encode()).hexdigest()


@dataclass(frozen=True)
class UnreadableRequest:
    """A line of a wait-list that is no request, told without what it says about a person."""

    file_name: str
    line_number: int
    reason: str
    """Names the field and the mend."""


def take_in_requests(
    connection: psycopg.Connection, requests: Iterable[RestockRequest], unreadable: Iterable[UnreadableRequest]
) -> int:
    """Store requests that are not known yet, with their shoppers, in one transaction; return how many.

    A request is known by its id, whatever has become of it since: an answered one does not wait again. Unreadable lines
    become exceptions, once.
    """
    with connection.transaction():
        connection.execute(
            """
            create temporary table incoming_requests (
                request_id text, email text, phone text, contact_sha256 text, sku text, quantity integer,
                requested_at timestamptz, consent_version text
            ) on commit drop
            """
        )
        with connection.cursor().copy("copy incoming_requests from stdin") as copy:
            for request in requests:
                copy.write_row(
                    (
                        request.request_id,
                        request.email,
                        request.phone,
                        request.contact_sha256,
                        request.sku,
                        request.quantity,
                        request.requested_at,
                        request.consent_version,
                    )
                )
        stored = connection.execute(
            """
            with new_requests as (
                select distinct on (incoming_requests.request_id) incoming_requests.*
                from incoming_requests
                left join ops.restock_requests as known using (request_id)
                where known.request_id is null
                order by incoming_requests.request_id, incoming_requests.requested_at
            ),

            newest_contacts as (  -- one row per shopper, with what they gave last
                select distinct on (contact_sha256) contact_sha256, email, phone, consent_version
                from new_requests
                order by contact_sha256, requested_at desc
            ),

            shoppers as (
                insert into pii.shoppers (email, phone, contact_sha256, consent_version)
                select email, phone, contact_sha256, consent_version from newest_contacts
                on conflict (contact_sha256) do update set
                    phone = coalesce(excluded.phone, shoppers.phone),
                    consent_version = excluded.consent_version
                returning shopper_id, contact_sha256
            )

            insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)
            select
                new_requests.request_id, shoppers.shopper_id, new_requests.sku, new_requests.quantity,
                new_requests.requested_at, 'active'
            from new_requests
            join shoppers using (contact_sha256)
            on conflict (request_id) do nothing
            """
        ).rowcount
        with connection.cursor() as cursor:
            cursor.executemany(
                """
                insert into ops.exceptions (exception_key, kind, subject, detail, mend)
                values (%s, 'unreadable_restock_request', %s, %s, %s)
                on conflict (exception_key) do nothing
                """,
                [
                    (
                        f"restock_request/{item.file_name}/{item.line_number}",
                        f"{item.file_name}, line {item.line_number}",
                        item.reason,
                        "Correct the line and send the file again.",
                    )
                    for item in unreadable
                ],
            )
    return stored
