from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.builders import Fixed, one_item
from tests.replay.test_simulator import levels, scenarios

from stockroom.replay import Costs, Scenario, clairvoyant, measure, simulate, wagner_whitin

WAGNER_WHITIN_1958 = {
    "demand": [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56],
    "order_cost": [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114],
}


def test_the_example_of_1958_costs_864() -> None:
    lots = wagner_whitin(
        np.array([WAGNER_WHITIN_1958["demand"]]),
        order_cost=np.array([WAGNER_WHITIN_1958["order_cost"]], dtype=float),
        holding_cost=np.array([1.0]),
        lost_unit_cost=np.array([1e6]),
        may_arrive=np.ones((1, 12), dtype=bool),
    )
    assert lots.cost.tolist() == [864.0]
    assert lots.arrived.sum() == 630


def cheapest_by_trying_all(scenario: Scenario) -> float:
    """Return the least cost of any set of ordering evenings, each serving the demand until the next arrival."""
    demand, lead_times = scenario.demand[0], scenario.lead_time_days[0]
    lost, held = scenario.lost_unit_cost[0], scenario.carrying_cost_per_day[0]
    mornings = sorted({day + wait for day, wait in enumerate(lead_times.tolist()) if day + wait < demand.size})
    costs = []
    for count in range(len(mornings) + 1):
        for chosen in itertools.combinations(mornings, count):
            cost = scenario.costs.order_cost * count
            for day, units in enumerate(demand.tolist()):
                since = [day - morning for morning in chosen if morning <= day]
                cost += units * min([lost] + [held * nights for nights in since])
            costs.append(cost)
    return min(costs)


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=7),
    st.integers(1, 3),
    st.floats(0.1, 8),
    st.floats(0, 400),
)
def test_it_is_the_cheapest_of_all_ways(demand: list[int], wait: int, order_cost: float, carrying_rate: float) -> None:
    scenario = one_item(demand, lead_time=wait, costs=Costs(order_cost, carrying_rate))
    found = measure(scenario, clairvoyant(scenario)).cost.sum()
    assert found == pytest.approx(cheapest_by_trying_all(scenario))


def test_a_lot_is_worth_its_order_or_the_sale_is_let_go() -> None:
    # A margin of 2 a unit: three units are worth an order of 5, two are not.
    for units, ordered in ((3, 3), (2, 0)):
        run = clairvoyant(one_item([0, 0, units], lead_time=1, costs=Costs(order_cost=5.0)))
        assert (run.ordered.sum(), run.lost.sum()) == (ordered, units - ordered)


def test_it_cannot_have_goods_before_their_lead_time_is_over() -> None:
    run = clairvoyant(one_item([5, 5, 5], lead_time=2, costs=Costs(order_cost=1.0)))
    assert run.lost[0].tolist() == [5, 5, 0]
    assert run.ordered[0].tolist() == [5, 0, 0]


@given(scenarios(), levels)
def test_no_policy_costs_less_than_the_clairvoyant(scenario: Scenario, level: tuple[int, int]) -> None:
    bound = measure(scenario, clairvoyant(scenario))
    played = measure(scenario, simulate(scenario, Fixed(*level)))
    assert np.all(bound.cost <= played.cost + 1e-9)


@given(scenarios())
def test_the_clairvoyant_too_sells_what_came_in(scenario: Scenario) -> None:
    run = clairvoyant(scenario)
    left = scenario.past.on_hand[:, None] + run.arrived.cumsum(axis=1) - run.sold.cumsum(axis=1)
    assert np.array_equal(left, run.stock_at_close)
    assert np.array_equal(run.sold + run.lost, scenario.demand)
    assert run.stock_at_close.min() >= 0
    assert (run.arrived - scenario.inbound).sum() == run.ordered.sum()
