"""How long plans and logs are kept: what nothing reads any more goes, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import psycopg
from psycopg import sql

from stockroom.warehouse.forecast_accuracy import JUDGED_WEEKS


@dataclass(frozen=True)
class Kept:
    """Days from which on each kind of row is kept."""

    inputs: date
    """What a decided plan was made from: decided again it is not, and nothing else reads it."""
    plans: date
    """Every plan. Earlier, the first of each week, whose forecasts are judged, and every line that ordered something
    or needed a person."""
    weekly_plans: date
    logs: datetime
    """Extracts, and availability that changed nothing."""


def kept_from(
    *, as_of_date: date, now: datetime, inputs_days: int, plans_days: int, weekly_plans_days: int, logs_days: int
) -> Kept:
    """Return from when on rows are kept; forecasts at least until they are judged.

    >>> from datetime import UTC
    >>> kept_from(as_of_date=date(2011, 7, 1), now=datetime(2011, 7, 1, tzinfo=UTC), inputs_days=1, plans_days=30,
    ...           weekly_plans_days=10, logs_days=1).weekly_plans
    datetime.date(2010, 12, 24)
    """
    judged_days = 7 * (JUDGED_WEEKS + 1)
    return Kept(
        inputs=as_of_date - timedelta(days=inputs_days),
        plans=as_of_date - timedelta(days=plans_days),
        weekly_plans=as_of_date - timedelta(days=max(weekly_plans_days, plans_days, judged_days)),
        logs=now - timedelta(days=logs_days),
    )


@dataclass(frozen=True)
class Rule:
    """Which rows of a table go."""

    table: str
    counts_as: Literal["plan_rows_dropped", "ops_rows_dropped"]
    where: str


_MADE_FROM = """
plan_date < %(inputs)s and plan_date in (
    select runs.plan_date from plan.runs
    where runs.decided_at is not null and runs.plan_date < (select max(newer.plan_date) from plan.runs as newer)
)
"""
_OF_OTHER_DAYS = """
plan_date < %(plans)s and plan_date < (select max(runs.plan_date) from plan.runs) and (
    plan_date < %(weekly_plans)s
    or plan_date not in (
        select min(runs.plan_date) from plan.runs
        where
            runs.decided_at is not null
            and exists (select from plan.forecasts as kept where kept.plan_date = runs.plan_date)
        group by date_trunc('week', runs.plan_date)
    )
)
"""
_LONG_PAST = "plan_date < %(weekly_plans)s and plan_date < (select max(runs.plan_date) from plan.runs)"
RULES = (
    Rule("plan.inputs", "plan_rows_dropped", _MADE_FROM),
    Rule("plan.lead_times", "plan_rows_dropped", _MADE_FROM),
    Rule("plan.pools", "plan_rows_dropped", _MADE_FROM),
    Rule(
        "plan.decisions",
        "plan_rows_dropped",
        f"{_OF_OTHER_DAYS} and (plan_date < %(weekly_plans)s or (order_units = 0 and not needs_person))",
    ),
    Rule("plan.forecasts", "plan_rows_dropped", _OF_OTHER_DAYS),
    Rule("plan.excess", "plan_rows_dropped", _LONG_PAST),
    Rule("plan.overstock_actions", "plan_rows_dropped", _LONG_PAST),
    Rule("plan.price_signals", "plan_rows_dropped", _LONG_PAST),
    *(
        Rule(
            table,
            "plan_rows_dropped",
            "plan_date < %(plans)s and plan_date < (select max(runs.plan_date) from plan.runs)",
        )
        for table in ("plan.order_outcomes", "plan.left_out")
    ),
    Rule("plan.arrival_odds", "plan_rows_dropped", "as_of_date < %(inputs)s"),
    Rule(
        "ops.extract_runs",
        "ops_rows_dropped",
        """
        ended_at < %(logs)s and exists (
            select from ops.extract_runs as newer
            where
                newer.channel_id = ops.extract_runs.channel_id
                and newer.extract_run_id > ops.extract_runs.extract_run_id
        )
        """,
    ),
    # What was written is part of the stock levels for ever; what was not says something only while it is the newest.
    Rule(
        "ops.availability_pushes",
        "ops_rows_dropped",
        """
        outcome in ('as_wanted', 'changed_meanwhile', 'refused') and read_at < %(logs)s and exists (
            select from ops.availability_pushes as newer
            where
                newer.channel_id = ops.availability_pushes.channel_id
                and newer.listing_id = ops.availability_pushes.listing_id
                and newer.place_id = ops.availability_pushes.place_id
                and newer.availability_push_id > ops.availability_pushes.availability_push_id
        )
        """,
    ),
)
"""In this order: decisions before forecasts, since those say which plan of a week is judged."""


def drop_rows(connection: psycopg.Connection, rule: Rule, kept: Kept) -> int:
    """Delete what a rule lets go, and return how many rows; the caller commits."""
    query = sql.SQL("delete from {} where {}").format(
        sql.Identifier(*rule.table.split(".")),
        sql.SQL(rule.where),  # one of RULES
    )
    return connection.execute(query, vars(kept)).rowcount


def vacuum(connection: psycopg.Connection, table: str) -> None:
    """Give the room of deleted rows to new ones, and let the planner know; outside of a transaction."""
    connection.execute(sql.SQL("vacuum (analyze) {}").format(sql.Identifier(*table.split("."))))
