"""Goods under way: answers reach their lines, what is wrong is raised once with its money, what people say holds."""

from __future__ import annotations

import csv
import functools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pytest
from tests.conftest import Warehouse

from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.jobs.settle_exception import settle_exception
from stockroom.jobs.watch_supply import WatchSummary, watch_supply
from stockroom.planning import ItemHistory, LeadTimeHistory, Policy, plan_items
from stockroom.settings import Settings
from stockroom.warehouse.supply_exceptions import UnknownExceptionError

TODAY = date(2011, 6, 30)
TABLES = """
create table marts.dim_suppliers (supplier_id text, name text, lane text);
create table marts.dim_skus (sku text, title text, category text, unit_price numeric, is_active boolean);
create table marts.fct_purchase_order_lines (
    po_number text, line_number integer, supplier_id text, location_id text, sku text, units_ordered integer,
    units_open integer, unit_cost numeric, currency text, requested_date date, promised_date date, origin text,
    ordered_at timestamptz, exchange_rate numeric default 1
);
create table intermediate.int_receipts (po_number text, line_number integer, units integer, received_at timestamptz);
create table staging.stg_suppliers__backorders (
    landing_file_id bigint, landing_line_number bigint, po_number text, line_number integer, units_backordered integer,
    new_promised_date date, noted_at timestamptz
);
create table staging.stg_suppliers__acknowledgement_lines (
    landing_file_id bigint, order_number text, line_number integer, supplier_sku text, sku text, status text,
    supplier_id text default 'S01', units integer, unit_price numeric, promised_date date, received_at timestamptz
);
create table staging.stg_suppliers__shipment_lines (
    landing_file_id bigint, supplier_id text, shipment_id text, order_number text, line_number integer,
    supplier_sku text, sku text, units integer, shipped_at timestamptz, expected_date date
);
create table staging.stg_suppliers__catalogue_items (
    landing_file_id bigint, landing_line_number bigint, catalogue_item_id text, supplier_id text, sku text,
    unit_cost numeric, currency text, is_discontinued boolean
);
create table intermediate.int_supplier_names (supplier_name text, supplier_id text);
insert into intermediate.int_supplier_names values ('S01', 'S01'), ('S02', 'S02'), ('SWIFT', 'S02');
create table marts.fct_stock_positions (sku text, location_id text, available_units integer);
insert into marts.dim_suppliers values ('S01', 'Mug Makers', 'road'), ('S02', 'Swift Ltd', 'road');
insert into marts.dim_skus values ('MUG', 'Red mug', 'mugs', 5, true), ('CUP', 'Blue cup', 'mugs', 5, true);
"""


@functools.cache
def decided() -> list[tuple[int, str]]:
    """Return the reorder point and the terms of mugs in London, cups there and mugs in Leeds."""
    history = ItemHistory(
        dates=np.arange(-90, 0) + np.datetime64(TODAY),
        units_sold=np.array([[10] * 90, [2] * 90, [10] * 90]),
        unit_price=np.full(3, 5.0),
        unit_cost=np.full(3, 3.0),
        supplier=np.array(["S01", "S02", "S01"]),
        category=np.full(3, "mugs"),
        on_hand=np.array([40, 0, 300]),
    )
    arrived = LeadTimeHistory(np.repeat(["S01", "S02"], 40), np.repeat([10.0, 4.0], 40))
    plan = plan_items(history, arrived, Policy(), as_of_date=TODAY)
    points = plan.reorder_point_units.tolist()
    return [(points[row], json.dumps([vars(term) for term in plan.explain(row).terms])) for row in range(3)]


