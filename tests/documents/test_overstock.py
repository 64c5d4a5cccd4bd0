"""The overstock digest adds up, escapes what comes from data, and cannot run as a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

from openpyxl import load_workbook

from stockroom.documents.overstock import (
    CSV_COLUMNS,
    LastDigest,
    OverstockDigest,
    overstock_csv,
    overstock_file_name,
    overstock_html,
    overstock_xlsx,
)
from stockroom.documents.overstock_lines import ActionLine, ItemLine

LINE = ActionLine(
    rank=1,
    sku="A",
    title="Red lantern",
    location_id="LONDON",
    action="mark down",
    units=110,
    percent=Decimal("15.00"),
    value_tied_up=Decimal("220.00"),
    monthly_carrying_cost=Decimal("4.58"),
    gain=Decimal("60.00"),
    gain_low=Decimal("-5.00"),
    gain_high=Decimal("90.00"),
    reason="Mark 110 units down by 15 % until they are gone.",
    assumes="1 % less price sells 2 % more, assumed",
)
ITEM = ItemLine(
    sku="A",
    title="Red lantern",
    location_id="LONDON",
    position_units=200,
    on_order_units=0,
    target_units=90,
    excess_units=110,
    days_of_supply=200.0,
    stock_age_days=40.0,
    idle_days=3,
    is_dead=False,
    value_tied_up=Decimal("220.00"),
    monthly_carrying_cost=Decimal("4.58"),
)


def digest(*lines: ActionLine, **given) -> OverstockDigest:
    return OverstockDigest(date(2011, 6, 30), "Sample Gifts Ltd", "GBP", lines, **given)


def test_the_totals_are_the_sums_of_the_lines() -> None:
    other = replace(LINE, sku="B", value_tied_up=Decimal("80.00"), action="stop buying", gain=Decimal(0))
    both = digest(LINE, other)
    assert both.value_tied_up == Decimal("300.00")
    page = overstock_html(both).decode()
    assert "£300.00" in page
    assert "£9.16" in page
    assert "£60.00" in page
    assert "Mark down: 110 units at 15\N{NO-BREAK SPACE}% off" in page
    assert "\N{MINUS SIGN}£5.00" in page
    assert "Assumes: 1 % less price sells 2 % more, assumed." in page


def test_a_week_without_excess_says_that_there_is_nothing_to_do() -> None:
    assert "There is nothing to do" in overstock_html(digest()).decode()


def test_names_from_the_catalogue_are_shown_and_not_run() -> None:
    hostile = "<img src=x onerror=alert(1)>"
    line = replace(LINE, title=hostile, reason="a & b", with_sku="B", with_title=hostile, po_numbers=(hostile,))
    items = (replace(ITEM, title=hostile, is_dead=True),)
    page = overstock_html(digest(line, items=items)).decode()
    assert page.count("&lt;img src=x") == 4
    assert "<img" not in page


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    hostile = digest(replace(LINE, title='=HYPERLINK("http://x")', reason="+1"), items=(replace(ITEM, title="=1+1"),))
    rows = list(csv.DictReader(io.StringIO(overstock_csv(hostile).decode())))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert rows[0]["title"].startswith("'=")
    assert rows[0]["reason"] == "'+1"
    assert (rows[0]["units"], rows[0]["value_tied_up"]) == ("110", "220.00")
    book = load_workbook(io.BytesIO(overstock_xlsx(hostile)))
    assert [
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ] == []
    assert book["Items"]["B2"].value == "A"
    assert book["Items"]["G2"].value == 90


def test_the_same_week_is_the_same_workbook_to_the_byte() -> None:
    assert overstock_xlsx(digest(LINE, items=(ITEM,))) == overstock_xlsx(digest(LINE, items=(ITEM,)))


def test_an_amount_in_the_workbook_shows_its_cents_and_a_count_none() -> None:
    book = load_workbook(io.BytesIO(overstock_xlsx(digest(LINE, items=(ITEM,)))))
    header, row = book["Actions"].iter_rows()
    shown = {title.value: cell.number_format for title, cell in zip(header, row, strict=True)}
    assert (shown["value_tied_up"], shown["gain"], shown["units"]) == ("#,##0.00##", "#,##0.00##", "General")


def test_what_has_lain_for_decades_is_said_as_a_person_would() -> None:
    dead = replace(ITEM, is_dead=True, stock_age_days=9000.0, idle_days=200)
    page = overstock_html(digest(LINE, items=(dead,))).decode()
    assert "over 10 years" in page
    assert "1 item sold nothing in 90 days on the shelf" in page


def test_the_page_shows_a_hundred_lines_and_the_csv_all() -> None:
    many = digest(*(replace(LINE, sku=f"S{number:03}") for number in range(150)))
    page = overstock_html(many).decode()
    assert "S099" in page
    assert "S100" not in page
    assert "50 more stand in overstock-2011-W26.csv" in page
    assert overstock_csv(many).count(b"\r\n") == 151


def test_the_file_is_named_by_the_iso_week() -> None:
    assert overstock_file_name(date(2011, 1, 1), "csv") == "overstock-2010-W52.csv"


def test_the_digest_says_what_was_done_about_the_last_one_and_what_moved() -> None:
    done = replace(LINE, was_done=True, brought=Decimal("42.00"))
    ignored = replace(LINE, rank=2, sku="B", was_done=False)
    unknown = replace(LINE, rank=3, sku="C")
    then = (replace(ITEM, value_tied_up=Decimal("500.00")), replace(ITEM, sku="GONE", value_tied_up=Decimal("30.00")))
    now = digest(LINE, items=(ITEM,), last=LastDigest(date(2011, 6, 23), then, (ignored, done, unknown)))
    assert [(one.sku, one.change) for one in now.movements] == [("A", Decimal("-280.00")), ("GONE", Decimal("-30.00"))]
    page = overstock_html(now).decode()
    assert "1 of 3 lines of that list were done" in page
    assert "brought £42.00" in page
    assert "\N{MINUS SIGN}£310.00 since 23 June 2011" in page


def test_excess_by_age_adds_up_to_all_of_it_with_what_is_on_order_apart() -> None:
    items = (
        replace(ITEM, stock_age_days=30.9),
        replace(ITEM, sku="B", stock_age_days=31.0),
        replace(ITEM, sku="C", stock_age_days=366.0, on_order_units=10),
        replace(ITEM, sku="D", stock_age_days=None, on_order_units=200),
    )
    aged = digest(LINE, items=items)
    assert [(band.name, band.items, band.units, band.value_tied_up) for band in aged.ages] == [
        ("still on order", 2, 120, Decimal("240.00")),
        ("0\N{EN DASH}30 days", 1, 110, Decimal("220.00")),
        ("31\N{EN DASH}90 days", 1, 110, Decimal("220.00")),
        ("over 365 days", 1, 100, Decimal("200.00")),
    ]
    assert sum(band.monthly_carrying_cost for band in aged.ages) == 4 * ITEM.monthly_carrying_cost
    assert "Over 365 days" in overstock_html(aged).decode()
    assert load_workbook(io.BytesIO(overstock_xlsx(aged)))["Ages"]["B5"].value == "over 365 days"


def test_a_list_that_has_become_empty_still_says_what_the_last_one_brought() -> None:
    done = replace(LINE, was_done=True, brought=Decimal("42.00"))
    cleared = digest(last=LastDigest(date(2011, 6, 23), (ITEM,), (done,)), signals={"test +3 %": 2})
    page = overstock_html(cleared).decode()
    assert "There is nothing to do" in page
    assert "brought £42.00" in page
    assert "2 SKUs: test +3 %" in page
    assert "Line by line" not in page
