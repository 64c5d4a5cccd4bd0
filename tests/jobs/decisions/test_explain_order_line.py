"""Any line of an order answers "why so many?": by its sentence, its steps, its rows, and the same integer again."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from stockroom.jobs.explain_order_line import UnknownLineError, explain_order_line
from stockroom.jobs.plan_orders import plan_orders
from stockroom.planning.explanation import Term
from stockroom.planning.line_account import call_to_account, said_of_account

DAY = date(2011, 6, 30)


@pytest.fixture
def planned(marts, settings, ask):
    """Return the settings of a store that ordered mugs: 4 a day, 20 left, sold out on one day."""
    marts.sku("MUG", units_per_day=4, on_hand=20)
    ask("update marts.fct_stock_daily set is_sold_out_day = true where stock_date = '2011-06-20' returning 1")
    marts.connection.execute(
        """
        drop table marts.fct_order_lines;
        create table marts.fct_order_lines as
        select 'shopify' as channel_id, 'O1' as order_id, 'L1' as order_line_id, '#1001' as order_name,
            timestamptz '2011-06-29 09:30+00' as ordered_at, date '2011-06-29' as ordered_date, 'MUG' as sku,
            'LONDON' as location_id, 4 as units_ordered
        """
    )
    marts.connection.commit()
    plan_orders(settings, as_of_date=DAY)
    return settings


def test_a_line_is_rebuilt_twice_and_shows_the_rows_that_it_rests_on(planned, ask):
    [(units, reason)] = ask("select units, reason from ops.purchase_order_lines")
    said = explain_order_line(planned, "PO-000001/1")
    assert said.splitlines()[:3] == [
        f"PO-000001/1, version 1, proposed: {units} of Mug (MUG) from Mug Makers to LONDON",
        reason,
        "Step by step",
    ]
    for words in (
        f"packs of 12\n  Rebuilt from its terms: {units} units, as ordered.\n",
        f"Decided again from what the plan of 2011-06-30 froze: {units} needed, the same.",
        "units sold on 60 of 60 days up to 2011-06-29",
        "sold out on 20 Jun",
        "sold: 4 on 2011-06-29 09:30 UTC, shopify #1001",
        "shipment S01-0: took 10 days, came 0 days before",
        "more available or on order, none would be ordered",
        "no later day has been planned",
    ):
        assert words in said


def test_a_later_plan_says_what_is_different_by_now(planned, marts, ask):
    ask("update ops.purchase_orders set state = 'released', changed_by = 'ann' returning 1")
    for day in range(3):
        marts.sold(sold_date=DAY + timedelta(days=day), units=4)
        marts.stock_day(stock_date=DAY + timedelta(days=day))
    marts.rebuild(DAY + timedelta(days=3), MUG=8)
    plan_orders(planned, as_of_date=DAY + timedelta(days=3))
    since = explain_order_line(planned, "po-000001/1").partition("Since then\n")[2]
    assert "the plan of 2011-07-03 orders " in since
    assert "available: 20 then, 8 now" in since
    assert "on order: 0 then, " in since


def test_an_order_lists_its_lines_and_a_wrong_number_says_how_one_is_written(planned):
    listed = explain_order_line(planned, "PO-000001").splitlines()
    assert listed[0] == "PO-000001 version 1, proposed: Mug Makers to LONDON"
    assert listed[1].startswith("  1. Mug (MUG): ")
    for wrong in ("H-000001/1", "PO-1", "PO-000001/x"):
        with pytest.raises(UnknownLineError, match="written like PO-000123/2"):
            explain_order_line(planned, wrong)
    with pytest.raises(UnknownLineError, match="there is no PO-000009/1"):
        explain_order_line(planned, "PO-000009/1")


def test_a_line_that_its_terms_do_not_bear_out_says_so(planned, ask):
    [(terms,)] = ask("select terms from ops.purchase_order_lines")
    ask("update ops.purchase_order_lines set units = units + 12 returning 1")
    assert "but " in explain_order_line(planned, "PO-000001/1").partition("Rebuilt from its terms")[2].splitlines()[0]
    fewer = [Term(**term) for term in json.loads(json.dumps(terms)) if term["name"] != "pack_units"]
    assert said_of_account(call_to_account(fewer), 60) == "It cannot be rebuilt: its terms do not hold pack_units."


def test_what_was_frozen_and_is_not_kept_any_more_is_said_and_not_guessed(planned, ask):
    ask("delete from plan.inputs returning 1")
    said = explain_order_line(planned, "PO-000001/1")
    assert "It is not decided again: what the plan of 2011-06-30 was made from is not kept any more." in said
    assert "the days that the plan of 2011-06-30 froze are not kept any more" in said
