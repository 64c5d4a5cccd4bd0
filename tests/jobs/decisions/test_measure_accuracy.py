"""Forecasts judged by what sold after them, once their days have passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.measure_accuracy import measure_accuracy
from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)
LATER = DAY + timedelta(days=60)
ALL = """
    select items, items_waiting, units_forecast, units_demanded, bias_share, coverage_p50, coverage_p90,
        coverage_p90_below, imputed_day_share, measured_on from plan.forecast_accuracy where class_kind = 'all'
"""


@pytest.fixture
def planned(marts, settings):
    """Return a shop whose mug sold 4 a day for 60 days and was planned then."""
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    return marts


def test_a_forecast_is_not_judged_before_its_longest_interval_has_passed(planned, settings, ask):
    planned.days("MUG", first=DAY, last=DAY + timedelta(days=5), units=4)
    assert str(measure_accuracy(settings, as_of_date=LATER)).endswith("none of their intervals has passed yet")
    [row] = ask(ALL)
    assert row[:2] == (0, 1)
    assert row[4:9] == (None,) * 5


def test_a_forecast_of_what_then_sells_is_neither_too_high_nor_too_low(planned, settings, ask):
    planned.days("MUG", first=DAY, last=LATER, units=4)
    summary = measure_accuracy(settings, as_of_date=LATER)
    assert "forecasts of 1 plans judged by what sold before 2011-08-29" in str(summary)
    [(items, waiting, forecast, demanded, bias, _, ninety, _, imputed, measured_on)] = ask(ALL)
    assert (items, waiting, imputed, measured_on) == (1, 0, 0.0, LATER)
    assert forecast == pytest.approx(demanded, rel=0.05)
    assert bias == pytest.approx(0, abs=0.05)
    assert ninety == 1.0


def test_twice_the_demand_is_a_bias_of_minus_one_half(planned, settings, ask):
    planned.days("MUG", first=DAY, last=LATER, units=8)
    measure_accuracy(settings, as_of_date=LATER)
    [(_, _, _, _, bias, fifty, ninety, _, _, _)] = ask(ALL)
    assert bias == pytest.approx(-0.5, abs=0.03)
    assert (fifty, ninety) == (0.0, 0.0)


def test_empty_days_are_no_demand_of_zero(planned, settings, ask):
    planned.days("MUG", first=DAY, last=LATER, units=4)
    for day in range(3, 8):  # five days without stock, so without a sale
        ask("update marts.fct_sales_daily set units_sold = 0 where sold_date = %s returning 1", DAY + timedelta(day))
        ask("update marts.fct_stock_daily set is_out_all_day = true where stock_date = %s returning 1",
            DAY + timedelta(day))  # fmt: skip
    measure_accuracy(settings, as_of_date=LATER)
    [(_, _, _, demanded, bias, _, _, _, imputed, _)] = ask(ALL)
    assert bias == pytest.approx(0, abs=0.05)
    assert imputed == pytest.approx(5 / (demanded / 4), rel=0.35)  # five of about as many days as the interval has


def test_scores_are_kept_per_class(planned, settings, ask):
    planned.days("MUG", first=DAY, last=LATER, units=4)
    measure_accuracy(settings, as_of_date=LATER)
    assert ask("select class_kind, class_name, items from plan.forecast_accuracy order by class_kind") == [
        ("abc_class", "A", 1),
        ("all", "", 1),
        ("category", "mugs", 1),
        ("demand_class", "smooth", 1),
        ("evidence", "enough evidence", 1),
        ("location", "LONDON", 1),
        ("method", "quantile", 1),
        ("xyz_class", "X", 1),
    ]


def test_measuring_twice_changes_nothing_and_a_plan_all_judged_is_left_alone(planned, settings, ask):
    planned.days("MUG", first=DAY, last=LATER, units=4)
    measure_accuracy(settings, as_of_date=LATER)
    before = ask("select * from plan.forecast_accuracy order by class_kind, class_name")
    assert str(measure_accuracy(settings, as_of_date=LATER)).startswith("no forecast to judge")
    ask("update marts.fct_sales_daily set units_sold = 999 where sold_date >= %s returning 1", DAY)
    measure_accuracy(settings, as_of_date=LATER)
    assert ask("select * from plan.forecast_accuracy order by class_kind, class_name") == before


def test_a_look_from_an_earlier_day_forgets_nothing(planned, settings, ask):
    planned.days("MUG", first=DAY, last=DAY + timedelta(days=5), units=4)
    measure_accuracy(settings, as_of_date=DAY + timedelta(days=6))
    before = ask(ALL)
    assert str(measure_accuracy(settings, as_of_date=DAY + timedelta(days=2))).startswith("no forecast to judge")
    assert ask(ALL) == before


def test_of_a_week_the_first_plan_is_judged(planned, settings, ask):
    for day in (1, 4, 5):  # Friday of the same week, Monday and Tuesday of the next
        planned.rebuild(DAY + timedelta(days=day))
        plan_orders(settings, as_of_date=DAY + timedelta(days=day))
    planned.days("MUG", first=DAY, last=LATER, units=4)
    measure_accuracy(settings, as_of_date=LATER)
    assert ask("select plan_date from plan.forecast_accuracy where class_kind = 'all' order by 1") == [
        (DAY,),
        (date(2011, 7, 4),),
    ]


def test_days_that_are_not_in_the_marts_yet_are_not_taken_for_days_without_demand(planned, settings, ask):
    planned.days("MUG", first=DAY, last=DAY + timedelta(days=2), units=4)
    measure_accuracy(settings, as_of_date=LATER)
    assert [row[:2] for row in ask(ALL)] == [(0, 1)]


def test_an_empty_store_has_nothing_to_judge(marts, settings):
    assert str(measure_accuracy(settings, as_of_date=DAY)).startswith("no forecast to judge")
    assert marts
