"""Which files of a folder are taken in."""

from __future__ import annotations

from pathlib import Path

import pytest

from stockroom.streams import Stream
from stockroom.tabular import FileSource, FileStream, find_files
from stockroom.tabular.drops import FolderDrop

ORDERS = Stream("shed", "orders", key=("number",))
SOURCE = FileSource(
    name="shed",
    setting="shed_dir",
    folder=lambda _: Path(),
    files=(FileStream(ORDERS, "orders-*.csv", ("number",)), FileStream(ORDERS, "orders-*.xlsx", ("number",))),
)


def test_files_come_oldest_name_first_whatever_their_case(tmp_path: Path) -> None:
    for name in ("orders-2011-06-02.xlsx", "orders-2011-06-01.csv", "Orders-2011-05-31.CSV"):
        (tmp_path / name).touch()
    found = find_files(SOURCE, FolderDrop(tmp_path))
    assert [path.name for _, path in found.files] == [
        "Orders-2011-05-31.CSV",
        "orders-2011-06-01.csv",
        "orders-2011-06-02.xlsx",
    ]
    assert SOURCE.streams == (ORDERS,)


@pytest.mark.parametrize(
    "name", ["orders-1.csv.part", "orders-1.csv.tmp", ".orders-1.csv", "~$orders-1.xlsx", "orders-1.csv~"]
)
def test_a_file_that_somebody_is_still_writing_is_left_for_the_next_round(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    found = find_files(SOURCE, FolderDrop(tmp_path))
    assert found.files == ()
    assert found.unrecognised == ()


def test_a_file_of_an_unknown_name_is_reported(tmp_path: Path) -> None:
    (tmp_path / "ordres-1.csv").touch()
    (tmp_path / "archive").mkdir()
    assert [path.name for path in find_files(SOURCE, FolderDrop(tmp_path)).unrecognised] == ["ordres-1.csv"]


def test_a_folder_that_is_not_there_yet_holds_nothing(tmp_path: Path) -> None:
    assert find_files(SOURCE, FolderDrop(tmp_path / "later")).files == ()


def test_a_declaration_whose_rows_could_have_no_key_is_refused() -> None:
    with pytest.raises(ValueError, match="key number"):
        FileStream(ORDERS, "*.csv", columns=("sku",))
