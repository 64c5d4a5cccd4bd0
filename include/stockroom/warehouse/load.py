"""Load landing files into their raw tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from stockroom.streams import BadRow, Row, Stream
from stockroom.warehouse.checks import Against, reasons, suspects
from stockroom.warehouse.cursors import is_unchanged
from stockroom.warehouse.incoming import stage_lines, stage_rows
from stockroom.warehouse.kept import only_kept
from stockroom.warehouse.landing import LandingError, LandingFile
from stockroom.warehouse.left_out import NOTHING, LeftOut, leave_out

KEY_CHARACTERS = 500


class ChangedLandingFileError(LandingError):
    """A path that was loaded before holds other bytes now: something wrote to landing beside us."""


@dataclass(frozen=True)
class LoadSummary:
    """What loading one file did."""

    loaded: int
    """Rows stored."""
    rejected: int
    """Rows in ``raw.rejected_records``."""
    unchanged: int = 0
    """Documents of a snapshot stream that equal their newest stored version."""
    skipped: bool = False
    """The file says nothing new: it, or the same bytes under its name, were loaded before."""

    def __str__(self) -> str:
        if self.skipped:
            return "loaded before, nothing changed"
        unchanged = f", {self.unchanged} unchanged" if self.unchanged else ""
        return f"{self.loaded} loaded, {self.rejected} rejected{unchanged}"


def load_landing_file(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    *,
    currency: str,
    older_than: int | None = None,
    leave_known: bool = False,
) -> LoadSummary:
    """Load a file of gzip JSON lines: rows, rejected lines and the moved cursor, in one transaction.

    Lines that are no JSON, lack their key or fail a check go to ``raw.rejected_records``; the others load. Loading a
    file again, also at the same time from elsewhere, changes nothing. Inside a transaction of the caller's, the
    caller's commit decides.

    Args:
        connection: as ``stockroom_app`` or the owner.
        stream: what the file's records are.
        landing_file: as ``landing.write_part`` returned it.
        currency: the store's; amounts in another are rejected.
        older_than: the newest landing file when reading began. Of a record that landed since, that version is newer,
            and the file's is left out: else it would count as the newest until the marts are built.
        leave_known: leave out what is, word for word, the newest version stored: for files that cover again what
            others did.

    Raises:
        DamagedLandingFileError: the file is truncated, corrupt or not the one that landed; nothing was loaded.
        ChangedLandingFileError: its path was loaded before with other bytes.
    """
    left = LeftOut(older_than, leave_known)
    return _load(connection, stream, landing_file, currency, lambda: stage_lines(connection, landing_file), left)


def load_rows(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    rows: Iterable[Row | BadRow],
    *,
    currency: str,
) -> LoadSummary:
    """Load the rows that a reader found in a kept file (CSV, XLSX), as ``load_landing_file`` does its lines.

    ``rows`` are read once, as they come; an error they raise undoes the load. A file without a window is skipped if the
    newest loaded file of its name holds the same bytes, so that a folder may be read again and again.

    Raises:
        ChangedLandingFileError: as ``load_landing_file``.
    """
    return _load(connection, stream, landing_file, currency, lambda: stage_rows(connection, _kept(stream, rows)))


def load_again(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    landing_file_id: int,
    rows: Iterable[Row | BadRow] | None,
    *,
    currency: str,
    older_than: int | None,
) -> int:
    """Put back what raw lacks of a file that was loaded before, under the id it has, and return how many rows.

    What is still there stays, and so does what ``raw.landing_files`` and ``raw.rejected_records`` say of the file. Of a
    snapshot stream a document is left out again that equals the version stored before it: load the oldest file first.

    Args:
        connection: as ``load_landing_file``.
        stream: as there.
        landing_file: as it landed.
        landing_file_id: its id in ``raw.landing_files``.
        rows: what a reader finds in a kept file; None for gzip JSON lines.
        currency: as there.
        older_than: as it was when the file was loaded.

    Raises:
        DamagedLandingFileError: as there.
    """
    with connection.transaction():
        if rows is None:
            stage_lines(connection, landing_file)
        else:
            stage_rows(connection, _kept(stream, rows))
        _reject(connection, stream, Against(currency, landing_file.landed_at))
        return _insert(connection, stream, landing_file, landing_file_id, LeftOut(older_than))


def _load(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    currency: str,
    stage: Callable[[], None],
    left_out: LeftOut = NOTHING,
) -> LoadSummary:
    """Stage outside the lock, then number the file and store its rows under it."""
    with connection.transaction():
        if _is_loaded(connection, stream, landing_file):
            return LoadSummary(0, 0, skipped=True)
        stage()
        # One file after the other from here: ids then become visible in their order, and whoever reads "files after
        # id 17" (dbt's incremental facts, the gates) never misses a 16 that commits later.
        connection.execute("select pg_advisory_xact_lock(hashtextextended('stockroom.load', 0))")
        if _is_loaded(connection, stream, landing_file):
            return LoadSummary(0, 0, skipped=True)
        landing_file_id = _record_file(connection, landing_file)
        _reject(connection, stream, Against(currency, landing_file.landed_at))
        return _store(connection, stream, landing_file, landing_file_id, left_out)


def _kept(stream: Stream, rows: Iterable[Row | BadRow]) -> Iterable[Row | BadRow]:
    """Return rows with what their stream keeps; landing has the whole file."""
    if not stream.keeps:
        return rows
    return (
        replace(row, document=only_kept(dict(row.document), stream.keeps)) if isinstance(row, Row) else row
        for row in rows
    )


def _is_loaded(connection: psycopg.Connection, stream: Stream, landing_file: LandingFile) -> bool:
    """Return whether the file says nothing new."""
    row = connection.execute("select sha256 from raw.landing_files where path = %s", (landing_file.path,)).fetchone()
    if row is not None and row[0] != landing_file.sha256:
        raise ChangedLandingFileError(
            f"{landing_file.path} was loaded before with other bytes (sha256 {row[0][:12]}, now "
            f"{landing_file.sha256[:12]}). Landing files never change: restore it, and land the new one beside it."
        )
    if row is not None:
        return True
    file_name = landing_file.path.rpartition("/")[2]
    return landing_file.window_end is None and is_unchanged(
        connection, stream, file_name=file_name, sha256=landing_file.sha256
    )


def _record_file(connection: psycopg.Connection, landing_file: LandingFile) -> int:
    """Insert the file, its counts yet to come, and return its id."""
    row = connection.execute(
        """
        insert into raw.landing_files
            (source, stream, path, window_start, window_end, bytes, sha256, channel_time, landed_at)
        values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        returning landing_file_id
        """,
        (
            landing_file.source,
            landing_file.stream,
            landing_file.path,
            landing_file.window_start,
            landing_file.window_end,
            landing_file.bytes,
            landing_file.sha256,
            landing_file.channel_time,
            landing_file.landed_at,
        ),
    ).fetchone()
    if row is None:
        raise RuntimeError("an insert that returns its id returned none")
    return int(row[0])


def _key(stream: Stream) -> sql.Composed:
    """Return the expression of a document's record key; null where a field of it is missing."""
    spelled = {
        True: "coalesce(btrim(incoming.document #>> {}), '')",
        False: "nullif(btrim(incoming.document #>> {}), '')",
    }
    fields = [sql.SQL(spelled[field in stream.blank_key]).format(sql.Literal(field.split("."))) for field in stream.key]
    return sql.SQL(" || '/' || ").join(fields)


