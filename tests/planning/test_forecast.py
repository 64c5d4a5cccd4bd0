"""What is learned of demand: seasons, silence, censored days, and how far to trust a level."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy, fit_pools, plan_items
from stockroom.planning.negative_binomial import expected_short, mixture_fill_point, mixture_quantile, reach
from stockroom.planning.season import fit_seasons
from stockroom.planning.silence import find_silence

LEARNED = Policy()


def learn(history_of, shipments, as_of_date, units, **given):
    return plan_items(history_of(units, **given), shipments(), LEARNED, as_of_date=as_of_date)


def test_sold_out_days_raise_a_fast_mover_to_its_true_demand(history_of, shipments, as_of_date):
    # FORMULAS 2: 5 a day cut at a shelf of 6 sells 4.4; taken as they are, sold-out days teach too little.
    demand = np.random.default_rng(1).poisson(5.0, (40, 360))
    shelf = np.random.default_rng(2).integers(3, 9, demand.shape)
    given = {"sold_out": demand >= shelf}
    sold = np.minimum(demand, shelf)
    learned = learn(history_of, shipments, as_of_date, sold, **given).forecast_units_per_day.mean()
    plain = learn(history_of, shipments, as_of_date, sold).forecast_units_per_day.mean()
    assert plain < 4.3
    assert learned == pytest.approx(5.0, abs=0.15)


def test_what_can_be_back_ordered_is_never_raised(history_of, shipments, as_of_date):
    sold, given = np.full((1, 90), 4), {"sold_out": np.tile([True, False], (1, 45))}
    waiting = learn(history_of, shipments, as_of_date, sold, **given, backorderable=[True])
    assert waiting.forecast_units_per_day[0] == pytest.approx(4.0)
    assert learn(history_of, shipments, as_of_date, sold, **given).forecast_units_per_day[0] > 4.2


def test_a_day_without_stock_is_missing(history_of, shipments, as_of_date):
    units = np.tile([4, 0], (1, 60))
    shelf = np.tile([1.0, 0.0], (1, 60))
    plan = learn(history_of, shipments, as_of_date, units, fraction_in_stock=shelf)
    assert plan.forecast_units_per_day[0] == pytest.approx(4.0, rel=0.01)


def test_a_level_that_moved_is_followed_before_the_average_knows(history_of, shipments, as_of_date):
    draw = np.random.default_rng(3)
    units = np.hstack([draw.poisson(4.0, (30, 300)), draw.poisson(12.0, (30, 42))])
    assert units.mean() < 5.1
    assert 10.0 < learn(history_of, shipments, as_of_date, units).forecast_units_per_day.mean() < 13.0


def test_a_long_silence_of_a_steady_seller_stops_it_and_a_slow_one_is_only_slow():
    steady, slow = np.tile([1, 1, 2], 40), np.tile([1] + [0] * 9, 12)
    units = np.zeros((2, 150))
    units[0, :120], units[1, :120] = steady, slow
    silence = find_silence(units, np.ones(units.shape, dtype=bool))
    assert silence.age_days.tolist() == [30, 0]
    assert silence.is_stopped[0, 120:].all()
    assert not silence.is_stopped[0, :120].any()


def test_days_off_the_shelf_are_no_silence():
    units = np.zeros((1, 150))
    units[0, :120] = 2
    on_shelf = np.ones(units.shape, dtype=bool)
    on_shelf[0, 120:] = False
    assert find_silence(units, on_shelf).age_days[0] == 0


def test_a_stopped_item_is_expected_to_sell_little_and_says_so(history_of, shipments, as_of_date):
    units = np.full((6, 200), 3)
    units[0, 100:] = 0
    plan = learn(history_of, shipments, as_of_date, units)
    assert plan.forecast_units_per_day[0] < 0.5
    assert plan.forecast_units_per_day[1] == pytest.approx(3.0, rel=0.01)
    assert "then nothing for 100 days in stock" in plan.explain(0).sentence


def test_items_that_often_come_back_are_worth_more_stock(history_of, shipments, as_of_date):
    steady = np.full((1, 360), 3)
    steady[0, 320:] = 0
    back = np.tile(np.repeat([3, 0], [40, 20]), (20, 6))
    gone = np.tile(np.repeat([3, 0], [40, 320]), (20, 1))
    returning = learn(history_of, shipments, as_of_date, np.vstack([steady, back]))
    dying = learn(history_of, shipments, as_of_date, np.vstack([steady, gone]))
    assert returning.order_up_to_units[0] > dying.order_up_to_units[0]


def test_the_shape_of_the_week_is_learned_and_a_closed_day_takes_nothing_from_the_level(
    history_of, shipments, as_of_date
):
    weekday = (np.arange(210) + np.datetime64(as_of_date).astype(np.int64) - 210 + 3) % 7
    units = np.tile(np.where(weekday == 5, 0, 7), (12, 1))  # never on a Saturday
    plan = learn(history_of, shipments, as_of_date, units)
    assert plan.forecast_units_per_day[0] == pytest.approx(6.0, rel=0.05)


def test_a_yearly_season_needs_two_years_and_is_then_followed():
    days = 3 * 365
    dates = np.datetime64("2008-01-01") + np.arange(days)
    wave = 1 + 0.6 * np.sin(2 * np.pi * np.arange(days) / 365)
    units = np.random.default_rng(4).poisson(20 * wave, (30, days)).astype(float)
    shelf = np.ones(units.shape, dtype=bool)
    known = fit_seasons(units, shelf, dates, np.full(30, "mugs"))
    high, low = known.by_day_of_year[0, 91], known.by_day_of_year[0, 273]
    assert high == pytest.approx(1.5, abs=0.1)
    assert low == pytest.approx(0.5, abs=0.1)
    short = fit_seasons(units[:, :600], shelf[:, :600], dates[:600], np.full(30, "mugs"))
    assert (short.by_day_of_year == 1).all()


def test_a_wild_level_needs_more_stock_than_the_same_units_in_step(history_of, shipments, as_of_date):
    draw = np.random.default_rng(5)
    calm = draw.poisson(10.0, (40, 360))
    level = np.repeat(draw.choice([3.0, 17.0], (40, 18)), 20, axis=1)
    wild = draw.poisson(level)
    points = [
        learn(history_of, shipments, as_of_date, units).reorder_point_units.mean()
        / learn(history_of, shipments, as_of_date, units).forecast_units_per_day.mean()
        for units in (calm, wild)
    ]
    assert points[1] > 1.2 * points[0]


@pytest.mark.parametrize("level", [0.90, 0.98])
def test_reorder_points_cover_what_they_promise(history_of, shipments, as_of_date, level):
    draw = np.random.default_rng(6)
    rate = draw.lognormal(0.5, 1.0, 400)[:, None]
    units = draw.negative_binomial(rate, 0.5, (400, 260))
    history = history_of(units[:, :-14])
    day = as_of_date
    plan = plan_items(history, shipments(), Policy(service_level=level, review_days=0.001), as_of_date=day)
    covered = (units[:, -14:].sum(axis=1) <= plan.reorder_point_units).mean()
    assert level - 0.03 <= covered <= min(level + 0.05, 1.0)


@pytest.mark.parametrize(("shorter", "longer"), [(9.40, 9.42), (9.0, 9.5), (19.0, 19.5), (14.0, 40.0)])
def test_a_longer_lead_time_lowers_no_reorder_point_of_a_whole_store(
    history_of, shipments, as_of_date, shorter, longer
):
    draw = np.random.default_rng(13)
    history = history_of(draw.negative_binomial(draw.lognormal(0.5, 1.2, 300)[:, None], 0.4, (300, 260)))
    policy = Policy(service_level=0.95)
    pools = fit_pools(history, shipments([shorter] * 30), policy, as_of_date=as_of_date)
    points = [
        plan_items(history, shipments([days] * 30), policy, as_of_date=as_of_date, pools=pools).reorder_point_units
        for days in (shorter, longer)
    ]
    assert (points[1] >= points[0]).all()


def test_adding_an_item_changes_no_other_while_the_pools_are_held(history_of, shipments, as_of_date):
    units = np.random.default_rng(7).poisson(3.0, (8, 200))
    history = history_of(units)
    pools = fit_pools(history, shipments(), LEARNED, as_of_date=as_of_date)
    whole = plan_items(history, shipments(), LEARNED, as_of_date=as_of_date, pools=pools)
    part = plan_items(history.take(np.arange(7)), shipments(), LEARNED, as_of_date=as_of_date, pools=pools)
    assert np.array_equal(whole.reorder_point_units[:7], part.reorder_point_units)


def test_the_negative_binomial_is_scipys():
    from scipy.stats import nbinom

    mean, variance = np.array([0.3, 5.0, 200.0]), np.array([0.5, 9.0, 5000.0])
    shape = mean**2 / (variance - mean)
    for units in (0.0, 3.0, 250.0):
        expected = nbinom.cdf(units, shape, mean / variance)
        assert reach(np.full(3, units), mean, variance) == pytest.approx(expected, abs=1e-12)
    support = np.arange(20_000)
    for row in range(3):
        chance = nbinom.pmf(support, shape[row], mean[row] / variance[row])
        short = (np.maximum(support - 4, 0) * chance).sum()
        one = [np.array([value]) for value in (4.0, mean[row], variance[row])]
        assert expected_short(*one)[0] == pytest.approx(short, rel=1e-6)


def test_a_mixture_is_covered_as_a_whole():
    # Nine intervals in ten bring 10, one brings 100: 90 % lies at the hump's end, 95 % between the humps and 100.
    means = np.array([[10.0] * 9 + [100.0]])
    variances = 1.05 * means
    at = [int(mixture_quantile(np.array([level]), means, variances)[0]) for level in (0.85, 0.95)]
    assert at[0] < 20 < 90 < at[1] < 110


def test_a_fill_point_leaves_no_more_short_than_asked():
    means, variances = np.array([[20.0] * 4]), np.array([[60.0] * 4])
    point = mixture_fill_point(np.array([0.5]), means, variances)
    at, before = (expected_short(point - step, means[:, 0], variances[:, 0])[0] for step in (0.0, 1.0))
    assert at <= 0.5 < before


def test_one_order_of_74215_is_bounded(history_of, shipments, as_of_date):
    units = np.random.default_rng(8).poisson(5.0, (20, 360))
    calm = learn(history_of, shipments, as_of_date, units)
    units[0, 330] = 74_215
    hit = learn(history_of, shipments, as_of_date, units)
    # Day 330 counts for 30 times the second largest, some 360 units; unbounded it would be 500 a day.
    assert hit.forecast_units_per_day[0] < calm.forecast_units_per_day[0] + 5
    assert hit.reorder_point_units[0] < calm.reorder_point_units[0] + 400  # unbounded: 148,000


def test_sold_out_days_hide_the_tail_of_wild_demand_too(history_of, shipments, as_of_date):
    # Variance four times the mean: what is cut off is more than a Poisson would hide.
    demand = np.random.default_rng(9).negative_binomial(5 / 3, 0.25, (60, 360))
    shelf = np.random.default_rng(10).integers(3, 12, demand.shape)
    sold, given = np.minimum(demand, shelf), {"sold_out": demand >= shelf}
    learned = learn(history_of, shipments, as_of_date, sold, **given).forecast_units_per_day.mean()
    assert sold.mean() < 3.8
    assert learned == pytest.approx(5.0, rel=0.12)


def test_a_few_closed_days_stop_nothing(history_of, shipments, as_of_date):
    units = np.random.default_rng(11).poisson(5.0, (20, 360))
    units[:, -5:] = 0
    plan = learn(history_of, shipments, as_of_date, units)
    assert (plan.demand.stopped_days == 0).all()


def test_a_first_sale_yesterday_is_not_enough_evidence(history_of, shipments, as_of_date):
    units = np.random.default_rng(12).poisson(0.05, (20, 365))
    units[0] = 0
    units[0, -1] = 1
    plan = learn(history_of, shipments, as_of_date, units)
    assert plan.evidence[0] == "not enough evidence"
    assert plan.forecast_units_per_day[0] < 0.2


def test_a_new_store_leans_on_its_other_items(history_of, shipments, as_of_date):
    plan = learn(history_of, shipments, as_of_date, np.full((20, 5), 10))
    assert plan.forecast_units_per_day[0] == pytest.approx(10.0, rel=0.1)


def test_nothing_to_plan_is_a_plan(history_of, shipments, as_of_date):
    history = history_of(np.zeros((0, 30), dtype=int))
    assert plan_items(history, shipments(), LEARNED, as_of_date=as_of_date).order_units.size == 0
