"""Forecasts kept beside decisions: what should sell until an order of that day is there, and how surely."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg

from stockroom.planning import DEMAND_QUANTILES, Plan
from stockroom.planning.protection import interval_days
from stockroom.warehouse.plans_inputs import FrozenInputs

QUANTILE_COLUMNS = tuple(f"demand_units_p{100 * level:02.0f}" for level in DEMAND_QUANTILES)


def write_forecasts(connection: psycopg.Connection, inputs: FrozenInputs, plan: Plan) -> None:
    """Copy each item's forecast into ``plan.forecasts``; the caller commits."""
    statement = f"""
        copy plan.forecasts (
            plan_date, sku, location_id, supplier_id, category, method, evidence, abc_class, xyz_class, demand_class,
            is_fast_mover, units_per_day, interval_days, interval_cases_days, dispersion, wandering,
            {", ".join(QUANTILE_COLUMNS)}
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in _rows(inputs, plan):
            copy.write_row(row)


def _rows(inputs: FrozenInputs, plan: Plan) -> Iterator[tuple[object, ...]]:
    cases = interval_days(plan.inputs, plan.decision.lot_units).tolist()
    for item, quantiles in enumerate(plan.demand_quantiles_units.tolist()):
        mean_days = float(plan.interval_days[item])
        yield (
            inputs.plan_date,
            str(inputs.sku[item]),
            str(inputs.location_id[item]),
            str(inputs.history.supplier[item]) or None,
            str(inputs.category[item]),
            str(plan.method[item]),
            str(plan.evidence[item]),
            str(plan.abc_class[item]),
            str(plan.xyz_class[item]),
            str(plan.demand_class[item]),
            bool(plan.is_fast_mover[item]),
            float(plan.forecast_units_per_day[item]),
            mean_days,
            # The textbook's methods know one interval, the learned forecast twelve equally likely ones.
            json.dumps(cases[item] if plan.method[item] == "quantile" else [mean_days]),
            float(plan.demand.dispersion[item]),
            float(plan.demand.wandering[item]),
            *quantiles,
        )
