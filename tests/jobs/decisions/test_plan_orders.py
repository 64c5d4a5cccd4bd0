"""Planning a day: what is frozen, what is on order, which proposals stand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import psycopg
import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.planning import Term, recompute
from stockroom.warehouse.plans_freeze import PlanNotReadyError
from stockroom.warehouse.plans_inputs import read_inputs

DAY = date(2011, 6, 30)
NEXT = date(2011, 7, 1)
ORDERS = "select po_number, version, state, value from ops.purchase_orders order by po_number"
LINES = """
    select lines.sku, lines.units from ops.purchase_order_lines as lines
    inner join ops.purchase_orders as orders on lines.po_number = orders.po_number and lines.version = orders.version
    order by lines.po_number, lines.line_number
"""
EVERYTHING = """
    select (select count(*) from plan.runs), (select count(*) from plan.inputs), (select count(*) from plan.decisions),
        (select count(*) from plan.lead_times), (select count(*) from plan.pools), (select count(*) from plan.shards),
        (select count(*) from ops.purchase_orders),
        (select count(*) from ops.purchase_order_lines), (select count(*) from ops.purchase_order_events),
        (select last_number from ops.number_series)
"""


def test_an_item_that_runs_out_is_ordered_with_its_reason(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    summary = plan_orders(settings, as_of_date=DAY)
    assert str(summary) == (
        "2011-06-30: 1 SKU-locations planned, 1 to order; orders: 1 new, 0 changed, 0 as before, 0 cancelled; "
        "0 questions for a person"
    )
    [(units, reason, terms, cost, value)] = ask(
        "select units, reason, terms, unit_cost, line_value from ops.purchase_order_lines"
    )
    assert reason.startswith(f"{units} units: stock lasts 5 days at 4.0 a day, but the supplier needs 1")
    assert units % 12 == 0
    assert value == units * cost
    rebuilt = recompute(Term(**term) for term in terms)
    assert rebuilt.order_units == units
    assert ask("select order_units, reason, reorder_point_units from plan.decisions") == [
        (units, reason, rebuilt.reorder_point_units)
    ]


def test_nothing_is_ordered_for_a_place_whose_stock_is_a_drop_shippers(warehouse, marts, settings, ask):
    marts.sku("MUG", locations=("LONDON", "GARONNE"), on_hand=2)
    warehouse.connection.execute("insert into intermediate.int_drop_shippers values ('S05', 'GARONNE')")
    warehouse.connection.commit()
    plan_orders(settings, as_of_date=DAY)
    assert ask("select location_id from plan.decisions") == [("LONDON",)]
    assert ask("select location_id from ops.purchase_orders") == [("LONDON",)]


def test_one_order_joins_the_lines_of_a_supplier_and_a_ship_to(marts, settings, ask):
    marts.supplier("S02", name="Bag Makers")
    marts.sku("MUG", locations=("LONDON", "ROTTERDAM"))
    marts.sku("CUP")
    marts.sku("BAG", supplier_id="S02")
    plan_orders(settings, as_of_date=DAY)
    found = ask("""
        select orders.po_number, supplier_id, location_id, requested_date, array_agg(sku order by line_number)
        from ops.purchase_orders as orders inner join ops.purchase_order_lines as lines using (po_number)
        group by 1, 2, 3, 4 order by 1""")
    # Quoted are 10 days; what its deliveries and all others took is learned as a little more, and rounded up.
    wanted_by = DAY + timedelta(days=11)
    assert found == [
        ("PO-000001", "S01", "LONDON", wanted_by, ["CUP", "MUG"]),
        ("PO-000002", "S01", "ROTTERDAM", wanted_by, ["MUG"]),
        ("PO-000003", "S02", "LONDON", wanted_by, ["BAG"]),
    ]


def test_a_rerun_of_a_decided_day_reads_what_was_frozen_and_writes_nothing(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    first = plan_orders(settings, as_of_date=DAY)
    before = ask(EVERYTHING)
    ask("update marts.fct_sales_daily set units_sold = 999 returning 1")
    ask("update marts.fct_stock_positions set on_hand_units = 9999 returning 1")
    again = plan_orders(settings, as_of_date=DAY)
    assert again.was_planned
    assert again.items_to_order == first.items_to_order == 1
    assert str(again).endswith("decided before, nothing new")
    assert ask(EVERYTHING) == before


def test_the_next_plan_leaves_an_open_proposals_own_units_out(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    before = ask(ORDERS), ask(LINES)
    marts.rebuild(NEXT)
    ask("update marts.fct_sales_daily set sold_date = sold_date + 1 returning 1")
    ask("update marts.fct_stock_daily set stock_date = stock_date + 1 returning 1")
    summary = plan_orders(settings, as_of_date=NEXT)
    assert summary.proposals.unchanged == ("PO-000001",)
    assert (ask(ORDERS), ask(LINES)) == before
    assert ask("select count(*) from ops.purchase_order_events") == [(1,)]
    # In the decision the proposal itself is not on order: it is what is decided anew.
    assert ask("select position_units from plan.decisions order by plan_date") == [(20,), (20,)]


def test_other_lines_make_a_new_version_and_keep_the_number(marts, settings, ask):
    marts.sku("MUG", on_hand=30)
    plan_orders(settings, as_of_date=DAY)
    [(_, first_units)] = ask(LINES)
    marts.rebuild(NEXT, MUG=2)
    assert plan_orders(settings, as_of_date=NEXT).proposals.changed == ("PO-000001",)
    [(_, second_units)] = ask(LINES)
    assert second_units > first_units
    assert [row[:3] for row in ask(ORDERS)] == [("PO-000001", 2, "proposed")]
    assert ask("select version, units from ops.purchase_order_lines order by version") == [
        (1, first_units),
        (2, second_units),
    ]
    assert ask("select version, from_state, to_state, note from ops.purchase_order_events order by event_id") == [
        (1, None, "proposed", "the plan of 2011-06-30"),
        (2, "proposed", "proposed", "the plan of 2011-07-01 replaces version 1"),
    ]


def test_a_waiting_order_that_changes_is_proposed_again(marts, settings, with_threshold, ask):
    marts.sku("MUG", on_hand=30)
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)
    marts.rebuild(NEXT, MUG=2)
    plan_orders(settings, as_of_date=NEXT)
    assert [row[:3] for row in ask(ORDERS)] == [("PO-000001", 2, "proposed")]
    summary = answer_order(settings, "PO-000001", 1, "release", "buyer")
    assert summary.outcome == "older version"


def test_a_proposal_that_nobody_needs_any_more_is_cancelled(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    marts.rebuild(NEXT, MUG=5000)
    assert plan_orders(settings, as_of_date=NEXT).proposals.cancelled == ("PO-000001",)
    assert [row[2] for row in ask(ORDERS)] == ["cancelled"]
    assert ask("select to_state, actor, note from ops.purchase_order_events order by event_id desc limit 1") == [
        ("cancelled", "plan", "the plan of 2011-07-01 needs none of it any more")
    ]


def test_what_was_released_counts_as_on_order_and_is_not_bought_again(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    [(_, units)] = ask(LINES)
    marts.rebuild(NEXT)
    summary = plan_orders(settings, as_of_date=NEXT)
    assert summary.items_to_order == 0
    assert ask("select position_units from plan.decisions where plan_date = %s", NEXT) == [(20 + units,)]
    assert len(ask(ORDERS)) == 1


def test_what_has_arrived_of_our_order_is_on_hand_and_no_longer_on_order(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    [(_, units)] = ask(LINES)
    marts.order_line(
        "PO-000001", origin="stockroom", units_ordered=units, units_received=units - 5, units_open=5, promised_date=None
    )
    marts.rebuild(NEXT, MUG=20 + units - 5)
    plan_orders(settings, as_of_date=NEXT)
    assert ask("select position_units from plan.decisions where plan_date = %s", NEXT) == [(20 + units,)]


def test_the_stores_own_open_orders_count_as_on_order(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    marts.order_line("H-000007", units_open=24)
    marts.order_line("H-000008", units_open=0, units_received=24)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select position_units from plan.decisions") == [(44,)]
    assert ask("select on_order from plan.inputs") == [([[24, 0]],)]


def test_a_refused_order_is_not_on_order(marts, settings, with_threshold, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)
    answer_order(settings, "PO-000001", 1, "refuse", "buyer")
    marts.rebuild(NEXT)
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ("PO-000002",)
    assert [row[2] for row in ask(ORDERS)] == ["refused", "proposed"]


def test_a_day_before_a_planned_one_is_decided_without_orders(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    orders = ask(ORDERS), ask("select * from ops.purchase_order_events")
    earlier = date(2011, 6, 28)
    marts.rebuild(earlier)
    summary = plan_orders(settings, as_of_date=earlier)
    assert str(summary).endswith("no orders proposed, as 2011-06-30 is planned already")
    # The order of the later plan was not known on that day.
    assert ask("select position_units, order_units > 0 from plan.decisions where plan_date = %s", earlier) == [
        (20, True)
    ]
    assert (ask(ORDERS), ask("select * from ops.purchase_order_events")) == orders


def test_a_plan_knows_no_sale_of_its_own_day_or_later(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    marts.sold("MUG", sold_date=DAY, units=500)
    marts.sold("MUG", sold_date=NEXT, units=500)
    marts.stock_day("MUG", stock_date=DAY, sold_out=True)
    plan_orders(settings, as_of_date=DAY)
    [(first_date, units, fraction, sold_out)] = ask(
        "select first_date, units_sold, fraction_in_stock, sold_out from plan.inputs"
    )
    assert first_date == DAY - timedelta(days=60)
    assert units == [4] * 60
    assert fraction == [1.0] * 60
    assert not any(sold_out)


def test_what_was_never_there_has_no_days_and_changes_no_other_plan(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    marts.insert("dim_skus", sku="CUP", category="mugs", unit_price=5, supplier_id="S01", unit_cost=2, is_active=True)
    decided = "select reorder_point_units, order_up_to_units, order_units from plan.decisions where sku = 'MUG'"
    plan_orders(settings, as_of_date=DAY)
    alone = ask(decided)
    marts.connection.execute("truncate plan.runs, plan.lead_times cascade")
    marts.position("CUP")
    plan_orders(settings, as_of_date=DAY)
    assert ask("select first_date, units_sold from plan.inputs where sku = 'CUP'") == [(None, [])]
    assert ask("select history_days from plan.runs") == [(60,)]
    assert ask("select evidence from plan.forecasts where sku = 'CUP'") == [("no evidence",)]
    assert ask(decided) == alone


def test_stock_that_never_moved_has_lain_as_long_as_the_place_is_known(marts, settings, ask):
    marts.sku("MUG", days=60)
    marts.sku("JAR", days=0, on_hand=500)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select first_date, cardinality(units_sold) from plan.inputs where sku = 'JAR'") == [
        (DAY - timedelta(days=60), 60)
    ]


def test_days_out_of_stock_are_frozen_as_missing_and_sold_out_days_as_cut_off(marts, settings, ask):
    marts.sku("MUG", days=3)
    ask("update marts.fct_stock_daily set is_out_all_day = true where stock_date = '2011-06-28' returning 1")
    ask("update marts.fct_stock_daily set is_sold_out_day = true where stock_date = '2011-06-29' returning 1")
    plan_orders(settings, as_of_date=DAY)
    [(fraction, sold_out)] = ask("select fraction_in_stock, sold_out from plan.inputs")
    assert [fraction[0], fraction[1]] == [1.0, 0.0]
    assert np.isnan(fraction[2])
    assert sold_out == [False, False, True]


def test_sales_of_all_channels_add_up_and_a_bare_cancellation_is_no_demand(marts, settings, ask):
    marts.sku("MUG", days=2, units_per_day=3)
    marts.sold("MUG", sold_date=date(2011, 6, 29), units=5, channel_id="wholesale")
    marts.sold("MUG", sold_date=date(2011, 6, 28), units=-50, channel_id="wholesale")
    plan_orders(settings, as_of_date=DAY)
    assert ask("select units_sold from plan.inputs") == [([0, 8],)]


def test_reserved_and_damaged_units_are_not_for_sale(marts, settings, ask):
    marts.sku("MUG", locations=())
    marts.position("MUG", on_hand=20, committed_units=3, reserved_units=4, damaged_units=1)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select on_hand_units, committed_units from plan.inputs") == [(15, 3)]
    assert ask("select position_units from plan.decisions") == [(12,)]


def test_an_oversold_item_owes_its_units(marts, settings, ask):
    marts.sku("MUG", locations=())
    marts.position("MUG", on_hand=-6)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select on_hand_units, backorder_units from plan.inputs") == [(0, 6)]
    assert ask("select position_units, order_units from plan.decisions") == [(-6, 0)]
    assert ask("select kind, subject from ops.exceptions") == [("smallest_lot", "MUG LONDON")]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"is_discontinued": True}, "the supplier has discontinued it"),
        ({"is_active": False}, "it is not on sale any more"),
        ({"supplier_id": None}, "no supplier offers it"),
        ({"supplier_id": "S99"}, "the terms of supplier S99 are not known"),
        ({"unit_cost": None}, "the supplier's price is not known"),
    ],
)
def test_what_cannot_be_bought_is_planned_and_not_ordered(marts, settings, ask, given, why):
    marts.sku("MUG", **given)
    assert plan_orders(settings, as_of_date=DAY).items == 1
    assert ask(ORDERS) == []
    [(reason, point)] = ask("select reason, reorder_point_units from plan.decisions")
    assert why in reason
    assert point > 0


def test_the_narrowest_rule_of_the_planners_wins_and_an_expired_one_is_over(marts, settings):
    marts.sku("CUP", locations=("LONDON",))
    marts.sku("MUG", locations=("LONDON",))
    marts.sku("POT", category="pots")
    marts.insert("dim_policies", scope="default", key="", service_level=0.9, review_days=7)
    marts.insert("dim_policies", scope="category", key="Mugs", service_level=0.97, is_seasonal=True)
    marts.insert("dim_policies", scope="sku", key="MUG", service_level=0.99, valid_until=DAY)
    marts.insert("dim_policies", scope="sku", key="CUP", service_level=0.5, valid_until=date(2011, 6, 29))
    plan_orders(settings, as_of_date=DAY)
    with psycopg.connect(settings.warehouse_url) as connection:
        inputs = read_inputs(connection, DAY)
    levels = {str(sku): policy.service_level for sku, policy in zip(inputs.sku, inputs.policies, strict=True)}
    assert levels == {"CUP": 0.97, "MUG": 0.99, "POT": 0.9}
    assert {policy.review_days for policy in inputs.policies} == {7.0}
    assert [policy.is_seasonal for policy in inputs.policies] == [True, True, False]


def test_a_mistyped_rule_is_left_out_and_asks_a_person(marts, settings, ask):
    marts.sku("MUG", on_hand=20)
    marts.insert("dim_policies", scope="sku", key="MUG", service_level=95)
    assert plan_orders(settings, as_of_date=DAY).questions == 1
    [(subject, detail)] = ask("select subject, detail from ops.exceptions where resolved_at is null")
    assert subject == "sku MUG"
    assert "service_level: 95" in detail
    ask("delete from marts.dim_policies returning 1")
    marts.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    assert ask("select count(*) from ops.exceptions where resolved_at is null") == [(0,)]


def test_a_cost_in_foreign_money_orders_in_that_money_and_lays_in_no_lot(marts, settings, ask):
    marts.supplier("S02", currency="EUR")
    marts.sku("BAG", supplier_id="S02", unit_cost_currency="EUR", pack_units=1, minimum_order_units=1)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select supplier_id, currency from ops.purchase_orders") == [("S02", "EUR")]
    assert ask("select unit_cost from plan.inputs") == [(None,)]
    assert ask("select order_up_to_units - reorder_point_units from plan.decisions") == [(0,)]


def test_marts_of_another_day_are_refused_with_what_to_build(marts, settings, ask):
    marts.sku("MUG", day=date(2011, 6, 29))
    with pytest.raises(PlanNotReadyError, match=r"no stock positions of 2011-06-30: they show 2011-06-29\. Build them"):
        plan_orders(settings, as_of_date=DAY)
    assert ask("select count(*) from plan.runs") == [(0,)]


def test_every_cent_of_an_order_is_the_sum_of_its_lines(marts, settings, ask):
    for number in range(5):
        marts.sku(f"MUG{number}", unit_cost=Decimal("0.3333"), pack_units=1, minimum_order_units=number + 1, on_hand=9)
    plan_orders(settings, as_of_date=DAY)
    [(value, lines)] = ask("""
        select value, (select sum(line_value) from ops.purchase_order_lines) from ops.purchase_orders""")
    assert value == lines
    assert json.loads(json.dumps(ask("select terms from plan.decisions limit 1")[0][0]))[0]["name"] == (
        "forecast_units_per_day"
    )


def test_a_shipment_that_arrived_after_the_plan_date_was_still_under_way(marts, settings, ask):
    marts.sku("MUG")
    marts.shipment("LATER", days=30, age_days=-5)
    plan_orders(settings, as_of_date=DAY)
    assert ask("select days, is_open from plan.lead_times where shipment_id = 'LATER'") == [(25.5, True)]
