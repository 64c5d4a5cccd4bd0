"""Loading what readers of CSV and XLSX files found."""

from __future__ import annotations

import pytest
from tests.warehouse.landed import NOW

from stockroom.channels.wholesale.streams import ORDERS as WHOLESALE
from stockroom.streams import BadRow, Row
from stockroom.warehouse.cursors import is_unchanged, window_start
from stockroom.warehouse.landing import keep_file, sha256_of
from stockroom.warehouse.load import LoadSummary, load_rows


def bulk(number, **fields):
    return {
        "order_number": "536365",
        "line": str(number),
        "ordered_at": "2011-06-29 10:00",
        "quantity": "480",
        "unit_price": "2.55",
        "currency": "GBP",
        **fields,
    }


def kept(landing_url, tmp_path, text="a", *, name="orders-2011-06-29.csv", landed_at=NOW):
    file = tmp_path / name
    file.write_text(text)
    return keep_file(landing_url, WHOLESALE, file, landed_at=landed_at)


def load(warehouse, landed, rows):
    return load_rows(warehouse.connection, WHOLESALE, landed, rows, currency="GBP")


def test_rows_keep_their_lines_and_values_and_get_their_key(warehouse, landing_url, tmp_path):
    rows = [Row(2, bulk(1, description=' MUG, "RED" ')), Row(5, bulk(2))]
    assert load(warehouse, kept(landing_url, tmp_path), rows) == LoadSummary(loaded=2, rejected=0)
    found = warehouse.connection.execute(
        "select line_number, record_key, document ->> 'description' from raw.wholesale_orders order by 1"
    ).fetchall()
    assert found == [(2, "536365/1", ' MUG, "RED" '), (5, "536365/2", None)]


def test_what_else_a_file_says_of_people_stays_in_it(warehouse, landing_url, tmp_path):
    load(warehouse, kept(landing_url, tmp_path), [Row(2, bulk(1, customer_ref="C7", contact="Ada, 020 7946 0958"))])
    (document,) = warehouse.connection.execute("select document from raw.wholesale_orders").fetchone()
    assert document == bulk(1, customer_ref="C7")


def test_bad_rows_are_kept_with_what_the_reader_said(warehouse, landing_url, tmp_path):
    rows = [Row(2, bulk(1)), BadRow(3, "536365,2", "has 2 values for 11 columns"), Row(4, bulk(3, quantity="many"))]
    assert load(warehouse, kept(landing_url, tmp_path), rows) == LoadSummary(loaded=1, rejected=2)
    found = warehouse.connection.execute(
        "select line_number, reason, record from raw.rejected_records order by 1"
    ).fetchall()
    assert found[0] == (3, "has 2 values for 11 columns", "536365,2")
    assert found[1][1].startswith('quantity "many" is no number')


@pytest.mark.parametrize("value", ["a\0b", "\ud800", object()], ids=["NUL", "half a surrogate pair", "no JSON"])
def test_a_value_that_cannot_be_stored_costs_its_own_row_only(warehouse, landing_url, tmp_path, value):
    rows = [Row(2, bulk(1)), Row(3, bulk(2, description=value)), Row(4, bulk(3))]
    assert load(warehouse, kept(landing_url, tmp_path), rows) == LoadSummary(loaded=2, rejected=1)


def test_a_row_without_part_of_its_key_is_rejected(warehouse, landing_url, tmp_path):
    assert load(warehouse, kept(landing_url, tmp_path), [Row(2, bulk(""))]) == LoadSummary(loaded=0, rejected=1)


def test_of_a_long_bad_row_its_start_is_kept(warehouse, landing_url, tmp_path):
    load(warehouse, kept(landing_url, tmp_path), [BadRow(2, "x" * 50_000, "too long")])
    assert warehouse.connection.execute("select length(record) from raw.rejected_records").fetchone() == (10_000,)


def test_two_complaints_about_one_line_are_one_rejected_record(warehouse, landing_url, tmp_path):
    rows = [BadRow(3, "x", "too short"), BadRow(3, "x", "no date")]
    assert load(warehouse, kept(landing_url, tmp_path), rows).rejected == 1


def test_an_error_of_the_reader_undoes_the_load(warehouse, landing_url, tmp_path):
    def rows():
        yield Row(2, bulk(1))
        raise ValueError("the spreadsheet ends early")

    with pytest.raises(ValueError, match="ends early"):
        load(warehouse, kept(landing_url, tmp_path), rows())
    assert warehouse.connection.execute("select count(*) from raw.landing_files").fetchone() == (0,)
    assert load(warehouse, kept(landing_url, tmp_path), [Row(2, bulk(1))]).loaded == 1


def test_a_folder_may_be_read_again_and_again(warehouse, landing_url, tmp_path):
    later = NOW.replace(hour=13)
    load(warehouse, kept(landing_url, tmp_path), [Row(2, bulk(1))])
    again = load(warehouse, kept(landing_url, tmp_path, landed_at=later), [Row(2, bulk(1))])
    assert again == LoadSummary(0, 0, skipped=True)


def test_a_file_that_goes_back_to_an_earlier_content_loads_again(warehouse, landing_url, tmp_path):
    for hour, text in enumerate(["policy 0.95", "policy 0.90", "policy 0.95"]):
        landed = kept(landing_url, tmp_path, text, landed_at=NOW.replace(hour=hour))
        assert load(warehouse, landed, [Row(2, bulk(1))]).loaded == 1


def test_is_unchanged_asks_about_the_newest_file_of_that_name(warehouse, landing_url, tmp_path):
    def unchanged(name):
        return is_unchanged(warehouse.connection, WHOLESALE, file_name=name, sha256=sha256_of(tmp_path / name))

    landed = kept(landing_url, tmp_path, name="a.csv")
    assert not unchanged("a.csv")
    load(warehouse, landed, [])
    kept(landing_url, tmp_path, name="b.csv")
    assert unchanged("a.csv")
    assert not unchanged("b.csv")


def test_files_without_a_window_move_no_cursor(warehouse, landing_url, tmp_path):
    load(warehouse, kept(landing_url, tmp_path), [])
    assert window_start(warehouse.connection, "wholesale", "orders") is None
