"""Declares what is wanted of a transaction set, reads it, and says what is wrong where.

A ``Loop`` is a group of segments that begins with one of its own and may repeat; loops stand in loops. Segments and
elements that no map names may stand there and are passed over: partners send more than one asks for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from stockroom.x12.envelope import Fault, Segment, Transaction

Kind = Literal["text", "whole", "decimal", "date", "time"]

NUMBERS = {
    "whole": re.compile(r"-?[0-9]{1,15}"),
    "decimal": re.compile(r"-?(?:[0-9]{1,15}(?:[.][0-9]{0,9})?|[.][0-9]{1,9})"),
}
DATE_FORMATS = {8: "%Y%m%d", 6: "%y%m%d"}
TIME = re.compile(r"([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9][0-9]{0,2})?")


@dataclass(frozen=True)
class Element:
    """One element that is read."""

    position: int
    name: str
    """What it is called in the record that is read."""
    kind: Kind = "text"
    is_required: bool = False
    codes: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The codes that are taken, with their meaning; none: any value."""
    instead: str = ""
    """What to send where another code stands."""


@dataclass(frozen=True)
class SegmentMap:
    """One segment that is read, where its qualifier is the one that is meant."""

    tag: str
    elements: tuple[Element, ...] = ()
    when: Mapping[int, str] = field(default_factory=dict, hash=False)
    """Elements that must hold a code, such as DTM01 = 004."""
    pairs: tuple[int, Mapping[str, str]] | None = field(default=None, hash=False)
    """From a position on, qualifiers and values in turn (PO106, PO107, …): which qualifier is read as which name."""

    def is_meant(self, segment: Segment) -> bool:
        """Return whether this map is about the segment."""
        return segment.tag == self.tag and all(segment[position] == code for position, code in self.when.items())


@dataclass(frozen=True)
class Loop:
    """Segments that belong together; the first one begins it."""

    name: str
    begins: SegmentMap
    segments: tuple[SegmentMap, ...] = ()
    loops: tuple[Loop, ...] = ()
    is_required: bool = False


@dataclass(frozen=True)
class DocumentMap:
    """A transaction set: its header is the loop that begins with its first segment."""

    code: str
    name: str
    header: Loop


@dataclass
class Record:
    """What was read of one turn of a loop."""

    segment: Segment
    values: dict[str, str] = field(default_factory=dict)
    """By the names of the map; what was left out is missing."""
    positions: dict[str, tuple[Segment, int]] = field(default_factory=dict)
    """Where each value stood, for whoever finds it wrong later."""
    loops: dict[str, list[Record]] = field(default_factory=dict)

    def fault(self, name: str, reason: str, code: str = "7") -> Fault:
        """Return that a value of this record cannot be taken."""
        segment, position = self.positions.get(name, (self.segment, 0))
        return Fault(segment, reason, position, code)

    def find(self, loop: str, name: str, value: str) -> Record | None:
        """Return the first turn of a loop that holds a value, such as the party whose role is BY."""
        return next((each for each in self.loops.get(loop, ()) if each.values.get(name) == value), None)


def read_document(transaction: Transaction, document: DocumentMap) -> Record | None:
    """Return what the map wants of a transaction, and add what is wrong to its faults; None if it has no header."""
    body = [segment for segment in transaction.segments[1:] if segment.tag != "SE"]
    if not body or not document.header.begins.is_meant(body[0]):
        where = body[0] if body else transaction.segments[0]
        tag = document.header.begins.tag
        transaction.faults.append(Fault(where, f"a {document.name} begins with {tag}; send it after ST", code="3"))
        return None
    record = _begin(document.header, body[0], transaction)
    path = [(document.header, record)]
    for segment in body[1:]:
        _place(segment, path, transaction)
    _check_loops(document.header, record, transaction)
    return record


def _place(segment: Segment, path: list[tuple[Loop, Record]], transaction: Transaction) -> None:
    """Read a segment into the innermost loop that knows it, and leave the loops inside that one."""
    for depth in range(len(path) - 1, -1, -1):
        loop, record = path[depth]
        for inner in loop.loops:
            if inner.begins.is_meant(segment):
                del path[depth + 1 :]
                begun = _begin(inner, segment, transaction)
                record.loops.setdefault(inner.name, []).append(begun)
                path.append((inner, begun))
                return
        for known in loop.segments:
            if known.is_meant(segment):
                del path[depth + 1 :]
                _read(known, segment, record, transaction)
                return


def _begin(loop: Loop, segment: Segment, transaction: Transaction) -> Record:
    record = Record(segment)
    _read(loop.begins, segment, record, transaction)
    return record


def _read(known: SegmentMap, segment: Segment, record: Record, transaction: Transaction) -> None:
    """Read a segment's elements; the first that was sent of a name counts."""
    for element in known.elements:
        value = segment[element.position]
        if not value:
            if element.is_required:
                reason = f"{_words(element.name)} is missing; send it"
                transaction.faults.append(Fault(segment, reason, element.position, "1"))
            continue
        found = _judged(element, value)
        if isinstance(found, tuple):
            reason, code = found
            transaction.faults.append(Fault(segment, reason, element.position, code))
        elif element.name not in record.values:
            record.values[element.name] = found
            record.positions[element.name] = segment, element.position
    if known.pairs is not None:
        first, names = known.pairs
        for position in range(first, len(segment.elements), 2):
            name = names.get(segment[position])
            if name and segment[position + 1] and name not in record.values:
                record.values[name] = segment[position + 1]
                record.positions[name] = segment, position + 1


def _judged(element: Element, value: str) -> str | tuple[str, str]:
    """Return the value as it is handed on, dates as 2011-06-30 and times as 14:05; or the reason and its code."""
    name = _words(element.name)
    if element.codes and value not in element.codes:
        taken = ", ".join(f"{code} ({meaning})" if meaning else code for code, meaning in element.codes.items())
        return f"{name} is {value!r}; {element.instead or f'send one of {taken}'}", "7"
    if element.kind in NUMBERS and not NUMBERS[element.kind].fullmatch(value):
        return f"{name} is {value!r}, which is no {element.kind} number; send one such as 12", "6"
    if element.kind == "date":
        try:
            return datetime.strptime(value, DATE_FORMATS.get(len(value), "%Y%m%d")).date().isoformat()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            return f"{name} is {value!r}, which is no day; write it as 20110630", "8"
    if element.kind == "time":
        if not TIME.fullmatch(value):
            return f"{name} is {value!r}, which is no time; write it as 1405", "9"
        return f"{value[:2]}:{value[2:4]}"
    return value


def _check_loops(loop: Loop, record: Record, transaction: Transaction) -> None:
    """Find loops that must be there and are not."""
    for inner in loop.loops:
        found = record.loops.get(inner.name, [])
        if inner.is_required and not found:
            reason = f"no {inner.begins.tag} ({_words(inner.name)}) came with it; send at least one"
            transaction.faults.append(Fault(record.segment, reason, code="3"))
        for each in found:
            _check_loops(inner, each, transaction)


def _words(name: str) -> str:
    return name.replace("_", " ")
