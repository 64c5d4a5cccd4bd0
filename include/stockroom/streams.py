"""What a source offers: the declaration that channels write and the warehouse reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal[
    "price", "units", "units_there", "units_each", "number", "days", "whole_days", "share", "percent", "day", "moment",
    "past_moment", "local_moment", "currency", "flag", "list",
]  # fmt: skip
Missing = Literal["refused", "null", "blank"]


@dataclass(frozen=True)
class Field:
    """A field that must be readable as its kind."""

    paths: tuple[tuple[str, ...], ...]
    """Where it stands; with several places the first that holds a value counts, as staging reads it."""
    kind: Kind
    missing: Missing = "refused"
    """Whether it may be absent or null (JSON), or also blank (cells of a file)."""


@dataclass(frozen=True)
class Part:
    """Fields of a document, or of each element of its lists."""

    fields: tuple[Field, ...]
    lists: tuple[str, ...] = ()
    """Where the elements are: a list in the document, then a list in each of its elements; dots lead into objects."""


def needs(*names: str, kind: Kind) -> tuple[Field, ...]:
    """Return fields that every record has; a dot leads into an object, a bar parts places."""
    return _fields(names, kind, "refused")


def may_lack(*names: str, kind: Kind) -> tuple[Field, ...]:
    """Return fields of JSON documents that may be absent or null."""
    return _fields(names, kind, "null")


def may_be_blank(*names: str, kind: Kind) -> tuple[Field, ...]:
    """Return fields that may be left blank: cells of a file, empty texts of a document."""
    return _fields(names, kind, "blank")


def _fields(names: tuple[str, ...], kind: Kind, missing: Missing) -> tuple[Field, ...]:
    return tuple(
        Field(tuple(tuple(place.split(".")) for place in name.split("|")), kind, missing=missing) for name in names
    )


@dataclass(frozen=True)
class Items:
    """Where documents state codes and prices, of what was ordered or is on offer: the gate on raw weighs whole files.

    Each is a place in the document, or in each element of its lists; dots lead into objects.
    """

    price: str
    lists: tuple[str, ...] = ()
    sku: str = "sku"
    units: str = ""
    """Where ``price`` is that of a whole line: how many units it is for."""
    cost: str = ""
    product: str = ""
    """What an order line hangs on; one that hangs on nothing (null, 0) was typed in by hand, or its product is gone."""
    ordered_at: str = ""
    """In the document itself. Without an offset it is UTC, or local time where it is spelt with a blank."""


@dataclass(frozen=True)
class Stream:
    """One kind of record of one source; it lands under ``source/name`` and is loaded into ``raw.<source>_<name>``."""

    source: str
    name: str
    key: tuple[str, ...]
    """Fields of the document that identify a record; joined with ``/`` they make the record key. Dots lead into
    objects."""
    blank_key: tuple[str, ...] = ()
    """Fields of the key that a record may leave blank."""
    alike: tuple[str, ...] = ()
    """Fields in which all rows of one key agree. Where they do not, a number was given to several things, and only the
    last of them would count."""
    mode: Literal["append", "snapshot"] = "append"
    """``append``: every landed document is kept. ``snapshot``: only documents unlike their newest stored version."""
    is_partial: bool = False
    """Of a snapshot: whether a reading brings only some of what there is, so that one may well bring nothing."""
    about: str = ""
    """What one record is, as the comment of its raw table says it."""
    checks: tuple[Part, ...] = ()
    """What a record must hold to be loaded: every value that staging casts, with a kind that the cast can read."""
    sells: tuple[Items, ...] = ()
    """Order lines."""
    offers: tuple[Items, ...] = ()
    """What a catalogue holds."""
    keeps: tuple[str, ...] = ()
    """What lands of a record, where a channel sends more than is needed: who bought, where they live, what they wrote.

    Dots lead into objects and through lists; ``key=word`` at the end means the elements of a list with this value.
    Empty where all of it lands, since only what is needed was asked for. A file lands as received; of its rows this
    is what is loaded.
    """
    is_needed: bool = False
    """Whether a plan cannot do without its records where the channel is connected."""
    changed_at: str = ""
    """Where a channel's record says when it changed, as staging reads it: the latest version counts, whichever landed
    last. Dots lead into objects. Without it old versions are never dropped from raw."""
    is_history: bool = False
    """Whether older versions go on saying something of their own day: none is ever dropped from raw."""

    @property
    def table(self) -> str:
        """Return the raw table's name without its schema."""
        return f"{self.source}_{self.name}"


class RefusedFileError(ValueError):
    """A file cannot be read at all; the message names the file and the mend."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record that a reader of a CSV or XLSX file found: every value as the file spells it."""

    line_number: int
    """Line (or spreadsheet row) of the file, counted from 1 with the header as line 1."""
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """One line that a reader could not turn into a record; it becomes a row of ``raw.rejected_records``."""

    line_number: int
    text: str
    """What stood there, as far as it can be shown."""
    reason: str
    """Names the field, the value and the mend."""
