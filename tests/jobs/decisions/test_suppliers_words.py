"""Price breaks and closed days: read from the suppliers' sheets, and counted in plans and orders."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from stockroom.jobs.plan_orders import plan_orders
from stockroom.warehouse.suppliers_words import UnreadableWordsError, read_closed_days, read_price_breaks

DAY = date(2011, 6, 30)
LINE = "select units, unit_cost, line_value from ops.purchase_order_lines"


def test_a_break_that_saves_money_is_taken_and_the_order_says_its_price(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20, pack_units=1, minimum_order_units=1)
    marts.sku("CUP", units_per_day=4, on_hand=20, pack_units=1, minimum_order_units=1, price_breaks="600 at 1.50")
    plan_orders(settings, as_of_date=DAY)
    [(cups, cup_cost, cups_value), (mugs, mug_cost, _)] = ask(f"{LINE} order by sku")
    assert cups >= 600 > mugs
    assert (cup_cost, mug_cost) == (Decimal("1.5000"), Decimal("2.0000"))
    assert cups_value == cups * Decimal("1.50")


def test_a_break_that_is_reached_anyway_is_paid_even_in_foreign_money(marts, settings, ask):
    marts.supplier("S02", currency="EUR")
    marts.sku("BAG", supplier_id="S02", unit_cost_currency="EUR", price_breaks="12 at 1.75", minimum_order_units=24)
    plan_orders(settings, as_of_date=DAY)
    [(_, cost, _)] = ask(LINE)
    assert cost == Decimal("1.7500")


def test_a_supplier_that_closes_for_a_fortnight_is_ordered_from_ahead(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    marts.supplier("S02", closed_days=f"{DAY + timedelta(days=1)} to {DAY + timedelta(days=14)}")
    marts.sku("CUP", units_per_day=4, on_hand=20, supplier_id="S02")
    plan_orders(settings, as_of_date=DAY)
    points = dict(ask("select sku, reorder_point_units from plan.decisions"))
    assert points["CUP"] - points["MUG"] >= 14 * 4  # a fortnight at 4 a day, and its surprises


def test_words_that_nobody_can_read_are_left_out_and_ask_a_person(marts, settings, ask):
    marts.supplier("S02", closed_days="over Christmas")
    marts.sku("MUG", on_hand=20, price_breaks="cheaper from 48", supplier_id="S02")
    assert plan_orders(settings, as_of_date=DAY).questions == 2
    assert ask("select subject, kind from ops.exceptions order by subject") == [
        ("sku MUG", "supplier_words"),
        ("supplier S02", "supplier_words"),
    ]
    assert ask("select price_breaks from plan.inputs") == [([],)]


@pytest.mark.parametrize("words", ["48", "48 at", "x at 1", "48 at 1.9; 96 at 1.9", "96 at 1.8; 48 at 1.9", "0 at 1"])
def test_breaks_that_make_no_sense_are_refused(words):
    with pytest.raises(UnreadableWordsError, match="price_breaks"):
        read_price_breaks(words)


@pytest.mark.parametrize(
    "words", ["2011-02-30", "soon", "2011-12-24 to 2011-12-01", "2011-12-24 to", "2011-12-24 to 2099-12-31"]
)
def test_days_that_there_are_not_are_refused(words):
    with pytest.raises(UnreadableWordsError, match="closed_days"):
        read_closed_days(words)
