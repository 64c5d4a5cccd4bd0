"""Prices that planners set: plans follow those to come, and learn from those that were."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from stockroom.jobs.flag_overstock import flag_overstock
from stockroom.jobs.plan_orders import plan_orders
from stockroom.warehouse import connect
from stockroom.warehouse.planners_rules import AHEAD_DAYS, price_panel
from stockroom.warehouse.plans_inputs import read_inputs

DAY = date(2011, 6, 30)


def price(marts, sku, price, *, first, last, usual_price=None) -> None:
    marts.insert(
        "dim_planned_prices", planned_price_id=f"{sku}/{first}", sku=sku, price=price, usual_price=usual_price,
        first_date=first, last_date=last, why="season", set_by="Ada",
    )  # fmt: skip


def test_a_lower_price_ahead_is_ordered_for(marts, settings, ask):
    for sku in ("MUG", "CUP"):
        marts.sku(sku, units_per_day=4, on_hand=20)
    price(marts, "CUP", 3.5, first=DAY, last=DAY + timedelta(days=60))
    plan_orders(settings, as_of_date=DAY)
    points = dict(ask("select sku, reorder_point_units from plan.decisions"))
    # Nothing was learned yet: the forecast's own belief is that revenue stays, 5.00 over 3.50.
    assert points["CUP"] > 1.2 * points["MUG"]


def test_what_was_planned_is_frozen_with_the_usual_price_of_that_day(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)  # 5.00
    price(marts, "MUG", 4, first=DAY - timedelta(days=20), last=DAY - timedelta(days=14))
    price(marts, "MUG", 4, first=DAY, last=None, usual_price=8)
    plan_orders(settings, as_of_date=DAY)
    ((frozen,),) = ask("select planned_prices from plan.inputs")
    assert [percent for _, _, percent in frozen] == [20, 50]
    with connect(settings.warehouse_url) as connection:
        off = read_inputs(connection, DAY).history.price_off
    assert off[0, -AHEAD_DAYS:] == pytest.approx(0.5)
    assert off[0, -AHEAD_DAYS - 20 : -AHEAD_DAYS - 13] == pytest.approx(0.2)
    assert np.count_nonzero(off[0, :-AHEAD_DAYS]) == 7


def test_without_such_a_file_plans_are_what_they_were(marts, settings):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    with connect(settings.warehouse_url) as connection:
        assert read_inputs(connection, DAY).history.price_off is None


def test_of_two_prices_on_one_day_the_later_one_holds():
    week = (DAY, DAY + timedelta(days=6), 20.0)
    day = (DAY + timedelta(days=2), DAY + timedelta(days=2), -10.0)
    panel = price_panel([[week, day]], first=DAY, days=0)
    assert panel[0, :8] == pytest.approx([0.2, 0.2, -0.1, 0.2, 0.2, 0.2, 0.2, 0])


@pytest.mark.parametrize(("sold_for_less", "is_marked_down"), [(13, True), (4, False)], ids=["answers", "does not"])
def test_what_sold_for_less_decides_whether_the_rest_is_marked_down(
    marts, settings, ask, sold_for_less, is_marked_down
):
    for number in range(12):
        marts.sku(f"MUG{number}", units_per_day=4, on_hand=20_000, unit_cost=1)
        # Two weeks at a fifth less; revenue would have stayed with 5 a day.
        first, last = DAY - timedelta(days=40), DAY - timedelta(days=27)
        price(marts, f"MUG{number}", 4, first=first, last=last)
        marts.connection.execute(
            "update marts.fct_sales_daily set units_sold = %s where sku = %s and sold_date between %s and %s",
            (sold_for_less, f"MUG{number}", first, last),
        )
    marts.connection.commit()
    plan_orders(settings, as_of_date=DAY)
    flag_overstock(settings, as_of_date=DAY)
    actions = dict(ask("select action, count(*) from plan.overstock_actions group by 1"))
    ((assumes,),) = ask("select assumes from plan.overstock_actions order by gain desc, sku limit 1")
    assert ("mark down" in actions) is is_marked_down, (actions, assumes)
    assert not is_marked_down or "as past prices showed" in assumes
