"""What waiting for goods may cost: as the plan's own forecast says, and never less for waiting longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockroom.planning import ItemHistory, LeadTimeHistory, Policy, plan_items
from stockroom.planning.arrival_odds import chance_within, late_after_days, remaining_cases
from stockroom.planning.decision_inputs import DecisionInputs, inputs_of_row, row_of_inputs, stack_inputs
from stockroom.planning.supply_risk import Arrivals, supply_risk

DAY = date(2011, 6, 30)
NOTHING_ELSE = Arrivals(np.empty((1, 0)), np.empty((1, 0)))


@pytest.fixture(scope="module")
def steady() -> DecisionInputs:
    """Return an item that sells 10 a day without a doubt, 40 of which are there; a lost sale costs 2."""
    history = ItemHistory(
        dates=np.arange(-90, 0) + np.datetime64(DAY),
        units_sold=np.full((1, 90), 10),
        unit_price=np.array([5.0]),
        unit_cost=np.array([3.0]),
        supplier=np.array(["S01"]),
        category=np.array(["mugs"]),
        on_hand=np.array([40]),
    )
    inputs = plan_items(history, LeadTimeHistory.empty(), Policy(), as_of_date=DAY).inputs
    return replace(inputs, forecast_units_per_day=np.array([10.0]), loss_per_unit=np.array([2.0]),
                   dispersion=np.array([1.0]), wandering=np.array([0.0]))  # fmt: skip


def waiting(days: float) -> np.ndarray:
    return np.full((1, 12), days)


def test_stock_for_four_days_is_no_risk_for_one_and_sixty_units_for_ten(steady: DecisionInputs) -> None:
    soon, late = (supply_risk(steady, waiting(days), NOTHING_ELSE) for days in (1.0, 10.0))
    assert soon.stockout_probability[0] < 0.001
    assert soon.money[0] < 0.01
    assert late.stockout_probability[0] > 0.999
    assert late.lost_units[0] == pytest.approx(60, abs=0.1)
    assert late.money[0] == pytest.approx(120, abs=0.2)


def test_another_delivery_mends_what_follows_and_nothing_before_it(steady: DecisionInputs) -> None:
    in_time = supply_risk(steady, waiting(10.0), Arrivals(np.array([[3.0]]), np.array([[60.0]])))
    on_day_eight = supply_risk(steady, waiting(10.0), Arrivals(np.array([[8.0]]), np.array([[60.0]])))
    too_late = supply_risk(steady, waiting(10.0), Arrivals(np.array([[12.0]]), np.array([[60.0]])))
    assert in_time.lost_units[0] < 6  # 100 stand against a demand of about 100
    assert on_day_eight.lost_units[0] == pytest.approx(40, abs=0.5)  # four days were lost before it
    assert too_late.lost_units[0] == pytest.approx(60, abs=0.1)


def test_a_dead_item_has_nothing_to_lose(steady: DecisionInputs) -> None:
    dead = replace(steady, forecast_units_per_day=np.array([0.0]))
    risk = supply_risk(dead, waiting(90.0), NOTHING_ELSE)
    assert (risk.stockout_probability[0], risk.money[0]) == (0.0, 0.0)


@settings(max_examples=40, deadline=None)
@given(st.floats(1, 60), st.floats(1, 60), st.integers(0, 300))
def test_waiting_longer_never_costs_less(steady: DecisionInputs, days: float, more: float, units: int) -> None:
    others = Arrivals(np.array([[9.0]]), np.array([[float(units)]]))
    sooner, later = (supply_risk(steady, waiting(wait), others) for wait in (days, days + more))
    assert later.money[0] >= sooner.money[0] - 1e-9
    assert later.stockout_probability[0] >= sooner.stockout_probability[0] - 1e-9


def test_items_are_judged_alike_alone_and_together(steady: DecisionInputs) -> None:
    promoted = replace(
        steady,
        planned_from_days=np.array([[2.0]]),
        planned_until_days=np.array([[9.0]]),
        planned_times=np.array([[2.0]]),
    )
    rows = [inputs_of_row(row_of_inputs(item, 0)) for item in (steady, promoted)]
    nothing = Arrivals(np.empty((2, 0)), np.empty((2, 0)))
    together = supply_risk(stack_inputs(rows), np.full((2, 12), 10.0), nothing)
    alone = [supply_risk(row, waiting(10.0), NOTHING_ELSE).money[0] for row in rows]
    assert together.money.tolist() == alone
    assert alone[1] == pytest.approx(alone[0] + 7 * 10 * 2, abs=0.5)  # a week at twice the pace


def test_the_odds_of_what_is_simulated_are_what_happens() -> None:
    """Of orders out for 12 days, as many come within a week as was said; so do those that were late."""
    numbers = np.random.default_rng(7)
    days = np.sort(numbers.lognormal(np.log(14), 0.4, 240_000))
    cases = days.reshape(12, -1).mean(axis=1)[None, :]
    for waited, ahead in ((0.0, 14.0), (12.0, 7.0), (20.0, 7.0)):
        out = days[days > waited]
        came = (out <= waited + ahead).mean()
        said = chance_within(cases, np.array([waited]), np.array([ahead]), never=0.0)[0]
        assert said == pytest.approx(came, abs=0.08)  # twelve cases know little of the tail
    assert (days > late_after_days(cases)[0]).mean() == pytest.approx(0.2, abs=0.02)
    left = remaining_cases(cases, np.array([12.0]), never=0.0, horizon_days=365.0)
    assert left.mean() == pytest.approx((days[days > 12.0] - 12.0).mean(), rel=0.08)


def test_the_longer_an_order_is_overdue_the_likelier_it_is_lost() -> None:
    cases = np.full((1, 12), 10.0)
    within_a_month = [chance_within(cases, np.array([w]), np.array([30.0]), never=0.01)[0] for w in (0.0, 11.0, 14.0)]
    assert within_a_month[0] == pytest.approx(0.99)
    assert within_a_month[0] > within_a_month[1] > within_a_month[2]
    assert within_a_month[2] < 0.01
