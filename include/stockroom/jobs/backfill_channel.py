"""Read the history of a sales channel again: what changed from one day to another lands and loads as if it were new."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime

import psycopg

from stockroom.channels import CHANNELS, ChannelError, RecordSource
from stockroom.jobs.extracted import ExtractionError, SourceExtracted, StreamExtracted
from stockroom.jobs.note_channels import note_channels
from stockroom.jobs.read_window import Reading, read_backfill
from stockroom.jobs.share_limits import shared_limits
from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.warehouse import connect
from stockroom.warehouse.backfills import Backfill, begin_backfill, unfinished_backfill
from stockroom.warehouse.cursors import window_start
from stockroom.warehouse.extraction import clock, only_extraction
from stockroom.warehouse.landing import LandingError

PATIENCE_SECONDS = 10 * 86_400.0
"""Shopify's longest for one file."""


@dataclass(frozen=True)
class Backfilled:
    """What a backfill did."""

    extracted: SourceExtracted
    """By this call."""
    start: datetime
    end: datetime
    went_on: tuple[str, ...]
    """Streams that an earlier call had begun, and how far it had come."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        earlier = f" ({'; '.join(self.went_on)})" if self.went_on else ""
        return f"{self.extracted}; {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M} UTC{earlier}"


def backfill_channel(
    settings: Settings,
    channel_id: str,
    *,
    start: datetime,
    end: datetime | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Backfilled:
    """Return what was read of all that changed in ``start <= time < end`` and has a history.

    It is read in parts; a call with the same start goes on behind the last one that was loaded, as does one after a
    kill. Rounds go on beside it, and what they bring stays newest: the version of a record with the latest time of
    change counts, and of one that a round brought meanwhile no older version is loaded. Where a stream was never read,
    rounds go on from the end of this.

    Args:
        settings: the channel's connection, landing and warehouse.
        channel_id: such as ``shopify``.
        start: an aware moment.
        end: where the rounds took over, unless given.
        tell: hears one line after each part.

    Raises:
        ExtractionError: streams could not be read to their ends; the message names them with their reasons.
        ExtractionUnderWayError: another process backfills this channel, or makes its first extract.
    """
    source = CHANNELS[channel_id].source
    if not isinstance(source, RecordSource):
        raise ExtractionError(f"{channel_id} is a folder: put the old files into it, and the next round takes them in.")
    streams = [stream for stream in source.streams if stream.mode == "append"]
    with ExitStack() as held:
        connection = held.enter_context(connect(settings.warehouse_url))
        connection.autocommit = True
        held.enter_context(only_extraction(connection, f"{channel_id}.backfill"))
        if any(window_start(connection, each.source, each.name) is None for each in streams):
            held.enter_context(only_extraction(connection, channel_id))
        note_channels(settings, connection)
        held.enter_context(shared_limits(settings))
        reader = held.enter_context(source.connect(settings))
        now = reader.now()
        latest = (min(now, clock(connection)) - source.settle).replace(microsecond=0)
        reading = Reading(settings, connection, reader, now, PATIENCE_SECONDS, tell=tell)
        return _read_streams(reading, streams, start=start, end=end, latest=latest)


def _read_streams(
    reading: Reading, streams: list[Stream], *, start: datetime, end: datetime | None, latest: datetime
) -> Backfilled:
    """Read one stream after the other; one that fails does not keep the others."""
    counts: list[StreamExtracted] = []
    failures: list[str] = []
    went_on: list[str] = []
    furthest = start
    for stream in streams:
        until = min(end or latest, window_start(reading.connection, stream.source, stream.name) or latest)
        backfill = _begun(reading.connection, stream, start=start, end=until, is_given=end is not None)
        if backfill is None:
            continue
        if backfill.records:
            went_on.append(f"{stream.name} went on after {backfill.records:,}")
        furthest = max(furthest, backfill.window_end)
        try:
            counts.append(read_backfill(reading, stream, backfill))
        except (ChannelError, LandingError, OSError, psycopg.Error) as error:
            failures.append(f"{stream.name}: {error}")
    extracted = SourceExtracted(streams[0].source, tuple(counts))
    if failures:
        raise ExtractionError(
            f"{extracted}; not read to the end: {' | '.join(failures)} The same command goes on where this one ended."
        )
    return Backfilled(extracted, start, furthest, tuple(went_on))


def _begun(
    connection: psycopg.Connection, stream: Stream, *, start: datetime, end: datetime, is_given: bool
) -> Backfill | None:
    """Return the backfill that goes on, or one begun now; None where there is nothing between start and end."""
    before = unfinished_backfill(connection, stream, start)
    if before is not None and (before.window_end == end or not is_given):
        return before
    return begin_backfill(connection, stream, start=start, end=end) if start < end else None
