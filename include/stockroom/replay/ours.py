"""Stockroom's own decisions as one of the policies: the very function that plans the orders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from stockroom.planning import Classes, ItemHistory, LeadTimeHistory, Policy, classify_items, fit_pools, plan_items
from stockroom.planning.policy import Policies
from stockroom.replay.simulator import Levels


@dataclass(frozen=True)
class Planned:
    """Levels of ``plan_items``, its pools fitted anew on what is known that day."""

    name: str = "Stockroom"
    policy: Policies = field(default_factory=Policy)
    """One for all items, or one for each."""
    policies_of: Callable[[Classes], Sequence[Policy]] | None = None
    """Each item's policy once its classes are known, where planners made rules for classes."""

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        """Return the plan's reorder points and order-up-to levels."""
        policies = self.policy
        pools = fit_pools(history, lead_times, policies, as_of_date=as_of_date)
        if self.policies_of is not None:
            policies = self.policies_of(classify_items(history, policies, pools, as_of_date=as_of_date))
        plan = plan_items(history, lead_times, policies, as_of_date=as_of_date, pools=pools)
        return Levels(plan.reorder_point_units.clip(min=0), plan.order_up_to_units.clip(min=0))
