"""One order in every form: the page as its reader writes, a workbook, bars, and X12 that a partner reads."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import mockedi.transactions
import mockedi.validate
import mockedi.x12
import openpyxl
import pytest
from tests.documents.orders import LINE, ORDER, order_of
from tests.documents.test_purchase_orders import pages, reads_pages

from stockroom.documents.barcode import code_128_widths
from stockroom.documents.purchase_order_850 import purchase_order_850
from stockroom.documents.purchase_orders import (
    CSV_COLUMNS,
    Party,
    PurchaseOrder,
    Release,
    UnprintableOrderError,
    purchase_order_csv,
    purchase_order_pdf,
    purchase_order_xlsx,
)
from stockroom.tabular.spreadsheet import FORMULA_STARTS
from stockroom.x12.write import Address

US, THEM = Address("ZZ", "SAMPLEGIFTS"), Address("ZZ", "MUGMAKERS")
AT = datetime(2011, 6, 30, 6, tzinfo=UTC)
RELEASED = replace(ORDER, release=Release("Jane Buyer", date(2011, 6, 30)))
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><rect width="4" height="4"/></svg>'


def cells(order: PurchaseOrder) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(purchase_order_xlsx(order))).active.values)


def x12(order: PurchaseOrder = RELEASED, control: int = 7) -> bytes:
    return purchase_order_850(order, sender=US, receiver=THEM, control=control, at=AT)


def segments(order: PurchaseOrder = RELEASED) -> list[list[str]]:
    return [line.split("*") for line in x12(order).decode().replace("\n", "").split("~")[:-1]]


@reads_pages
def test_a_german_supplier_reads_days_and_amounts_as_they_write_them():
    lines = (replace(LINE, units=1200, line_value=Decimal(3000)),)
    (page,) = pages(replace(ORDER, locale="de-DE", currency="EUR", lines=lines))
    for text in ("30. Juni 2011", "1.200", "2,50", "3.000,00 €"):
        assert text in page.replace("\N{NO-BREAK SPACE}", " ")


@reads_pages
def test_an_amended_order_and_a_cancelled_one_say_so_and_name_what_they_replace():
    (page,) = pages(replace(RELEASED, version=3, replaces=1))
    assert "Version 3 replaces version 1 as a whole" in page
    (page,) = pages(replace(RELEASED, is_cancelled=True))
    assert "This order is cancelled" in page


@reads_pages
def test_the_page_bears_our_address_and_what_is_to_be_said_of_taxes():
    (page,) = pages(replace(RELEASED, buyer=Party("Shop", ("12 Yard", "London")), tax_note="VAT GB 123"))
    assert "12 Yard · London" in page
    assert "VAT GB 123" in page


def test_a_logo_changes_the_page_and_a_broken_one_is_named():
    assert purchase_order_pdf(replace(ORDER, buyer=Party("Shop", logo_svg=LOGO))) != purchase_order_pdf(ORDER)
    with pytest.raises(UnprintableOrderError, match="PO-000001 cannot be set"):
        purchase_order_pdf(replace(ORDER, buyer=Party("Shop", logo_svg="<svg")))


def test_bars_begin_and_end_as_code_128_says_and_each_sign_is_eleven_modules_wide():
    widths = code_128_widths("PO-000001")
    assert widths[:6] == [2, 1, 1, 2, 1, 4], "start B"
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2], "stop"
    assert len(widths) == 6 * 11 + 7
    assert {sum(widths[at : at + 6]) for at in range(0, 66, 6)} == {11}
    with pytest.raises(ValueError, match="takes printable ASCII"):
        code_128_widths("PO-Ä")


def test_the_workbook_holds_the_rows_of_the_csv_with_numbers_and_days_as_such():
    header, row = cells(ORDER)
    assert header == CSV_COLUMNS
    line = dict(zip(header, row, strict=True))
    assert (line["units"], line["unit_cost"], f"{line['ordered_date']:%Y-%m-%d}") == (24, 2.5, "2011-06-30")
    assert purchase_order_xlsx(ORDER) == purchase_order_xlsx(ORDER)


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_of_the_workbook_is_a_formula(start):
    workbook = openpyxl.load_workbook(io.BytesIO(purchase_order_xlsx(order_of(description=f"{start}1+1"))))
    assert {cell.data_type for row in workbook.active.iter_rows() for cell in row} <= {"s", "n", "d", "inlineStr"}


def test_what_is_cancelled_has_lines_of_no_units():
    cancelled = replace(RELEASED, is_cancelled=True)
    assert [row[CSV_COLUMNS.index("units")] for row in cells(cancelled)] == ["units", 0]
    assert b",0,12,2.5000,0.00," in purchase_order_csv(cancelled)


def test_a_partner_program_reads_the_850_and_finds_nothing_wrong():
    interchange = mockedi.x12.parse(x12().decode())
    assert mockedi.validate.validate(interchange, strict=True).clean
    order = mockedi.transactions.read_order(interchange.groups[0].messages[0], "X12")
    [line] = order.lines
    assert (order.po_number, line.quantity, line.price) == ("PO-000001", Decimal(24), Decimal("2.5"))


def test_the_850_says_what_the_page_says():
    said = {segment[0]: segment[1:] for segment in segments()}
    assert said["BEG"] == ["00", "SA", "PO-000001", "", "20110630"]
    assert said["PO1"] == ["1", "24", "EA", "2.5", "", "VP", "X-MUG", "BP", "MUG"]
    assert said["CTT"] == ["1", "24"]
    assert ["N1", "ST", "Sample Gifts Ltd, London", "92", "LONDON"] in segments()
    assert x12() == x12() != x12(control=8)


@pytest.mark.parametrize(
    ("given", "purpose"), [({"replaces": 1, "version": 2}, "05"), ({"is_cancelled": True}, "01")]
)  # fmt: skip
def test_the_850_says_whether_it_replaces_or_takes_back(given, purpose):
    assert segments(replace(RELEASED, **given))[3][1] == purpose


def test_what_x12_cannot_say_is_no_order():
    with pytest.raises(UnprintableOrderError, match="holds a sign that parts values"):
        x12(replace(RELEASED, lines=(replace(LINE, sku="A*B"),)))
    with pytest.raises(UnprintableOrderError, match="is a proposal"):
        x12(ORDER)
