"""Carrier peaks: days that the planners' file names, on which shipments of a lane take longer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)


def reorder_points(ask) -> dict[str, int]:
    return dict(ask("select sku, reorder_point_units from plan.decisions"))


@pytest.fixture
def two_lanes(marts):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    marts.supplier("S02", lane="china_sea")
    marts.sku("CUP", units_per_day=4, on_hand=20, supplier_id="S02")
    return marts


def peak(marts, *, lane, first=DAY) -> None:
    marts.insert("dim_carrier_peaks", carrier_peak_id="1", lane=lane, first_date=first,
                 last_date=first + timedelta(days=20), added_days=10)  # fmt: skip


def test_a_slow_lane_is_ordered_from_ahead_and_others_are_not(two_lanes, settings, ask):
    peak(two_lanes, lane="china_sea")
    plan_orders(settings, as_of_date=DAY)
    points = reorder_points(ask)
    assert points["CUP"] - points["MUG"] >= 10 * 4  # ten days at 4 a day, and their surprises


def test_a_peak_without_a_lane_slows_them_all(two_lanes, settings, ask):
    peak(two_lanes, lane=None)
    plan_orders(settings, as_of_date=DAY)
    points = reorder_points(ask)
    assert min(points.values()) >= (10 + 10) * 4
    assert points["CUP"] == points["MUG"]


def test_a_peak_that_is_over_before_goods_travel_changes_nothing(two_lanes, settings, ask):
    peak(two_lanes, lane=None, first=DAY - timedelta(days=300))
    plan_orders(settings, as_of_date=DAY)
    assert max(reorder_points(ask).values()) < (10 + 10) * 4
