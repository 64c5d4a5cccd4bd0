"""What a supplier's program says of an order that it got as X12 850: the 997, one row for each of our interchanges.

It tells whether the document could be read, not whether the supplier will send the goods: the 855 does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
from stockroom.suppliers.documents import ACKNOWLEDGEMENTS, read_rows, said_at
from stockroom.tabular.files import Answer
from stockroom.x12 import (
    DocumentMap,
    Element,
    Fault,
    Group,
    Interchange,
    Loop,
    Record,
    SegmentMap,
    Transaction,
    read_document,
)

TAKEN, TAKEN_WITH_ERRORS = "A", "E"
VERDICTS = {
    "A": "taken",
    "E": "taken, with errors",
    "P": "taken in part",
    "R": "refused",
    "M": "refused: its authentication failed",
    "W": "refused: its assurance failed",
    "X": "refused: it could not be decrypted",
}
"""The codes of AK5 and AK9, the mildest first."""
OF_SET = {
    "1": "the document is not supported",
    "2": "its SE is missing",
    "3": "ST and SE bear other control numbers",
    "4": "its number of segments is wrong",
    "5": "segments are in error",
    "6": "its identifier is missing or wrong",
    "7": "its control number is missing or wrong",
    "23": "its control number came before",
}
OF_GROUP = {
    "1": "the kind of group is not supported",
    "2": "the version is not supported",
    "3": "its GE is missing",
    "4": "GS and GE bear other control numbers",
    "5": "its number of documents is wrong",
    "6": "its control number is wrong",
}
OF_SEGMENT = {
    "1": "the segment is not known",
    "2": "the segment is not expected",
    "3": "a segment that must stand there is missing",
    "4": "the loop comes too often",
    "5": "the segment comes too often",
    "6": "the segment is not in the agreed document",
    "7": "the segment stands in the wrong place",
    "8": "the segment has elements in error",
}
OF_ELEMENT = {
    "1": "is missing",
    "2": "is missing beside another",
    "3": "is one too many",
    "4": "is too short",
    "5": "is too long",
    "6": "holds a sign that is not allowed",
    "7": "is a code that is not known",
    "8": "is no day",
    "9": "is no time",
    "10": "excludes another",
}
CODES = tuple(range(2, 7))
MAP = DocumentMap(
    code="997",
    name="acknowledgement of what came",
    header=Loop(
        "group",
        begins=SegmentMap(
            "AK1",
            (Element(1, "group_kind", is_required=True), Element(2, "group_control", kind="whole", is_required=True)),
        ),
        segments=(
            SegmentMap(
                "AK9",
                (
                    Element(1, "verdict", is_required=True, codes=VERDICTS),
                    *(Element(position + 3, f"code_{position}") for position in CODES),
                ),
            ),
        ),
        loops=(
            Loop(
                "sets",
                SegmentMap("AK2", (Element(2, "set_control"),)),
                (
                    SegmentMap(
                        "AK5",
                        (
                            Element(1, "verdict", is_required=True, codes=VERDICTS),
                            *(Element(position, f"code_{position}") for position in CODES),
                        ),
                    ),
                ),
                (
                    Loop(
                        "segments",
                        SegmentMap("AK3", (Element(1, "tag"), Element(2, "place"), Element(4, "code"))),
                        loops=(
                            Loop(
                                "elements",
                                SegmentMap("AK4", (Element(1, "place"), Element(3, "code"), Element(4, "value"))),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
)


def read_receipts(path: Path, file_name: str, _settings: Settings) -> Iterator[Row | BadRow]:
    """Yield what is said of each interchange of ours, as ``read_rows`` does."""
    return read_rows(path, file_name, groups_of=lambda interchange: interchange.groups, rows_of=_rows)


def answer_nothing(_path: Path, _file_name: str, _settings: Settings) -> Iterator[Answer]:
    """Yield nothing: an acknowledgement is never acknowledged, or two programs would never come to rest."""
    return iter(())


def _rows(interchange: Interchange, group: Group, transaction: Transaction) -> list[Row]:
    """Return the row of one 997, none where it cannot be taken; its faults say why."""
    first = transaction.segments[0]
    if group.header[1] != ACKNOWLEDGEMENTS or transaction.code != MAP.code:
        reason = f"{transaction.code} is not read here; send each 997 as FA in its own file"
        transaction.faults.append(Fault(first, reason, 1))
        return []
    document, at = read_document(transaction, MAP), said_at(group, transaction)
    if document is None or not at:
        return []
    if "verdict" not in document.values:
        transaction.faults.append(Fault(document.segment, "its AK9 is missing; send one with A, E, P or R"))
        return []
    values = {
        "sender": interchange.sender,
        "group_kind": document.values["group_kind"],
        "group_control": document.values["group_control"].lstrip("0") or "0",
        "verdict": _verdict(document),
        "says": "; ".join(_said(document)),
        "said_at": at,
    }
    return [Row(first.number, values)]


def _verdict(document: Record) -> str:
    """Return the worst that is said of a group that holds one order: some programs say it in AK5, some in AK9."""
    said: list[str] = [
        each.values["verdict"] for each in (document, *document.loops.get("sets", ())) if "verdict" in each.values
    ]
    worst: str = max(said, key=list(VERDICTS).index)
    return worst


def _said(document: Record) -> Iterator[str]:
    """Yield what is wrong, by segment and element of our document, as a person reads it."""
    for each in document.loops.get("sets", ()):
        for segment in each.loops.get("segments", ()):
            where = f"{segment.values.get('tag', '?')} (segment {segment.values.get('place', '?')})"
            elements = segment.loops.get("elements", ())
            for element in elements:
                place, value = element.values.get("place", "?"), element.values.get("value")
                yield f"{where} element {place}{f' {value!r}' if value else ''} {_of(OF_ELEMENT, element, 'code')}"
            if not elements:
                yield f"{where}: {_of(OF_SEGMENT, segment, 'code')}"
        yield from (_of(OF_SET, each, name) for name in map("code_{}".format, CODES) if name in each.values)
    yield from (_of(OF_GROUP, document, name) for name in map("code_{}".format, CODES) if name in document.values)


def _of(meanings: dict[str, str], record: Record, name: str) -> str:
    code = record.values.get(name, "")
    return meanings.get(code, f"is wrong (code {code or 'left out'})")
