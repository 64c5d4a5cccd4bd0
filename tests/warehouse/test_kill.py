"""Loaders that are killed at any moment lose nothing and repeat nothing."""

from __future__ import annotations

import multiprocessing
import random
import time
from datetime import timedelta

from tests.warehouse.landed import MORNING, NOW, encoded, order

from stockroom.channels.shopify.streams import ORDERS
from stockroom.warehouse import connect
from stockroom.warehouse.cursors import window_start
from stockroom.warehouse.landing import open_landed, write_part
from stockroom.warehouse.load import load_landing_file

WINDOWS = 100
RECORDS = 100
WINDOW = timedelta(minutes=2)


def extract_until_done(url: str, landing_url: str) -> None:
    """Land and load window after window, going by nothing but the cursor."""
    with connect(url) as connection:
        connection.autocommit = True
        while True:
            start = window_start(connection, "shopify", "orders")
            number = 0 if start is None else round((start - MORNING) / WINDOW)
            if number == WINDOWS:
                return
            lines = [*encoded(order(number * RECORDS + item) for item in range(RECORDS)), b'{"id": "torn']
            landed = write_part(
                landing_url,
                ORDERS,
                lines,
                window_start=start,
                window_end=MORNING + (number + 1) * WINDOW,
                landed_at=NOW,
            )
            load_landing_file(connection, ORDERS, landed, currency="GBP")


def test_killed_loaders_lose_nothing_and_repeat_nothing(warehouse, landing_url):
    dice = random.Random(2)  # noqa: S311  # moments of death, not secrets
    fork = multiprocessing.get_context("fork")  # a new Python would spend its short life importing
    warm = write_part(f"{landing_url}/warm", ORDERS, [], window_start=None, window_end=MORNING, landed_at=NOW)
    with open_landed(warm):  # the first use asks all of Airflow's providers for file systems
        pass
    kills = 0
    while loaded_windows(warehouse) < WINDOWS * 0.8:
        loaders = [fork.Process(target=extract_until_done, args=(warehouse.url, landing_url)) for _ in range(2)]
        for loader in loaders:
            loader.start()
        time.sleep(dice.uniform(0.02, 0.4))
        for loader in loaders:
            loader.kill()
            loader.join()
        kills += 2
    assert kills >= 6, "the loaders were killed too late to show anything"
    extract_until_done(warehouse.url, landing_url)

    connection = warehouse.connection
    rows = connection.execute("select count(*), count(distinct record_key) from raw.shopify_orders").fetchone()
    assert rows == (WINDOWS * RECORDS, WINDOWS * RECORDS)
    files = connection.execute(
        "select count(*), count(distinct window_end), sum(loaded_count), max(window_end) from raw.landing_files"
    ).fetchone()
    assert files == (WINDOWS, WINDOWS, WINDOWS * RECORDS, MORNING + WINDOWS * WINDOW)
    assert connection.execute("select count(*) from raw.rejected_records").fetchone() == (WINDOWS,)


def loaded_windows(warehouse) -> int:
    with connect(warehouse.url) as connection:
        return connection.execute("select count(*) from raw.landing_files").fetchone()[0]
