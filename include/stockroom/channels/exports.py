"""A channel that makes one file of a long history: the file is read in parts, and again from any record on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from stockroom.channels.channel import ChannelError, UnavailableChannelError
from stockroom.streams import Stream


class ExportFailedError(ChannelError):
    """The channel could not make the file, however often it was asked: its pages still give the same records."""


class StillExportingError(UnavailableChannelError):
    """The file is still being made: nothing is wrong, and whoever asks later gets the one that was begun."""


@dataclass(frozen=True)
class Export:
    """A finished file of one stream."""

    export_id: str
    """The same file has the same records in the same order."""
    record_count: int
    read_from: Callable[[int], Iterator[bytes]]
    """Yields the records from this number on, counted from 0, each as ``RecordReader.records`` would."""


@runtime_checkable
class Exporting(Protocol):
    """A ``RecordReader`` whose channel makes files."""

    def export(
        self, stream: Stream, *, start: datetime | None, end: datetime, patience_seconds: float
    ) -> AbstractContextManager[Export] | None:
        """Return the way to the file of one window, made now or before; None where pages are the shorter way.

        Entering it waits for the file, up to ``patience_seconds``, and brings it here.

        Raises:
            StillExportingError: on entering; it takes longer.
            ExportFailedError: on entering.
        """
