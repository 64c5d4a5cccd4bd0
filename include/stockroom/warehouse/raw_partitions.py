"""Months of raw tables: made ahead, and thinned to what a build still reads once they are old.

A build reads the newest version of each record, however long ago it landed: an old month cannot just be dropped. It is
replaced by a table of its needed rows, which keep their landing file, line and time; where none is needed it goes. Only
rows that a newer version supersedes ever go, so that whatever lands meanwhile cannot make a dropped row needed again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import psycopg
from psycopg import sql

from stockroom.streams import Stream

AHEAD_MONTHS = 2
SHARE_WORTH_IT = 0.2
"""A month is written anew once at least this share of its rows is superseded: not every week for a few."""
WAIT_FOR_READERS = "60s"
"""Replacing a month waits for whoever reads the table, and everyone else waits behind it."""

Newest = Literal["changed", "landed"]
"""Which version of a record is its newest: the one that says so (and, of two such, the later), or the later file's."""


@dataclass(frozen=True)
class OldMonth:
    """A month of a raw table that is older than it is kept whole."""

    partition: str
    rows: int
    needed: int

    @property
    def is_worth_it(self) -> bool:
        """Return whether writing it anew frees enough."""
        return self.rows - self.needed >= SHARE_WORTH_IT * self.rows


def make_ahead(connection: psycopg.Connection) -> int:
    """Make the months to come of every raw table and return how many were missing; the caller commits."""
    made = 0
    for (table,) in _tables(connection):
        before = _partitions(connection, table)
        for months in range(AHEAD_MONTHS + 1):
            connection.execute("select raw.ensure_partition(%s, now() + make_interval(months => %s))", (table, months))
        made += len(_partitions(connection, table)) - len(before)
    return made


def has_table(connection: psycopg.Connection, stream: Stream) -> bool:
    """Return whether anything of a stream was ever loaded, or its table made by a migration."""
    return (stream.table,) in _tables(connection)


def find_old_months(
    connection: psycopg.Connection, stream: Stream, *, before: datetime, newest: Newest
) -> list[OldMonth]:
    """Return the months of a stream that ended before a moment, and note what is needed of them for ``replace_month``.

    Args:
        connection: outside a transaction; what is needed stays in a temporary table of the session.
        stream: whose table it is.
        before: months that ended later are left alone.
        newest: how the stream's builds tell the newest version. The version that landed last is needed either way:
            jobs between two builds go by it.
    """
    months = [name for name in _partitions(connection, stream.table) if _month_of(name)[1] <= before]
    if not months:
        return []
    table = sql.Identifier("raw", stream.table)
    connection.execute("drop table if exists pg_temp.needed")
    connection.execute(
        sql.SQL(_NEEDED).format(
            table=table, changed=_changed_at(stream) if newest == "changed" else sql.SQL("cast(null as timestamptz)")
        ),
        {"source": stream.source, "stream": stream.name},
    )
    connection.execute("create index on pg_temp.needed (landing_file_id, line_number)")
    connection.execute("analyze pg_temp.needed")
    return [OldMonth(name, *counts) for name, counts in zip(months, _counted(connection, months), strict=True)]


def replace_month(connection: psycopg.Connection, stream: Stream, month: OldMonth) -> None:
    """Leave of a month what ``find_old_months`` said is needed; in the caller's transaction, whole or not at all."""
    table, partition = sql.Identifier("raw", stream.table), sql.Identifier("raw", month.partition)
    connection.execute(sql.SQL("set local lock_timeout = {}").format(sql.Literal(WAIT_FOR_READERS)))
    if month.needed == 0:
        connection.execute(sql.SQL("drop table {}").format(partition))
        return
    thinned = sql.Identifier("raw", f"{month.partition}_thinned")
    first, end = _month_of(month.partition)
    connection.execute(sql.SQL(_THIN).format(table=table, partition=partition, thinned=thinned))
    connection.execute(sql.SQL("drop table {}").format(partition))
    connection.execute(
        sql.SQL("alter table {thinned} rename to {name}").format(thinned=thinned, name=sql.Identifier(month.partition))
    )
    connection.execute(
        sql.SQL("alter table {table} attach partition {partition} for values from ({first}) to ({end})").format(
            table=table, partition=partition, first=sql.Literal(first), end=sql.Literal(end)
        )
    )


