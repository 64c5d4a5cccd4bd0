"""Tells wholesale customers what can be sold: a CSV file, and an X12 846 beside it, in the folder they fetch from.

A listing is a SKU, its place one of our locations. Both files are written whole, when a figure differs.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from stockroom.channels.channel import Change, ChannelError, Listing, UnavailableChannelError, Written
from stockroom.channels.wholesale.advice_846 import Parties, inventory_advice, parties_of
from stockroom.channels.wholesale.client import outgoing
from stockroom.settings import Settings
from stockroom.tabular import Drop, DropError, open_drop
from stockroom.tabular.spreadsheet import csv_bytes, defused

CSV_NAME = "availability.csv"
ADVICE_NAME = "availability.edi"
HEADER = ("sku", "location", "available_units")


@contextmanager
def open_writer(settings: Settings, *, clock: Callable[[], datetime] | None = None) -> Iterator[AvailabilityFiles]:
    """Open the folder that customers fetch from."""
    parties = parties_of(settings)
    try:
        with open_drop(outgoing(settings)) as drop:
            yield AvailabilityFiles(drop, parties, clock)
    except (DropError, OSError) as error:
        raise UnavailableChannelError(f"Wholesale: {error}") from error


@dataclass
class AvailabilityFiles:
    """The files as they stand; what is not in them is not offered, and counts as 0."""

    drop: Drop
    parties: Parties | None
    """None: nobody is told by X12."""
    clock: Callable[[], datetime] | None
    """A folder has none of its own: somebody has to lend one before anything is compared or written."""
    offered: set[tuple[str, str]] = field(default_factory=set)

    def go_by(self, clock: Callable[[], datetime], /) -> None:
        """Take the time from here."""
        self.clock = clock

    def now(self) -> datetime:
        """Return the time by the clock that was lent."""
        if self.clock is None:
            raise RuntimeError("a folder has no clock of its own; call go_by first")
        return self.clock()

    def is_blank(self) -> bool:
        """Return whether the file of figures is not there, or has been taken away."""
        return self.drop.read(CSV_NAME) is None

    def keep_only(self, listings: Sequence[Listing], /) -> None:
        """Leave out of the next files what is not among ``listings``."""
        self.offered = {_cells(listing) for listing in listings}

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what the file shows for each listing."""
        shown = self._shown()
        return {listing: shown.get(_cells(listing), 0) for listing in listings}

    def write_available(self, changes: Sequence[Change], key: str, /) -> Sequence[Written]:
        """Write both files anew: what they showed of what is still offered, with the changes."""
        figures = {cells: units for cells, units in self._shown().items() if cells in self.offered}
        figures |= {_cells(change.listing): change.units for change in changes}
        rows = [(sku, location, units) for (sku, location), units in sorted(figures.items())]
        if self.parties is not None:
            # The number of the round: it is written again under the same one, and never for another.
            control = int(key.partition("-")[0])
            self._put(ADVICE_NAME, inventory_advice(rows, self.parties, control=control, at=self.now()))
        self._put(CSV_NAME, csv_bytes(HEADER, rows))
        return [Written(change.listing, "written") for change in changes]

    def _shown(self) -> dict[tuple[str, str], int]:
        """Return the figures of the CSV file, which is written last."""
        content = self.drop.read(CSV_NAME)
        if content is None:
            return {}
        try:
            rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
            return {(row["sku"], row["location"]): int(row["available_units"]) for row in rows}
        except (KeyError, TypeError, ValueError) as error:
            raise ChannelError(
                f"Wholesale: somebody changed {CSV_NAME}; delete it, and the next change writes it anew"
            ) from error

    def _put(self, name: str, content: bytes) -> None:
        """Write a file and read it back."""
        self.drop.write(name, content)
        if self.drop.read(name) != content:
            raise UnavailableChannelError(
                f"Wholesale: {name} does not read back as it was written; the next round writes"
            )


def _cells(listing: Listing) -> tuple[str, str]:
    """Return SKU and location as they stand in the CSV file."""
    return defused(listing.listing_id), defused(listing.place_id)
