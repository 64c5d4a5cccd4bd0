"""Shoppers who wait, what-if scenarios, and buys for one season."""

from __future__ import annotations

import math

import numpy as np
import pytest

from stockroom.planning import PlanningError, Policy, recompute
from stockroom.planning.scenarios import Scenario, play_scenario
from stockroom.planning.season_buy import buy_for_season

TEXTBOOK = Policy(method="both_variances", order_cost=0.0)


def test_a_share_of_the_shoppers_who_wait_is_ordered_beside_demand(plan_of):
    plain = plan_of([[4] * 60], policy=TEXTBOOK, on_hand=[20])
    waiting = plan_of([[4] * 60], policy=TEXTBOOK, on_hand=[20], waiting=[10])
    assert waiting.order_units[0] - plain.order_units[0] == 3  # 0.3 of 10
    explained = waiting.explain(0)
    assert "less 3 for shoppers who wait" in explained.sentence
    assert recompute(explained.terms).order_units == waiting.order_units[0]
    assert "waiting_units" not in {term.name for term in plain.explain(0).terms}


@pytest.fixture
def shop(history_of, plan_of):
    """Return two items sold at 4 a day, 40 left, one from a lane by sea; orders of 80 are due in 5 days."""
    given = {"on_hand": [40, 40], "lane": ["sea", "road"], "supplier": ["S01", "S02"], "on_order": [[(80, 5.0)]] * 2}
    sold = [[4] * 60] * 2
    return history_of(sold, **given), plan_of(sold, policy=TEXTBOOK, **given)


def test_a_closed_lane_empties_what_comes_on_it(shop):
    history, plan = shop
    outcome = play_scenario(history, plan, Scenario(lane="sea", closed_days=42.0))
    assert outcome.is_touched.tolist() == [True, False]
    assert outcome.ran_out_days.tolist() == [30.0, 30.0]
    assert outcome.runs_out_days.tolist() == [10.0, 30.0]  # what was due in 5 days comes in 47
    assert outcome.order_units[0] >= plan.reorder_point_units[0] + 42 * 4 - (40 + 80)
    assert outcome.order_units[1] == plan.order_units[1]
    assert outcome.lost_margin[0] == pytest.approx(outcome.empty_days[0] * 4 * 3)


def test_a_lost_supplier_delivers_nothing_and_is_not_ordered_from(shop):
    history, plan = shop
    outcome = play_scenario(history, plan, Scenario(lost_supplier="S01"))
    assert (outcome.runs_out_days[0], outcome.order_units[0]) == (10.0, 0)
    assert outcome.empty_days[0] == 80.0  # a quarter is counted


def test_half_as_much_demand_again_runs_out_sooner_and_orders_more(shop):
    history, plan = shop
    outcome = play_scenario(history, plan, Scenario(demand_times=1.5))
    assert outcome.runs_out_days.tolist() == [20.0, 20.0]
    assert np.all(outcome.order_units >= plan.order_units)
    assert outcome.order_units.sum() > plan.order_units.sum() == 0


@pytest.mark.parametrize(
    "supposed",
    [{}, {"lane": "sea"}, {"closed_days": 3.0}, {"lane": "sea", "closed_days": math.inf}, {"demand_times": 0.0}],
)
def test_what_cannot_be_supposed_is_refused(supposed):
    with pytest.raises(PlanningError):
        Scenario(**supposed)


def test_a_season_is_bought_deeper_the_more_a_missed_sale_costs():
    others = np.array([[60.0, 40.0], [90.0, 60.0], [30.0, 20.0]])
    dear = buy_for_season(others, price=10.0, unit_cost=1.0, salvage=0.0)
    cheap = buy_for_season(others, price=10.0, unit_cost=9.0, salvage=0.0)
    assert cheap.units < dear.units
    assert dear.units == pytest.approx(dear.expected_sold + dear.expected_left)
    assert dear.week_shares.tolist() == pytest.approx([0.6, 0.4])
    assert buy_for_season(others, price=10.0, unit_cost=1.0, salvage=0.0, times=2.0).units > 1.9 * dear.units
    assert buy_for_season(others, price=10.0, unit_cost=4.0, salvage=2.0, pack_units=48).units % 48 == 0


def test_a_season_without_a_likeness_is_refused():
    with pytest.raises(PlanningError, match="none of the similar items"):
        buy_for_season(np.zeros((2, 4)), price=10.0, unit_cost=4.0, salvage=2.0)
    with pytest.raises(PlanningError, match="salvage"):
        buy_for_season(np.ones((2, 4)), price=4.0, unit_cost=4.0, salvage=2.0)
    for nonsense in ({"times": -1.0}, {"pack_units": 0}):
        with pytest.raises(PlanningError, match="a pack of"):
            buy_for_season(np.ones((2, 4)), price=10.0, unit_cost=4.0, salvage=2.0, **nonsense)
