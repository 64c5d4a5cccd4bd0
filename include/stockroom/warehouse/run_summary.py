"""What stands in the warehouse after a run, in counts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import psycopg


class StreamCount(NamedTuple):
    """Rows and rejected rows of one stream."""

    source: str
    stream: str
    loaded: int
    rejected: int


class OrderCount(NamedTuple):
    """Purchase orders in one state."""

    state: str
    orders: int
    value: Decimal
    changed: int
    """Of these, changed in the run."""


class DropShipCount(NamedTuple):
    """Shoppers' orders that suppliers send themselves."""

    orders: int
    answered: int
    """Of these, said something about by their supplier."""


class PlanCount(NamedTuple):
    """What a plan date came to."""

    items: int
    items_to_order: int
    overstocked: int
    value_tied_up: Decimal
    planned_at: datetime | None
    later_plan_date: date | None
    """A later day that is planned already, so that this one proposed no orders."""


class Rejection(NamedTuple):
    """What was rejected of one file, as its newest version stands."""

    source: str
    file_name: str
    rows: int
    """Rejected."""
    lines: int
    """In all."""
    first_line: int
    first_reason: str


class SupplyCount(NamedTuple):
    """What is wrong with goods under way."""

    exceptions: int
    """Open: nobody has said what he did about them."""
    money_at_risk: Decimal


class GateVerdict(NamedTuple):
    """What a gate last said of a plan date."""

    gate: str
    passed: bool
    report_path: str


class BuildCount(NamedTuple):
    """What dbt last built for a plan date, over its layers."""

    models: int
    tests: int


class NoticeCount(NamedTuple):
    """How many shoppers were told of a restock, how many that they waited in vain, and what became of notices."""

    mails: int
    texts: int
    apologies: int
    followed: int
    """Notices whose link was followed."""
    bought: int
    """Notices that orders were bought by."""


def count_streams(connection: psycopg.Connection, *, since: datetime | None) -> list[StreamCount]:
    """Return the rows of every stream; only those loaded from ``since`` on, if given."""
    rows = connection.execute(
        """
        select source, stream, sum(loaded_count)::bigint, sum(rejected_count)::bigint
        from raw.landing_files
        where %(since)s::timestamptz is null or loaded_at >= %(since)s
        group by source, stream
        having sum(loaded_count) + sum(rejected_count) > 0
        order by source, stream
        """,
        {"since": since},
    )
    return [StreamCount(*row) for row in rows]


def list_rejections(connection: psycopg.Connection, *, kept_within_days: int | None = None) -> list[Rejection]:
    """Return what stands rejected, newest first: a file that came again without the fault is not among them.

    ``kept_within_days``: only of files that somebody put into a drop within so many days.
    """
    rows = connection.execute(
        """
        with newest as (
            select distinct on (source, stream, file_name) landing_file_id, source, file_name, line_count
            from raw.landing_files
            where %(days)s::integer is null
                or window_end is null and landed_at > now() - make_interval(days => %(days)s)
            order by source, stream, file_name, landing_file_id desc
        )

        select
            newest.source, newest.file_name, count(*), newest.line_count, min(rejected.line_number),
            (array_agg(rejected.reason order by rejected.line_number))[1]
        from newest
        inner join raw.rejected_records as rejected using (landing_file_id)
        group by newest.landing_file_id, newest.source, newest.file_name, newest.line_count
        order by newest.landing_file_id desc
        """,
        {"days": kept_within_days},
    )
    return [Rejection(*row) for row in rows]


def list_verdicts(connection: psycopg.Connection, *, plan_date: date) -> list[GateVerdict]:
    """Return the newest verdict of each gate for a plan date, in the order in which they stand in the way."""
    rows = connection.execute(
        """
        select gate, passed, report_path
        from (
            select distinct on (gate) * from ops.gate_runs
            where as_of_date = %s order by gate, gate_run_id desc
        ) as newest
        order by gate_run_id
        """,
        (plan_date,),
    )
    return [GateVerdict(*row) for row in rows]


def list_planned_dates(connection: psycopg.Connection) -> list[date]:
    """Return the days that were planned, oldest first."""
    return [
        row[0]
        for row in connection.execute("select plan_date from plan.runs where decided_at is not null order by plan_date")
    ]


