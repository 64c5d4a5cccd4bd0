"""Load landing files into raw again: what was dropped, or lost, comes back from what landed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

import psycopg

from stockroom.channels import CHANNELS
from stockroom.settings import Settings
from stockroom.streams import BadRow, RefusedFileError, Row, Stream
from stockroom.suppliers import FILE_SOURCES
from stockroom.tabular import FileSource, FileStream
from stockroom.warehouse import connect
from stockroom.warehouse.landed_files import KnownFile, incomplete_files
from stockroom.warehouse.landing import LandingError, local_copy, sha256_of
from stockroom.warehouse.load import load_again
from stockroom.warehouse.maintenance import only_maintenance
from stockroom.warehouse.raw_partitions import has_table


class ReplayError(RuntimeError):
    """Files could not be loaded again; the others were. The message names each with its reason."""


@dataclass(frozen=True)
class LandingReplayed:
    """What came back."""

    files: int
    rows: int

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if not self.files:
            return "raw lacks nothing that landed"
        return f"{self.rows:,} rows from {self.files:,} landing files are in raw again; build the marts from nothing"


def replay_landing(
    settings: Settings, *, since: datetime | None = None, tell: Callable[[str], None] = lambda _: None
) -> LandingReplayed:
    """Load again what raw lacks of every file that landed from ``since`` on, and return how much that was.

    Each file keeps its id and its rows their lines, so that a build reads what it read before. A file is loaded whole
    or not at all: after a kill the same command goes on. What was never dropped is not even read.

    Raises:
        ReplayError: files are missing or damaged.
        MaintenanceUnderWayError: another process drops old rows.
    """
    files = rows = 0
    failures: list[str] = []
    with ExitStack() as held:
        connection = held.enter_context(connect(settings.warehouse_url))
        connection.autocommit = True  # each file is a transaction of its own
        held.enter_context(only_maintenance(connection))
        for stream, kinds in every_stream():
            if not has_table(connection, stream):
                continue
            for known in incomplete_files(connection, stream, landing_url=settings.landing_url, since=since):
                try:
                    loaded = _load(settings, connection, stream, kinds, known)
                except (LandingError, RefusedFileError, OSError, psycopg.Error) as error:
                    failures.append(f"{known.file.path}: {error}")
                    continue
                files, rows = files + (loaded > 0), rows + loaded
                tell(f"{rows:,} rows of {files:,} files")
    replayed = LandingReplayed(files, rows)
    if failures:
        raise ReplayError(f"{replayed}; not loaded: {' | '.join(failures)}")
    return replayed


def every_stream() -> Iterator[tuple[Stream, tuple[FileStream, ...]]]:
    """Yield every stream that is declared, with the kinds of files it comes in; none for a channel's own records."""
    sources = [*(channel.source for channel in CHANNELS.values()), *FILE_SOURCES]
    for source in sources:
        kinds = source.files if isinstance(source, FileSource) else ()
        for stream in source.streams:
            yield stream, tuple(kind for kind in kinds if kind.stream == stream)


def _load(
    settings: Settings, connection: psycopg.Connection, stream: Stream, kinds: Iterable[FileStream], known: KnownFile
) -> int:
    """Load one file again and return how many rows came back."""

    def load(rows: Iterable[Row | BadRow] | None) -> int:
        return load_again(
            connection,
            stream,
            known.file,
            known.landing_file_id,
            rows,
            currency=settings.currency,
            older_than=known.older_than,
        )

    name = known.file.path.rpartition("/")[2]
    kind = next((each for each in kinds if fnmatchcase(name.lower(), each.pattern)), None)
    if kind is None:
        return load(None)
    with local_copy(known.file) as copy:
        if sha256_of(copy) != known.file.sha256:
            raise LandingError("it is not the file that landed: its checksum differs. Restore it from a backup.")
        return load(kind.rows(copy, file_name=name, settings=settings))
