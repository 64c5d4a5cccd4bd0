"""Read a window of a stream in parts, each landed, loaded and committed by itself: a kill costs the part it fell into.

A channel that makes a file of a long history is read by its file, a part after every so many records. Any other is
asked by slices of time: as the channel cuts them, or as long as what the ones before brought suggests. A short window,
such as every round's, is one slice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain, islice

import psycopg

from stockroom.channels import Cutting, RecordReader
from stockroom.channels.exports import Export, ExportFailedError, Exporting
from stockroom.jobs.extracted import StreamExtracted
from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.warehouse.backfills import (
    Backfill,
    begin_backfill,
    finish_backfill,
    note_part,
    note_slice,
    unfinished_backfill,
)
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.gate_runs import newest_landing_file_id
from stockroom.warehouse.landing import write_part
from stockroom.warehouse.load import LoadSummary, load_landing_file

PART_RECORDS = 50_000
"""Of a channel's own file: one row of ``raw.landing_files`` and one transaction each."""
SLICE_RECORDS = 2_000
"""What a slice of time should bring."""
MOST_RECORDS = 3 * SLICE_RECORDS
"""A slice that brings more is dropped and cut, so that this many records are the most that reading repeats."""
SHORTEST_SLICE = timedelta(minutes=1)
"""It is taken whatever it brings: many records can change in one minute, and no cut would part them."""
FEWER_TIMES, MOST_TIMES = 0.25, 4.0
"""How much the length of a slice may change at once."""
FIRST_CUT, CUT = 64, 8
"""What a history is divided by that turns out to be too long for one slice, and later a slice that is too long."""
OLDEST = timedelta(days=40 * 366)
"""No channel was there before."""


class _TooManyRecordsError(Exception):
    """A slice brings more records than are taken at once."""


@dataclass(frozen=True)
class Reading:
    """What reading a stream needs, and who hears of it."""

    settings: Settings
    connection: psycopg.Connection
    """In autocommit: each part commits by itself, and nothing stays open while the channel talks."""
    reader: RecordReader
    channel_time: datetime
    patience_seconds: float
    """How long a channel may take to make a file."""
    beyond: timedelta = timedelta(0)
    """How far past its end a window is read. Its cursor stays there, and the next one reads that part again."""
    tell: Callable[[str], None] = field(default=lambda _: None)
    """Hears one line after each part."""


def read_first_window(reading: Reading, stream: Stream, *, end: datetime) -> StreamExtracted:
    """Return what came of everything that a stream held before ``end``, or before the end it was first begun with."""
    begun = unfinished_backfill(reading.connection, stream, None)
    until = end if begun is None else begun.window_end
    found = _read_export(reading, stream, begun, start=None, end=until)
    return found if found is not None else read_slices(reading, stream, start=None, end=end)


def read_backfill(reading: Reading, stream: Stream, backfill: Backfill) -> StreamExtracted:
    """Return what this call read of a backfill; it is finished then."""
    found = None
    if backfill.reached_at is None:
        found = _read_export(reading, stream, backfill, start=backfill.window_start, end=backfill.window_end)
    if found is None:
        start = backfill.reached_at or backfill.window_start
        found = read_slices(reading, stream, start=start, end=backfill.window_end, backfill=backfill)
        finish_backfill(reading.connection, backfill)
    return found


def read_slices(
    reading: Reading, stream: Stream, *, start: datetime | None, end: datetime, backfill: Backfill | None = None
) -> StreamExtracted:
    """Return what came of a window that the channel is asked for slice by slice, the oldest first.

    The first slice is the whole window, unless the channel cuts it. The cursor moves with each, so that whoever is
    killed goes on at the last one.
    """
    if isinstance(reading.reader, Cutting) and stream.mode == "append":
        return _read_cut(reading, stream, reading.reader, start=start, end=end, backfill=backfill)
    found = StreamExtracted(stream.name)
    is_cut = stream.mode == "append"
    position, beginning, length = start, start, None
    while position is None or position < end:
        until = end if length is None or beginning is None else min(end, (position or beginning) + length)
        since = newest_landing_file_id(reading.connection) if backfill is not None else None
        may_be_cut = is_cut and (beginning is None or until - beginning > SHORTEST_SLICE)
        most = MOST_RECORDS if may_be_cut else None
        asked_until = until + reading.beyond if until == end else until
        records = _Counted(reading.reader.records(stream, start=position, end=asked_until), most)
        try:
            summary = _load(
                reading,
                stream,
                records,
                start=position,
                end=until,
                backfill=backfill,
                older_than=since,
                leave_known=backfill is None and position is not None and position == start,
            )
        except _TooManyRecordsError:
            beginning = beginning or _beginning(reading.reader, stream, end)
            length = max(_whole((until - beginning) / (CUT if length else FIRST_CUT)), SHORTEST_SLICE)
            continue
        found = found.and_also(summary)
        if length is not None:
            times = min(max(SLICE_RECORDS / max(records.number, 1), FEWER_TIMES), MOST_TIMES)
            length = max(_whole(length * times), SHORTEST_SLICE)
        position = beginning = until
        reading.tell(f"{found} up to {until:%Y-%m-%d %H:%M} UTC")
    return found


