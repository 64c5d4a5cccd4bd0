"""Amazon from end to end: a first load of two years that is killed, orders that a notification names, open windows."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.channels.loopback import Asked, Says, serve
from tests.channels.test_amazon_client import TOKEN_PATH, settings_of
from tests.channels.test_amazon_reports import ORDER_HEADER, order_row

from stockroom.channels.amazon import reports
from stockroom.jobs.backfill_channel import backfill_channel
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.extracted import ExtractionError
from stockroom.jobs.hear_messages import hear_messages
from stockroom.settings import Settings
from stockroom.warehouse.extraction import ExtractionUnderWayError

NOW = datetime(2011, 6, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ORDERS = "select count(*), count(distinct record_key) from raw.amazon_orders"


@dataclass
class Account:
    """An account with one order every ten days for two years, and whatever else is sold."""

    now: datetime = NOW
    orders: dict[str, datetime] = field(
        default_factory=lambda: {f"202-{n:07}-0000000": NOW - 5 * DAY - n * 10 * DAY for n in range(70)}
    )
    asked_for: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The range of each report."""
    seconds_a_report: float = 0.0
    has_files: bool = True
    is_silent: bool = False
    """Whether single orders are not answered for."""
    url: str = ""

    def answer(self, asked: Asked) -> Says:
        says = self._answer(asked)
        return replace(says, headers={"Date": format_datetime(self.now, usegmt=True), **says.headers})

    def _answer(self, asked: Asked) -> Says:  # one place for each operation
        place = asked.path.rpartition("/")[2]
        if asked.path == TOKEN_PATH:
            return Says({"access_token": "Atza|one", "expires_in": 3600})
        if asked.path.startswith("/storage/"):
            if not self.has_files:
                return Says({}, 404)
            time.sleep(self.seconds_a_report)
            start, end = self.asked_for[int(place)]
            rows = [order_row(key, "A") for key, at in self.orders.items() if start <= at < end]
            return Says(content="\n".join([ORDER_HEADER, *rows, ""]).encode())
        rate = {"x-amzn-RateLimit-Limit": "1000.0"}
        return replace(self._operation(asked, place), headers=rate)

    def _operation(self, asked: Asked, place: str) -> Says:  # as above
        if "/orders/2026-01-01/orders/" in asked.path:
            if self.is_silent:
                return Says({}, 400)
            return Says({"order": self._order(place)}) if place in self.orders else Says({"errors": []}, 404)
        if asked.path.endswith("/orders"):
            start, end = (asked.query.get(f"lastUpdated{name}") for name in ("After", "Before"))
            found = [key for key, at in self.orders.items() if moment(start) <= at <= moment(end)]
            return Says({"orders": [self._order(key) for key in found]})
        if asked.method == "POST":
            if asked.document["reportType"].startswith("GET_MERCHANT"):
                return Says({"reportId": "listings"}, 202)
            self.asked_for.append((moment(asked.document["dataStartTime"]), moment(asked.document["dataEndTime"])))
            return Says({"reportId": str(len(self.asked_for) - 1)}, 202)
        if asked.path.endswith("/reports/listings"):
            return Says({"reportId": place, "processingStatus": "CANCELLED"})
        if "/documents/" in asked.path:
            return Says({"reportDocumentId": place, "url": f"{self.url}/storage/{place}"})
        if asked.path.endswith("/reports"):
            return Says({"reports": [self._report(number) for number in range(len(self.asked_for))]})
        if "/reports/" in asked.path:
            return Says(self._report(int(place)))
        if "/fba/" in asked.path:
            return Says({"payload": {"inventorySummaries": []}})
        return Says({"items": [], "numberOfResults": 0})

    def _order(self, key: str) -> dict[str, Any]:
        at = f"{self.orders[key]:%Y-%m-%dT%H:%M:%SZ}"
        return {"orderId": key, "createdTime": at, "lastUpdatedTime": at, "orderItems": []}

    def _report(self, number: int) -> dict[str, Any]:
        start, end = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in self.asked_for[number])
        made = {"reportId": str(number), "processingStatus": "DONE", "reportDocumentId": str(number)}
        return {**made, "dataStartTime": start, "dataEndTime": end}


def moment(text: str | None) -> datetime:
    return NOW + 99 * DAY if text is None else datetime.fromisoformat(text)


@pytest.fixture
def account() -> Iterator[Account]:
    account = Account()
    with serve(account.answer) as loopback:
        account.url = loopback.url
        yield account


@pytest.fixture
def settings(warehouse: Any, landing_url: str, account: Account, tmp_path: Path) -> Settings:
    return replace(
        settings_of(account.url, amazon_window_seconds=""),
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
    )


