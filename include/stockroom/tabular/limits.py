"""How much one file may ask of the machine that reads it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True)
class Limits:
    """Bounds of one file. They are far above any catalogue seen and far below what harms a worker."""

    csv_bytes: int = 1_000_000_000
    x12_bytes: int = 20_000_000
    """Such a file is held in memory as a whole: an order of 1,000 lines has 60,000."""
    json_bytes: int = 50_000_000
    """Held in memory as a whole, with ten times as much for what it says."""
    xlsx_bytes: int = 50_000_000
    xlsx_unpacked_bytes: int = 500_000_000
    """Of the archive's members together: a few kilobytes can unpack to gigabytes."""
    xlsx_cells: int = 2_000_000
    xlsx_columns: int = 256
    xlsx_memory_bytes: int = 768 * 1024 * 1024
    """Address space of the reading process, about 60 MB of which are the interpreter's and openpyxl's."""
    xlsx_seconds: float = 60.0

    def bytes_of(self, file_name: str) -> int:
        """Return how large a file of that name may be."""
        by_suffix = {".json": self.json_bytes, ".xlsx": self.xlsx_bytes, ".edi": self.x12_bytes, ".x12": self.x12_bytes}
        return by_suffix.get(PurePath(file_name).suffix.lower(), self.csv_bytes)
