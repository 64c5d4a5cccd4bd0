from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.builders import Fixed, Watcher, one_item, past

from stockroom.planning import PlanningError
from stockroom.replay import Levels, ReplayError, Scenario, Shipments, simulate


def rows(run: object, *names: str) -> list[list[int]]:
    return [getattr(run, name)[0].tolist() for name in names]


def test_an_order_of_the_evening_is_on_the_shelf_after_its_lead_time() -> None:
    run = simulate(one_item([1, 1, 1, 1], stock=2, lead_time=2), Fixed(1, 4))
    # The first evening leaves 1, which is the reorder point: 3 are ordered and come in the morning of the third day.
    assert rows(run, "ordered") == [[3, 0, 0, 3]]
    assert rows(run, "arrived", "sold", "stock_at_close") == [[0, 0, 3, 0], [1, 1, 1, 1], [1, 0, 2, 1]]


def test_what_is_not_on_the_shelf_is_lost_and_not_made_up_for() -> None:
    run = simulate(one_item([3, 3, 3], stock=4, lead_time=1), Fixed(0, 2))
    assert rows(run, "sold", "lost") == [[3, 1, 2], [0, 2, 1]]


def test_an_order_reaches_the_level_in_whole_packs_and_at_least_the_minimum() -> None:
    packs = simulate(one_item([0], pack_units=4), Fixed(0, 6))
    minimum = simulate(one_item([0], pack_units=4, minimum_order_units=10), Fixed(0, 6))
    assert rows(packs, "ordered") + rows(minimum, "ordered") == [[8], [12]]


def test_what_is_on_order_already_is_not_ordered_again() -> None:
    assert rows(simulate(one_item([0, 0, 0], lead_time=3), Fixed(1, 5)), "ordered") == [[5, 0, 0]]
    inbound = one_item([0, 0, 0], inbound=np.array([[0, 0, 5]]))
    assert rows(simulate(inbound, Fixed(1, 5)), "ordered", "arrived") == [[0, 0, 0], [0, 0, 5]]


def test_an_item_is_looked_at_on_review_days_only() -> None:
    run = simulate(one_item([1, 1, 1, 1], stock=4, lead_time=1, review_days=2), Fixed(4, 4))
    assert rows(run, "ordered") == [[1, 0, 2, 0]]


def test_levels_are_set_on_the_first_evening_and_then_at_every_replanning() -> None:
    watcher = Watcher(0, 0)
    simulate(one_item([0] * 8, replan_days=3), watcher)
    assert [as_of for as_of, _, _ in watcher.seen] == [date(2011, 4, 2), date(2011, 4, 5), date(2011, 4, 8)]
    assert all(str(history.dates[-1] + 1) == str(as_of) for as_of, history, _ in watcher.seen)


def test_a_policy_sees_what_it_sold_and_on_which_days_it_had_none() -> None:
    watcher = Watcher(0, 0)
    simulate(one_item([1, 3, 3, 0], stock=3, replan_days=3), watcher)
    history = watcher.seen[-1][1]
    assert history.units_sold[0, -4:].tolist() == [1, 2, 0, 0]
    assert history.sold_out[0, -4:].tolist() == [False, True, False, False]
    np.testing.assert_array_equal(history.fraction_in_stock[0, -4:], [1.0, np.nan, 0.0, 0.0])


def test_a_policy_sees_how_long_arrived_orders_took_and_open_ones_only_so_far() -> None:
    watcher = Watcher(2, 2)
    old = Shipments(supplier=np.array(["S"]), sent_day=np.array([-10]), days=np.array([7.0]))
    scenario = one_item([1, 1, 1, 1, 1], stock=2, lead_time=[3, 4, 4, 4, 4], replan_days=4, shipments=old)
    simulate(scenario, watcher)
    first, last = watcher.seen[0][2], watcher.seen[1][2]
    assert (first.days.tolist(), first.is_open.tolist(), first.age_days.tolist()) == ([7.0], [False], [4.0])
    # Sent on evenings 0, 1 and 3; by evening 4 the first took its 3 days, and the others have been away for 3 and 1.
    assert last.days.tolist() == [7.0, 3.0, 3.0, 1.0]
    assert last.is_open.tolist() == [False, False, True, True]
    assert last.age_days.tolist() == [8.0, 2.0, 0.0, 0.0]


