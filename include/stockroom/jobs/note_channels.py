"""Write down which channels there are, and give each of their streams a raw table: a new folder needs nothing else."""

from __future__ import annotations

import psycopg

from stockroom.channels import CHANNELS
from stockroom.settings import Settings
from stockroom.warehouse import channels as warehouse_channels
from stockroom.warehouse.channels import ChannelNote


def note_channels(settings: Settings, connection: psycopg.Connection) -> None:
    """Bring ``ops.channels`` and the raw tables in line with the channels' folders and the settings."""
    with connection.transaction():
        warehouse_channels.ensure_streams(
            connection, (stream for channel in CHANNELS.values() for stream in channel.streams)
        )
        warehouse_channels.note_channels(
            connection,
            (
                ChannelNote(
                    channel.channel_id,
                    channel.name,
                    channel.kind,
                    channel.is_connected(settings),
                    channel.ship_from(settings),
                )
                for channel in CHANNELS.values()
            ),
        )


def connected_channels(settings: Settings) -> list[str]:
    """Return the channels that the settings connect, by their ids."""
    return [channel_id for channel_id, channel in CHANNELS.items() if channel.is_connected(settings)]
