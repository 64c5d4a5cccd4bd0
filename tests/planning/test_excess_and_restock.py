"""What is too much, and who hears that something is back."""

from __future__ import annotations

import pytest

from stockroom.planning import PlanningError, Policy, RestockRequests, choose_restock_recipients, find_excess


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
    assert (excess.excess_units[0], excess.value_tied_up[0]) == (0, 0)


def test_what_is_on_order_counts_however_late_it_is_due(plan_of, history_of):
    excess = excess_of(plan_of, history_of, [[2] * 60], on_hand=[150], on_order=[[(200, 300.0)]])
    assert excess.excess_units[0] == 170


def test_what_the_plan_itself_would_order_up_to_is_not_excess_tomorrow(plan_of, history_of):
    given = {"pack_units": [144], "on_hand": [0]}
    plan = plan_of([[1] * 60], **given)
    after = {"pack_units": [144], "on_hand": plan.order_units}
    assert plan.order_units[0] > 0
    assert not excess_of(plan_of, history_of, [[1] * 60], **after).is_excess[0]


def test_dead_stock_is_all_excess(plan_of, history_of):
    assert excess_of(plan_of, history_of, [[0] * 60], on_hand=[40]).excess_units[0] == 40


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
