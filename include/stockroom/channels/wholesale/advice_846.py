"""Writes what can be sold as X12 846: one inventory advice per location, every SKU of it with its figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from stockroom.channels.channel import ChannelError, ConnectionField
from stockroom.settings import PREFIX, Settings
from stockroom.x12.write import Address, Envelope, UnwritableError, is_writable, write_interchange

CONTROL_BELOW = 500_000_000
"""From there on are the numbers of acknowledgements: of one sender no two interchanges have the same."""
SKU_CHARACTERS = 48
FIELDS = (
    ConnectionField(
        "x12_id",
        "how the shop is called in X12 interchanges, as ZZ:NAME; with it availability is also written as an 846",
        is_optional=True,
        example="ZZ:SAMPLEGIFTS",
    ),
    ConnectionField("x12_partner", "whom those are sent to, as ZZ:NAME", is_optional=True, example="ZZ:WHOLESALE"),
    ConnectionField("ship_from", "the location that ships X12 orders that name none, such as LONDON", is_optional=True),
)


@dataclass(frozen=True)
class Parties:
    """Who tells whom."""

    sender: Address
    receiver: Address


def parties_of(settings: Settings) -> Parties | None:
    """Return who tells whom by X12; None where nobody is.

    Raises:
        ChannelError: one of both is missing, or cannot be written.
    """
    given = {name: settings.value(f"wholesale_{name}").strip() for name in ("x12_id", "x12_partner")}
    if not any(given.values()):
        return None
    for name, value in given.items():
        variable = f"{PREFIX}WHOLESALE_{name}".upper()
        try:
            Address.read(value)
        except UnwritableError as error:
            raise ChannelError(f"Wholesale: {variable}: {error}") from error
    return Parties(Address.read(given["x12_id"]), Address.read(given["x12_partner"]))


def inventory_advice(rows: Sequence[tuple[str, str, int]], parties: Parties, *, control: int, at: datetime) -> bytes:
    """Return the 846 for rows of SKU, location and units, sorted by location and SKU.

    What X12 cannot write (a sign that parts values, more than 48 characters) is left to the CSV file.
    """
    by_location = sorted((row for row in rows if is_advisable(*row)), key=itemgetter(1, 0))
    envelope = Envelope(parties.sender, parties.receiver, control=control % CONTROL_BELOW, at=at, functional_id="IB")
    transactions = [
        _advice(location, list(group), reference=str(control), at=at)
        for location, group in groupby(by_location, key=itemgetter(1))
    ]
    return write_interchange(envelope, transactions)


def is_advisable(sku: str, location: str, _units: int) -> bool:
    """Return whether a figure can stand in an 846."""
    return 0 < len(sku) <= SKU_CHARACTERS and is_writable(sku) and is_writable(location)


def _advice(
    location: str, rows: Sequence[tuple[str, str, int]], *, reference: str, at: datetime
) -> list[Sequence[str]]:
    """Return the 846 of one location: 33 is the quantity available for sale, 91 our own name of a place."""
    lines: list[Sequence[str]] = [
        ("846",),
        ("BIA", "00", "SI", reference, f"{at:%Y%m%d}", f"{at:%H%M}"),
        ("N1", "WH", location, "91", location),
    ]
    for number, (sku, _, units) in enumerate(rows, start=1):
        lines += [("LIN", str(number), "VN", sku), ("QTY", "33", str(units), "EA")]
    lines.append(("CTT", str(len(rows))))
    return lines