class Store:
    """A store that sells ten mugs a day, of which 40 are there; Mug Makers takes ten days, always."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self.url, self.settings = warehouse.url, settings
        self.do(TABLES)
        self.plan()

    def do(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def plan(self) -> None:
        self.do("insert into plan.runs values (%s, now(), 'x', '{}', 3, 1, 90, '{}', now())", TODAY)
        items = [("MUG", "LONDON", "S01"), ("CUP", "LONDON", "S02"), ("MUG", "LEEDS", "S01")]
        for row, (sku, location, supplier) in enumerate(items):
            point, terms = decided()[row]
            self.do(
                """
                insert into plan.decisions values (%s, %s, %s, %s, 'quantile', 'enough', 'A', 10, 10, 1, 1, 0, %s, 0, 0,
                    0, null, '', %s)
                """,
                TODAY, sku, location, supplier, point, terms,
            )  # fmt: skip

    def order(self, number: int, *, days_ago: float, units: int = 100, supplier: str = "S01") -> str:
        """Let an order of one line have left so many days ago."""
        po_number, left = f"PO-{number:06}", datetime(2011, 6, 30, 12, tzinfo=UTC) - timedelta(days=days_ago)
        self.do(
            """
            insert into ops.purchase_orders (po_number, supplier_id, location_id, currency, plan_date, state, value,
                lines_sha256, changed_by)
            values (%s, %s, 'LONDON', 'GBP', %s, 'sent', 300, 'x', 'delivery')
            """,
            po_number, supplier, left.date(),
        )  # fmt: skip
        self.do("update ops.purchase_order_events set occurred_at = %s where po_number = %s", left, po_number)
        self.do(
            "insert into ops.purchase_order_lines values (%s, 1, 1, 'MUG', 'MM-1', %s, 1, 3, 300, '', '[]')",
            po_number, units,
        )  # fmt: skip
        return po_number

    def answer(self, po_number: str, status: str, *, days_ago: float = 0.5, file: int = 1, **said: object) -> None:
        at = datetime(2011, 6, 30, 12, tzinfo=UTC) - timedelta(days=days_ago)
        self.do(
            """
            insert into staging.stg_suppliers__acknowledgement_lines
                (landing_file_id, order_number, line_number, status, units, unit_price, promised_date, received_at,
                 supplier_id)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            file, po_number, said.get("line", 1), status, said.get("units"), said.get("price"), said.get("date"), at,
            said.get("sender", "S01"),
        )  # fmt: skip

    def receive(self, po_number: str, units: int, *, days_ago: float = 0.5) -> None:
        at = datetime(2011, 6, 30, 12, tzinfo=UTC) - timedelta(days=days_ago)
        self.do("insert into intermediate.int_receipts values (%s, 1, %s, %s)", po_number, units, at)

    def watch(self, day: date = TODAY) -> WatchSummary:
        return watch_supply(self.settings, as_of_date=day, now=datetime(2026, 1, 1, tzinfo=UTC))

    def state(self, po_number: str) -> object:
        return self.do("select state from ops.purchase_orders where po_number = %s", po_number)[0][0]

    def standing(self) -> dict[str, str]:
        """Return what stands: its key and its detail."""
        return dict(self.do("select exception_key, detail from ops.exceptions where resolved_at is null order by 1"))


@pytest.fixture
def store(warehouse: Warehouse, tmp_path: Path) -> Store:
    settings = Settings(
        warehouse.url_of("stockroom_app"), "", tmp_path, tmp_path, tmp_path, tmp_path, approvers=("ann",)
    )
    return Store(warehouse, settings)


def test_an_order_that_is_late_is_raised_once_with_its_money_and_goes_when_the_goods_come(store: Store) -> None:
    late, on_time = store.order(1, days_ago=14), store.order(2, days_ago=1, units=500)
    store.answer(late, "accepted", days_ago=12, line=None)
    store.answer(on_time, "accepted", line=None)
    assert store.watch().news == 1
    [(key, detail)] = store.standing().items()
    assert key == f"late_supply/{late}"
    assert detail.startswith("100 units of Mug Makers, out for 14 days; four of five of its orders come within 1")
    assert "chance of a stockout before they come" in detail
    [(chance, money, owner, first, raised)] = store.do(
        "select stockout_probability, money_at_risk, owner, first_sign_at, raised_at from ops.exceptions"
    )
    assert chance > 0.5
    assert 0 < money < 5 * 10 * 90
    assert owner == "ann"
    assert first < raised
    assert store.watch().news == 0
    assert store.do("select raised_at from ops.exceptions") == [(raised,)]
    store.receive(late, 100)
    store.watch()
    assert store.standing() == {}
    assert store.state(late) == "received"
    assert store.do("select state from ops.exceptions") == [("resolved",)]


