"""The overstock digest adds up, escapes what comes from data, and cannot run as a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

from stockroom.documents.overstock import (
    CSV_COLUMNS,
    ExcessLine,
    OverstockDigest,
    overstock_csv,
    overstock_file_name,
    overstock_html,
)

LINE = ExcessLine(
    sku="A",
    title="Red lantern",
    location_id="LONDON",
    position_units=200,
    target_units=90,
    excess_units=110,
    days_of_supply=200.0,
    value_tied_up=Decimal("220.00"),
    monthly_carrying_cost=Decimal("4.58"),
    action="mark down",
    markdown_percent=Decimal("15.00"),
    reason="110 units beyond 90 days of supply.",
)


def digest(*lines: ExcessLine) -> OverstockDigest:
    return OverstockDigest(date(2011, 6, 30), "Sample Gifts Ltd", "GBP", lines)


def test_the_totals_are_the_sums_of_the_lines() -> None:
    both = digest(LINE, replace(LINE, sku="B", value_tied_up=Decimal("80.00"), action="stop buying"))
    assert both.value_tied_up == Decimal("300.00")
    page = overstock_html(both).decode()
    assert "£300.00" in page
    assert "£9.16" in page
    assert "Mark down by 15&nbsp;%" in page


def test_a_week_without_excess_says_that_there_is_nothing_to_do() -> None:
    assert "There is nothing to do" in overstock_html(digest()).decode()


def test_names_from_the_catalogue_are_shown_and_not_run() -> None:
    page = overstock_html(digest(replace(LINE, title="<img src=x onerror=alert(1)>", reason="a & b"))).decode()
    assert "&lt;img src=x" in page
    assert "<img" not in page


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    content = overstock_csv(digest(replace(LINE, title='=HYPERLINK("http://x")', reason="+1"))).decode()
    rows = list(csv.DictReader(io.StringIO(content)))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert rows[0]["title"].startswith("'=")
    assert rows[0]["reason"] == "'+1"
    assert (rows[0]["excess_units"], rows[0]["value_tied_up"]) == ("110", "220.00")


def test_what_does_not_sell_lasts_for_no_number_of_days() -> None:
    assert "does not sell" in overstock_html(digest(replace(LINE, days_of_supply=None))).decode()


def test_the_page_shows_a_hundred_lines_and_the_csv_all() -> None:
    many = digest(*(replace(LINE, sku=f"S{number:03}") for number in range(150)))
    page = overstock_html(many).decode()
    assert "S099" in page
    assert "S100" not in page
    assert "50 more stand in overstock-2011-W26.csv" in page
    assert overstock_csv(many).count(b"\r\n") == 151


def test_the_file_is_named_by_the_iso_week() -> None:
    assert overstock_file_name(date(2011, 1, 1), "csv") == "overstock-2010-W52.csv"
