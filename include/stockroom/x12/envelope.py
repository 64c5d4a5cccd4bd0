"""Takes an X12 file apart: interchanges (ISA), groups (GS), transaction sets (ST), with their counts and numbers.

The delimiters are read from the ISA, which is 106 characters long for that. What is wrong with an interchange costs
that interchange, what is wrong with a group or a transaction costs no more than it: each keeps its faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from stockroom.streams import BadRow, RefusedFileError

ISA_CHARACTERS = 106
ISA_ELEMENTS = 16
ISA_LEAST = 40
"""Characters of an ISA whose elements are all as short as they can be."""
BLANKS = " \t\r\n"
SHOWN_CHARACTERS = 300
UNREADABLE = re.compile("[\x00-\x1f\x7f\udc80-\udcff]")
"""Control characters, and what ``surrogateescape`` makes of bytes that are not UTF-8."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment."""

    number: int
    """In the file, counted from 1: where a person who opens it finds it."""
    tag: str
    elements: tuple[str, ...]

    def __getitem__(self, position: int) -> str:
        """Return an element by its number in the standard (1 is the first); nothing where it is left out."""
        return self.elements[position - 1].strip() if position <= len(self.elements) else ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a transaction, as a person reads it and as a 997 says it."""

    segment: Segment
    reason: str
    """Names the element, its value and the mend."""
    element: int = 0
    """Its number; 0 is the segment as a whole."""
    code: str = ""
    """Of an element in AK403, of a segment in AK304."""
    set_code: str = "5"
    """Of the transaction in AK502; 5 is: one or more segments in error."""

    def __str__(self) -> str:
        where = f"segment {self.segment.number} ({self.segment.tag})"
        return f"{where}, element {self.element}: {self.reason}" if self.element else f"{where}: {self.reason}"


@dataclass
class Transaction:
    """One transaction set, from ST to SE."""

    segments: list[Segment]
    """ST is the first, SE the last unless it is missing."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def code(self) -> str:
        """Return what it is: 850 is a purchase order."""
        return self.segments[0][1]

    @property
    def control(self) -> str:
        """Return the number that its sender gave it."""
        return self.segments[0][2]


@dataclass
class Group:
    """One functional group, from GS to GE."""

    header: Segment
    transactions: list[Transaction] = field(default_factory=list)
    stated: str = ""
    """How many transactions it says it holds."""
    faults: list[Fault] = field(default_factory=list)
    """``set_code`` is that of AK905."""

    @property
    def control(self) -> str:
        """Return the number that its sender gave it."""
        return self.header[6]


@dataclass
class Interchange:
    """One interchange, from ISA to IEA."""

    header: Segment
    groups: list[Group] = field(default_factory=list)

    @property
    def control(self) -> str:
        """Return the number that its sender gave it."""
        return self.header[13]

    @property
    def sender(self) -> str:
        """Return who sent it."""
        return self.header[6]


def read_interchanges(path: Path, *, file_name: str) -> Iterator[Interchange | BadRow]:
    """Yield the interchanges of a file; a BadRow for one that cannot be taken as a whole.

    Raises:
        RefusedFileError: the file is no X12 at all.
    """
    text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape").lstrip(BLANKS)
    if not text.startswith("ISA"):
        raise RefusedFileError(f"{file_name}: begins with {text[:20]!r} and not with ISA; send an X12 interchange.")
    number = 1
    while text:
        try:
            element, terminator = _delimiters(text[:ISA_CHARACTERS], number=number)
        except RefusedFileError as error:
            if number == 1:
                raise RefusedFileError(f"{file_name}: {_readable(str(error))}") from error
            yield bad_row(Segment(number, text[:ISA_CHARACTERS], ()), str(error))
            return
        segments, text = _cut(text, element, terminator, number=number)
        number += len(segments)
        yield _interchange(segments)


def _cut(text: str, element: str, terminator: str, *, number: int) -> tuple[list[Segment], str]:
    """Return the segments up to the IEA, or to where another interchange begins, and what follows them."""
    segments: list[Segment] = []
    at = 0
    while at < len(text):
        end = text.find(terminator, at)
        end = len(text) if end < 0 else end
        raw = (
            text[at:end].replace("\r", "").replace("\n", "").strip("\t")
        )  # line ends are for people, wherever they stand
        if raw.lstrip(BLANKS).startswith(f"ISA{element}") and segments:
            break
        at = end + 1
        if raw.strip(BLANKS):
            tag, *elements = raw.lstrip(BLANKS).split(element)
            segments.append(Segment(number + len(segments), tag.strip(BLANKS), tuple(elements)))
            if segments[-1].tag == "IEA":
                break
    return segments, text[at:].lstrip(BLANKS)


