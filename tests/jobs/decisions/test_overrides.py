"""Buyers' overrides: respected by the plan, shown in the order's reasons, forgotten when they end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.planning import Term
from stockroom.planning.joint_words import recompute_line

DAY = date(2011, 6, 30)
NEXT = date(2011, 7, 1)
LINES = """
    select lines.sku, lines.units, lines.reason, lines.terms from ops.purchase_order_lines as lines
    inner join ops.purchase_orders as orders on lines.po_number = orders.po_number and lines.version = orders.version
    order by lines.po_number, lines.sku
"""


@pytest.fixture
def want(marts):
    def add(kind, scope="sku", key="MUG", wanted=None, **given) -> None:
        row = {"override_id": f"O-{kind}", "set_by": "ann", "set_on": DAY, "why": "a fair",
               "file_name": "overrides.csv", "valid_until": DAY + timedelta(days=9), "line_number": 2}  # fmt: skip
        marts.insert("dim_overrides", scope=scope, key=key, kind=kind, wanted=wanted, **{**row, **given})

    return add


def test_a_quantity_is_ordered_once_in_packs_and_says_who_wanted_it(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=900)
    want("quantity", wanted="100")
    plan_orders(settings, as_of_date=DAY)
    [(_, units, reason, terms)] = ask(LINES)
    assert units == 108  # packs of 12
    assert reason.startswith("108 units: ann wants this until 2011-07-09: a fair. By itself: No order")
    assert recompute_line(Term(**term) for term in terms) == 108
    release_orders(settings, as_of_date=DAY)
    marts.rebuild(NEXT)
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ()


def test_a_quantity_is_ordered_though_the_same_was_refused(marts, settings, with_threshold, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)
    answer_order(settings, "PO-000001", 1, "refuse", "ann")
    marts.sku("CUP", units_per_day=4, on_hand=20)
    want("quantity", wanted="12")
    marts.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    assert [row[:2] for row in ask(LINES)[-1:]] == [("MUG", 12)]


def test_a_quantity_of_none_orders_none(marts, settings, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    want("quantity", wanted="0")
    assert plan_orders(settings, as_of_date=DAY).proposals.created == ()


def test_a_hold_is_told_with_what_would_be_needed(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    want("hold", scope="supplier", key="S01")
    plan_orders(settings, as_of_date=DAY)
    [(units, reason)] = ask("select order_units, reason from plan.decisions")
    assert units == 0
    assert reason.startswith("No order, although ")
    assert "ann holds it until 2011-07-09: a fair" in reason


def test_a_date_and_a_policy_are_respected_and_shown(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    marts.sku("CUP", units_per_day=4, on_hand=20)
    want("date", wanted="2011-07-05")
    want("policy", wanted="service_level=0.999; service_kind=cycle")
    plan_orders(settings, as_of_date=DAY)
    assert ask("select requested_date from ops.purchase_orders") == [(date(2011, 7, 5),)]
    [(_, cups, other, _), (_, mugs, reason, _)] = ask(LINES)
    assert mugs > cups
    assert "ann wants this" not in other
    assert "With policy service_level=0.999; service_kind=cycle: ann wants this until 2011-07-09: a fair." in reason
    assert "With date 2011-07-05: ann wants this" in reason


def test_a_date_that_is_wanted_of_an_open_proposal_makes_a_new_version(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    want("date", wanted="2011-07-05")
    marts.rebuild(NEXT)
    for _ in range(2):
        plan_orders(settings, as_of_date=NEXT)
        assert ask("select version, requested_date from ops.purchase_orders") == [(2, date(2011, 7, 5))]


def test_one_that_has_ended_is_ignored_and_a_bad_one_is_named(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    want("hold", valid_until=DAY - timedelta(days=1))
    want("quantity", key="NUG", wanted="5")
    plan_orders(settings, as_of_date=DAY)
    assert len(ask(LINES)) == 1
    assert ask("select kind, detail, mend from ops.exceptions") == [
        (
            "override",
            "the buyer's override was left out: overrides.csv, line 2, O-quantity (sku NUG): SKU 'NUG' is not planned; "
            "write it as in the catalogue, with a location after a space",
            "correct line 2 of overrides.csv; until then the plan stands",
        )
    ]


def test_a_budget_buys_what_saves_most_and_lists_the_rest(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=0)
    marts.sku("CUP", units_per_day=4, on_hand=40)
    plan_orders(settings, as_of_date=DAY)
    marts.rebuild(NEXT)
    want("budget", scope="*", key="", wanted="200")
    plan_orders(settings, as_of_date=NEXT)
    [(value,)] = ask("select value from ops.purchase_orders where plan_date = %s", NEXT)
    assert 0 < value <= 200
    left_out = ask("select sku, units, value, lost_margin from plan.left_out order by sku")
    assert left_out
    lines = {sku: units for sku, units, _, _ in ask(LINES)}
    missing = {sku: units for sku, units, _, _ in left_out}
    decided = dict(ask("select sku, order_units from plan.decisions where plan_date = %s", NEXT))
    assert {sku: lines.get(sku, 0) + missing.get(sku, 0) for sku in decided} == decided
    assert lines["MUG"] > lines.get("CUP", 0)  # nothing is left of it
    [(detail,)] = ask("select detail from ops.exceptions where kind = 'budget'")
    assert detail.startswith(f"{len(left_out)} lines are left out or shortened by ")


def test_a_budget_is_kept_at_the_prices_of_what_it_leaves(marts, settings, ask, want):
    """Many would cost 1.00 each; but of the 96 that 100.00 then seem to buy each costs 1.50."""
    marts.sku("MUG", units_per_day=9, on_hand=0, price_breaks="48 at 1.50; 150 at 1.00")
    want("budget", scope="supplier", key="s01", wanted="100")
    plan_orders(settings, as_of_date=DAY)
    [(_, units, _, _)] = ask(LINES)
    [(value,)] = ask("select value from ops.purchase_orders")
    assert (units, value) == (60, Decimal("90.00"))


def test_what_was_ordered_since_counts_against_the_budget(marts, settings, ask, want):
    marts.sku("MUG", units_per_day=4, on_hand=0)
    want("budget", scope="supplier", key="S01", wanted="100")
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    [(spent,)] = ask("select value from ops.purchase_orders")
    assert spent <= 100
    marts.sku("CUP", units_per_day=4, on_hand=0, day=NEXT)
    marts.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    [(total,)] = ask("select sum(value) from ops.purchase_orders")
    assert total <= Decimal(100)
