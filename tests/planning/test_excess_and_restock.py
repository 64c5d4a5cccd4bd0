"""What is too much, and who hears that something is back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning import PlanningError, Policy, RestockRequests, choose_restock_recipients, find_excess
from stockroom.planning.ways_out import Surplus, sell, way_out


def excess_of(plan_of, history_of, units_sold, *, policy=None, **given):
    plan = plan_of(units_sold, policy=policy or Policy(method="both_variances"), **given)
    return find_excess(history_of(units_sold, **given), plan)


def test_stock_beyond_ninety_days_is_excess_and_its_money_is_counted(plan_of, history_of):
    # 2 a day: 90 days are 180. 300 are 120 too many, at 2.00 each 240.00, at 25 % a year 5.00 a month.
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[300])
    assert excess.target_units[0] == 180
    assert excess.excess_units[0] == 120
    assert excess.value_tied_up[0] == 240
    assert excess.monthly_carrying_cost[0] == 5
    assert excess.days_of_supply[0] == pytest.approx(150)


def test_seasonal_items_are_excess_beyond_sixty_days(plan_of, history_of):
    given = {"on_hand": [170]}
    assert not excess_of(plan_of, history_of, [[2] * 60], **given).is_excess[0]
    assert excess_of(
        plan_of, history_of, [[2] * 60], policy=Policy(method="both_variances", is_seasonal=True), **given
    ).is_excess[0]


def test_enough_stock_is_no_excess_and_says_nothing(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[150])
    assert (excess.excess_units[0], excess.value_tied_up[0], excess.action[0], excess.reason[0]) == (0, 0, "", "")


def test_what_is_on_order_counts_however_late_it_is_due_and_is_best_not_taken_in(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[150], on_order=[[(200, 300.0)]])
    assert excess.excess_units[0] == 170
    assert excess.action[0] == "cancel or postpone the open order"
    assert "of 200 still on order, 170 need not come in" in excess.reason[0]


def test_what_the_plan_itself_would_order_up_to_is_not_excess_tomorrow(plan_of, history_of):
    given = {"pack_units": [144], "on_hand": [0]}
    plan = plan_of([[1] * 60], **given)
    after = {"pack_units": [144], "on_hand": plan.order_units}
    assert plan.order_units[0] > 0
    assert not excess_of(plan_of, history_of, [[1] * 60], **after).is_excess[0]


def test_what_is_here_has_a_way_out_of_its_own_beside_what_is_on_order(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[220], on_order=[[(10, 300.0)]])
    assert excess.excess_units[0] == 50
    assert "of 10 still on order, 10 need not come in, which saves 20.00; the other 40: " in excess.reason[0]
    assert excess.action[0] == "stop buying"


def test_a_little_too_much_is_left_to_sell_down_and_its_money_is_told(plan_of, history_of):
    # 40 too many at 2 a day are 20 days: 200.00 of sales less 0.55 for carrying 20 of them, on average.
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[220])
    assert (excess.action[0], excess.markdown_percent[0]) == ("stop buying", 0)
    assert "They last 20 days, which leaves 199.45 after carrying" in excess.reason[0]
    assert "cleared at salvage 8.00" in excess.reason[0]


def test_years_of_stock_are_marked_down_and_the_assumed_price_response_is_stated(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[1] * 20 + [0] * 40], on_hand=[500])
    assert excess.action[0] == "mark down"
    assert 0 < excess.markdown_percent[0] <= 50
    assert "assuming that 1 % less price sells 2 % more" in excess.reason[0]


def test_a_known_price_response_is_used_and_an_inelastic_item_is_never_marked_down(plan_of, history_of):
    units, given = [[1] * 20 + [0] * 40], {"on_hand": [500]}
    known = excess_of(plan_of, history_of, units, policy=Policy(method="both_variances", price_elasticity=3.0), **given)
    assert "as 1 % less price sells 3 % more" in known.reason[0]
    stubborn = excess_of(
        plan_of, history_of, units, policy=Policy(method="both_variances", price_elasticity=0.8), **given
    )
    assert (stubborn.action[0], stubborn.markdown_percent[0]) == ("stop buying", 0)


def test_what_would_last_decades_at_half_price_is_cleared_out_and_not_marked_down(plan_of, history_of):
    # 1 in 30 days, at half price 4 in 30 days: 7,500 last 56,000 days, 154 years. A tenth of 2.00 each is 1,499.40.
    excess = excess_of(plan_of, history_of, [[1] * 2 + [0] * 58], on_hand=[7500])
    assert (excess.action[0], excess.markdown_percent[0]) == ("clear out or write off", 0)
    assert "they would still last more than 10 years at half price" in excess.reason[0]
    assert "Clearing leaves 1,499.40 (assuming 10 % of cost); two more years at today's price loses" in excess.reason[0]
    assert "A return is better if the supplier credits more than 0.20 a unit" in excess.reason[0]


def test_what_is_not_sold_above_cost_goes_back_instead_of_down(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[300], unit_price=[1.5])
    assert excess.action[0] == "return to supplier"
    # 120 for 1.50 are 180.00, less 4.93 for carrying 60 of them for 60 days: 1.46 a unit.
    assert "if the supplier credits more than 1.46 a unit" in excess.reason[0]


def test_dead_stock_is_all_excess_and_a_few_units_of_it_are_tried_at_half_price(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[0] * 60], on_hand=[40])
    assert excess.excess_units[0] == 40
    assert (excess.action[0], excess.markdown_percent[0]) == ("mark down", 50)
    assert "nothing was sold in 60 days in stock, and even at one unit in that time, at half price" in excess.reason[0]


def test_more_dead_stock_than_half_price_could_ever_move_is_cleared_out(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[0] * 60], on_hand=[4000])
    assert excess.action[0] == "clear out or write off"


def test_what_was_never_in_stock_here_is_not_judged(plan_of, history_of):
    never = {"on_hand": [40], "fraction_in_stock": np.zeros((1, 60))}
    excess = excess_of(plan_of, history_of, [[0] * 60], **never)
    assert excess.action[0] == "stop buying"
    assert "nothing is known of what it sells" in excess.reason[0]


def test_christmas_goods_wait_for_their_season(plan_of, history_of):
    # 1,000 were sold half a year ago and none for 60 days; 400 more are there for the next season.
    given = {"on_hand": [400]}
    units = [[50] * 20 + [0] * 180]
    assert excess_of(plan_of, history_of, units, **given).action[0] == "clear out or write off"
    seasonal = excess_of(plan_of, history_of, units, policy=Policy(method="both_variances", is_seasonal=True), **given)
    assert seasonal.action[0] == "stop buying"
    assert "They last 146 days" in seasonal.reason[0]


SURPLUS = Surplus(units=100, units_per_day=1.0, price=5.0, unit_cost=2.0, carrying_rate=0.25, elasticity=None)


def test_a_small_discount_is_given_as_a_promotion_and_the_price_tag_stays():
    # 800 at 1 a day outlast the two years; at 5 % off 1.11 a day take 722 days.
    way = way_out(replace(SURPLUS, units=800))
    assert (way.action, way.markdown_percent) == ("promote or bundle", 5)


def test_what_a_markdown_cannot_sell_in_two_years_is_told_and_cleared():
    # At half price 1 a day: 900 take 900 days, 170 of them after the two years.
    way = way_out(replace(SURPLUS, units=900, units_per_day=0.25))
    assert (way.action, way.markdown_percent) == ("mark down", 50)
    assert "In two years 170 are left and last 170 days more: clear those at salvage or write them off." in way.reason


surpluses = st.builds(
    Surplus,
    units=st.integers(1, 10_000),
    units_per_day=st.floats(0.001, 100),
    price=st.floats(0, 100),
    unit_cost=st.floats(0, 100),
    carrying_rate=st.floats(0, 1),
    elasticity=st.none() | st.floats(0.2, 5),
    never_sold_in_days=st.sampled_from([0.0, 60.0]),
)


@given(surpluses)
def test_no_recommendation_sells_under_cost_or_half_price_nor_for_less_than_salvage(surplus):
    way = way_out(surplus)
    price = surplus.price * (1 - way.markdown_percent / 100)
    if way.markdown_percent:
        assert price >= max(surplus.unit_cost, surplus.price / 2) * (1 - 1e-9)
        assert surplus.bend > 1
    if way.action != "clear out or write off":
        assert sell(surplus, way.markdown_percent).brings > surplus.cleared


@given(surpluses)
def test_no_markdown_of_what_sells_leaves_less_than_waiting(surplus):
    way = way_out(surplus)
    if way.markdown_percent and not surplus.never_sold_in_days:
        assert sell(surplus, way.markdown_percent).brings >= sell(surplus, 0).brings


def request(**given) -> RestockRequests:
    row = {
        "request_id": ["r1", "r2", "r3"], "sku": ["MUG"] * 3, "quantity": [1, 1, 1],
        "requested_at": ["2011-06-03", "2011-06-01", "2011-06-02"],
    }  # fmt: skip
    return RestockRequests(**{**row, **given})


def test_the_oldest_hear_first_and_no_more_than_there_are_units():
    assert choose_restock_recipients(request(), free_units={"MUG": 2}).tolist() == [False, True, True]


def test_nobody_hears_of_a_sku_that_is_not_free():
    assert not choose_restock_recipients(request(), free_units={"CUP": 9}).any()


def test_a_wish_for_many_does_not_hold_up_the_others():
    told = choose_restock_recipients(request(quantity=[1, 500, 1]), free_units={"MUG": 2})
    assert told.tolist() == [True, False, True]


def test_each_sku_has_its_own_queue():
    told = choose_restock_recipients(request(sku=["MUG", "CUP", "MUG"]), free_units={"MUG": 1, "CUP": 1})
    assert told.tolist() == [False, True, True]


def test_requests_of_the_same_moment_go_by_their_id():
    told = choose_restock_recipients(request(requested_at=["2011-06-01"] * 3), free_units={"MUG": 1})
    assert told.tolist() == [True, False, False]


def test_a_request_for_nothing_is_refused():
    with pytest.raises(PlanningError, match="quantity: 0 at row 0 is under 1"):
        request(quantity=[0, 1, 1])