def analyze(connection: psycopg.Connection, stream: Stream) -> None:
    """Let the planner know a whole table again: what is automatic looks at its months alone."""
    connection.execute(sql.SQL("analyze {}").format(sql.Identifier("raw", stream.table)))


def _tables(connection: psycopg.Connection) -> list[tuple[str]]:
    return connection.execute(
        "select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'p' order by relname"
    ).fetchall()


def _partitions(connection: psycopg.Connection, table: str) -> list[str]:
    """Return the months of a raw table, oldest first."""
    rows = connection.execute(
        """
        select months.relname
        from pg_inherits
        inner join pg_class as months on pg_inherits.inhrelid = months.oid
        where pg_inherits.inhparent = (
            select oid from pg_class where relnamespace = 'raw'::regnamespace and relname = %s
        )
        order by months.relname
        """,
        (table,),
    )
    return [row[0] for row in rows]


def _month_of(partition: str) -> tuple[datetime, datetime]:
    """Return the first moment of a month and that of the next.

    >>> [moment.date().isoformat() for moment in _month_of("shopify_orders_2026_12")]
    ['2026-12-01', '2027-01-01']
    """
    year, month = map(int, partition.rsplit("_", 2)[1:])
    return datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def _changed_at(stream: Stream) -> sql.Composed:
    """Return the expression of the time that a document says it changed at; without an offset it is UTC."""
    text = sql.SQL("(versions.document #>> {})").format(sql.Literal(stream.changed_at.split(".")))
    return sql.SQL("case when pg_input_is_valid({text}, 'timestamptz') then ({text})::timestamptz end").format(
        text=text
    )


def _counted(connection: psycopg.Connection, months: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the rows of each month and how many of them are needed."""
    for month in months:
        row = connection.execute(
            sql.SQL(
                """
                select count(*), count(needed.line_number)
                from {} as landed
                left join pg_temp.needed using (landing_file_id, line_number)
                """
            ).format(sql.Identifier("raw", month))
        ).fetchone()
        yield (int(row[0]), int(row[1])) if row else (0, 0)


# Of files that suppliers and planners keep, all rows that int_files_in_force lets through stay.
_NEEDED = """
create temporary table needed as
with newest_changed as (
    select distinct on (versions.record_key) versions.landing_file_id, versions.line_number
    from {table} as versions
    order by
        versions.record_key asc, {changed} desc nulls last, versions.landing_file_id desc, versions.line_number desc
),

newest_landed as (
    select distinct on (versions.record_key) versions.landing_file_id, versions.line_number
    from {table} as versions
    order by versions.record_key asc, versions.landing_file_id desc, versions.line_number desc
),

files as (
    select
        landing_file_id,
        max(case when rejected_count = 0 then landing_file_id end) over (partition by file_name) as newest_whole
    from raw.landing_files
    where source = %(source)s and stream = %(stream)s and source in ('planners', 'suppliers')
),

in_force as (
    select versions.landing_file_id, versions.line_number
    from {table} as versions
    inner join files on versions.landing_file_id = files.landing_file_id
    where files.landing_file_id >= coalesce(files.newest_whole, 0)
)

select * from newest_changed
union
select * from newest_landed
union
select * from in_force
"""

# Old documents are compressed where they can be: they are read by builds from nothing alone.
_THIN = """
create table {thinned} (like {table} including defaults including indexes);
insert into {thinned}
select landed.* from {partition} as landed
inner join pg_temp.needed using (landing_file_id, line_number)
order by landed.landing_file_id, landed.line_number
"""
