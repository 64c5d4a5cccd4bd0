"""Quantiles of demand: the forecast with its doubt."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import DEMAND_QUANTILES, Policy, plan_items
from stockroom.planning.negative_binomial import mixture_quantile, mixture_quantiles


def test_sums_and_bisection_give_the_same_quantiles_for_few_units_and_for_many():
    draw = np.random.default_rng(1)
    means = draw.lognormal(2.0, 2.5, (400, 1)) * draw.uniform(0.5, 2.0, (400, 12))
    means[:20] = 0.0
    variances = means * draw.uniform(1.02, 9.0, (400, 1)) + 0.1 * means * means
    levels = np.tile(DEMAND_QUANTILES, (400, 1))
    together = mixture_quantiles(levels, means, variances)
    assert means.max() > 1000
    for column in range(levels.shape[1]):
        assert np.array_equal(together[:, column], mixture_quantile(levels[:, column], means, variances))


@pytest.mark.parametrize("level", [0.95, 0.98])
def test_a_reorder_point_is_the_quantile_of_its_target(history_of, shipments, as_of_date, level):
    units = np.random.default_rng(2).negative_binomial(1, 0.2, (30, 200))
    policy = Policy(service_level=level, review_days=7.0)
    plan = plan_items(history_of(units), shipments([10.0, 20.0, 60.0]), policy, as_of_date=as_of_date)
    assert np.array_equal(plan.demand_quantiles_units[:, DEMAND_QUANTILES.index(level)], plan.reorder_point_units)


def test_a_textbooks_reorder_point_is_the_quantile_of_its_normal(plan_of):
    for method in ("classic", "both_variances"):
        plan = plan_of([[3, 5] * 40], policy=Policy(method=method, service_level=0.95))
        # Point and demand are each rounded up to whole units.
        assert abs(plan.demand_quantiles_units[0, 5] - plan.reorder_point_units[0]) <= 1


def test_most_of_what_comes_lies_where_the_quantiles_say(history_of, shipments, as_of_date):
    units = np.random.default_rng(3).negative_binomial(2, 0.4, (400, 214))
    plan = plan_items(history_of(units[:, :-14]), shipments(), Policy(), as_of_date=as_of_date)
    came = units[:, -14:].sum(axis=1)
    quantiles = plan.demand_quantiles_over(np.full(400, 14.0))
    within = (came[:, None] <= quantiles).mean(axis=0)
    for level, share in zip(DEMAND_QUANTILES, within, strict=True):
        assert share == pytest.approx(level, abs=0.06)


def test_an_item_that_stopped_will_probably_sell_nothing_and_perhaps_come_back(history_of, shipments, as_of_date):
    units = np.random.default_rng(4).poisson(5.0, (20, 360))
    units[:10, 200:] = 0
    units[:3, 320:] = 5  # three came back
    plan = plan_items(history_of(units), shipments([60.0] * 20), Policy(), as_of_date=as_of_date)
    assert plan.demand.stopped_days[5] == 160
    assert plan.demand_quantiles_units[5, DEMAND_QUANTILES.index(0.5)] == 0
    assert plan.demand_quantiles_units[5, -1] > 100  # 60 days of 5, should it be back
    assert plan.demand_quantiles_units[15, 0] > 200


def test_the_days_of_the_interval_are_lead_time_and_half_a_review(plan_of, shipments):
    given = {"lead_times": shipments([14.0] * 200), "policy": Policy(review_days=6.0)}
    assert plan_of([[4] * 60], **given).interval_days[0] == pytest.approx(17.0, abs=0.5)
    assert plan_of([[4] * 60], policy=Policy(method="both_variances", review_days=6.0)).interval_days[0] > 19.9
