"""Scrambling everything after a day leaves that day's levels as they were, for every policy that comes with us."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pytest
from tests.replay.builders import past

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay import (
    Levels,
    ReplayPolicy,
    Scenario,
    Shipments,
    built_in_policies,
    cut_scenario,
    mixed_days,
    simulate,
    uniforms,
)

ITEMS, PAST_DAYS, JUDGED_DAYS, SUPPLIERS = 12, 70, 30, 4


def store() -> Scenario:
    random = np.random.default_rng(7)
    supplier = np.array([f"S{row % SUPPLIERS}" for row in range(ITEMS)])
    rate = random.uniform(0.3, 6, ITEMS)
    history = past(random.poisson(rate[:, None], (ITEMS, PAST_DAYS + JUDGED_DAYS)), supplier=supplier)
    return cut_scenario(
        history,
        mixed_days(uniforms(supplier, JUDGED_DAYS, seed=3), (4, 12), (0.8, 0.2)),
        first_judged_day=PAST_DAYS,
        shipments=Shipments(supplier[:SUPPLIERS], np.arange(-SUPPLIERS, 0), np.array([2.0, 9.0, 20.0, np.inf])),
        travels_together=True,
        replan_days=5,
    )


def scrambled_after(scenario: Scenario, day: int) -> Scenario:
    """Return the scenario with other demand, lead times and arrivals for all that is not known on that evening."""
    random = np.random.default_rng(99)
    demand, waits = scenario.demand.copy(), scenario.lead_time_days.copy()
    demand[:, day + 1 :] = random.poisson(30, demand[:, day + 1 :].shape)
    evening = np.arange(JUDGED_DAYS)
    # An order that is still open only shows how long it has been away already.
    is_open = evening + waits > day
    longer = np.maximum(day - evening, 0) + random.integers(1, 40, waits.shape[1])
    waits = np.where(is_open, longer, waits)
    old = scenario.shipments
    shipments = replace(old, days=np.where(np.floor(old.sent_day + old.days) > day, old.days + 5, old.days))
    return replace(scenario, demand=demand, lead_time_days=waits, shipments=shipments)


@dataclass
class Recorded:
    """A policy whose levels are kept by plan date."""

    inner: ReplayPolicy
    kept: dict[date, Levels] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.inner.name

    def levels(self, history: ItemHistory, lead_times: LeadTimeHistory, as_of_date: date) -> Levels:
        self.kept[as_of_date] = self.inner.levels(history, lead_times, as_of_date)
        return self.kept[as_of_date]


@pytest.mark.parametrize("policy", built_in_policies(store()), ids=lambda policy: policy.name)
def test_a_day_s_levels_know_nothing_of_what_came_after(policy: ReplayPolicy) -> None:
    day = 15
    scenario = store()
    as_of_date = (scenario.first_day + np.timedelta64(day + 1, "D")).astype(date)
    before, after = Recorded(policy), Recorded(policy)
    true_run, scrambled_run = simulate(scenario, before), simulate(scrambled_after(scenario, day), after)
    for known, scrambled in zip(before.kept[as_of_date], after.kept[as_of_date], strict=True):
        assert np.array_equal(known, scrambled)
    assert np.array_equal(true_run.ordered[:, : day + 1], scrambled_run.ordered[:, : day + 1])
    # The scrambling itself bites: what came after is another story.
    assert not np.array_equal(true_run.sold[:, day + 1 :], scrambled_run.sold[:, day + 1 :])


def test_rivals_give_the_same_levels_in_a_shard_of_suppliers() -> None:
    scenario = store()
    rows = np.flatnonzero(np.isin(scenario.past.supplier, ["S0", "S1"]))
    for policy in built_in_policies(scenario, ["set_once", "simple", "classic", "bootstrap"]):
        # A supplier without receipts takes the mean of all suppliers, so only those with receipts stand apart.
        whole, shard = simulate(scenario, policy), simulate(scenario.take(rows), policy)
        assert np.array_equal(whole.ordered[rows], shard.ordered), policy.name
