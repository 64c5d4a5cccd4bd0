"""Plans: how far each is, and what was decided for each item."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import psycopg
from psycopg.rows import class_row

from stockroom.planning import Explanation, Plan
from stockroom.planning.joint_orders import lead_time_demand_deviation
from stockroom.warehouse.plans_inputs import FrozenInputs

# Any two runs that change plans or orders take turns, whoever started them: schedulers, a person, the command line.
_LOCK_KEY = "stockroom.plans_and_orders"


class StepMissingError(LookupError):
    """A step of a plan was asked for before the one that it stands on; the message names both."""


def take_turns(connection: psycopg.Connection) -> None:
    """Wait until nobody else changes plans or orders, and keep the turn to the end of the transaction."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (_LOCK_KEY,))


def take_turn_at(connection: psycopg.Connection, step: str, plan_date: date) -> None:
    """Wait until nobody else does this step of this plan, and keep the turn to the end of the transaction.

    Answers to orders need not wait for it, as they would behind ``take_turns``.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"stockroom.plan/{plan_date}/{step}",))


@dataclass(frozen=True)
class PlanRun:
    """A plan that was begun."""

    plan_date: date
    items: int
    shards: int
    is_decided: bool
    """Every item is decided and the orders are proposed: nothing of it changes any more."""


def find_run(connection: psycopg.Connection, plan_date: date) -> PlanRun | None:
    """Return what there is of the plan of a day; ``None``: it was never begun."""
    with connection.cursor(row_factory=class_row(PlanRun)) as cursor:
        return cursor.execute(
            """
            select plan_date, items, shards, decided_at is not null as is_decided
            from plan.runs where plan_date = %s
            """,
            (plan_date,),
        ).fetchone()


def get_run(connection: psycopg.Connection, plan_date: date) -> PlanRun:
    """Return what there is of the plan of a day.

    Raises:
        StepMissingError: it was never begun.
    """
    run = find_run(connection, plan_date)
    if run is None:
        raise StepMissingError(f"the inputs of {plan_date} are not frozen; `stockroom plan` does all steps of a day")
    return run


def later_plan_date(connection: psycopg.Connection, plan_date: date) -> date | None:
    """Return the newest day after ``plan_date`` of which a plan was begun, if there is one.

    One that is under way counts: its inputs know nothing of orders that the earlier day would still propose.
    """
    row = connection.execute("select max(plan_date) from plan.runs where plan_date > %s", (plan_date,)).fetchone()
    return row[0] if row else None


def is_shard_done(connection: psycopg.Connection, plan_date: date, shard: int) -> bool:
    """Return whether that part of a plan's items is decided."""
    row = connection.execute("select 1 from plan.shards where plan_date = %s and shard = %s", (plan_date, shard))
    return row.fetchone() is not None


def list_missing_shards(connection: psycopg.Connection, run: PlanRun) -> list[int]:
    """Return the parts of a plan's items that are not decided yet."""
    rows = connection.execute("select shard from plan.shards where plan_date = %s", (run.plan_date,))
    return sorted(set(range(run.shards)) - {row[0] for row in rows})


def count_to_order(connection: psycopg.Connection, plan_date: date) -> int:
    """Return how many items the plan of a day orders."""
    row = connection.execute(
        "select count(*) from plan.decisions where plan_date = %s and order_units > 0", (plan_date,)
    ).fetchone()
    return int(row[0]) if row else 0


def finish_shard(connection: psycopg.Connection, plan_date: date, shard: int, *, items: int) -> None:
    """Note that a part of a plan's items is decided; the caller commits it together with the decisions."""
    connection.execute(
        "insert into plan.shards (plan_date, shard, items) values (%s, %s, %s)", (plan_date, shard, items)
    )


def finish_plan(connection: psycopg.Connection, plan_date: date) -> None:
    """Note that a plan is decided; the caller commits it together with the orders."""
    connection.execute("update plan.runs set decided_at = now() where plan_date = %s", (plan_date,))


def write_decisions(connection: psycopg.Connection, inputs: FrozenInputs, plan: Plan) -> None:
    """Copy decisions with their reasons into ``plan.decisions``; the caller commits."""
    statement = """
        copy plan.decisions (
            plan_date, sku, location_id, supplier_id, method, evidence, abc_class, forecast_units_per_day,
            lead_time_mean_days, lead_time_sd_days, lead_time_own_evidence, safety_stock_units, reorder_point_units,
            order_up_to_units, position_units, order_units, days_of_supply, reason, terms, needs_person, is_fast_mover,
            xyz_class, demand_class, units_per_day, carrying_rate, loss_per_unit, greatest_lot_days,
            lead_time_demand_sd_units, may_add
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _decision_rows(inputs, plan):
            copy.write_row(row)


def _decision_rows(inputs: FrozenInputs, plan: Plan) -> Iterator[tuple[object, ...]]:
    given = plan.inputs
    deviation, may_add = lead_time_demand_deviation(given), given.may_order & ~given.is_stopped & ~plan.needs_person
    for item in range(inputs.history.items):
        explanation = plan.explain(item)
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
            bool(plan.needs_person[item]),
            bool(plan.is_fast_mover[item]),
            str(plan.xyz_class[item]),
            str(plan.demand_class[item]),
            float(given.forecast_units_per_day[item]),
            float(given.carrying_rate[item]),
            float(given.loss_per_unit[item]),
            float(given.greatest_lot_days[item]),
            float(deviation[item]),
            bool(may_add[item]),
        )


def terms_json(explanation: Explanation) -> str:
    """Return an explanation's terms as a JSON list, which keeps their order; its numbers come back to the last bit."""
    return json.dumps(
        [{"name": term.name, "value": term.value, "unit": term.unit} for term in explanation.terms], allow_nan=False
    )


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
