"""What planning refuses, and how it says so."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from stockroom.planning import ItemHistory, LeadTimeHistory, PlanningError, Policy, fit_pools, plan_items
from stockroom.planning.policy_rules import PolicyRule, open_policy_book


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"units_sold": [[1, -2, 3]]}, r"units_sold: -2 at row 0, day 1 is under 0"),
        ({"units_sold": [[1, float("nan"), 3]]}, r"units_sold: nan at row 0, day 1 is not a number"),
        ({"units_sold": [[1, 2.5, 3]]}, r"units_sold: 2.5 at row 0, day 1 is not a whole number"),
        ({"units_sold": [1, 2, 3]}, r"units_sold has shape \(3,\)"),
        ({"unit_price": [float("nan")]}, r"unit_price: nan at row 0 is not a number"),
        ({"unit_cost": [-1.0]}, r"unit_cost: -1.0 at row 0 is under 0"),
        ({"unit_cost": [1.0, 2.0]}, r"unit_cost has shape \(2,\); it needs \(1,\)"),
        ({"supplier": ["a", "b"]}, r"supplier has shape"),
        ({"supplier": [None]}, r"supplier: None at row 0 is no text; what is not known is the empty text"),
        ({"supplier": np.array([float("nan")])}, r"supplier: nan at row 0 is no text"),
        ({"category": [float("nan")]}, r"category: nan at row 0 is no text"),
        ({"category": pd.Series([None], dtype="str")}, r"category: nan at row 0 is no text"),
        ({"lane": pd.array([pd.NA], dtype="string")}, r"lane: <NA> at row 0 is no text"),
        ({"sold_out": [[1, 0, 0]]}, r"sold_out holds int64, not true and false"),
        ({"fraction_in_stock": [[0.0, 1.5, 1.0]]}, r"fraction_in_stock: 1.5 at row 0, day 1 is not between 0 and 1"),
        ({"on_hand": [-1]}, r"on_hand: -1 at row 0 is under 0"),
        ({"pack_units": [0]}, r"pack_units: 0 at row 0 is under 1"),
        ({"quoted_lead_time_days": [0.0]}, r"quoted_lead_time_days: 0 at row 0; unknown is NaN"),
        ({"on_order": [[(-3, 1.0)]]}, r"on_order: \(-3, 1.0\) at row 0 needs whole units"),
        ({"on_order": [[(float("nan"), 1.0)]]}, r"on_order: \(nan, 1.0\) at row 0 needs whole units"),
        ({"price_breaks": [[(float("inf"), 1.0)]]}, r"price_breaks: \(inf, 1.0\) at row 0 needs whole units"),
        ({"on_order": []}, r"on_order has 0 lists"),
        ({"promotion": [[0.2, 0.0]]}, r"promotion has shape \(1, 2\); it needs \(1, 3 days known and any number of"),
        ({"promotion": [[20, 0, 0, 0]]}, r"promotion: 20.0 at row 0, day 0 is not a share from 0 to 1"),
        ({"promotion": [[0.2, 0.0, float("nan")]]}, r"promotion: nan at row 0, day 2 is not a share"),
        ({"price": [[5.0, float("nan"), -1.0, 5.0]]}, r"price: -1.0 at row 0, day 2 is no price"),
        ({"price_breaks": []}, r"price_breaks has 0 lists"),
        ({"price_breaks": [[(10, 2.0), (5, 1.0)]]}, r"price_breaks: \(5, 1.0\) at row 0 needs whole units, more than"),
        ({"price_breaks": [[(10, 2.0), (50, 2.5)]]}, r"price_breaks: \(50, 2.5\) at row 0 .* at a lower cost"),
        ({"price_breaks": [[(10, float("nan"))]]}, r"price_breaks: \(10, nan\) at row 0"),
        ({"units_sold": [["three", 1, 2]]}, r"units_sold: .*three"),
        ({"units_sold": [[1e19, 1, 2]]}, r"units_sold: 1e\+19 at row 0, day 0 is too large"),
        ({"on_hand": np.array([2**63 + 1], dtype=np.uint64)}, r"on_hand: 9223372036854775809 at row 0 is too large"),
        ({"unit_price": ["dear"]}, r"unit_price: .*dear"),
        ({"promotion": [["x", "y", "z"]]}, r"promotion: .*x"),
        ({"price": [["x", "y", "z"]]}, r"price: .*x"),
        ({"fraction_in_stock": [["x", "y", "z"]]}, r"fraction_in_stock: .*x"),
        ({"on_order": [None]}, r"on_order: None at row 0 is no list of \(units, due_in_days\)"),
        ({"on_order": [[("five", 3)]]}, r"on_order: .*five.* at row 0 is no list"),
        ({"price_breaks": [[(10, 2.0, "EUR")]]}, r"price_breaks: .* at row 0 is no list of \(minimum_units"),
        ({"dates": ["today", "tomorrow", "later"]}, r"dates must be consecutive days"),
        ({"dates": ["2011-06-01", "2011-06-02", "2011-06-04"]}, r"dates must be consecutive days"),
    ],
)
def test_a_history_that_cannot_be_meant_names_its_field(given, message):
    row = {
        "dates": ["2011-06-27", "2011-06-28", "2011-06-29"], "units_sold": [[1, 2, 3]], "unit_price": [5.0],
        "unit_cost": [2.0], "supplier": ["S01"], "category": ["mugs"],
    }  # fmt: skip
    with pytest.raises(PlanningError, match=message):
        ItemHistory(**{**row, **given})


def test_what_is_on_order_counts_however_it_is_listed(plan_of):
    lines = ([(5, 3.0)], ((5, 3),), zip([5], [3.0], strict=True), np.array([[5.0, 3.0]]), iter([(5, 3.0)]))
    plan = plan_of([[4] * 60] * 5, on_order=list(lines))
    assert plan.inputs.on_order_units.tolist() == [5] * 5


def test_shipments_that_took_no_time_are_refused():
    with pytest.raises(PlanningError, match=r"days: 0.0 at row 1 is not above 0"):
        LeadTimeHistory(supplier=["S01", "S01"], days=[3.0, 0.0])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"service_level": 95}, "service_level: 95 is not from 0.5 to under 1"),
        ({"service_level": float("nan")}, "service_level"),
        ({"service_level": "0.95"}, "service_level: '0.95' is no number; it needs one from 0.5 to under 1"),
        ({"review_days": None}, "review_days: None is no number; it needs one above 0"),
        ({"margin": True}, "margin: True is no number; it needs one 0 or more"),
        ({"service_kind": "type 1"}, "service_kind: 'type 1' is none of money, cycle, fill"),
        ({"method": "magic"}, "method: 'magic' is none of simple, classic, both_variances"),
        ({"review_days": 0}, "review_days: 0 is not above 0"),
        ({"carrying_rate": -0.1}, "carrying_rate: -0.1 is not 0 or more"),
        ({"target_days_of_supply": 0}, "target_days_of_supply: 0 is not above 0"),
    ],
)
def test_a_policy_that_cannot_be_meant_names_its_field(given, message):
    with pytest.raises(PlanningError, match=message):
        Policy(**given)


def test_numbers_are_names_of_suppliers_too(history_of):
    assert history_of([[1, 2]] * 2, supplier=[7, 12]).supplier.tolist() == ["7", "12"]


def test_a_plan_must_not_know_its_own_day(history_of, shipments, as_of_date):
    with pytest.raises(PlanningError, match="is not the day after the last of dates"):
        plan_items(history_of([[1, 2]]), shipments(), Policy(), as_of_date=date(2011, 6, 29))
    with pytest.raises(PlanningError, match="is not the day after the last of dates"):
        fit_pools(history_of([[1, 2]]), shipments(), Policy(), as_of_date=date(2011, 7, 1))
    assert plan_items(history_of([[1, 2]]), shipments(), Policy(), as_of_date=as_of_date).order_units[0] > 0


def test_policies_must_be_one_or_one_for_each(history_of, shipments, as_of_date):
    with pytest.raises(PlanningError, match="policy holds 2 policies"):
        plan_items(history_of([[1, 2]]), shipments(), [Policy(), Policy()], as_of_date=as_of_date)


def test_taking_rows_keeps_every_column(history_of):
    history = history_of(
        [[1, 2], [3, 4]], on_order=[[(1, 2.0)], [(3, 4.0)]], sold_out=np.array([[True, False], [False, False]])
    )
    taken = history.take(np.array([1, 0]))
    assert taken.units_sold.tolist() == [[3, 4], [1, 2]]
    assert taken.on_order == [[(3, 4.0)], [(1, 2.0)]]
    assert taken.sold_out.tolist() == [[False, False], [True, False]]


def test_seasonal_items_have_sixty_target_days_and_others_ninety_unless_said_otherwise():
    assert Policy().target_days == 90
    assert Policy(is_seasonal=True).target_days == 60
    assert Policy(is_seasonal=True, target_days_of_supply=30).target_days == 30


def test_a_rule_of_an_unknown_scope_is_left_out_and_reported():
    rules = [PolicyRule("colour", "red", {"service_level": 0.9})]
    book = open_policy_book(rules, default=Policy(), as_of_date=date(2011, 6, 30))
    assert book.default == Policy()
    assert (
        "'colour' is none of default, demand_class, xyz_class, abc_class, fast_movers, category, supplier, sku"
        in book.unusable[0].why
    )
