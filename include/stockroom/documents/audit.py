"""The audit of a shop before anything is pushed to it: where stock comes from, what exists where, what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from stockroom.tabular.spreadsheet import csv_bytes

CSV_COLUMNS = (
    "finding", "channel_id", "sku", "listing_id", "place_id", "location_id", "units_shown", "shown_at", "units_known",
    "known_at", "note",
)  # fmt: skip
SHOWN = 5
WORDS = {
    "without_sku": "without a SKU",
    "sku_twice": "with a SKU that another one bears",
    "only_here": "sold nowhere else",
    "no_stock_level": "of which no place has a stock level",
}


@dataclass(frozen=True)
class AuditPlace:
    """One place: whose figures say what is there."""

    source: str | None
    known_at: datetime | None
    location_id: str
    channels: str
    """Who sells from it."""
    skus: int
    units: int


@dataclass(frozen=True)
class AuditItem:
    """Something odd about an item on sale; ``finding`` is one of ``WORDS``."""

    finding: str
    channel_id: str
    listing_id: str
    sku: str
    title: str


@dataclass(frozen=True)
class AuditFigure:
    """What a channel shows of a listing, and what is there as far as is known."""

    channel_id: str
    sku: str
    listing_id: str
    place_id: str
    location_id: str
    units_shown: int | None
    """None: the channel has no such listing, or does not count its stock."""
    shown_at: datetime | None
    units_known: int
    known_at: datetime | None

    @property
    def differs(self) -> bool:
        """Return whether a push would change it."""
        return self.units_shown is not None and self.units_shown != self.units_known


@dataclass(frozen=True)
class AuditChannel:
    """One channel that has a catalogue."""

    channel_id: str
    items: int
    skus: int
    was_pushed: bool
    figures: Sequence[AuditFigure]
    """Of live SKUs, all that it was asked for."""
    not_asked: str = ""
    """Why it could not be asked."""


@dataclass(frozen=True)
class AuditSku:
    """One SKU on sale, and where."""

    sku: str
    channels: str


@dataclass(frozen=True)
class Audit:
    """All of it."""

    places: Sequence[AuditPlace]
    skus: Sequence[AuditSku]
    items: Sequence[AuditItem]
    channels: Sequence[AuditChannel]
    now: datetime

    @property
    def file_name(self) -> str:
        """Return the name of the CSV file, by its day."""
        return f"audit-{self.now:%Y-%m-%d}.csv"


def audit_csv(audit: Audit) -> bytes:
    """Return every finding as CSV, columns ``CSV_COLUMNS``, safe to open in a spreadsheet."""
    places = [
        ("place", place.source, None, None, None, place.location_id, None, None, place.units, _time(place.known_at),
         f"sold from by {place.channels}" if place.channels else "")
        for place in audit.places
    ]  # fmt: skip
    skus = [("on_sale", None, each.sku, None, None, None, None, None, None, None, each.channels) for each in audit.skus]
    items = [
        (each.finding, each.channel_id, each.sku, each.listing_id, None, None, None, None, None, None, each.title)
        for each in audit.items
    ]
    figures = [
        ("differs" if each.differs else "not_counted", each.channel_id, each.sku, each.listing_id, each.place_id,
         each.location_id, each.units_shown, _time(each.shown_at), each.units_known, _time(each.known_at), "")
        for channel in audit.channels
        for each in channel.figures
        if each.differs or each.units_shown is None
    ]  # fmt: skip
    return csv_bytes(CSV_COLUMNS, [*places, *items, *figures, *skus])


def audit_text(audit: Audit) -> str:
    """Return the audit for a terminal: counts, and the first few of what differs."""
    lines = ["Where stock comes from"]
    lines += [f"  {_place(place, audit.now)}" for place in audit.places] or ["  no place is known"]
    lines.append("Which items exist where")
    lines += [f"  {_catalogue(channel, audit.items)}" for channel in audit.channels] or ["  no channel has a catalogue"]
    on_sale = Counter(each.channels for each in audit.skus)
    lines += [f"  {count:,} SKU{'' if count == 1 else 's'} on {channels}" for channels, count in on_sale.most_common()]
    lines.append("Where channels differ from what is there, and what a push would change")
    for channel in audit.channels:
        lines += [f"  {line}" for line in _difference(channel, audit.now)]
    return "\n".join(lines)


def age(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in its largest whole unit.

    >>> from datetime import UTC
    >>> noon = datetime(2011, 6, 30, 12, tzinfo=UTC)
    >>> age(noon - timedelta(minutes=95), noon), age(noon, noon), age(None, noon)
    ('1 hour ago', 'just now', 'never')
    """
    if moment is None:
        return "never"
    seconds = int((now - moment).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if count := seconds // length if seconds > 0 else 0:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _place(place: AuditPlace, now: datetime) -> str:
    sold = f"; sold from by {place.channels}" if place.channels else "; no connected channel sells from it"
    if place.source is None:
        return f"{place.location_id:<14} no stock is known there, so nothing can be told of it{sold}"
    read = age(place.known_at, now)
    held = f"{place.skus:,} SKUs, {place.units:,} units"
    return f"{place.location_id:<14} {place.source}'s levels, read {read}: {held}{sold}"


def _catalogue(channel: AuditChannel, items: Sequence[AuditItem]) -> str:
    found = Counter(each.finding for each in items if each.channel_id == channel.channel_id)
    odd = [f"{found[name]:,} {words}" for name, words in WORDS.items() if found[name]]
    return (
        f"{channel.channel_id:<14} {channel.items:,} on sale, {channel.skus:,} SKUs; {', '.join(odd) or 'nothing odd'}"
    )


def _difference(channel: AuditChannel, now: datetime) -> list[str]:
    if channel.not_asked:
        return [f"{channel.channel_id:<14} {channel.not_asked}"]
    differing = [each for each in channel.figures if each.differs]
    unknown = sum(each.units_shown is None for each in channel.figures)
    kinds = Counter(_kind(each) for each in differing)
    parts = [f"{kinds[kind]:,} {kind}" for kind in ("up", "down", "to 0") if kinds[kind]]
    said = f"{len(differing):,} of {len(channel.figures):,} listings differ" + (
        f" ({', '.join(parts)})" if parts else ""
    )
    if unknown:
        said += f"; {unknown:,} that it does not know or does not count"
    if not channel.was_pushed:
        said += "; nothing was pushed to it yet"
    lines = [f"{channel.channel_id:<14} {said}"]
    lines += [
        f"  {each.sku} at {each.location_id}: shows {each.units_shown} ({age(each.shown_at, now)}), "
        f"{each.units_known} are there (read {age(each.known_at, now)})"
        for each in differing[:SHOWN]
    ]
    return lines + ([f"  and {len(differing) - SHOWN:,} more"] if len(differing) > SHOWN else [])


def _kind(figure: AuditFigure) -> str:
    if figure.units_known == 0:
        return "to 0"
    return "up" if figure.units_known > (figure.units_shown or 0) else "down"


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
