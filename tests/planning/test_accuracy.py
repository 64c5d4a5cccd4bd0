"""What forecasts were worth, in numbers that the head can check."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning import DEMAND_QUANTILES
from stockroom.planning.accuracy import COVERAGE_LEVELS, demand_over, judge, members, score

LEVELS = (0.5, 0.9, 0.98)


def test_demand_is_added_up_over_each_likely_interval():
    daily = np.array([[1, 2, 3, 4, 5]])
    assert demand_over(daily, np.array([[1.0, 2.4, 4.6]])).tolist() == [[1, 3, 15]]


def test_a_shortfall_beyond_the_90_percent_point_costs_nine_times_an_equal_surplus():
    quantiles = np.array([[10, 10, 10]])
    short = judge(quantiles, LEVELS, np.array([10.0]), np.array([[20]]))
    surplus = judge(quantiles, LEVELS, np.array([10.0]), np.array([[0]]))
    assert short.pinball_units[0] == pytest.approx(10 * (0.5 + 0.9 + 0.98) / 3)
    assert surplus.pinball_units[0] == pytest.approx(10 * (0.5 + 0.1 + 0.02) / 3)


def test_what_lies_on_a_quantile_is_within_and_not_below_it():
    judged = judge(np.array([[10, 12, 15]]), LEVELS, np.array([10.0]), np.array([[10, 11, 12, 16]]))
    assert judged.within[0].tolist() == [0.25, 0.75, 0.75]
    assert judged.below[0].tolist() == [0.0, 0.5, 0.75]


def test_a_group_is_judged_by_its_units_and_by_each_items_quantiles():
    judged = judge(np.array([[10, 12, 15], [0, 0, 1]]), LEVELS, np.array([11.0, 1.0]), np.array([[10], [0]]))
    both = score(judged, np.array([True, True]))
    assert both.items == 2
    assert both.bias_share == pytest.approx(0.2)
    assert both.within == (1.0, 1.0, 1.0)
    assert both.pinball_share == pytest.approx(both.pinball_units * 2 / 10)


def test_items_that_nobody_wanted_have_no_share():
    judged = judge(np.array([[0, 1, 2]]), LEVELS, np.array([0.5]), np.array([[0]]))
    nothing = score(judged, np.array([True]))
    assert nothing.bias_share is None
    assert nothing.pinball_share is None


def test_members_are_told_apart_by_their_label():
    assert {name: rows.tolist() for name, rows in members(np.array(["A", "C", "A"])).items()} == {
        "A": [True, False, True],
        "C": [False, True, False],
    }


def test_the_coverage_that_is_kept_is_of_quantiles_that_plans_keep():
    assert set(COVERAGE_LEVELS) <= set(DEMAND_QUANTILES)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=20), st.integers(0, 60))
def test_no_other_point_loses_less_than_the_true_quantile(demand, other):
    cases = np.array([demand])
    level = (0.9,)
    best = int(np.quantile(demand, 0.9, method="inverted_cdf"))
    loss_of = {
        point: judge(np.array([[point]]), level, np.array([0.0]), cases).pinball_units[0] for point in (best, other)
    }
    assert loss_of[best] <= loss_of[other] + 1e-9
