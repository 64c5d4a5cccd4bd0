"""The one way to read a file of rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from stockroom.streams import BadRow, RefusedFileError, Row
from stockroom.tabular.csv_file import csv_rows
from stockroom.tabular.drops import check_bytes
from stockroom.tabular.json_file import json_rows
from stockroom.tabular.limits import Limits
from stockroom.tabular.table import with_header
from stockroom.tabular.xlsx_file import xlsx_rows


def read_rows(
    path: Path, *, columns: Sequence[str], file_name: str | None = None, limits: Limits | None = None
) -> Iterator[Row | BadRow]:
    """Yield each row of a CSV, XLSX or JSON file as a record: the header's names, and values as text.

    Lines count from 1, with the header as line 1; records of JSON count from 1. A row that does not fit comes as a
    BadRow and the rest follows; rows without any value are left out. ``file_name`` is what messages call the file
    (``path`` may be a copy of it).

    Raises:
        RefusedFileError: the file as a whole cannot be read (a column missing, no spreadsheet, a limit passed).
    """
    limits = limits or Limits()
    file_name = file_name or path.name
    check_bytes(file_name, path.stat().st_size, limits.bytes_of(file_name))
    suffix = Path(file_name).suffix.lower()
    if suffix == ".json":
        yield from json_rows(path, file_name=file_name, columns=columns)
        return
    if suffix == ".xlsx":
        rows = xlsx_rows(path, file_name=file_name, limits=limits)
    elif suffix == ".csv":
        rows = csv_rows(path, file_name=file_name)
    else:
        raise RefusedFileError(f"{file_name}: neither .csv nor .xlsx nor .json; save it as one of these.")
    yield from with_header(rows, file_name=file_name, columns=columns, is_padded=suffix == ".xlsx")