def _read_cut(
    reading: Reading,
    stream: Stream,
    reader: Cutting,
    *,
    start: datetime | None,
    end: datetime,
    backfill: Backfill | None,
) -> StreamExtracted:
    """Return what came of a window whose slices the channel itself names."""
    found = StreamExtracted(stream.name)
    position = start
    for until in reader.cuts(stream, start=start, end=end):
        since = newest_landing_file_id(reading.connection) if backfill is not None else None
        asked_until = until + reading.beyond if until == end else until
        records = _Counted(reading.reader.records(stream, start=position, end=asked_until), None)
        summary = _load(
            reading,
            stream,
            records,
            start=position,
            end=until,
            backfill=backfill,
            older_than=since,
            leave_known=backfill is None and position is not None and position == start,
        )
        found = found.and_also(summary)
        position = until
        reading.tell(f"{found} up to {until:%Y-%m-%d %H:%M} UTC")
    return found


class _Counted:
    """Records counted as they pass; more than ``most`` are too many."""

    def __init__(self, records: Iterator[bytes], most: int | None) -> None:
        self._records, self._most = records, most
        self.number = 0

    def __iter__(self) -> Iterator[bytes]:
        for record in self._records:
            self.number += 1
            if self._most is not None and self.number > self._most:
                raise _TooManyRecordsError
            yield record


def _whole(length: timedelta) -> timedelta:
    """Return a length in whole seconds: channels cut their windows by them."""
    return timedelta(seconds=int(length.total_seconds()))


def _beginning(reader: RecordReader, stream: Stream, end: datetime) -> datetime:
    """Return a moment before which a stream holds nothing, or little: found by asking whether there is anything."""
    low, high = end - OLDEST, end
    while high - low > max(SHORTEST_SLICE, (end - low) / FIRST_CUT):
        middle = low + _whole((high - low) / 2)
        if next(reader.records(stream, start=None, end=middle), None) is None:
            low = middle
        else:
            high = middle
    return low


def _load(
    reading: Reading,
    stream: Stream,
    records: _Counted,
    *,
    start: datetime | None,
    end: datetime,
    backfill: Backfill | None,
    older_than: int | None,
    leave_known: bool,
) -> LoadSummary:
    """Land and load one slice; the first of a round may begin where the one before read on past its end."""
    landed = write_part(
        reading.settings.landing_url,
        stream,
        records,
        window_start=start,
        window_end=end,
        landed_at=clock(reading.connection),
        channel_time=reading.channel_time,
    )
    with reading.connection.transaction():
        summary = load_landing_file(
            reading.connection,
            stream,
            landed,
            currency=reading.settings.currency,
            older_than=older_than,
            leave_known=leave_known,
        )
        if backfill is not None:
            note_slice(reading.connection, backfill, reached_at=end, records=records.number)
    return summary


def _read_export(
    reading: Reading, stream: Stream, backfill: Backfill | None, *, start: datetime | None, end: datetime
) -> StreamExtracted | None:
    """Return what came of a window that the channel makes a file of; None where it makes none."""
    if not isinstance(reading.reader, Exporting):
        return None
    opened = reading.reader.export(stream, start=start, end=end, patience_seconds=reading.patience_seconds)
    if opened is None:
        return None
    if backfill is None:
        backfill = begin_backfill(reading.connection, stream, start=start, end=end)
    try:
        with opened as export:
            return _read_parts(reading, stream, export, backfill)
    except ExportFailedError as error:
        reading.tell(f"{stream.name}: by pages, because {error}")
        if backfill.window_start is None:  # from here on the cursor says how far the first load has come
            finish_backfill(reading.connection, backfill)
        return None


def _read_parts(reading: Reading, stream: Stream, export: Export, backfill: Backfill) -> StreamExtracted:
    """Load a file part by part, on from where its last loaded part ended; the cursor moves with the last of them."""
    found = StreamExtracted(stream.name)
    done = backfill.export_records if backfill.export_id == export.export_id else 0
    records = export.read_from(done)
    first = next(records, None)
    is_last = False
    while not is_last:
        part = islice(chain([first], records), PART_RECORDS) if first is not None else iter(())
        counted = _Counted(part, None)
        number = done // PART_RECORDS + 1
        landed = write_part(
            reading.settings.landing_url,
            stream,
            counted,
            window_start=backfill.window_start,
            window_end=backfill.window_end,
            landed_at=clock(reading.connection),
            channel_time=reading.channel_time,
            name=f"part-{number:05}",
        )
        first = next(records, None)
        is_last = first is None
        with reading.connection.transaction():
            summary = load_landing_file(
                reading.connection,
                stream,
                landed if is_last else replace(landed, window_end=None),
                currency=reading.settings.currency,
                older_than=backfill.newest_file_before,
            )
            note_part(reading.connection, backfill, export_id=export.export_id, records=counted.number)
            if is_last:
                finish_backfill(reading.connection, backfill)
        done += counted.number
        found = found.and_also(summary)
        reading.tell(f"{stream.name} {done:,} of {max(done, export.record_count):,}")
    return found
