"""Answer files whose senders wait for it: the 997 that says what of an X12 interchange was taken."""

from __future__ import annotations

from datetime import UTC
from pathlib import PurePath

import psycopg

from stockroom.jobs.extracted import ExtractionError
from stockroom.settings import Settings
from stockroom.streams import RefusedFileError
from stockroom.tabular import Drop, DropError, FileSource, FileStream, is_set, open_drop
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.file_answers import WHOLE_FILE, UnansweredFile, draw_number, note_written, unanswered_files
from stockroom.warehouse.landing import LandingError, LandingFile, local_copy


def answer_files(settings: Settings, connection: psycopg.Connection, source: FileSource) -> tuple[str, ...]:
    """Write the answers to what was taken in and not answered yet; return their names.

    A file is answered from landing, after its rows are in raw. Numbers are drawn before anything is written: an answer
    that is written twice, because the first time was cut off, is the same bytes under the same name.

    Raises:
        ExtractionError: answers could not be written; the next round writes them.
    """
    kinds = {
        (kind.stream.name, PurePath(kind.pattern).suffix): kind for kind in source.files if kind.answers is not None
    }
    if not kinds or source.outgoing is None or not is_set(source.outgoing(settings)):
        return ()
    waiting = unanswered_files(connection, source.name, tuple({ending for _, ending in kinds}))
    if not waiting:
        return ()
    names: list[str] = []
    try:
        with open_drop(source.outgoing(settings)) as drop:
            for file in waiting:
                names += _answer(
                    settings, connection, drop, kinds[file.stream, PurePath(file.file_name).suffix.lower()], file
                )
    except (DropError, LandingError, OSError) as error:
        raise ExtractionError(f"{source.name}: taken in, but not answered: {error}") from error
    return tuple(names)


def _answer(
    settings: Settings, connection: psycopg.Connection, drop: Drop, kind: FileStream, file: UnansweredFile
) -> list[str]:
    """Write the answers to one file."""
    if kind.answers is None:
        raise TypeError(f"{kind.stream.table} is answered with nothing")
    landed = LandingFile(
        landing_url=settings.landing_url,
        path=file.path,
        source=kind.stream.source,
        stream=kind.stream.name,
        window_start=None,
        window_end=None,
        channel_time=None,
        landed_at=clock(connection),
        bytes=0,
        sha256="",
    )
    names = []
    with local_copy(landed) as path:
        try:
            answers = list(kind.answers(path, file.file_name, settings))
        except RefusedFileError:  # what is no X12 at all has no sender to answer
            answers = []
    for part, answer in enumerate(answers, start=WHOLE_FILE + 1):
        number = draw_number(connection, file.landing_file_id, part)
        name = f"997-{number.control_number}.edi"
        drop.write(name, answer(number.control_number, number.drawn_at.astimezone(UTC)))
        note_written(connection, file.landing_file_id, part, name)
        names.append(name)
    note_written(connection, file.landing_file_id, WHOLE_FILE, "")
    return names
