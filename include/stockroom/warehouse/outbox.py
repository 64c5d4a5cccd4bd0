"""Messages that have to leave, each once: added with the change of state that causes them, marked when they are out.

States: ``pending``, then ``sent`` or ``failed``, with ``sending`` before where sending twice would be two messages. A
message that failed stands in ``ops.exceptions`` for a person and is tried again by the next delivery; once it is sent,
its exception is resolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.exceptions import raise_exception, resolve_exception

EXCEPTION_KIND = "undelivered"


@dataclass(frozen=True)
class OutboxMessage:
    """One message of the outbox; ``subject_key`` says what it is about: an order and version, a restock request."""

    message_key: str
    kind: str
    subject_key: str
    created_at: datetime
    """When its cause was committed: a message rendered again carries the same time."""


def add_message(connection: psycopg.Connection, message_key: str, kind: str, subject_key: str) -> bool:
    """Add a pending message; the caller commits. Returns ``False`` when it was there already, in whatever state."""
    cursor = connection.execute(
        """
        insert into ops.outbox (message_key, kind, subject_key, state) values (%s, %s, %s, 'pending')
        on conflict (message_key) do nothing
        """,
        (message_key, kind, subject_key),
    )
    return cursor.rowcount == 1


def pending_messages(connection: psycopg.Connection, kind: str, *, at_most: int | None = None) -> list[OutboxMessage]:
    """Return the pending messages of a kind that may leave now, oldest first.

    Nothing is locked: ``claim`` each before sending it.
    """
    with connection.cursor(row_factory=class_row(OutboxMessage)) as cursor:
        return cursor.execute(
            """
            select message_key, kind, subject_key, created_at from ops.outbox
            where kind = %s and state = 'pending' and (not_before is null or not_before <= now())
            order by created_at, outbox_id
            limit %s
            """,
            (kind, at_most),
        ).fetchall()


def claim(connection: psycopg.Connection, message_key: str) -> bool:
    """Lock a pending message until the caller's transaction ends; count the attempt.

    Returns ``False`` when another process has it, or when it is not pending any more. A process that dies gives it
    back.
    """
    return (
        connection.execute(
            """
            update ops.outbox set attempts = attempts + 1
            where message_key = (
                select message_key from ops.outbox where message_key = %s and state = 'pending' for update skip locked
            )
            """,
            (message_key,),
        ).rowcount
        == 1
    )


def begin_sending(connection: psycopg.Connection, message_key: str) -> None:
    """Note that a claimed message is being handed over; commit before you do.

    Killed then, it is never handed over again: ``fail_unsure`` puts it before a person.
    """
    connection.execute(
        "update ops.outbox set state = 'sending', sent_at = now() where message_key = %s", (message_key,)
    )


def take_back(connection: psycopg.Connection, message_key: str) -> None:
    """Let a message wait again that nobody was there to take; the caller commits."""
    connection.execute(
        "update ops.outbox set state = 'pending', sent_at = null where message_key = %s and state = 'sending'",
        (message_key,),
    )


def fail_unsure(connection: psycopg.Connection, kinds: Sequence[str]) -> int:
    """Put messages before a person whose handing over was cut off; return how many. The caller commits.

    Once for each handing over: one that was let go again and is cut off again is asked about again.
    """
    return connection.execute(
        """
        insert into ops.exceptions (exception_key, kind, subject, detail, mend)
        select
            'outbox/' || message_key, %(exception_kind)s, subject_key,
            'it was being handed to the provider when the process ended: it may have left or not',
            case when kind like 'purchase_order%%'
                then 'ask the supplier whether it came; then `stockroom settle ' || message_key
                    || ' arrived --who NAME`, or `again`'
                else 'look it up at the provider; it is not sent a second time'
            end
        from ops.outbox as doubtful
        where
            kind = any(%(kinds)s) and state = 'sending' and sent_at < now() - interval '10 minutes'
            and not exists (
                select from ops.exceptions as asked
                where asked.exception_key = 'outbox/' || doubtful.message_key and asked.raised_at >= doubtful.sent_at
            )
        on conflict (exception_key) do update set
            detail = excluded.detail, mend = excluded.mend, raised_at = now(), resolved_at = null, answer = null
        """,
        {"kinds": list(kinds), "exception_kind": EXCEPTION_KIND},
    ).rowcount


def doubtful_subject(connection: psycopg.Connection, message_key: str) -> str | None:
    """Return what a message is about that was being handed over when something broke off; hold it till the commit."""
    row = connection.execute(
        "select subject_key from ops.outbox where message_key = %s and state = 'sending' for update", (message_key,)
    ).fetchone()
    return None if row is None else str(row[0])


def resolve(connection: psycopg.Connection, message_key: str) -> None:
    """Close the question about a message; the caller commits."""
    resolve_exception(connection, _exception_key(message_key))


def put_off(connection: psycopg.Connection, message_key: str, until: datetime) -> None:
    """Let a pending message leave no sooner than ``until``; the caller commits."""
    connection.execute("update ops.outbox set not_before = %s where message_key = %s", (until, message_key))


def back_off(connection: psycopg.Connection, message_key: str) -> None:
    """Let a message that could not leave wait for 2, 4, 8 … minutes, at most 6 hours; the caller commits."""
    connection.execute(
        """
        update ops.outbox set not_before = now() + least(power(2, attempts), 360) * interval '1 minute'
        where message_key = %s
        """,
        (message_key,),
    )


def mark_sent(connection: psycopg.Connection, message_key: str, path: Path | str | None) -> None:
    """Record that a message is out, with its file or the way it went; the caller commits.

    ``None`` when nothing was left to write, as what it announced is no longer so.
    """
    connection.execute(
        "update ops.outbox set state = 'sent', sent_at = now(), path = %s where message_key = %s",
        (None if path is None else str(path), message_key),
    )
    resolve(connection, message_key)


def mark_failed(connection: psycopg.Connection, message_key: str, *, subject: str, detail: str, mend: str) -> None:
    """Record that a message could not be made, and put the reason before a person; the caller commits."""
    connection.execute("update ops.outbox set state = 'failed' where message_key = %s", (message_key,))
    raise_exception(
        connection, _exception_key(message_key), kind=EXCEPTION_KIND, subject=subject, detail=detail, mend=mend
    )


def retry_failed(connection: psycopg.Connection, kinds: Sequence[str]) -> int:
    """Make the failed messages of these kinds pending again, and return their number; the caller commits.

    What was wrong may be mended by now; if not, the message fails again under the same exception.
    """
    return connection.execute(
        "update ops.outbox set state = 'pending' where state = 'failed' and kind = any(%s)", (list(kinds),)
    ).rowcount


def _exception_key(message_key: str) -> str:
    return f"outbox/{message_key}"
