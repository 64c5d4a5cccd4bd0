"""CSV files as people really send them: damage costs the line that has it, and the message says what to mend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.streams import BadRow, Row
from stockroom.tabular import RefusedFileError, read_rows
from stockroom.tabular.csv_file import RECORD_LINES
from stockroom.tabular.limits import Limits

COLUMNS = ("sku", "units", "note")
HEADER = b"sku,units,note\r\n"


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    def read(content: bytes, **options: Any) -> list[Row | BadRow]:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        return list(read_rows(path, columns=COLUMNS, **options))

    return read


def documents(rows: list[Row | BadRow]) -> list[tuple[int, str]]:
    return [(row.line_number, str(row.document["sku"])) for row in rows if isinstance(row, Row)]


def bad(rows: list[Row | BadRow]) -> list[BadRow]:
    return [row for row in rows if isinstance(row, BadRow)]


def test_every_value_stays_as_the_file_spells_it(rows: Any) -> None:
    (row,) = rows(HEADER + b" 85123a ,007,\n")
    assert row == Row(2, {"sku": " 85123a ", "units": "007", "note": ""})


def test_a_byte_order_mark_is_no_part_of_the_first_column(rows: Any) -> None:
    (row,) = rows(b"\xef\xbb\xbf" + HEADER + b"A,1,\xc2\xa35\n")
    assert row.document == {"sku": "A", "units": "1", "note": "£5"}


def test_quoted_values_hold_commas_quotes_and_line_breaks(rows: Any) -> None:
    first, second = rows(HEADER + b'A,1,"say ""hi"", twice\nor thrice"\nB,2,x\n')
    assert first.document["note"] == 'say "hi", twice\nor thrice'
    assert (second.line_number, second.document["sku"]) == (4, "B")


def test_columns_that_nobody_asked_for_are_kept(rows: Any) -> None:
    (row,) = rows(b"extra,units,sku,note\nx,1,A,\n")
    assert row.document == {"extra": "x", "units": "1", "sku": "A", "note": ""}


def test_lines_without_any_value_are_nothing(rows: Any) -> None:
    assert documents(rows(HEADER + b"\nA,1,\n,,\n\r\nB,2,\n")) == [(3, "A"), (6, "B")]


def test_a_line_with_too_few_or_too_many_values_is_rejected_and_the_rest_loads(rows: Any) -> None:
    read = rows(HEADER + b"A,1,x\nB,2\nC,3,x,y\nD,4,x\n")
    assert documents(read) == [(2, "A"), (5, "D")]
    assert [(row.line_number, row.text) for row in bad(read)] == [(3, "B,2"), (4, "C,3,x,y")]
    assert "2 values stand under 3 columns" in bad(read)[0].reason


def test_a_file_cut_off_in_its_last_line_keeps_the_lines_before(rows: Any) -> None:
    read = rows(HEADER + b"A,1,x\nB,2,x\nC,")
    assert documents(read) == [(2, "A"), (3, "B")]
    assert [row.line_number for row in bad(read)] == [4]


def test_a_byte_that_is_not_utf8_costs_its_line_and_is_named(rows: Any) -> None:
    read = rows(HEADER + b"A,1,x\nB,2,\xa35\nC,3,x\n")
    assert documents(read) == [(2, "A"), (4, "C")]
    (row,) = bad(read)
    assert row.line_number == 3
    assert "byte 0xA3 at character 5" in row.reason
    assert "“£”" in row.reason
    assert "UTF-8" in row.reason
    assert row.text == r"B,2,\xa35"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_file_in_utf16_is_refused_with_the_mend(rows: Any, encoding: str) -> None:
    content = "sku,units,note\nA,1,x\n".encode(encoding)
    with pytest.raises(RefusedFileError, match=r"file.csv: .*(UTF-8|no column)"):
        rows(content)


def test_a_zero_byte_is_rejected_because_no_database_text_can_hold_it(rows: Any) -> None:
    read = rows(HEADER + b"A\x00,1,x\nB,2,x\n")
    assert documents(read) == [(3, "B")]
    assert bad(read)[0].text == r"A\x00,1,x"
    assert "sku holds a zero byte" in bad(read)[0].reason


def test_a_stray_quote_costs_its_line_and_not_the_rest_of_the_file(rows: Any) -> None:
    many = b"".join(b"S%d,1,x\n" % n for n in range(RECORD_LINES + 50))
    read = rows(HEADER + b'A,1,"x\n' + many)
    assert [row.line_number for row in bad(read)] == [2]
    assert "never closes" in bad(read)[0].reason
    assert len(documents(read)) == RECORD_LINES + 50


def test_a_quote_within_a_value_is_an_inch(rows: Any) -> None:
    (row,) = rows(HEADER + b'A,1,ruler 12"\n')
    assert row.document["note"] == 'ruler 12"'


def test_columns_are_known_however_people_write_them(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_text(" Count ID ,UNITS,Our Note\nC-1,12,x\n")
    (row,) = read_rows(path, columns=("count_id", "units"))
    assert isinstance(row, Row)
    assert row.document == {"count_id": "C-1", "units": "12", "Our Note": "x"}


def test_a_missing_column_refuses_the_file_and_says_which(rows: Any) -> None:
    with pytest.raises(RefusedFileError, match=r"file.csv: no column note; its first line holds sku, units"):
        rows(b"sku,units\nA,1\n")


def test_semicolons_are_recognised_in_the_message(rows: Any) -> None:
    with pytest.raises(RefusedFileError, match="separated by semicolons"):
        rows(b"sku;units;note\nA;1;x\n")


@pytest.mark.parametrize("header", [b"sku,units,note,sku\n", b"sku,,units,note\n"])
def test_two_columns_of_one_name_refuse_the_file(rows: Any, header: bytes) -> None:
    with pytest.raises(RefusedFileError, match="not unique"):
        rows(header)


def test_an_empty_file_is_refused(rows: Any) -> None:
    with pytest.raises(RefusedFileError, match="empty"):
        rows(b"")


def test_a_file_over_the_limit_is_refused_before_it_is_read(rows: Any) -> None:
    with pytest.raises(RefusedFileError, match=r"file.csv: 22 bytes, more than the 20 that it may have"):
        rows(HEADER + b"A,1,xy", limits=Limits(csv_bytes=20))


def test_a_file_without_line_ends_is_refused_and_not_held_in_memory(rows: Any) -> None:
    with pytest.raises(RefusedFileError, match="line 1 is longer"):
        rows(b"x" * 3_000_000)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.pdf"
    path.write_bytes(b"%PDF")
    with pytest.raises(RefusedFileError, match=r"neither .csv nor .xlsx"):
        list(read_rows(path, columns=COLUMNS))


@given(content=st.binary(max_size=300))
def test_whatever_the_bytes_every_row_can_be_stored(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(HEADER + content)
    for row in read_rows(path, columns=COLUMNS):
        values = [str(value) for value in row.document.values()] if isinstance(row, Row) else [row.text, row.reason]
        assert all("\x00" not in value for value in values)
        "".join(values).encode()  # no lone surrogates: Postgres would refuse the whole COPY
