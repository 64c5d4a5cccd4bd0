"""CSV that no spreadsheet program takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

Cell = str | int | float | Decimal | date | None

FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
"""What a spreadsheet program may take for the beginning of a formula; the wide forms count in Japanese editions."""


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    r"""Return the rows as CSV in UTF-8 with one header line; numbers stay numbers, text is defused.

    >>> csv_bytes(("sku", "units"), [("=1+1", -3)])
    b"sku,units\r\n'=1+1,-3\r\n"
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_written(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()


def defused(text: str) -> str:
    """Return a text as it stands in such a file."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def _written(cell: Cell) -> str | int | float | Decimal:
    """Return what the writer puts into the cell: only text can be dangerous, so only text is touched."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return defused(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:f}" if isinstance(cell, Decimal) else cell
