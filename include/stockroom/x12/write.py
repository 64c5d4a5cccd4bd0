"""Writes X12: segments into transaction sets, groups and an interchange whose counts and numbers are right.

The same content gives the same bytes: the time and the control number are the caller's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

ELEMENT, COMPONENT, TERMINATOR = "*", ">", "~"
CONTROL_AT_MOST = 999_999_999
VERSION = "004010"


class UnwritableError(ValueError):
    """A value holds a sign that parts the values of an X12 document, or does not fit."""


@dataclass(frozen=True)
class Address:
    """Who sends or receives, as ISA names it."""

    qualifier: str
    """ZZ: as both have agreed; 01: a D-U-N-S number; 12: a phone number."""
    name: str

    @classmethod
    def read(cls, text: str) -> Address:
        """Return the address that ``text`` spells: ``ZZ:NAME``, or ``NAME`` alone.

        >>> Address.read("01:000123456")
        Address(qualifier='01', name='000123456')

        Raises:
            UnwritableError: it cannot stand in an ISA.
        """
        qualifier, colon, name = text.strip().partition(":")
        address = cls(qualifier, name) if colon else cls("ZZ", qualifier)
        if len(address.qualifier) != 2 or not 1 <= len(address.name) <= 15 or not is_writable(address.name):
            raise UnwritableError(f"{text!r} is no X12 address; write it as ZZ:NAME with a name of up to 15 characters")
        return address


@dataclass(frozen=True)
class Envelope:
    """What stands around the transaction sets."""

    sender: Address
    receiver: Address
    control: int
    """Of interchange and group: never twice between the same two."""
    at: datetime
    functional_id: str
    """What the group holds: FA acknowledgements, IB inventory."""
    group_sender: str = ""
    group_receiver: str = ""
    """Where they are not called as in ISA."""
    version: str = VERSION
    is_test: bool = False


def is_writable(text: str) -> bool:
    """Return whether a value can stand in an element as it is."""
    return not any(sign in text for sign in (ELEMENT, COMPONENT, TERMINATOR)) and text.isprintable()


def cleaned(text: str, *, at_most: int) -> str:
    """Return a text for people without the signs that cannot be written, no longer than it may be."""
    signs = (sign if is_writable(sign) else " " for sign in text)
    return "".join(signs)[:at_most].strip()


def write_interchange(envelope: Envelope, transactions: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """Return an interchange of one group; each transaction is its segments without ST and SE, led by its ``code``.

    A transaction is ``[("846",), ("BIA", "00", …), …]``: its code, then segments of tag and elements. Elements that are
    empty at a segment's end are left out.

    Raises:
        UnwritableError: a value holds a delimiter.
    """
    number = f"{envelope.control % (CONTROL_AT_MOST + 1):09d}"
    is_repeating = envelope.version >= "004020"
    lines = [
        ELEMENT.join(
            (
                "ISA", "00", " " * 10, "00", " " * 10,
                envelope.sender.qualifier, envelope.sender.name.ljust(15),
                envelope.receiver.qualifier, envelope.receiver.name.ljust(15),
                f"{envelope.at:%y%m%d}", f"{envelope.at:%H%M}", "^" if is_repeating else "U",
                envelope.version[:5], number, "0",
                "T" if envelope.is_test else "P", COMPONENT,
            )
        ),
        _segment(
            "GS", envelope.functional_id, envelope.group_sender or envelope.sender.name,
            envelope.group_receiver or envelope.receiver.name, f"{envelope.at:%Y%m%d}", f"{envelope.at:%H%M}",
            str(int(number)), "X", envelope.version,
        ),
    ]  # fmt: skip
    for count, (head, *segments) in enumerate(transactions, start=1):
        control = f"{count:04d}"
        lines.append(_segment("ST", head[0], control))
        lines += [_segment(*segment) for segment in segments]
        lines.append(_segment("SE", str(len(segments) + 2), control))
    lines += [_segment("GE", str(len(transactions)), str(int(number))), _segment("IEA", "1", number)]
    return "".join(f"{line}{TERMINATOR}\n" for line in lines).encode()


def _segment(tag: str, *elements: str) -> str:
    """Return one segment."""
    for position, element in enumerate(elements, start=1):
        if not is_writable(element):
            raise UnwritableError(f"{tag}{position:02d} would be {element!r}, which holds a sign that parts values")
    kept = list(elements)
    while kept and not kept[-1]:
        kept.pop()
    return ELEMENT.join((tag, *kept))
