"""A seventh channel: one folder, and everything else follows. It is read, loaded and told what can be sold."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.channels.loopback import Asked, Loopback, Says, serve

from stockroom.channels import find_channels
from stockroom.channels.channel import Listing
from stockroom.channels.push import Availability, push
from stockroom.jobs import extract_channel as extracting
from stockroom.jobs import note_channels as noting
from stockroom.settings import Settings

INIT = """
from stockroom.channels.channel import SHIP_FROM, Channel, RecordSource
from toys.toy.client import FIELDS, connect
from toys.toy.push import open_writer
from toys.toy.streams import STREAMS

CHANNEL = Channel(
    channel_id="toy", name="Toy market", kind="marketplace", fields=FIELDS, push=open_writer,
    source=RecordSource(streams=tuple(each.stream for each in STREAMS), connect=connect),
)
"""
STREAMS = """
from stockroom.channels.paging import LinkedPages
from stockroom.channels.rest import RestStream, utc
from stockroom.streams import Part, Stream, needs

STREAMS = (
    RestStream(
        Stream("toy", "orders", key=("id",), about="Orders of the toy market; key: id",
               checks=(Part(needs("units", kind="units")),)),
        path="orders",
        pages=LinkedPages({"limit": "2"}),
        window=lambda start, end: {"until": utc(end)} | ({"since": utc(start)} if start else {}),
    ),
)
"""
CLIENT = """
from contextlib import contextmanager

from stockroom.channels.channel import SHIP_FROM, ConnectionField, values_of
from stockroom.channels.http import Endpoint
from stockroom.channels.rest import RestReader, open_api
from toys.toy.streams import STREAMS

FIELDS = (ConnectionField("url", "its address"), ConnectionField("key", "its key", is_secret=True), SHIP_FROM)


def api(settings):
    given = values_of("toy", "Toy market", FIELDS, settings)
    return open_api(Endpoint("Toy market", given["url"], "Mend the key."), headers={"X-Key": given["key"]})


@contextmanager
def connect(settings):
    with api(settings) as opened:
        yield RestReader(opened, STREAMS, clock=("orders", {"limit": "1"}))
"""
PUSH = """
from contextlib import contextmanager

from stockroom.channels.channel import Written
from toys.toy.client import api


class Writer:
    def __init__(self, api):
        self.api = api

    def now(self):
        return self.api.time("stock")

    def read_available(self, listings):
        shown = self.api.get("stock")
        return {each: shown[each.listing_id] for each in listings if each.listing_id in shown}

    def write_available(self, changes, key, /):
        self.api.send("PUT", "stock", {each.listing.listing_id: each.units for each in changes})
        return [Written(each.listing, "written") for each in changes]


@contextmanager
def open_writer(settings):
    with api(settings) as opened:
        yield Writer(opened)
"""


class Market:
    """The toy market: five orders in pages of two, and the stock of two things."""

    def __init__(self) -> None:
        self.orders = [{"id": number, "units": number} for number in range(1, 6)]
        self.stock = {"bear": 9, "ball": 4}
        self.loopback: Loopback | None = None

    def __call__(self, asked: Asked) -> Says:
        if asked.headers.get("X-Key") != "toy key":
            return Says({"error": "who are you?"}, 401)
        if asked.path == "/stock":
            if asked.method == "PUT":
                self.stock |= asked.document
            return Says(self.stock)
        start, size = int(asked.query.get("from", 0)), int(asked.query["limit"])
        further = f'</orders?from={start + size}&limit={size}>; rel="next"'
        headers = {"Link": further} if start + size < len(self.orders) else {}
        return Says(self.orders[start : start + size], headers=headers)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the channels that a folder with nothing but the toy holds, where the jobs look for theirs."""
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "toys"]:
        monkeypatch.delitem(sys.modules, name)
    folder = tmp_path / "toys" / "toy"
    folder.mkdir(parents=True)
    (tmp_path / "toys" / "__init__.py").touch()
    for name, text in {"__init__": INIT, "streams": STREAMS, "client": CLIENT, "push": PUSH}.items():
        (folder / f"{name}.py").write_text(text)
    found = find_channels([str(tmp_path / "toys")], "toys")
    monkeypatch.setattr(extracting, "CHANNELS", found)
    monkeypatch.setattr(noting, "CHANNELS", found)
    return found["toy"]


@pytest.fixture
def market() -> Iterator[tuple[Market, Loopback]]:
    market = Market()
    with serve(market) as loopback:
        yield market, loopback


def settings_of(loopback: Loopback, tmp_path: Path, **others: Any) -> Settings:
    values = {"toy_url": loopback.url, "toy_key": "toy key", "toy_ship_from": "london"}
    given = {"warehouse_url": "", "landing_url": "", **others}
    folders = dict.fromkeys(("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"), tmp_path)
    return Settings(**given, **folders, channel_values=values)


@pytest.mark.usefixtures("toy")
def test_its_orders_reach_a_table_that_nobody_made_by_hand(
    market: Any, warehouse: Any, landing_url: str, tmp_path: Path
) -> None:
    settings = settings_of(
        market[1], tmp_path, warehouse_url=warehouse.url_of("stockroom_app"), landing_url=landing_url
    )
    market[0].orders[4]["units"] = "five"
    assert str(extracting.extract_channel(settings, "toy")) == "toy: orders 4 (1 rejected)"
    rows = warehouse.connection.execute("select record_key from raw.toy_orders order by 1").fetchall()
    assert rows == [("1",), ("2",), ("3",), ("4",)]
    (noted,) = warehouse.connection.execute(
        "select channel_name, kind, is_connected, ship_from from ops.channels"
    ).fetchall()
    assert noted == ("Toy market", "marketplace", True, "LONDON")


def test_what_can_be_sold_reaches_it_and_is_read_back(toy: Any, market: Any, tmp_path: Path) -> None:
    wanted = [
        Availability(Listing("bear"), "BEAR", 7),
        Availability(Listing("ball"), "BALL", 4),
        Availability(Listing("kite"), "KITE", 1),
    ]
    with toy.push(settings_of(market[1], tmp_path)) as writer:
        bear, ball, kite = sorted(push(writer, wanted, key="1"), key=lambda each: wanted.index(each.availability))
    assert (bear.outcome, bear.units_before, bear.units_after) == ("verified", 9, 7)
    assert (ball.outcome, kite.outcome) == ("as_wanted", "refused")
    assert market[0].stock == {"bear": 7, "ball": 4}


def test_half_a_connection_says_which_half_is_missing(toy: Any, tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="STOCKROOM_TOY_KEY is not set"),
        toy.source.connect(
            Settings("", "", tmp_path, tmp_path, tmp_path, tmp_path, channel_values={"toy_url": "http://127.0.0.1:1"})
        ),
    ):
        pass
