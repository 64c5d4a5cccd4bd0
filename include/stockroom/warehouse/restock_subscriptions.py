"""What shoppers do on a page: ask, confirm, look up their place, stop, go on, be forgotten. The caller commits.

Each is one guarded statement: done twice it changes nothing, and whoever asks about somebody else learns nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import NamedTuple

import psycopg

from stockroom.warehouse.restock_requests import contact_sha256
from stockroom.warehouse.restock_units import SHOPIFY

QUESTIONS_A_DAY = 5
"""So often an address is asked to confirm something, whoever types it and for however many products."""


@dataclass(frozen=True)
class Subscription:
    """What somebody asked for on a page, checked and normalised."""

    request_id: str
    email: str | None = field(repr=False)
    phone: str | None = field(repr=False)
    sku: str
    channel_id: str
    quantity: int
    wording_version: str
    locale: str
    country: str
    source_page: str
    wants_marketing: bool
    is_double_opt_in: bool
    browser_sha256: str | None = field(default=None, repr=False)
    """Digest of the random number of a browser whose owner lets the shop measure."""

    @property
    def asked_key(self) -> str:
        """Return what is the same when the same addresses ask for the same product in the same shop again."""
        shop = f"\n{self.channel_id}" if self.channel_id != SHOPIFY else ""
        return hashlib.sha256(f"{self.email or ''}\n{self.phone or ''}\n{self.sku}{shop}".encode()).hexdigest()


class Place(NamedTuple):
    """Where a request stands."""

    request_id: str
    sku: str
    channel_id: str
    state: str
    quantity: int
    requested_at: datetime
    shoppers_before: int
    shoppers_waiting: int

    @property
    def has_ended(self) -> bool:
        """Return whether nobody waits by this request any more."""
        return self.state in ("expired", "unsubscribed", "erased", "bought")


def subscribe(connection: psycopg.Connection, asked: Subscription) -> str:
    """Record the request and the question to the owner of each address; return the request's id.

    Where one opt-in is enough it waits in line at once; an address that was unsubscribed before is asked there too.
    """
    row = connection.execute(
        _statement("restock_subscribe.sql"),
        {
            "request_id": asked.request_id,
            "email": asked.email,
            "email_sha256": contact_sha256(email=asked.email) if asked.email else None,
            "phone": asked.phone,
            "phone_sha256": contact_sha256(phone=asked.phone) if asked.phone else None,
            "sku": asked.sku,
            "channel": asked.channel_id,
            "quantity": asked.quantity,
            "asked_key": asked.asked_key,
            "wording_version": asked.wording_version,
            "locale": asked.locale,
            "country": asked.country,
            "source_page": asked.source_page,
            "wants_marketing": asked.wants_marketing,
            "is_double_opt_in": asked.is_double_opt_in,
            "asked_a_day": QUESTIONS_A_DAY,
            "browser_sha256": asked.browser_sha256,
        },
    ).fetchone()
    if row is None:
        raise LookupError("a subscription without an address")
    request_id = str(row[0])
    if not asked.is_double_opt_in:
        confirm(
            connection, request_id, ("email", "sms"), reason=f"one opt-in is enough in {asked.country}", lifts=False
        )
    return request_id


def confirm(
    connection: psycopg.Connection, request_id: str, media: Sequence[str], *, reason: str, lifts: bool = True
) -> bool:
    """Note that the owner of the address said yes, and return whether that was news.

    ``lifts``: it also takes back that the address was unsubscribed from this product before.
    """
    parameters = {"request_id": request_id, "media": list(media), "reason": reason, "lifts": lifts}
    return connection.execute(_statement("restock_confirm.sql"), parameters).rowcount > 0


def place_in_line(connection: psycopg.Connection, request_id: str) -> Place | None:
    """Return where a request stands; ``None`` for one that nobody made."""
    row = connection.execute(_statement("restock_place.sql"), {"request_id": request_id}).fetchone()
    return None if row is None else Place(*row)


def unsubscribe(
    connection: psycopg.Connection,
    request_id: str,
    *,
    is_everything: bool = False,
    reason: str = "unsubscribed by link",
) -> bool:
    """End a request at the shopper's wish and return whether it was known; once or ten times is the same."""
    parameters = {"request_id": request_id, "is_everything": is_everything, "reason": reason}
    return connection.execute(_statement("restock_unsubscribe.sql"), parameters).rowcount > 0


def resume(connection: psycopg.Connection, request_id: str, *, is_sold_out: bool) -> bool:
    """Let a request that ended or was answered wait on in its old place; return whether it could."""
    parameters = {"request_id": request_id, "is_sold_out": is_sold_out, "reason": "the shopper waits on"}
    return connection.execute(_statement("restock_resume.sql"), parameters).rowcount > 0


def forget(connection: psycopg.Connection, request_id: str, *, medium: str | None = None) -> int:
    """Delete the confirmed addresses behind a request and return how many requests that ended.

    ``medium``: of its e-mail address or number alone, whose owner need not have confirmed it.
    """
    parameters = {"request_id": request_id, "medium": medium, "reason": "the shopper asked to be forgotten"}
    return connection.execute(_statement("restock_forget.sql"), parameters).rowcount


def note_click(connection: psycopg.Connection, request_id: str, *, is_sold_out: bool) -> bool:
    """Note that the link of a notice was followed. Mail programs follow links too, so this is said to be noisy.

    ``is_sold_out``: who follows it now cannot buy.
    """
    parameters = {"request_id": request_id, "is_sold_out": is_sold_out}
    connection.execute(
        """
        update ops.restock_outcomes as outcomes
        set
            clicked_at = coalesce(outcomes.clicked_at, now()),
            found_sold_out_at = case
                when %(is_sold_out)s then coalesce(outcomes.found_sold_out_at, now()) else outcomes.found_sold_out_at
            end
        from ops.restock_requests as requests
        where
            requests.request_id = %(request_id)s and outcomes.request_id = requests.request_id
            and outcomes.wave_id = requests.wave_id and outcomes.sent_at is not null and outcomes.bought_at is null
        """,
        parameters,
    )
    return (
        connection.execute(
            """
            update ops.restock_requests set state = 'clicked', last_event_note = 'followed the link'
            where request_id = %(request_id)s and state = 'sent'
            """,
            parameters,
        ).rowcount
        > 0
    )


def cart_token(connection: psycopg.Connection, request_id: str) -> str | None:
    """Return what names a request's last notice to the shop; ``None`` where none has left."""
    row = connection.execute(
        """
        select outcomes.cart_token
        from ops.restock_requests as requests
        inner join ops.restock_outcomes as outcomes using (request_id, wave_id)
        where requests.request_id = %s and not outcomes.is_held_out
        """,
        (request_id,),
    ).fetchone()
    return None if row is None else row[0]


def _statement(name: str) -> bytes:
    return resources.files(__package__).joinpath(name).read_bytes()
