"""What sells, and how sure we are."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy, measure_velocity

NAN = float("nan")


def test_velocity_counts_days_in_stock_and_not_the_calendar(history_of):
    # 8 units in 4 days in stock, then 6 days without: 2 a day.
    history = history_of([[2, 3, 0, 3] + [0] * 6], fraction_in_stock=[[1.0] * 4 + [0.0] * 6])
    velocity = measure_velocity(history, window_days=30)
    assert velocity.units_per_day[0] == 2
    assert velocity.days_in_stock[0] == 4


def test_velocity_counts_days_without_sales(history_of):
    assert measure_velocity(history_of([[4, 0, 0, 0]]), window_days=30).units_per_day[0] == 1


def test_half_a_day_on_the_shelf_counts_half(history_of):
    history = history_of([[3, 3]], fraction_in_stock=[[1.0, 0.5]])
    assert measure_velocity(history, window_days=30).units_per_day[0] == 4


def test_a_day_that_sold_was_not_empty_whatever_was_recorded(history_of):
    history = history_of([[6, 0]], fraction_in_stock=[[0.0, 0.0]])
    assert measure_velocity(history, window_days=30).units_per_day[0] == 6


def test_an_unknown_fraction_counts_as_a_day_in_stock(history_of):
    history = history_of([[6, 0]], fraction_in_stock=[[NAN, NAN]])
    assert measure_velocity(history, window_days=30).units_per_day[0] == 3


@pytest.mark.parametrize(("window_days", "units"), [(30, 30), (60, 90), (90, 180)])
def test_each_window_sees_its_own_days(history_of, window_days, units):
    history = history_of([[3] * 30 + [2] * 30 + [1] * 30])
    assert measure_velocity(history, window_days=window_days).units[0] == units


def test_under_14_days_in_stock_a_rate_leans_on_its_category(plan_of):
    # Nine mugs sell 1 a day. The tenth was in stock for 7 days only and sold 21: half its own 3, half the category's 1.
    old = [[1] * 40] * 9
    fraction = np.ones((10, 40))
    fraction[9, :33] = 0
    plan = plan_of([*old, [0] * 33 + [3] * 7], fraction_in_stock=fraction)
    assert plan.forecast_units_per_day[9] == pytest.approx(2)
    assert plan.evidence.tolist() == ["enough evidence"] * 9 + ["not enough evidence"]
    assert "Not enough evidence: it was in stock on 7 days only" in plan.explain(9).sentence


def test_an_item_out_for_two_months_is_judged_by_when_it_was_there(plan_of):
    plan = plan_of([[5] * 30 + [0] * 60], fraction_in_stock=[[1.0] * 30 + [0.0] * 60])
    assert plan.forecast_units_per_day[0] == 5
    assert plan.evidence[0] == "enough evidence"


def test_an_item_that_was_never_there_is_not_ordered(plan_of):
    plan = plan_of([[5] * 40, [0] * 40], fraction_in_stock=[[1.0] * 40, [0.0] * 40])
    assert plan.order_units[1] == 0
    assert plan.evidence[1] == "no evidence"
    assert plan.explain(1).sentence == "No order: it was never in stock here, so nothing is known of its demand."


def test_an_item_in_stock_that_nobody_buys_is_not_ordered(plan_of):
    plan = plan_of([[0] * 60])
    assert plan.order_units[0] == 0
    assert plan.explain(0).sentence == "No order: nothing was sold in 60 days in stock."


def test_demand_of_one_day_never_varies_less_than_chance(plan_of):
    # Two a day, every day: the sample says variance 0, which thirty days cannot know.
    assert plan_of([[2] * 30]).inputs.demand_variance[0] == 2


def test_abc_goes_by_revenue_and_fast_movers_by_units(plan_of):
    # Revenue a day 80, 15, 5, 0: A makes the first 80 %. The cheapest moves fastest.
    plan = plan_of(
        [[8] * 30, [3] * 30, [10] * 30, [0] * 30, [1] * 30], unit_price=[10.0, 5.0, 0.5, 9.0, 0.0]
    )  # fmt: skip
    assert plan.abc_class.tolist() == ["A", "B", "C", "C", "C"]
    assert plan.is_fast_mover.tolist() == [False, False, True, False, False]


def test_the_window_is_the_policys(plan_of):
    units = [[0] * 60 + [6] * 30]
    assert plan_of(units, policy=Policy(method="both_variances", velocity_days=30)).forecast_units_per_day[0] == 6
    assert plan_of(units, policy=Policy(method="both_variances", velocity_days=90)).forecast_units_per_day[0] == 2


def test_a_sample_of_equal_days_still_has_the_spread_of_chance(history_of):
    assert measure_velocity(history_of([[2] * 30]), window_days=30).variance[0] == 2


def test_one_best_seller_does_not_decide_what_a_new_item_is_thought_to_sell(plan_of):
    # The typical mug sells 1 a day, the best-seller 100; the new one, seen for 7 days, sold 1 a day.
    fraction = np.ones((5, 40))
    fraction[4, :33] = 0
    plan = plan_of([[1] * 40, [1] * 40, [1] * 40, [100] * 40, [0] * 33 + [1] * 7], fraction_in_stock=fraction)
    assert plan.forecast_units_per_day[4] == pytest.approx(1)
