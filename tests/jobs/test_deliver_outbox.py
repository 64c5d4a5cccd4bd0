"""Released orders reach the outbox folder once, waiting ones have their document, and a bad one stops no other."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import psycopg
import pytest
from tests.killing import wait_for_the_killed

from stockroom.jobs.answer_order import answer_order
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import Settings

NOW = datetime(2011, 6, 30, 6, tzinfo=UTC)
MARTS = """
create table marts.dim_suppliers (
    supplier_id text, name text, email text, payment_terms text, ship_via text);
create table marts.dim_locations (
    location_id text, name text, address_line text, city text, postcode text, country_code text);
create table marts.dim_skus (sku text, title text);
insert into marts.dim_suppliers values ('S01', 'Mug Makers', 'orders@mug-makers.example', '30 days net', 'Road');
insert into marts.dim_locations values ('LONDON', 'London', '14 Wharf Lane', 'London', 'E16 0AA', 'GB');
insert into marts.dim_skus values ('MUG', 'Blue mug');
"""
TERMS = '[{"name": "reorder_point_units", "value": 30, "unit": "units"}]'
ANNEX = ["PO-000001-reasons.csv", "PO-000001-reasons.html"]
DELIVER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import Settings
folder = Path(sys.argv[2])
print("ready", flush=True)
settings = Settings(sys.argv[1], "", folder / "documents", folder / "outbox", folder, folder)
deliver_outbox(settings, now=datetime(2011, 6, 30, 6, tzinfo=UTC))
"""


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    """Return settings that work as the application's role, with the marts that documents are made from."""
    warehouse.connection.execute(MARTS)
    warehouse.connection.commit()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        approvers=("jane",),
    )


@pytest.fixture
def add_order(warehouse):
    """Return a function that adds an order, released or waiting, as planning and releasing leave it."""

    def add(number=1, *, state="released", supplier_id="S01", location_id="LONDON", value="60.00", lines=1) -> str:
        po_number, run = f"PO-{number:06d}", warehouse.connection.execute
        run(
            """
            insert into ops.purchase_orders
                (po_number, supplier_id, location_id, currency, plan_date, state, value, lines_sha256, requested_date,
                exchange_rate, rate_date)
            values (%s, %s, %s, %s, '2011-06-30', %s, %s, '', '2011-07-10', 0.5, '2011-06-29')
            """,
            (po_number, supplier_id, location_id, f"C{number:02d}" if state == "waiting" else "GBP", state, value),
        )
        for line in range(1, lines + 1):
            run(
                "insert into ops.purchase_order_lines values (%s, 1, %s, 'MUG', 'X-MUG', 24, 12, 2.5, 60, 'few', %s)",
                (po_number, line, TERMS),
            )
        if state == "released":
            run(
                "insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note) "
                "values (%s, 1, 'proposed', 'released', 'policy', 'not above the approval threshold of 2000')",
                (po_number,),
            )
            key = f"{po_number}/v1"
            run("insert into ops.outbox values (%s, 'purchase_order', %s, 'pending')", (f"purchase_order/{key}", key))
        warehouse.connection.commit()
        return po_number

    return add


@pytest.fixture
def ask(warehouse):
    """Return the rows of a query, as of now."""

    def rows(query: str) -> list[tuple]:
        found = warehouse.connection.execute(query).fetchall()
        warehouse.connection.commit()
        return found

    return rows


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((folder / "purchase_orders").glob("*"))}


