"""Suppliers' own servers: lists of stock and prices are fetched when they are new, and land as files do."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.x12.texts import interchange

from stockroom.jobs import pull_pages
from stockroom.jobs.extracted import ExtractionError
from stockroom.jobs.replay_landing import replay_landing
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings
from stockroom.tabular import DropError
from stockroom.tabular.http_page import Page, UnreachablePageError, fetch_page, pages_of
from stockroom.tabular.limits import Limits

STOCK = b"supplier_id,supplier_sku,units,as_of,expected_date\nS01,A-1,40,2011-06-30T05:00:00Z,\n"
PRICES = [
    {"supplier_id": "S01", "supplier_sku": "A-1", "sku": "MUG", "unit_cost": 1.50, "currency": "GBP"},
    {"supplier_id": "S01", "supplier_sku": "A-2", "sku": "CUP", "unit_cost": "free", "currency": "GBP"},
]


@dataclass
class SupplierServer:
    """A supplier's server: its pages, and what it was asked."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    """What it says instead of its pages, one request each."""
    asked: list[dict[str, str]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    """Pages that went out whole."""


@pytest.fixture
def server() -> Iterator[SupplierServer]:
    known = SupplierServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append({name.lower(): value for name, value in self.headers.items()})
            if known.answers:
                self.say(*known.answers.pop(0), b"")
            elif (content := known.pages.get(self.path)) is None:
                self.say(404, {}, b"")
            elif (etag := known.etags.get(self.path)) and self.headers.get("If-None-Match") == etag:
                self.say(304, {"ETag": etag}, b"")
            else:
                known.sent.append(self.path)
                self.say(200, {"ETag": etag} if etag else {}, content)

        def say(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path) -> Settings:
    folders: dict[str, Any] = {name: tmp_path / name for name in ("suppliers_dir", "wms_dir", "planners_dir")}
    for folder in folders.values():
        folder.mkdir()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        suppliers_pages=("acme_pages",),
        **folders,
    )


def know(monkeypatch: pytest.MonkeyPatch, server: SupplierServer, **more: Any) -> None:
    """Tell Airflow of the server, with a page of its stock unless others are named."""
    pages = more.pop("pages", {"availability-S01.csv": "/stock?key=secret"})
    known = {"conn_type": "http", "host": server.url, **more, "extra": {"pages": pages, **more.get("extra", {})}}
    monkeypatch.setenv("AIRFLOW_CONN_ACME_PAGES", json.dumps(known))


