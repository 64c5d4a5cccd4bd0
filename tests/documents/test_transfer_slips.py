"""A transfer slip says what one of our places packs for another, without prices, and leaves room for both."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.documents.orders import LINE, ORDER, order_with_lines

from stockroom.documents.mail_message import MailHead
from stockroom.documents.order_mail import order_mail_bytes
from stockroom.documents.purchase_orders import Party, PurchaseOrder, Release
from stockroom.documents.transfer_slips import CSV_COLUMNS, transfer_slip_csv, transfer_slip_pdf, transfer_slip_xlsx

SLIP = replace(
    ORDER,
    kind="transfer",
    supplier_id="ROTTERDAM",
    supplier=Party("Sample Gifts Ltd, Rotterdam", ("Kade 5", "3011 AA Rotterdam", "NL")),
    release=Release("Jane Buyer", date(2011, 6, 30)),
)
reads_pages = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reading a PDF back needs poppler-utils")


def pages(order: PurchaseOrder) -> list[str]:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=transfer_slip_pdf(order), capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


@reads_pages
def test_the_slip_names_both_places_and_leaves_room_for_who_picks_and_who_receives():
    (page,) = pages(SLIP)
    for text in (
        "Transfer slip", "PO-000001", "Kade 5", "3011 AA Rotterdam", "14 Wharf Lane", "10 July 2011", "Jane Buyer",
        "MUG", "Blue mug", "24", "Picked", "Received", "PICKED BY", "RECEIVED BY",
    ):  # fmt: skip
        assert text in page
    assert "2.50" not in page
    assert "60.00" not in page


@reads_pages
def test_a_long_slip_repeats_its_head_and_nobody_signs_an_empty_page():
    found = pages(replace(order_with_lines(61), kind="transfer", release=SLIP.release))
    assert len(found) > 1
    assert all("Received" in page and "PO-000001" in page for page in found)
    assert "PICKED BY" in found[-1]
    assert found[-1].count("SKU0") >= 3


@reads_pages
def test_a_slip_that_nobody_released_is_not_to_be_picked():
    assert "not to be picked yet" in pages(replace(SLIP, release=None))[0]
    assert "Pick nothing" in pages(replace(SLIP, is_cancelled=True))[0]


@reads_pages
def test_mark_up_in_data_is_printed_and_never_carried_out():
    hostile = '#panic("no") $x$ *b* #sys.inputs'
    (page,) = pages(replace(SLIP, lines=(replace(LINE, description=hostile),)))
    assert hostile in page


def test_the_table_has_empty_columns_to_fill_and_nothing_that_runs():
    order = replace(SLIP, lines=(replace(LINE, description="=cmd()"),))
    (row,) = csv.DictReader(io.StringIO(transfer_slip_csv(order).decode(), newline=""))
    assert tuple(row) == CSV_COLUMNS
    assert (row["from_location_id"], row["to_location_id"], row["units"]) == ("ROTTERDAM", "LONDON", "24")
    assert (row["picked_units"], row["received_units"]) == ("", "")
    assert not row["description"].startswith("=")


def test_the_mail_that_brings_a_slip_asks_for_no_prices():
    head = MailHead(
        "0" * 32, "rotterdam@sample.example", "Sample Gifts", "shop@sample.example", datetime(2011, 7, 1, tzinfo=UTC)
    )
    mail = order_mail_bytes(head, SLIP, {"PO-000001.pdf": b"slip"}).decode()
    assert "Subject: Transfer PO-000001 from Sample Gifts Ltd" in mail
    assert "Please pick this for LONDON" in mail
    assert "prices" not in mail


def test_the_same_slip_gives_the_same_bytes():
    for written in (transfer_slip_pdf, transfer_slip_csv, transfer_slip_xlsx):
        assert written(SLIP) == written(SLIP)
        assert written(SLIP) != written(replace(SLIP, lines=(replace(LINE, units=36),)))
