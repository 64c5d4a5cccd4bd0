"""How long suppliers take: own evidence, the lane's, and what has not arrived."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from stockroom.planning import LeadTimeHistory, Policy


def mean_days(plan_of, lead_times, **given) -> float:
    return float(plan_of([[1] * 30], lead_times=lead_times, **given).lead_time_mean_days[0])


def lane_of(suppliers: dict[str, list[float]], **given) -> LeadTimeHistory:
    rows = [(supplier, days) for supplier, all_days in suppliers.items() for days in all_days]
    return LeadTimeHistory(
        supplier=[row[0] for row in rows], days=[row[1] for row in rows], lane=["sea"] * len(rows), **given
    )


def test_many_shipments_speak_for_themselves(plan_of, shipments):
    plan = plan_of([[1] * 30], lead_times=shipments([14.0] * 30))
    assert plan.lead_time_mean_days[0] == pytest.approx(14, rel=0.05)
    assert plan.lead_time_own_evidence[0] > 0.9


def test_a_new_supplier_with_one_receipt_lies_between_it_and_its_lane(plan_of):
    lead_times = lane_of({f"OLD{n}": [22.0, 30.0, 40.0] * 4 for n in range(3)} | {"S01": [15.0]})
    plan = plan_of([[1] * 30], lead_times=lead_times)
    assert 16 < plan.lead_time_mean_days[0] < 29
    assert 0.2 < plan.lead_time_own_evidence[0] < 0.8
    assert "This supplier's 1 shipment counts for" in plan.explain(0).sentence


def test_a_supplier_without_receipts_is_its_lane_and_its_quote_corrected_by_the_lanes_habit(plan_of):
    # The lane's supplier quotes 10 and takes 20. The new one quotes 12: it is expected to take nearer 24 than 12.
    lead_times = lane_of({"OLD": [20.0] * 40})
    plan = plan_of(
        [[1] * 30] * 2,
        lead_times=lead_times,
        supplier=["OLD", "NEW"],
        lane=["sea", "sea"],
        quoted_lead_time_days=[10.0, 12.0],
    )
    assert 18 < plan.lead_time_mean_days[1] < 26
    assert plan.lead_time_own_evidence[1] == 0
    assert "Nothing has arrived from this supplier yet" in plan.explain(1).sentence


def test_without_any_shipment_the_quote_moves_the_stated_default(plan_of):
    nothing = LeadTimeHistory.empty()
    assert 12 < mean_days(plan_of, nothing) < 18
    assert mean_days(plan_of, nothing, quoted_lead_time_days=[40.0]) > 25


def test_a_supplier_that_became_five_days_slower_is_believed_after_few_receipts(plan_of, shipments):
    ages = np.arange(20) * 10.0 + 30
    before = mean_days(plan_of, shipments([10.0] * 20, age_days=ages))
    after = mean_days(plan_of, shipments([15.0] * 3 + [10.0] * 20, age_days=np.r_[[2, 10, 18], ages]))
    assert after > before + 1.5
    ageless = mean_days(plan_of, shipments([15.0] * 3 + [10.0] * 20))
    assert after > ageless


def test_a_receipt_of_a_slower_delivery_raises_the_reorder_point_at_once(plan_of, shipments):
    steady = plan_of([[4] * 60], lead_times=shipments([10.0] * 10))
    slower = plan_of([[4] * 60], lead_times=shipments([10.0] * 10 + [15.0]))
    assert slower.reorder_point_units[0] > steady.reorder_point_units[0]


def test_an_order_sent_yesterday_says_nothing_and_one_long_overdue_says_much(plan_of, shipments):
    closed = [10.0] * 5
    known = mean_days(plan_of, shipments(closed))
    fresh = mean_days(plan_of, shipments([*closed, 1.0], is_open=[False] * 5 + [True]))
    overdue = mean_days(plan_of, shipments([*closed, 40.0], is_open=[False] * 5 + [True]))
    assert fresh == pytest.approx(known, rel=0.01)
    assert overdue > known + 2


def test_open_orders_take_the_bias_out_of_what_has_arrived_so_far(plan_of, shipments):
    # Orders of the last 45 days, true mean 30: those that have arrived are the quick ones.
    draw = np.random.default_rng(7)
    days = draw.lognormal(np.log(30) - 0.3**2 / 2, 0.3, 400)
    so_far = draw.uniform(0, 45, 400)
    is_open = days > so_far
    seen = np.maximum(np.where(is_open, so_far, days), 0.5)
    all_of_it = mean_days(plan_of, shipments(seen, is_open=is_open))
    closed_only = mean_days(plan_of, shipments(days[~is_open]))
    assert closed_only < 27.5
    assert all_of_it == pytest.approx(30, abs=1.5)


def test_forty_lines_of_one_delivery_are_one_row_so_evidence_counts_shipments(plan_of, shipments):
    assert plan_of([[1] * 30], lead_times=shipments([9.0] * 2)).lead_time.shipments[0] == 2


def test_a_wilder_supplier_needs_more_safety(plan_of, shipments):
    steady = plan_of([[4] * 60], lead_times=shipments([14.0] * 20))
    wild = plan_of([[4] * 60], lead_times=shipments([7.0, 28.0] * 10))
    assert wild.safety_stock_units[0] > steady.safety_stock_units[0]


def test_receipts_outdo_a_quote_that_was_never_kept(plan_of, shipments):
    plan = plan_of([[4] * 60], lead_times=shipments([14.0] * 30), quoted_lead_time_days=[2.0], policy=Policy())
    assert plan.lead_time_mean_days[0] == pytest.approx(14, abs=1)


def test_an_order_that_never_came_is_lost_and_not_years_slow(plan_of, shipments):
    given = {"days": [14.0] * 10 + [3000.0] * 3, "is_open": np.array([False] * 10 + [True] * 3)}
    plan = plan_of([[4] * 60], lead_times=shipments(**given), quoted_lead_time_days=[14.0], policy=Policy())
    assert plan.lead_time_mean_days[0] <= 56


def test_two_humps_stay_two(plan_of, shipments):
    plan = plan_of([[4] * 60], lead_times=shipments([10.0] * 36 + [35.0] * 4), policy=Policy())
    cases = plan.lead_time.cases_days[0]
    assert ((cases > 8) & (cases < 13)).sum() >= 9
    assert cases[-1] > 25


def test_the_first_order_of_a_new_shop_says_little_while_nothing_has_ever_arrived(plan_of, shipments):
    # Without any arrival, "longer than five days so far" is believed around the default of 14, and years are not.
    def learned(days_so_far) -> float:
        return mean_days(plan_of, shipments(days_so_far, is_open=[True] * len(days_so_far)))

    assert 13 < learned([5.0]) < 17
    assert 20 < learned([40.0]) < 60
    assert learned([4000.0] * 5) < 100


def test_orders_that_never_came_do_not_outweigh_the_one_that_did(plan_of, shipments):
    given = {"days": [10.0] + [400.0] * 5, "is_open": [False] + [True] * 5}
    assert mean_days(plan_of, shipments(**given)) < 100


def test_an_item_without_a_supplier_is_as_uncertain_as_one_of_a_supplier_unheard_of(plan_of):
    plan = plan_of([[1] * 30] * 2, lead_times=LeadTimeHistory.empty(), supplier=["", "S09"])
    assert plan.lead_time_sd_days[0] == plan.lead_time_sd_days[1]


def test_shipments_older_than_any_number_can_weigh_are_still_shipments(plan_of, shipments):
    forgetful = Policy(lead_time_half_life_days=0.5)
    ages = np.full(30, 3650.0)
    plan = plan_of([[1] * 30], lead_times=shipments(age_days=ages), policy=forgetful)
    assert plan.lead_time_own_evidence[0] == pytest.approx(0, abs=0.01)
    assert plan.lead_time_mean_days[0] == pytest.approx(14, abs=2)


def test_a_mistyped_century_costs_no_memory(plan_of, shipments):
    tracemalloc.start()
    plan_of([[1] * 30], lead_times=shipments([5e6]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
