"""Plans: which days were planned, and what was decided for each item."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import date

import psycopg

from stockroom.planning import Excess, Explanation, Plan
from stockroom.warehouse.plans_inputs import FrozenInputs

# Any two runs that change plans or orders take turns, whoever started them: schedulers, a person, the command line.
_LOCK_KEY = "stockroom.plans_and_orders"


def take_turns(connection: psycopg.Connection) -> None:
    """Wait until nobody else changes plans or orders, and keep the turn to the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (_LOCK_KEY,))


def is_planned(connection: psycopg.Connection, plan_date: date) -> bool:
    """Return whether that day has been decided."""
    return connection.execute("select 1 from plan.runs where plan_date = %s", (plan_date,)).fetchone() is not None


def later_plan_date(connection: psycopg.Connection, plan_date: date) -> date | None:
    """Return the newest planned day after ``plan_date``, if there is one."""
    row = connection.execute("select max(plan_date) from plan.runs where plan_date > %s", (plan_date,)).fetchone()
    return row[0] if row else None


def write_decisions(
    connection: psycopg.Connection, inputs: FrozenInputs, plan: Plan, explanations: Sequence[Explanation]
) -> None:
    """Copy a plan's decisions with their reasons into ``plan.decisions``; the caller commits."""
    statement = """
        copy plan.decisions (
            plan_date, sku, location_id, supplier_id, method, evidence, abc_class, forecast_units_per_day,
            lead_time_mean_days, lead_time_sd_days, lead_time_own_evidence, safety_stock_units, reorder_point_units,
            order_up_to_units, position_units, order_units, days_of_supply, reason, terms
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _decision_rows(inputs, plan, explanations):
            copy.write_row(row)


def write_excess(connection: psycopg.Connection, inputs: FrozenInputs, excess: Excess) -> int:
    """Replace the excess of a plan date in ``plan.excess`` and return its rows; the caller commits."""
    connection.execute("delete from plan.excess where plan_date = %s", (inputs.plan_date,))
    rows = [
        (
            inputs.plan_date,
            str(inputs.sku[item]),
            str(inputs.location_id[item]),
            int(excess.position_units[item]),
            int(excess.target_units[item]),
            int(excess.excess_units[item]),
            _finite(float(excess.days_of_supply[item])),
            round(float(excess.value_tied_up[item]), 2),
            round(float(excess.monthly_carrying_cost[item]), 2),
            str(excess.action[item]),
            round(float(excess.markdown_percent[item]), 2),
            excess.reason[item],
        )
        for item in excess.is_excess.nonzero()[0].tolist()
    ]
    statement = """
        copy plan.excess (
            plan_date, sku, location_id, position_units, target_units, excess_units, days_of_supply, value_tied_up,
            monthly_carrying_cost, action, markdown_percent, reason
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    return len(rows)


def _decision_rows(
    inputs: FrozenInputs, plan: Plan, explanations: Sequence[Explanation]
) -> Iterator[tuple[object, ...]]:
    for item, explanation in enumerate(explanations):
        yield (
            inputs.plan_date,
            str(inputs.sku[item]),
            str(inputs.location_id[item]),
            str(inputs.history.supplier[item]) or None,
            str(plan.method[item]),
            str(plan.evidence[item]),
            str(plan.abc_class[item]),
            float(plan.forecast_units_per_day[item]),
            float(plan.lead_time_mean_days[item]),
            float(plan.lead_time_sd_days[item]),
            float(plan.lead_time_own_evidence[item]),
            int(plan.safety_stock_units[item]),
            int(plan.reorder_point_units[item]),
            int(plan.order_up_to_units[item]),
            int(plan.position_units[item]),
            int(plan.order_units[item]),
            _finite(float(plan.days_of_supply[item])),
            explanation.sentence,
            terms_json(explanation),
        )


def terms_json(explanation: Explanation) -> str:
    """Return an explanation's terms as a JSON list, which keeps their order; its numbers come back to the last bit."""
    return json.dumps(
        [{"name": term.name, "value": term.value, "unit": term.unit} for term in explanation.terms], allow_nan=False
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
