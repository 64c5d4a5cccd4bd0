"""Reading a plan date's excess with the words that a reader needs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

import psycopg
from psycopg.rows import namedtuple_row


class ExcessRow(NamedTuple):
    """One row of ``plan.excess`` with the product's title, most money first."""

    sku: str
    title: str
    location_id: str
    position_units: int
    target_units: int
    excess_units: int
    days_of_supply: float | None
    value_tied_up: Decimal
    monthly_carrying_cost: Decimal
    action: str
    markdown_percent: Decimal
    reason: str


def newest_plan_date(connection: psycopg.Connection, *, not_after: date) -> date | None:
    """Return the newest day that was planned, to the end, up to ``not_after``; ``None`` when there is none."""
    row = connection.execute(
        "select max(plan_date) from plan.runs where plan_date <= %s and decided_at is not null", (not_after,)
    ).fetchone()
    return row[0] if row else None


def read_excess(connection: psycopg.Connection, plan_date: date) -> list[ExcessRow]:
    """Return the excess of a plan date, most money first."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        cursor.execute(
            """
            select
                excess.sku, coalesce(skus.title, excess.sku) as title, excess.location_id, excess.position_units,
                excess.target_units, excess.excess_units, excess.days_of_supply, excess.value_tied_up,
                excess.monthly_carrying_cost, excess.action, excess.markdown_percent, excess.reason
            from plan.excess as excess
            left join marts.dim_skus as skus on excess.sku = skus.sku
            where excess.plan_date = %s
            order by excess.value_tied_up desc, excess.sku, excess.location_id
            """,
            (plan_date,),
        )
        return [ExcessRow(*row) for row in cursor]
