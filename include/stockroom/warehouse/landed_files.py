"""What has landed, as ``raw.landing_files`` lists it: enough to load a file again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import sql

from stockroom.streams import Stream
from stockroom.warehouse.landing import LandingFile


@dataclass(frozen=True)
class KnownFile:
    """A file that was loaded."""

    landing_file_id: int
    file: LandingFile
    loaded: int
    """Rows that it stored."""
    older_than: int | None
    """Of a file that belongs to the reading of a long history: the newest file when that began."""


def incomplete_files(
    connection: psycopg.Connection, stream: Stream, *, landing_url: str, since: datetime | None
) -> Iterator[KnownFile]:
    """Yield the files of a stream of which raw lacks rows, oldest first; only those that landed from ``since`` on."""
    rows = connection.execute(
        sql.SQL(_INCOMPLETE).format(table=sql.Identifier("raw", stream.table)),
        {"source": stream.source, "stream": stream.name, "since": since},
    ).fetchall()
    for landing_file_id, loaded, older_than, *described in rows:
        yield KnownFile(landing_file_id, LandingFile(landing_url, *described), loaded, older_than)


def drop_empty_files(connection: psycopg.Connection, *, before: datetime) -> int:
    """Forget windows in which nothing had changed, and return how many; the caller commits.

    What something still refers to stays: the newest of each stream is its cursor, levels of stock are told by the file
    that they were pushed on, an answer is numbered by what it answers.
    """
    return connection.execute(_EMPTY, {"before": before}).rowcount


# The rounds that go on beside a backfill ask for what changed after its end, so that its own files are told by theirs.
_INCOMPLETE = """
with stored as (
    select landing_file_id, count(*) as rows from {table} group by landing_file_id
)

select
    files.landing_file_id,
    files.loaded_count,
    (
        select max(backfills.newest_file_before) from ops.backfills
        where
            backfills.source = files.source
            and backfills.stream = files.stream
            and backfills.newest_file_before < files.landing_file_id
            and files.landed_at >= backfills.started_at
            and coalesce(files.window_end, backfills.window_end) <= backfills.window_end
    ) as older_than,
    files.path,
    files.source,
    files.stream,
    files.window_start,
    files.window_end,
    files.channel_time,
    files.landed_at,
    files.bytes,
    files.sha256
from raw.landing_files as files
left join stored on files.landing_file_id = stored.landing_file_id
where
    files.source = %(source)s
    and files.stream = %(stream)s
    and files.loaded_count > coalesce(stored.rows, 0)
    and (%(since)s::timestamptz is null or files.landed_at >= %(since)s)
order by files.landing_file_id
"""

_EMPTY = """
delete from raw.landing_files as files
where
    files.loaded_count = 0
    and files.rejected_count = 0
    and files.window_end is not null
    and files.landed_at < %(before)s
    and files.window_end < (
        select max(newer.window_end) from raw.landing_files as newer
        where newer.source = files.source and newer.stream = files.stream
    )
    and not exists (select from ops.push_runs where push_runs.based_on_landing_file_id = files.landing_file_id)
    and not exists (select from ops.cohort_skus where cohort_skus.since_landing_file_id = files.landing_file_id)
    and not exists (select from ops.file_answers where file_answers.landing_file_id = files.landing_file_id)
"""
