"""Which files were answered, and under which numbers: an answer's number is drawn before it is written, and kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import psycopg

ANSWERED_WITHIN_DAYS = 7
"""Older files are left: where answers are switched on, nobody waits for one to last year's orders."""
WHOLE_FILE = 0


class UnansweredFile(NamedTuple):
    """A received file whose sender was not answered yet."""

    landing_file_id: int
    path: str
    """Below the landing URL."""
    stream: str
    file_name: str


class AnswerNumber(NamedTuple):
    """What an answer is numbered and dated with, however often it is written."""

    control_number: int
    drawn_at: datetime


def unanswered_files(connection: psycopg.Connection, source: str, endings: Sequence[str]) -> list[UnansweredFile]:
    """Return the files of a source whose names end so and that were not answered, oldest first."""
    rows = connection.execute(
        """
        select landing_file_id, path, stream, file_name from raw.landing_files
        where
            source = %s
            and lower(file_name) like any(%s)
            and landed_at > now() - make_interval(days => %s)
            and not exists (
                select from ops.file_answers
                where
                    file_answers.landing_file_id = landing_files.landing_file_id
                    and file_answers.part = %s
                    and file_answers.written_at is not null
            )
        order by landing_file_id
        """,
        (source, [f"%{ending}" for ending in endings], ANSWERED_WITHIN_DAYS, WHOLE_FILE),
    )
    return [UnansweredFile(*row) for row in rows]


def draw_number(connection: psycopg.Connection, landing_file_id: int, part: int) -> AnswerNumber:
    """Return the number and time of one answer to a file, drawn when it is first asked for; the caller commits."""
    connection.execute(
        "insert into ops.file_answers (landing_file_id, part) values (%s, %s) on conflict do nothing",
        (landing_file_id, part),
    )
    row = connection.execute(
        "select control_number, drawn_at from ops.file_answers where landing_file_id = %s and part = %s",
        (landing_file_id, part),
    ).fetchone()
    if row is None:
        raise RuntimeError("a row that was just inserted is gone")
    return AnswerNumber(*row)


def note_written(connection: psycopg.Connection, landing_file_id: int, part: int, name: str) -> None:
    """Write down that an answer, or with part 0 every answer to a file, is where its receiver fetches it."""
    connection.execute(
        """
        insert into ops.file_answers (landing_file_id, part, file_name, written_at) values (%s, %s, %s, now())
        on conflict (landing_file_id, part) do update set file_name = excluded.file_name, written_at = now()
        """,
        (landing_file_id, part, name),
    )
