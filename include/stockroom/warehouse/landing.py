"""Write landing files: what a source said, kept as it was said, before anything is loaded.

A landing file is there whole or not at all, and never changes. Where a name is taken by a file with the same bytes,
that file is the one meant (a task that was killed after landing runs again). Where its bytes differ, the new file takes
the next free name (``part-2.jsonl.gz``): nothing that landed is ever overwritten, nothing has to be cleared by hand.

Files are reached through Airflow's ``ObjectStoragePath``, so that ``file:///…`` and ``s3://connection@bucket/…`` are
one code path; only the last step, publishing a name that must not exist, is the file system's own.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import orjson
from airflow.sdk import ObjectStoragePath

from stockroom.streams import Stream
from stockroom.tabular import DropError
from stockroom.tabular.drops import check_connection
from stockroom.warehouse.kept import only_kept

BLOCK_BYTES = 1 << 18
COMPRESSION_LEVEL = 4
NAMES_TRIED = 1000


class LandingError(RuntimeError):
    """A landing file cannot be written or read; the message names the file and the mend."""


@dataclass(frozen=True)
class LandingFile:
    """A file that has landed."""

    landing_url: str
    path: str
    """Below ``landing_url``; identifies the file for ever."""
    source: str
    stream: str
    window_start: datetime | None
    window_end: datetime | None
    """The cursor moves here when the file is loaded; ``None`` for files that somebody else dated."""
    channel_time: datetime | None
    """The channel's own clock when it answered."""
    landed_at: datetime
    bytes: int
    sha256: str


def write_part(
    landing_url: str,
    stream: Stream,
    records: Iterable[bytes],
    *,
    window_start: datetime | None,
    window_end: datetime,
    landed_at: datetime,
    channel_time: datetime | None = None,
    name: str = "part",
) -> LandingFile:
    """Write the records of one window as gzip JSON lines and return the file; no record at all is a file too.

    Of each record that alone is written which its stream keeps: a landing file stays as it is, and what people have a
    right to see erased must not be in it.

    Args:
        landing_url: ``file:///…`` or ``s3://…``.
        stream: whose records these are.
        records: one JSON document each, without a line break; taken one by one, never held together.
        window_start: start of the window that was asked for; ``None`` means from the beginning.
        window_end: its end, by the channel's clock.
        landed_at: now.
        channel_time: the channel's clock, if it has one.
        name: what the file is called, without its suffix; a window that lands in several parts numbers them.

    Raises:
        LandingError: a record holds a line break. Errors of ``records`` pass through; nothing has landed then.
    """
    folder = f"{stream.source}/{stream.name}/{_spelled(window_start)}--{_spelled(window_end)}"
    with _unfinished_file(landing_url, folder) as local:
        with local.open("wb") as file, gzip.GzipFile("", "wb", COMPRESSION_LEVEL, file, mtime=0) as packed:
            lines = io.BufferedWriter(packed, BLOCK_BYTES)
            for number, record in enumerate(records, 1):
                if b"\n" in record:
                    raise LandingError(f"{stream.table}: record {number} holds a line break; write it on one line")
                lines.write(orjson.dumps(only_kept(orjson.loads(record), stream.keeps)) if stream.keeps else record)
                lines.write(b"\n")
            lines.flush()
            lines.detach()
        path, size, digest = _publish(landing_url, folder, f"{name}.jsonl.gz", local)
    return LandingFile(
        landing_url, path, stream.source, stream.name, window_start, window_end, channel_time, landed_at, size, digest
    )


def keep_file(
    landing_url: str,
    stream: Stream,
    file: Path,
    *,
    landed_at: datetime,
    window_start: datetime | None = None,
    window_end: datetime | None = None,
    channel_time: datetime | None = None,
) -> LandingFile:
    """Copy a file as it was received, under its own name, and return it.

    A file without a window lies under the time of its landing; whether it says anything new is decided when it is
    loaded (see ``load.load_rows``) or, cheaper, before by ``cursors.is_unchanged``.

    Raises:
        LandingError: somebody is still writing the file.
    """
    window = _spelled(landed_at) if window_end is None else f"{_spelled(window_start)}--{_spelled(window_end)}"
    folder = f"{stream.source}/{stream.name}/{window}"
    with _unfinished_file(landing_url, folder) as local:
        before = file.stat()
        with file.open("rb") as received, local.open("wb") as kept:
            shutil.copyfileobj(received, kept, BLOCK_BYTES)
        after = file.stat()
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise LandingError(f"{file} is still being written; the next round takes it")
        path, size, digest = _publish(landing_url, folder, file.name, local)
    return LandingFile(
        landing_url, path, stream.source, stream.name, window_start, window_end, channel_time, landed_at, size, digest
    )


