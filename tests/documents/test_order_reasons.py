"""The buyer's annex says why each line is bought, as a sentence and as numbers, and where the day comes from."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from tests.documents.orders import LINE, ORDER, order_of

from stockroom.documents.order_reasons import (
    CSV_COLUMNS,
    order_reasons_csv,
    order_reasons_file_name,
    order_reasons_html,
)
from stockroom.documents.purchase_orders import PurchaseOrder, Release, UnprintableOrderError

NUMBERS = {"forecast_units_per_day": 2.0, "lead_time_mean_days": 9.6, "reorder_point_units": 30, "method": "classic"}


def rows(order: PurchaseOrder) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(order_reasons_csv(order).decode(), newline="")))


def test_each_line_carries_its_sentence_and_its_numbers() -> None:
    page = order_reasons_html(order_of(terms=NUMBERS)).decode()
    assert LINE.reason in page
    for number in ("sold a day <b>2</b>", "days that the supplier takes <b>9.6</b>", "reorder point <b>30</b>"):
        assert number in page
    (row,) = rows(order_of(terms=NUMBERS))
    assert tuple(row) == CSV_COLUMNS
    assert (row["reason"], row["lead_time_mean_days"], row["on_order_units"]) == (LINE.reason, "9.6", "")
    assert row["currency"] == ORDER.currency


def test_it_says_by_which_rule_the_goods_are_wanted() -> None:
    page = order_reasons_html(ORDER).decode()
    assert "10 July 2011" in page
    assert "the day of the order plus 10 days" in page
    assert "as soon as possible" in order_reasons_html(replace(ORDER, requested_date=None)).decode()


def test_it_says_who_let_the_order_go_and_why() -> None:
    assert "waits for a named person" in order_reasons_html(ORDER).decode()
    released = replace(ORDER, release=Release("Under standing authority", date(2011, 6, 30), "not above 2000"))
    assert "Under standing authority: not above 2000" in order_reasons_html(released).decode()


def test_nothing_in_data_is_carried_out() -> None:
    order = order_of(description="<img src=x>", reason="=1+1")
    assert "<img" not in order_reasons_html(order).decode()
    assert rows(order)[0]["reason"] == "'=1+1"


def test_a_file_is_named_after_our_own_numbers_alone() -> None:
    with pytest.raises(UnprintableOrderError, match="not a number of our purchase orders"):
        order_reasons_file_name("../PO-000001", "html")
