"""Stockroom's own decisions as one of the policies: the very function that plans the orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from stockroom.planning import ItemHistory, LeadTimeHistory, Policy, plan_items
from stockroom.replay.simulator import Levels


@dataclass(frozen=True)
class Planned:
    """Levels of ``plan_items``, its pools fitted anew on what is known that day."""

    name: str = "Stockroom"
    policy: Policy = field(default_factory=Policy)

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        """Return the plan's reorder points and order-up-to levels."""
        plan = plan_items(history, lead_times, self.policy, as_of_date=as_of_date)
        return Levels(plan.reorder_point_units.clip(min=0), plan.order_up_to_units.clip(min=0))
