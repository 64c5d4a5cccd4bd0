"""What became of a day's orders by the time of a later plan: who answered them how, and what was planned since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources

import psycopg
from psycopg.rows import class_row

from stockroom.warehouse.order_refusals import SAME_UP_TO_TIMES
from stockroom.warehouse.supply_exceptions import KINDS


@dataclass(frozen=True)
class AnsweredOrder:
    """One order of the day that a person or the policy answered, and what its supplier says of it."""

    po_number: str
    supplier_id: str
    state: str
    answered_by: str
    lines: int
    answered_lines: int
    short_lines: int
    units_short: int
    """That do not come."""
    owed_lines: int
    units_owed: int
    """That come later than the rest."""


@dataclass(frozen=True)
class KindCount:
    """Exceptions of supply of one kind that stand."""

    kind: str
    exceptions: int
    of_the_day: int
    """Of these, about the day's orders."""


@dataclass(frozen=True)
class ScoreRow:
    """What the scorecard says of one of the day's suppliers, for the month of the day."""

    supplier_id: str
    orders: int
    orders_acknowledged: int
    days_to_acknowledge: float | None


@dataclass(frozen=True)
class LaterPlan:
    """How the later plan took what is under way of the day's orders."""

    lines: int
    units: int
    """Still to come, as suppliers answered before the plan's cut-off."""
    lines_counted: int
    """Of these, whose units are all among what the plan knew to be on order of the item."""
    lines_again: int
    """Lines for the same items and places in orders that came after."""
    units_again: int
    again_short: int
    """Of these lines: the supplier sends less than was ordered."""
    again_owed: int
    """Else: it sends some of it later."""
    again_grown: int
    """Else: the reorder point is higher than when the first was ordered."""
    again_sold: int
    """Else: some of what was there has sold."""

    @property
    def lines_unexplained(self) -> int:
        """Return how many lines came again without any of these reasons."""
        return self.lines_again - self.again_short - self.again_owed - self.again_grown - self.again_sold


@dataclass(frozen=True)
class AskedAgain:
    """A refused order of the day, and what the plan wants of the same supplier for the same place since."""

    po_number: str
    later_number: str | None
    later_state: str | None
    lines: int
    """Of the later one."""
    new_lines: int
    """Of these, of items that were not refused, or of much more of one."""


def list_answered(connection: psycopg.Connection, *, plan_date: date) -> list[AnsweredOrder]:
    """Return the day's orders that were released or refused, by number."""
    parameters = {"plan_date": plan_date}
    with connection.cursor(row_factory=class_row(AnsweredOrder)) as cursor:
        return cursor.execute(_statement("follow_orders_answered.sql"), parameters).fetchall()


def count_kinds(connection: psycopg.Connection, *, plan_date: date) -> list[KindCount]:
    """Return the exceptions of supply that stand, by kind."""
    with connection.cursor(row_factory=class_row(KindCount)) as cursor:
        return cursor.execute(
            """
            select
                found.kind,
                count(*) as exceptions,
                count(orders.po_number) as of_the_day
            from ops.exceptions as found
            left join ops.purchase_orders as orders
                on found.po_number = orders.po_number and orders.plan_date = %s
            where found.kind = any(%s) and found.resolved_at is null
            group by found.kind
            order by exceptions desc, found.kind
            """,
            (plan_date, list(KINDS)),
        ).fetchall()


def list_scores(connection: psycopg.Connection, *, plan_date: date, suppliers: list[str]) -> list[ScoreRow]:
    """Return the scorecard's rows of the month of a day, by supplier."""
    with connection.cursor(row_factory=class_row(ScoreRow)) as cursor:
        return cursor.execute(
            """
            select supplier_id, orders, orders_acknowledged, days_to_acknowledge
            from marts.fct_supplier_scorecard
            where supplier_id = any(%s) and month_start_date = date_trunc('month', %s::date)
            order by supplier_id
            """,
            (suppliers, plan_date),
        ).fetchall()


def read_later_plan(connection: psycopg.Connection, *, plan_date: date, later: date, cut_off: datetime) -> LaterPlan:
    """Return how the plan of ``later`` took what is under way of the orders of ``plan_date``."""
    parameters = {"plan_date": plan_date, "as_of_date": later, "cut_off": cut_off}
    with connection.cursor(row_factory=class_row(LaterPlan)) as cursor:
        [found] = cursor.execute(_statement("follow_orders_planned.sql"), parameters).fetchall()
    return found


def list_asked_again(connection: psycopg.Connection, *, plan_date: date, later: date) -> list[AskedAgain]:
    """Return the day's refused orders with the newest order of the same supplier, place and currency after them."""
    with connection.cursor(row_factory=class_row(AskedAgain)) as cursor:
        return cursor.execute(
            """
            with asked_again as (
                select distinct on (refused.po_number)
                    refused.po_number,
                    refused.version,
                    anew.po_number as later_number,
                    anew.version as later_version,
                    anew.state as later_state
                from ops.purchase_orders as refused
                left join ops.purchase_orders as anew
                    on
                        refused.supplier_id = anew.supplier_id and refused.location_id = anew.location_id
                        and refused.currency = anew.currency and refused.po_number < anew.po_number
                        and anew.plan_date > refused.plan_date and anew.plan_date <= %(later)s
                where refused.plan_date = %(plan_date)s and refused.state = 'refused'
                order by refused.po_number, anew.po_number desc
            )

            select
                asked_again.po_number,
                asked_again.later_number,
                asked_again.later_state,
                count(lines.sku)::integer as lines,
                count(lines.sku) filter (
                    where before.sku is null or lines.units > %(same_up_to_times)s * before.units
                )::integer as new_lines
            from asked_again
            left join ops.purchase_order_lines as lines
                on asked_again.later_number = lines.po_number and asked_again.later_version = lines.version
            left join ops.purchase_order_lines as before
                on
                    asked_again.po_number = before.po_number and asked_again.version = before.version
                    and lines.sku = before.sku
            group by asked_again.po_number, asked_again.later_number, asked_again.later_state
            order by asked_again.po_number
            """,
            {"plan_date": plan_date, "later": later, "same_up_to_times": SAME_UP_TO_TIMES},
        ).fetchall()


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
