"""Extraction from the sample store itself, while it misbehaves and the extract is killed."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import random
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.worlds import lend_world

from stockroom.channels import CHANNELS
from stockroom.channels.channel import RefusedConnectionError
from stockroom.channels.shopify.client import connect
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.record_restock_requests import record_restock_requests
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings
from stockroom.warehouse.extraction import ExtractionUnderWayError

pytestmark = pytest.mark.slow

TOKEN = "shpat_for_this_test"
ORDERS = next(stream for stream in CHANNELS["shopify"].streams if stream.name == "orders")


class Store:
    """The sample store as a process of its own."""

    def __init__(self, root: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.root = root
        lend_world(root)
        self.url = f"http://127.0.0.1:{self.port}"
        command = [
            sys.executable, "-m", "sample_store", "--root", str(root), "--port", str(self.port),
            "--clock", "2010-12-10T06:00", "--bucket-points", "200000", "--restore-rate", "100000",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, env={**os.environ, "SAMPLE_STORE_TOKEN": TOKEN})

    def post(self, path: str, document: dict[str, Any]) -> None:
        request = urllib.request.Request(self.url + path, json.dumps(document).encode(), method="POST")  # noqa: S310  # loopback
        with urllib.request.urlopen(request, timeout=60):  # noqa: S310  # loopback
            pass

    def wait(self) -> None:
        for _ in range(600):
            try:
                with urllib.request.urlopen(self.url + "/clock", timeout=5):  # noqa: S310  # loopback
                    return
            except OSError:
                assert self.process.poll() is None, "the sample store did not start"
                time.sleep(0.1)
        pytest.fail("the sample store did not answer within a minute")

    def rows(self, pattern: str) -> int:
        """Count the lines below the headers of its CSV files."""
        total = 0
        for path in self.root.glob(pattern):
            with path.open(encoding="utf-8", newline="") as file:
                total += sum(1 for _ in csv.reader(file)) - 1
        return total


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store(tmp_path_factory.mktemp("store"))
    try:
        store.wait()
        yield store
    finally:
        store.process.terminate()
        store.process.wait()


@pytest.fixture
def settings(warehouse: Any, landing_url: str, store: Store, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        channel_values={"shopify_url": store.url, "shopify_token": TOKEN},
        wholesale_dir=store.root / "wholesale",
        suppliers_dir=store.root / "suppliers",
        planners_dir=store.root / "planners",
        wms_dir=store.root / "wms",
        waitlist_dir=store.root / "waitlist",
    )


def rows(settings: Settings, query: str) -> list[Any]:
    with psycopg.connect(settings.warehouse_url) as connection:
        return connection.execute(query).fetchall()


def extract_when_free(settings: Settings, channel: str) -> None:
    for _ in range(100):
        try:
            extract_channel(settings, channel)
        except ExtractionUnderWayError:  # Postgres has not seen yet that the killed one is gone
            time.sleep(0.1)
        else:
            return
    pytest.fail("the lock of a killed extract was never freed")


def test_what_the_store_has_reaches_raw_whatever_happens_on_the_way(store: Store, settings: Settings) -> None:
    chance = random.Random(20101210)  # noqa: S311  # times of kills, not secrets
    for day in range(3):
        for kind in ("status_429", "status_500", "close_mid_body"):
            store.post("/faults", {"kind": kind, "times": 1})
        for channel in ("shopify", "wholesale"):
            process = multiprocessing.get_context("fork").Process(target=extract_channel, args=(settings, channel))
            process.start()
            time.sleep(chance.uniform(0.1, 3.0))
            process.kill()
            process.join()
            extract_when_free(settings, channel)
        if day < 2:
            store.post("/clock/advance", {"days": 1})
    store.post("/faults", {"kind": "status_401", "times": 1})
    with pytest.raises(RefusedConnectionError, match="STOCKROOM_SHOPIFY_TOKEN"):
        extract_channel(settings, "shopify")

    with connect(settings) as reader:  # the same, read in one undisturbed go
        end = reader.now() - timedelta(seconds=60)
        undisturbed = {(item := json.loads(line))["id"]: item for line in reader.records(ORDERS, start=None, end=end)}
    found = rows(settings, "select document from raw.shopify_orders order by document ->> 'updatedAt'")
    assert len(undisturbed) > 100
    assert {document["id"]: document for (document,) in found} == undisturbed
    assert len({(document["id"], document["updatedAt"]) for (document,) in found}) == len(found)  # no version twice
    assert rows(settings, "select count(*) from raw.rejected_records") == [(0,)]
    uk_lines = store.rows("wholesale/orders-2*.csv")
    assert rows(
        settings,
        "select count(*), count(distinct record_key) from raw.wholesale_orders "
        "join raw.landing_files using (landing_file_id) where file_name like '%.csv'",
    ) == [(uk_lines, uk_lines)]


def test_the_folders_of_the_store_are_taken_in_to_the_line(store: Store, settings: Settings) -> None:
    sync_suppliers(settings)
    for table, pattern in (
        ("wms_receipts", "wms/receipts-*.csv"),
        ("wms_adjustments", "wms/adjustments-*.csv"),
        ("suppliers_purchase_orders", "suppliers/purchase_orders-*.csv"),
        ("suppliers_catalogues", "suppliers/catalogue-*.csv"),
        ("planners_promotions", "planners/promotions.csv"),
    ):
        lines = store.rows(pattern)
        assert rows(settings, f"select count(*), count(distinct record_key) from raw.{table}") == [(lines, lines)]  # noqa: S608  # our own names
    assert rows(settings, "select count(*) from raw.suppliers_terms") == [(12,)]
    assert record_restock_requests(settings).recorded == store.rows("waitlist/requests-*.csv")
