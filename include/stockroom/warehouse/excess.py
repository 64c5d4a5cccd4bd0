"""A plan date's excess and the actions against it, kept and read with the words that a reader needs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from typing import TypeVar

import numpy as np
import psycopg
from psycopg.rows import class_row

from stockroom.planning import Excess, Plan
from stockroom.planning.action_words import ORDER_ACTIONS
from stockroom.planning.actions import Action, headline
from stockroom.planning.candidates import Partner, Surroundings
from stockroom.warehouse.plans_inputs import FrozenInputs

DEAD_AFTER_DAYS = 90
"""What sold nothing for so long on the shelf is dead stock."""
BASKET_DAYS = 180
LARGEST_BASKET = 60
LEAST_TOGETHER = 10
"""So many orders hold a pair, or it says nothing."""
LEAST_LIFT = 1.5
FASTER_TIMES = 2.0
WEEK_DAYS = 5
"""Last week's list is the newest one that is at least so many days old."""

Line = TypeVar("Line")
"""What a document lists: its fields are the columns that are read for it."""


def newest_plan_date(connection: psycopg.Connection, *, not_after: date) -> date | None:
    """Return the newest day that was planned, to the end, up to ``not_after``; ``None`` when there is none."""
    row = connection.execute(
        "select max(plan_date) from plan.runs where plan_date <= %s and decided_at is not null", (not_after,)
    ).fetchone()
    return row[0] if row else None


def list_before(connection: psycopg.Connection, plan_date: date) -> date | None:
    """Return the plan date of last week's list, if there was one."""
    row = connection.execute(
        "select max(plan_date) from plan.excess where plan_date <= %s", (plan_date - timedelta(days=WEEK_DAYS),)
    ).fetchone()
    return row[0] if row else None


def read_surroundings(connection: psycopg.Connection, inputs: FrozenInputs, excess: Excess) -> Surroundings:
    """Return what suppliers credit for returns, and which faster movers overstocked items are bought together with."""
    credit: dict[str, float] = dict(
        connection.execute(
            """
            select supplier_id, (return_credit_percent / 100.0)::double precision
            from marts.dim_suppliers where return_credit_percent > 0
            """
        ).fetchall()
    )
    items = np.flatnonzero(excess.is_excess).tolist()
    pairs = connection.execute(
        resources.files("stockroom.warehouse").joinpath("overstock_partners.sql").read_bytes(),
        {
            "plan_date": inputs.plan_date,
            "since": inputs.plan_date - timedelta(days=BASKET_DAYS),
            "skus": sorted({str(inputs.sku[item]) for item in items}),
            "largest_basket": LARGEST_BASKET,
            "least_together": LEAST_TOGETHER,
            "least_lift": LEAST_LIFT,
            "faster_times": FASTER_TIMES,
        },
    ).fetchall()
    partners = {sku: Partner(with_sku, lift, together / BASKET_DAYS) for sku, with_sku, lift, together in pairs}
    return Surroundings(
        return_credit=np.array([credit.get(str(supplier), math.nan) for supplier in inputs.history.supplier]),
        partners={item: partners[str(inputs.sku[item])] for item in items if str(inputs.sku[item]) in partners},
    )