def test_answers_reach_their_lines_and_move_orders_however_often_they_come(store: Store) -> None:
    short, later, refused, dearer = (store.order(number, days_ago=2) for number in (1, 2, 3, 4))
    for file in (1, 2):  # the same answers in two files
        store.answer(short, "changed_quantity", units=30, file=file)
        store.answer(later, "accepted", units=60, file=file)
        store.answer(later, "backordered", units=40, date=date(2011, 8, 1), file=file)
        store.answer(refused, "rejected", line=None, file=file)
        store.answer(dearer, "changed_price", price=3.5, file=file)
    assert store.watch().answered_lines == 4
    assert {order: store.state(order) for order in (short, later)} == {short: "acknowledged", later: "acknowledged"}
    said = {key: detail.partition(";")[0] for key, detail in store.standing().items()}
    assert said == {
        f"short_supply/{short}/1": "Mug Makers sends 30 of 100 units",
        f"backordered_supply/{later}/1": "Mug Makers owes 40 units until 2011-08-01",
        f"rejected_supply/{refused}/1": "Mug Makers sends none of 100 units",
        f"changed_price/{dearer}/1": "Mug Makers charges 3.50 GBP instead of 3.00 for each of 100 units",
    }
    assert store.do("select money_at_risk from ops.exceptions where kind = 'changed_price'") == [(50,)]
    # The same in euros at 0.80 pounds apiece, and in money of which nobody knows the worth.
    for rate, worth in ((0.8, (40,)), (None, (None,))):
        store.do(
            "update ops.purchase_orders set currency = 'EUR', exchange_rate = %s, rate_date = %s where po_number = %s",
            rate,
            rate and TODAY,
            dearer,
        )
        store.watch()
        assert store.do("select money_at_risk from ops.exceptions where kind = 'changed_price'") == [worth]
    again = store.watch()
    assert (again.answered_lines, again.moved_orders, again.news) == (0, 0, 0)
    store.answer(short, "accepted", units=100, days_ago=0.2, file=3)  # it found the rest
    assert store.watch().answered_lines == 1
    assert f"short_supply/{short}/1" not in store.standing()


def test_what_was_refused_and_sent_after_all_is_still_to_come(store: Store) -> None:
    order = store.order(1, days_ago=40)
    store.answer(order, "rejected", days_ago=30)
    store.do(
        "insert into staging.stg_suppliers__shipment_lines values (1, 'S01', 'SH-1', %s, 1, null, null, 60, %s, null)",
        order, datetime(2011, 6, 29, 9, tzinfo=UTC),
    )  # fmt: skip
    store.receive(order, 20)
    store.watch()
    assert store.state(order) == "part_received", "closed, it would count for nothing and be bought again"
    assert store.do("select units_open from plan.arrival_odds where po_number = %s", order) == [(40,)]


def test_an_order_is_answered_by_its_own_supplier_alone_under_any_of_its_names(store: Store) -> None:
    ours, theirs = store.order(1, days_ago=2), store.order(2, days_ago=2, supplier="S02")
    for sender in ("S02", "SWIFT"):
        store.answer(ours, "rejected", sender=sender)
        store.do(
            "insert into staging.stg_suppliers__shipment_lines values "
            "(1, %s, 'SH-1', %s, 1, null, null, 100, %s, null)",
            sender, ours, datetime(2011, 6, 30, 9, tzinfo=UTC),
        )  # fmt: skip
    store.answer(theirs, "accepted", sender="SWIFT")
    assert store.watch().answered_lines == 1
    assert (store.state(ours), store.state(theirs)) == ("sent", "acknowledged")


@pytest.mark.parametrize("is_first", [True, False], ids=["first version", "later version"])
def test_who_answers_an_order_has_it_unless_it_may_mean_an_earlier_version(store: Store, is_first: bool) -> None:
    order = store.order(1, days_ago=2)
    store.do("update ops.purchase_orders set state = 'acknowledged' where po_number = %s", order)
    message = (
        "insert into ops.outbox (message_key, kind, subject_key, state, sent_at) "
        "values (%s, 'purchase_order', %s, %s, now())"
    )
    for version, state in (("v2", "sending"),) if is_first else (("v1", "sent"), ("v2", "sending")):
        store.do(message, f"purchase_order/{order}/{version}", f"{order}/{version}", state)
    store.answer(order, "accepted")
    store.watch()
    found = "select state from ops.outbox where right(message_key, 2) = 'v2'"
    assert store.do(found) == [("sent" if is_first else "sending",)]


