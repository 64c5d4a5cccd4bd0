"""What suppliers say of dates: a promise is learned from, and what a supplier is out of makes an order wait."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from stockroom.planning import Closure, PlanningError, Policy, SupplierCalendar, plan_items, recompute
from stockroom.planning.promises import NO_PROMISES, KeptPromises, due_in_days

LEARNED = Policy(service_level=0.95, order_cost=0.0)
DAY = date(2011, 6, 30)
DATES = np.datetime64(DAY) - 60 + np.arange(60)


def kept(late_days: list[float], supplier: str = "S01", *, age_days: float = 0.0) -> KeptPromises:
    count = len(late_days)
    return KeptPromises(np.full(count, supplier), np.array(late_days), np.full(count, age_days))


def both(one: KeptPromises, other: KeptPromises) -> KeptPromises:
    return KeptPromises(
        np.concatenate([one.supplier, other.supplier]),
        np.concatenate([one.late_days, other.late_days]),
        np.concatenate([one.age_days, other.age_days]),
    )


def test_a_promise_is_believed_until_one_was_broken() -> None:
    assert due_in_days(NO_PROMISES, "S01", 5.0) == 5
    assert due_in_days(kept([10.0] * 20), "S01", 5.0) == 15
    assert due_in_days(kept([-2.0] * 20), "S01", 5.0) == 3


def test_a_supplier_of_whom_little_is_known_is_taken_for_one_like_the_others() -> None:
    others = kept([8.0] * 50, "S09")
    assert due_in_days(others, "S01", 5.0) == 13
    assert due_in_days(both(others, kept([0.0], "S01")), "S01", 5.0) == 13, "once in time is no habit"
    assert due_in_days(both(others, kept([0.0] * 20, "S01")), "S01", 5.0) == 5


def test_what_a_supplier_did_lately_counts_more_than_what_it_did_years_ago() -> None:
    changed = both(kept([0.0] * 10, age_days=1500.0), kept([12.0] * 10))
    assert due_in_days(changed, "S01", 5.0) == 17


def test_what_has_not_come_comes_after_today() -> None:
    usually_in_time = kept([0.0] * 12 + [20.0] * 3)
    assert due_in_days(usually_in_time, "S01", 3.0) == 3
    assert due_in_days(usually_in_time, "S01", -4.0) == 16, "four days late: it is one of those that take twenty"
    assert due_in_days(usually_in_time, "S01", -30.0) == 0, "beyond all experience: due"


@pytest.fixture
def plan_with(history_of, shipments):
    """Return the plan of an item of 4 a day whose supplier takes 14 days, unless a test says otherwise."""

    def plan(*, days=14.0, calendar=None, policy=LEARNED, **given):
        told = {} if calendar is None else {"calendar": calendar}
        history = history_of([[4] * 60], dates=DATES, **given)
        lead_times = shipments([days] * 60, age_days=np.full(60, 40.0), **told)
        return plan_items(history, lead_times, policy, as_of_date=DAY)

    return plan


def test_an_order_waits_for_what_the_supplier_is_out_of(plan_with) -> None:
    """As if it took ten days more: at four a day 40 units, and what is not known of those days."""
    waiting, slower = plan_with(supplier_out_days=[10.0]), plan_with(days=24.0)
    assert waiting.reorder_point_units[0] == pytest.approx(slower.reorder_point_units[0], rel=0.06)
    assert waiting.reorder_point_units[0] > plan_with().reorder_point_units[0] + 40
    assert float(waiting.lead_time_mean_days[0]) == pytest.approx(24, abs=0.7)
    for method in ("classic", "both_variances"):
        policy = Policy(method=method)
        more = plan_with(policy=policy, supplier_out_days=[10.0]).reorder_point_units[0]
        assert more >= plan_with(policy=policy).reorder_point_units[0] + 40


def test_a_closure_that_it_would_wait_for_anyway_adds_nothing(plan_with) -> None:
    """Closed from the 5th to the 14th day: who waits for the tenth day waits for four more."""
    closed = SupplierCalendar(closures=(Closure("S01", date(2011, 7, 5), date(2011, 7, 13)),))
    fourteen = plan_with(supplier_out_days=[14.0]).reorder_point_units[0]
    assert plan_with(calendar=closed, supplier_out_days=[10.0]).reorder_point_units[0] == fourteen
    assert plan_with(calendar=closed, supplier_out_days=[14.0]).reorder_point_units[0] == fourteen


def test_the_reason_says_that_the_supplier_is_out_of_it_and_rebuilds_the_order(plan_with) -> None:
    plan = plan_with(supplier_out_days=[10.0])
    said = plan.explain(0)
    assert "10 days of it until the supplier has it again" in said.sentence
    assert {term.name: term.value for term in said.terms}["supplier_out_days"] == 10
    assert recompute(said.terms).order_units == plan.order_units[0]


def test_no_item_is_there_again_before_today(history_of) -> None:
    with pytest.raises(PlanningError, match=r"supplier_out_days: -1.0 at row 0 is under 0"):
        history_of([[4] * 60], supplier_out_days=[-1.0])
