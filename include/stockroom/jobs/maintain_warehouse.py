"""Keep the warehouse small: months ahead, old versions and old plans out, erased addresses out of files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import psycopg

from stockroom.channels import CHANNELS
from stockroom.jobs.forget_addresses import forget_addresses
from stockroom.jobs.replay_landing import every_stream
from stockroom.settings import Settings
from stockroom.streams import Stream
from stockroom.warehouse import connect
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.landed_files import drop_empty_files
from stockroom.warehouse.maintenance import begin_run, end_run, note, only_maintenance
from stockroom.warehouse.raw_partitions import (
    Newest,
    OldMonth,
    analyze,
    find_old_months,
    has_table,
    make_ahead,
    replace_month,
)
from stockroom.warehouse.restock_ending import erase_unneeded
from stockroom.warehouse.retention import RULES, Kept, Rule, drop_rows, kept_from, vacuum
from stockroom.warehouse.stock_ledger import sum_up

FILES, LEDGER = "raw.landing_files", "ops.stock_events"


class MaintenanceError(RuntimeError):
    """Parts of the maintenance could not be done; the others were. The message names each with its reason."""


@dataclass
class Maintained:
    """What maintenance did."""

    counts: Counter[str] = field(default_factory=Counter)
    """By column of ``ops.maintenance_runs``."""
    kept_whole: list[str] = field(default_factory=list)
    """Raw tables of which every version stays, as their records do not say when they changed."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        parts = [
            f"{self.counts[column]:,} {words}"
            for column, words in (
                ("partitions_made", "months made ahead"),
                ("partitions_thinned", "old months thinned"),
                ("partitions_dropped", "old months dropped"),
                ("raw_rows_dropped", "superseded rows out of raw (landing holds them)"),
                ("plan_rows_dropped", "rows of old plans"),
                ("ops_rows_dropped", "rows of old logs"),
                ("ledger_entries_summed", "old entries of the ledger summed up"),
                ("addresses_erased", "lines and messages with erased addresses"),
            )
            if self.counts[column]
        ]
        if self.kept_whole:
            parts.append(f"kept whole: {', '.join(self.kept_whole)}")
        return "; ".join(parts) or "nothing to do"


def maintain_warehouse(
    settings: Settings, *, as_of_date: date, tell: Callable[[str], None] = lambda _: None
) -> Maintained:
    """Do what is due, each part in a transaction of its own with its count; done again it finds nothing to do.

    Raw is cut by the time of landing, plans by the plan date. The marts come out the same from what is left, and
    ``replay_landing`` brings the rest back.

    Args:
        settings: how long what is kept, and the owner's login: months are tables.
        as_of_date: the plan date from which plans are counted back.
        tell: hears one line after each part.

    Raises:
        MaintenanceError: parts failed, such as a month that somebody went on reading.
        MaintenanceUnderWayError: another process is at it.
    """
    with ExitStack() as held:
        connection = held.enter_context(connect(settings.owner_url))
        connection.autocommit = True
        held.enter_context(only_maintenance(connection))
        now = clock(connection)
        done = _Doing(connection, begin_run(connection), tell=tell)
        done.part("months ahead", lambda: {"partitions_made": make_ahead(connection)})
        for stream, kinds in every_stream():
            if has_table(connection, stream):
                _thin(done, stream, is_of_files=bool(kinds), before=now - timedelta(days=settings.keep_raw_days))
        _drop_rows(settings, done, as_of_date=as_of_date, now=now)
        _sum_up(settings, done, as_of_date=as_of_date)
        done.part("addresses", partial(_forget, settings, connection, now))
        said = str(done.maintained)
        if done.failures:
            said = f"{said}; not done: {' | '.join(done.failures)}"
        end_run(connection, done.run_id, said)
    if done.failures:
        raise MaintenanceError(said)
    return done.maintained