def test_an_answer_that_no_line_takes_is_a_question(store: Store) -> None:
    known = store.order(1, days_ago=2)
    store.answer(known, "accepted", line=7)
    store.answer("PO-000099", "accepted", line=None)
    store.watch()
    questions = (
        "select subject, detail from ops.exceptions where kind = 'unmatched_answer' and state = 'open' order by 1"
    )
    assert store.do(questions) == [
        ("S01 PO-000001/7", "S01 answered PO-000001/7, but that order has no such line"),
        ("S01 PO-000099", "S01 answered PO-000099, but no order has that number"),
    ]
    store.do("delete from staging.stg_suppliers__acknowledgement_lines")
    store.watch()
    assert store.do(questions) == []


def test_goods_sent_for_a_line_that_was_struck_are_asked_about(store: Store) -> None:
    order = store.order(1, days_ago=3)
    again = "insert into ops.purchase_order_lines values (%s, %s, %s, %s, %s, 24, 1, 3, 72, '', '[]')"
    store.do(again, order, 1, 2, "CUP", "MM-2")
    store.do(again, order, 2, 1, "MUG", "MM-1")
    store.do("update ops.purchase_orders set version = 2, state = 'released' where po_number = %s", order)
    shipped = "insert into staging.stg_suppliers__shipment_lines values "
    send = f"{shipped}(%s, 'S01', 'SH-1', %s, %s, %s, null, 12, %s, null)"
    sent_at = datetime(2011, 6, 29, 9, tzinfo=UTC)
    for line, item in ((1, None), (2, None), (None, "MM-2"), (None, "MM-1")):  # the cups in two cartons
        store.do(send, 1, order, line, item, sent_at)
    questions = "select subject, detail from ops.exceptions where kind = 'unmatched_answer' and state = 'open'"
    for _ in range(2):
        store.watch()
        assert store.do(questions) == [
            (
                f"S01 {order}/2",
                f"S01 sent 24 units of CUP for {order}/2 in shipment SH-1, but that line was struck",
            )
        ]
    store.do(send, 2, order, 1, None, sent_at)  # the supplier says anew what the shipment holds: no cups
    store.watch()
    assert store.do(questions) == []


def test_orders_that_the_store_placed_itself_are_watched_and_answered_as_ours(store: Store) -> None:
    left = datetime(2011, 6, 16, 12, tzinfo=UTC)
    store.do(
        """
        insert into marts.fct_purchase_order_lines
        values ('H-000001', 1, 'S01', 'LONDON', 'MUG', 50, 50, 3, 'GBP', null, null, 'history', %s)
        """,
        left,
    )
    store.watch()
    assert list(store.standing()) == ["late_supply/H-000001"]
    store.answer("H-000001", "changed_quantity", units=20)
    store.watch()
    assert store.standing()["short_supply/H-000001/1"].startswith("Mug Makers sends 20 of 50 units; ")


def test_too_much_of_an_order_is_asked_about_and_a_part_without_a_word_is_short(store: Store) -> None:
    over, part = store.order(1, days_ago=2), store.order(2, days_ago=2)
    store.receive(over, 130)
    store.receive(part, 30)
    assert store.watch().lines == 2
    said = {key: detail.partition(";")[0] for key, detail in store.standing().items()}
    assert said == {
        f"over_supply/{over}/1": "Mug Makers sent 130 of 100 units",
        f"short_supply/{part}/1": "30 of 100 units of Mug Makers came, the last on 2011-06-30",
    }
    assert store.do("select money_at_risk from ops.exceptions where kind = 'over_supply'") == [(90,)]
    assert (store.state(over), store.state(part)) == ("received", "part_received")
    store.watch(date(2011, 7, 20))
    assert list(store.standing()) == [f"late_supply/{part}"]


