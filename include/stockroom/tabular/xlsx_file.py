"""Rows of an XLSX file, read by a process that may die of it.

A spreadsheet is an archive of XML: 68 kB can cost 430 MB and ten seconds, and a forged one much more. So another
process opens it, under limits of the operating system, and this one believes nothing but the lines it has written.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO

from stockroom.streams import BadRow
from stockroom.tabular.limits import Limits
from stockroom.tabular.table import RefusedFileError, shown

READER = Path(__file__).with_name("xlsx_reader.py")


def xlsx_rows(path: Path, *, file_name: str, limits: Limits) -> Iterator[tuple[int, list[str]] | BadRow]:
    """Yield (row number, values) for each row of the first sheet, or a BadRow for one with an error in a cell.

    Formulas give the value that the spreadsheet program stored with them. Dates are ISO text, numbers plain decimals.

    Raises:
        RefusedFileError: the file is no spreadsheet or passes a limit; no row has been yielded then.
    """
    with tempfile.TemporaryFile() as output:
        _read_apart(path, output, file_name=file_name, limits=limits)
        output.seek(0)
        for line in output:
            item = json.loads(line)
            if "reason" in item:
                yield BadRow(line_number=item["row"], text=shown(",".join(item["values"])), reason=item["reason"])
            elif "values" in item:
                yield item["row"], item["values"]


def _read_apart(path: Path, output: IO[bytes], *, file_name: str, limits: Limits) -> None:
    """Let the reader process write the file's rows to ``output``; raise RefusedFileError unless it came to the end."""
    # -I: neither the working directory nor the user's own packages can put a module in openpyxl's place.
    command = [sys.executable, "-I", str(READER), str(path), json.dumps(asdict(limits))]
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")},
        "OPENPYXL_LXML": "False",  # lxml's parser is not the one that defusedxml guards
    }
    try:
        ended = subprocess.run(  # noqa: S603  # our own interpreter and reader; the file's name is an argument, never a command
            command, stdout=output, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment,
            timeout=limits.xlsx_seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise RefusedFileError(
            f"{file_name}: not read after {limits.xlsx_seconds:g} seconds, the limit for a spreadsheet; send it as CSV."
        ) from error
    verdict = _last_line(output)
    if "refused" in verdict:
        raise RefusedFileError(f"{file_name}: {verdict['refused']}")
    if "end" not in verdict or ended.returncode != 0:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RefusedFileError(
            f"{file_name}: the process that read it ended with code {ended.returncode}"
            f"{' (' + shown(said[-1]) + ')' if said else ''}, so it may pass the limit of "
            f"{limits.xlsx_memory_bytes // 1024**2} MB or {limits.xlsx_seconds:g} seconds; send it as CSV."
        )


def _last_line(output: IO[bytes]) -> dict[str, object]:
    """Return the reader's verdict: the last line it wrote, or nothing if it did not come so far."""
    end = output.seek(0, os.SEEK_END)
    output.seek(max(0, end - 4096))
    lines = output.read().splitlines()
    try:
        verdict = json.loads(lines[-1]) if lines else {}
    except ValueError:  # killed within a line
        return {}
    return verdict if isinstance(verdict, dict) else {}
