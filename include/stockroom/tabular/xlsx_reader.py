"""The process that opens one spreadsheet: ``python -I xlsx_reader.py FILE LIMITS`` writes its rows as JSON lines.

Run by ``xlsx_file`` under limits of the operating system. It imports nothing of the package.
Lines: ``{"row": 2, "values": [...]}``, the same with ``"reason"`` for a row with an error in a cell; at last
``{"end": rows}`` or ``{"refused": message}``.
"""

from __future__ import annotations

import json
import math
import resource
import sys
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would import it, and its threads alone pass the memory limit

EXCEL_DIGITS = 15
"""Significant digits that a spreadsheet shows; what a float has beyond them is noise (0.1 + 0.2)."""
MEMBERS = 2_000


class RefusedError(Exception):
    """The spreadsheet passes a limit or is none; the message goes to the reader's caller."""


def main(file: str, limits: dict[str, Any]) -> None:
    """Write the rows of ``file`` to standard output, then the verdict."""
    _limit_this_process(limits)
    try:
        rows = _write_rows(file, limits)
    except RefusedError as refused:
        _write({"refused": str(refused)})
    except Exception as error:  # whatever a hostile file provokes becomes one sentence
        _write({"refused": _sentence(error, limits)})
    else:
        _write({"end": rows})


def _sentence(error: Exception, limits: dict[str, Any]) -> str:
    """Return what a person can do about ``error``, which openpyxl may have wrapped in others."""
    causes: list[BaseException] = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    names = {type(cause).__name__ for cause in causes}
    if "MemoryError" in names or any("out of memory" in str(cause) for cause in causes):
        return f"needs more than {limits['xlsx_memory_bytes'] // 1024**2} MB of memory; send it as CSV."
    if names & {"EntitiesForbidden", "DTDForbidden", "ExternalReferenceForbidden"}:
        return "declares XML entities, which no spreadsheet program does; it is not read."
    said = str(error).split("\n")[0][:200]
    return f"is no readable spreadsheet ({type(error).__name__}: {said}); save it again as .xlsx and send that."


def _limit_this_process(limits: dict[str, Any]) -> None:
    """Bound memory, time, output and files, so that a bad file ends this process and nothing else."""
    seconds = math.ceil(limits["xlsx_seconds"])
    for kind, bound in (
        (resource.RLIMIT_AS, limits["xlsx_memory_bytes"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 4 * limits["xlsx_unpacked_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (bound, bound) if hard == resource.RLIM_INFINITY else (min(bound, hard), hard))


def _write_rows(file: str, limits: dict[str, Any]) -> int:
    """Write every row that holds a value; return how many."""
    _check_archive(file, limits)
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise RefusedError("cannot be read safely: defusedxml is not installed; install the project's requirements.")
    warnings.simplefilter("ignore")  # of styles and extensions that openpyxl does not know
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    if not book.worksheets:
        raise RefusedError("holds no sheet of cells; save it again with one.")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # the file's own claim of its size may be forged
    cells = rows = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if len(row) > limits["xlsx_columns"]:
            raise RefusedError(
                f"row {number} has more than {limits['xlsx_columns']} columns; delete what stands to the right."
            )
        cells += len(row) or 1
        if cells > limits["xlsx_cells"]:
            raise RefusedError(
                f"has more than {limits['xlsx_cells']:,} cells (at row {number}); split it, or send it as CSV."
            )
        values = [_text(cell) for cell in row]
        if not any(values):
            continue
        rows += 1
        item: dict[str, Any] = {"row": number, "values": values}
        for column, cell in enumerate(row):
            if cell.data_type == "e" or (isinstance(cell.value, float) and not math.isfinite(cell.value)):
                item["reason"] = f"the cell in column {column + 1} holds the error {values[column]}; mend its formula"
                break
        _write(item)
    return rows


def _check_archive(file: str, limits: dict[str, Any]) -> None:
    """Refuse what would unpack to more than the limit; zipfile never reads a member beyond the size it declares."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise RefusedError(
            f"is no spreadsheet, or only the beginning of one ({str(error).lower()}); save it again and send that."
        ) from error
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits["xlsx_unpacked_bytes"] or len(members) > MEMBERS:
        raise RefusedError(
            f"unpacks to {unpacked:,} bytes in {len(members)} parts, more than the "
            f"{limits['xlsx_unpacked_bytes']:,} bytes or {MEMBERS} parts allowed; split it, or send it as CSV."
        )


def _text(cell: Any) -> str:  # noqa: ANN401  # openpyxl's cells are of four unrelated classes
    """Return the cell's value as text: dates in ISO, numbers as plain decimals, nothing as ''."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format(Decimal(format(value, f".{EXCEL_DIGITS}g")), "f") if math.isfinite(value) else str(value)
    if isinstance(value, datetime):
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)  # a day's fraction is never exact
        if value.time() == time() and "h" not in str(cell.number_format).lower():
            return value.date().isoformat()
        return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _write(item: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(item) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
