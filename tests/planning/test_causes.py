"""Promotions and planned prices: what they did, what they will do, and what they must not teach."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy, fit_pools, plan_items
from stockroom.replay.scenario import first_days

LEARNED = Policy(service_level=0.95, order_cost=0.0)
ITEMS, DAYS, AHEAD = 60, 365, 60


def promoted_shop(*, elasticity, uplift=1.0, seed=1, per_day=8.0, shallow=0.1, deep=0.4):
    """Return units, promotion and price of a shop that runs a week's promotion every fifty days or so.

    It also cuts prices where an item sells badly: for a month at a time, demand falls to a half and the price by 15 %.
    """
    draw = np.random.default_rng(seed)
    promotion = np.zeros((ITEMS, DAYS + AHEAD))
    price = np.full((ITEMS, DAYS + AHEAD), 5.0)
    mood = np.ones((ITEMS, DAYS))
    for item in range(ITEMS):
        for first in range(int(draw.integers(5, 55)), DAYS - 35, 50):
            promotion[item, first : first + 7] = draw.uniform(shallow, deep)
        weak = int(draw.integers(20, DAYS - 60))
        mood[item, weak : weak + 30] = 0.5
        price[item, weak : weak + 30] *= 0.85
    price *= 1.0 - promotion
    known = slice(0, DAYS)
    rate = per_day * mood * (price[:, known] / 5.0) ** -elasticity * np.where(promotion[:, known] > 0, uplift, 1.0)
    return draw.poisson(rate), promotion, price


def plan_of_shop(history_of, shipments, as_of_date, units, **given):
    return plan_items(history_of(units, **given), shipments(), LEARNED, as_of_date=as_of_date)


def fitted_causes(history_of, shipments, as_of_date, units, **given):
    history = history_of(units, unit_price=np.full(len(units), 5.0), **given)
    return fit_pools(history, shipments(), LEARNED, as_of_date=as_of_date).forecast.causes


@pytest.mark.parametrize("elasticity", [1.0, 2.0, 3.0])
def test_an_elasticity_is_found_although_prices_are_cut_where_demand_is_weak(
    history_of, shipments, as_of_date, elasticity
):
    units, promotion, price = promoted_shop(elasticity=elasticity)
    # Ordinary regression of units on price is far off: cheap days are weak days.
    slope = np.polyfit(np.log(price[:, :DAYS]).ravel(), np.log(units + 0.5).ravel(), 1)[0]
    assert abs(-slope - elasticity) > 0.3
    # The calendar tells how deep the cut was, or prices do.
    for calendar in ({"promotion": promotion}, {"promotion": promotion > 0, "price": price}):
        causes = fitted_causes(history_of, shipments, as_of_date, units, **calendar)
        assert causes.elasticity[-1] == pytest.approx(elasticity, abs=0.25)
        assert causes.uplift[-1] == pytest.approx(0.0, abs=0.08)


def test_being_promoted_is_told_from_being_cheaper(history_of, shipments, as_of_date):
    units, promotion, price = promoted_shop(elasticity=1.5, uplift=1.6)
    causes = fitted_causes(history_of, shipments, as_of_date, units, promotion=promotion, price=price)
    assert np.exp(causes.uplift[-1]) == pytest.approx(1.6, abs=0.12)
    assert causes.elasticity[-1] == pytest.approx(1.5, abs=0.3)
    by_share = fitted_causes(history_of, shipments, as_of_date, units, promotion=promotion)
    assert np.exp(by_share.uplift[-1]) == pytest.approx(1.6, abs=0.12)


def test_a_category_that_answers_differently_is_believed_as_far_as_it_was_seen(history_of, shipments, as_of_date):
    calm, promotion, _ = promoted_shop(elasticity=1.0)
    keen, keen_promotion, _ = promoted_shop(elasticity=3.0, seed=2)
    category = np.array(["calm"] * ITEMS + ["keen"] * ITEMS)
    given = {"promotion": np.vstack([promotion, keen_promotion]), "category": category}
    causes = fitted_causes(history_of, shipments, as_of_date, np.vstack([calm, keen]), **given)
    calm_one, keen_one, all_of_them = causes.elasticity
    assert calm_one < 1.3 < all_of_them < 2.6 < keen_one


def test_without_any_promotion_seen_the_prior_says_that_revenue_stays(history_of, shipments, as_of_date):
    units = np.random.default_rng(3).poisson(5.0, (10, 200))
    promotion = np.zeros((10, 230))
    causes = fitted_causes(history_of, shipments, as_of_date, units, promotion=promotion)
    assert (causes.uplift.tolist(), causes.elasticity.tolist()) == ([0.0], [1.0])


def test_promotions_that_sold_less_do_not_teach_that_they_harm(history_of, shipments, as_of_date):
    units, promotion, price = promoted_shop(elasticity=-1.0, uplift=0.7)
    causes = fitted_causes(history_of, shipments, as_of_date, units, promotion=promotion, price=price)
    assert causes.uplift.min() >= 0
    assert causes.elasticity.min() >= 0
    assert causes.elasticity[-1] < 0.1


def test_a_promotion_of_last_week_does_not_raise_next_months_reorder_point(history_of, shipments, as_of_date):
    units, promotion, price = promoted_shop(elasticity=2.0)
    promotion[:, DAYS - 12 : DAYS - 2] = 0.4
    price[:, DAYS - 12 : DAYS - 2] *= 0.6
    draw = np.random.default_rng(4)
    quiet = units.copy()
    quiet[:, DAYS - 12 : DAYS - 2] = draw.poisson(8.0, (ITEMS, 10))
    units[:, DAYS - 12 : DAYS - 2] = draw.poisson(8.0 * 0.6**-2.0, (ITEMS, 10))  # 2.8 times as much

    def mean_point(sold, **given):
        return plan_of_shop(history_of, shipments, as_of_date, sold, **given).reorder_point_units.mean()

    without = promotion.copy()
    without[:, DAYS - 12 : DAYS - 2] = 0.0
    never_promoted = mean_point(quiet, promotion=without)
    assert mean_point(units, promotion=promotion) == pytest.approx(never_promoted, rel=0.06)
    assert mean_point(units) > 1.25 * never_promoted  # who does not know of it takes it for demand


@pytest.fixture
def week_ahead(history_of, shipments, as_of_date):
    """Return a plan of an item of 4 a day under a calendar that promotes days from the plan date on."""

    def planned(first=None, beyond=None, share=0.5, **given):
        promotion = np.zeros((20, 120 + AHEAD))
        if first is not None:
            promotion[0, 120 + first : 120 + beyond] = share
        units = np.full((20, 120), 4)
        return plan_of_shop(history_of, shipments, as_of_date, units, **{"promotion": promotion, **given})

    return planned


def test_a_promotion_next_week_raises_the_reorder_point_by_what_it_will_sell(week_ahead):
    # Half off at an elasticity of 1, the prior, doubles seven days: 28 more.
    calm, promoted = week_ahead(), week_ahead(3, 10)
    raised = promoted.reorder_point_units - calm.reorder_point_units
    assert 26 <= raised[0] <= 36
    assert (raised[1:] == 0).all()
    assert promoted.decision.planned_units[0] == 28
    assert promoted.forecast_units_per_day[0] == pytest.approx(4 * (14.5 + 7) / 14.5, rel=0.05)
    assert promoted.demand_quantiles_units[0, 2] - calm.demand_quantiles_units[0, 2] == pytest.approx(28, abs=2)
    assert "28 of them for planned promotions or prices" in promoted.explain(0).sentence
    assert "planned" not in promoted.explain(1).sentence


def test_a_promotion_after_the_interval_is_left_to_later_orders(week_ahead):
    assert week_ahead(40, 50).reorder_point_units[0] == week_ahead().reorder_point_units[0]


def test_stock_lasts_shorter_through_a_promotion(week_ahead):
    on_hand = {"on_hand": np.full(20, 60)}
    assert week_ahead(**on_hand).days_of_supply[0] == pytest.approx(15, abs=0.1)
    # 12 until day 3, 8 a day until day 9: 60.
    assert week_ahead(3, 20, **on_hand).days_of_supply[0] == pytest.approx(9, abs=0.1)


def test_a_planned_price_moves_demand_without_any_promotion(week_ahead):
    price = np.full((20, 120 + AHEAD), 5.0)
    price[:, 60:120] = 2.5  # cut long ago, because it sold badly: it teaches nothing, and is what is usual now
    price[0, 120:] = 1.25
    price[1, 120:] = 5.0
    price[2:, 120:] = 2.5
    plan = week_ahead(price=price)
    assert plan.decision.planned_units[0] == pytest.approx(58, abs=2)  # half price: twice the 58 of the interval
    assert plan.decision.planned_units[1] == pytest.approx(-29, abs=1)
    assert plan.decision.planned_units[2] == 0
    assert "29 fewer for planned prices" in plan.explain(1).sentence


def test_a_promotion_of_unknown_depth_asks_what_such_promotions_did(history_of, shipments, as_of_date):
    units, promotion, _ = promoted_shop(elasticity=0.0, uplift=2.0)
    promotion[0, DAYS + 2 : DAYS + 9] = 0.2
    plan = plan_of_shop(history_of, shipments, as_of_date, units, promotion=promotion > 0)
    assert plan.decision.planned_units[0] == pytest.approx(8 * 7, rel=0.25)


def test_the_textbooks_methods_know_no_promotions(history_of, shipments, as_of_date):
    promotion = np.zeros((1, 90))
    promotion[0, 60:] = 0.5
    history = history_of([[4] * 60], promotion=promotion)
    plain = history_of([[4] * 60])
    for method in ("simple", "classic", "both_variances"):
        plans = [plan_items(one, shipments(), Policy(method=method), as_of_date=as_of_date) for one in (history, plain)]
        assert plans[0].explain(0) == plans[1].explain(0)
        assert plans[0].forecast_units_per_day[0] == 4


def test_what_comes_after_the_plan_date_says_nothing_but_for_the_calendar(history_of, shipments, as_of_date):
    units, promotion, price = promoted_shop(elasticity=2.0)
    promotion[:, DAYS + 3 : DAYS + 9] = 0.3
    scrambled = np.random.default_rng(5).integers(0, 99, (ITEMS, AHEAD))
    dates = np.datetime64(as_of_date) - DAYS + np.arange(DAYS + AHEAD)
    plans = []
    for came in (scrambled, 0 * scrambled):
        whole = history_of(np.hstack([units, came]), dates=dates, promotion=promotion, price=price)
        known = first_days(whole, DAYS)
        plans.append(plan_items(known, shipments(), LEARNED, as_of_date=as_of_date))
    assert [plans[0].explain(row) for row in range(ITEMS)] == [plans[1].explain(row) for row in range(ITEMS)]
    promotion[:, DAYS:] = 0.0
    calm = plan_of_shop(history_of, shipments, as_of_date, units, promotion=promotion, price=price)
    assert (calm.reorder_point_units < plans[0].reorder_point_units).all()


def test_a_price_that_planners_set_teaches_the_elasticity_and_no_uplift(history_of, shipments, as_of_date):
    # A tag of 10 to 40 % less for a week, nowhere announced: 1 % less price sells 2 % more.
    units, off, _ = promoted_shop(elasticity=2.0)
    causes = fitted_causes(history_of, shipments, as_of_date, units, price_off=off)
    assert causes.elasticity[-1] == pytest.approx(2.0, abs=0.25)
    assert causes.uplift[-1] == pytest.approx(0.0, abs=0.5)  # nobody promoted anything: the prior's
    assert causes.elasticity_sd[-1] < 0.6


def test_a_planned_price_ahead_is_ordered_for_as_the_past_has_shown(history_of, shipments, as_of_date):
    units, off, _ = promoted_shop(elasticity=2.0)
    half = np.zeros_like(off)
    half[:, :DAYS] = off[:, :DAYS]
    usual = plan_of_shop(history_of, shipments, as_of_date, units, price_off=half)
    half[:, DAYS:] = 0.3  # 1 / 0.7 ** 2 is about twice
    lower = plan_of_shop(history_of, shipments, as_of_date, units, price_off=half)
    assert lower.reorder_point_units.sum() == pytest.approx(2.0 * usual.reorder_point_units.sum(), rel=0.15)


def test_a_planned_higher_price_is_no_promotion(history_of, shipments, as_of_date):
    units, off, _ = promoted_shop(elasticity=2.0)
    half = np.zeros_like(off)
    half[:, :DAYS] = off[:, :DAYS]
    usual = plan_of_shop(history_of, shipments, as_of_date, units, price_off=half)
    half[:, DAYS:] = -0.25
    higher = plan_of_shop(history_of, shipments, as_of_date, units, price_off=half)
    assert higher.reorder_point_units.sum() < 0.8 * usual.reorder_point_units.sum()
