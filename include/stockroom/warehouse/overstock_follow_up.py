"""What became of an earlier list of actions: facts out, verdicts in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib import resources
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning.action_words import POSTPONE, SHELF_ACTIONS
from stockroom.planning.follow_up import FollowUp, Since


class Followed(NamedTuple):
    """One action of the earlier list, and what has happened since."""

    rank: int
    action: str
    units: int
    percent: float
    gain: float
    takes_days: float
    since: Since


class Postponed(NamedTuple):
    """A postponement that was done and has not saved all of its gain yet."""

    then_date: date
    rank: int
    gain: float
    takes_days: float


def read_since(connection: psycopg.Connection, *, then_date: date, plan_date: date) -> Iterator[Followed]:
    """Yield what happened between two plans to each item of the earlier one's list.

    Items whose inputs are not kept any more, or that are planned no longer, are left out.
    """
    statement = resources.files("stockroom.warehouse").joinpath("overstock_since.sql").read_bytes()
    days = float((plan_date - then_date).days)
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(
            statement, {"then_date": then_date, "plan_date": plan_date, "shelf_actions": list(SHELF_ACTIONS)}
        ).fetchall()
    for row in rows:
        on_order_then, due_then = _order(row.on_order_then)
        on_order_now, due_now = _order(row.on_order_now)
        since = Since(
            days=days,
            price_then=row.price_then,
            price_now=row.price_now,
            units_per_day_then=row.units_per_day_then,
            units_sold=row.units_sold,
            revenue=row.revenue,
            units_received=row.units_received,
            on_hand_then=row.on_hand_then,
            on_hand_now=row.on_hand_now,
            on_order_then=on_order_then,
            on_order_now=on_order_now,
            due_later_days=days + due_now - due_then if on_order_then and on_order_now else 0.0,
            left_for_others=row.left_for_others,
        )
        yield Followed(row.rank, row.action, row.units, row.percent, row.gain, row.takes_days, since)


def read_postponed(connection: psycopg.Connection, *, plan_date: date) -> list[Postponed]:
    """Return the postponements of earlier lists that were done and go on saving."""
    rows = connection.execute(
        """
        select plan_date, rank, gain::double precision, takes_days from plan.overstock_actions
        where action = %s and was_done and plan_date < %s and takes_days > 0 and brought is distinct from gain
        order by plan_date, rank
        """,
        (POSTPONE, plan_date),
    ).fetchall()
    return [Postponed(*row) for row in rows]


def write_follow_ups(
    connection: psycopg.Connection, found: Sequence[tuple[int, FollowUp]], *, then_date: date, plan_date: date
) -> None:
    """Note what came of the actions of ``then_date``, by rank; the caller commits."""
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            update plan.overstock_actions set followed_up_date = %s, was_done = %s, brought = %s
            where plan_date = %s and rank = %s
            """,
            [(plan_date, verdict.was_done, verdict.brought, then_date, rank) for rank, verdict in found],
        )


def _order(lines: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Return the units on order, and in how many days they are due, on average."""
    units = sum(float(count) for count, _ in lines)
    return units, sum(float(count) * float(due) for count, due in lines) / units if units else 0.0
