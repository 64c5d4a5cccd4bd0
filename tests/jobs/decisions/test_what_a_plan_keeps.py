"""Beside its decisions a plan keeps forecasts, classes and the planners' calendar."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest

from stockroom.jobs.plan_orders import plan_orders
from stockroom.warehouse.plans_inputs import read_inputs

DAY = date(2011, 6, 30)


def test_a_plan_keeps_what_should_sell_until_an_order_is_there(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    [(days, cases, rate, middle)] = ask(
        "select interval_days, interval_cases_days, units_per_day, demand_units_p50 from plan.forecasts"
    )
    # The supplier takes about 10 days, and half a day passes until the next look.
    assert 10 < days < 12
    assert len(cases) == 12
    assert sum(cases) / 12 == pytest.approx(days)
    assert 4 * 9 < middle < 4 * 12
    assert rate == pytest.approx(4, rel=0.05)


def test_quantiles_rise_and_the_reorder_point_lies_among_them(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    [quantiles] = ask("""
        select demand_units_p05, demand_units_p25, demand_units_p50, demand_units_p75, demand_units_p90,
            demand_units_p95, demand_units_p98, demand_units_p99 from plan.forecasts""")
    assert list(quantiles) == sorted(quantiles)
    [(point,)] = ask("select reorder_point_units from plan.decisions")
    assert quantiles[0] < point <= quantiles[-1]


def test_a_textbooks_method_has_one_interval(marts, settings, ask):
    marts.sku("MUG", units_per_day=4)
    marts.insert("dim_policies", scope="default", key="*", method="classic")
    plan_orders(settings, as_of_date=DAY)
    assert ask("select method, interval_cases_days = jsonb_build_array(interval_days) from plan.forecasts") == [
        ("classic", True)
    ]


def test_decisions_and_forecasts_name_the_classes(marts, settings, ask):
    marts.sku("MUG", units_per_day=4)
    marts.sku("CUP", units_per_day=0)
    plan_orders(settings, as_of_date=DAY)
    classes = "select sku, abc_class, xyz_class, demand_class, is_fast_mover from plan.{} order by sku"
    steady, never_sold = ("MUG", "A", "X", "smooth", True), ("CUP", "C", "Z", "none", False)
    assert ask(classes.format("decisions")) == [never_sold, steady]
    assert ask(classes.format("forecasts")) == [never_sold, steady]


def test_a_rule_for_a_class_holds_for_its_items_and_a_narrower_one_goes_before(marts, settings, ask):
    for sku in ("CUP", "MUG", "POT"):
        marts.sku(sku, units_per_day=0 if sku == "POT" else 4, supplier_id="S01")
    marts.insert("dim_policies", scope="abc_class", key="a", service_level=0.99)
    marts.insert("dim_policies", scope="sku", key="CUP", service_level=0.9)
    plan_orders(settings, as_of_date=DAY)
    assert ask("""
        select sku, (term ->> 'value')::float from plan.decisions
        cross join jsonb_array_elements(terms) as term
        where term ->> 'name' = 'service_level' and abc_class = 'A' order by sku""") == [("CUP", 0.9), ("MUG", 0.99)]


def test_what_cannot_be_bought_stays_so_under_a_rule_for_its_class(marts, settings, ask):
    marts.sku("MUG", is_discontinued=True)
    marts.insert("dim_policies", scope="abc_class", key="A", service_level=0.99)
    plan_orders(settings, as_of_date=DAY)
    [(units, reason)] = ask("select order_units, reason from plan.decisions")
    assert units == 0
    assert "discontinued" in reason


def test_a_rule_for_a_class_that_there_is_not_asks_a_person(marts, settings, ask):
    marts.sku("MUG")
    marts.insert("dim_policies", scope="xyz_class", key="W", service_level=0.99)
    assert plan_orders(settings, as_of_date=DAY).questions == 1
    assert "knows X, Y, Z" in ask("select detail from ops.exceptions")[0][0]


def test_the_question_about_a_large_lot_ends_as_it_says_by_raising_the_cover(marts, settings, ask):
    marts.sku("MUG", units_per_day=1, on_hand=0, minimum_order_units=500, pack_units=1)
    plan_orders(settings, as_of_date=DAY)
    [(mend,)] = ask("select mend from ops.exceptions where resolved_at is null")
    assert "raise maximum_cover_days in policies.xlsx" in mend
    marts.insert("dim_policies", scope="sku", key="MUG", maximum_cover_days=600)
    marts.rebuild(DAY + timedelta(days=1))
    plan_orders(settings, as_of_date=DAY + timedelta(days=1))
    assert ask("select count(*) from ops.exceptions where resolved_at is null") == [(0,)]
    assert ask("select units from ops.purchase_order_lines") == [(500,)]


def test_planners_may_state_what_orders_stock_and_lost_sales_cost(marts, settings):
    marts.sku("MUG")
    marts.insert("dim_policies", scope="sku", key="MUG", order_cost=25, carrying_rate=0.4, margin=2.5, goodwill=1)
    plan_orders(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        [policy] = read_inputs(connection, DAY).policies
    assert (policy.order_cost, policy.carrying_rate, policy.margin, policy.goodwill) == (25.0, 0.4, 2.5, 1.0)


def test_promotions_of_an_item_and_of_its_category_are_frozen_with_it(marts, settings, ask):
    marts.sku("MUG", category="Mugs")
    marts.sku("POT", category="pots")
    week = timedelta(days=7)
    for number, (sku, category, first) in enumerate(
        [("MUG", None, DAY - week), (None, "mugs", DAY + week), ("POT", "mugs", DAY), (None, "bags", DAY)]
    ):
        marts.insert(
            "dim_promotions", promotion_id=number, sku=sku, category=category, starts_on=first,
            ends_on=first + timedelta(days=2), discount_percent=20,
        )  # fmt: skip
    plan_orders(settings, as_of_date=DAY)
    assert ask("select sku, promotions from plan.inputs order by sku") == [
        ("MUG", [["2011-06-23", "2011-06-25", 20.0], ["2011-07-07", "2011-07-09", 20.0]]),
        ("POT", [["2011-06-30", "2011-07-02", 20.0]]),
    ]


def test_a_plan_reads_its_rules_for_classes_again_after_planners_changed_them(marts, settings):
    marts.sku("MUG")
    marts.insert("dim_policies", scope="abc_class", key="A", service_level=0.99)
    plan_orders(settings, as_of_date=DAY)
    marts.connection.execute("delete from marts.dim_policies")
    marts.connection.commit()
    with psycopg.connect(settings.warehouse_url) as connection:
        book = read_inputs(connection, DAY).book
    assert book is not None
    assert book.policy_for(category="", supplier="", sku="", classes={"abc_class": "A"}).service_level == 0.99
