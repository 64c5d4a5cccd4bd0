"""Writes the 997: what of an interchange was taken, and where what was not taken is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from stockroom.x12.envelope import Fault, Group, Interchange, Transaction
from stockroom.x12.write import VERSION, Address, Envelope, cleaned, write_interchange

SEGMENT_HAS_ERRORS = "8"
BAD_DATA_CHARACTERS = 99
CODES_AT_MOST = 5


def acknowledge(interchange: Interchange, *, control: int, at: datetime) -> bytes:
    """Return the 997 for the groups of an interchange; an acknowledgement (FA) is never acknowledged.

    The transactions' faults decide: a transaction without any is accepted, one with some is rejected.

    Args:
        interchange: read and judged; one group of it at least is none of acknowledgements.
        control: ours, never used twice.
        at: when it is written.
    """
    groups = [group for group in interchange.groups if group.header[1] != "FA"]
    header, first = interchange.header, groups[0].header
    envelope = Envelope(
        sender=Address(_id(header[7], 2), _id(header[8], 15)),
        receiver=Address(_id(header[5], 2), _id(header[6], 15)),
        control=control,
        at=at,
        functional_id="FA",
        group_sender=_id(first[3], 15),
        group_receiver=_id(first[2], 15),
        version=first[8][:6] if first[8][:6].isdecimal() and len(first[8]) >= 6 else VERSION,
        is_test=header[15] == "T",
    )
    return write_interchange(envelope, [_answer(group) for group in groups])


def _answer(group: Group) -> list[Sequence[str]]:
    """Return the 997 of one group."""
    segments: list[Sequence[str]] = [("997",), ("AK1", _id(group.header[1], 2), _id(group.control, 9))]
    accepted = 0
    for transaction in group.transactions:
        segments.append(("AK2", _id(transaction.code, 3), _id(transaction.control, 9)))
        segments += _said_of(transaction)
        if transaction.faults or group.faults:
            codes = list(dict.fromkeys(fault.set_code for fault in transaction.faults))[:CODES_AT_MOST]
            segments.append(("AK5", "R", *codes))
        else:
            accepted += 1
            segments.append(("AK5", "A"))
    received = len(group.transactions)
    verdict = "R" if not accepted else "A" if accepted == received else "P"
    codes = list(dict.fromkeys(fault.set_code for fault in group.faults))[:CODES_AT_MOST]
    stated = group.stated if group.stated.isdigit() else str(received)
    segments.append(("AK9", verdict, stated, str(received), str(accepted), *codes))
    return segments


def _said_of(transaction: Transaction) -> list[Sequence[str]]:
    """Return AK3 and AK4: each segment with a fault, by its place in the transaction, and the elements of it."""
    first = transaction.segments[0].number
    noted: list[Sequence[str]] = []
    faults = sorted(
        (fault for fault in transaction.faults if fault.code), key=lambda fault: (fault.segment.number, fault.element)
    )
    for segment, of_segment in groupby(faults, key=lambda fault: fault.segment):
        several: list[Fault] = list(of_segment)
        whole = next((fault.code for fault in several if not fault.element), SEGMENT_HAS_ERRORS)
        noted.append(("AK3", cleaned(segment.tag, at_most=3), str(segment.number - first + 1), "", whole))
        for fault in several:
            if fault.element:
                bad = cleaned(segment[fault.element], at_most=BAD_DATA_CHARACTERS)
                noted.append(("AK4", str(fault.element), "", fault.code, bad))
    return noted


def _id(text: str, at_most: int) -> str:
    """Return what a partner calls itself or its document, as it can be written with our delimiters."""
    return cleaned(text, at_most=at_most)
