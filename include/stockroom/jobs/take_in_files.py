"""Take in the new files of a drop: what a channel of files and the suppliers' folders have in common."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psycopg

from stockroom.jobs.extracted import ExtractionError, SourceExtracted, StreamExtracted
from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
from stockroom.tabular import (
    Drop,
    DropError,
    DroppedFile,
    FileSource,
    FileStream,
    RefusedFileError,
    StillWrittenError,
    find_files,
    is_set,
    open_drop,
)
from stockroom.tabular.limits import Limits
from stockroom.warehouse.cursors import is_same_version, is_unchanged, keep_version
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.landing import LandingError, LandingFile, keep_file, local_copy, sha256_of
from stockroom.warehouse.load import LoadSummary, load_rows

LIMITS = Limits()


def take_in_files(settings: Settings, connection: psycopg.Connection, source: FileSource) -> SourceExtracted:
    """Return what the drop of ``source`` brought: each file that is new, or has other content than before.

    The file is kept as received before its rows are loaded. One that cannot be read as a whole becomes one rejected
    record with the reason, and is not tried again until it changes; one that is too large is not even fetched.

    Raises:
        ExtractionError: the drop is not set or out of reach, or files could not be kept or loaded; the others were.
    """
    folder = source.folder(settings)
    if not is_set(folder):
        raise ExtractionError(
            f"{source.name}: STOCKROOM_{source.setting.upper()} is not set; name the folder its files arrive in."
        )
    counts = {stream: StreamExtracted(stream.name) for stream in source.streams}
    waiting: list[str] = []
    refused: list[str] = []
    failures: list[str] = []
    try:
        with open_drop(folder) as drop:
            found = find_files(source, drop)
            for kind, file in found.files:
                try:
                    summary, is_refused = _take_in(settings, connection, drop, kind, file)
                except StillWrittenError:
                    waiting.append(file.name)
                except RefusedFileError as error:  # it was not even fetched
                    refused.append(str(error))
                except (DropError, LandingError, OSError, psycopg.Error) as error:
                    failures.append(f"{file.name}: {error}")
                else:
                    counts[kind.stream] = counts[kind.stream].and_also(summary)
                    if is_refused:
                        refused.append(file.name)
    except DropError as error:
        raise ExtractionError(f"{source.name}: {error}") from error
    extracted = SourceExtracted(
        source.name,
        tuple(counts.values()),
        waiting=tuple(waiting),
        refused=tuple(refused),
        unrecognised=tuple(_shown(file.name) for file in found.unrecognised),
    )
    if failures:
        raise ExtractionError(f"{extracted}; not taken in: {' | '.join(failures)}")
    return extracted


def _take_in(
    settings: Settings, connection: psycopg.Connection, drop: Drop, kind: FileStream, file: DroppedFile
) -> tuple[LoadSummary, bool]:
    """Take in one file; return what that did, and whether the file was refused as a whole."""
    if file.version and is_same_version(connection, kind.stream, file_name=file.name, version=file.version):
        return LoadSummary(0, 0, skipped=True), False
    with drop.copy(file, at_most=LIMITS.bytes_of(file.name)) as path:
        before = _written(path)
        try:
            taken = take_in_copy(settings, connection, kind, path)
        except (LandingError, OSError) as error:
            if _written(path) != before:
                raise StillWrittenError(f"{file.name} is still being written; the next round takes it") from error
            raise
    if file.version and file.is_settled:
        keep_version(connection, kind.stream, file_name=file.name, version=file.version)
    return taken


def take_in_copy(
    settings: Settings, connection: psycopg.Connection, kind: FileStream, path: Path
) -> tuple[LoadSummary, bool]:
    """Keep and load a file of this machine, unless its content is known."""
    if is_unchanged(connection, kind.stream, file_name=path.name, sha256=sha256_of(path)):
        return LoadSummary(0, 0, skipped=True), False
    kept = keep_file(settings.landing_url, kind.stream, path, landed_at=clock(connection))
    return _load(settings, connection, kind, kept, path.name)


def _shown(name: str) -> str:
    """Return a name as it can be stored and read; whoever fills a drop may call a file anything."""
    return name if name.isprintable() else ascii(name)


def _written(path: Path) -> tuple[int, int] | None:
    """Return size and time of the last write; a file for which they change is still being written."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _load(
    settings: Settings, connection: psycopg.Connection, kind: FileStream, kept: LandingFile, file_name: str
) -> tuple[LoadSummary, bool]:
    """Load a kept file; return what that did, and whether the file was refused as a whole."""

    def load(rows: Iterable[Row | BadRow]) -> LoadSummary:
        return load_rows(connection, kind.stream, kept, rows, currency=settings.currency)

    with local_copy(kept) as copy:
        try:
            return load(kind.rows(copy, file_name=file_name, settings=settings)), False
        except RefusedFileError as error:
            return load([BadRow(line_number=1, text=file_name, reason=str(error))]), True
