"""What a shopper buys of a drop-shipper's stock is ordered from it once, and followed by the shopper's own order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from psycopg import sql
from psycopg.errors import UniqueViolation
from tests.conftest import Warehouse
from tests.jobs.orders_by_hand import MARTS

from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.follow_drop_ships import follow_drop_ships
from stockroom.jobs.pass_on_orders import pass_on_orders
from stockroom.jobs.set_order_way import set_order_way
from stockroom.settings import Settings
from stockroom.warehouse.drop_shippers import are_orders_passed_on
from stockroom.warehouse.supply_match import move_orders_on

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TABLES = """
create schema if not exists staging;
create schema if not exists intermediate;
create table intermediate.int_drop_shippers (supplier_id text, location_id text, orders_from_date date);
create table marts.dim_supplier_offers (
    sku text, supplier_id text, supplier_sku text, currency text, unit_cost numeric, pack_units integer,
    is_discontinued boolean, offer_rank integer);
create table marts.dim_exchange_rates (currency text, rate_date date, rate numeric, next_rate_date date);
create table staging.stg_shopify__orders (order_id text, order_name text);
create table intermediate.int_receipts (po_number text, line_number integer, units integer, received_at timestamptz);
alter table marts.dim_suppliers add currency text default 'GBP';
insert into intermediate.int_drop_shippers values ('S01', 'MUGWORKS', '2026-01-05');
insert into marts.dim_supplier_offers values
    ('MUG', 'S01', 'X-MUG', 'GBP', 2.5, 12, false, 1), ('CUP', 'S01', 'X-CUP', 'GBP', 1.5, 1, false, 2);
insert into staging.stg_shopify__orders values ('gid://shopify/Order/7', '#1007');
"""
SHOPIFY = "gid://shopify/Order/7"
LINES = """
    select orders.po_number, orders.version, orders.state, lines.sku, lines.units
    from ops.purchase_orders as orders
    inner join ops.purchase_order_lines as lines
        on orders.po_number = lines.po_number and orders.version = lines.version
    order by orders.po_number, lines.line_number
"""
TOLD = "select kind, subject, detail from ops.exceptions where resolved_at is null order by kind, subject"


@dataclass(frozen=True)
class Place:
    """A supplier's place from which it ships to shoppers, and a ledger that says what was sold there."""

    warehouse: Warehouse
    settings: Settings

    def ask(self, statement: str, *parameters: object) -> list[tuple]:
        asked = self.warehouse.connection.execute(statement, parameters)
        rows = asked.fetchall() if asked.description else []
        self.warehouse.connection.commit()
        return rows

    def happened(self, kind: str, units: int, *, order=SHOPIFY, sku="MUG", place="MUGWORKS", at=NOON) -> None:
        channel = "shopify" if order == SHOPIFY else "ebay"
        self.ask(
            """
            insert into ops.stock_events (
                source, document_key, event_key, kind, sku, location_id, channel_id, committed_change, occurred_at
            ) values (%s, %s, gen_random_uuid(), %s, %s, %s, %s, %s, %s)
            """,
            *(channel, order, kind, sku, place, channel, units, at),
        )
        self.ask(
            """
            insert into ops.stock_positions as known
                (sku, location_id, source_of_truth, is_running, counts_from, level_units, committed_ever)
            values (%s, %s, 'count', false, now(), 100, %s)
            on conflict (sku, location_id) do update set
                committed_ever = known.committed_ever + excluded.committed_ever
            """,
            *(sku, place, units),
        )

    def pass_on(self) -> str:
        return str(pass_on_orders(self.settings))

    def deliver(self) -> str:
        return str(deliver_outbox(self.settings, now=NOON))

    def answered(self, units: int = 0, **said: object) -> None:
        """Let the supplier answer the first line of the first order."""
        row = {"po_number": "DS-000001", "line_number": 1, "answered_at": NOON, "units_accepted": units, **said}
        statement = sql.SQL("insert into ops.purchase_order_line_answers ({}) values ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(map(sql.Literal, row.values()))
        )
        self.ask(statement.as_string(self.warehouse.connection))

    def follow(self, *, days: float = 0) -> int:
        """Look ``days`` after the order was passed on."""
        [(sent_at,)] = self.ask("select min(occurred_at) from ops.purchase_order_events where to_state = 'released'")
        moment = sent_at + timedelta(days=days)
        found = follow_drop_ships(self.warehouse.connection, moment=moment, time_zone=ZoneInfo("Europe/London"))
        self.warehouse.connection.commit()
        return found


