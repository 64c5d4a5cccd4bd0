"""Classes: how demand sells, how far it can be foreseen, and targets that hold for a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from stockroom.planning import Policy, classify_items, fit_pools, plan_items
from stockroom.planning.policy_rules import PolicyRule, open_policy_book

DAY = date(2011, 6, 30)


@pytest.fixture
def steady_and_wild(history_of):
    """Return one item of 10 a day, one that sells 60 every week or not at all, and one of the shelf alone."""
    draw = np.random.default_rng(1)
    steady = draw.poisson(10.0, (1, 300))
    wild = np.where(draw.random((1, 300)) < 0.03, 60, 0)
    return history_of(np.vstack([steady, wild, np.zeros((1, 300), dtype=int)]))


def test_xyz_goes_by_the_error_of_the_forecast_and_not_by_the_swing_of_demand(history_of, shipments):
    # Saturdays sell 28 and other days 2: demand swings wildly, and every week is like the one before.
    weekday = (np.arange(364) + np.datetime64(DAY).astype(int) - 364 + 3) % 7
    draw = np.random.default_rng(2)
    foreseen = draw.poisson(np.where(weekday == 5, 28.0, 2.0), (20, 364))
    surprising = draw.permuted(foreseen, axis=1) * draw.choice([0, 3], (20, 364), p=[2 / 3, 1 / 3])
    history = history_of(np.vstack([foreseen, surprising]))
    plan = plan_items(history, shipments(), Policy(), as_of_date=DAY)
    assert foreseen.std() > 1.2 * foreseen.mean()
    assert set(plan.xyz_class[:20]) == {"X"}
    assert not set(plan.xyz_class[20:]) & {"X"}


def test_an_item_without_sales_is_z_and_has_no_form_of_demand(steady_and_wild, shipments):
    plan = plan_items(steady_and_wild, shipments(), Policy(), as_of_date=DAY)
    assert plan.xyz_class.tolist() == ["X", "Z", "Z"]
    assert plan.demand_class.tolist() == ["smooth", "intermittent", "none"]


def test_days_without_stock_make_no_item_intermittent(history_of, shipments):
    # Sold every day that it was there; it was there every other day.
    plan = plan_items(
        history_of([[3, 0] * 50], fraction_in_stock=[[1.0, 0.0] * 50]), shipments(), Policy(), as_of_date=DAY
    )
    assert plan.demand_class[0] == "smooth"


def test_items_are_classed_before_a_plan_as_the_plan_will_class_them(steady_and_wild, shipments):
    pools = fit_pools(steady_and_wild, shipments(), Policy(), as_of_date=DAY)
    classes = classify_items(steady_and_wild, Policy(), pools, as_of_date=DAY)
    plan = plan_items(steady_and_wild, shipments(), Policy(), as_of_date=DAY, pools=pools)
    for name in ("abc_class", "xyz_class", "demand_class", "is_fast_mover"):
        assert getattr(classes, name).tolist() == getattr(plan, name).tolist()
    assert classes.of(0) == {"demand_class": "smooth", "xyz_class": "X", "abc_class": "A", "fast_movers": "*"}
    assert "fast_movers" not in classes.of(1)


def test_a_target_for_a_class_holds_for_its_items_alone(steady_and_wild, shipments):
    rules = [
        PolicyRule("abc_class", "a", {"service_level": 0.99}),
        PolicyRule("xyz_class", "Z", {"service_level": 0.8}),
    ]
    book = open_policy_book(rules, default=Policy(), as_of_date=DAY)
    assert book.has_rules_for_classes
    item = {"category": "mugs", "supplier": "S01", "sku": "MUG"}
    wider = book.policy_for(**item)
    pools = fit_pools(steady_and_wild, shipments(), wider, as_of_date=DAY)
    classes = classify_items(steady_and_wild, wider, pools, as_of_date=DAY)
    policies = [book.policy_for(**item, classes=classes.of(row)) for row in range(3)]
    assert [policy.service_level for policy in policies] == [0.99, 0.8, 0.8]
    plan = plan_items(steady_and_wild, shipments(), policies, as_of_date=DAY, pools=pools)
    lower = plan_items(steady_and_wild, shipments(), replace(wider, service_level=0.8), as_of_date=DAY, pools=pools)
    assert plan.reorder_point_units[0] > lower.reorder_point_units[0]
    assert plan.reorder_point_units[1] == lower.reorder_point_units[1]


def test_a_rule_for_a_category_is_narrower_than_one_for_a_class():
    rules = [
        PolicyRule("sku", "CUP", {"service_level": 0.6}),
        PolicyRule("category", "mugs", {"service_level": 0.7}),
        PolicyRule("fast_movers", "*", {"service_level": 0.8}),
        PolicyRule("demand_class", "smooth", {"service_level": 0.9}),
    ]
    book = open_policy_book(rules, default=Policy(), as_of_date=DAY)
    classes = {"demand_class": "smooth", "fast_movers": "*"}

    def level(category: str, sku: str, classes: dict[str, str]) -> float | None:
        return book.policy_for(category=category, supplier="S01", sku=sku, classes=classes).service_level

    assert level("bags", "BAG", {}) is None
    assert level("bags", "BAG", {"demand_class": "smooth"}) == 0.9
    assert level("bags", "BAG", classes) == 0.8
    assert level("mugs", "MUG", classes) == 0.7
    assert level("mugs", "CUP", classes) == 0.6


@pytest.mark.parametrize(
    ("scope", "key", "terms", "why"),
    [
        ("abc_class", "D", {"service_level": 0.9}, "'D' is no key of abc_class, which knows A, B, C"),
        ("fast_movers", "all", {"service_level": 0.9}, "'all' is no key of fast_movers"),
        ("xyz_class", "X", {"velocity_days": 30}, "items are classed by it"),
    ],
)
def test_a_rule_for_no_class_is_left_out_and_reported(scope, key, terms, why):
    book = open_policy_book([PolicyRule(scope, key, terms)], default=Policy(), as_of_date=DAY)
    assert why in book.unusable[0].why
    assert not book.has_rules_for_classes
