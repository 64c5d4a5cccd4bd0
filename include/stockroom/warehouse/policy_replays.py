"""What policies would have cost on the store's own days, kept from replay to replay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import psycopg


class PolicyReplay(NamedTuple):
    """One row of ``plan.policy_replays``, in the order of its columns."""

    first_date: date
    last_date: date
    policy: str
    seed: int
    items: int
    currency: str
    total_cost: float
    lost_margin: float
    carrying_cost: float
    ordering_cost: float
    least_possible_cost: float
    units_demanded: int
    units_lost: int
    fill_rate: float
    stockout_days: int
    stockout_share: float
    average_stock_value: float
    orders: int
    page: str


def replace_replays(connection: psycopg.Connection, rows: Iterable[PolicyReplay], *, first: date, last: date) -> None:
    """Make what is kept of the replay of those days exactly these rows; the caller holds the turn and commits."""
    connection.execute("delete from plan.policy_replays where first_date = %s and last_date = %s", (first, last))
    statement = f"copy plan.policy_replays ({', '.join(PolicyReplay._fields)}) from stdin"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