@pytest.fixture
def place(warehouse: Warehouse, tmp_path) -> Place:
    warehouse.connection.execute(MARTS + TABLES)
    warehouse.connection.execute("grant select on all tables in schema staging, intermediate, marts to stockroom_app")
    warehouse.connection.commit()
    settings = Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        x12_id="ZZ:SAMPLEGIFTS",
    )
    return Place(warehouse, settings)


def test_a_shoppers_order_is_passed_on_once_whole_packs_or_not(place: Place) -> None:
    place.happened("sale", 5)
    place.happened("sale", 2, sku="CUP")
    assert place.pass_on() == "1 drop-ship orders passed on, 7 units"
    assert place.pass_on() == ""
    assert place.ask(LINES) == [
        ("DS-000001", 1, "released", "CUP", 2),
        ("DS-000001", 1, "released", "MUG", 5),
    ]
    assert place.ask("select kind, location_id, value, changed_by from ops.purchase_orders") == [
        ("drop_ship", "MUGWORKS", pytest.approx(15.5), "policy")
    ]
    with pytest.raises(UniqueViolation):
        place.ask("insert into ops.drop_ship_lines select * from ops.drop_ship_lines")
    place.warehouse.connection.rollback()


def test_it_leaves_with_the_shoppers_order_and_no_address(place: Place) -> None:
    set_order_way(place.settings, "S01", way="folder", formats=["pdf", "csv", "x12"], x12_address="ZZ:MUG", who="buyer")
    place.happened("sale", 5)
    place.pass_on()
    assert place.deliver() == "1 purchase order delivered"
    sent = place.settings.outbox_dir / "purchase_orders"
    interchange = (sent / "DS-000001.edi").read_text()
    assert "BEG*00*DS*DS-000001**" in interchange
    assert "\nREF*CO*#1007~" in interchange
    assert "\nN1*ST*Shopper of shopify order #1007*92*#1007~\nN3*Address: as the shop gives it~" in interchange
    assert "Shopper of shopify order #1007" in (sent / "DS-000001.csv").read_text()
    assert (sent / "DS-000001.pdf").stat().st_size > 1000
    assert place.ask("select state from ops.purchase_orders") == [("sent",)]


def test_what_was_sold_before_the_day_that_the_terms_name_is_not_passed_on(place: Place) -> None:
    place.happened("sale", 5, at=NOON - timedelta(days=1))
    assert place.pass_on() == ""
    place.ask("update intermediate.int_drop_shippers set orders_from_date = null")
    place.happened("sale", 5, order="E1")
    assert place.pass_on() == ""


def test_what_is_cancelled_or_sent_before_it_is_passed_on_is_not(place: Place) -> None:
    place.happened("sale", 5)
    place.happened("cancellation", -3)
    place.happened("sale", 4, order="E1")
    place.happened("fulfilment", -4, order="E1")
    place.pass_on()
    assert place.ask(LINES) == [("DS-000001", 1, "released", "MUG", 2)]


def test_an_order_that_grows_is_passed_on_by_the_difference(place: Place) -> None:
    place.happened("sale", 5)
    place.pass_on()
    place.happened("sale", 2)
    assert place.pass_on() == "1 drop-ship orders passed on, 2 units"
    assert [line[3:] for line in place.ask(LINES)] == [("MUG", 5), ("MUG", 2)]


def test_an_order_that_our_own_place_lacks_goes_to_the_drop_shipper_that_it_was_allocated_to(place: Place) -> None:
    place.happened("sale", 6, order="E1", place="LONDON")
    place.ask("insert into ops.allocations values ('ebay', 'E1', 'MUG', 'MUGWORKS', 4, 'LONDON', true, 'split')")
    assert place.pass_on() == "1 drop-ship orders passed on, 4 units"
    assert place.pass_on() == ""