def rows(warehouse: Any, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(warehouse.url) as connection:
        return connection.execute(statement).fetchall()


def units(warehouse: Any) -> list[str]:
    found = "select document ->> 'units' from raw.suppliers_availability order by landing_file_id"
    return [value for (value,) in rows(warehouse, found)]


def asks(warehouse: Any) -> list[tuple[Any, ...]]:
    return rows(
        warehouse, "select subject, detail from ops.exceptions where kind = 'unreachable_page' and state = 'open'"
    )


def test_a_list_is_fetched_again_only_when_it_has_changed(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server)
    server.pages["/stock?key=secret"], server.etags["/stock?key=secret"] = STOCK, '"one"'
    assert str(sync_suppliers(settings)).endswith(" · suppliers' pages: availability 1")
    assert str(sync_suppliers(settings)).endswith(" · suppliers' pages: nothing new")
    assert (len(server.asked), len(server.sent)) == (2, 1)
    server.pages["/stock?key=secret"], server.etags["/stock?key=secret"] = STOCK.replace(b"40", b"12"), '"two"'
    sync_suppliers(settings)
    assert units(warehouse) == ["40", "12"]


def test_what_a_server_without_etags_sends_again_is_not_loaded_again(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server)
    server.pages["/stock?key=secret"] = STOCK
    sync_suppliers(settings)
    sync_suppliers(settings)
    assert (len(server.sent), units(warehouse)) == (2, ["40"])


def test_prices_come_as_json_and_a_bad_record_costs_itself(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server, pages={"catalogue-S01.json": "prices"})
    server.pages["/prices"] = json.dumps({"valid": "2011-06", "items": PRICES}).encode()
    assert "catalogues 1 (1 rejected)" in str(sync_suppliers(settings))
    cost = "select record_key, document ->> 'unit_cost', document ->> 'pack_units' from raw.suppliers_catalogues"
    assert rows(warehouse, cost) == [("S01/A-1", "1.5", "")]
    (rejected,) = rows(warehouse, "select line_number, reason, record from raw.rejected_records")
    assert (rejected[0], "A-2" in rejected[2]) == (2, True)
    assert 'unit_cost "free" is no number' in rejected[1]


def test_a_page_of_x12_is_answered_like_a_file(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    know(monkeypatch, server, pages={"846-S01.edi": "/stock.edi"})
    stock = ["ST*846*0001", "BIA*00*SI*1*20110630*0500", "LIN**VN*A-1", "QTY*33*40*EA", "SE*5*0001"]
    head = "GS*IB*ACME*STOCKROOM*20110630*0500*7*X*004010"
    server.pages["/stock.edi"] = interchange([head, *stock, "GE*1*7"]).encode()
    out = tmp_path / "out"
    sync_suppliers(replace(settings, suppliers_out_dir=out))
    assert units(warehouse) == ["40"]
    (answer,) = out.iterdir()
    assert "AK9*A*1*1*1" in answer.read_text()


def test_a_busy_server_is_asked_again_after_as_long_as_it_says(tmp_path: Path, server: SupplierServer) -> None:
    server.pages["/stock"] = STOCK
    server.answers = [(429, {"Retry-After": "7"}), (503, {})]
    waits: list[float] = []
    page = Page("availability-S01.csv", f"{server.url}/stock")
    assert fetch_page(page, tmp_path / "a", at_most=1000, sleep=waits.append) == ""
    assert waits[0] == 7
    assert (tmp_path / "a").read_bytes() == STOCK


def test_a_server_that_wants_to_be_left_alone_is_not_asked_in_the_next_round(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server)
    server.pages["/stock?key=secret"] = STOCK
    server.answers = [(429, {"Retry-After": "7200"})]
    assert "out of reach: acme_pages" in str(sync_suppliers(settings))
    ((subject, detail),) = asks(warehouse)
    assert (subject, "7,200 seconds" in detail, "secret" in detail) == ("acme_pages", True, False)
    sync_suppliers(settings)
    assert len(server.asked) == 1
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("update ops.channel_limits set taken_until = now()")
    sync_suppliers(settings)
    assert (asks(warehouse), units(warehouse)) == ([], ["40"])


@pytest.mark.parametrize(
    ("known", "header", "value"),
    [
        ({"login": "us", "password": "pw"}, "authorization", f"Basic {base64.b64encode(b'us:pw').decode()}"),
        ({"password": "pw"}, "authorization", "Bearer pw"),
        ({"password": "pw", "extra": {"key_header": "X-Api-Key"}}, "x-api-key", "pw"),
    ],
    ids=["basic", "bearer", "header"],
)
def test_a_supplier_is_shown_who_asks(
    tmp_path: Path,
    server: SupplierServer,
    monkeypatch: pytest.MonkeyPatch,
    known: dict[str, Any],
    header: str,
    value: str,
) -> None:
    know(monkeypatch, server, **known)
    server.pages["/stock?key=secret"] = STOCK
    (page,) = pages_of("acme_pages")
    fetch_page(page, tmp_path / "a", at_most=1000)
    assert server.asked[0][header] == value
    assert "pw" not in repr(page)
    assert "secret" not in f"{page!r} {page}"


def test_a_page_that_is_larger_than_it_may_be_is_given_up(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server)
    server.pages["/stock?key=secret"] = STOCK
    monkeypatch.setattr(pull_pages, "LIMITS", Limits(csv_bytes=50))
    assert "unreadable: availability-S01.csv" in str(sync_suppliers(settings))
    assert units(warehouse) == []


def test_keys_follow_no_server_that_sends_us_elsewhere(tmp_path: Path, server: SupplierServer) -> None:
    server.answers = [(302, {"Location": f"{server.url}/elsewhere?to=x"})]
    page = Page("availability-S01.csv", f"{server.url}/stock", {"X-Api-Key": "pw"})
    with pytest.raises(UnreachablePageError, match=r"has moved to http://127.0.0.1:\d+/elsewhere; mend"):
        fetch_page(page, tmp_path / "a", at_most=1000)
    assert len(server.asked) == 1


def test_keys_are_not_sent_in_the_clear(server: SupplierServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.url = "http://stock.acme.example"
    know(monkeypatch, server)
    with pytest.raises(DropError, match=r"give its host as https://stock.acme.example"):
        pages_of("acme_pages")


def test_a_page_that_is_not_there_and_a_name_that_says_nothing_keep_no_other_page(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"availability-S02.csv": "/gone", "prices.pdf": "/pdf", "availability-S01.csv": "/stock"}
    know(monkeypatch, server, pages=pages)
    server.pages["/stock"] = STOCK
    with pytest.raises(ExtractionError, match=r"prices.pdf is the name of no kind of file"):
        sync_suppliers(settings)
    assert units(warehouse) == ["40"]
    assert [subject for subject, _ in asks(warehouse)] == ["acme_pages/availability-S02.csv"]


def test_a_page_comes_back_from_what_landed(
    settings: Settings, server: SupplierServer, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(monkeypatch, server, pages={"availability-S01.json": "/stock"})
    record = {"supplier_id": "S01", "supplier_sku": "A-1", "units": 40, "as_of": "2011-06-30T05:00:00Z"}
    server.pages["/stock"] = json.dumps([record]).encode()
    sync_suppliers(settings)
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("truncate raw.suppliers_availability")
    owner = replace(settings, warehouse_url=warehouse.url_of("stockroom_owner"))
    assert replay_landing(owner).rows == 1
    assert units(warehouse) == ["40"]