def _reject(connection: psycopg.Connection, stream: Stream, against: Against) -> None:
    """Move documents without a usable key, and those that fail a check, to the rejects."""
    key = _key(stream)
    names = " and ".join(field for field in stream.key if field not in stream.blank_key)
    keyless = sql.SQL("(jsonb_typeof(document) <> 'object' or {key} is null)").format(key=key)
    overlong = sql.SQL("length({key}) > {limit}").format(key=key, limit=sql.Literal(KEY_CHARACTERS))
    unkeyed = sql.SQL("(jsonb_typeof(document) = 'object' and length({}) <= {}) is not true").format(
        key, sql.Literal(KEY_CHARACTERS)
    )
    found = connection.execute(
        sql.SQL("insert into pg_temp.incoming_suspects (line_number) {}").format(
            suspects(stream, against=against, or_if=unkeyed)
        )
    ).rowcount
    if found == 0 and not stream.alike:
        return
    queries = [
        sql.SQL(
            "select line_number, case when {keyless} then {lacks} else {long} end as reason from pg_temp.incoming "
            "where {keyless} or {overlong}"
        ).format(
            keyless=keyless,
            overlong=overlong,
            lacks=sql.Literal(f"lacks its key {names}; send the record with it"),
            long=sql.Literal(f"has a key ({names}) of more than {KEY_CHARACTERS} characters; shorten it"),
        ),
        reasons(stream, against=against),
        _unlike(stream, key) if stream.alike else None,
    ]
    connection.execute(
        sql.SQL(_MOVE_BAD).format(bad=sql.SQL(" union all ").join([query for query in queries if query is not None]))
    )


