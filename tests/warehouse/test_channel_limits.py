"""Channels' limits over all processes: two connections are two processes."""

from __future__ import annotations

import multiprocessing
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.channels.loopback import serve
from tests.channels.test_ebay_client import Account
from tests.channels.test_ebay_client import settings_of as ebay_settings

from stockroom.channels.ebay.client import DAILY, connect
from stockroom.channels.limits import A_DAY, Limit, Limits
from stockroom.jobs.share_limits import shared_limits
from stockroom.settings import Settings

DAYS_QUOTA = Limit(10, A_DAY, burst=4)


@pytest.fixture
def settings(warehouse: Any, tmp_path: Path) -> Settings:
    return Settings(warehouse.url_of("stockroom_app"), "", tmp_path, tmp_path, tmp_path, tmp_path)


def process(settings: Settings, sleeps: list[float], *, limit: Limit = DAYS_QUOTA, requests: int = 1) -> Limits:
    """Ask so often as a new process does, and return what it knows; to wait is to be noted, and over."""

    def waited(seconds: float) -> None:
        sleeps.append(seconds)
        raise TimeoutError

    with shared_limits(settings):
        limits = Limits({"orders": limit}, sleep=waited, channel_id="shop")
        for _ in range(requests):
            try:
                limits.wait("orders")
            except TimeoutError:
                break
    return limits


def test_what_one_process_took_the_next_does_not_take_again(settings: Settings) -> None:
    sleeps: list[float] = []
    process(settings, sleeps, requests=3)
    process(settings, sleeps)
    assert sleeps == []
    process(settings, sleeps)
    assert [round(seconds / 3600, 1) for seconds in sleeps] == [2.4], "ten a day is one in 2.4 hours"


def test_a_bucket_of_a_second_is_each_processs_own(settings: Settings, warehouse: Any) -> None:
    process(settings, [], limit=Limit(5, 1, burst=5), requests=5)
    assert rows(warehouse) == []


def test_what_an_answer_stated_the_next_process_knows(settings: Settings) -> None:
    sleeps: list[float] = []
    with shared_limits(settings):
        Limits({"orders": DAYS_QUOTA}, channel_id="shop").learn("orders", Limit(1000, A_DAY, burst=100))
    assert process(settings, sleeps, requests=100).declared == {"orders": Limit(1000, A_DAY, burst=100)}
    assert sleeps == []


def test_after_a_refusal_no_process_asks_before_one_request_has_come_back(settings: Settings) -> None:
    sleeps: list[float] = []
    with shared_limits(settings):
        Limits({"orders": DAYS_QUOTA}, channel_id="shop").hold("orders", 600)
    process(settings, sleeps)
    assert 590 < sleeps[0] < 601


def _take_twenty(settings: Settings, taken: Any) -> None:
    sleeps: list[float] = []
    with shared_limits(settings):
        limits = Limits({"orders": Limit(1, A_DAY, burst=30)}, sleep=sleeps.append, channel_id="shop")
        for _ in range(20):
            assert limits._ledger is not None
            taken.put(limits._ledger.take("shop", "orders", limits.declared["orders"], cost=1) == 0)


def test_processes_that_take_at_once_together_take_what_there_is(settings: Settings) -> None:
    fork = multiprocessing.get_context("fork")
    taken = fork.Queue()
    processes = [fork.Process(target=_take_twenty, args=(settings, taken)) for _ in range(4)]
    for each in processes:
        each.start()
    answers = [taken.get(timeout=30) for _ in range(80)]
    for each in processes:
        each.join()
    assert sum(answers) == 30


def test_ebays_budget_of_a_day_goes_down_with_each_connection(settings: Settings, warehouse: Any) -> None:
    before = time.time()
    with serve(Account().answer) as loopback:
        for _ in range(2):
            with shared_limits(settings), connect(ebay_settings(loopback.url)) as reader:
                reader.now()
    ((channel_id, operation, taken_until),) = rows(warehouse)
    assert (channel_id, operation) == ("ebay", "inventory")
    second = DAILY["inventory"].seconds / DAILY["inventory"].requests
    assert taken_until.timestamp() > before + 1.5 * second - 0.1


def rows(warehouse: Any) -> list[Any]:
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        return connection.execute("select channel_id, request_kind, taken_until from ops.channel_limits").fetchall()