def test_a_cancellation_before_it_leaves_keeps_it_here_and_one_after_is_told_the_supplier(place: Place) -> None:
    place.happened("sale", 5)
    place.happened("sale", 3, order="E1")
    place.pass_on()
    place.happened("cancellation", -3, order="E1")
    assert place.pass_on() == "1 taken back in whole or part"
    assert place.deliver() == "1 purchase order delivered"
    place.happened("cancellation", -2)
    assert place.pass_on() == "1 taken back in whole or part"
    assert place.pass_on() == ""
    assert place.ask(LINES) == [("DS-000001", 1, "cancelled", "MUG", 3), ("DS-000002", 2, "released", "MUG", 3)]
    place.deliver()
    place.happened("cancellation", -3)
    place.pass_on()
    assert place.deliver() == "1 purchase order taken back"


def test_what_a_supplier_has_begun_to_send_cannot_be_taken_back_by_itself(place: Place) -> None:
    place.happened("sale", 5)
    place.pass_on()
    place.ask("update ops.purchase_orders set state = 'shipped'")
    place.happened("cancellation", -5)
    assert place.pass_on() == ""
    assert place.ask(TOLD) == [
        (
            "cancelled_drop_ship",
            "shopify order #1007",
            "the shopper cancelled 5 units of MUG, and S01 has begun to send DS-000001",
        )
    ]


def test_an_item_that_its_supplier_does_not_offer_is_put_before_a_person_until_it_does(place: Place) -> None:
    place.ask("update marts.dim_supplier_offers set is_discontinued = true")
    place.happened("sale", 5)
    assert place.pass_on() == ""
    [(kind, subject, _)] = place.ask(TOLD)
    assert (kind, subject) == ("unpassed_order_line", "shopify order #1007")
    place.ask("update marts.dim_supplier_offers set is_discontinued = false")
    assert place.pass_on() == "1 drop-ship orders passed on, 5 units"
    assert place.ask(TOLD) == []


def test_what_a_supplier_owes_or_refuses_names_exactly_that_shoppers_order(place: Place) -> None:
    place.happened("sale", 5)
    place.happened("sale", 5, order="E1")
    place.pass_on()
    place.answered(1, units_backordered=3, backorder_date="2026-02-01", units_rejected=1)
    place.follow()
    assert place.ask(TOLD) == [
        (
            "short_drop_ship",
            "ebay order E1",
            "of 5 units of MUG S01 refuses 1 and back-orders 3, expected 2026-02-01 (DS-000001)",
        )
    ]


def test_silence_is_late_after_48_hours_and_a_promise_when_its_day_is_over(place: Place) -> None:
    place.happened("sale", 5)
    place.pass_on()
    assert place.follow(days=0.5) == 0
    assert place.follow(days=1.99) == 0
    assert place.follow(days=2) == 1, "whatever day of the week it is"
    assert place.follow(days=5) == 1
    place.answered(5, promised_date="2999-01-01")
    assert place.follow(days=5) == 0
    place.ask("update ops.purchase_order_line_answers set promised_date = '2000-01-01'")
    assert place.follow(days=1) == 1


def test_an_order_that_was_sent_whole_is_over_without_a_receipt(place: Place) -> None:
    place.happened("sale", 5)
    place.pass_on()
    place.deliver()
    place.answered(5, units_shipped=5, first_shipped_at=NOON)
    move_orders_on(place.warehouse.connection, moment=datetime.now(UTC))
    place.warehouse.connection.commit()
    assert place.ask("select state from ops.purchase_orders") == [("closed",)]
    assert place.follow(days=30) == 0


def test_nothing_is_passed_on_before_the_marts_say_who_ships(warehouse: Warehouse) -> None:
    assert not are_orders_passed_on(warehouse.connection)


def test_readers_see_what_was_struck_from_an_order_and_what_was_taken_back_whole(place: Place) -> None:
    place.happened("sale", 5)
    place.happened("sale", 2, sku="CUP")
    place.happened("sale", 4, order="E1")
    place.pass_on()
    place.happened("cancellation", -2, sku="CUP")
    place.happened("cancellation", -4, order="E1")
    place.pass_on()
    seen = """
        select channel_id, sku, state, units_passed_on, units_ordered, passed_on_at is not null
        from ops.drop_ship_order_lines order by channel_id, line_number
    """
    assert place.ask(seen) == [
        ("ebay", "MUG", "cancelled", 4, 0, True),
        ("shopify", "CUP", "released", 2, 0, True),
        ("shopify", "MUG", "released", 5, 5, True),
    ]
