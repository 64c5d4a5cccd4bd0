"""A purchase order says what is bought, from whom and for where, not why; nothing in data is carried out."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.documents.orders import LINE, ORDER, order_of, order_with_lines

from stockroom.documents.purchase_orders import (
    CSV_COLUMNS,
    Party,
    PurchaseOrder,
    Release,
    UnprintableOrderError,
    purchase_order_csv,
    purchase_order_file_name,
    purchase_order_pdf,
)
from stockroom.tabular.spreadsheet import FORMULA_STARTS

reads_pages = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reading a PDF back needs poppler-utils")


def pages(order: PurchaseOrder) -> list[str]:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=purchase_order_pdf(order), capture_output=True, check=True
    )
    return done.stdout.decode().split("\f")[:-1]


def rows(order: PurchaseOrder) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(purchase_order_csv(order).decode(), newline="")))


@reads_pages
def test_the_page_names_all_that_a_supplier_needs():
    (page,) = pages(ORDER)
    for text in (
        "Sample Gifts Ltd", "Purchase order", "PO-000001", "version 1", "Mug Makers", "orders@mug-makers.example",
        "14 Wharf Lane", "London E16 0AA", "30 June 2011", "10 July 2011", "30 days net", "Road, own van", "MUG",
        "X-MUG", "Blue mug", "2 \N{MULTIPLICATION SIGN} 12",
        "2.50", "60.00", "£60.00", "Page 1 of 1",
    ):  # fmt: skip
        assert text in page


@reads_pages
def test_a_proposal_says_that_it_is_no_order_yet_and_a_released_order_says_who_let_it_go():
    assert "Proposal, not yet an order" in pages(ORDER)[0]
    (page,) = pages(replace(ORDER, release=Release("Jane Buyer", date(2011, 7, 1), "under the threshold")))
    assert "Proposal" not in page
    assert "threshold" not in page
    assert "Jane Buyer" in page
    assert "1 July 2011" in page


@reads_pages
@reads_pages
def test_no_copy_for_the_supplier_tells_why_we_buy():
    assert "stock lasts" not in pages(ORDER)[0]
    assert b"stock lasts" not in purchase_order_csv(ORDER)


@reads_pages
@pytest.mark.parametrize("lines", [1, 2, 25, 26, 27, 28, 29, 30, 31, 32])
def test_the_signature_never_stands_on_a_page_without_lines_and_the_total(lines):
    last = pages(order_with_lines(lines))[-1]
    assert "AUTHORISED FOR" in last
    assert "Order total" in last
    assert last.count("SKU0") >= min(lines, 3)


@reads_pages
def test_each_page_of_a_long_order_repeats_the_head():
    found = pages(order_with_lines(300))
    assert len(found) > 5
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert "PO-000001" in page
    with_lines = [page for page in found if "SKU0" in page]
    assert all("Your SKU" in page and "Unit price" in page for page in with_lines)
    for number in range(1, 301):
        assert any(f"SKU{number:04d}" in page for page in found)
    assert "300 lines, 7,200 units" in found[-1]
    assert "£18,000.00" in found[-1]


@pytest.mark.parametrize("text", ["#panic()", "$x^2$ *bold* _it_", '#read("/etc/passwd")', "\\u{41} @ref <label>"])
@reads_pages
def test_mark_up_in_data_is_printed_and_never_carried_out(text):
    page = pages(order_of(description=text))[0]
    assert text.split()[0] in page
    assert "root:" not in page


def test_the_same_order_gives_the_same_bytes_and_another_version_others():
    assert purchase_order_pdf(ORDER) == purchase_order_pdf(ORDER)
    assert purchase_order_csv(ORDER) == purchase_order_csv(ORDER)
    assert purchase_order_pdf(ORDER) != purchase_order_pdf(replace(ORDER, version=2))


def test_units_that_fill_no_whole_packs_are_still_printed():
    assert purchase_order_pdf(order_of(units=25)).startswith(b"%PDF-")
    assert purchase_order_pdf(order_of(pack_units=0)).startswith(b"%PDF-")


def test_the_csv_has_the_agreed_columns_and_plain_numbers():
    (row,) = rows(ORDER)
    assert tuple(row) == CSV_COLUMNS
    assert row["units"] == "24"
    assert row["unit_cost"] == "2.5000"
    assert row["line_value"] == "60.00"
    assert row["ordered_date"] == "2011-06-30"
    assert row["delivery_address"] == "Sample Gifts Ltd, London, 14 Wharf Lane, London E16 0AA, GB"


def test_a_requested_date_that_is_not_known_is_an_empty_cell():
    assert rows(replace(ORDER, requested_date=None))[0]["requested_date"] == ""


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_text_cell_begins_like_a_formula(start):
    order = replace(ORDER, supplier=Party(start + "cmd"), payment_terms=start + "1", ship_via=start + "2")
    line = replace(LINE, sku=start + "3", supplier_sku=start + "4", description=start + "5")
    (row,) = rows(replace(order, lines=(line,)))
    for column in ("supplier_name", "payment_terms", "ship_via", "sku", "supplier_sku", "description"):
        assert row[column].startswith("'" + start)


def test_a_comma_a_quote_and_a_line_break_stay_inside_their_cell():
    text = 'Mug, "blue"\nnew'
    (row,) = rows(order_of(description=text, unit_cost=Decimal("0.0375")))
    assert row["description"] == text
    assert row["unit_cost"] == "0.0375"


@pytest.mark.parametrize(
    "number", ["../PO-000001", "PO-000001/../../x", "H-000001", "PO-000001\n", "", "PO-" + "\u0661" * 6]
)
def test_a_file_is_named_after_our_own_numbers_alone(number):
    with pytest.raises(UnprintableOrderError, match="not a number of our purchase orders"):
        purchase_order_file_name(number, "pdf")