def _delimiters(isa: str, *, number: int) -> tuple[str, str]:
    """Return what parts elements and what ends segments.

    Every element of an ISA has its fixed width, so that both stand where they must; some senders do not pad theirs, and
    counting elements finds both all the same.
    """
    where = f"segment {number}"
    parts = isa.split(isa[3], ISA_ELEMENTS) if isa.startswith("ISA") and len(isa) > ISA_LEAST else []
    if len(parts) != ISA_ELEMENTS + 1 or len(parts[-1]) < 2:
        raise RefusedFileError(
            f"{where} begins with {isa[:20]!r} and should be an ISA of {ISA_ELEMENTS} elements in {ISA_CHARACTERS} "
            "characters; something may have been cut off. Send the whole file again."
        )
    element, component, terminator = isa[3], parts[-1][0], parts[-1][1]
    is_text = any(sign.isalnum() or sign == " " for sign in (element, terminator))
    if len({element, component, terminator}) < 3 or is_text:
        raise RefusedFileError(
            f"{where} (ISA): gives {element!r}, {component!r} and {terminator!r} as delimiters; "
            "use three signs that occur in no value, such as * > ~"
        )
    return element, terminator


def _interchange(segments: list[Segment]) -> Interchange | BadRow:
    """Return the interchange that segments make up, its groups and transactions checked."""
    header, last = segments[0], segments[-1]
    interchange = Interchange(header)
    if last.tag != "IEA":
        return _refused(
            last, "the file ends before the IEA of its interchange; it was cut off. Send the whole file again"
        )
    if last[2] != interchange.control:
        return _refused(
            last, f"element 2: {last[2]} is not the control number {interchange.control} of ISA13; give both the same"
        )
    group: Group | None = None
    current: Transaction | None = None
    for segment in segments[1:-1]:
        if current is not None and segment.tag not in ("ST", "GS", "GE"):
            current.segments.append(segment)
            if segment.tag == "SE":
                _check_end(current, segment)
                current = None
            continue
        if current is not None:
            current.faults.append(
                Fault(current.segments[-1], "its SE is missing; end every ST with an SE", set_code="2")
            )
            current = None
        if segment.tag == "GS" and group is None:
            group = Group(segment)
            interchange.groups.append(group)
        elif segment.tag == "ST" and group is not None:
            current = Transaction([segment])
            group.transactions.append(current)
        elif segment.tag == "GE" and group is not None:
            _check_group_end(group, segment)
            group = None
        else:
            return _refused(
                segment, "does not belong here; between ISA and IEA stand groups from GS to GE, in them ST to SE"
            )
    if group is not None:
        return _refused(group.header, "its GE is missing; end every GS with a GE")
    if last[1].lstrip("0") != str(len(interchange.groups)).lstrip("0"):
        return _refused(
            last, f"element 1: says {last[1]} groups and {len(interchange.groups)} came; send the whole file again"
        )
    return interchange


def _check_end(transaction: Transaction, end: Segment) -> None:
    """Compare what SE says with what came, and look for characters that no text has."""
    came = len(transaction.segments)
    if end[1].lstrip("0") != str(came):
        reason = f"says {end[1]} segments and {came} came, ST and SE counted; send it whole"
        transaction.faults.append(Fault(end, reason, 1, "7", set_code="4"))
    if end[2] != transaction.control:
        reason = f"{end[2]} is not the control number {transaction.control} of ST02; give both the same"
        transaction.faults.append(Fault(end, reason, 2, "7", set_code="3"))
    for segment in transaction.segments:
        for position, value in enumerate(segment.elements, start=1):
            if (found := UNREADABLE.search(value)) is not None:
                reason = f"holds {_sign(ord(found.group()))}; write the value again"
                transaction.faults.append(Fault(segment, reason, position, "6"))


def _sign(code: int) -> str:
    return f"byte 0x{code - 0xDC00:02X}, which is not UTF-8" if code >= 0xDC00 else f"control character 0x{code:02X}"


def _check_group_end(group: Group, end: Segment) -> None:
    """Compare what GE says with what came."""
    group.stated = end[1]
    came = len(group.transactions)
    if end[1].lstrip("0") != str(came).lstrip("0"):
        reason = f"says {end[1]} transaction sets and {came} came; send the whole group again"
        group.faults.append(Fault(end, reason, 1, set_code="5"))
    if end[2] != group.control:
        reason = f"{end[2]} is not the control number {group.control} of GS06; give both the same"
        group.faults.append(Fault(end, reason, 2, set_code="4"))


def _refused(segment: Segment, reason: str) -> BadRow:
    """Return an interchange that cannot be taken as the one bad row it becomes."""
    return bad_row(segment, f"segment {segment.number} ({segment.tag}), {reason}")


def bad_row(segment: Segment, reason: str) -> BadRow:
    """Return what is wrong as it can be stored and read, whatever the file's delimiters and bytes were."""
    return BadRow(segment.number, _readable("*".join((segment.tag, *segment.elements))), _readable(reason))


def _readable(text: str) -> str:
    return UNREADABLE.sub(lambda found: f"\\x{ord(found.group()) & 0xFF:02x}", text[:SHOWN_CHARACTERS])
