"""Pushes availability: read what the channel shows, look whether that may be written, write, read back.

Only Shopify compares before it sets. Elsewhere a sale between reading and writing can be overwritten; each result says
from when to when that was possible, and what the channel showed afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from stockroom.channels.channel import AvailabilityWriter, BulkWriter, Change, DocumentWriter, Listing

BATCH = 250
"""Listings that are read, written and read back together: the window in which a sale can be overwritten stays short."""
NOT_COUNTED = "the channel has no such listing, or does not count its stock"

Outcome = Literal["as_wanted", "writing", "verified", "moved_since", "changed_meanwhile", "refused"]


@dataclass(frozen=True)
class Availability:
    """What one listing should show."""

    listing: Listing
    sku: str
    units: int
    shown_when_counted: int | None = None
    """What the channel showed when ``units`` was worked out, where that is known: if it shows something else by now,
    something was sold that ``units`` does not know, and the next round writes instead of this one."""


@dataclass(frozen=True)
class PushResult:
    """What became of one figure, or is to become of it."""

    availability: Availability
    outcome: Outcome
    units_before: int | None
    """None: the channel knows no such listing, or does not count it."""
    units_after: int | None = None
    said: str = ""
    read_at: datetime | None = None
    written_at: datetime | None = None
    verified_at: datetime | None = None


def compare(writer: AvailabilityWriter, availability: Sequence[Availability]) -> list[PushResult]:
    """Return what a push would do to each figure, by what the channel shows now; ``writing`` where it would write."""
    return [result for batch in _batches(writer, availability) for result in _compared(writer, batch)]


def push(
    writer: AvailabilityWriter,
    availability: Sequence[Availability],
    *,
    key: str,
    on_record: Callable[[Sequence[PushResult]], None] = lambda _: None,
) -> list[PushResult]:
    """Write the figures that differ from what the channel shows, and return one result for each, read back.

    Args:
        writer: an open connection.
        availability: what each listing should show.
        key: names this push; a channel that knows idempotency keys does the same changes once, however often they come.
        on_record: told what is about to be written before it is, and what became of it afterwards, batch by batch.
    """
    results: list[PushResult] = []
    for number, batch in enumerate(_batches(writer, availability)):
        compared = _compared(writer, batch)
        on_record(compared)
        pending = [item for item in compared if item.outcome == "writing"]
        written = _written(writer, pending, f"{key}-{number}") if pending else []
        if written:
            on_record(written)
        results += [item for item in compared if item.outcome != "writing"] + written
    return results


def _compared(writer: AvailabilityWriter, availability: Sequence[Availability]) -> list[PushResult]:
    """Read what the channel shows and return what is to be done about it."""
    read_at = writer.now()
    shown = writer.read_available([item.listing for item in availability])
    return [_verdict(item, shown.get(item.listing), read_at) for item in availability]


def _verdict(item: Availability, shown: int | None, read_at: datetime) -> PushResult:
    if shown is None:
        return PushResult(item, "refused", None, said=NOT_COUNTED, read_at=read_at)
    if shown == item.units:
        return PushResult(item, "as_wanted", shown, shown, read_at=read_at)
    if item.shown_when_counted is not None and shown != item.shown_when_counted:
        said = f"showed {item.shown_when_counted} when this was worked out; the next round knows why"
        return PushResult(item, "changed_meanwhile", shown, said=said, read_at=read_at)
    return PushResult(item, "writing", shown, read_at=read_at)


def _written(writer: AvailabilityWriter, pending: Sequence[PushResult], key: str) -> list[PushResult]:
    """Write what differs and read it back."""
    changes = [
        Change(item.availability.listing, item.units_before, item.availability.units)
        for item in pending
        if item.units_before is not None
    ]
    answers = {answer.listing: answer for answer in writer.write_available(changes, key)}
    written_at = writer.now()
    shown = writer.read_available([change.listing for change in changes])
    verified_at = writer.now()
    results = []
    for item in pending:
        answer = answers.get(item.availability.listing)
        after = shown.get(item.availability.listing)
        result = replace(item, units_after=after, written_at=written_at, verified_at=verified_at)
        if answer is None:
            results.append(replace(result, outcome="refused", said="the channel did not say what became of it"))
        elif answer.outcome != "written":
            results.append(replace(result, outcome=answer.outcome, said=answer.said))
        elif after == item.availability.units:
            results.append(replace(result, outcome="verified"))
        else:
            said = f"shows {after} after {item.availability.units} was written"
            results.append(replace(result, outcome="moved_since", said=said))
    return results


def _batches(writer: AvailabilityWriter, availability: Sequence[Availability]) -> Iterator[Sequence[Availability]]:
    """Yield what is read and written together: a document as a whole, so that nobody meets half of a round in it."""
    size = BATCH
    if isinstance(writer, DocumentWriter):
        size = max(len(availability), 1)
    elif isinstance(writer, BulkWriter) and len(availability) >= writer.bulk_from:
        size = writer.bulk_most
    for start in range(0, len(availability), size):
        yield availability[start : start + size]
