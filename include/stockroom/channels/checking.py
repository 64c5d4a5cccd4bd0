"""Looks whether a channel can be worked with, and says what is missing: one line for each thing that must be so.

Nothing is written, and no list is read beyond its first record. A reader may have a ``probe(stream)`` where that first
record would be dear (a report that the channel must make); it raises what reading would raise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import httpx

from stockroom.channels.channel import (
    Channel,
    ChannelError,
    RecordReader,
    RecordSource,
    RefusedConnectionError,
)
from stockroom.channels.http import https_only
from stockroom.channels.limits import EVERYTHING, Limit
from stockroom.settings import PREFIX, Settings
from stockroom.streams import Stream

Verdict = Literal["ok", "missing", "note"]
REACH_SECONDS = 10.0
LOOKED_BACK = timedelta(hours=1)
"""Of a list that is searched by time the last hour is asked for: whether it may be read shows in an empty page too."""
CLOCK_APART = timedelta(minutes=2)


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    """``note``: worth knowing, and in the way of nothing."""
    said: str
    mend: str = ""

    def __str__(self) -> str:
        """Return a line for a person to read, with the mend below it."""
        head = f"  {self.verdict.upper() if self.verdict == 'missing' else self.verdict:<8} {self.what:<18} {self.said}"
        return f"{head}\n{'':<30}{self.mend}" if self.mend else head


def check_records(channel: Channel, source: RecordSource, settings: Settings, *, now: datetime) -> Iterator[Checked]:
    """Yield what was found of a channel that is asked for records; what cannot be asked any more is left out."""
    absent = [each for each in channel.fields if not each.is_optional and not settings.value(channel.variable(each))]
    for field in absent:
        variable = f"{PREFIX}{channel.variable(field)}".upper()
        yield Checked("settings", "missing", f"{variable} is not set", f"it is {field.says}")
    if absent:
        return
    yield Checked("settings", "ok", ", ".join(each.name for each in channel.fields if not each.is_optional))
    if url := settings.value(f"{channel.channel_id}_url"):
        reached = _reached(url, channel.name)
        yield reached
        if reached.verdict == "missing":
            return
    try:
        with source.connect(settings) as reader:
            yield from _asked(channel, source, reader, now)
    except ChannelError as error:
        yield Checked("connection", "missing", str(error))


def _reached(url: str, name: str) -> Checked:
    """Return whether anything answers at an address; it is asked nothing and told no secret."""
    try:
        answer = httpx.get(https_only(url, name), timeout=REACH_SECONDS, follow_redirects=False)
    except ChannelError as error:
        return Checked("address", "missing", str(error))
    except httpx.HTTPError as error:
        mend = "check the address, this machine's way out (proxy, firewall), and the certificate of the host"
        return Checked("address", "missing", f"{url} does not answer: {error or type(error).__name__}", mend)
    return Checked("address", "ok", f"{url} answers (HTTP {answer.status_code})")


def _asked(channel: Channel, source: RecordSource, reader: RecordReader, now: datetime) -> Iterator[Checked]:
    """Yield what an open connection shows."""
    try:
        channel_time = reader.now()
    except RefusedConnectionError as error:
        yield Checked("credentials", "missing", str(error))
        return
    yield Checked("credentials", "ok", "accepted")
    yield _clock(channel_time, now)
    for stream in source.streams:
        yield _readable(reader, stream, channel_time)
    yield from _writing(channel, reader)
    yield from _limits(reader)


def _clock(channel_time: datetime, now: datetime) -> Checked:
    apart = channel_time - now
    said = f"{_in_words(abs(apart))} {'ahead of' if apart > timedelta() else 'behind'} this machine"
    if abs(apart) <= CLOCK_APART:
        return Checked("clock", "ok", said)
    return Checked("clock", "note", said, "windows go by the channel's clock; if that one is right, set this machine's")


def _in_words(apart: timedelta) -> str:
    """Return a length of time in its largest whole unit.

    >>> _in_words(timedelta(hours=3, minutes=10)), _in_words(timedelta(seconds=1))
    ('3 hours', '1 second')
    """
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if (count := int(apart.total_seconds() // seconds)) or unit == "second":
            break
    return f"{count:,} {unit}{'' if count == 1 else 's'}"


def _readable(reader: RecordReader, stream: Stream, channel_time: datetime) -> Checked:
    """Return whether a stream can be read: its first page, or what the reader's own probe says."""
    what = f"reads {stream.name}"
    try:
        probe = getattr(reader, "probe", None)
        if probe is not None:
            probe(stream)
            return Checked(what, "ok", "allowed")
        start = channel_time - LOOKED_BACK
        first = next(iter(reader.records(stream, start=start, end=channel_time)), None)
        said = "allowed" if first is not None else "allowed; nothing changed in the last hour"
    except ChannelError as error:
        return Checked(what, "missing", str(error))
    return Checked(what, "ok", said)


def _writing(channel: Channel, reader: RecordReader) -> Iterator[Checked]:
    """Yield whether availability may be written, as far as the channel says so without being written to."""
    if channel.permissions is None:
        said = "not known before the first push" if channel.push else "nothing is written to this channel"
        yield Checked("writes", "note", said)
        return
    try:
        granted = channel.permissions(reader)
    except ChannelError as error:
        yield Checked("scopes", "missing", str(error))
        return
    for name, loses in granted.missing.items():
        yield Checked("scopes", "missing", f"{name} is not granted: {loses}", granted.mend)
    if not granted.missing:
        yield Checked("scopes", "ok", ", ".join(granted.granted))
    if granted.may_write:
        yield Checked("writes", "ok", "allowed, as the channel says")


def _limits(reader: RecordReader) -> Iterator[Checked]:
    """Yield the limits that are kept: as declared, or as the channel's answers stated them."""
    stated = getattr(reader, "stated_limits", None)
    if stated is not None:
        said = [Checked("limits", "ok", line) for line in stated()]
        yield from said or [Checked("limits", "note", "none is stated")]
        return
    limits: Any = getattr(getattr(reader, "api", None), "limits", None)
    declared: Mapping[str, Limit] = limits.declared if limits is not None else {}
    for operation, limit in declared.items():
        name = "requests" if operation == EVERYTHING else operation
        at_once = f", {limit.burst:,} at once" if limit.burst else ""
        yield Checked("limits", "ok", f"{name}: {limit.requests:,} in {limit.seconds:,.0f} s{at_once}")
    if not declared:
        yield Checked("limits", "note", "none is stated")
