"""What a source offers: the declaration that channels write and the warehouse reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
