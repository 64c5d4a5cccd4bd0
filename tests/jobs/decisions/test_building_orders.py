"""Orders as suppliers' terms ask: minimums, freight, order days, with the reason and what rebuilds each line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from stockroom.jobs.plan_orders import plan_orders
from stockroom.planning import Term
from stockroom.planning.joint_words import recompute_line
from stockroom.warehouse.suppliers_words import UnreadableWordsError, read_cut_off, read_order_days

DAY = date(2011, 6, 30)  # a Thursday
OUTCOMES = "select supplier_id, outcome, reason from plan.order_outcomes order by supplier_id"
LINES = "select sku, units, unit_cost, line_value, reason, terms from ops.purchase_order_lines order by sku"


def change_terms(ask, supplier_id="S01", **terms) -> None:
    for name, value in terms.items():
        ask(f"update marts.dim_suppliers set {name} = %s where supplier_id = %s returning 1", value, supplier_id)  # noqa: S608 -- names are the test's own


def test_an_order_is_filled_to_its_minimum_and_every_line_can_be_rebuilt(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    marts.sku("CUP", units_per_day=4, on_hand=200)
    change_terms(ask, minimum_order_value=900)
    plan_orders(settings, as_of_date=DAY)
    [(value,)] = ask("select value from ops.purchase_orders")
    lines = ask(LINES)
    assert value >= 900
    assert value == sum(line[3] for line in lines)
    assert [line[0] for line in lines] == ["CUP", "MUG"]  # the cup needs nothing by itself
    for _, units, _, _, reason, terms in lines:
        assert recompute_line(Term(**term) for term in terms) == units
        assert "to reach the supplier's minimum; all that was added lasts" in reason
    [(_, outcome, why)] = ask(OUTCOMES)
    assert outcome == "proposed"
    assert why.startswith("Filled up by ")


def test_an_order_under_its_minimum_waits_while_waiting_costs_less(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    change_terms(ask, minimum_order_value=9000)
    summary = plan_orders(settings, as_of_date=DAY)
    assert summary.proposals.created == ()
    [(_, outcome, why)] = ask(OUTCOMES)
    assert outcome == "waits"
    assert "under the supplier's minimum of 9,000.00 GBP" in why
    assert ask("select kind, subject from ops.exceptions") == [("order_waits", "S01 LONDON GBP")]


def test_a_supplier_that_takes_orders_on_tuesdays_gets_none_on_a_thursday(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    marts.supplier("S02", order_days="Thu", order_cut_off="10:30")
    marts.sku("CUP", units_per_day=4, on_hand=20, supplier_id="S02")
    change_terms(ask, order_days="Tue")
    plan_orders(settings, as_of_date=DAY)
    assert [row[0] for row in ask(LINES)] == ["CUP"]
    assert ask(OUTCOMES)[1] == ("S02", "proposed", "As the items need it. To be sent by 10:30.")
    assert ask(OUTCOMES)[0] == ("S01", "waits", "Waits: the supplier takes orders on Tue, next on 2011-07-05.")


def test_an_order_lasts_until_the_next_day_on_which_one_can_be_placed(marts, settings, ask):
    marts.supplier("S02", order_days="Thu")
    marts.sku("CUP", units_per_day=4, on_hand=20, supplier_id="S02")
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    points = dict(ask("select sku, reorder_point_units from plan.decisions"))
    # A week between two orders instead of a day: three days more on average, at 4 a day.
    assert points["CUP"] - points["MUG"] >= 3 * 4


def test_an_open_proposal_is_built_anew_on_any_day(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=30)
    change_terms(ask, order_days="Thu")
    plan_orders(settings, as_of_date=DAY)
    marts.rebuild(date(2011, 7, 1), MUG=2)
    assert plan_orders(settings, as_of_date=date(2011, 7, 1)).proposals.changed == ("PO-000001",)


def test_a_foreign_minimum_is_not_weighed_without_a_rate(marts, settings, ask):
    marts.supplier("S02", currency="EUR", minimum_order_value=9000)
    marts.sku("BAG", supplier_id="S02", unit_cost_currency="EUR")
    plan_orders(settings, as_of_date=DAY)
    assert [row[0] for row in ask(LINES)] == ["BAG"]


def test_a_contract_price_under_the_break_is_paid(marts, settings, ask):
    marts.sku("BAG", unit_cost=Decimal("1.50"), price_breaks="12 at 1.75")
    plan_orders(settings, as_of_date=DAY)
    assert [row[2] for row in ask(LINES)] == [Decimal("1.5000")]


@pytest.mark.parametrize("words", ["someday", "Tu", "Tue Thu"])
def test_order_days_that_there_are_not_are_refused(words):
    with pytest.raises(UnreadableWordsError, match="order_days"):
        read_order_days(words)


def test_an_hour_that_there_is_not_is_refused():
    with pytest.raises(UnreadableWordsError, match="order_cut_off"):
        read_cut_off("25:00")


def test_orders_that_are_filled_up_do_not_depend_on_shards_and_stay_the_same_on_a_rerun(
    marts, settings, ask, monkeypatch
):
    for pace, sku in enumerate(("BAG", "CUP", "JAR", "MUG"), start=1):
        marts.sku(sku, units_per_day=pace, on_hand=5 * pace)
    change_terms(ask, minimum_order_value=2600)
    plan_orders(settings, as_of_date=DAY)
    whole = ask(LINES), ask(OUTCOMES)
    assert plan_orders(settings, as_of_date=DAY).was_planned
    assert (ask(LINES), ask(OUTCOMES)) == whole
    marts.connection.execute(
        "truncate plan.runs, plan.inputs, plan.lead_times, plan.pools, plan.shards, plan.decisions,"
        " ops.purchase_orders cascade"
    )
    marts.connection.commit()
    monkeypatch.setattr("stockroom.warehouse.plans_freeze.SHARD_ITEMS", 1)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select shards from plan.runs") == [(4,)]
    assert (ask(LINES), ask(OUTCOMES)) == whole
    assert any("to reach the supplier's minimum" in line[4] for line in whole[0])
