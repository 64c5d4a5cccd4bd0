"""Read the lines of a landing file: fast as blocks for COPY, or one by one to find what is wrong with which."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from typing import IO

import orjson

from stockroom.streams import BadRow
from stockroom.warehouse.landing import BLOCK_BYTES, LandingError, LandingFile, open_landed

LINE_BYTES = 64 << 20
NESTING = 1000
"""Postgres takes some 6,000 levels and then gives up the whole statement."""
QUOTE = b"\x01"
DELIMITER = b"\x02"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class DamagedLandingFileError(LandingError):
    """The file's bytes are not those that were landed, or end early; nothing of it was loaded."""


class UnusualLinesError(Exception):
    """The blocks hold bytes that COPY would read differently from a reader of JSON lines; read line by line instead."""


def copy_blocks(landing_file: LandingFile) -> Iterator[bytes]:
    """Yield the file's text in blocks for ``COPY`` in CSV format with ``QUOTE`` and ``DELIMITER``.

    Raises:
        UnusualLinesError: it holds carriage returns, or the two bytes that no JSON holds.
        DamagedLandingFileError: as ``numbered_lines``.
    """
    for block in _blocks(landing_file):
        if QUOTE in block or DELIMITER in block or b"\r" in block:
            raise UnusualLinesError
        yield block


def numbered_lines(landing_file: LandingFile) -> Iterator[tuple[int, str] | BadRow]:
    """Yield each line that is not empty with its number, from 1; one that is no text, or no use trying, as a BadRow.

    Memory stays at one line; of a line over 64 MB only the start is kept.

    Raises:
        DamagedLandingFileError: the file is truncated, corrupt, or not the one that landed. Loading what is left would
            move the cursor past records that nobody has seen, so nothing is loaded.
    """
    rest = b""
    number = 0
    is_overlong = False
    for block in _blocks(landing_file):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            number += 1
            if is_overlong:
                yield _overlong(number, line)
                is_overlong = False
            elif line.strip():
                yield _judged(number, line)
        if is_overlong or len(rest) > LINE_BYTES:
            is_overlong, rest = True, rest[:BLOCK_BYTES]
    if is_overlong:
        yield _overlong(number + 1, rest)
    elif rest.strip():
        yield _judged(number + 1, rest)


def _blocks(landing_file: LandingFile) -> Iterator[bytes]:
    """Yield the unpacked bytes without a byte order mark, and compare the packed ones with what landed."""
    with open_landed(landing_file) as file:
        hashed = _Hashed(file)
        try:
            with gzip.GzipFile(fileobj=hashed) as packed:  # type: ignore[call-overload]  # reads, and nothing else
                first = packed.read(BLOCK_BYTES)
                if first.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise DamagedLandingFileError(f"{landing_file.path} is UTF-16; landing files are UTF-8. {_MEND}")
                yield first.removeprefix(BYTE_ORDER_MARK)
                while block := packed.read(BLOCK_BYTES):
                    yield block
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise DamagedLandingFileError(f"{landing_file.path} is truncated or corrupt ({error}). {_MEND}") from error
    if hashed.digest.hexdigest() != landing_file.sha256:
        raise DamagedLandingFileError(f"{landing_file.path} is not the file that landed: its checksum differs. {_MEND}")


_MEND = (
    "Nothing of it was loaded and the cursor did not move: the next extract asks for this window again. "
    "To load this very file, restore it from a backup."
)


class _Hashed:
    """The reading side of a file, with a checksum of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.file.read(size)
        self.digest.update(block)
        return block


def _judged(number: int, line: bytes) -> tuple[int, str] | BadRow:
    """Return the line as text, or why it is none; JSON itself is judged by Postgres."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        return BadRow(
            number,
            line.decode("utf-8", "backslashreplace"),
            f"byte {error.start + 1} (0x{line[error.start]:02x}) is not UTF-8; send the record in UTF-8",
        )
    if "\0" in text:
        return BadRow(number, text, "holds a NUL byte, which no JSON holds; send the record without it")
    if line.count(b"[") + line.count(b"{") > NESTING:
        try:
            orjson.loads(line)
        except orjson.JSONDecodeError as error:
            return BadRow(number, text, f"cannot be read as JSON ({error}); at most {NESTING} levels may be nested")
    return number, text


def _overlong(number: int, start: bytes) -> BadRow:
    """Return the verdict on a line over the limit."""
    return BadRow(
        number,
        start.decode("utf-8", "backslashreplace"),
        f"is longer than {LINE_BYTES >> 20} MB; send the record in parts",
    )