def _unlike(stream: Stream, key: sql.Composed) -> sql.Composed:
    """Return a query of the staged lines that share their key with a line about something else, with the reason."""
    fields = [sql.SQL("upper(btrim(document ->> {}))").format(sql.Literal(field)) for field in stream.alike]
    names = f"{' and '.join(stream.key)} stands here for another {' or '.join(stream.alike)} too"
    return sql.SQL(
        "select line_number, {says} as reason from (select line_number, min(said) over same <> max(said) over same as "
        "differs from (select line_number, {key} as key, concat_ws('/', {fields}) as said from pg_temp.incoming "
        "where jsonb_typeof(document) = 'object') as told window same as (partition by key)) as seen where differs"
    ).format(
        says=sql.Literal(f"{names}; give each row a number of its own"), key=key, fields=sql.SQL(", ").join(fields)
    )


def _store(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    landing_file_id: int,
    left_out: LeftOut,
) -> LoadSummary:
    """Move what is staged to its tables, note the counts with the file, and return them."""
    row = connection.execute("select count(*) from pg_temp.incoming").fetchone()
    good = int(row[0]) if row else 0
    loaded = _insert(connection, stream, landing_file, landing_file_id, left_out)
    rejected = connection.execute(
        """
        insert into raw.rejected_records (landing_file_id, line_number, reason, record)
        select %s, line_number, string_agg(reason, '; '), min(record) from pg_temp.incoming_rejects group by line_number
        """,
        (landing_file_id,),
    ).rowcount
    connection.execute(
        """
        update raw.landing_files set line_count = %s, loaded_count = %s, rejected_count = %s, loaded_at = now()
        where landing_file_id = %s
        """,
        (good + rejected, loaded, rejected, landing_file_id),
    )
    return LoadSummary(loaded, rejected, unchanged=good - loaded)


def _insert(
    connection: psycopg.Connection,
    stream: Stream,
    landing_file: LandingFile,
    landing_file_id: int,
    left_out: LeftOut,
) -> int:
    """Move what is staged to the stream's table, but for rows of the file that are there; return how many moved."""
    table = sql.Identifier("raw", stream.table)
    connection.execute("select raw.ensure_partition(%s, %s)", (stream.table, landing_file.landed_at))
    leave_out(connection, stream, _key(stream), left_out)
    return connection.execute(
        sql.SQL(_SNAPSHOT if stream.mode == "snapshot" else _APPEND).format(table=table, key=_key(stream)),
        {"landing_file_id": landing_file_id, "landed_at": landing_file.landed_at},
    ).rowcount


_MOVE_BAD = """
with bad as ({bad}),

judged as (
    select line_number, left(string_agg(distinct reason, '; '), 2000) as reason from bad group by line_number
),

removed as (
    delete from pg_temp.incoming using judged where incoming.line_number = judged.line_number
    returning incoming.line_number, judged.reason, incoming.document
)

insert into pg_temp.incoming_rejects (line_number, reason, record)
select line_number, reason, left(document::text, 10000) from removed
"""

_APPEND = """
insert into {table} (landing_file_id, line_number, record_key, document, landed_at)
select %(landing_file_id)s, incoming.line_number, {key}, incoming.document, %(landed_at)s
from pg_temp.incoming
on conflict do nothing
"""

_SNAPSHOT = """
with latest as (  -- a file that names a record twice means the second
    select distinct on (record_key) line_number, record_key, document
    from (
        select incoming.line_number, {key} as record_key, incoming.document
        from pg_temp.incoming
    ) as keyed
    order by record_key, line_number desc
)

insert into {table} (landing_file_id, line_number, record_key, document, landed_at)
select %(landing_file_id)s, latest.line_number, latest.record_key, latest.document, %(landed_at)s
from latest
left join lateral (
    select stored.document from {table} as stored
    where stored.record_key = latest.record_key and stored.landing_file_id < %(landing_file_id)s
    order by stored.landing_file_id desc, stored.line_number desc
    limit 1
) as newest on true
where newest.document is distinct from latest.document
on conflict do nothing
"""