def write_excess(
    connection: psycopg.Connection, inputs: FrozenInputs, plan: Plan, excess: Excess, actions: Sequence[Action]
) -> None:
    """Replace the excess of a plan date and the actions against it; the caller commits."""
    connection.execute("delete from plan.excess where plan_date = %s", (inputs.plan_date,))
    connection.execute("delete from plan.overstock_actions where plan_date = %s", (inputs.plan_date,))
    best = headline(actions)
    statement = """
        copy plan.excess (
            plan_date, sku, location_id, position_units, on_order_units, target_units, excess_units, days_of_supply,
            idle_days, is_dead, value_tied_up, monthly_carrying_cost, action, markdown_percent, reason
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for item in excess.is_excess.nonzero()[0].tolist():
            copy.write_row(
                (
                    inputs.plan_date,
                    str(inputs.sku[item]),
                    str(inputs.location_id[item]),
                    int(excess.position_units[item]),
                    int(excess.on_order_units[item]),
                    int(excess.target_units[item]),
                    int(excess.excess_units[item]),
                    _finite(float(excess.days_of_supply[item])),
                    int(excess.idle_days[item]),
                    bool(excess.idle_days[item] >= DEAD_AFTER_DAYS and inputs.history.on_hand[item] > 0),
                    round(float(excess.value_tied_up[item]), 2),
                    round(float(excess.monthly_carrying_cost[item]), 2),
                    best[item].kind,
                    round(best[item].percent, 2),
                    best[item].reason,
                )
            )
    ages = resources.files("stockroom.warehouse").joinpath("overstock_ages.sql").read_bytes()
    connection.execute(ages, {"plan_date": inputs.plan_date})
    _write_actions(connection, inputs, plan, actions)


def read_excess(connection: psycopg.Connection, plan_date: date, line: type[Line]) -> list[Line]:
    """Return the excess of a plan date with titles, most money first, each item as a ``line`` of such fields."""
    with connection.cursor(row_factory=class_row(line)) as cursor:
        return cursor.execute(
            """
            select
                excess.sku, coalesce(skus.title, excess.sku) as title, excess.location_id, excess.position_units,
                coalesce(excess.on_order_units, 0) as on_order_units, excess.target_units, excess.excess_units,
                excess.days_of_supply, excess.stock_age_days, coalesce(excess.idle_days, 0) as idle_days,
                coalesce(excess.is_dead, false) as is_dead, excess.value_tied_up, excess.monthly_carrying_cost
            from plan.excess as excess
            left join marts.dim_skus as skus on excess.sku = skus.sku
            where excess.plan_date = %s
            order by excess.value_tied_up desc, excess.sku, excess.location_id
            """,
            (plan_date,),
        ).fetchall()


def read_actions(connection: psycopg.Connection, plan_date: date, line: type[Line]) -> list[Line]:
    """Return the actions of a plan date with titles, by rank, each as a ``line`` of such fields."""
    with connection.cursor(row_factory=class_row(line)) as cursor:
        return cursor.execute(
            """
            select
                actions.rank, actions.sku, coalesce(skus.title, actions.sku) as title, actions.location_id,
                actions.action, actions.units, actions.percent, actions.to_location_id, actions.with_sku,
                partners.title as with_title, actions.po_numbers, actions.gain, actions.gain_low, actions.gain_high,
                actions.gives_away, actions.takes_days, actions.value_tied_up, actions.monthly_carrying_cost,
                actions.reason, actions.assumes, actions.was_done, actions.brought
            from plan.overstock_actions as actions
            left join marts.dim_skus as skus on actions.sku = skus.sku
            left join marts.dim_skus as partners on actions.with_sku = partners.sku
            where actions.plan_date = %s
            order by actions.rank
            """,
            (plan_date,),
        ).fetchall()


def _write_actions(connection: psycopg.Connection, inputs: FrozenInputs, plan: Plan, actions: Sequence[Action]) -> None:
    orders = _open_orders(connection)
    statement = """
        copy plan.overstock_actions (
            plan_date, rank, sku, location_id, action, units, percent, to_location_id, with_sku, po_numbers, gain,
            gain_low, gain_high, gives_away, takes_days, value_tied_up, monthly_carrying_cost, reason, assumes
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for rank, action in enumerate(actions, 1):
            place = (str(inputs.sku[action.item]), str(inputs.location_id[action.item]))
            value = action.units * float(inputs.history.unit_cost[action.item])
            copy.write_row(
                (
                    inputs.plan_date,
                    rank,
                    *place,
                    action.kind,
                    action.units,
                    round(action.percent, 2),
                    None if action.to_item is None else str(inputs.location_id[action.to_item]),
                    action.with_sku or None,
                    orders.get(place, []) if action.kind in ORDER_ACTIONS else [],
                    round(action.gain.expected, 2),
                    round(action.gain.low, 2),
                    round(action.gain.high, 2),
                    round(action.gives_away, 2),
                    _finite(action.takes_days),
                    round(value, 2),
                    round(value * float(plan.inputs.carrying_rate[action.item]) / 12.0, 2),
                    action.reason,
                    action.assumes,
                )
            )


def _open_orders(connection: psycopg.Connection) -> Mapping[tuple[str, str], list[str]]:
    """Return the numbers of open orders by SKU and location, those due last first: they are the easiest to stop."""
    rows = connection.execute(
        """
        select
            sku, location_id,
            array_agg(po_number order by coalesce(promised_date, requested_date) desc nulls last, po_number)
        from (
            select
                sku, location_id, po_number, max(promised_date) as promised_date,
                max(requested_date) as requested_date
            from marts.fct_purchase_order_lines where units_open > 0
            group by sku, location_id, po_number
        ) as open_orders
        group by sku, location_id
        """
    )
    return {(sku, location_id): numbers for sku, location_id, numbers in rows}


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
