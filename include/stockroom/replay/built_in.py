"""Every policy that comes with the replay, by family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from stockroom.planning import Policy
from stockroom.replay.ours import Planned
from stockroom.replay.rivals import (
    Rival,
    Rule,
    SetOnce,
    Terms,
    bootstrap,
    both_variances,
    classic,
    days_in_stock,
    simple,
)
from stockroom.replay.scenario import ReplayError, Scenario
from stockroom.replay.simulator import ReplayPolicy

TARGETS = (0.90, 0.95, 0.98, 0.99)
OURS = "stockroom"
SET_ONCE = "set_once"
SIMPLE = "simple"
WITH_TARGET: dict[str, Rule] = {
    "classic": classic,
    "both_variances": both_variances,
    "days_in_stock": days_in_stock,
    "bootstrap": bootstrap,
}
FAMILIES = (OURS, SET_ONCE, SIMPLE, *WITH_TARGET)


def built_in_policies(
    scenario: Scenario, families: Sequence[str] = FAMILIES, *, ours: Planned | None = None
) -> tuple[ReplayPolicy, ...]:
    """Return the policies of those families, each rival at every target, under the scenario's costs and reviews.

    ``ours`` plans as it does (default: as for a shop without planners), under the scenario's costs and review too.

    Raises:
        ReplayError: a family that there is not; the message lists those that there are.
    """
    unknown = [family for family in families if family not in FAMILIES]
    if unknown:
        raise ReplayError(f"policies: there is no {', '.join(unknown)}; choose among {', '.join(FAMILIES)}")
    return tuple(made for family in dict.fromkeys(families) for made in _family(scenario, family, ours or Planned()))


def _family(scenario: Scenario, family: str, ours: Planned) -> list[ReplayPolicy]:
    terms = Terms(
        order_cost=scenario.costs.order_cost,
        carrying_rate=scenario.costs.carrying_rate,
        review_days=float(scenario.review_days),
    )
    if family == OURS:
        return [_under_the_same_costs(ours, scenario)]
    if family == SIMPLE:
        return [Rival(SIMPLE, simple, terms)]
    return [_at_target(scenario, family, replace(terms, target=target)) for target in TARGETS]


def _at_target(scenario: Scenario, family: str, terms: Terms) -> ReplayPolicy:
    name = f"{family} {terms.target:.0%}"
    if family == SET_ONCE:
        # What spreadsheets hold: the textbook's classic form, typed in on the first evening.
        return SetOnce(name, Rival(name, classic, terms), _second_day(scenario))
    return Rival(name, WITH_TARGET[family], terms)


def _under_the_same_costs(ours: Planned, scenario: Scenario) -> Planned:
    """Return our policy as it will be judged: what planners say that money costs would serve another judge."""

    def same(policy: Policy) -> Policy:
        return replace(
            policy,
            order_cost=scenario.costs.order_cost,
            carrying_rate=scenario.costs.carrying_rate,
            margin=None,
            goodwill=scenario.costs.goodwill,
            review_days=float(scenario.review_days),
        )

    policy = same(ours.policy) if isinstance(ours.policy, Policy) else [same(one) for one in ours.policy]
    look_up = ours.policies_of
    policies_of = None if look_up is None else lambda classes: [same(one) for one in look_up(classes)]
    return Planned(OURS, policy, policies_of)


def _second_day(scenario: Scenario) -> date:
    """Return the plan date of the first evening."""
    day: date = (scenario.first_day + np.timedelta64(1, "D")).astype(date)
    return day
