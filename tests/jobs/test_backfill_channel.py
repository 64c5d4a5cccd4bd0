"""Long histories, in parts: what a kill leaves, what a second call does, and that nothing newer is ever covered."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.channels.shopify_bulk_double import Bulk, in_bulk, lines_of, refund
from tests.channels.shopify_double import TOKEN, Answerer, Shop, order, serve, status

from stockroom.channels.shopify import bulk as shopify_bulk
from stockroom.channels.shopify import client
from stockroom.cli import main
from stockroom.jobs import read_window
from stockroom.jobs.backfill_channel import backfill_channel
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.extracted import ExtractionError
from stockroom.settings import Settings
from stockroom.warehouse.extraction import ExtractionUnderWayError, only_extraction

JUNE = datetime(2011, 6, 1, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[Shop]:
    """Thirty orders, one a day."""
    with serve(Shop(bucket_points=1e6, available_points=1e6, points_per_second=1e6)) as shop:
        shop.orders = [order(n, updated_at=f"2011-06-{n:02}T04:00:00Z") for n in range(1, 31)]
        yield shop


@pytest.fixture
def in_threes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices and parts of three records, at most nine."""
    monkeypatch.setattr(read_window, "SLICE_RECORDS", 3)
    monkeypatch.setattr(read_window, "MOST_RECORDS", 9)
    monkeypatch.setattr(read_window, "PART_RECORDS", 3)


