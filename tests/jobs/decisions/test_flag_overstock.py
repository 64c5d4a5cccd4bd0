"""The weekly list against overstock: made of the plan's own facts, and a week later held against what was done."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest

from stockroom.jobs.decide_items import decide_items
from stockroom.jobs.flag_overstock import NothingPlannedError, flag_overstock
from stockroom.jobs.plan_orders import plan_orders
from stockroom.planning import find_excess
from stockroom.warehouse import connect
from stockroom.warehouse.excess import read_surroundings
from stockroom.warehouse.plans_inputs import read_inputs

DAY = date(2011, 6, 30)
ACTIONS = "select sku, location_id, action, units, to_location_id from plan.overstock_actions order by rank"


def flag(settings, day=DAY):
    plan_orders(settings, as_of_date=day)
    return flag_overstock(settings, as_of_date=day)


@pytest.mark.usefixtures("marts")
def test_without_a_plan_nothing_is_too_much(settings):
    with pytest.raises(NothingPlannedError, match="no day up to 2011-06-30 has been planned"):
        flag_overstock(settings, as_of_date=DAY)


def test_each_unit_too_many_stands_in_one_line_of_files_and_tables(marts, settings, ask):
    marts.sku("MUG", units_per_day=1, on_hand=3000)
    marts.order_line("PO-9", sku="MUG", units_open=50, promised_date=DAY + timedelta(days=10))
    summary = flag(settings)
    ((excess,),) = ask("select excess_units from plan.excess where sku = 'MUG'")
    assert excess == 3050 - 90
    lines = ask(ACTIONS)
    assert sum(units for _, _, _, units, _ in lines) == excess
    assert ("MUG", "LONDON", "cancel the open order", 50, None) in lines
    ((numbers,),) = ask("select po_numbers from plan.overstock_actions where units = 50")
    assert numbers == ["PO-9"]
    for suffix in ("csv", "html", "xlsx"):
        assert summary.page.with_suffix(f".{suffix}").exists()
    with summary.page.with_suffix(".csv").open() as file:
        assert [row["sku"] for row in csv.DictReader(file)] == ["MUG"] * len(lines)


def test_flagging_a_week_again_changes_no_byte(marts, settings, ask):
    marts.sku("MUG", units_per_day=1, on_hand=3000)
    page = flag(settings).page
    before = [page.with_suffix(f".{suffix}").read_bytes() for suffix in ("csv", "html", "xlsx")], ask(ACTIONS)
    flag_overstock(settings, as_of_date=DAY)
    assert ([page.with_suffix(f".{suffix}").read_bytes() for suffix in ("csv", "html", "xlsx")], ask(ACTIONS)) == before


def test_what_manchester_lacks_comes_from_london(marts, settings, ask):
    marts.sku("MUG", locations=("LONDON", "MANCHESTER"), units_per_day=2)
    marts.connection.execute("update marts.fct_stock_positions set on_hand_units = 4000 where location_id = 'LONDON'")
    marts.connection.commit()
    flag(settings)
    assert ("MUG", "LONDON", "transfer", 180, "MANCHESTER") in ask(ACTIONS)


def test_a_supplier_that_credits_returns_well_gets_them(marts, settings, ask):
    marts.connection.execute("update marts.dim_suppliers set return_credit_percent = 95")
    marts.sku("MUG", units_per_day=0, on_hand=3000)
    marts.sold("MUG", sold_date=DAY - timedelta(days=50), units=1)
    flag(settings)
    assert [line[2] for line in ask(ACTIONS)] == ["return to supplier"]


def baskets(marts, *, together: int, alone: int) -> None:
    """LAMP sells in every order, MUG in some; CUP as often as MUG, but never with it."""
    rows = []
    for order in range(together + alone):
        rows += [(order, "LAMP")] if order < together + alone // 2 else []
        rows += [(order, "MUG")] if order < together else []
        rows += [(order, "CUP")] if order >= together + alone // 2 else []
    with marts.connection.cursor() as cursor:
        cursor.executemany(
            "insert into marts.fct_order_lines values ('shopify', %s, %s, 'sale', %s, %s)",
            [(f"o{order}", f"l{order}-{sku}", DAY - timedelta(days=9), sku) for order, sku in rows],
        )
    marts.connection.commit()


def test_a_bundle_needs_a_faster_mover_that_is_really_bought_together(marts, settings):
    # MUG is in 12 of 84 orders, each time with LAMP, which is in 48: by chance it would be in 7 of them.
    marts.sku("MUG", units_per_day=0, on_hand=300)
    for age in range(60):
        marts.sold("MUG", sold_date=DAY - timedelta(days=1 + age), units=1 if age % 5 == 0 else 0)
    marts.sku("LAMP", units_per_day=4, on_hand=20)
    baskets(marts, together=12, alone=72)
    plan_orders(settings, as_of_date=DAY)
    with connect(settings.warehouse_url) as connection:
        inputs = read_inputs(connection, DAY)
        excess = find_excess(inputs.history, decide_items(inputs, None))
        partners = read_surroundings(connection, inputs, excess).partners
    ((item, partner),) = partners.items()
    assert str(inputs.sku[item]) == "MUG"
    assert partner.sku == "LAMP"
    assert partner.lift == pytest.approx(12 * 84 / (12 * 48))


def test_next_week_says_what_was_done_and_what_it_brought(marts, settings, ask):
    # A week ago 50 of MUG were to be cancelled; now they are on order no more, and none of them came.
    last_week = DAY - timedelta(days=7)
    marts.sku("MUG", units_per_day=1, on_hand=3000, day=last_week)
    marts.order_line("H-9", sku="MUG", units_open=50, promised_date=DAY + timedelta(days=30))
    flag(settings, last_week)
    marts.connection.execute("update marts.fct_purchase_order_lines set units_open = 0")
    marts.rebuild(DAY, MUG=3000)
    summary = flag(settings)
    rows = dict(ask("select action, was_done from plan.overstock_actions where plan_date = %s", last_week))
    assert rows.pop("cancel the open order") is True
    assert rows
    assert not any(rows.values())
    ((gain, brought),) = ask(
        "select gain, brought from plan.overstock_actions where plan_date = %s and was_done", last_week
    )
    assert gain == brought > 0
    assert "1 of 2 lines of that list were done" in summary.page.read_text()


def test_a_postponed_order_is_credited_day_by_day(marts, settings, ask):
    # Postponed by 70 days, which gains 100 in all: 10 in the first week, 20 after two, whatever list comes then.
    last_week, next_week = DAY - timedelta(days=7), DAY + timedelta(days=7)
    marts.sku("MUG", units_per_day=1, on_hand=3000, day=last_week)
    marts.order_line("H-9", sku="MUG", units_open=50, promised_date=DAY + timedelta(days=30))
    flag(settings, last_week)
    marts.connection.execute("delete from plan.overstock_actions where action <> 'cancel the open order'")
    marts.connection.execute(
        "update plan.overstock_actions set action = 'postpone the open order', gain = 100, takes_days = 70"
    )
    marts.connection.execute("update marts.fct_purchase_order_lines set promised_date = promised_date + 70")
    line = "select was_done, brought, followed_up_date from plan.overstock_actions where plan_date = %s"
    for day, brought in ((DAY, 10), (next_week, 20)):
        marts.rebuild(day, MUG=3000)
        flag(settings, day)
        assert ask(line, last_week) == [(True, brought, day)]


def test_one_transfer_is_not_two_lines_done(marts, settings, ask):
    # Two places were to get 40 and 50 of MUG; a week later 40 have left without being sold.
    last_week = DAY - timedelta(days=7)
    marts.sku("MUG", units_per_day=1, on_hand=3000, day=last_week)
    flag(settings, last_week)
    marts.connection.execute("delete from plan.overstock_actions where rank > 1")
    marts.connection.execute("update plan.overstock_actions set action = 'transfer', units = 50, gain = 100")
    marts.connection.execute("create temporary table smaller as select * from plan.overstock_actions")
    marts.connection.execute("update smaller set rank = 2, units = 40, gain = 80")
    marts.connection.execute("insert into plan.overstock_actions select * from smaller")
    marts.rebuild(DAY, MUG=3000 - 40)
    flag(settings)
    lines = "select units, was_done, brought from plan.overstock_actions where plan_date = %s order by rank"
    assert ask(lines, last_week) == [(50, False, None), (40, True, 80)]
