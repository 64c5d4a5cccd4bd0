"""The wait-list: shoppers' addresses reach ``pii`` and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from stockroom.jobs.record_restock_requests import UnusableRequestError, record_restock_requests, restock_request
from stockroom.settings import Settings

HEADER = "request_id,email,phone,sku,quantity,requested_at,consent_version\n"
ADA = "W-1,Ada@Post.example,,85123a ,2,2011-06-01T10:00:00Z,2011-03\n"


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path) -> Settings:
    (tmp_path / "waitlist").mkdir()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        waitlist_dir=tmp_path / "waitlist",
    )


def rows(warehouse: Any, query: str) -> list[Any]:
    with psycopg.connect(warehouse.url) as connection:
        return connection.execute(query).fetchall()


def write(settings: Settings, *lines: str, name: str = "requests-2011-06-01.csv") -> None:
    (settings.waitlist_dir / name).write_text(HEADER + "".join(lines))


def test_a_request_is_recorded_once_with_its_shopper(settings: Settings, warehouse: Any) -> None:
    write(settings, ADA)
    assert str(record_restock_requests(settings)) == "waitlist: 1 new requests"
    assert str(record_restock_requests(settings)) == "waitlist: nothing new"
    assert rows(warehouse, "select email, phone, consent_version from pii.shoppers") == [
        ("ada@post.example", None, "2011-03")
    ]
    assert rows(warehouse, "select request_id, sku, quantity, state from ops.restock_requests") == [
        ("W-1", "85123A", 2, "active")
    ]


def test_one_shopper_may_wait_for_two_products(settings: Settings, warehouse: Any) -> None:
    write(settings, ADA, ADA.replace("W-1", "W-2").replace("85123a", "22423").replace(",,", ",+447700900001,"))
    record_restock_requests(settings)
    assert rows(warehouse, "select count(distinct shopper_id), count(*) from ops.restock_requests") == [(1, 2)]


def test_a_phone_number_alone_is_enough(settings: Settings, warehouse: Any) -> None:
    write(settings, "W-1,,+44 7700 900001,22423,1,2011-06-01T10:00:00Z,2011-03\n")
    record_restock_requests(settings)
    assert rows(warehouse, "select email, phone from pii.shoppers") == [(None, "+447700900001")]


def test_an_answered_request_does_not_wait_again(settings: Settings, warehouse: Any) -> None:
    write(settings, ADA)
    record_restock_requests(settings)
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("update ops.restock_requests set state = 'unsubscribed'")
    write(settings, ADA, name="requests-2011-06-02.csv")
    assert record_restock_requests(settings).recorded == 0
    assert rows(warehouse, "select state from ops.restock_requests") == [("unsubscribed",)]


def test_an_erased_address_does_not_come_back_from_its_file(settings: Settings, warehouse: Any) -> None:
    write(settings, ADA)
    record_restock_requests(settings)
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("delete from pii.shoppers")
    record_restock_requests(settings)
    assert rows(warehouse, "select 1 from pii.shoppers") == []


def test_an_address_stands_in_pii_alone(settings: Settings, warehouse: Any) -> None:
    write(settings, ADA, "W-2,bob at post.example,,22423,1,2011-06-01T10:00:00Z,2011-03\n")
    summary = record_restock_requests(settings)
    landing = Path(settings.landing_url.removeprefix("file://"))
    assert [path for path in landing.rglob("*") if path.is_file()] == []
    assert "post.example" not in str(summary) + repr(summary)
    (exception,) = rows(warehouse, "select subject, detail from ops.exceptions")
    assert exception == ("requests-2011-06-01.csv, line 3", "email is no plain address; write it as name@shop.example")


def test_an_unreadable_file_is_told_and_the_others_are_recorded(settings: Settings, warehouse: Any) -> None:
    (settings.waitlist_dir / "requests-2011-05-31.csv").write_text("who,what\n")
    write(settings, ADA)
    summary = record_restock_requests(settings)
    assert summary.recorded == 1
    assert "no column request_id" in str(summary)
    assert len(rows(warehouse, "select 1 from ops.exceptions")) == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("email", "a@b", "email"),
        ("email", "a@b.example\r\nBcc: c@d.example", "email"),
        ("email", "=?utf-8?q?a?=@b.example", "email"),
        ("email", "a b@c.example", "email"),
        ("email", "a@b.example,c@d.example", "email"),
        ("email", "", "neither email nor phone"),
        ("phone", "0770 900", "phone"),
        ("sku", " ", "sku is empty"),
        ("consent_version", "", "consent_version is empty"),
        ("quantity", "0", "quantity '0'"),
        ("quantity", "1_000", "quantity '1_000'"),
        ("quantity", "1e3", "quantity '1e3'"),
        ("quantity", "99999999999999999999", "quantity"),
        ("requested_at", "yesterday", "requested_at 'yesterday'"),
    ],
)
def test_a_request_that_could_do_harm_or_nothing_is_refused(field: str, value: str, message: str) -> None:
    good = dict(zip(HEADER.strip().split(","), ADA.strip().split(","), strict=True))
    with pytest.raises(UnusableRequestError, match=message):
        restock_request({**good, field: value}, time_zone="Europe/London")


def test_a_time_without_an_offset_is_local() -> None:
    good = dict(zip(HEADER.strip().split(","), ADA.strip().split(","), strict=True))
    request = restock_request({**good, "requested_at": "2011-06-01 10:00"}, time_zone="Europe/London")
    assert request.requested_at.isoformat() == "2011-06-01T10:00:00+01:00"
