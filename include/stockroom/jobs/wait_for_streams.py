"""See whether every stream reaches a day's cut-off before the day is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import psycopg

from stockroom.channels import CHANNELS, RecordSource
from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.suppliers.suppliers import CATALOGUES, TERMS
from stockroom.warehouse import connect
from stockroom.warehouse.cursors import window_start


class LateStreamsError(RuntimeError):
    """Streams do not reach the cut-off yet; the message names each, how far it reaches, and the mend."""


@dataclass(frozen=True)
class StreamsReady:
    """Every stream reaches the cut-off."""

    streams: int
    cut_off: datetime

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"all {self.streams} streams reach the cut-off, {self.cut_off:%Y-%m-%d %H:%M} UTC"


def wait_for_streams(settings: Settings, *, as_of_date: date) -> StreamsReady:
    """Return if every stream reaches ``as_of_date`` 00:00 local; whoever calls tries again later if not.

    A channel that is asked for records reaches as far as its newest loaded window. A folder says nothing of days
    without a file, so its streams only have to have been there once.

    Raises:
        LateStreamsError: some do not; a plan made now would take the missing sales for none.
    """
    cut_off = datetime.combine(as_of_date, time(), ZoneInfo(settings.time_zone)).astimezone(UTC)
    windowed, filed = _streams(settings)
    with connect(settings.warehouse_url) as connection:
        late = [
            f"{stream.source}/{stream.name} "
            + (f"reaches {reached:%Y-%m-%d %H:%M} UTC" if reached else "was never read")
            for stream in windowed
            if (reached := window_start(connection, stream.source, stream.name)) is None or reached < cut_off
        ]
        late += [
            f"{stream.source}/{stream.name} has no file yet" for stream in filed if not _landed(connection, stream)
        ]
    if late:
        raise LateStreamsError(
            f"the cut-off of {as_of_date} is {cut_off:%Y-%m-%d %H:%M} UTC, but {'; '.join(late)}. "
            "See the last runs of sync_channels and sync_suppliers."
        )
    return StreamsReady(len(windowed) + len(filed), cut_off)


def _streams(settings: Settings) -> tuple[tuple[Stream, ...], tuple[Stream, ...]]:
    """Return the streams that are read in windows, and those that come as files and without which no plan is right."""
    channels = [channel for channel in CHANNELS.values() if channel.is_connected(settings)]
    windowed = tuple(s for c in channels if isinstance(c.source, RecordSource) for s in c.streams)
    filed = tuple(s for c in channels if not isinstance(c.source, RecordSource) for s in c.streams)
    return windowed, (*filed, TERMS, CATALOGUES)


def _landed(connection: psycopg.Connection, stream: Stream) -> bool:
    """Return whether a file of the stream was ever loaded."""
    query = "select exists (select from raw.landing_files where source = %s and stream = %s)"
    row = connection.execute(query, (stream.source, stream.name)).fetchone()
    return bool(row and row[0])
