"""Promotions and planned prices: what they did, what they will do, and what they must not teach."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy, fit_pools, plan_items

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
