"""Rows of a CSV file, with damage kept to the line that has it.

The format is RFC 4180 in UTF-8 (a byte-order mark is fine). A line in another encoding, or with a quote that never
closes, costs that line alone: Python's own reader would stop at the first and lose the rest of the file at the second.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from stockroom.streams import BadRow, RefusedFileError
from stockroom.tabular.table import UNDECODED, shown

RECORD_LINES = 100
"""Lines that one quoted value may span; beyond that the quote is taken for a stray one."""
LINE_BYTES = 1_000_000
"""Bytes of one line; a file without line ends is no CSV."""

OTHER_UNICODE = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def csv_rows(path: Path, *, file_name: str) -> Iterator[tuple[int, list[str]] | BadRow]:
    """Yield (line number, values) for each record of the file, or a BadRow for a line that cannot be read.

    Raises:
        RefusedFileError: the file is not text of comma-separated lines at all.
    """
    lines = _numbered_lines(path, file_name=file_name)
    waiting: deque[tuple[int, str]] = deque()
    while True:
        head = waiting.popleft() if waiting else next(lines, None)
        if head is None:
            return
        number, line = head
        if '"' not in line:
            yield _checked(number, line, line.rstrip("\r\n").split(","))
            continue
        values = _parsed(line)
        taken: list[tuple[int, str]] = []
        text, quotes = line, line.count('"')
        while values is None and len(taken) < RECORD_LINES:
            more = waiting.popleft() if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
            text += more[1]
            quotes += more[1].count('"')
            if quotes % 2 == 0:
                values = _parsed(text)
                break
        if values is None:
            waiting.extendleft(reversed(taken))  # whatever followed is read again, each line for itself
            yield BadRow(
                line_number=number,
                text=shown(line.rstrip("\r\n")),
                reason='a quote (") opens a value and never closes it; close it, or double a quote that is text',
            )
        else:
            yield _checked(number, text, values)


def _numbered_lines(path: Path, *, file_name: str) -> Iterator[tuple[int, str]]:
    """Yield the file's lines with their numbers; bytes that are not UTF-8 stay recognisable."""
    with path.open("rb") as stream:
        for number, raw in enumerate(iter(lambda: stream.readline(LINE_BYTES + 1), b""), start=1):
            if len(raw) > LINE_BYTES:
                raise RefusedFileError(
                    f"{file_name}: line {number} is longer than {LINE_BYTES:,} bytes; send a CSV file with line ends."
                )
            if number == 1:
                for mark, encoding in OTHER_UNICODE:
                    if raw.startswith(mark):
                        raise RefusedFileError(
                            f"{file_name}: the file begins with bytes {mark.hex(' ').upper()}, so it is {encoding}; "
                            "save it as UTF-8 (in Excel: “CSV UTF-8”)."
                        )
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            yield number, raw.decode("utf-8", "surrogateescape")


def _parsed(text: str) -> list[str] | None:
    """Return the values of one record, or None where its quotes do not balance."""
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def _checked(number: int, text: str, values: list[str]) -> tuple[int, list[str]] | BadRow:
    """Return the row, or a BadRow that names the first byte that is not UTF-8."""
    found = UNDECODED.search(text)
    if found is None:
        return number, values
    byte = ord(found.group()) - 0xDC00
    looks_like = bytes([byte]).decode("cp1252", "replace")
    return BadRow(
        line_number=number,
        text=shown(text.rstrip("\r\n")),
        reason=(
            f"byte 0x{byte:02X} at character {found.start() + 1} is not UTF-8 "
            f"(in Windows-1252 it would be “{looks_like}”); "
            "save the file as UTF-8 (in Excel: “CSV UTF-8”) and send it again"
        ),
    )
