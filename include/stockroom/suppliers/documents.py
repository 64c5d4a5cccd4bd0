"""Suppliers' X12 documents: rows of the same shape as those of their CSV files, and the 997 in answer.

A transaction is taken whole or not at all: its sender has software that waits for a yes or a no. Who sent it is what
it calls itself: our own number for it (a party SU, SE, VN, SF or RE with 92), else its name in the ISA, which the terms
sheet may hold as ``x12_id``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
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
    acknowledge,
    read_document,
    read_interchanges,
)
from stockroom.x12.envelope import bad_row

ACKNOWLEDGEMENTS = "FA"
"""Groups of 997s that answer what we sent; they are not answered."""
OURS, THEIRS = {"BP": "sku", "IN": "sku", "SK": "sku"}, {"VN": "supplier_sku", "VP": "supplier_sku"}
ITEM_NUMBERS = {**OURS, **THEIRS}
"""BP, IN and SK lead our number of an item, VN and VP the supplier's."""
PIECES = {"EA": "each", "PC": "piece", "UN": "unit"}
SUPPLIER_ROLES = ("SU", "SE", "VN", "SF", "RE")
GIVEN_BY_US = "92"
PARTIES = Loop("parties", SegmentMap("N1", (Element(1, "role"), Element(3, "qualifier"), Element(4, "number"))))
GROUP_TIME = re.compile(r"(\d{4})(\d{2})(\d{2}) ([01]\d|2[0-3])([0-5]\d)")


@dataclass(frozen=True)
class Sent:
    """A document with what its envelope says of it."""

    document: Record
    transaction: Transaction
    supplier: str
    sent_at: str
    """As 2011-06-30T14:05:00Z: X12 knows no time zones, and partners agree on UTC."""

    def blame(self, fault: Fault) -> None:
        """Add what no map can see."""
        self.transaction.faults.append(fault)


@dataclass(frozen=True)
class SupplierDocument:
    """One kind of document: what is wanted of it, and the rows it gives."""

    map: DocumentMap
    rows: Callable[[Sent], list[Row]]

    def read(self, path: Path, file_name: str, _settings: Settings) -> Iterator[Row | BadRow]:
        """Yield the rows of a file, as ``read_rows`` does."""
        return read_rows(path, file_name, groups_of=_of_documents, rows_of=self._rows)

    def answers(self, path: Path, file_name: str, _settings: Settings) -> Iterator[Answer]:
        """Yield what writes the 997 of each interchange that is due one."""
        for interchange in read_interchanges(path, file_name=file_name):
            if isinstance(interchange, Interchange) and _of_documents(interchange):
                for group in _of_documents(interchange):
                    for transaction in group.transactions:
                        self._rows(interchange, group, transaction)  # finds what is wrong
                yield partial(_acknowledged, interchange)

    def _rows(self, interchange: Interchange, group: Group, transaction: Transaction) -> list[Row]:
        if transaction.code != self.map.code:
            reason = (
                f"{transaction.code} is not read here; send each {self.map.name} as {self.map.code} in its own file"
            )
            transaction.faults.append(Fault(transaction.segments[0], reason, 1, set_code="1"))
            return []
        document = read_document(transaction, self.map)
        if document is None:
            return []
        sent_at = said_at(group, transaction)
        if not sent_at:
            return []
        return self.rows(Sent(document, transaction, _supplier(interchange, document), sent_at))


def read_rows(
    path: Path,
    file_name: str,
    *,
    groups_of: Callable[[Interchange], list[Group]],
    rows_of: Callable[[Interchange, Group, Transaction], list[Row]],
) -> Iterator[Row | BadRow]:
    """Yield the rows of an X12 file, and a BadRow for everything that is wrong; lines are numbers of segments.

    Args:
        path: where it was put.
        file_name: as it was received.
        groups_of: the groups of an interchange that are read.
        rows_of: what a transaction gives; it adds what is wrong to its faults, and then nothing of it is taken.

    Raises:
        RefusedFileError: the file is no X12.
    """
    for interchange in read_interchanges(path, file_name=file_name):
        if isinstance(interchange, BadRow):
            yield interchange
            continue
        for group in groups_of(interchange):
            yield from (_bad(fault) for fault in group.faults)
            for transaction in group.transactions:
                rows = rows_of(interchange, group, transaction)
                yield from (_bad(fault) for fault in transaction.faults)
                if not transaction.faults and not group.faults:
                    yield from rows


def said_at(group: Group, transaction: Transaction) -> str:
    """Return when a group was written, as 2011-06-30T14:05:00Z; nothing, and a fault, where it does not say."""
    found = GROUP_TIME.match(f"{group.header[4]} {group.header[5]}")
    if found is None:
        reason = f"GS04 and GS05 say {group.header[4]} {group.header[5]}; write day and time as 20110630 and 1405"
        transaction.faults.append(Fault(transaction.segments[0], reason))
        return ""
    year, month, day, hour, minute = found.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:00Z"


def units_of(line: Record, name: str = "units") -> str:
    """Return a quantity as whole units; what is none stays as it is written, and the load says so."""
    return re.sub(r"\.0*$", "", line.values.get(name, ""))


def item_of(sent: Sent, line: Record) -> dict[str, str]:
    """Return how a line names its item; a line without any number of it is at fault."""
    numbers = {name: line.values.get(name, "") for name in ("supplier_sku", "sku")}
    if not any(numbers.values()):
        reason = "the item's number is missing; send yours as VN, or ours as BP, such as VN*A-100"
        sent.blame(Fault(line.segment, reason, code="2"))
    return {"supplier_sku": numbers["supplier_sku"] or numbers["sku"], "sku": numbers["sku"]}


def check_lines(sent: Sent, lines: list[Record]) -> None:
    """Find what shows that lines were lost: a total that does not fit."""
    for total in sent.document.loops.get("totals", []):
        if (said := total.values.get("lines")) is not None and int(said) != len(lines):
            sent.blame(total.fault("lines", f"says {said} lines and {len(lines)} came; send the document whole"))


def _supplier(interchange: Interchange, document: Record) -> str:
    holders = [document, *document.loops.get("levels", [])]  # of a ship notice the shipment names its parties
    for party in (party for holder in holders for party in holder.loops.get("parties", [])):
        if party.values.get("role") in SUPPLIER_ROLES and party.values.get("qualifier") == GIVEN_BY_US:
            return party.values.get("number", "") or interchange.sender
    return interchange.sender


def _of_documents(interchange: Interchange) -> list[Group]:
    return [group for group in interchange.groups if group.header[1] != ACKNOWLEDGEMENTS]


def _acknowledged(interchange: Interchange, control: int, at: datetime) -> bytes:
    return acknowledge(interchange, control=control, at=at)


def _bad(fault: Fault) -> BadRow:
    return bad_row(fault.segment, str(fault))
