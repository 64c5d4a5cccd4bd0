"""Wherever files are dropped, they are taken in alike: in a folder, on S3 and on an SFTP server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from tests.jobs.drop_servers import (
    BUCKET,
    CONNECTION,
    SFTP_CONNECTION,
    BucketOutside,
    FolderOutside,
    ServerOutside,
    s3_server,
    sftp_server,
)
from tests.x12.texts import group, interchange, order

from stockroom.channels import CHANNELS
from stockroom.jobs import take_in_files
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.extracted import ExtractionError
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings, SettingsError
from stockroom.tabular import StillWrittenError, find_files, open_drop
from stockroom.tabular.limits import Limits

HEADER = "order_number,line,ordered_at,customer_ref,country,ship_from,sku,description,quantity,unit_price,currency\n"
ADJUSTMENTS = "adjustment_id,occurred_at,location,sku,units,reason\nADJ-1,2011-06-08T10:00:00Z,LONDON,A,-3,damaged\n"

Outside = FolderOutside | BucketOutside | ServerOutside


def orders(*numbers: int, quantity: int = 400) -> bytes:
    lines = (f"W{n},1,2011-06-01 14:05,12345,United Kingdom,LONDON,A,Thing,{quantity},1.25,GBP\n" for n in numbers)
    return (HEADER + "".join(lines)).encode()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    with s3_server() as client:
        yield client


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("sftp")
    with sftp_server(root):
        yield root


@pytest.fixture(params=["folder", "s3", "sftp"])
def drop(request: Any, tmp_path: Path) -> Outside:
    if request.param == "folder":
        return FolderOutside(tmp_path / "drop")
    if request.param == "sftp":
        return ServerOutside(request.getfixturevalue("served") / tmp_path.name)
    return BucketOutside(request.getfixturevalue("bucket"), request.node.name)


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path, drop: Outside) -> Settings:
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        wholesale_dir=drop.url,
    )


@pytest.fixture
def rows(warehouse: Any) -> Callable[[str], list[Any]]:
    return lambda query: warehouse.connection.execute(query).fetchall()


def test_a_drop_that_nobody_has_filled_yet_brings_nothing(settings: Settings) -> None:
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new"


def test_a_file_is_taken_in_once_again_when_it_changes_and_never_touched(
    settings: Settings, drop: Outside, rows: Any
) -> None:
    drop.put("orders-2011-06-01.csv", orders(1, 2))
    drop.put(".orders-2011-06-02.csv.part", orders(9))
    drop.put("ordres.csv", b"")
    before = drop.contents()
    assert str(extract_channel(settings, "wholesale")) == "wholesale: orders 2; of unknown name: ordres.csv"
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new; of unknown name: ordres.csv"
    assert drop.contents() == before
    drop.put("orders-2011-06-01.csv", orders(1, 2, quantity=500))
    assert str(extract_channel(settings, "wholesale")).startswith("wholesale: orders 2")
    assert rows("select count(*), count(distinct record_key) from raw.wholesale_orders") == [(4, 2)]
    assert [Path(path).name for (path,) in rows("select path from raw.landing_files")] == ["orders-2011-06-01.csv"] * 2


@pytest.mark.parametrize("drop", ["s3", "sftp"], indirect=True)
def test_a_file_far_away_is_fetched_once(settings: Settings, drop: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("orders-2011-06-01.csv", orders(1))
    if isinstance(drop, ServerOutside):
        os.utime(drop.folder / "orders-2011-06-01.csv", (1_300_000_000, 1_300_000_000))
    extract_channel(settings, "wholesale")
    with open_drop(drop.url) as opened:
        monkeypatch.setattr(type(opened), "copy", lambda *_, **__: pytest.fail("it was fetched again"))
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new"
    drop.put("orders-2011-06-01.csv", orders(1, 2))
    with pytest.raises(pytest.fail.Exception, match="fetched again"):
        extract_channel(settings, "wholesale")


@pytest.mark.parametrize("drop", ["folder"], indirect=True)
def test_a_name_that_cannot_be_printed_is_spelled_out_and_never_fetched(settings: Settings, drop: Outside) -> None:
    drop.put(os.fsdecode(b"orders-\xff\n.csv"), orders(1))
    said = str(extract_channel(settings, "wholesale"))
    assert said == r"wholesale: nothing new; of unknown name: 'orders-\udcff\n.csv'"


def test_a_file_that_was_rewritten_with_the_same_content_says_nothing(settings: Settings, drop: Outside) -> None:
    drop.put("orders-2011-06-01.csv", orders(1))
    extract_channel(settings, "wholesale")
    drop.put("orders-2011-06-01.csv", orders(2))
    extract_channel(settings, "wholesale")
    drop.put("orders-2011-06-01.csv", orders(2))
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new"


def test_a_file_larger_than_it_may_be_is_named_and_not_fetched(
    settings: Settings, drop: Outside, monkeypatch: pytest.MonkeyPatch, rows: Any
) -> None:
    monkeypatch.setattr(take_in_files, "LIMITS", Limits(csv_bytes=len(orders(1))))
    drop.put("orders-2011-06-01.csv", orders(1, 2))
    drop.put("orders-2011-06-02.csv", orders(3))
    said = str(extract_channel(settings, "wholesale"))
    assert said.startswith("wholesale: orders 1; unreadable: orders-2011-06-01.csv: ")
    assert "more than the" in said
    assert rows("select count(*) from raw.landing_files") == [(1,)]


@pytest.mark.parametrize("drop", ["s3", "sftp"], indirect=True)  # a folder's files are not fetched
def test_a_file_that_changes_while_it_is_fetched_waits_for_the_next_round(drop: Outside) -> None:
    drop.put("orders-2011-06-01.csv", orders(1))
    with open_drop(drop.url) as opened:
        (listed,) = opened.files()
        drop.put("orders-2011-06-01.csv", orders(1, quantity=5_000))  # a server's times are whole seconds
        with pytest.raises(StillWrittenError, match="still being written"), opened.copy(listed, at_most=1000):
            pass


def test_an_order_as_x12_is_taken_in_and_answered_once(
    settings: Settings, drop: Outside, rows: Any, tmp_path: Path
) -> None:
    bad = order("PO-2", ("PO1", "1", "many", "EA", "1.25", "", "VN", "A"), control="0002")
    drop.put("acme-0001.edi", interchange(group(order("PO-1"), bad)).encode())
    drop.put("orders-2011-06-01.csv", orders(1))
    assert "answered" not in str(extract_channel(settings, "wholesale"))
    outgoing: Outside = FolderOutside(tmp_path / "out")
    if isinstance(drop, BucketOutside):
        outgoing = replace(drop, prefix="out")
    elif isinstance(drop, ServerOutside):
        outgoing = ServerOutside(drop.folder.with_name("out"))
    answering = replace(settings, wholesale_out_dir=outgoing.url)
    assert str(extract_channel(answering, "wholesale")) == "wholesale: nothing new; answered with: 997-500000000.edi"
    assert str(extract_channel(answering, "wholesale")) == "wholesale: nothing new"
    assert b"~\nAK2*850*0001~\nAK5*A~\nAK2*850*0002~\nAK3*PO1*3**8~" in outgoing.contents()["997-500000000.edi"]
    assert rows("select record_key, document ->> 'quantity' from raw.wholesale_orders order by 1") == [
        ("CUSTOMER:PO-1/1", "12"),
        ("W1/1", "400"),
    ]
    assert [reason for (reason,) in rows("select reason from raw.rejected_records")] == [
        "segment 9 (PO1), element 2: quantity is 'many', which is no decimal number; send one such as 12"
    ]


@pytest.mark.parametrize("drop", ["folder"], indirect=True)
def test_an_answer_that_was_cut_off_is_written_again_as_it_was(
    settings: Settings, drop: Outside, rows: Any, tmp_path: Path
) -> None:
    drop.put("acme-0001.edi", interchange(group(order())).encode())
    blocked = tmp_path / "out"
    blocked.write_text("no folder")
    answering = replace(settings, wholesale_out_dir=blocked)
    with pytest.raises(ExtractionError, match="wholesale: taken in, but not answered"):
        extract_channel(answering, "wholesale")
    assert rows("select succeeded from ops.extract_runs") == [(True,)]
    first = rows("select control_number, drawn_at from ops.file_answers where part = 1")
    blocked.unlink()
    assert "answered with: 997-500000000.edi" in str(extract_channel(answering, "wholesale"))
    assert rows("select control_number, drawn_at from ops.file_answers where part = 1") == first


def test_a_file_of_ours_is_there_whole_and_replaced_whole(drop: Outside) -> None:
    with open_drop(drop.url) as opened:
        assert opened.read("availability.csv") is None
        opened.write("availability.csv", b"one")
        opened.write("availability.csv", b"two, longer")
        assert opened.read("availability.csv") == b"two, longer"
    assert drop.contents() == {"availability.csv": b"two, longer"}


def test_the_suppliers_folders_may_lie_elsewhere_too(settings: Settings, drop: Outside, tmp_path: Path) -> None:
    drop.put("adjustments-2011-06-08.csv", ADJUSTMENTS.encode())
    (tmp_path / "empty").mkdir()
    elsewhere = replace(settings, suppliers_dir=tmp_path / "empty", planners_dir=tmp_path / "empty", wms_dir=drop.url)
    assert "wms: adjustments 1" in str(sync_suppliers(elsewhere))


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("drop", ["folder"], indirect=True)
def test_a_bucket_that_is_not_there_is_an_error_that_names_it(settings: Settings) -> None:
    mistyped = replace(settings, wholesale_dir=f"s3://{CONNECTION}@{BUCKET}x/orders")
    with pytest.raises(ExtractionError, match=f"there is no bucket {BUCKET}x"):
        extract_channel(mistyped, "wholesale")


@pytest.mark.parametrize("drop", ["folder"], indirect=True)
def test_a_connection_that_is_not_there_is_an_error_that_names_it(settings: Settings) -> None:
    unknown = replace(settings, wholesale_dir=f"s3://mistyped@{BUCKET}/orders")
    with pytest.raises(ExtractionError, match="s3://mistyped@drops/orders: there is no Airflow connection mistyped"):
        extract_channel(unknown, "wholesale")


@pytest.mark.parametrize("drop", ["sftp"], indirect=True)
@pytest.mark.parametrize("says", ["BadHostKeyException", "not found in known_hosts.*host_key"])
def test_a_server_that_nobody_vouches_for_is_not_talked_to(
    settings: Settings, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = json.loads(os.environ[variable := f"AIRFLOW_CONN_{SFTP_CONNECTION.upper()}"])
    extra = {"look_for_keys": "false"}
    if "Bad" in says:
        extra["host_key"] = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    monkeypatch.setenv(variable, json.dumps({**known, "extra": extra}))
    with pytest.raises(ExtractionError, match=says):
        extract_channel(settings, "wholesale")


@pytest.mark.parametrize("drop", ["folder"], indirect=True)
def test_a_server_without_a_connection_is_an_error_that_says_how_to_name_one(settings: Settings) -> None:
    with pytest.raises(ExtractionError, match="write it as sftp://connection@host/folder"):
        extract_channel(replace(settings, wholesale_dir="sftp://127.0.0.1/orders"), "wholesale")


@pytest.mark.parametrize("drop", ["sftp"], indirect=True)
def test_what_a_server_calls_by_a_path_is_never_fetched(drop: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.put("orders-2011-06-01.csv", orders(1))
    with open_drop(drop.url) as opened:
        (listed,) = opened.files()
        monkeypatch.setattr(type(opened), "files", lambda _: [replace(listed, name="orders-../../etc/x.csv")])
        found = find_files(CHANNELS["wholesale"].source, opened)
    assert (found.files, [file.name for file in found.unrecognised]) == ((), ["orders-../../etc/x.csv"])


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("/var/drop", Path("/var/drop")),
        ("file:///var/my%20drop", Path("/var/my drop")),
        ("s3://connection@bucket/orders/", "s3://connection@bucket/orders"),
        ("sftp://connection@host/orders", "sftp://connection@host/orders"),
    ],
)
def test_a_drop_is_a_folder_or_a_url(value: str, folder: Path | str, tmp_path: Path) -> None:
    assert installed(tmp_path, value).wholesale_dir == folder


@pytest.mark.parametrize(("value", "says"), [("ftp://host/x", "ftp://"), ("s3://key:secret@bucket/x", "password")])
def test_a_drop_that_cannot_be_is_refused_without_showing_a_secret(value: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"STOCKROOM_WHOLESALE_DIR.*{says}") as failure:
        installed(tmp_path, value)
    assert "secret" not in str(failure.value)


def installed(tmp_path: Path, wholesale_dir: str) -> Settings:
    needed = ("warehouse_url", "landing_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir")
    given = {f"STOCKROOM_{name.upper()}": str(tmp_path) for name in needed}
    return Settings.from_environment({**given, "STOCKROOM_WHOLESALE_DIR": wholesale_dir})
