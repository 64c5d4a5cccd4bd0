"""Bought at one location for several: one line, the units of each on order where it needs them, sent on when there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.change_order import amend_order
from stockroom.jobs.explain_order_line import explain_order_line
from stockroom.jobs.flag_overstock import flag_overstock
from stockroom.jobs.freeze_plan import freeze_plan
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.planning import Term
from stockroom.planning.central_buying import Place
from stockroom.planning.joint_words import recompute_line
from stockroom.warehouse.orders import ProposedLine, ProposedOrder

DAY, NEXT, LATER = date(2011, 6, 30), date(2011, 7, 1), date(2011, 7, 2)
PLACES = ("LEEDS", "LONDON", "YORK")
LINES = """
    select orders.kind, orders.supplier_id, orders.location_id, lines.units, orders.po_number, lines.reason, lines.terms
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines using (po_number, version)
    where orders.state not in ('cancelled', 'refused')
    order by orders.po_number, lines.line_number
"""
SPLIT = """
    select splits.location_id, splits.units from ops.purchase_order_line_splits as splits
    inner join ops.purchase_orders as orders using (po_number, version)
"""
POSITIONS = "select location_id, position_units from plan.decisions where plan_date = %s"


def want(marts, kind="buy_at", wanted="LONDON", *, scope="supplier", key="S01", number="O-1") -> None:
    marts.insert(
        "dim_overrides", override_id=number, scope=scope, key=key, kind=kind, wanted=wanted, set_by="ann", set_on=DAY,
        why="one lorry", valid_until=DAY + timedelta(days=99), file_name="o.csv", line_number=2,
    )  # fmt: skip


@pytest.fixture
def three_places(marts):
    """Mugs that come in packs of 144 sell 4 a day in each of three places, of which one still has ten."""
    marts.sku("MUG", locations=("LEEDS", "LONDON"), pack_units=144, minimum_order_units=1)
    marts.position("MUG", location_id="YORK", on_hand=10)
    for table, day in (("fct_sales_daily", "sold_date"), ("fct_stock_daily", "stock_date")):
        names = {
            "fct_sales_daily": "sku, channel_id, units_sold, units_returned, revenue",
            "fct_stock_daily": "sku, is_sold_out_day, is_out_all_day",
        }[table]
        marts.connection.execute(
            f"insert into marts.{table} ({day}, location_id, {names}) select {day}, 'YORK', {names} "  # noqa: S608  # our own names
            f"from marts.{table} where location_id = 'LEEDS'"
        )
    marts.connection.commit()
    return marts


@pytest.fixture
def bought_in_london(three_places):
    want(three_places)
    return three_places


def let_go(settings, ask) -> None:
    """Release every order of the day, small or large."""
    [(day,)] = ask("select max(plan_date) from plan.runs")
    release_orders(settings, as_of_date=day)
    for po_number, version in ask("select po_number, version from ops.purchase_orders where state = 'waiting'"):
        answer_order(settings, po_number, version, "release", "buyer")


def arrive(marts, units: int, *, of: str, ordered: int, state="received") -> None:
    """Book in ``units`` of an order, as the warehouse's receipts say after the next build."""
    marts.order_line(
        of, units_ordered=ordered, units_received=units, units_open=ordered - units, origin="stockroom", state=state
    )
    marts.connection.execute("update ops.purchase_orders set state = %s where po_number = %s", (state, of))
    marts.connection.execute(
        "update marts.fct_stock_positions set on_hand_units = on_hand_units + %s where location_id = 'LONDON'", (units,)
    )
    marts.connection.commit()


def sum_of(rows) -> int:
    return sum(units for _, units in rows)


