"""Addresses that nothing is sent to, whatever else says otherwise: a bounce, a complaint, STOP, unsubscribing."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg

EVERYTHING = "everything"
REASONS = ("unsubscribed", "bounce", "complaint", "stop")


def suppress(connection: psycopg.Connection, digests: Iterable[str], *, reason: str) -> int:
    """Send nothing more to the addresses with these digests and return how many that is news for; the caller commits.

    A weightier reason takes the place of *unsubscribed*: a shopper cannot take back a bounce by asking anew.
    """
    return connection.execute(
        """
        insert into pii.suppressions (contact_sha256, covers, reason)
        select distinct digest, %(covers)s, %(reason)s from unnest(%(digests)s::text[]) as digest
        on conflict (contact_sha256, covers) do update set reason = excluded.reason, since = now()
        where suppressions.reason = 'unsubscribed' and excluded.reason != 'unsubscribed'
        """,
        {"digests": sorted(set(digests)), "reason": reason, "covers": EVERYTHING},
    ).rowcount


def lift(connection: psycopg.Connection, digest: str, *, reason: str) -> int:
    """Take back suppressions that have this reason: START after STOP. Return how many; the caller commits."""
    return connection.execute(
        "delete from pii.suppressions where contact_sha256 = %s and reason = %s", (digest, reason)
    ).rowcount
