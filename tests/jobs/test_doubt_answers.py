"""Answers and invoices that are nobody's to give, or charge for too much, are named with file, parties and money."""

from __future__ import annotations

from typing import Any

import pytest

from stockroom.jobs.doubt_answers import AnswersDoubted, doubt_answers

TABLES = """
create table staging.stg_suppliers__availability (
    landing_file_id bigint, supplier_id text, supplier_sku text, sku text);
create table staging.stg_suppliers__acknowledgement_lines (
    landing_file_id bigint, supplier_id text, order_number text, line_number integer, supplier_sku text, sku text);
create table staging.stg_suppliers__shipment_lines (
    landing_file_id bigint, supplier_id text, shipment_id text, order_number text, line_number integer,
    supplier_sku text, sku text);
create table staging.stg_suppliers__invoice_lines (
    landing_file_id bigint, supplier_id text, invoice_number text, order_number text, line_number integer,
    supplier_sku text, sku text, units integer, unit_price numeric, currency text);
create table staging.stg_suppliers__catalogue_items (supplier_id text, supplier_sku text, sku text);
create table intermediate.int_supplier_names (supplier_name text, supplier_id text);
create table intermediate.int_drop_shippers (supplier_id text, location_id text);
create table marts.fct_order_lines (
    channel_id text, order_id text, order_name text, order_line_id text, sku text, location_id text,
    units_ordered integer, units_cancelled integer, units_fulfilled integer);
create table marts.fct_supplier_availability (supplier_id text, sku text, units integer, expected_date date);
create table marts.fct_purchase_order_lines (po_number text, supplier_id text, origin text);
insert into intermediate.int_supplier_names values ('S01', 'S01'), ('MUGMAKERS', 'S01'), ('S02', 'S02');
insert into staging.stg_suppliers__catalogue_items values ('S01', 'A-01', 'MUG'), ('S02', 'A-01', 'MUG');
insert into ops.purchase_orders (
    po_number, supplier_id, location_id, currency, plan_date, version, state, value, lines_sha256
) values ('PO-000001', 'S01', 'LONDON', 'GBP', '2011-06-01', 1, 'sent', 75, 'x');
insert into ops.purchase_order_lines values ('PO-000001', 1, 1, 'MUG', 'A-01', 60, 1, 1.25, 75, 'needed', '[]');
insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
values ('suppliers', 'invoices', 'file:///landing/suppliers/invoices/invoices-1.csv', 1, 'x', now());
"""
OPEN = "select kind, subject, detail from ops.exceptions where resolved_at is null order by kind, subject"


@pytest.fixture
def store(warehouse: Any) -> Any:
    warehouse.connection.execute(TABLES)
    warehouse.connection.commit()
    return warehouse.connection


def invoice(store: Any, number: str, units: int, *, sender: str = "S01", price: str = "1.25") -> None:
    store.execute(
        """
        insert into staging.stg_suppliers__invoice_lines
        select max(landing_file_id), %s, %s, 'PO-000001', 1, 'A-01', null, %s, %s, 'GBP' from raw.landing_files
        """,
        (sender, number, units, price),
    )


def test_what_is_charged_in_parts_is_added_up_and_what_was_refused_is_not_due(store: Any) -> None:
    invoice(store, "INV-1", 40, sender="MUGMAKERS")
    assert doubt_answers(store) == AnswersDoubted()
    invoice(store, "INV-2", 30)
    assert doubt_answers(store).overcharged_lines == 1
    [(kind, subject, detail)] = store.execute(OPEN).fetchall()
    assert (kind, subject) == ("invoice_quantity", "PO-000001 line 1")
    assert detail == "S01 charges 70 units of MUG, and 60 were ordered and not refused: 12.50 GBP too much"
    store.execute("delete from staging.stg_suppliers__invoice_lines where invoice_number = 'INV-2'")
    store.execute(
        "insert into ops.purchase_order_line_answers (po_number, line_number, units_accepted, units_rejected) "
        "values ('PO-000001', 1, 35, 25)"
    )
    doubt_answers(store)
    [(_, _, detail)] = store.execute(OPEN).fetchall()
    assert detail == "S01 charges 40 units of MUG, and 35 were ordered and not refused: 6.25 GBP too much"


def test_a_price_that_was_not_agreed_is_named_with_the_difference(store: Any) -> None:
    invoice(store, "INV-1", 40, price="1.30")
    assert doubt_answers(store) == AnswersDoubted(charged_lines=1)
    [(kind, _, detail)] = store.execute(OPEN).fetchall()
    assert (kind, detail.rpartition(": ")[2]) == ("invoice_price", "2.00 GBP too much")


def test_an_invoice_for_another_suppliers_order_is_no_price_and_names_file_and_both(store: Any) -> None:
    invoice(store, "INV-1", 400, sender="S02", price="9")
    assert doubt_answers(store) == AnswersDoubted(foreign_answers=1)
    [(kind, subject, detail)] = store.execute(OPEN).fetchall()
    assert (kind, subject) == ("foreign_answer", "PO-000001 to S01")
    assert detail == ("invoices-1.csv of S02 answers it, and it was ordered from S01: what it says changes nothing")
    store.execute("update raw.landing_files set landed_at = now() - interval '31 days'")
    assert doubt_answers(store) == AnswersDoubted()
