"""What became of a day's orders: who answered them how, and that the next plan counts what is under way."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from stockroom.jobs.follow_orders import follow_orders
from stockroom.settings import Settings

EARLIER, LATER = date(2011, 6, 28), date(2011, 6, 30)
MARTS = """
create table marts.fct_purchase_order_lines (
    po_number text, line_number integer, units_received integer, origin text);
create table marts.fct_supplier_scorecard (
    supplier_id text, month_start_date date, orders integer, orders_acknowledged integer,
    days_to_acknowledge double precision);
insert into marts.fct_supplier_scorecard values
    ('S01', '2011-06-01', 3, 1, 1.5), ('S01', '2011-05-01', 9, 9, 9), ('S11', '2011-06-01', 2, 0, null);
"""


class Desk:
    """Orders of the 28th by number, each of one line of its own SKU for London, and what the plan of the 30th knew."""

    def __init__(self, warehouse, settings: Settings) -> None:
        self.connection, self.settings = warehouse.connection, settings
        self.connection.execute(MARTS)
        for day in (EARLIER, LATER):
            self.connection.execute(
                """
                insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items, decided_at)
                values (%(day)s, now(), 'x', '{}', 1, now())
                """,
                {"day": day},
            )

    def order(self, number: int, *, by: str, state: str = "sent", units: int = 24, on: date = EARLIER) -> str:
        """Let a person release an order, or refuse it; it is of SKU A1 from S01, A2 from S02 and so on."""
        po_number = f"PO-{number:06}"
        self._change(
            "insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,"
            " lines_sha256, changed_by) values (%s, %s, 'LONDON', 'GBP', %s, 'proposed', 60, 'x', 'plan')",
            po_number, f"S{number:02}", on,
        )  # fmt: skip
        self._change(
            "insert into ops.purchase_order_lines values (%s, 1, 1, %s, 'X', %s, 1, 2.5, 60, 'few', '[]')",
            po_number, f"A{number}", units,
        )  # fmt: skip
        ways = {"sent": ("released", "sent"), "proposed": ()}
        for to_state in ways.get(state, (state,)):
            who = "delivery" if to_state == "sent" else by
            self._change(
                "update ops.purchase_orders set state = %s, changed_by = %s where po_number = %s",
                to_state, who, po_number,
            )  # fmt: skip
        return po_number

    def answer(self, po_number: str, *, short: int = 0, owed: int = 0) -> None:
        """Let a supplier answer on the 29th that so many units do not come, or later."""
        self._change(
            """
            insert into ops.purchase_order_line_answers
                (po_number, line_number, answered_at, units_accepted, units_rejected, units_backordered)
            values (%s, 1, '2011-06-29 10:00+00', 0, %s, %s)
            """,
            po_number, short, owed,
        )  # fmt: skip

    def plan_knows(self, number: int, *units: int) -> None:
        """Let the plan of the 30th have counted these units as on order."""
        self._change(
            "insert into plan.inputs (plan_date, sku, location_id, on_order) values (%s, %s, 'LONDON', %s)",
            LATER, f"A{number}", json.dumps([[each, 5] for each in units]),
        )  # fmt: skip

    def order_again(self, number: int, later_number: int, *, units: int, state: str = "waiting") -> None:
        """Let the plan of the 30th want the item of an order from the same supplier again."""
        po_number = self.order(later_number, by="plan", state=state, units=units, on=LATER)
        self._change("update ops.purchase_orders set supplier_id = %s where po_number = %s", f"S{number:02}", po_number)
        self._change("update ops.purchase_order_lines set sku = %s where po_number = %s", f"A{number}", po_number)

    def decide(self, number: int, day: date, *, point: int, position: int) -> None:
        """Let the plan of a day have decided the item of an order."""
        self._change(
            """
            insert into plan.decisions values (%s, %s, 'LONDON', 'S01', 'quantile', 'enough', 'A', 1, 10, 1, 1, 0, %s,
                0, %s, 0, null, '', '[]')
            """,
            day, f"A{number}", point, position,
        )  # fmt: skip

    def said(self) -> str:
        return str(follow_orders(self.settings, plan_date=EARLIER, as_of_date=LATER))

    def _change(self, statement: str, *parameters: object) -> None:
        self.connection.execute(statement, parameters)
        self.connection.commit()


@pytest.fixture
def desk(warehouse, tmp_path: Path) -> Desk:
    return Desk(warehouse, Settings(warehouse.url, tmp_path.as_uri(), tmp_path, tmp_path, tmp_path, tmp_path))


def test_a_day_without_answers_says_so(desk: Desk) -> None:
    desk.order(1, by="plan", state="proposed")
    assert desk.said() == "No order of 2011-06-28 was released or refused."


def test_people_and_suppliers_are_told_apart_by_what_they_said(desk: Desk) -> None:
    for number, by in ((1, "buyer"), (4, "buyer"), (5, "buyer"), (11, "policy")):
        desk.order(number, by=by)
    desk.order(7, by="buyer", state="refused")
    desk.answer("PO-000001")
    desk.answer("PO-000004", short=10)
    desk.answer("PO-000005", owed=24)
    said = desk.said()
    assert "buyer released PO-000001, PO-000004, PO-000005 " in said
    assert "policy released PO-000011" in said
    assert "buyer refused PO-000007" in said
    assert "S01 takes PO-000001 as it is (1 line)" in said
    assert "S04 shortens 1 of 1 lines of PO-000004 by 10 units" in said
    assert "S05 owes 24 units on 1 of 1 lines of PO-000005" in said
    assert "S11 says nothing of PO-000011 (1 line)" in said
    assert "PO-000007, refused, is not proposed again" in said


def test_the_scorecard_is_that_of_the_month(desk: Desk) -> None:
    desk.order(1, by="buyer")
    desk.order(11, by="buyer")
    said = desk.said()
    assert "S01: 1 of 3 orders answered, after 1.5 days" in said
    assert "S11: 0 of 2 orders answered" in said


def test_what_a_plan_counts_is_ordered_once(desk: Desk) -> None:
    desk.answer(desk.order(1, by="buyer", units=24))
    desk.answer(desk.order(4, by="buyer", units=30), short=10)
    desk.plan_knows(1, 24)
    desk.plan_knows(4, 5, 15)  # of the twenty that come five come earlier
    said = desk.said()
    assert "counts all 44 units to come on 2 lines as on order" in said
    assert "orders nothing twice" in said
    assert "0 lines came again" in said


def test_what_a_plan_does_not_count_is_cried_out(desk: Desk) -> None:
    desk.answer(desk.order(1, by="buyer", units=24))
    desk.order(2, by="buyer", units=5)
    desk.plan_knows(1, 23)
    desk.plan_knows(2, 5)
    assert "COUNTS ONLY 1 of 2 lines still to come in full" in desk.said()


@pytest.mark.parametrize(
    ("answered", "decided", "reason"),
    [
        ({"short": 10}, {}, "1 shortened"),
        ({"owed": 10}, {}, "1 owed until later"),
        ({}, {"point": 21}, "1 in higher demand"),
        ({}, {"position": 34}, "1 sold since"),
    ],
    ids=["short", "owed", "grown", "sold"],
)
def test_what_came_again_has_its_reason(
    answered: dict[str, int], decided: dict[str, int], reason: str, desk: Desk
) -> None:
    desk.answer(desk.order(4, by="buyer", units=30), **answered)
    desk.plan_knows(4, 30)
    desk.decide(4, EARLIER, point=20, position=5)
    desk.decide(4, LATER, **{"point": 20, "position": 35, **decided})
    desk.order_again(4, 44, units=12)
    said = desk.said()
    assert "1 line came again, for 12 units on top" in said
    assert f"of these {reason}" in said
    assert "orders nothing twice" in said


def test_what_came_again_without_a_reason_is_cried_out(desk: Desk) -> None:
    desk.answer(desk.order(4, by="buyer", units=30))
    desk.plan_knows(4, 30)
    desk.decide(4, EARLIER, point=20, position=5)
    desk.decide(4, LATER, point=20, position=35)
    desk.order_again(4, 44, units=12)
    assert "ORDERS TWICE on 1 line" in desk.said()


def test_a_refused_order_that_is_held_is_not_asked_again(desk: Desk) -> None:
    desk.order(7, by="buyer", state="refused")
    desk.order_again(7, 17, units=24, state="proposed")
    assert "PO-000007, refused, is not asked again: PO-000017 is held" in desk.said()


@pytest.mark.parametrize(
    ("units", "asked"),
    [(36, "for 1 line, of which 0 new or much larger"), (37, "only for what is new or much larger: 1 line")],
    ids=["half as much again", "more"],
)
def test_a_refused_order_that_is_asked_again_says_what_of_it_is_new(units: int, asked: str, desk: Desk) -> None:
    desk.order(7, by="buyer", state="refused", units=24)
    desk.order_again(7, 17, units=units)
    assert f"PO-000007 was refused; PO-000017, waiting, asks {asked}" in desk.said()
