"""Suppliers' holidays and carriers' peaks: stock for them is placed ahead, and receipts are cleaned of them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from stockroom.planning import (
    CarrierPeak,
    Closure,
    PlanningError,
    Policy,
    SupplierCalendar,
    fit_pools,
    plan_items,
    recompute,
)

LEARNED = Policy(service_level=0.95, order_cost=0.0)
NEVER = SupplierCalendar()
CHRISTMAS = SupplierCalendar(closures=(Closure("S01", date(2011, 12, 20), date(2012, 1, 2)),))  # a fortnight


@pytest.fixture
def point_on(history_of, shipments):
    """Return the reorder point of an item of 4 a day on a plan date, its supplier taking ``days`` with ``calendar``."""

    def point(plan_date, *, days=14.0, calendar=NEVER, policy=LEARNED, **given):
        dates = np.datetime64(plan_date) - 60 + np.arange(60)
        given = {"age_days": np.full(60, 40.0), **given}  # arrived long before any closure
        lead_times = shipments([days] * 60, calendar=calendar, **given)
        plan = plan_items(history_of([[4] * 60], dates=dates), lead_times, policy, as_of_date=plan_date)
        return int(plan.reorder_point_units[0])

    return point


def test_stock_for_a_closure_is_placed_while_an_order_still_comes_in_before_it(point_on):
    usual = point_on(date(2011, 12, 1))
    assert point_on(date(2011, 11, 20), calendar=CHRISTMAS) == usual
    # What is sent on the 7th would come on the 21st: it waits for January, as if the supplier took four weeks.
    four_weeks = point_on(date(2011, 12, 1), days=28.0)
    assert four_weeks > usual + 50
    assert usual + 10 < point_on(date(2011, 12, 5), calendar=CHRISTMAS) < four_weeks
    assert point_on(date(2011, 12, 7), calendar=CHRISTMAS) == pytest.approx(four_weeks, rel=0.06)
    # A week before its end a week is left of it; after it all is as before.
    three_weeks = point_on(date(2011, 12, 1), days=21.0)
    assert point_on(date(2011, 12, 27), calendar=CHRISTMAS) == pytest.approx(three_weeks, rel=0.06)
    assert point_on(date(2012, 1, 3), calendar=CHRISTMAS) == usual


def test_goods_that_travel_ten_weeks_meet_a_december_closure_in_october(point_on):
    usual = point_on(date(2011, 9, 1), days=70.0)
    assert point_on(date(2011, 9, 1), days=70.0, calendar=CHRISTMAS) == usual
    twelve_weeks = point_on(date(2011, 9, 1), days=84.0)
    assert point_on(date(2011, 10, 20), days=70.0, calendar=CHRISTMAS) == pytest.approx(twelve_weeks, rel=0.06)


def test_a_peak_slows_what_travels_through_it(point_on):
    day = date(2011, 11, 15)
    busy = SupplierCalendar(peaks=(CarrierPeak(date(2011, 11, 18), date(2011, 12, 24), 5.0),))
    assert point_on(day, calendar=busy) == pytest.approx(point_on(day, days=19.0), rel=0.06)
    assert point_on(date(2011, 10, 15), calendar=busy) == point_on(day)
    other_lane = SupplierCalendar(peaks=(CarrierPeak(date(2011, 11, 18), date(2011, 12, 24), 5.0, lane="sea"),))
    assert point_on(day, calendar=other_lane) == point_on(day)
    assert point_on(day, calendar=other_lane, lane=["sea"] * 60) > point_on(day) + 12


def test_the_textbooks_methods_wait_for_a_closed_supplier_too(point_on):
    for method in ("simple", "classic", "both_variances"):
        policy = Policy(method=method)
        assert point_on(date(2011, 12, 8), calendar=CHRISTMAS, policy=policy) > 40 + point_on(
            date(2011, 12, 8), policy=policy
        )


def test_receipts_that_spanned_a_closure_do_not_make_a_supplier_slow(point_on):
    # It arrived on 5 January after 28 days, of which 14 were Christmas; asked in March.
    day = date(2012, 3, 1)
    given = {"days": 28.0, "age_days": np.full(60, (day - date(2012, 1, 5)).days)}
    cleaned = point_on(day, calendar=CHRISTMAS, **given)
    assert cleaned == pytest.approx(point_on(day), abs=2)
    assert point_on(day, **given) > cleaned + 45


def test_an_open_order_is_not_late_while_its_supplier_is_closed(history_of, shipments):
    day = date(2012, 1, 1)
    dates = np.datetime64(day) - 60 + np.arange(60)

    def mean(calendar):
        is_open = np.arange(12) >= 10
        open_ones = {"is_open": is_open, "age_days": np.where(is_open, 0.0, 60.0), "calendar": calendar}
        lead_times = shipments([14.0] * 10 + [24.0] * 2, **open_ones)
        plan = plan_items(history_of([[4] * 60], dates=dates), lead_times, LEARNED, as_of_date=day)
        return float((plan.lead_time_mean_days - plan.lead_time.delay_days)[0])

    assert mean(CHRISTMAS) == pytest.approx(14, abs=0.7)
    assert mean(NEVER) > 15.5


def test_the_reason_says_what_the_closure_costs_and_rebuilds_the_order(history_of, shipments):
    day = date(2011, 12, 8)
    dates = np.datetime64(day) - 60 + np.arange(60)
    lead_times = shipments([14.0] * 60, calendar=CHRISTMAS)
    plan = plan_items(history_of([[4] * 60], dates=dates), lead_times, LEARNED, as_of_date=day)
    said = plan.explain(0)
    assert "the supplier needs 28 days (±" in said.sentence
    assert "14 days of it for closed days or carriers at their peak" in said.sentence
    terms = {term.name: term.value for term in said.terms}
    assert (terms["delay_1_from_days"], terms["delay_1_until_days"]) == (12.0, 26.0)
    assert recompute(said.terms).order_units == plan.order_units[0]


def test_days_that_two_holidays_share_are_closed_once(point_on):
    twice = SupplierCalendar(
        closures=(*CHRISTMAS.closures, Closure("S01", date(2011, 12, 24), date(2012, 1, 2))),
    )
    day = date(2011, 12, 8)
    assert point_on(day, calendar=twice) == point_on(day, calendar=CHRISTMAS)


def test_a_peak_while_the_supplier_is_closed_is_lost_once(point_on):
    day = date(2011, 6, 26)
    july = Closure("S01", date(2011, 7, 1), date(2011, 7, 25))
    peak = CarrierPeak(date(2011, 7, 5), date(2011, 7, 20), 9.0)
    closed = point_on(day, calendar=SupplierCalendar(closures=(july,)))
    assert closed > point_on(day) + 20 * 4
    assert point_on(day, calendar=SupplierCalendar(closures=(july,), peaks=(peak,))) == closed
    # Two of its days come after the closure, and are lost beside it: 8 units, and their surprises.
    longer = CarrierPeak(date(2011, 7, 5), date(2011, 7, 27), 9.0)
    two_days_more = point_on(day, calendar=SupplierCalendar(closures=(july,), peaks=(longer,)))
    assert closed + 8 <= two_days_more <= closed + 12


def test_what_came_while_its_supplier_was_said_to_be_closed_is_believed_as_it_came(point_on):
    # Fourteen days' travel that ended on 28 December, in the middle of Christmas; asked in March.
    day = date(2012, 3, 1)
    given = {"age_days": np.full(60, (day - date(2011, 12, 28)).days)}
    assert point_on(day, calendar=CHRISTMAS, **given) == point_on(day)
    shorter = {"days": 7.0, **given}  # wholly within
    assert point_on(day, calendar=CHRISTMAS, **shorter) == point_on(day, days=7.0)


def test_another_suppliers_holiday_is_nobodys_business(point_on):
    others = SupplierCalendar(closures=(Closure("S02", date(2011, 12, 10), date(2012, 1, 2)),))
    day = date(2011, 12, 8)
    assert point_on(day, calendar=others) == point_on(day)


def test_another_suppliers_holiday_moves_no_bit_of_a_shard_that_holds_both(history_of, shipments):
    # Seven days plus a third of a day less seven days is not a third of a day, to the bit.
    history = history_of([[4] * 60] * 2, supplier=["S01", "S02"])
    day, weekly = date(2011, 6, 30), Policy(review_days=7)
    closed = SupplierCalendar(closures=(Closure("S02", date(2011, 7, 4), date(2011, 7, 20)),))
    lead_times = shipments([5.3, 9.7, 13.9, 17.1, 21.3, 31.7], calendar=closed)
    pools = fit_pools(history, lead_times, weekly, as_of_date=day)
    both = plan_items(history, lead_times, weekly, as_of_date=day, pools=pools)
    alone = plan_items(history.take(np.array([0])), lead_times, weekly, as_of_date=day, pools=pools)
    assert alone.lead_time_mean_days[0] == both.lead_time_mean_days[0]
    assert alone.explain(0) == both.explain(0)
    assert both.lead_time.delay_days[0] == 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda day: Closure("S01", day, day - timedelta(1)), "closures: S01 ends on 2011-12-19, before it begins"),
        (lambda day: Closure("S01", day, date(2099, 12, 31)), "S01 is closed .* to 2099-12-31, .* than a year"),
        (lambda day: CarrierPeak(day, day, 0.0), r"peaks: added_days 0.0 is not above 0"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_refused(wrong, message):
    with pytest.raises(PlanningError, match=message):
        wrong(date(2011, 12, 20))
