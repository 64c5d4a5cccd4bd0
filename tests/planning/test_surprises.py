"""Demand that left its forecast is noticed once, weighed in money, and forgotten when it is back."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning.surprises import Forecasts, find_surprises


@pytest.fixture
def surprises_of(history_of):
    def find(last_week, *, rate=10.0, dispersion=1.2, wandering=0.02, here=1000, was_open=False, index=None, **given):
        history = history_of([[10] * 53 + list(last_week)], **given)
        said = Forecasts(*(np.array([float(value)]) for value in (rate, dispersion, wandering)))
        return find_surprises(
            history,
            dict.fromkeys((1, 3, 7), said),
            index=np.ones((1, 7)) if index is None else np.array([index], dtype=float),
            available_units=np.array([here]),
            days_until_goods=np.array([14.0]),
            was_open=np.array([was_open]),
        )

    return find


def test_a_viral_day_is_a_spike_with_the_days_until_the_shelf_is_empty(surprises_of):
    # 100 where 10 were forecast; 300 last three days at that pace, goods take 14: 11 days of 100 at a margin of 3.00.
    (spike,) = surprises_of([10] * 6 + [100], here=300)
    assert (spike.is_spike, spike.window_days, spike.days_until_empty) == (True, 1, 3)
    assert spike.money == pytest.approx(11 * 100 * 3)
    assert spike.sentence == "100 units in a day where 10.0 were forecast; at this pace empty in 3 days"


def test_a_usual_week_is_no_surprise(surprises_of):
    assert surprises_of([8, 12, 10, 9, 11, 14, 7]) == ()


def test_a_week_in_which_hardly_anybody_comes_is_a_dip(surprises_of):
    (dip,) = surprises_of([1, 0, 0, 2, 0, 0, 1])
    assert not dip.is_spike
    assert dip.units_expected == 70
    # Of the 10 a day not even one sells: 283 more units lie idle for a month, at 2.00 each.
    assert dip.money == pytest.approx((10 - 4 / 7) * 30 * 2)


def test_an_empty_shelf_is_no_dip(surprises_of):
    fraction = np.ones((1, 60))
    fraction[0, -3:] = 0
    assert surprises_of([10, 10, 10, 10, 0, 0, 0], fraction_in_stock=fraction) == ()


def test_a_shelf_that_sold_out_is_no_dip(surprises_of):
    sold_out = np.zeros((1, 60), dtype=bool)
    sold_out[0, -2] = True
    assert surprises_of([1, 0, 0, 2, 0, 1, 0], sold_out=sold_out) == ()


def test_what_a_promotion_was_to_sell_is_no_spike(surprises_of):
    assert surprises_of([10] * 6 + [45], index=[1] * 6 + [4.5]) == ()
    assert len(surprises_of([10] * 6 + [45])) == 1


def test_a_few_units_are_no_alarm_however_rare(surprises_of):
    assert surprises_of([0] * 6 + [5], rate=0.01) == ()


def test_an_episode_goes_on_until_demand_is_back(surprises_of):
    # 22 where 10 were forecast: too little to raise it, too much to end it.
    calmer = [10, 10, 10, 10, 10, 10, 22]
    assert surprises_of(calmer) == ()
    assert len(surprises_of(calmer, was_open=True)) == 1
    assert surprises_of([10] * 7, was_open=True) == ()


def test_without_an_earlier_forecast_nothing_is_judged(surprises_of):
    assert surprises_of([10] * 6 + [500], rate=np.nan) == ()
