"""XLSX files, honest and hostile: one process opens them under limits, and a message names the file and the limit."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from stockroom.streams import BadRow, Row
from stockroom.tabular import RefusedFileError, read_rows, xlsx_file
from stockroom.tabular.limits import Limits

MB = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"


def book(path: Path, rows: list[list[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


def forge(path: Path, part: str, change: Any) -> Path:
    """Rewrite one part of a spreadsheet as an attacker would."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def read(path: Path, **options: Any) -> list[Row | BadRow]:
    return list(read_rows(path, columns=("sku", "value"), **options))


def moment(second: int) -> dt.datetime:
    return dt.datetime(2011, 6, 30, 14, 5, second)  # noqa: DTZ001  # spreadsheets know no time zones


def reader_after_reading(path: Path) -> int:
    """Return the id of the process that has read for this one."""
    read(path)
    assert xlsx_file._reader.process is not None
    return xlsx_file._reader.process.pid


def test_values_come_as_text_that_sql_can_read(tmp_path: Path) -> None:
    values = [
        7, 2.5, 0.1 + 0.2, 1e20, 1e-7, True, "  007 ", dt.date(2011, 6, 30), moment(0),
        moment(59), dt.time(9, 30),
    ]  # fmt: skip
    rows = read(book(tmp_path / "f.xlsx", [["sku", "value"], *(["A", value] for value in values)]))
    assert [row.document["value"] for row in rows if isinstance(row, Row)] == [
        "7", "2.5", "0.3", "100000000000000000000", "0.0000001", "true", "  007 ", "2011-06-30", "2011-06-30 14:05",
        "2011-06-30 14:05:59", "09:30:00",
    ]  # fmt: skip
    assert [row.line_number for row in rows] == list(range(2, 13))


def test_a_formula_gives_the_value_that_was_stored_with_it_and_never_itself(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", "=1+1"], ["B", "=1+2"]])
    stored = forge(path, SHEET, lambda xml: xml.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"))
    rows = read(stored)
    assert [row.document["value"] for row in rows if isinstance(row, Row)] == ["2", ""]


def test_a_cell_with_an_error_rejects_its_row(tmp_path: Path) -> None:
    rows = read(book(tmp_path / "f.xlsx", [["sku", "value"], ["A", "#DIV/0!"], ["B", 1]]))
    assert [type(row) for row in rows] == [BadRow, Row]
    assert isinstance(rows[0], BadRow)
    assert "column 2 holds the error #DIV/0!" in rows[0].reason


def test_empty_rows_and_columns_to_the_right_are_nothing(tmp_path: Path) -> None:
    rows = read(book(tmp_path / "f.xlsx", [["sku", "value", None], [None, None], ["A", 1, None, None]]))
    assert rows == [Row(3, {"sku": "A", "value": "1"})]


def test_a_row_that_ends_early_is_empty_to_its_right(tmp_path: Path) -> None:
    rows = read(book(tmp_path / "f.xlsx", [["sku", "value"], ["A"]]))
    assert rows == [Row(2, {"sku": "A", "value": ""})]


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_reader_that_somebody_killed_is_started_again(tmp_path: Path, is_gone: bool) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    read(path)
    assert xlsx_file._reader.process is not None
    xlsx_file._reader.process.kill()
    if is_gone:
        xlsx_file._reader.process.wait()
    assert read(path) == [Row(2, {"sku": "A", "value": "1"})]


def test_a_fork_does_not_speak_into_its_parents_pipe(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    read(path)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        readers = set(pool.map(reader_after_reading, [path] * 6))
    assert reader_after_reading(path) not in readers


def test_many_files_cost_one_start_of_the_reader(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    read(path)
    first = xlsx_file._reader.process
    for _ in range(10):
        read(path)
    assert xlsx_file._reader.process is first


def test_a_missing_column_refuses_the_file_and_says_which(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match=r"f.xlsx: no column value; its first line holds sku, units"):
        read(book(tmp_path / "f.xlsx", [["sku", "units"], ["A", 1]]))


def test_half_a_file_is_refused_as_half_a_file(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"]] + [["A", n] for n in range(1000)])
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(RefusedFileError, match=r"f.xlsx: is no spreadsheet, or only the beginning of one"):
        read(path)


def test_a_csv_under_a_spreadsheets_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(b"sku,value\nA,1\n")
    with pytest.raises(RefusedFileError, match="no spreadsheet"):
        read(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode()
    for part in (SHEET, "xl/workbook.xml"):
        path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
        forge(path, part, lambda xml: head + xml.split(b"?>", 1)[-1].replace(b"<sheetData>", b"&l9;<sheetData>"))
        with pytest.raises(RefusedFileError, match="declares XML entities"):
            read(path)


def test_a_forged_dimension_costs_nothing(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    forge(path, SHEET, lambda xml: xml.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"'))
    started = time.monotonic()
    assert read(path) == [Row(2, {"sku": "A", "value": "1"})]
    assert time.monotonic() - started < 5


def test_a_cell_far_to_the_right_is_refused_as_too_many_columns(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    forge(path, SHEET, lambda xml: xml.replace(b'r="B2"', b'r="XFD2"'))
    with pytest.raises(RefusedFileError, match="row 2 has more than 256 columns"):
        read(path)


def test_an_archive_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", 1]])
    forge(path, SHEET, lambda xml: xml + b" " * (20 * MB))
    assert path.stat().st_size < MB
    with pytest.raises(RefusedFileError, match=r"unpacks to .* more than the 10,000,000 bytes"):
        read(path, limits=Limits(xlsx_unpacked_bytes=10_000_000))


def test_too_many_cells_are_refused(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"]] + [["A", n] for n in range(100)])
    with pytest.raises(RefusedFileError, match="more than 50 cells"):
        read(path, limits=Limits(xlsx_cells=50))


def test_too_large_a_file_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="more than the 1,000 that it may have"):
        read(book(tmp_path / "f.xlsx", [["sku", "value"]]), limits=Limits(xlsx_bytes=1000))


def test_a_file_that_needs_too_much_memory_ends_its_reader_and_not_us(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"], ["A", "x"]])
    forge(path, SHEET, lambda xml: xml.replace(b"<t>x</t>", b"<t>" + b"y" * (200 * MB) + b"</t>"))
    with pytest.raises(RefusedFileError, match=r"f.xlsx: .*300 MB"):
        read(path, limits=Limits(xlsx_memory_bytes=300 * MB))


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = book(tmp_path / "f.xlsx", [["sku", "value"]] + [["A", n] for n in range(20_000)])
    with pytest.raises(RefusedFileError, match=r"f.xlsx: not read after 0.3 seconds"):
        read(path, limits=Limits(xlsx_seconds=0.3))
