"""The rivals' numbers, worked by hand: 60 days alternating 0 and 4 units (mean 2, sd 2.017), 14 days of lead time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.replay.builders import FIRST_DAY, past

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay.rivals import (
    Rival,
    SetOnce,
    Terms,
    bootstrap,
    both_variances,
    classic,
    days_in_stock,
    lead_time_moments,
    simple,
)

TODAY = date(2011, 4, 1)
NOTHING_RECEIVED = LeadTimeHistory.empty()
RECEIPTS = LeadTimeHistory(supplier=np.array(["S", "S"]), days=np.array([10.0, 18.0]))
"""A mean of 14 days and a standard deviation of 4 x sqrt(2)."""


def alternating(**columns: Any) -> ItemHistory:
    return past(np.tile([0, 4], (1, 30)), quoted_lead_time_days=np.array([14.0]), **columns)


def test_the_rule_of_thumb_is_half_as_much_again_as_the_lead_time_needs() -> None:
    assert simple(alternating(), NOTHING_RECEIVED, Terms()).reorder_point.tolist() == pytest.approx([1.5 * 2 * 14])


def test_the_classic_form_covers_the_lead_time_and_the_demand_s_spread() -> None:
    sd = np.sqrt(60 * 4 / 59)
    point = classic(alternating(), NOTHING_RECEIVED, Terms(target=0.95)).reorder_point[0]
    assert point == pytest.approx(28 + 1.644854 * sd * np.sqrt(14))


def test_both_variances_add_the_review_day_and_the_lead_time_s_spread() -> None:
    point = both_variances(alternating(), RECEIPTS, Terms(target=0.95)).reorder_point[0]
    assert point == pytest.approx(30 + 1.644854 * np.sqrt(15 * 240 / 59 + 4 * 32))


def test_days_without_stock_lower_the_rate_of_all_but_the_one_that_leaves_them_out() -> None:
    fraction = np.where(np.arange(60) % 2 == 0, 0.0, 1.0)[None, :]
    history = alternating(fraction_in_stock=fraction)
    assert classic(history, RECEIPTS, Terms()).units_per_day.tolist() == [2.0]
    wish = days_in_stock(history, RECEIPTS, Terms(target=0.5))
    assert (wish.units_per_day.tolist(), wish.reorder_point.tolist()) == ([4.0], [60.0])


def test_the_bootstrap_finds_the_quantile_of_a_lead_time_with_two_humps() -> None:
    history = past(np.ones((1, 60), dtype=int))
    receipts = LeadTimeHistory(supplier=np.repeat("S", 10), days=np.array([9.0] * 9 + [34.0]))
    points = [bootstrap(history, receipts, Terms(target=target)).reorder_point[0] for target in (0.8, 0.99)]
    # One unit a day: the lead time and one day of review.
    assert points == [10.0, 35.0]


def test_the_bootstrap_draws_each_supplier_s_own_lead_times() -> None:
    history = past(np.ones((3, 60), dtype=int), supplier=np.array(["B", "A", "C"]))
    receipts = LeadTimeHistory(np.array(["A", "B", "A"]), np.array([3.0, 20.0, 3.0]))
    # Nobody received anything from C: the mean of all receipts, 8.7 days.
    assert bootstrap(history, receipts, Terms(target=0.9)).reorder_point.tolist() == [21.0, 4.0, 10.0]


def test_the_bootstrap_leaves_out_days_without_stock() -> None:
    history = alternating(fraction_in_stock=np.where(np.arange(60) % 2 == 0, 0.0, 1.0)[None, :])
    assert bootstrap(history, NOTHING_RECEIVED, Terms(target=0.9)).reorder_point.tolist() == [60.0]


@pytest.mark.parametrize(
    ("quoted", "receipts", "days"),
    [
        (30.0, RECEIPTS, 14.0),
        (30.0, LeadTimeHistory(np.array(["S"]), np.array([3.0]), is_open=np.array([True])), 30.0),
        (np.nan, LeadTimeHistory(np.array(["other"]), np.array([5.0])), 5.0),
        (np.nan, NOTHING_RECEIVED, 14.0),
    ],
    ids=["its receipts", "else its quote", "else all receipts", "else two weeks"],
)
def test_a_rival_takes_the_lead_time_from(quoted: float, receipts: LeadTimeHistory, days: float) -> None:
    history = past([[1]], quoted_lead_time_days=np.array([quoted]))
    assert lead_time_moments(history, receipts).mean.tolist() == [days]


def test_the_lead_time_s_moments_are_each_supplier_s_own() -> None:
    history = past(np.ones((3, 2), dtype=int), supplier=np.array(["B", "A", "C"]))
    receipts = LeadTimeHistory(np.array(["A", "B", "A"]), np.array([1.0, 7.0, 3.0]))
    moments = lead_time_moments(history, receipts)
    assert moments.mean.tolist() == pytest.approx([7.0, 2.0, 11 / 3])
    assert moments.sd.tolist() == pytest.approx([0.0, np.sqrt(2), 0.0])


def test_an_order_is_the_reorder_point_and_an_economic_lot() -> None:
    levels = Rival("rule", simple, Terms(order_cost=10)).levels(alternating(), NOTHING_RECEIVED, TODAY)
    # sqrt(2 x 10 x 730 / (3 x 0.25)) = 139.5
    assert (levels.reorder_point_units.tolist(), levels.order_up_to_units.tolist()) == ([42], [42 + 140])


def test_what_does_not_sell_is_not_ordered() -> None:
    history = past(np.zeros((1, 60), dtype=int))
    for rule in (simple, classic, both_variances, days_in_stock, bootstrap):
        assert [level.tolist() for level in Rival("rule", rule, Terms()).levels(history, RECEIPTS, TODAY)] == [[0], [0]]


def test_levels_that_were_set_once_do_not_follow_later_sales_and_receipts() -> None:
    then = alternating()
    rule = SetOnce("once", Rival("classic", classic, Terms()), set_on=TODAY)
    later = replace(
        then,
        dates=FIRST_DAY + np.arange(-60, 10),
        units_sold=np.concatenate([then.units_sold, np.full((1, 10), 50)], axis=1),
    )
    at_first = LeadTimeHistory(np.array(["S"]), np.array([10.0]), age_days=np.array([3.0]))
    # Ten days on, the first shipment arrived 13 days ago, and two more since.
    since = LeadTimeHistory(np.array(["S"] * 3), np.array([10.0, 40.0, 60.0]), age_days=np.array([13.0, 9.0, 1.0]))
    first, last = rule.levels(then, at_first, TODAY), rule.levels(later, since, date(2011, 4, 11))
    assert [level.tolist() for level in first] == [level.tolist() for level in last]