def seen(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


def suppliers_copies(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files(folder).items() if "reasons" not in name}


def test_a_released_order_is_kept_as_a_document_and_delivered_as_pdf_and_csv(settings, add_order, ask):
    add_order()
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    delivered = files(settings.outbox_dir)
    assert list(delivered) == ["PO-000001.csv", "PO-000001.pdf"]
    assert suppliers_copies(settings.documents_dir) == delivered
    (row,) = csv.DictReader(delivered["PO-000001.csv"].decode().splitlines())
    assert (row["supplier_name"], row["description"], row["units"]) == ("Mug Makers", "Blue mug", "24")
    path = str(settings.outbox_dir / "purchase_orders" / "PO-000001.pdf")
    assert ask("select state, attempts, path, sent_at is not null from ops.outbox") == [("sent", 1, path, True)]


def test_a_transfer_leaves_as_a_slip_between_places_even_where_orders_go_by_mail(settings, add_order, warehouse):
    warehouse.connection.execute(
        "insert into marts.dim_locations values ('ROTTERDAM', 'Rotterdam', 'Kade 5', 'Rotterdam', '3011 AA', 'NL')"
    )
    number = add_order(supplier_id="ROTTERDAM")
    warehouse.connection.execute("update ops.purchase_orders set kind = 'transfer'")
    warehouse.connection.commit()
    deliver_outbox(replace(settings, order_way="mail"), now=NOW)
    delivered = files(settings.outbox_dir)
    assert list(delivered) == [f"{number}.csv", f"{number}.pdf"]
    (row,) = csv.DictReader(delivered[f"{number}.csv"].decode().splitlines())
    assert (row["from_location_id"], row["to_location_id"], row["units"]) == ("ROTTERDAM", "LONDON", "24")
    assert "unit_cost" not in row


@pytest.mark.parametrize("state", ["released", "waiting"])
def test_the_reasons_stay_among_our_documents_and_never_leave(settings, add_order, state):
    add_order(state=state)
    deliver_outbox(settings, now=NOW)
    documents = files(settings.documents_dir)
    assert [name for name in documents if "reasons" in name] == ANNEX
    (row,) = csv.DictReader(documents["PO-000001-reasons.csv"].decode().splitlines())
    assert (row["reason"], row["reorder_point_units"]) == ("few", "30")
    assert not any(b"few" in content for content in files(settings.outbox_dir).values())
    assert not set(files(settings.outbox_dir)) & set(ANNEX)


def test_an_order_that_waits_has_its_document_and_is_not_delivered(settings, add_order):
    add_order(1, state="waiting")
    add_order(2)
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered, 1 document for orders that wait"
    assert list(files(settings.outbox_dir)) == ["PO-000002.csv", "PO-000002.pdf"]
    assert "PO-000001.pdf" in files(settings.documents_dir)


def test_delivering_again_changes_nothing(settings, add_order, tmp_path):
    add_order(1, state="waiting")
    add_order(2)
    deliver_outbox(settings, now=NOW)
    before = seen(tmp_path)
    assert str(deliver_outbox(settings, now=NOW)) == "nothing to deliver"
    assert seen(tmp_path) == before


def test_an_order_that_a_person_releases_gets_a_new_page_and_leaves(settings, add_order):
    po_number = add_order(1, state="waiting")
    deliver_outbox(settings, now=NOW)
    proposal = files(settings.documents_dir)["PO-000001.pdf"]
    answer_order(settings, po_number, 1, "release", "jane")
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    assert files(settings.documents_dir)["PO-000001.pdf"] != proposal
    assert files(settings.outbox_dir)["PO-000001.pdf"] == files(settings.documents_dir)["PO-000001.pdf"]


def test_a_new_version_of_a_waiting_order_gets_a_new_document(settings, add_order, warehouse):
    add_order(1, state="waiting")
    deliver_outbox(settings, now=NOW)
    warehouse.connection.execute("update ops.purchase_orders set version = 2, value = 30")
    warehouse.connection.execute(
        "insert into ops.purchase_order_lines values ('PO-000001', 2, 1, 'MUG', 'X', 12, 12, 2.5, 30, 'fewer', '[]')"
    )
    warehouse.connection.commit()
    assert str(deliver_outbox(settings, now=NOW)) == "1 document for orders that wait"
    (row,) = csv.DictReader(files(settings.documents_dir)["PO-000001-reasons.csv"].decode().splitlines())
    assert (row["version"], row["units"], row["reason"]) == ("2", "12", "fewer")


def test_the_document_of_an_order_that_was_refused_meanwhile_is_not_written(settings, add_order, warehouse):
    po_number = add_order(1, state="waiting")
    warehouse.connection.execute(
        "insert into ops.outbox values (%s, 'purchase_order_document', 'PO-000001/v1', 'pending')",
        ("purchase_order_document/PO-000001/v1",),
    )
    warehouse.connection.commit()
    answer_order(settings, po_number, 1, "refuse", "jane")
    assert str(deliver_outbox(settings, now=NOW)) == "nothing to deliver"
    assert files(settings.documents_dir) == {}


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"supplier_id": "S99"}, "supplier S99 is not in the suppliers' terms"),
        ({"location_id": "MOON"}, "location MOON has no name or address"),
        ({"value": "61.00"}, "its lines come to 60.00, the order says 61.00"),
        ({"lines": 0}, "without lines"),
    ],
)
def test_an_order_that_cannot_be_printed_waits_for_a_person_and_stops_no_other(settings, add_order, ask, order, reason):
    add_order(1, **order)
    add_order(2)
    summary = str(deliver_outbox(settings, now=NOW))
    assert summary == "1 purchase order delivered, 1 failed, see ops.exceptions: PO-000001/v1"
    assert list(files(settings.outbox_dir)) == ["PO-000002.csv", "PO-000002.pdf"]
    assert ask("select state from ops.outbox order by message_key") == [("failed",), ("sent",)]
    ((subject, detail, resolved_at),) = ask("select subject, detail, resolved_at from ops.exceptions")
    assert (subject, resolved_at) == ("PO-000001/v1", None)
    assert reason in detail


