"""What a channel declares about itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.tabular import FileSource


class ChannelError(RuntimeError):
    """A channel did not give what it was asked for; the message names the channel, what it said, and the mend."""


class RefusedConnectionError(ChannelError):
    """The channel does not accept our credentials: asking again changes nothing, somebody must act."""


class UnavailableChannelError(ChannelError):
    """The channel did not answer properly though asked several times: the next round asks again."""


class RecordReader(Protocol):
    """An open connection to a channel that is asked for records."""

    def now(self) -> datetime:
        """Return the channel's own time, up to which its windows are cut."""

    def records(self, stream: Stream, *, start: datetime | None, end: datetime) -> Iterator[bytes]:
        """Yield one JSON document per record changed in ``start <= time < end``, each without a line break.

        ``start=None`` means from the beginning. Streams of mode ``snapshot`` yield everything there is.
        """


@dataclass(frozen=True)
class RecordSource:
    """A channel that is asked, window by window."""

    streams: tuple[Stream, ...]
    """In the order in which they are extracted."""
    connect: Callable[[Settings], AbstractContextManager[RecordReader]]
    settle: timedelta = timedelta(seconds=60)
    """How long a change may take to be found by the channel's search: a window ends this much before its clock."""


@dataclass(frozen=True)
class Channel:
    """One sales channel: its declaration, and with it everything that the rest of the project knows of it."""

    channel_id: str
    name: str
    source: RecordSource | FileSource
    """A channel that is asked for records, or a folder that it fills with files."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Return the channel's streams in the order in which they are extracted."""
        return self.source.streams
