from __future__ import annotations

import numpy as np
import pytest
from tests.replay.builders import Fixed, costing, one_item, past

from stockroom.replay import (
    Costs,
    Interval,
    ReplayError,
    Scenario,
    built_in_policies,
    items_done_worse,
    measure,
    replay_policies,
    saving_intervals,
    simulate,
    totals,
)
from stockroom.replay.measures import Outcome


def test_money_is_lost_margin_carrying_and_orders() -> None:
    # 73 days at 20 % a year are 4 % of the average stock value. Price 5, cost 3, goodwill 1: a lost unit costs 3.
    demand = [1] + [0] * 71 + [12]
    scenario = one_item(demand, stock=11, costs=Costs(order_cost=10.0, carrying_rate=0.2, goodwill=1.0))
    outcome = measure(scenario, simulate(scenario, Fixed(0, 1)))
    assert (outcome.units_lost.tolist(), outcome.stockout_days.tolist(), outcome.orders.tolist()) == ([2], [1], [1])
    # 72 evenings with 10 units of 3, and one with none.
    assert outcome.average_stock_value.tolist() == pytest.approx([30 * 72 / 73])
    assert outcome.lost_margin.tolist() == [6.0]
    assert outcome.carrying.tolist() == pytest.approx([30 * 72 / 73 * 0.04])
    assert outcome.ordering.tolist() == [10.0]
    total = totals(outcome)
    assert (total.fill_rate, total.stockout_share) == pytest.approx((1 - 2 / 13, 1 / 73))
    assert total.cost == pytest.approx(6 + 30 * 72 / 73 * 0.04 + 10)


def test_selling_below_cost_is_no_gain_from_losing_a_sale() -> None:
    scenario = Scenario(
        past=past([[0]], unit_price=[2.0], unit_cost=[3.0]),
        demand=np.array([[4]]),
        lead_time_days=np.array([[1]]),
    )
    assert measure(scenario, simulate(scenario, Fixed(0, 0))).lost_margin.tolist() == [0.0]


def test_a_saving_that_hangs_on_one_item_is_shown_as_uncertain() -> None:
    ours, other = costing([10.0] * 9 + [50.0]), costing([10.0] * 10)
    low, high = (lambda interval: (interval.low, interval.high))(saving_intervals(ours, [other], seed=1)[0])
    # Without the one item (35 % of the draws) nothing is lost; with it twice, 80 on 100.
    assert high == 0.0
    assert low <= -0.8
    assert saving_intervals(ours, [other], seed=1) == saving_intervals(ours, [other], seed=1)


def test_a_pair_is_drawn_together() -> None:
    # Costs differ wildly between items, the saving is a tenth on each.
    cost = np.geomspace(1, 1e6, 50)
    assert saving_intervals(costing((cost * 0.9).tolist()), [costing(cost.tolist())], seed=5) == [Interval(0.1, 0.1)]


def test_the_items_that_did_worse_come_with_the_most_money_first() -> None:
    assert items_done_worse(costing([5.0, 1.0, 9.0, 3.0]), costing([4.0, 2.0, 3.0, 3.0])).tolist() == [2, 0]


def replayed(*names: str) -> list[Outcome]:
    scenario = one_item([1, 2, 3], stock=2)
    return list(replay_policies(scenario, [Fixed(1, 3, name) for name in names]).outcomes)


def test_policies_of_one_name_are_refused() -> None:
    assert [outcome.name for outcome in replayed("a", "b")] == ["a", "b"]
    with pytest.raises(ReplayError, match="each with a name of its own"):
        replayed("a", "a")


def test_a_replay_knows_the_best_rival_and_the_bound() -> None:
    scenario = one_item([1] * 30, stock=3, lead_time=2)
    store = simulate(scenario, Fixed(5, 9, "the store itself"))
    replay = replay_policies(scenario, built_in_policies(scenario, ["stockroom", "simple", "classic"]), store=store)
    assert [outcome.name for outcome in replay.others][-1] == "the store itself"
    assert set(replay.saving) == {outcome.name for outcome in replay.others}
    assert replay.best_other is not None
    assert replay.best_other.name != "the store itself"
    assert all(replay.over_clairvoyant(outcome) >= 1 for outcome in replay.outcomes)


def test_a_family_that_there_is_not_is_named() -> None:
    with pytest.raises(ReplayError, match="there is no croston; choose among stockroom, set_once, simple, classic"):
        built_in_policies(one_item([1]), ["classic", "croston"])
