"""Rows of an XLSX file, read by a process that may die of it.

A spreadsheet is an archive of XML: 68 kB can cost 430 MB and ten seconds, and a forged one much more. So another
process opens it, under limits of the operating system, and this one believes nothing but the lines it has written.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from stockroom.streams import BadRow, RefusedFileError
from stockroom.tabular.limits import Limits
from stockroom.tabular.table import shown

READER = Path(__file__).with_name("xlsx_reader.py")


def xlsx_rows(path: Path, *, file_name: str, limits: Limits) -> Iterator[tuple[int, list[str]] | BadRow]:
    """Yield (row number, values) for each row of the first sheet, or a BadRow for one with an error in a cell.

    Formulas give the value that the spreadsheet program stored with them. Dates are ISO text, numbers plain decimals.

    Raises:
        RefusedFileError: the file is no spreadsheet or passes a limit; no row has been yielded then.
    """
    with tempfile.NamedTemporaryFile(prefix="stockroom-xlsx-") as output:
        status = _reader.read(path, output.name, limits)
        _check_verdict(_last_line(output), status, file_name=file_name, limits=limits)
        output.seek(0)
        for line in output:
            item = json.loads(line)
            if "reason" in item:
                yield BadRow(line_number=item["row"], text=shown(",".join(item["values"])), reason=item["reason"])
            elif "values" in item:
                yield item["row"], item["values"]


@dataclass
class _Reader:
    """The reading process, started when it is first needed and again when it is gone."""

    process: subprocess.Popen[str] | None = None
    owner: int = 0
    """The process that started it: a fork of that one shares its pipes and must not speak into them."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, path: Path, output: str, limits: Limits) -> int:
        """Have ``path`` read into the file ``output``; return the exit code of its fork, or minus a signal."""
        request = json.dumps({"file": str(path), "output": output, "limits": asdict(limits)})
        with self.lock:
            for _ in range(2):
                process = self._started()
                try:
                    process.stdin.write(request + "\n")  # type: ignore[union-attr]  # both are pipes
                    process.stdin.flush()  # type: ignore[union-attr]  # as above
                    answer = process.stdout.readline()  # type: ignore[union-attr]  # as above
                except BrokenPipeError:
                    answer = ""
                if answer:
                    return int(json.loads(answer)["status"])
                self.stop()  # somebody ended it: one more try with a new one
        raise RuntimeError(f"the process that reads spreadsheets does not stay alive; see `python {READER}`")

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None or self.owner != os.getpid():
            # -I: neither the working directory nor the user's own packages can put a module in openpyxl's place.
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and file
                [sys.executable, "-I", str(READER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={
                    **{
                        name: value
                        for name, value in os.environ.items()
                        if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")
                    },
                    "OPENPYXL_LXML": "False",  # lxml's parser is not the one that defusedxml guards
                },
                text=True,
            )
            self.owner = os.getpid()
        return self.process

    def stop(self) -> None:
        """End the process; it also ends by itself when its owner is gone."""
        process, self.process = self.process, None
        if process is not None and self.owner == os.getpid():
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):  # a request that never left is still in its buffer
                    pipe.close()  # type: ignore[union-attr]  # both are pipes


_reader = _Reader()
atexit.register(_reader.stop)
os.register_at_fork(after_in_child=lambda: setattr(_reader, "lock", threading.Lock()))


def _check_verdict(verdict: dict[str, object], status: int, *, file_name: str, limits: Limits) -> None:
    """Raise RefusedFileError unless the reader came to the end."""
    if "refused" in verdict:
        raise RefusedFileError(f"{file_name}: {verdict['refused']}")
    if status == -signal.SIGALRM:
        raise RefusedFileError(
            f"{file_name}: not read after {limits.xlsx_seconds:g} seconds, the limit for a spreadsheet; send it as CSV."
        )
    if "end" not in verdict or status != 0:
        raise RefusedFileError(
            f"{file_name}: the process that read it ended with code {status}, so it seems to need more than "
            f"{limits.xlsx_memory_bytes // 1024**2} MB of memory; send it as CSV."
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
