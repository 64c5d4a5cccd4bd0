"""Decide frozen items: what a shard, a repeated decision and the overstock digest have in common."""

from __future__ import annotations

from stockroom.planning import Plan, Pools, classify_items, fit_pools, plan_items
from stockroom.warehouse.plans_inputs import FrozenInputs


def decide_items(inputs: FrozenInputs, pools: Pools | None) -> Plan:
    """Return the plan of those items; without pools (kept by no older version) they are fitted on these very items."""
    history, lead_times, day = inputs.history, inputs.lead_times, inputs.plan_date
    pools = pools or fit_pools(history, lead_times, inputs.policies, as_of_date=day)
    policies = inputs.policies
    if inputs.book is not None:
        policies = inputs.policies_of(classify_items(history, policies, pools, as_of_date=day))
    return plan_items(history, lead_times, policies, as_of_date=day, pools=pools)
