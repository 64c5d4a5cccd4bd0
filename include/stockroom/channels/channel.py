"""What a channel declares about itself, and what the rest of the project asks of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from stockroom.channels.hints import Document, Told, Webhook
from stockroom.settings import PREFIX, Settings
from stockroom.streams import Stream
from stockroom.tabular import FileSource, is_set


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
    step: Callable[[Settings], timedelta] = lambda _: timedelta(seconds=1)
    """Windows end at whole steps of the channel's clock: a channel that may be asked seldom is left alone between."""
    is_open: bool = False
    """Whether each window is read past its end, up to now, and that part again by the next: where rounds are seldom,
    what has just happened is not left to the one after."""


@runtime_checkable
class Cutting(Protocol):
    """A ``RecordReader`` that says itself how a long window is cut: where asking for less costs as much (reports)."""

    def cuts(self, stream: Stream, *, start: datetime | None, end: datetime) -> Sequence[datetime]:
        """Return where the slices of a window end, the last of them at ``end``; what takes time is begun already.

        Each slice is then asked for by ``records``, from the end of the one before.
        """


@runtime_checkable
class Naming(Protocol):
    """A ``RecordReader`` that is asked for single records by their keys: where a search may be asked too seldom."""

    def named(self, stream: Stream, keys: Sequence[str]) -> Iterator[bytes]:
        """Yield the records of these keys as they are now; one that the channel does not know is left out."""


@dataclass(frozen=True)
class Listing:
    """What a figure of availability belongs to: something the channel sells, at one of its places."""

    listing_id: str
    """The channel's own id; what it looks like is the channel's business."""
    place_id: str = ""
    """The channel's own id of the place; empty where it knows none."""


@dataclass(frozen=True)
class Change:
    """One figure to write."""

    listing: Listing
    units_before: int
    """What the channel showed a moment ago: a channel that can compare refuses where that is no longer so."""
    units: int
    """What can be sold, never below 0."""


WriteOutcome = Literal["written", "changed_meanwhile", "refused"]


@dataclass(frozen=True)
class Written:
    """What the channel made of one change."""

    listing: Listing
    outcome: WriteOutcome
    said: str = ""


class AvailabilityWriter(Protocol):
    """An open connection to a channel that is told what can be sold. Read, write and read back is ``push.py``'s."""

    def now(self) -> datetime:
        """Return the channel's own time."""

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what the channel shows now; a listing that it does not know, or does not count, is left out."""

    def write_available(self, changes: Sequence[Change], key: str, /) -> Sequence[Written]:
        """Write and return one answer per change. The same ``key`` means the same changes, however often they come."""


@runtime_checkable
class BulkWriter(AvailabilityWriter, Protocol):
    """A writer that from a number of figures on is faster with all of them together than one by one."""

    bulk_from: int
    bulk_most: int
    """What one call of ``write_available`` then takes."""


@dataclass(frozen=True)
class Permissions:
    """What a channel says, without being written to, that our credentials may do."""

    granted: tuple[str, ...]
    missing: Mapping[str, str]
    """What is not granted, and what that keeps us from."""
    may_write: bool
    mend: str


@runtime_checkable
class DocumentWriter(AvailabilityWriter, Protocol):
    """A writer whose figures are one document: written whole, never listing by listing."""

    def go_by(self, clock: Callable[[], datetime], /) -> None:
        """Take the time from here: where the document lies there is no clock."""

    def is_blank(self) -> bool:
        """Return whether there is no document: then every figure is written, not only what changed."""

    def keep_only(self, listings: Sequence[Listing], /) -> None:
        """Leave out of the next document what is not among ``listings``: it is no longer offered."""


@dataclass(frozen=True)
class ConnectionField:
    """One value that connecting needs; it comes from ``STOCKROOM_<CHANNEL>_<NAME>`` or from Airflow's connection.

    In an Airflow connection called like the channel, ``url`` is the host (with ``https://``), the one secret field that
    is declared first is the password, and every other field stands in the extras under its name.
    """

    name: str
    says: str
    """What it is and where it is found, for the README and for whoever forgot it."""
    is_secret: bool = False
    is_optional: bool = False
    example: str = ""
    """A value of the right form; the sample store is connected with it. Secrets have none."""


def values_of(channel_id: str, name: str, fields: Sequence[ConnectionField], settings: Settings) -> dict[str, str]:
    """Return what was given for each field of a channel.

    Raises:
        ChannelError: a field that is not optional is missing.
    """
    given = {field.name: settings.value(f"{channel_id}_{field.name}") for field in fields}
    missing = [field for field in fields if not field.is_optional and not given[field.name]]
    if missing:
        raise ChannelError(
            f"{name} is not connected: "
            + "; ".join(
                f"{PREFIX}{channel_id}_{field.name}".upper() + f" is not set ({field.says})" for field in missing
            )
        )
    return given


@dataclass(frozen=True)
class Channel:
    """One sales channel: its declaration, and with it everything that the rest of the project knows of it."""

    channel_id: str
    """Also the name of its folder."""
    name: str
    source: RecordSource | FileSource
    """A channel that is asked for records, or a folder that it fills with files."""
    kind: Literal["online_store", "marketplace", "bulk_files"] = "online_store"
    fields: tuple[ConnectionField, ...] = ()
    push: Callable[[Settings], AbstractContextManager[AvailabilityWriter]] | None = None
    """Opens the way in which availability goes out; none where the channel only sells."""
    permissions: Callable[[RecordReader], Permissions] | None = None
    """Asks what our credentials may do; none where the channel does not say."""
    webhook: Webhook | None = None
    """How it tells us by HTTP that something happened; none where it does not."""
    read_message: Callable[[Document], Told | None] | None = None
    """Reads what it puts on a queue; returns none for what is not its own."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Return the channel's streams in the order in which they are extracted."""
        return self.source.streams

    def is_connected(self, settings: Settings) -> bool:
        """Return whether the settings name the channel at all; half a connection is an error of ``values_of``."""
        if isinstance(self.source, FileSource):
            return is_set(self.source.folder(settings))
        return any(settings.value(self.variable(field)) for field in self.fields if not field.is_optional)

    def is_told(self, settings: Settings) -> bool:
        """Return whether what can be sold is written to the channel; a drop of files needs one of ours for that."""
        if self.push is None or not self.is_connected(settings):
            return False
        if isinstance(self.source, FileSource):
            return self.source.outgoing is not None and is_set(self.source.outgoing(settings))
        return True

    def variable(self, field: ConnectionField) -> str:
        """Return the name of a field's setting, such as ``shopify_url``."""
        return f"{self.channel_id}_{field.name}"

    def ship_from(self, settings: Settings) -> str | None:
        """Return the location that sales leave from where the channel's records name none."""
        return settings.value(f"{self.channel_id}_ship_from").strip().upper() or None


SHIP_FROM = ConnectionField(
    "ship_from",
    "the location that its sales leave from, and whose stock it is shown, such as LONDON",
    example="LONDON",
)
"""For channels that know one stock and no places."""
