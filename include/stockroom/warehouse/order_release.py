"""Purchase orders leave the plan: what the policy lets go is released, the rest waits for a named person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources

import psycopg


@dataclass(frozen=True)
class Releases:
    """What the approval threshold did to the proposals."""

    released: tuple[str, ...]
    waiting: tuple[str, ...]


def release_proposals(
    connection: psycopg.Connection, *, as_of_date: date, threshold: Decimal, currency: str
) -> Releases:
    """Release proposals up to ``threshold`` in ``currency`` into the outbox; the others wait. The caller commits.

    An order in another currency waits, however small: without a rate nobody can say that it is under the threshold.
    Proposals of plans after ``as_of_date`` are left alone.
    """
    said = f"{threshold:,.2f} {currency}"  # people read it in the order's annex
    parameters = {"as_of_date": as_of_date, "threshold": threshold, "said_threshold": said, "currency": currency}
    released = connection.execute(_statement("orders_release.sql"), parameters).fetchall()
    waiting = connection.execute(_statement("orders_wait.sql"), parameters).fetchall()
    return Releases(tuple(sorted(row[0] for row in released)), tuple(sorted(row[0] for row in waiting)))


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
