"""Shoppers who asked to be told are held against the sales that were estimated to be lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning.arrays import PlanningError
from stockroom.planning.lost_sales import Witness, weigh_lost_sales


def weigh(lost: list[float], asked: list[float], each: float = 1.0) -> Witness:
    """Weigh groups whose shoppers ask for so many units each."""
    return weigh_lost_sales(np.array(lost), np.array(asked), np.array(asked) * each)


def test_one_in_five_everywhere_bears_the_estimate_out() -> None:
    assert weigh([100, 200, 150], [20, 40, 30]).verdict.tolist() == ["agrees"] * 3


def test_a_category_that_is_asked_for_ten_times_less_or_more_is_named() -> None:
    found = weigh([1000, 1000, 1000, 100], [200, 200, 20, 95])
    assert found.verdict.tolist()[2:] == ["too_high", "too_low"]
    assert found.usual_rate[2] == pytest.approx(495 / 2100)


def test_more_units_asked_for_than_lost_need_no_comparison() -> None:
    assert weigh([20], [60]).verdict.tolist() == ["too_low"]
    assert weigh([0], [5]).verdict.tolist() == ["too_low"]
    assert np.isnan(weigh([0], [5]).rate[0])


def test_few_requests_say_nothing() -> None:
    found = weigh([1000, 5], [200, 2])
    assert found.verdict.tolist()[1] == "too_little"
    assert weigh([10], [2]).verdict.tolist() == ["too_little"], "there is nothing to compare it with"
    assert weigh([10, 10], [0, 0]).verdict.tolist() == ["too_little"] * 2
    assert weigh([], []).verdict.tolist() == []


def test_twenty_units_for_one_shopper_are_less_sure_than_for_twenty() -> None:
    one_by_one, at_once = weigh([100], [20]), weigh([100], [20], each=20)
    assert at_once.rate[0] == one_by_one.rate[0]
    assert at_once.rate_low[0] < one_by_one.rate_low[0] < one_by_one.rate_high[0] < at_once.rate_high[0]


def test_a_negative_number_is_refused() -> None:
    with pytest.raises(PlanningError, match="units_lost"):
        weigh([-1], [2])


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 5000), st.integers(1, 24)), min_size=1, max_size=8))
def test_the_rate_lies_in_its_interval(groups: list[tuple[float, int, int]]) -> None:
    lost, requests, each = (np.array(column, dtype=float) for column in zip(*groups, strict=True))
    found = weigh_lost_sales(lost, requests * each, requests * each**2)
    known = ~np.isnan(found.rate)
    assert (found.rate_low[known] <= found.rate[known]).all()
    assert (found.rate[known] <= found.rate_high[known]).all()
    assert set(found.verdict.tolist()) <= {"agrees", "too_low", "too_high", "too_little"}
