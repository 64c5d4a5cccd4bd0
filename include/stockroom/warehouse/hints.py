"""Hints that channels gave: remembered, waiting, taken. Whoever listens hears of each as soon as it waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime
from typing import NamedTuple

import psycopg

NOTICE = "stockroom_channel_hints"
"""What Postgres calls out when a hint waits."""
KEPT_DAYS = 3
"""Longer than anything signed is believed: what came once is known as long as it could come again."""
NAMED_MINUTES = 15
"""Older ones were found by the windows since."""
LOOK_AGAIN_SECONDS = 30.0
"""A hint whose call was not heard, because nobody listened, is found after this long."""
GATHER_SECONDS = 0.5
"""Hints come in bursts: an order, its payment, its stock. One run serves them all."""


class HintRow(NamedTuple):
    """A hint as it is kept."""

    channel_id: str
    event_id: str
    topic: str
    occurred_at: datetime | None
    record: str = ""
    """``stream/key`` of what it is about; empty where it does not say, or where looking is as good."""


def remember_hint(connection: psycopg.Connection, hint: HintRow, *, is_waiting: bool) -> bool:
    """Return whether this is news; if so it is kept. The caller commits."""
    kept = connection.execute(
        """
        insert into ops.channel_hints (channel_id, event_id, topic, occurred_at, record, waits_since)
        values (%s, %s, %s, %s, %s, case when %s then clock_timestamp() end)
        on conflict (channel_id, event_id) do nothing
        """,
        (*hint, is_waiting),
    ).rowcount
    if kept and is_waiting:
        _call_out(connection)
    return kept > 0


def put_hints(connection: psycopg.Connection, hints: list[HintRow]) -> None:
    """Let hints wait, those too that are remembered from before they went through a queue. The caller commits."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.channel_hints (channel_id, event_id, topic, occurred_at, record, waits_since)
            values (%s, %s, %s, %s, %s, clock_timestamp())
            on conflict (channel_id, event_id) do update set waits_since = excluded.waits_since
            """,
            hints,
        )
    _call_out(connection)


def take_hints(connection: psycopg.Connection) -> list[str]:
    """Return the channels that hints wait for, each once, and wait for them no more. The caller commits.

    A hint that comes after this waits for the next run: this one's extracts begin later, so what they read is newer.
    """
    rows = connection.execute(
        """
        with taken as (
            update ops.channel_hints set waits_since = null, taken_at = clock_timestamp()
            where waits_since is not null
            returning channel_id
        )

        select distinct channel_id from taken order by channel_id
        """
    )
    return [channel_id for (channel_id,) in rows]


def named_records(connection: psycopg.Connection, channel_id: str, *, at_most: int) -> list[str]:
    """Return the records that a channel's hints of the last minutes name and nobody has asked for yet."""
    rows = connection.execute(
        """
        select record from ops.channel_hints
        where channel_id = %s and record <> '' and asked_at is null
            and heard_at > now() - make_interval(mins => %s)
        group by record
        order by min(heard_at)
        limit %s
        """,
        (channel_id, NAMED_MINUTES, at_most),
    )
    return [record for (record,) in rows]


def note_asked(connection: psycopg.Connection, channel_id: str, records: list[str], *, since: datetime) -> None:
    """Write down that records were asked for, for all hints heard before ``since``; the caller commits."""
    connection.execute(
        """
        update ops.channel_hints set asked_at = clock_timestamp()
        where channel_id = %s and record = any(%s) and asked_at is null and heard_at < %s
        """,
        (channel_id, records, since),
    )


def forget_hints(connection: psycopg.Connection) -> None:
    """Delete what is too old to come again; the caller commits."""
    connection.execute("delete from ops.channel_hints where heard_at < now() - make_interval(days => %s)", (KEPT_DAYS,))


async def waiting_hints(url: str) -> AsyncGenerator[int, None]:
    """Yield how many hints wait, each time that some do: now, when one is called out, and every half minute."""
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=10, application_name="stockroom events"
    )
    async with connection:
        await connection.execute(f"listen {NOTICE}")
        while True:
            answer = await connection.execute("select count(*) from ops.channel_hints where waits_since is not null")
            row = await answer.fetchone()
            if row and row[0]:
                yield row[0]
            is_called = False
            async for _ in connection.notifies(timeout=LOOK_AGAIN_SECONDS, stop_after=1):
                is_called = True
            if is_called:
                await asyncio.sleep(GATHER_SECONDS)
                async for _ in connection.notifies(timeout=0):
                    pass  # the rest of the burst, or each of its calls would cost a look


def _call_out(connection: psycopg.Connection) -> None:
    """Wake whoever listens, once this is committed."""
    connection.execute("select pg_notify(%s, '')", (NOTICE,))
