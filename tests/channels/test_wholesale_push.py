"""Availability for wholesale customers: a CSV file and an X12 846, whole, equal for equal figures, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mockedi.validate
import mockedi.x12
import pytest
from tests.jobs.drop_servers import BucketOutside, FolderOutside, s3_server

from stockroom.channels import CHANNELS
from stockroom.channels.channel import ChannelError, DocumentWriter, Listing
from stockroom.channels.push import Availability, compare, push
from stockroom.channels.wholesale.push import AvailabilityFiles, open_writer
from stockroom.settings import Settings, SettingsError

NOW = datetime(2011, 6, 30, 14, 10, tzinfo=UTC)
X12 = {"wholesale_x12_id": "ZZ:SAMPLEGIFTS", "wholesale_x12_partner": "ZZ:WHOLESALE"}
A_LONDON, B_LONDON, A_LEEDS = Listing("A", "LONDON"), Listing("B", "LONDON"), Listing("A", "LEEDS")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    with s3_server("stockroom_customers") as client:
        yield client


@pytest.fixture(params=["folder", "s3"])
def outside(request: Any, tmp_path: Path) -> FolderOutside | BucketOutside:
    if request.param == "folder":
        return FolderOutside(tmp_path / "out")
    return BucketOutside(request.getfixturevalue("bucket"), f"out-{tmp_path.name}", "stockroom_customers")


def settings(folder: Path | str, **values: str) -> Settings:
    here = Path()
    return Settings("", "", here, here, here, here, wholesale_out_dir=folder, channel_values=values)


@contextmanager
def writer(folder: Path | str, *offered: Listing, **values: str) -> Iterator[AvailabilityFiles]:
    with open_writer(settings(folder, **values), clock=lambda: NOW) as files:
        files.keep_only(offered or (A_LONDON, B_LONDON, A_LEEDS))
        yield files


def wanted(figures: dict[Listing, int]) -> list[Availability]:
    return [Availability(listing, listing.listing_id, units) for listing, units in figures.items()]


def outcomes(figures: dict[Listing, int], folder: Path | str, key: str = "7", **values: str) -> list[str]:
    with writer(folder, **values) as files:
        return [result.outcome for result in push(files, wanted(figures), key=key)]


def test_figures_are_written_and_read_back_and_equal_ones_are_not_written(
    outside: FolderOutside | BucketOutside,
) -> None:
    assert outcomes({A_LONDON: 12, B_LONDON: 0, A_LEEDS: 3}, outside.url) == ["as_wanted", "verified", "verified"]
    assert outside.contents() == {"availability.csv": b"sku,location,available_units\r\nA,LEEDS,3\r\nA,LONDON,12\r\n"}
    assert outcomes({A_LONDON: 12, A_LEEDS: 3}, outside.url) == ["as_wanted", "as_wanted"]
    assert outcomes({A_LONDON: 0}, outside.url) == ["verified"]
    assert outside.contents()["availability.csv"].decode().splitlines()[1:] == ["A,LEEDS,3", "A,LONDON,0"]


def test_what_is_no_longer_offered_leaves_the_file(tmp_path: Path) -> None:
    outcomes({A_LONDON: 12, B_LONDON: 7}, tmp_path)
    with writer(tmp_path, A_LONDON) as files:
        push(files, wanted({A_LONDON: 11}), key="8")
    assert (tmp_path / "availability.csv").read_text().splitlines()[1:] == ["A,LONDON,11"]


def test_a_whole_shop_is_written_at_once(tmp_path: Path) -> None:
    many = {Listing(f"SKU-{number:04}", "LONDON"): number + 1 for number in range(600)}
    with writer(tmp_path, *many) as files:
        assert isinstance(files, DocumentWriter)
        records: list[int] = []
        push(files, wanted(many), key="7", on_record=lambda results: records.append(len(results)))
    assert records == [600, 600], "before and after one write, where a shop of listings is written 250 at a time"


def test_a_sku_that_a_spreadsheet_would_run_is_text_and_found_again(tmp_path: Path) -> None:
    formula = Listing("=1+1", "LONDON")
    with writer(tmp_path, formula) as files:
        assert [each.outcome for each in push(files, wanted({formula: 4}), key="7")] == ["verified"]
        assert [each.outcome for each in compare(files, wanted({formula: 4}))] == ["as_wanted"]
    assert b"'=1+1,LONDON,4" in (tmp_path / "availability.csv").read_bytes()


def test_a_file_that_was_taken_away_is_blank_and_one_that_was_changed_is_an_error(tmp_path: Path) -> None:
    outcomes({A_LONDON: 12}, tmp_path)
    file = tmp_path / "availability.csv"
    with writer(tmp_path) as files:
        assert not files.is_blank()
        file.write_text("sku,location,available_units\nA,LONDON,twelve\n")
        with pytest.raises(ChannelError, match=r"somebody changed availability.csv; delete it"):
            files.read_available([A_LONDON])
        file.unlink()
        assert files.is_blank()


def test_the_advice_says_per_location_what_can_be_sold(tmp_path: Path) -> None:
    outcomes({A_LONDON: 12, B_LONDON: 5, A_LEEDS: 3}, tmp_path, "41-0", **X12)
    advice = (tmp_path / "availability.edi").read_text()
    assert [segment.strip() for segment in advice.split("~")][1:-3] == [
        "GS*IB*SAMPLEGIFTS*WHOLESALE*20110630*1410*41*X*004010",
        "ST*846*0001",
        "BIA*00*SI*41*20110630*1410",
        "N1*WH*LEEDS*91*LEEDS",
        "LIN*1*VN*A",
        "QTY*33*3*EA",
        "CTT*1",
        "SE*7*0001",
        "ST*846*0002",
        "BIA*00*SI*41*20110630*1410",
        "N1*WH*LONDON*91*LONDON",
        "LIN*1*VN*A",
        "QTY*33*12*EA",
        "LIN*2*VN*B",
        "QTY*33*5*EA",
        "CTT*2",
        "SE*9*0002",
    ]
    read = mockedi.x12.parse(advice)
    report = mockedi.validate.validate(read)
    assert (report.envelope_errors, report.group_errors, report.interchange_findings) == ([], {}, [])
    assert [message.code for message in read.groups[0].messages] == ["846", "846"]


def test_the_same_round_writes_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        outcomes({A_LONDON: 12, A_LEEDS: 3}, tmp_path / folder, "41-0", **X12)
    for name in ("availability.csv", "availability.edi"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_sku_that_x12_cannot_write_stands_in_the_csv_file_alone(tmp_path: Path) -> None:
    star = Listing("A*B", "LONDON")
    with writer(tmp_path, star, B_LONDON, **X12) as files:
        push(files, wanted({star: 4, B_LONDON: 5}), key="7")
    assert b"A*B,LONDON,4" in (tmp_path / "availability.csv").read_bytes()
    assert b"CTT*1" in (tmp_path / "availability.edi").read_bytes()


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"wholesale_x12_id": "ZZ:SAMPLEGIFTS"}, "STOCKROOM_WHOLESALE_X12_PARTNER"),
        ({**X12, "wholesale_x12_id": "ZZ:A NAME THAT IS TOO LONG"}, "STOCKROOM_WHOLESALE_X12_ID.*up to 15"),
    ],
)
def test_an_address_that_x12_cannot_write_is_named(tmp_path: Path, values: dict[str, str], says: str) -> None:
    with pytest.raises(ChannelError, match=says), writer(tmp_path, **values):
        pass


def test_customers_are_told_where_there_is_a_folder_for_it(tmp_path: Path) -> None:
    wholesale = CHANNELS["wholesale"]
    orders_only = replace(settings(Path()), wholesale_dir=tmp_path / "orders")

    def told(folder: Path) -> bool:
        return wholesale.is_told(replace(orders_only, wholesale_out_dir=folder))

    assert not told(Path())
    assert told(tmp_path / "out")
    with pytest.raises(SettingsError, match="one of its own"):
        told(tmp_path / "orders")


def test_a_folder_goes_by_the_clock_that_it_is_lent(tmp_path: Path) -> None:
    with open_writer(settings(tmp_path)) as files:
        with pytest.raises(RuntimeError, match="no clock of its own"):
            push(files, wanted({A_LONDON: 3}), key="7")
        files.go_by(lambda: NOW)
        (result,) = push(files, wanted({A_LONDON: 3}), key="7")
    assert result.read_at == result.verified_at == NOW
