"""Read single records that hints name: at once, where a search may be asked too seldom to find them soon."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from stockroom.channels import Naming
from stockroom.jobs.extracted import StreamExtracted
from stockroom.jobs.read_window import Reading
from stockroom.streams import Stream
from stockroom.warehouse.cursors import window_start
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.hints import named_records, note_asked
from stockroom.warehouse.landing import write_part
from stockroom.warehouse.load import load_landing_file

AT_MOST = 30
"""A round asks for no more; windows find the rest."""


def read_named(reading: Reading, streams: tuple[Stream, ...]) -> list[StreamExtracted]:
    """Return what came of the records that hints name; none where the channel gives no single records.

    They land and load like a part of a window, and no cursor moves: the window that covers them leaves out what it
    finds unchanged. Before a stream was ever read nothing is asked for.
    """
    if not isinstance(reading.reader, Naming):
        return []
    asked_at = clock(reading.connection)
    named = named_records(reading.connection, streams[0].source, at_most=AT_MOST)
    keys: dict[str, list[str]] = defaultdict(list)
    for record in named:
        name, _, key = record.partition("/")
        keys[name].append(key)
    found = []
    for stream in streams:
        start = window_start(reading.connection, stream.source, stream.name)
        if stream.name not in keys or start is None:
            continue
        landed = write_part(
            reading.settings.landing_url,
            stream,
            reading.reader.named(stream, keys[stream.name]),
            window_start=start,
            window_end=max(start, reading.channel_time),
            landed_at=asked_at,
            channel_time=reading.channel_time,
            name="named",
        )
        with reading.connection.transaction():
            summary = load_landing_file(
                reading.connection,
                stream,
                replace(landed, window_end=None),
                currency=reading.settings.currency,
                leave_known=True,
            )
            asked = [f"{stream.name}/{key}" for key in keys[stream.name]]
            note_asked(reading.connection, stream.source, asked, since=asked_at)
        found.append(StreamExtracted(stream.name).and_also(summary))
    return found