def test_what_failed_is_delivered_once_it_is_mended_and_its_exception_is_resolved(settings, add_order, warehouse, ask):
    add_order(1, supplier_id="S99")
    deliver_outbox(settings, now=NOW)
    deliver_outbox(settings, now=NOW)
    assert ask("select count(*), count(resolved_at) from ops.exceptions") == [(1, 0)]
    warehouse.connection.execute("insert into marts.dim_suppliers values ('S99', 'Late Ltd', '', '', '')")
    warehouse.connection.commit()
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
    assert ask("select count(*), count(resolved_at) from ops.exceptions") == [(1, 1)]
    assert ask("select state, attempts from ops.outbox") == [("sent", 3)]


def test_an_order_that_was_taken_back_after_its_message_does_not_leave(settings, add_order, warehouse):
    add_order()
    warehouse.connection.execute("update ops.purchase_orders set state = 'cancelled'")
    warehouse.connection.commit()
    assert "1 failed" in str(deliver_outbox(settings, now=NOW))
    assert files(settings.outbox_dir) == {}


def test_a_message_in_other_hands_is_left_alone(settings, add_order, warehouse):
    add_order(1)
    add_order(2)
    with psycopg.connect(warehouse.url) as other:
        other.execute("select 1 from ops.outbox where subject_key = 'PO-000001/v1' for update")
        assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"
        assert list(files(settings.outbox_dir)) == ["PO-000002.csv", "PO-000002.pdf"]
    assert str(deliver_outbox(settings, now=NOW)) == "1 purchase order delivered"


def test_deliveries_killed_at_any_moment_end_in_the_same_files_and_each_order_once(
    settings, add_order, ask, warehouse, tmp_path
):
    for number in range(1, 13):
        add_order(number, lines=20, value="1200.00")
    killed = tmp_path / "killed"
    random_numbers = random.Random(7)  # noqa: S311 -- moments, not secrets
    for _ in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", DELIVER, settings.warehouse_url, str(killed)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random_numbers.uniform(0.05, 0.35))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        half_way = files(killed / "outbox") if (killed / "outbox").exists() else {}
        for number in range(1, 13):
            if f"PO-{number:06d}.csv" in half_way:
                assert half_way[f"PO-{number:06d}.csv"].count(b"\r\n") == 21
                assert half_way[f"PO-{number:06d}.pdf"].rstrip().endswith(b"%%EOF")
    given = {field.name: getattr(settings, field.name) for field in fields(settings)}
    elsewhere = {"documents_dir": killed / "documents", "outbox_dir": killed / "outbox"}
    wait_for_the_killed(warehouse.connection)
    deliver_outbox(Settings(**{**given, **elsewhere}), now=NOW)
    assert ask("select distinct state from ops.outbox") == [("sent",)]
    assert len(files(killed / "outbox")) == 24
    with psycopg.connect(settings.warehouse_url) as connection:
        connection.execute("update ops.outbox set state = 'pending'")
    deliver_outbox(settings, now=NOW)
    assert files(settings.outbox_dir) == files(killed / "outbox") == suppliers_copies(killed / "documents")
    assert files(settings.documents_dir) == files(killed / "documents")


def test_the_day_of_a_persons_answer_is_the_stores_day(settings, add_order, warehouse):
    from stockroom.documents.purchase_orders import Party
    from stockroom.jobs.order_document import order_document
    from stockroom.warehouse.order_contents import read_order
    from stockroom.warehouse.order_ways import OrderWay

    po_number = add_order(1, state="waiting")
    answer_order(settings, po_number, 1, "release", "jane")
    warehouse.connection.execute("update ops.purchase_order_events set occurred_at = '2011-06-30 23:30+00'")
    rows = read_order(warehouse.connection, po_number=po_number, version=1)
    warehouse.connection.commit()
    release = order_document(rows, buyer=Party("Shop"), time_zone="Europe/London", way=OrderWay("S01")).release
    assert release is not None
    assert (release.authorised_by, release.released_date) == ("jane", date(2011, 7, 1))