@dataclass
class _Doing:
    """A run that is under way."""

    connection: psycopg.Connection
    run_id: int
    tell: Callable[[str], None]
    maintained: Maintained = field(default_factory=Maintained)
    failures: list[str] = field(default_factory=list)

    def part(self, name: str, do: Callable[[], dict[str, int]]) -> int:
        """Do one part in a transaction with its counts, and return their sum; a part that fails keeps no other."""
        try:
            with self.connection.transaction():
                counts = do()
                note(self.connection, self.run_id, **{column: count for column, count in counts.items() if count})
        except (psycopg.Error, OSError) as error:
            self.failures.append(f"{name}: {str(error).strip()}")
            return 0
        self.maintained.counts.update(counts)
        if sum(counts.values()):
            self.tell(f"{name}: {', '.join(f'{count:,}' for count in counts.values() if count)}")
        return sum(counts.values())


def newest_by(stream: Stream, *, is_of_files: bool) -> Newest | None:
    """Return how builds tell the newest version of a stream's records; None where old versions must all stay."""
    if stream.is_history:
        return None
    if is_of_files or stream.mode == "snapshot":
        return "landed"
    return "changed" if stream.changed_at else None


def _thin(done: _Doing, stream: Stream, *, is_of_files: bool, before: datetime) -> None:
    """Thin the old months of a stream, each in a transaction."""
    newest = newest_by(stream, is_of_files=is_of_files)
    if newest is None:
        if stream.source in CHANNELS:
            done.maintained.kept_whole.append(stream.table)
        return
    try:
        months = find_old_months(done.connection, stream, before=before, newest=newest)
    except psycopg.Error as error:
        done.failures.append(f"{stream.table}: {str(error).strip()}")
        return
    replaced = 0
    for month in months:
        if month.is_worth_it:
            replaced += done.part(month.partition, partial(_replace, done.connection, stream, month))
    if replaced:
        analyze(done.connection, stream)


def _replace(connection: psycopg.Connection, stream: Stream, month: OldMonth) -> dict[str, int]:
    replace_month(connection, stream, month)
    kind = "partitions_thinned" if month.needed else "partitions_dropped"
    return {kind: 1, "raw_rows_dropped": month.rows - month.needed}


def _forget(settings: Settings, connection: psycopg.Connection, now: datetime) -> dict[str, int]:
    erase_unneeded(connection, now=now)
    return {"addresses_erased": forget_addresses(settings, connection)}


def _sum_up(settings: Settings, done: _Doing, *, as_of_date: date) -> None:
    """Let old entries of the ledger become sums: positions need none of them."""
    first = datetime.combine(
        as_of_date - timedelta(days=settings.keep_ledger_days), time(), ZoneInfo(settings.time_zone)
    )
    if done.part(LEDGER, lambda: {"ledger_entries_summed": sum_up(done.connection, through_at=first)}):
        vacuum(done.connection, LEDGER)


def _drop_rows(settings: Settings, done: _Doing, *, as_of_date: date, now: datetime) -> None:
    """Delete rows of plans and logs that are older than they are kept, table by table, and give the room back."""
    kept = kept_from(
        as_of_date=as_of_date,
        now=now,
        inputs_days=settings.keep_inputs_days,
        plans_days=settings.keep_plans_days,
        weekly_plans_days=settings.keep_weekly_plans_days,
        logs_days=settings.keep_logs_days,
    )
    for rule in RULES:
        if done.part(rule.table, partial(_drop, done.connection, rule, kept)):
            vacuum(done.connection, rule.table)
    before = now - timedelta(days=settings.keep_raw_days)
    if done.part(FILES, lambda: {"raw_rows_dropped": drop_empty_files(done.connection, before=before)}):
        vacuum(done.connection, FILES)


def _drop(connection: psycopg.Connection, rule: Rule, kept: Kept) -> dict[str, int]:
    return {rule.counts_as: drop_rows(connection, rule, kept)}