@pytest.fixture
def bulk(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Bulk:
    monkeypatch.setattr(client, "FEWEST_RECORDS", 1)
    return in_bulk(shop)


@pytest.fixture
def settings(warehouse: Any, landing_url: str, shop: Shop, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        channel_values={"shopify_url": shop.url, "shopify_token": TOKEN},
        wholesale_dir=tmp_path,
    )


@pytest.fixture
def rows(warehouse: Any) -> Callable[[str], list[Any]]:
    def read(query: str) -> list[Any]:
        with psycopg.connect(warehouse.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    return read


ORDERS = "select count(*), count(distinct record_key) from raw.shopify_orders"
FILES = (
    "select window_start, window_end, line_count from raw.landing_files where stream = 'orders' order by 1 nulls first"
)


def refuse_lines_within(shop: Shop) -> None:
    """Let the shop refuse what it is asked right after its second file."""
    serve_file = shop.files
    assert serve_file is not None

    def serve(answerer: Answerer) -> None:
        serve_file(answerer)
        if "fulfillmentOrders" in answerer.path:
            shop.faults = [status(400)]

    shop.files = serve


def break_off(shop: Shop, *, after: int) -> None:
    """Let the shop refuse to go on after so many answers about orders."""
    answers = iter(range(after))

    def refuse(shop: Shop, asked: Any) -> None:
        if asked.operation == "orders" and next(answers, None) is None:
            shop.faults = [status(400)] * 3

    shop.before_answer = refuse


@pytest.mark.usefixtures("in_threes")
def test_a_long_first_load_comes_in_slices_that_join(settings: Settings, rows: Any) -> None:
    assert "orders 30" in str(extract_channel(settings, "shopify"))
    assert rows(ORDERS) == [(30, 30)]
    files = rows(FILES)
    assert files[0][0] is None
    assert [end for _, end, _ in files[:-1]] == [start for start, _, _ in files[1:]]
    assert max(lines for _, _, lines in files) <= 9
    assert len(files) >= 5


@pytest.mark.usefixtures("in_threes")
def test_many_changes_of_one_minute_are_taken_together(settings: Settings, shop: Shop, rows: Any) -> None:
    shop.orders = [order(n, updated_at="2011-06-15T04:00:00Z") for n in range(20)]
    extract_channel(settings, "shopify")
    assert rows(ORDERS) == [(20, 20)]


@pytest.mark.usefixtures("in_threes")
def test_a_first_load_that_breaks_off_goes_on_at_its_last_slice(settings: Settings, shop: Shop, rows: Any) -> None:
    break_off(shop, after=30)
    with pytest.raises(ExtractionError, match="not extracted: orders"):
        extract_channel(settings, "shopify")
    ((loaded, _),) = rows(ORDERS)
    assert 0 < loaded < 30
    shop.before_answer, shop.faults, shop.asked = None, [], []
    assert f"orders {30 - loaded}" in str(extract_channel(settings, "shopify"))
    assert rows(ORDERS) == [(30, 30)]
    assert not any(
        asked.variables["query"].startswith("updated_at:<") for asked in shop.asked if asked.operation == "orders"
    )


@pytest.mark.usefixtures("in_threes")
def test_a_first_load_from_a_file_comes_in_parts_and_its_cursor_with_the_last(
    settings: Settings, bulk: Bulk, rows: Any
) -> None:
    assert "orders 30" in str(extract_channel(settings, "shopify"))
    assert rows(ORDERS) == [(30, 30)]
    assert [(end is None, lines) for _, end, lines in rows(FILES)] == [(True, 3)] * 9 + [(False, 3)]
    assert rows("select records, parts, export_records, finished_at is null from ops.backfills") == [
        (30, 10, 30, False)
    ]
    assert len(bulk.operations) == 2


@pytest.mark.usefixtures("in_threes")
def test_a_file_that_breaks_off_goes_on_behind_its_last_part(
    settings: Settings, shop: Shop, bulk: Bulk, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines of the twentieth order's refund cannot be had at first.

    It stands in the seventh part; the sixth is not loaded before it is known whether it is the last.
    """
    monkeypatch.setattr(shopify_bulk, "RECORDS_A_BATCH", 3)
    shop.orders[19]["refunds"] = [refund(20, lines=1)]
    bulk.files["orders"] = lines_of(shop.orders)
    refuse_lines_within(shop)
    with pytest.raises(ExtractionError, match="not extracted: orders"):
        extract_channel(settings, "shopify")
    assert rows("select export_records, parts from ops.backfills") == [(15, 5)]
    shop.files = bulk.serve_file
    assert "orders 15" in str(extract_channel(settings, "shopify"))
    assert rows("select records, parts from ops.backfills") == [(30, 10)]
    assert rows(ORDERS) == [(30, 30)]
    assert len(bulk.operations) == 2


@pytest.mark.usefixtures("in_threes")
@pytest.mark.parametrize("way", ["pages", "file"])
def test_rows_and_what_is_noted_of_them_come_together_or_not_at_all(
    settings: Settings, rows: Any, warehouse: Any, way: str, request: pytest.FixtureRequest
) -> None:
    extract_channel(settings, "shopify")
    before = rows("select count(*) from raw.landing_files")
    if way == "file":
        request.getfixturevalue("bulk")
    warehouse.connection.execute("revoke update on ops.backfills from stockroom_app")
    warehouse.connection.commit()
    with pytest.raises(ExtractionError, match="permission denied for table backfills"):
        backfill_channel(settings, "shopify", start=JUNE)
    assert rows(ORDERS) == [(30, 30)]
    assert rows("select count(*) from raw.landing_files") == before


@pytest.mark.usefixtures("in_threes", "bulk")
def test_what_changes_while_a_file_is_read_comes_with_the_next_round(settings: Settings, shop: Shop) -> None:
    extract_channel(settings, "shopify")
    shop.orders[4] = order(5, updated_at="2011-06-30T05:01:00Z", lines=7)
    shop.clock += timedelta(minutes=5)
    assert "orders 1" in str(extract_channel(settings, "shopify"))


@pytest.mark.usefixtures("in_threes")
def test_a_shop_that_cannot_make_its_file_is_read_by_pages(settings: Settings, bulk: Bulk, rows: Any) -> None:
    bulk.ends = [("FAILED", "TIMEOUT")] * 3
    assert "orders 30" in str(extract_channel(settings, "shopify"))
    assert rows(ORDERS) == [(30, 30)]
    assert str(extract_channel(settings, "shopify")) == "shopify: nothing new"


@pytest.mark.usefixtures("in_threes")
@pytest.mark.parametrize("way", ["pages", "file"])
def test_a_backfill_reads_its_days_again_and_says_so(
    settings: Settings, shop: Shop, rows: Any, way: str, request: pytest.FixtureRequest
) -> None:
    extract_channel(settings, "shopify")
    if way == "file":
        shop.orders, all_orders = shop.orders[9:], shop.orders
        request.getfixturevalue("bulk")
        shop.orders = all_orders
    lines: list[str] = []
    done = backfill_channel(settings, "shopify", start=JUNE + timedelta(days=9), tell=lines.append)
    assert str(done) == "shopify: orders 21; 2011-06-10 00:00 to 2011-06-30 04:59 UTC"
    assert rows(ORDERS) == [(51, 30)]
    assert len(lines) >= 7
    assert lines[-1].startswith({"pages": "orders 21 up to 2011-06-30 04:59", "file": "orders 21 of 21"}[way])
    assert str(extract_channel(settings, "shopify")) == "shopify: nothing new"


@pytest.mark.usefixtures("in_threes")
def test_a_backfill_that_broke_off_goes_on_and_one_that_ended_begins_anew(
    settings: Settings, shop: Shop, rows: Any
) -> None:
    extract_channel(settings, "shopify")
    break_off(shop, after=8)
    with pytest.raises(ExtractionError, match="goes on where this one ended"):
        backfill_channel(settings, "shopify", start=JUNE)
    shop.before_answer, shop.faults = None, []
    done = backfill_channel(settings, "shopify", start=JUNE)
    assert "went on after" in str(done)
    assert rows(ORDERS) == [(60, 30)]
    assert "went on" not in str(backfill_channel(settings, "shopify", start=JUNE))
    assert rows("select records from ops.backfills where stream = 'orders'") == [(30,), (30,)]


@pytest.mark.usefixtures("in_threes")
def test_a_backfill_ends_where_it_is_told_to(settings: Settings) -> None:
    extract_channel(settings, "shopify")
    done = backfill_channel(settings, "shopify", start=JUNE, end=JUNE + timedelta(days=5))
    assert "orders 5;" in str(done)


@pytest.mark.usefixtures("in_threes")
def test_what_was_never_read_begins_with_the_backfill(settings: Settings, shop: Shop, rows: Any) -> None:
    backfill_channel(settings, "shopify", start=JUNE + timedelta(days=20))
    assert rows(ORDERS) == [(10, 10)]
    shop.orders.append(order(31, updated_at="2011-06-30T05:01:00Z"))
    shop.clock += timedelta(minutes=5)
    assert "orders 1" in str(extract_channel(settings, "shopify"))
    assert rows(ORDERS) == [(11, 11)]


def test_rounds_go_on_beside_a_backfill_and_a_second_one_does_not(settings: Settings, warehouse: Any) -> None:
    extract_channel(settings, "shopify")
    with only_extraction(warehouse.connection, "shopify.backfill"):
        extract_channel(settings, "shopify")
        with pytest.raises(ExtractionUnderWayError):
            backfill_channel(settings, "shopify", start=JUNE)


def test_a_folder_has_no_backfill(settings: Settings) -> None:
    with pytest.raises(ExtractionError, match="put the old files into it"):
        backfill_channel(settings, "wholesale", start=JUNE)


def test_the_command_shows_how_far_it_is_and_says_what_it_did(
    settings: Settings, shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    extract_channel(settings, "shopify")
    for name in ("warehouse_url", "landing_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir"):
        monkeypatch.setenv(f"STOCKROOM_{name}".upper(), str(getattr(settings, name)))
    monkeypatch.setenv("STOCKROOM_SHOPIFY_URL", shop.url)
    monkeypatch.setenv("STOCKROOM_SHOPIFY_TOKEN", TOKEN)
    assert main(["backfill", "shopify", "--from", "2011-06-10", "--to", "2011-06-13"]) == 0
    said = capsys.readouterr()
    assert said.out == "shopify: orders 3; 2011-06-09 23:00 to 2011-06-12 23:00 UTC\n"
    assert "orders 3 up to 2011-06-12 23:00 UTC" in said.err
    assert main(["backfill", "shopify", "--from", "2011-06-10", "--to", "2011-06-10"]) == 1
    assert main(["backfill", "shoppify", "--from", "2011-06-10"]) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("in_threes")
@pytest.mark.parametrize("way", ["pages", "file"])
def test_killed_at_random_times_a_first_load_and_a_backfill_lose_nothing_and_repeat_no_part(
    settings: Settings, rows: Any, way: str, request: pytest.FixtureRequest
) -> None:
    if way == "file":
        request.getfixturevalue("bulk")
        request.getfixturevalue("monkeypatch").setattr(read_window, "PART_RECORDS", 1)
    extract_channel(settings, "wholesale")  # what the first use of everything costs, a killed process does not pay
    chance = random.Random(20110630)  # noqa: S311  # times of kills, not secrets
    killed, stored = 0, []
    for job in (
        lambda: extract_channel(settings, "shopify"),
        lambda: backfill_channel(settings, "shopify", start=JUNE),
    ):
        for turn in range(6):
            process = multiprocessing.get_context("fork").Process(target=job)
            process.start()
            process.join(chance.uniform(0.05, 0.15 * 1.4**turn))
            process.kill()
            process.join()
            killed += process.exitcode == -signal.SIGKILL
        when_free(job)
        stored.append(rows(ORDERS)[0])
    assert killed >= 4
    assert stored[0] == (30, 30)
    assert stored[1][1] == 30
    readings = rows("select records from ops.backfills where finished_at is not null and stream = 'orders'")
    assert set(readings) == {(30,)}, "each reading counts what is stored: a part that is lost or repeated would show"
    assert rows("select path from raw.landing_files where loaded_count is null") == []


def when_free(job: Callable[[], object]) -> None:
    for _ in range(50):
        try:
            job()
        except ExtractionUnderWayError:  # Postgres has not seen yet that the killed one is gone
            time.sleep(0.1)
        else:
            return
    pytest.fail("the lock of a killed process was never freed")
