"""What-if and season buys on a planned day; shoppers who wait, counted where most sells."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from stockroom.jobs.buy_season import SeasonWish, buy_season
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.what_if import what_if
from stockroom.planning.scenarios import Scenario

DAY = date(2011, 6, 30)
ASKED = datetime(2011, 6, 20, tzinfo=ZoneInfo("Europe/London"))


def wait(ask, request_id, sku, quantity, state="active") -> None:
    ask(
        "insert into ops.restock_requests (request_id, shopper_id, sku, quantity, requested_at, state)"
        " values (%s, 1, %s, %s, %s, %s) returning 1", request_id, sku, quantity, ASKED, state,
    )  # fmt: skip


def test_shoppers_who_wait_count_where_most_sells(marts, settings, ask):
    marts.sku("MUG", locations=("LONDON", "ROTTERDAM"), units_per_day=4, on_hand=20)
    marts.sold("MUG", sold_date=date(2011, 6, 29), units=5, location_id="ROTTERDAM")
    wait(ask, "A", "MUG", 6)
    wait(ask, "B", "MUG", 500)  # nobody waits for hundreds: 12
    wait(ask, "C", "MUG", 6, state="pending")
    plan_orders(settings, as_of_date=DAY)
    assert ask("select location_id, waiting_units from plan.inputs order by 1") == [("LONDON", 0), ("ROTTERDAM", 18)]
    assert ask("select position_units from plan.decisions order by location_id") == [(20,), (14,)]


def test_what_if_lists_what_runs_out_and_changes_nothing(marts, settings, ask):
    marts.sku("MUG", units_per_day=4, on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    orders = ask("select * from ops.purchase_orders")
    report = what_if(settings, Scenario(lane="uk_road", closed_days=42), as_of_date=DAY)
    [row] = report.rows
    assert row[:5] == ("MUG", "LONDON", "S01", "2011-07-05", "2011-07-05")
    assert row[7] > row[8] > 0
    assert str(report).startswith("2011-06-30: 1 SKU-locations touched; 1 run out before an order of today would be")
    assert report.path.read_text().startswith("sku,location_id,supplier_id,runs_out_on")
    assert ask("select * from ops.purchase_orders") == orders


def test_a_season_is_bought_from_what_similar_skus_sold(marts, settings):
    marts.sku("MUG", units_per_day=4)
    marts.sku("CUP", units_per_day=4)
    wish = SeasonWish(["mug", "CUP"], date(2011, 6, 2), date(2011, 6, 29), price=10, unit_cost=4, salvage=2)
    answer = buy_season(settings, wish)
    assert (answer.buy.units, answer.similar) == (112, 2)  # 28 days of 4, both alike
    assert str(answer).startswith("buy 112: ")
