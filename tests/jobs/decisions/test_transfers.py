"""Transfer orders: moved instead of bought, counted at both ends, rebuilt from their terms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.decide_shard import decide_shard
from stockroom.jobs.fit_plan_pools import fit_plan_pools
from stockroom.jobs.flag_overstock import flag_overstock
from stockroom.jobs.freeze_plan import freeze_plan
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.propose_plan_orders import propose_plan_orders
from stockroom.jobs.release_orders import release_orders
from stockroom.planning import Term
from stockroom.planning.joint_words import recompute_line

DAY = date(2011, 6, 30)
NEXT = date(2011, 7, 1)
ORDERS = """
    select orders.kind, orders.supplier_id, orders.location_id, lines.units, lines.reason, lines.terms
    from ops.purchase_orders as orders inner join ops.purchase_order_lines as lines using (po_number)
    order by orders.kind
"""


@pytest.fixture
def two_places(marts):
    marts.sku("MUG", locations=("LONDON",), units_per_day=4, on_hand=20)
    marts.position("MUG", location_id="ROTTERDAM", on_hand=40)
    marts.insert(
        "dim_overrides", override_id="O-1", scope="location", key="ROTTERDAM", kind="way", set_by="ann", set_on=DAY,
        wanted="LONDON; 3 days; 1.00 an order; 0.05 a unit", why="a lorry goes", valid_until=DAY + timedelta(days=99),
        file_name="o.csv", line_number=2,
    )  # fmt: skip
    return marts


@pytest.mark.usefixtures("two_places")
def test_excess_is_moved_and_the_rest_is_bought(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [(needed,)] = ask("select order_units from plan.decisions where location_id = 'LONDON'")
    bought, moved = ask(ORDERS)
    assert bought[:3] == ("purchase", "S01", "LONDON")
    assert moved[:4] == ("transfer", "ROTTERDAM", "LONDON", 40)
    assert needed <= bought[3] + moved[3] < needed + 12
    for line in (bought, moved):
        assert recompute_line(Term(**term) for term in line[5]) == line[3]
    assert "after 40 from other locations. By itself:" in bought[4]
    assert moved[4].startswith("40 units from ROTTERDAM, which has 40 beyond its order-up-to level")


def test_what_leaves_is_no_longer_there_and_what_comes_is_on_order(two_places, settings, ask):
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    for po_number, state in ask("select po_number, state from ops.purchase_orders"):
        if state == "waiting":
            answer_order(settings, po_number, 1, "release", "buyer")
    two_places.rebuild(NEXT)
    assert plan_orders(settings, as_of_date=NEXT).proposals.created == ()
    positions = dict(ask("select location_id, position_units from plan.decisions where plan_date = %s", NEXT))
    ordered = sum(line[3] for line in ask(ORDERS))
    assert positions == {"LONDON": 20 + ordered, "ROTTERDAM": 0}


@pytest.fixture
def too_much_in_rotterdam(two_places):
    """Rotterdam sells next to nothing of its 400; London lacks more than its next order brings."""
    marts = two_places.connection
    marts.execute("update marts.fct_stock_positions set on_hand_units = 400 where location_id = 'ROTTERDAM'")
    two_places.days("MUG", first=DAY - timedelta(days=60), last=DAY - timedelta(days=1), location_id="ROTTERDAM")
    two_places.sold("MUG", sold_date=DAY - timedelta(days=9), units=1, location_id="ROTTERDAM")
    return two_places


EXCESS = "select location_id, excess_units, position_units from plan.excess"
LISTED = "select action, units from plan.overstock_actions where location_id = 'ROTTERDAM'"


@pytest.mark.usefixtures("too_much_in_rotterdam")
def test_what_a_transfer_order_moves_is_not_listed_as_overstock_again(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    [moved] = [line[3] for line in ask(ORDERS) if line[0] == "transfer"]
    flag_overstock(settings, as_of_date=DAY)
    [(place, excess, position)] = ask(EXCESS)
    assert (place, position) == ("ROTTERDAM", 400 - moved)
    assert sum(units for _, units in ask(LISTED)) == excess
    # London waits for those units: it is short of 90 days at 4 a day by what neither shelf nor lorry holds.
    assert sum(units for action, units in ask(LISTED) if action == "transfer") == max(90 * 4 - 20 - moved, 0)


@pytest.mark.usefixtures("too_much_in_rotterdam")
def test_what_a_refused_transfer_does_not_move_is_too_much(settings, ask):
    plan_orders(settings, as_of_date=DAY)
    ask("update ops.purchase_orders set state = 'refused' where kind = 'transfer' returning 1")
    flag_overstock(settings, as_of_date=DAY)
    assert [(place, position) for place, _, position in ask(EXCESS)] == [("ROTTERDAM", 400)]


def test_a_transfer_released_while_the_next_plan_is_made_has_left_and_is_not_made_again(
    too_much_in_rotterdam, settings, with_threshold, ask
):
    plan_orders(settings, as_of_date=DAY)
    release_orders(with_threshold("0"), as_of_date=DAY)  # it waits for a person
    too_much_in_rotterdam.rebuild(NEXT)
    freeze_plan(settings, as_of_date=NEXT)
    fit_plan_pools(settings, as_of_date=NEXT)
    decide_shard(settings, as_of_date=NEXT, shard=0)
    orders = "select po_number, state, units from ops.purchase_orders join ops.purchase_order_lines using (po_number)"
    transfers = f"{orders} where kind = 'transfer'"
    [(po_number, _, moved)] = ask(transfers)
    answer_order(settings, po_number, 1, "release", "buyer")
    propose_plan_orders(settings, as_of_date=NEXT)
    assert ask(transfers) == [(po_number, "released", moved)]
    positions = dict(ask("select location_id, position_units from plan.decisions where plan_date = %s", NEXT))
    assert positions == {"LONDON": 20 + moved, "ROTTERDAM": 400 - moved}
    flag_overstock(settings, as_of_date=NEXT)
    assert [position for place, _, position in ask(EXCESS) if place == "ROTTERDAM"] == [400 - moved]
