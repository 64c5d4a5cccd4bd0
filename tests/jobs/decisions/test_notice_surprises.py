"""Spikes and dips stand in ops.exceptions once an episode, the most money first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.notice_surprises import notice_surprises
from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)
OPEN = "select kind, subject, money_at_risk > 0 from ops.exceptions where kind like 'demand%%' and resolved_at is null"


@pytest.fixture
def week_ago(marts, settings):
    """Two items that sold 10 a day until a week ago, planned then."""
    first = DAY - timedelta(days=7)
    for sku in ("MUG", "CUP"):
        marts.sku(sku, units_per_day=10, on_hand=150, day=first)
    plan_orders(settings, as_of_date=first)
    return marts


def later(marts, settings, day: date, **sold: int):
    """Let each item sell on the days since, plan ``day`` and look."""
    newest = marts.connection.execute("select max(sold_date) from marts.fct_sales_daily").fetchone()[0]
    for age in range((day - newest).days - 1):
        for sku, units in sold.items():
            marts.sold(sku, sold_date=newest + timedelta(days=1 + age), units=units)
            marts.stock_day(sku, stock_date=newest + timedelta(days=1 + age))
    marts.rebuild(day)
    plan_orders(settings, as_of_date=day)
    return notice_surprises(settings, as_of_date=day)


def test_a_first_plan_has_nothing_to_be_held_against(marts, settings):
    marts.sku("MUG", units_per_day=10)
    plan_orders(settings, as_of_date=DAY)
    assert (
        str(notice_surprises(settings, as_of_date=DAY)) == "2011-06-30: no earlier plan to hold the last days against"
    )


def test_a_week_of_a_viral_post_is_raised_once_and_ends_with_it(week_ago, settings, ask):
    summary = later(week_ago, settings, DAY, MUG=80, CUP=10)
    assert (summary.spikes, summary.dips, summary.new) == (1, 0, 1)
    assert ask(OPEN) == [("demand_spike", "MUG at LONDON", True)]
    assert notice_surprises(settings, as_of_date=DAY).new == 0
    said = str(open_exceptions(settings))
    assert (
        "No. 1 of today's surprises: 560 units in 7 days where 70.0 were forecast; at this pace empty in 2 days" in said
    )
    summary = later(week_ago, settings, DAY + timedelta(days=14), MUG=10, CUP=10)
    assert (summary.spikes, ask(OPEN)) == (0, [])


def test_a_dip_stands_beside_it(week_ago, settings, ask):
    later(week_ago, settings, DAY, MUG=0, CUP=80)
    assert {row[:2] for row in ask(OPEN)} == {("demand_dip", "MUG at LONDON"), ("demand_spike", "CUP at LONDON")}