def test_silence_of_two_working_days_is_a_sign_and_of_a_weekend_none(store: Store) -> None:
    asked = store.order(1, days_ago=0)  # on Thursday
    assert store.watch().standing == 0
    assert store.watch(date(2011, 7, 3)).standing == 0
    assert store.watch(date(2011, 7, 4)).standing == 1  # noon of Monday has passed
    assert list(store.standing()) == [f"unanswered_order/{asked}"]
    first, raised = store.do("select first_sign_at, raised_at from ops.exceptions")[0]
    assert raised - first < timedelta(hours=48)
    store.answer(asked, "accepted", days_ago=-4, line=None)
    store.watch(date(2011, 7, 4))
    assert store.standing() == {}


def test_what_helps_most_is_proposed(store: Store) -> None:
    owed = store.order(1, days_ago=2, units=300)
    store.answer(owed, "backordered", date=date(2011, 7, 12))
    store.watch()
    [(proposal,)] = store.do("select proposal from ops.exceptions")
    assert proposal.startswith("move ")
    assert proposal.endswith(" units from LEEDS, which can do without them")
    store.do("delete from plan.decisions where location_id = 'LEEDS'")
    store.do("insert into staging.stg_suppliers__catalogue_items values (1, 1, 'S02/A', 'S02', 'MUG', 3, 'GBP', false)")
    store.watch()
    [(proposal, gain, money)] = store.do("select proposal, proposal_gain, money_at_risk from ops.exceptions")
    assert proposal == "order 300 units from Swift Ltd: in 4 days"
    assert 0 < gain <= money


def test_an_answer_of_a_person_holds_as_long_as_the_cause_does(store: Store) -> None:
    late = store.order(1, days_ago=14)
    store.answer(late, "accepted", days_ago=12, line=None)
    store.watch()
    key = f"late_supply/{late}"
    assert settle_exception(store.settings, key, "acted", who="ann", note="called") == f"{key}: acted by ann, called"
    store.watch()
    assert str(open_exceptions(store.settings)) == "nothing wants a person"
    assert store.do("select state, answered_by from ops.exceptions") == [("acted", "ann")]
    with pytest.raises(UnknownExceptionError, match="no exception late_supply/PO-000009 stands"):
        settle_exception(store.settings, "late_supply/PO-000009", "dismissed", who="ann")


