"""How much to order, and the sentence that says why."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy
from stockroom.planning.decision import decide
from stockroom.planning.decision_inputs import CASE_NAMES, inputs_of_row
from stockroom.planning.explanation import recompute

NO_LOT = Policy(method="both_variances", order_cost=0.0)


def decision(**given):
    row = {
        "forecast_units_per_day": 5.0, "demand_variance": 25.0, "days_in_stock": 60.0, "lead_time_mean_days": 13.0,
        "lead_time_sd_days": 0.0, "review_days": 1.0, "method": "both_variances", "service_level": 0.95,
        "service_kind": "cycle", "order_cost": 0.0, "unit_cost": 2.0, "loss_per_unit": 3.0,
        "carrying_rate": 0.25, "maximum_cover_days": 365.0, "greatest_lot_days": 90.0, "dispersion": 5.0,
        "wandering": 0.0, "is_stopped": False, "returns_per_year": 0.0, **dict.fromkeys(CASE_NAMES, 13.0),
        "available_units": 0, "on_order_units": 0,
        "minimum_order_units": 1, "pack_units": 1, "may_order": True,
    }  # fmt: skip
    return decide(inputs_of_row({**row, **given}))


def test_a_mean_that_was_measured_on_few_days_needs_more_safety():
    # P = 14, sd 5: known mean z 5 sqrt(14) = 31; measured on 14 days, P + P2/n = 28 days' worth: z 5 sqrt(28) = 44.
    assert decision(days_in_stock=1e12).safety_stock_units[0] == 31
    assert decision(days_in_stock=14.0).safety_stock_units[0] == 44


def test_classic_knows_no_review_and_no_late_supplier():
    classic = decision(method="classic", lead_time_sd_days=9.0)
    assert classic.expected_demand_units[0] == 65
    assert classic.safety_stock_units[0] == 30  # 1.645 * 5 * sqrt(13) = 29.7


def test_simple_is_one_and_a_half_times_the_demand_of_the_lead_time():
    assert decision(method="simple", lead_time_mean_days=14.0).reorder_point_units[0] == 105


def test_a_fill_rate_with_large_lots_needs_less_than_a_cycle_service_of_the_same_number():
    lots = {"order_cost": 50.0, "lead_time_sd_days": 3.0}
    assert (
        decision(service_kind="fill", **lots).safety_stock_units[0]
        < decision(service_kind="cycle", **lots).safety_stock_units[0]
    )


@pytest.mark.parametrize(
    ("needed_from", "minimum", "pack", "ordered"),
    [(0, 1, 1, 100), (0, 1, 12, 108), (0, 150, 12, 156), (99, 1, 12, 12), (100, 1, 12, 0)],
)
def test_one_ceiling_over_need_minimum_and_pack(needed_from, minimum, pack, ordered):
    # Level 100 without any lot, and no doubt about anything.
    levels = decision(
        demand_variance=0.0, lead_time_mean_days=19.0, available_units=needed_from, minimum_order_units=minimum,
        pack_units=pack,
    )  # fmt: skip
    assert levels.order_up_to_units[0] == 100
    assert levels.order_units[0] == ordered


def test_a_lot_never_lasts_longer_than_the_target_days_of_supply():
    assert decision(order_cost=10_000.0).lot_units[0] == 450  # 90 days at 5
    assert decision(order_cost=10_000.0, greatest_lot_days=30.0).lot_units[0] == 150


def test_a_smallest_lot_beyond_a_year_is_a_question_and_no_purchase():
    asked = decision(forecast_units_per_day=0.05, demand_variance=0.05, minimum_order_units=48)
    assert asked.needs_person[0]
    assert asked.order_units[0] == 0
    assert not decision(minimum_order_units=48).needs_person[0]


def test_what_may_not_be_ordered_is_not():
    refused = decision(may_order=False)
    assert refused.needed_units[0] > 0
    assert refused.order_units[0] == 0


def test_drafts_and_sent_orders_count_once_they_are_due_in_the_horizon(plan_of):
    given = {"on_hand": [10], "policy": NO_LOT}
    nothing = plan_of([[4] * 60], **given)
    coming = plan_of([[4] * 60], on_order=[[(30, 5.0)]], **given)
    overdue = plan_of([[4] * 60], on_order=[[(30, -9.0)]], **given)
    next_year = plan_of([[4] * 60], on_order=[[(30, 300.0)]], **given)
    assert coming.position_units[0] == overdue.position_units[0] == nothing.position_units[0] + 30
    assert next_year.position_units[0] == nothing.position_units[0]


def test_an_order_just_sent_at_the_suppliers_own_terms_counts_even_if_it_is_usually_quicker(plan_of):
    plan = plan_of([[4] * 60], quoted_lead_time_days=[60.0], on_order=[[(30, 60.0)]])
    assert plan.position_units[0] == 30


def test_committed_and_back_ordered_units_are_not_there(plan_of):
    assert plan_of([[4] * 60], on_hand=[10], committed=[3], backorders=[2]).position_units[0] == 5


def test_days_of_supply_are_none_left_or_for_ever(plan_of):
    assert plan_of([[4] * 60], on_hand=[36]).days_of_supply[0] == 9
    assert plan_of([[0] * 60], on_hand=[36]).days_of_supply[0] == np.inf
    terms = {term.name: term.value for term in plan_of([[0] * 60], on_hand=[36]).explain(0).terms}
    assert terms["days_of_supply"] is None


def test_the_sentence_says_it_in_units_and_days(plan_of):
    plan = plan_of([[4] * 60], on_hand=[38], pack_units=[12], policy=NO_LOT)
    assert plan.explain(0).sentence == (
        "48 units: stock lasts 10 days at 4.0 a day, but the supplier needs 14 days (±1); "
        "reorder point 75 covers 15 days of demand (61) plus 14 for surprises; "
        "38 available and 0 on order leave 37 short, rounded up to packs of 12."
    )


def test_the_sentence_of_a_minimum_and_of_enough_stock(plan_of):
    plan = plan_of([[4] * 60] * 2, on_hand=[71, 500], minimum_order_units=[30, 1], policy=NO_LOT)
    assert "leave 4 short, raised to the supplier's minimum of 30." in plan.explain(0).sentence
    assert plan.explain(1).sentence == (
        "No order: 500 available and 0 on order are above the reorder point 75, "
        "which covers the supplier's 14 days (±1) at 4.0 a day."
    )


def test_the_sentence_of_units_owed_and_of_a_sold_out_week(plan_of):
    sold_out = np.zeros((1, 60), dtype=bool)
    sold_out[0, -3:] = True
    sentence = plan_of([[4] * 60], backorders=[7], sold_out=sold_out).explain(0).sentence
    assert "nothing is left at 4.0 a day" in sentence
    assert "7 owed to customers and 0 on order" in sentence
    assert sentence.endswith("It sold out on 3 days, so people wanted at least this much.")


def test_the_sentence_of_an_item_that_is_not_bought_any_more(plan_of):
    policy = Policy(method="both_variances", not_ordered_because="the supplier has discontinued it", order_cost=0.0)
    assert (
        plan_of([[4] * 60], policy=policy)
        .explain(0)
        .sentence.startswith("No order, although 75 units are needed: the supplier has discontinued it.")
    )


def test_terms_stand_in_the_order_of_the_thought_and_rebuild_the_order(plan_of):
    plan = plan_of([[4] * 60], on_hand=[38], pack_units=[12])
    terms = plan.explain(0).terms
    names = [term.name for term in terms]
    assert names[0] == "forecast_units_per_day"
    assert names.index("lead_time_mean_days") < names.index("reorder_point_units") < names.index("order_units")
    assert {term.unit for term in terms} <= {
        "units", "days", "units per day", "units squared", "share", "share squared", "share per year", "per year",
        "money", "shipments", "",
    }  # fmt: skip
    changed = [term if term.name != "pack_units" else type(term)("pack_units", 500, "units") for term in terms]
    assert recompute(changed).order_units == 500


def test_a_weekly_order_brings_a_week_s_sales_whatever_the_smallest_lot_is():
    # 5 a day and a look a week: an order brings 35, whether the supplier sells single units or 35 at least.
    weekly = {"method": "quantile", "service_kind": "money", "review_days": 7.0, "wandering": 0.1}
    cases = dict(zip(CASE_NAMES, np.linspace(4.0, 26.0, len(CASE_NAMES)).tolist(), strict=True))
    single, many = (decision(**weekly, **cases, minimum_order_units=units) for units in (1, 35))
    assert single.lot_units[0] == 0
    assert single.reorder_point_units[0] == many.reorder_point_units[0]
