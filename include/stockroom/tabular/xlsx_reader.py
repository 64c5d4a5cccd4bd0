"""The process that opens spreadsheets: ``python -I xlsx_reader.py`` reads one request a line, answers one line each.

Run by ``xlsx_file``. It imports nothing of the package. Each file is opened by a fork of it, under limits of the
operating system, so that a bad file ends its own fork and nothing else; a fork costs milliseconds, starting Python and
openpyxl a fifth of a second. Request: ``{"file", "output", "limits"}``; answer: ``{"status": exit code, or minus a
signal}``. Lines of the output: ``{"row": 2, "values": [...]}``, the same with ``"reason"`` for a row with an error in a
cell; at last ``{"end": rows}`` or ``{"refused": message}``.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys
import warnings
import zipfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any

sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would import it, and its threads pass the memory limit
import openpyxl  # noqa: E402  # after the line above

EXCEL_DIGITS = 15
"""Significant digits that a spreadsheet shows; what a float has beyond them is noise (0.1 + 0.2)."""
MEMBERS = 2_000


class RefusedError(Exception):
    """The spreadsheet passes a limit or is none; the message goes to the reader's caller."""


def serve() -> None:
    """Answer requests until their writer is gone."""
    warnings.simplefilter("ignore")  # of styles and extensions that openpyxl does not know
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _read_and_exit(request)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        sys.stdout.write(json.dumps({"status": status}) + "\n")
        sys.stdout.flush()


def _read_and_exit(request: dict[str, Any]) -> None:
    """Read one file in this fork, and end it, whatever happens."""
    status = 1
    try:
        with open(request["output"], "w", encoding="utf-8") as output:  # noqa: PTH123  # nothing needless beside the file
            _limit_this_process(request["limits"])
            _write_all(request["file"], output, request["limits"])
        status = 0
    finally:
        os._exit(status)


def _write_all(file: str, output: IO[str], limits: dict[str, Any]) -> None:
    """Write the rows of ``file``, then the verdict."""
    try:
        verdict: dict[str, Any] = {"end": _write_rows(file, output, limits)}
    except RefusedError as refused:
        verdict = {"refused": str(refused)}
    except Exception as error:  # whatever a hostile file provokes becomes one sentence
        verdict = {"refused": _sentence(error, limits)}
    _write(output, verdict)


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
    """Bound memory, time, output and files: past a bound the kernel ends this process."""
    for kind, bound in (
        (resource.RLIMIT_AS, limits["xlsx_memory_bytes"]),
        (resource.RLIMIT_FSIZE, 4 * limits["xlsx_unpacked_bytes"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (bound, bound) if hard == resource.RLIM_INFINITY else (min(bound, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, limits["xlsx_seconds"])  # SIGALRM without a handler ends a process


def _write_rows(file: str, output: IO[str], limits: dict[str, Any]) -> int:
    """Write every row that holds a value; return how many."""
    if not openpyxl.DEFUSEDXML:
        raise RefusedError("cannot be read safely: defusedxml is not installed; install the project's requirements.")
    _check_archive(file, limits)
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    if not book.worksheets:
        raise RefusedError("holds no sheet of cells; save it again with one.")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # the file's own claim of its size may be forged
    cells = rows = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if len(row) > limits["xlsx_columns"]:
            raise RefusedError(
                f"row {number} has more than {limits['xlsx_columns']} columns; delete what stands right."
            )
        cells += len(row) or 1
        if cells > limits["xlsx_cells"]:
            raise RefusedError(f"has more than {limits['xlsx_cells']:,} cells (at row {number}); send it as CSV.")
        values = [_text(cell) for cell in row]
        if not any(values):
            continue
        rows += 1
        item: dict[str, Any] = {"row": number, "values": values}
        for column, cell in enumerate(row):
            if cell.data_type == "e" or (isinstance(cell.value, float) and not math.isfinite(cell.value)):
                item["reason"] = f"the cell in column {column + 1} holds the error {values[column]}; mend its formula"
                break
        _write(output, item)
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


def _write(output: IO[str], item: dict[str, Any]) -> None:
    output.write(json.dumps(item) + "\n")


if __name__ == "__main__":
    serve()