def test_no_more_than_so_many_a_day_are_put_before_a_person_the_gravest_first(store: Store) -> None:
    for number, day in enumerate((date(2011, 7, 5), date(2011, 8, 20), date(2011, 7, 15)), 1):
        store.answer(store.order(number, days_ago=2), "backordered", date=day)
    few = Settings(**{**vars(store.settings), "exceptions_a_day": 2})
    summary = watch_supply(few, as_of_date=TODAY, now=datetime(2026, 1, 1, tzinfo=UTC))
    shown = "select exception_key from ops.exceptions where put_forward_on = %s order by money_at_risk desc"
    gravest = [key for (key,) in store.do("select exception_key from ops.exceptions order by money_at_risk desc, 1")]
    assert gravest == [f"backordered_supply/PO-00000{number}/1" for number in (2, 3, 1)]
    assert {key for (key,) in store.do(shown, TODAY)} == set(gravest[:2])
    watch_supply(few, as_of_date=TODAY, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert len(store.do(shown, TODAY)) == 2
    assert summary.page is not None
    page = summary.page.read_text()
    assert "1 wait behind them" in page
    assert "3 were raised" in page
    rows = list(csv.DictReader(summary.page.with_suffix(".csv").read_text().splitlines()))
    assert [row["exception_key"] for row in rows][:2] == gravest[:2]


def test_the_odds_of_each_line_are_kept_by_day(store: Store) -> None:
    fresh, late = store.order(1, days_ago=1), store.order(2, days_ago=14)
    store.watch()
    odds = dict(store.do("select po_number, chance_in_14_days from plan.arrival_odds where as_of_date = %s", TODAY))
    assert odds[fresh] > 0.95
    assert odds[late] < 0.9
    store.watch()
    assert store.do("select count(*) from plan.arrival_odds") == [(2,)]


def test_the_day_of_arrival_is_the_stores(store: Store) -> None:
    # Ten days after 29 June, 18:00 UTC, it is the tenth of July in Auckland.
    store.settings = replace(store.settings, time_zone="Pacific/Auckland")
    store.order(1, days_ago=0.75)
    watch_supply(store.settings, as_of_date=TODAY, now=datetime(2011, 6, 29, 20, tzinfo=UTC))
    assert store.do("select median_arrival_date from plan.arrival_odds") == [(date(2011, 7, 10),)]


def test_the_late_lines_of_an_order_are_one_question(store: Store) -> None:
    late = store.order(1, days_ago=14)
    store.answer(late, "accepted", days_ago=12, line=None)
    store.watch()
    [(alone, of_one)] = store.do("select subject, money_at_risk from ops.exceptions")
    store.do("insert into ops.purchase_order_lines values (%s, 1, 2, 'CUP', 'C-1', 100, 1, 3, 300, '', '[]')", late)
    store.watch()
    [(key, subject, detail, of_both)] = store.do(
        "select exception_key, subject, detail, money_at_risk from ops.exceptions where resolved_at is null"
    )
    assert (key, alone) == (f"late_supply/{late}", f"{late}, Red mug (MUG) for LONDON")
    assert subject == f"{late}, 2 lines for LONDON"
    assert detail.startswith("200 units of Mug Makers, out for 14 days; ")
    assert "; the gravest is line 1, Red mug (MUG) for LONDON; " in detail
    assert of_both > of_one


def test_who_released_an_order_is_asked_about_it(store: Store) -> None:
    asked, by_policy = store.order(1, days_ago=14), store.order(2, days_ago=14)
    for order, actor in ((asked, "bob, dora"), (by_policy, "policy")):
        store.do(
            """
            insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor)
            values (%s, 1, 'waiting', 'released', %s)
            """,
            order, actor,
        )  # fmt: skip
    store.watch()
    assert store.do("select po_number, owner from ops.exceptions order by 1") == [(asked, "bob"), (by_policy, "ann")]


def test_two_who_look_at_once_take_turns(store: Store) -> None:
    for number in range(1, 6):
        store.order(number, days_ago=14)
    with ThreadPoolExecutor(4) as pool:
        looks = list(pool.map(lambda _: store.watch(), range(4)))
    assert sorted(look.news for look in looks) == [0, 0, 0, 5]


def test_before_the_first_plan_there_is_nothing_to_judge_by(warehouse: Warehouse, tmp_path: Path) -> None:
    settings = Settings(warehouse.url_of("stockroom_app"), "", tmp_path, tmp_path, tmp_path, tmp_path)
    summary = watch_supply(settings, as_of_date=TODAY, now=datetime(2011, 6, 30, tzinfo=UTC))
    assert str(summary).startswith("no day has been planned yet")


def test_goods_on_their_way_are_likely_back_and_shown_once_such_days_have_held(store: Store) -> None:
    assert store.watch().lines == 0
    assert store.do("select * from ops.likely_back") == []
    on_time = store.order(1, days_ago=4)
    store.answer(on_time, "accepted", line=None)
    said = "select sku, location_id, first_date, last_date, withheld is null from ops.likely_back"
    store.watch()
    # Looked at on the first of July: out for four days and a half of ten.
    [(sku, location, first, last, is_shown)] = store.do(said)
    assert (sku, location, is_shown) == ("MUG", "LONDON", False)
    assert date(2011, 7, 4) <= first <= date(2011, 7, 6) <= last <= date(2011, 7, 8)
    assert "0 of 0 past intervals held (0%), of 0 arrivals; 50 arrivals are needed" in str(
        store.do("select withheld from ops.likely_back")
    )
    store.do(
        """
        insert into plan.lead_times
        select %s, 'SH-' || number, 'S01', 'road', 9 + 2 * ((number * 37) %% 100) / 100.0, number, false
        from generate_series(1, 300) as number
        """,
        TODAY,
    )
    store.watch()
    assert [row[-1] for row in store.do(said)] == [True]
    store.order(2, days_ago=14)  # late: it says nothing
    store.receive(on_time, 100)
    store.watch()
    assert store.do(said) == []
