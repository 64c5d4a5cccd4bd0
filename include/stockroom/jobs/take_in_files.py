"""Take in the new files of a folder: what a channel of files and the suppliers' folders have in common."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psycopg

from stockroom.jobs.extracted import ExtractionError, SourceExtracted, StreamExtracted
from stockroom.settings import Settings
from stockroom.streams import BadRow, Row
from stockroom.tabular import FileSource, FileStream, RefusedFileError, find_files, read_rows
from stockroom.warehouse.cursors import is_unchanged
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.landing import LandingError, LandingFile, keep_file, local_copy, sha256_of
from stockroom.warehouse.load import LoadSummary, load_rows


def take_in_files(settings: Settings, connection: psycopg.Connection, source: FileSource) -> SourceExtracted:
    """Return what the folder of ``source`` brought: each file that is new, or has other content than before.

    The file is kept as received before its rows are loaded. One that cannot be read as a whole becomes one rejected
    record with the reason, and is not tried again until it changes.

    Raises:
        ExtractionError: the folder is not set, or files could not be kept or loaded; the others were.
    """
    folder = source.folder(settings)
    if folder == Path():
        raise ExtractionError(
            f"{source.name}: STOCKROOM_{source.setting.upper()} is not set; name the folder its files arrive in."
        )
    found = find_files(source, folder)
    counts = {stream: StreamExtracted(stream.name) for stream in source.streams}
    waiting: list[str] = []
    refused: list[str] = []
    failures: list[str] = []
    for kind, path in found.files:
        before = _written(path)
        try:
            if is_unchanged(connection, kind.stream, file_name=path.name, sha256=sha256_of(path)):
                continue
            kept = keep_file(settings.landing_url, kind.stream, path, landed_at=clock(connection))
            summary, is_refused = _load(settings, connection, kind, kept, path.name)
        except (LandingError, OSError, psycopg.Error) as error:
            if _written(path) != before:
                waiting.append(path.name)
            else:
                failures.append(f"{path.name}: {error}")
        else:
            counts[kind.stream] = counts[kind.stream].and_also(summary)
            if is_refused:
                refused.append(path.name)
    extracted = SourceExtracted(
        source.name,
        tuple(counts.values()),
        waiting=tuple(waiting),
        refused=tuple(refused),
        unrecognised=tuple(path.name for path in found.unrecognised),
    )
    if failures:
        raise ExtractionError(f"{extracted}; not taken in: {' | '.join(failures)}")
    return extracted


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
            return load(read_rows(copy, columns=kind.columns, file_name=file_name)), False
        except RefusedFileError as error:
            return load([BadRow(line_number=1, text=file_name, reason=str(error))]), True