def test_what_one_supplier_sends_together_is_one_fact() -> None:
    two = Scenario(
        past=past(np.zeros((2, 5), dtype=int)),
        demand=np.zeros((2, 3), dtype=int),
        lead_time_days=np.full((2, 3), 1),
        replan_days=2,
        travels_together=True,
    )
    together, apart = Watcher(1, 2), Watcher(1, 2)
    simulate(two, together)
    simulate(replace(two, travels_together=False), apart)
    assert [seen.seen[-1][2].days.size for seen in (together, apart)] == [1, 2]


class Bad(Fixed):
    def levels(self, *_: object) -> Levels:
        return Levels(np.array([np.nan]), np.array([1]))


@pytest.mark.parametrize("policy", [Bad(0, 0), Fixed(-1, 2)])
def test_levels_that_cannot_be_ordered_to_are_refused_by_name(policy: Fixed) -> None:
    with pytest.raises(ReplayError, match="fixed returned levels that are no whole numbers"):
        simulate(one_item([1]), policy)


def test_a_scenario_names_what_is_wrong_with_it() -> None:
    with pytest.raises(ReplayError, match="lead_time_days needs whole numbers of 1 or more"):
        one_item([1, 1], lead_time=0)
    with pytest.raises(ReplayError, match=r"inbound has shape \(1, 1\); it needs \(1, 2\)"):
        one_item([1, 1], inbound=np.array([[3]]))
    with pytest.raises(ReplayError, match=r"shipments\.sent_day"):
        one_item([1], shipments=Shipments(np.array(["S"]), np.array([0]), np.array([2.0])))
    with pytest.raises(PlanningError, match="units_sold"):
        past([[-1]])


days = st.integers(1, 12)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    n, j = draw(st.integers(1, 4)), draw(days)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    return Scenario(
        past=past(
            random.poisson(1, (n, 14)),
            on_hand=random.integers(0, 6, n),
            pack_units=random.integers(1, 4, n),
            minimum_order_units=random.integers(1, 6, n),
            supplier=np.array([f"S{row % 2}" for row in range(n)]),
        ),
        demand=random.poisson(1.5, (n, j)),
        lead_time_days=random.integers(1, 5, (n, j)),
        inbound=random.poisson(0.2, (n, j)),
        review_days=draw(st.integers(1, 3)),
        replan_days=draw(st.integers(1, 5)),
    )


levels = st.tuples(st.integers(0, 8), st.integers(0, 12))


@given(scenarios(), levels)
def test_units_in_are_sold_or_left_and_demand_is_sold_or_lost(scenario: Scenario, level: tuple[int, int]) -> None:
    run = simulate(scenario, Fixed(*level))
    left = scenario.past.on_hand[:, None] + run.arrived.cumsum(axis=1) - run.sold.cumsum(axis=1)
    assert np.array_equal(left, run.stock_at_close)
    assert np.array_equal(run.sold + run.lost, scenario.demand)
    assert min(run.sold.min(), run.lost.min(), run.stock_at_close.min(), run.ordered.min()) >= 0
    assert np.all(run.arrived.sum(axis=1) <= scenario.inbound.sum(axis=1) + run.ordered.sum(axis=1))


@given(scenarios(), levels)
def test_a_shard_of_the_items_gives_the_same_bits(scenario: Scenario, level: tuple[int, int]) -> None:
    whole = simulate(scenario, Fixed(*level))
    for row in range(scenario.items):
        shard = simulate(scenario.take(np.array([row])), Fixed(*level))
        for name in ("sold", "lost", "arrived", "ordered", "stock_at_close"):
            assert np.array_equal(getattr(shard, name)[0], getattr(whole, name)[row])


def test_a_past_that_never_counted_its_stock_stays_unknown() -> None:
    watcher = Watcher(0, 0)
    simulate(one_item([1, 1], stock=9, replan_days=1), watcher)
    known = watcher.seen[-1][1].fraction_in_stock
    assert known is not None
    assert np.isnan(known[0, :10]).all()
    assert known[0, 10:].tolist() == [1.0, 1.0]
