"""Shoppers who wait for a product: taking their requests in.

Contact data goes to ``pii.shoppers`` and nowhere else: it is not landed, and no other table or message holds it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources

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
    def addresses(self) -> tuple[tuple[str, str | None, str | None, str], ...]:
        """Return medium, e-mail, phone and digest of each address; the e-mail address comes first."""
        email = [("email", self.email, None, contact_sha256(email=self.email))] if self.email else []
        phone = [("sms", None, self.phone, contact_sha256(phone=self.phone))] if self.phone else []
        return (*email, *phone)


def contact_sha256(*, email: str = "", phone: str = "") -> str:
    """Return what finds the same address again without reading it.

    >>> contact_sha256(email="ada@post.example") == contact_sha256(phone="+447700900123")
    False
    """
    return hashlib.sha256((f"email:{email}" if email else f"phone:{phone}").encode()).hexdigest()


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
                request_id text, medium text, email text, phone text, contact_sha256 text, sku text, quantity integer,
                requested_at timestamptz, consent_version text
            ) on commit drop
            """
        )
        with connection.cursor().copy("copy incoming_requests from stdin") as copy:
            for request in requests:
                for medium, email, phone, digest in request.addresses:
                    copy.write_row(
                        (
                            request.request_id,
                            medium,
                            email,
                            phone,
                            digest,
                            request.sku,
                            request.quantity,
                            request.requested_at,
                            request.consent_version,
                        )
                    )
        stored = connection.execute(resources.files(__package__).joinpath("restock_take_in.sql").read_bytes()).rowcount
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
