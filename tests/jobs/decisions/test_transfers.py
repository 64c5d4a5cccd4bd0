"""Transfer orders: moved instead of bought, counted at both ends, rebuilt from their terms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.plan_orders import plan_orders
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