@contextmanager
def open_landed(landing_file: LandingFile) -> Iterator[IO[bytes]]:
    """Open the file's bytes, from its start.

    Raises:
        LandingError: it is not there.
    """
    target = _target(landing_file.landing_url, landing_file.path)
    try:
        file = target.fs.open(target.path, "rb")
    except FileNotFoundError as error:
        raise LandingError(
            f"{landing_file.path} is not in {landing_file.landing_url}; restore it, or extract its window again"
        ) from error
    with file:
        yield file


@contextmanager
def local_copy(landing_file: LandingFile) -> Iterator[Path]:
    """Lend the file as a local path with its own name (readers of spreadsheets need one); do not write to it."""
    target = _target(landing_file.landing_url, landing_file.path)
    if target.protocol in ("", "file"):
        yield Path(target.path)
        return
    with tempfile.TemporaryDirectory(prefix="stockroom-") as folder:
        local = Path(folder) / target.name
        with open_landed(landing_file) as landed, local.open("wb") as copy:
            shutil.copyfileobj(landed, copy, BLOCK_BYTES)
        yield local


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _spelled(moment: datetime | None) -> str:
    """Return a moment as it stands in a path: UTC, without signs that a file system dislikes."""
    if moment is None:
        return "beginning"
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone; windows are aware UTC datetimes")
    spelled = moment.astimezone(UTC).strftime("%Y-%m-%dT%H-%M-%S")
    return f"{spelled}.{moment.microsecond:06d}Z" if moment.microsecond else f"{spelled}Z"


def _target(landing_url: str, path: str) -> ObjectStoragePath:
    """Return the object at ``path`` below the landing URL.

    Raises:
        LandingError: the URL names an Airflow connection that is not there.
    """
    _look_up_connection(landing_url)
    return ObjectStoragePath(landing_url) / path


@cache
def _look_up_connection(landing_url: str) -> None:
    """Look the connection up before it is used: without one Amazon's library would ask the network who it is."""
    try:
        check_connection(landing_url, urlsplit(landing_url).netloc.rpartition("@")[0] or None)
    except DropError as error:
        raise LandingError(str(error)) from error


@contextmanager
def _unfinished_file(landing_url: str, folder: str) -> Iterator[Path]:
    """Lend a local file to write to, gone at the end; beside its target if that is local, so that it can be linked."""
    place = _target(landing_url, folder)
    is_local = place.protocol in ("", "file")
    if is_local:
        Path(place.path).mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=".unfinished-", suffix=".part", dir=place.path if is_local else None)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _publish(landing_url: str, folder: str, name: str, local: Path) -> tuple[str, int, str]:
    """Give the finished file its name; return path, bytes and SHA-256 of what now stands there."""
    digest = sha256_of(local)
    size = local.stat().st_size
    stem, dot, suffix = name.partition(".")
    for number in range(1, NAMES_TRIED):
        path = f"{folder}/{name if number == 1 else f'{stem}-{number}{dot}{suffix}'}"
        target = _target(landing_url, path)
        try:
            if target.protocol in ("", "file"):
                _publish_locally(local, Path(target.path))
            else:
                target.fs.put_file(str(local), target.path, mode="create")
        except FileExistsError:
            if _sha256_of_object(target) != digest:
                continue
        return path, size, digest
    raise LandingError(f"{folder}/{name}: {NAMES_TRIED} files of this name have landed; find out what writes them")


def _publish_locally(local: Path, target: Path) -> None:
    """Move a finished file to a name that must not exist; after a power cut it is there whole or not at all."""
    with local.open("rb") as file:
        os.fsync(file.fileno())
    local.chmod(0o644)
    try:
        os.link(local, target)  # unlike a rename it fails where the name is taken
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if target.exists():
            raise FileExistsError(target) from None
        local.rename(target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256_of_object(target: ObjectStoragePath) -> str:
    """Return the SHA-256 of an object's bytes."""
    digest = hashlib.sha256()
    opened: Any = target.fs.open(target.path, "rb")
    with opened as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
