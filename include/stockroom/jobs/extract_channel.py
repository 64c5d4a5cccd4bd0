"""Extract one sales channel: what changed since the last time lands, then loads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg

from stockroom.channels import CHANNELS, ChannelError, RecordSource
from stockroom.jobs.answer_files import answer_files
from stockroom.jobs.extracted import ExtractionError, SourceExtracted, StreamExtracted
from stockroom.jobs.note_channels import note_channels
from stockroom.jobs.notice_silence import notice_silence
from stockroom.jobs.read_named import read_named
from stockroom.jobs.read_window import Reading, read_first_window, read_slices
from stockroom.jobs.share_limits import shared_limits
from stockroom.jobs.take_in_files import take_in_files
from stockroom.jobs.take_in_stock import take_in_stock
from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.tabular import FileSource
from stockroom.warehouse import connect
from stockroom.warehouse.channels import record_extract
from stockroom.warehouse.cursors import window_start
from stockroom.warehouse.extraction import clock, only_extraction
from stockroom.warehouse.landing import LandingError

SECOND = timedelta(seconds=1)
EPOCH = datetime.fromtimestamp(0, UTC)
PATIENCE_SECONDS = 600.0
"""How long a round waits for a channel to make a file of its whole history; the next one goes on waiting."""


def extract_channel(settings: Settings, channel_id: str, *, up_to_now: bool = False) -> SourceExtracted:
    """Return what the channel had that is new since its last extract.

    Each stream lands as a file before it is loaded, and its cursor moves with its rows: a killed extract is asked for
    again and leaves nothing twice. A long history comes in parts, each such a file. A stream that fails does not keep
    the others. ``up_to_now`` reads beyond what the channel's search is sure to have settled, for whoever was told that
    something just happened; the next window begins where the sure part ended, and reads the rest again.

    Raises:
        ExtractionError: streams could not be extracted, or what came not answered; the message names the reasons.
        ExtractionUnderWayError: another process extracts this channel.
        KeyError: no such channel.
    """
    channel = CHANNELS[channel_id]
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True  # each load commits by itself, and nothing stays open while the channel talks
        with only_extraction(connection, channel_id):
            note_channels(settings, connection)
            try:
                if isinstance(channel.source, FileSource):
                    extracted = take_in_files(settings, connection, channel.source)
                else:
                    extracted = _extract_windows(settings, connection, channel_id, channel.source, up_to_now=up_to_now)
            except Exception as error:  # whatever it was: what is pushed next must know that this one failed
                record_extract(connection, channel_id, succeeded=False, records=0, said=str(error))
                raise
            record_extract(connection, channel_id, succeeded=True, records=extracted.loaded, said=str(extracted))
            take_in_stock(connection)
            if isinstance(channel.source, FileSource):
                return replace(extracted, answered=answer_files(settings, connection, channel.source))
            notice_silence(settings, connection, channel)
            return extracted


def _extract_windows(
    settings: Settings, connection: psycopg.Connection, channel_id: str, source: RecordSource, *, up_to_now: bool
) -> SourceExtracted:
    """Extract every stream of a channel, up to the channel's own clock less the time its search takes to settle."""
    counts: list[StreamExtracted] = []
    failures: list[str] = []
    with shared_limits(settings), source.connect(settings) as reader:
        channel_time = reader.now()
        # A channel whose clock is ahead of ours would have windows closed before what belongs to them has happened.
        latest = min(channel_time, clock(connection))
        end = _whole(latest, source.step(settings)) - source.settle
        # Clocks are told in whole seconds.
        is_open = up_to_now or source.is_open
        beyond = _whole(latest, SECOND) + SECOND - end if is_open else timedelta(0)
        reading = Reading(settings, connection, reader, channel_time, PATIENCE_SECONDS, beyond=beyond)
        try:
            counts += read_named(reading, source.streams)
        except (ChannelError, LandingError, OSError, psycopg.Error) as error:
            failures.append(f"what was named: {error}")
        for stream in source.streams:
            try:
                counts.append(_extract_window(reading, stream, end=end))
            except (ChannelError, LandingError, OSError, psycopg.Error) as error:
                failures.append(f"{stream.name}: {error}")
    extracted = SourceExtracted(channel_id, tuple(counts))
    if failures:
        raise ExtractionError(f"{extracted}; not extracted: {' | '.join(failures)}")
    return extracted


def _whole(moment: datetime, step: timedelta) -> datetime:
    """Return the last whole step of a clock.

    >>> _whole(datetime.fromisoformat("2026-01-05T12:07:50.5+00:00"), timedelta(minutes=5)).isoformat()
    '2026-01-05T12:05:00+00:00'
    """
    return moment - (moment - EPOCH) % step


def _extract_window(reading: Reading, stream: Stream, *, end: datetime) -> StreamExtracted:
    """Land and load what changed in a stream since its last window."""
    start = window_start(reading.connection, stream.source, stream.name)
    if start is None:
        return read_first_window(reading, stream, end=end)
    if end <= start:  # the channel's clock has not moved, or stands in a past that is known
        return StreamExtracted(stream.name)
    return read_slices(reading, stream, start=start, end=end)
