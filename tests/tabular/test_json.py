"""JSON lists: what is wrong with one record stays with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockroom.streams import BadRow, RefusedFileError, Row
from stockroom.tabular import read_rows


def read(folder: Path, text: str) -> list[Row | BadRow]:
    (folder / "stock.json").write_text(text)
    return list(read_rows(folder / "stock.json", columns=("item", "units")))


def test_values_stay_as_they_are_written(tmp_path: Path) -> None:
    (row,) = read(tmp_path, '{"page": 1, "items": [{"item": "A", "units": 12.50, "new": true, "note": null}]}')
    assert row == Row(1, {"item": "A", "units": "12.50", "new": "true", "note": ""})


def test_what_a_record_leaves_out_is_blank(tmp_path: Path) -> None:
    assert read(tmp_path, '[{"item": "A"}]') == [Row(1, {"item": "A", "units": ""})]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('{"item": "A", "units": [1]}', "record 2 units holds lists; send one value"),
        ('"A"', "record 2 is no object; send each record as {…}"),
        (r'{"item": "A\u0000"}', "record 2 'item' holds a sign that no text has; write the value again"),
        (r'{"item": "\ud800"}', "record 2 'item' holds a sign that no text has; write the value again"),
    ],
    ids=["list", "text", "zero", "surrogate"],
)
def test_a_bad_record_costs_itself(tmp_path: Path, record: str, reason: str) -> None:
    first, bad, last = read(tmp_path, f'[{{"item": "A"}}, {record}, {{"item": "B"}}]')
    assert isinstance(bad, BadRow)
    assert bad.reason == reason
    assert (isinstance(first, Row), isinstance(last, Row)) == (True, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[{"item": "A"},', "stock.json: line 1 is no JSON"),
        ('{"items": 7}', "stock.json: holds 0 lists"),
        ('{"items": [], "more": []}', "stock.json: holds 2 lists"),
        ('[{"item": "A", "item": "B"}]', "'item' stands twice"),
        ("[" * 100_000, "too deep in one another"),
    ],
    ids=["broken", "no list", "two lists", "twice", "deep"],
)
def test_a_file_without_a_list_of_records_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(RefusedFileError, match=reason):
        read(tmp_path, text)


def test_a_file_that_is_not_utf_8_is_refused_with_the_place_of_its_first_foreign_byte(tmp_path: Path) -> None:
    path = tmp_path / "stock.json"
    path.write_bytes(b'[{"\xe9": 1}]')
    with pytest.raises(RefusedFileError, match="byte 4 is not UTF-8"):
        list(read_rows(path, columns=("item", "units")))
