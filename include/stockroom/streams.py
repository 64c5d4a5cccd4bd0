"""What a source offers: the declaration that channels write and the warehouse reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Stream:
    """One kind of record of one source; it lands under ``source/name`` and is loaded into ``raw.<source>_<name>``."""

    source: str
    name: str
    key: tuple[str, ...]
    """Fields of the document that identify a record; joined with ``/`` they make the record key."""
    mode: Literal["append", "snapshot"] = "append"
    """``append``: every landed document is kept. ``snapshot``: only documents unlike their newest stored version."""

    @property
    def table(self) -> str:
        """Return the raw table's name without its schema."""
        return f"{self.source}_{self.name}"


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
