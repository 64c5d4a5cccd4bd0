"""An order that people release after its supplier's time for orders is one of the next order day, and says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders

THURSDAY = date(2011, 6, 30)
LONDON = ZoneInfo("Europe/London")
WANTED = "select requested_date from ops.purchase_orders"


@pytest.fixture
def waiting(marts, with_threshold):
    """Return settings of a store in which PO-000001 waits, its supplier taking orders on Tuesdays and Thursdays."""
    marts.connection.execute("update marts.dim_suppliers set order_days = 'Tue, Thu', order_cut_off = '10:30'")
    marts.connection.commit()
    marts.sku("MUG", on_hand=0)
    settings = with_threshold("10")
    plan_orders(settings, as_of_date=THURSDAY)
    release_orders(settings, as_of_date=THURSDAY)
    return settings


def release(settings, *, at: str) -> str:
    moment = datetime.combine(THURSDAY, time.fromisoformat(at), LONDON)
    return str(answer_order(settings, "PO-000001", 1, "release", "ann", now=moment))


def test_until_the_cut_off_an_order_is_one_of_its_day(waiting, ask):
    [(before,)] = ask(WANTED)
    assert release(waiting, at="10:30") == "PO-000001 version 1: released (ann)"
    assert ask(WANTED) == [(before,)] == [(date(2011, 7, 11),)]


def test_after_it_the_order_is_one_of_the_next_order_day_and_wanted_as_much_later(waiting, ask):
    late = "S01 takes orders until 10:30: an order of 2011-07-05, wanted by 2011-07-16"
    assert release(waiting, at="10:31") == f"PO-000001 version 1: released (ann); {late}"
    assert ask(WANTED) == [(date(2011, 7, 16),)]
    [event] = ask("select to_state, actor, note from ops.purchase_order_events order by event_id desc limit 1")
    assert event == ("released", "policy", late)


def test_a_day_that_a_buyer_asked_for_stays(waiting, ask):
    ask("update ops.purchase_orders set requested_date = '2011-07-20' returning 1")
    assert release(waiting, at="11:00").endswith("S01 takes orders until 10:30: an order of 2011-07-05")
    assert ask(WANTED) == [(date(2011, 7, 20),)]


def test_a_store_whose_clock_stands_is_never_late(waiting, ask):
    assert release(replace(waiting, as_of_date=THURSDAY), at="23:00") == "PO-000001 version 1: released (ann)"
    assert ask(WANTED) == [(date(2011, 7, 11),)]


def test_an_answer_of_another_age_moves_no_day(waiting, ask):
    answer_order(waiting, "PO-000001", 1, "release", "ann", now=datetime(2026, 1, 5, 12, tzinfo=LONDON))
    assert ask(WANTED) == [(date(2011, 7, 11),)]