@pytest.fixture
def rows(warehouse: Any) -> Callable[[str], list[Any]]:
    def read(query: str) -> list[Any]:
        with psycopg.connect(warehouse.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    return read


def test_a_first_load_comes_month_by_month_and_joins(settings: Settings, account: Account, rows: Any) -> None:
    assert "orders 70" in str(extract_channel(settings, "amazon"))
    files = rows(
        "select window_start, window_end from raw.landing_files where source = 'amazon' and stream = 'orders' "
        "order by landing_file_id"
    )
    assert len(files) == len(account.asked_for) + 1 == 26
    assert [end for _, end in files[:-1]] == [start for start, _ in files[1:]]
    assert files[0][0] is None
    assert files[-1][1] == NOW - timedelta(minutes=2)


def test_a_first_load_that_breaks_off_goes_on_behind_its_last_month(
    settings: Settings, account: Account, rows: Any
) -> None:
    account.has_files = False
    with pytest.raises(ExtractionError, match="not extracted: orders"):
        extract_channel(settings, "amazon")
    assert len(account.asked_for) == reports.AT_ONCE, "no more at once"
    account.has_files = True
    extract_channel(settings, "amazon")
    assert len(account.asked_for) == 25, "none is asked for again"
    assert rows(ORDERS) == [(70, 70)]


def test_a_backfill_reads_its_months_again(settings: Settings, rows: Any) -> None:
    extract_channel(settings, "amazon")
    done = backfill_channel(settings, "amazon", start=NOW - 100 * DAY)
    assert "orders 10;" in str(done)
    assert rows(ORDERS) == [(80, 70)]


@pytest.mark.slow
def test_killed_at_random_moments_a_first_load_goes_on_where_it_stopped(
    settings: Settings, account: Account, rows: Any
) -> None:
    account.seconds_a_report = 0.05
    chance = random.Random(20110630)  # noqa: S311  # times of kills, not secrets
    months = "select count(*) from raw.landing_files where stream = 'orders'"
    for until in sorted(chance.sample(range(25), 5)):  # how many months are there when the next kill is near
        process = multiprocessing.get_context("fork").Process(target=when_free, args=(settings,))
        process.start()
        while rows(months)[0][0] < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
    when_free(settings)
    assert rows(ORDERS) == [(70, 70)]
    assert rows(months) == [(26,)], "no month came twice"
    assert len(set(account.asked_for)) == 25
    assert len(account.asked_for) <= 25 + 5, "a kill costs one request at most: the one that was on its way"


def when_free(settings: Settings) -> None:
    """Extract once Postgres has seen that whoever was killed is gone."""
    for _ in range(100):
        with suppress(ExtractionUnderWayError):
            extract_channel(settings, "amazon")
            return
        time.sleep(0.1)
    pytest.fail("the lock of a killed process was never freed")


def test_a_sale_of_the_last_two_minutes_comes_with_the_window_and_is_stored_once(
    settings: Settings, account: Account, rows: Any
) -> None:
    extract_channel(settings, "amazon")
    account.now += timedelta(seconds=200)
    account.orders["new"] = account.now - timedelta(seconds=5)
    assert str(extract_channel(settings, "amazon")) == "amazon: orders 1"
    account.now += timedelta(seconds=200)
    assert str(extract_channel(settings, "amazon")) == "amazon: nothing new", "though its window covers it again"
    assert rows("select count(*) from raw.amazon_orders where record_key = 'new'") == [(1,)]


def test_rounds_between_two_steps_ask_for_no_orders(settings: Settings, account: Account) -> None:
    extract_channel(settings, "amazon")
    paths = watch(account)
    account.now += timedelta(seconds=100)
    extract_channel(settings, "amazon")
    assert not [path for path in paths if path.endswith("/orders")]


def watch(account: Account) -> list[str]:
    """Keep the paths that are asked for from now on."""
    paths: list[str] = []
    answer = account._answer

    def kept(asked: Asked) -> Says:
        paths.append(asked.path)
        return answer(asked)

    account._answer = kept
    return paths


def told(order_id: str) -> str:
    return (
        '{"NotificationType": "ORDER_CHANGE", "Payload": {"OrderChangeNotification": {"AmazonOrderId": "'
        + order_id
        + '"}}, "NotificationMetadata": {"NotificationId": "n-'
        + order_id
        + '"}}'
    )


def test_an_order_that_a_notification_names_is_there_at_once_and_no_search_is_spent(
    settings: Settings, account: Account, rows: Any
) -> None:
    extract_channel(settings, "amazon")
    account.now += timedelta(seconds=20)
    account.orders["202-7777777-0000000"] = account.now
    hear_messages(settings, [told("202-7777777-0000000"), told("somebody-elses")])
    paths = watch(account)
    assert "orders 1" in str(extract_channel(settings, "amazon", up_to_now=True))
    assert not [path for path in paths if path.endswith("/orders")]
    assert str(extract_channel(settings, "amazon", up_to_now=True)) == "amazon: nothing new", "it is asked for once"
    account.now += timedelta(seconds=200)
    assert str(extract_channel(settings, "amazon")) == "amazon: nothing new", "the window leaves out what it knows"
    assert rows("select count(*) from raw.amazon_orders where record_key like '202-777%'") == [(1,)]


def test_an_order_that_could_not_be_had_is_asked_for_again(settings: Settings, account: Account) -> None:
    extract_channel(settings, "amazon")
    account.now += timedelta(seconds=20)
    account.orders["202-7777777-0000000"] = account.now
    hear_messages(settings, [told("202-7777777-0000000")])
    account.is_silent = True
    with pytest.raises(ExtractionError, match="what was named"):
        extract_channel(settings, "amazon", up_to_now=True)
    account.is_silent = False
    assert "orders 1" in str(extract_channel(settings, "amazon"))
