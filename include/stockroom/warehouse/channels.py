"""What the warehouse knows of channels: their raw tables, what they are, and how their extracts ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import psycopg

from stockroom.streams import Stream


class ChannelNote(NamedTuple):
    """What a channel's declaration and the settings say of it."""

    channel_id: str
    name: str
    kind: str
    is_connected: bool
    ship_from: str | None


def ensure_streams(connection: psycopg.Connection, streams: Iterable[Stream]) -> None:
    """Make the raw tables that streams are loaded into, where they are missing."""
    for stream in streams:
        connection.execute(
            "select raw.ensure_stream(%s, %s, %s)",
            (stream.table, stream.about or f"{stream.source} {stream.name}", stream.mode == "snapshot"),
        )


def note_channels(connection: psycopg.Connection, channels: Iterable[ChannelNote]) -> None:
    """Write down what is known of each channel; the caller commits."""
    for channel in channels:
        connection.execute(
            """
            insert into ops.channels (channel_id, channel_name, kind, is_connected, ship_from)
            values (%s, %s, %s, %s, %s)
            on conflict (channel_id) do update set
                channel_name = excluded.channel_name,
                kind = excluded.kind,
                is_connected = excluded.is_connected,
                ship_from = excluded.ship_from,
                noted_at = now()
            where (ops.channels.channel_name, ops.channels.kind, ops.channels.is_connected, ops.channels.ship_from)
                is distinct from (excluded.channel_name, excluded.kind, excluded.is_connected, excluded.ship_from)
            """,
            channel,
        )


def record_extract(
    connection: psycopg.Connection, channel_id: str, *, succeeded: bool, records: int, said: str
) -> None:
    """Write down how an extract ended; the caller commits."""
    connection.execute(
        "insert into ops.extract_runs (channel_id, succeeded, records, said) values (%s, %s, %s, left(%s, 2000))",
        (channel_id, succeeded, records, said),
    )