def count_orders(
    connection: psycopg.Connection, *, plan_date: date, since: datetime | None, currency: str
) -> list[OrderCount]:
    """Return our orders of a plan date by state; their value in ``currency``, as far as rates are known.

    Of the newest plan also what waits since earlier ones, unchanged.
    """
    rows = connection.execute(
        """
        select
            state, count(*), coalesce(sum(ops.worth_in(%(currency)s, value, currency, exchange_rate)), 0),
            count(*) filter (where %(since)s::timestamptz is null or updated_at >= %(since)s)
        from ops.purchase_orders
        where
            kind != 'drop_ship' and plan_date = %(plan_date)s
            or (
                plan_date < %(plan_date)s and state = 'waiting'
                and not exists (select from plan.runs where runs.plan_date > %(plan_date)s)
            )
        group by state order by state
        """,
        {"plan_date": plan_date, "since": since, "currency": currency},
    )
    return [OrderCount(*row) for row in rows]


def count_drop_ships(connection: psycopg.Connection) -> DropShipCount:
    """Return the orders that were passed on to drop-shippers and not taken back."""
    [row] = connection.execute(
        """
        select
            count(*), count(*) filter (where exists (
                select from ops.purchase_order_line_answers as answers where answers.po_number = orders.po_number
            ))
        from ops.purchase_orders as orders
        where kind = 'drop_ship' and state != 'cancelled'
        """
    ).fetchall()
    return DropShipCount(*row)


def count_plan(connection: psycopg.Connection, *, plan_date: date) -> PlanCount:
    """Return what the plan of a day decided; zeros when it was not planned."""
    row = connection.execute(
        """
        select
            (select count(*) from plan.decisions where plan_date = %(plan_date)s),
            (select count(*) from plan.decisions where plan_date = %(plan_date)s and order_units > 0),
            (select count(*) from plan.excess where plan_date = %(plan_date)s),
            (select coalesce(sum(value_tied_up), 0) from plan.excess where plan_date = %(plan_date)s),
            (select decided_at from plan.runs where plan_date = %(plan_date)s),
            (
                select max(later.plan_date) from plan.runs as later
                inner join plan.runs as this on this.plan_date = %(plan_date)s and later.planned_at < this.decided_at
                where later.plan_date > %(plan_date)s
            )
        """,
        {"plan_date": plan_date},
    ).fetchone()
    return PlanCount(*row) if row else PlanCount(0, 0, 0, Decimal(0), None, None)


def count_builds(connection: psycopg.Connection, *, plan_date: date) -> BuildCount:
    """Return models and tests of the newest build of each layer for a plan date."""
    row = connection.execute(
        """
        select coalesce(sum(models), 0), coalesce(sum(tests), 0)
        from (
            select distinct on (layer) models, tests from ops.mart_builds
            where as_of_date = %s order by layer, mart_build_id desc
        ) as newest
        """,
        (plan_date,),
    ).fetchone()
    return BuildCount(*row) if row else BuildCount(0, 0)


def record_build(connection: psycopg.Connection, *, plan_date: date, layer: str, models: int, tests: int) -> None:
    """Note that a layer was built; the caller commits."""
    connection.execute(
        "insert into ops.mart_builds (as_of_date, layer, models, tests) values (%s, %s, %s, %s)",
        (plan_date, layer, models, tests),
    )


def count_notices(connection: psycopg.Connection, *, since: datetime | None) -> NoticeCount:
    """Return how many shoppers were told something of what they wait for, from ``since`` on if given."""
    row = connection.execute(
        """
        select
            count(*) filter (where kind = 'restock_mail'), count(*) filter (where kind = 'restock_sms'),
            count(*) filter (where kind = 'sorry_mail'),
            (
                select count(*) from ops.restock_outcomes
                where clicked_at >= coalesce(%(since)s::timestamptz, '-infinity')
            ),
            (
                select count(*) from ops.restock_outcomes
                where bought_at >= coalesce(%(since)s::timestamptz, '-infinity')
            )
        from ops.outbox
        where kind in ('restock_mail', 'restock_sms', 'sorry_mail') and state = 'sent' and path is not null
            and (%(since)s::timestamptz is null or sent_at >= %(since)s)
        """,
        {"since": since},
    ).fetchone()
    return NoticeCount(*row) if row else NoticeCount(0, 0, 0, 0, 0)


def count_supply(connection: psycopg.Connection, *, currency: str) -> SupplyCount:
    """Return how much of what is under way is in trouble, and the money at risk in ``currency``."""
    [row] = connection.execute(
        """
        select count(*), coalesce(sum(money_at_risk) filter (where currency = %s), 0) from ops.exceptions
        where po_number is not null and state = 'open'
        """,
        (currency,),
    ).fetchall()
    return SupplyCount(*row)