def test_three_needs_become_one_line_and_one_rounding(bought_in_london, settings, ask):
    bought_in_london.connection.execute(
        "alter table marts.fct_order_lines add order_name text, add ordered_at timestamptz, add location_id text, "
        "add units_ordered integer"
    )
    bought_in_london.connection.commit()
    plan_orders(settings, as_of_date=DAY)
    [(kind, supplier, location, units, po_number, reason, terms)] = ask(LINES)
    needs = ask("select order_up_to_units - position_units from plan.decisions")
    assert (kind, supplier, location) == ("purchase", "S01", "LONDON")
    assert units == -(-sum(need for (need,) in needs) // 144) * 144
    assert recompute_line(Term(**term) for term in terms) == units
    assert sum_of(ask(SPLIT)) == units
    assert "ann wants this until" in reason
    account = explain_order_line(settings, f"{po_number}/1")
    assert "needed by 3 locations together" in account
    assert f"Rebuilt from its terms: {units:,} units, as ordered." in account
    for location_id, share in ask(SPLIT):
        assert f"{location_id} {share:,}" in account


@pytest.mark.usefixtures("bought_in_london")
def test_what_is_bought_runs_out_everywhere_on_the_same_day(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    shares = dict(ask(SPLIT))
    assert shares["LEEDS"] - shares["YORK"] == pytest.approx(10, abs=1)
    assert shares["LEEDS"] == pytest.approx(shares["LONDON"], abs=1)


def test_the_next_day_each_place_counts_its_own_units_and_orders_none(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    shares = dict(ask(SPLIT))
    let_go(settings, ask)
    bought_in_london.rebuild(NEXT)
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ()
    on_hand = {"LEEDS": 0, "LONDON": 0, "YORK": 10}
    assert dict(ask(POSITIONS, NEXT)) == {place: on_hand[place] + shares[place] for place in PLACES}


def test_what_was_let_go_after_inputs_were_frozen_is_on_order_at_each_place(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    shares = dict(ask(SPLIT))
    bought_in_london.rebuild(NEXT)
    freeze_plan(settings, as_of_date=NEXT)
    ask("update ops.purchase_orders set state = 'released' returning 1")
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ()
    assert sum_of(ask(POSITIONS, NEXT)) == 10 + sum(shares.values())


def test_a_refused_order_leaves_nothing_on_order_anywhere(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    ask("update ops.purchase_orders set state = 'refused' returning 1")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    assert dict(ask(POSITIONS, NEXT)) == {"LEEDS": 0, "LONDON": 0, "YORK": 10}


def test_what_came_is_sent_on_and_counts_where_it_goes_until_it_is_there(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    shares = dict(ask(SPLIT))
    positions = {"LEEDS": shares["LEEDS"], "LONDON": shares["LONDON"], "YORK": 10 + shares["YORK"]}
    let_go(settings, ask)
    arrive(bought_in_london, units, of=po_number, ordered=units, state="closed")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    assert dict(ask(POSITIONS, NEXT)) == positions
    moved = [line for line in ask(LINES) if line[0] == "transfer"]
    assert [line[1:4] for line in moved] == [("LONDON", place, shares[place]) for place in ("LEEDS", "YORK")]
    assert [recompute_line(Term(**term) for term in line[6]) for line in moved] == [line[3] for line in moved]
    assert all(f"last with {po_number}." in line[5] for line in moved)
    # They have not left yet: the next plan counts them once, and sends nothing on twice.
    let_go(settings, ask)
    bought_in_london.rebuild(LATER)
    assert plan_orders(settings, as_of_date=LATER).proposals.created == ()
    assert dict(ask(POSITIONS, LATER)) == positions


def test_a_transfer_let_go_after_inputs_were_frozen_is_counted_once(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    let_go(settings, ask)
    arrive(bought_in_london, units, of=po_number, ordered=units, state="closed")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    bought_in_london.rebuild(LATER)
    freeze_plan(settings, as_of_date=LATER)
    ask("update ops.purchase_orders set state = 'released' where kind = 'transfer' returning 1")
    assert plan_orders(settings, as_of_date=LATER).proposals.created == ()
    assert dict(ask(POSITIONS, LATER)) == dict(ask(POSITIONS, NEXT))


def test_what_lies_too_much_beside_it_goes_along_and_each_counts_once(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    shares = dict(ask(SPLIT))
    let_go(settings, ask)
    arrive(bought_in_london, units, of=po_number, ordered=units, state="closed")
    # York has sold its ten and more, while London got 2,000 that nobody there buys.
    stock = (
        "update marts.fct_stock_positions set on_hand_units = %s, committed_units = %s where location_id = %s "
        "returning 1"
    )
    ask(stock, units + 2000, 0, "LONDON")
    ask(stock, 0, 300, "YORK")
    want(
        bought_in_london,
        "way",
        "YORK; 1 days; 1.00 an order; 0.01 a unit",
        scope="location",
        key="LONDON",
        number="O-2",
    )
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    [(moved, split_units, terms)] = ask(
        "select units, split_units, terms from ops.purchase_order_lines inner join ops.purchase_orders "
        "using (po_number, version) where kind = 'transfer' and location_id = 'YORK'"
    )
    assert split_units == shares["YORK"]
    assert moved > split_units
    assert recompute_line(Term(**term) for term in terms) == moved
    flag_overstock(settings, as_of_date=NEXT)
    london = 2000 + shares["LONDON"]
    assert dict(ask(POSITIONS, NEXT))["LONDON"] == london
    excess = "select position_units from plan.excess where location_id = 'LONDON'"
    assert ask(excess) == [(london - (moved - split_units),)]
    # Let go after the next inputs were frozen: York's own units were on order before, only the rest is added.
    bought_in_london.rebuild(LATER)
    freeze_plan(settings, as_of_date=LATER)
    ask("update ops.purchase_orders set state = 'released' where kind = 'transfer' returning 1")
    plan_orders(settings, as_of_date=LATER)
    assert dict(ask(POSITIONS, LATER))["YORK"] == moved - 300


@pytest.mark.usefixtures("bought_in_london")
def test_a_line_that_is_filled_up_is_rebuilt_from_what_all_sell(settings, ask):
    ask("update marts.dim_suppliers set minimum_order_value = 2500 returning 1")
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, _, reason, terms)] = ask(LINES)
    assert units == -(-1250 // 144) * 144
    assert "joint_run_out_days" in {term["name"] for term in terms}
    assert recompute_line(Term(**term) for term in terms) == units
    shares = dict(ask(SPLIT))
    assert sum(shares.values()) == units
    assert all(f"{place} {shares[place]:,}" in reason for place in PLACES)


def test_who_it_is_for_is_part_of_an_order():
    line = ProposedLine("MUG", "X-MUG", 12, 12, Decimal(2), "", "[]")
    order = ProposedOrder("S01", "LONDON", "GBP", DAY, (line,))
    place = Place("LONDON", 6, 0, 1.0, True)
    shared = replace(line, places=(place, replace(place, location_id="YORK")))
    assert replace(order, lines=(shared,)).lines_sha256 != order.lines_sha256


def test_a_short_receipt_runs_out_everywhere_on_the_same_day(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    let_go(settings, ask)
    arrive(bought_in_london, 50, of=po_number, ordered=units, state="closed")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    # 60 in all, where York has 10: 20 each.
    assert dict(ask(POSITIONS, NEXT)) == {"LEEDS": 20, "LONDON": 20, "YORK": 20}
    moved = {line[2]: line[3] for line in ask(LINES) if line[0] == "transfer"}
    assert moved == {"LEEDS": 20, "YORK": 10}


def test_a_part_received_order_is_on_order_for_the_rest(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    shares = dict(ask(SPLIT))
    let_go(settings, ask)
    arrive(bought_in_london, 50, of=po_number, ordered=units, state="part_received")
    bought_in_london.rebuild(NEXT)
    assert [line[0] for line in ask(LINES)] == ["purchase"]
    plan_orders(settings, as_of_date=NEXT)
    on_hand = {"LEEDS": 0, "LONDON": 0, "YORK": 10}
    assert dict(ask(POSITIONS, NEXT)) == {place: on_hand[place] + shares[place] for place in PLACES}


def test_what_nobody_wants_sent_on_stays_and_is_asked_no_more(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, units, po_number, _, _)] = ask(LINES)
    shares = dict(ask(SPLIT))
    let_go(settings, ask)
    arrive(bought_in_london, units, of=po_number, ordered=units, state="closed")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    ask(
        "update ops.purchase_orders set state = 'refused' where kind = 'transfer' and location_id = 'LEEDS' returning 1"
    )
    let_go(settings, ask)
    bought_in_london.rebuild(LATER)
    plan_orders(settings, as_of_date=LATER)
    assert dict(ask(POSITIONS, LATER)) == {
        "LEEDS": 0, "LONDON": shares["LONDON"] + shares["LEEDS"], "YORK": 10 + shares["YORK"],
    }  # fmt: skip


def test_an_amended_line_is_split_anew(bought_in_london, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(*_, po_number, _, _)] = ask(LINES)
    let_go(settings, ask)
    amend_order(settings, po_number, units={1: 50}, requested_date=None, who="buyer", because="a smaller van")
    bought_in_london.rebuild(NEXT)
    plan_orders(settings, as_of_date=NEXT)
    assert dict(ask(POSITIONS, NEXT)) == {"LEEDS": 20, "LONDON": 20, "YORK": 20}


@pytest.mark.usefixtures("bought_in_london")
def test_a_rerun_of_the_day_changes_nothing(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    before = ask(LINES), ask(SPLIT)
    ask("delete from plan.order_outcomes returning 1")
    ask("update plan.runs set decided_at = null where plan_date = %s returning 1", DAY)
    done = plan_orders(settings, as_of_date=DAY).proposals
    assert (done.created, done.changed, len(done.unchanged)) == ((), (), 1)
    assert (ask(LINES), ask(SPLIT)) == before


@pytest.mark.usefixtures("three_places")
def test_without_a_wish_every_place_buys_for_itself(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    assert sorted(line[2] for line in ask(LINES)) == list(PLACES)
    assert ask(SPLIT) == []


def test_a_wish_that_comes_while_an_order_waits_makes_a_new_version(three_places, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    want(three_places)
    three_places.rebuild(NEXT)
    done = plan_orders(settings, as_of_date=NEXT).proposals
    assert (len(done.changed), len(done.cancelled)) == (1, 2)
    [(*_, units, _, _, _)] = ask(LINES)
    assert sum_of(ask(SPLIT)) == units


def test_a_quantity_wanted_at_one_place_is_bought_there(bought_in_london, settings, ask):
    want(bought_in_london, "quantity", "144", scope="sku", key="MUG YORK", number="O-2")
    plan_orders(settings, as_of_date=DAY)
    assert ("YORK", 144) in [(line[2], line[3]) for line in ask(LINES)]
    assert ask(SPLIT) == []


@pytest.mark.parametrize(
    ("scope", "key", "wanted", "why"),
    [
        ("category", "mugs", "PARIS", "'PARIS' is no location"),
        ("sku", "CUP", "LONDON", "CUP is not planned at LONDON"),
    ],
)
def test_a_place_that_cannot_be_meant_is_named(three_places, settings, ask, scope, key, wanted, why):
    three_places.sku("CUP", locations=("YORK",))
    want(three_places, wanted=wanted, scope=scope, key=key)
    plan_orders(settings, as_of_date=DAY)
    [(detail,)] = ask("select detail from ops.exceptions where kind = 'override'")
    assert why in detail
