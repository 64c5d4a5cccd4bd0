"""Extraction from end to end: a loopback shop, a folder, the embedded Postgres; and what a kill leaves."""

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
from tests.channels.shopify_double import TOKEN, Shop, inventory_item, order, product, says, serve, status

from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.extracted import ExtractionError
from stockroom.settings import Settings
from stockroom.warehouse.extraction import ExtractionUnderWayError, only_extraction

WHOLESALE_HEADER = (
    "order_number,line,ordered_at,customer_ref,country,ship_from,sku,description,quantity,unit_price,currency\n"
)


def bulk_line(number: int, *, line: int = 1, quantity: int = 400) -> str:
    return f"W{number},{line},2011-06-01 10:00,C1,United Kingdom,MANCHESTER,SKU-1,Thing,{quantity},1.25,GBP\n"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serve(Shop()) as shop:
        shop.orders = [order(n, updated_at=f"2011-06-{1 + n % 28:02}T10:00:00Z", lines=1 + n % 5) for n in range(30)]
        shop.products = [product(n) for n in range(5)]
        shop.inventory_items = [inventory_item(n, available=n) for n in range(5)]
        yield shop


@pytest.fixture
def settings(warehouse: Any, landing_url: str, shop: Shop, tmp_path: Path) -> Settings:
    (tmp_path / "wholesale").mkdir()
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        channel_values={"shopify_url": shop.url, "shopify_token": TOKEN},
        wholesale_dir=tmp_path / "wholesale",
    )


@pytest.fixture
def rows(warehouse: Any) -> Callable[[str], list[Any]]:
    def read(query: str) -> list[Any]:
        with psycopg.connect(warehouse.url, autocommit=True) as connection:
            return connection.execute(query).fetchall()

    return read


def everything(rows: Any) -> Any:
    """Whatever a reader of raw can see."""
    return [
        rows(f"select record_key, document from raw.{table} order by 1, landing_file_id")  # noqa: S608  # our own names
        for table in ("shopify_orders", "shopify_products", "shopify_inventory_levels", "shopify_locations")
    ]


def test_a_first_extract_brings_everything_there_is(settings: Settings, rows: Any) -> None:
    summary = extract_channel(settings, "shopify")
    assert str(summary) == "shopify: locations 1, products 5, orders 30, inventory_levels 5"
    assert rows("select count(*), count(distinct record_key) from raw.shopify_orders") == [(30, 30)]


def test_a_window_ends_a_minute_before_the_clock_of_the_shop(settings: Settings, shop: Shop, rows: Any) -> None:
    shop.clock = datetime(2011, 6, 30, 5, 0, 30, tzinfo=UTC)
    shop.orders = [order(1, updated_at="2011-06-30T04:59:29Z"), order(2, updated_at="2011-06-30T04:59:30Z")]
    extract_channel(settings, "shopify")
    assert rows("select record_key from raw.shopify_orders") == [("gid://shopify/Order/1",)]
    assert rows("select distinct window_start, window_end, channel_time from raw.landing_files") == [
        (None, datetime(2011, 6, 30, 4, 59, 30, tzinfo=UTC), shop.clock)
    ]
    shop.clock += timedelta(minutes=2)
    extract_channel(settings, "shopify")
    assert len(rows("select 1 from raw.shopify_orders")) == 2


def test_a_shop_that_called_is_read_up_to_this_moment_and_that_part_is_read_again(
    settings: Settings, shop: Shop, rows: Any
) -> None:
    shop.clock = datetime(2011, 6, 30, 5, 0, 0, tzinfo=UTC)
    shop.orders = [order(1, updated_at="2011-06-30T04:00:00Z")]
    extract_channel(settings, "shopify")
    shop.clock += timedelta(seconds=30)
    shop.orders.append(order(2, updated_at="2011-06-30T05:00:30Z"))
    assert str(extract_channel(settings, "shopify")) == "shopify: nothing new"
    shop.clock += timedelta(seconds=1)
    assert str(extract_channel(settings, "shopify", up_to_now=True)) == "shopify: orders 1"
    # A change of the same second that Shopify's search did not find yet is not lost.
    shop.orders.append(order(3, updated_at="2011-06-30T05:00:30Z"))
    shop.clock += timedelta(minutes=2)
    assert str(extract_channel(settings, "shopify")) == "shopify: orders 1"
    counted = "select record_key, count(*) from raw.shopify_orders group by 1 order by 1"
    assert [number for _, number in rows(counted)] == [1, 1, 1], "what is read again is not stored again"
    shop.orders[1] = order(2, updated_at="2011-06-30T05:02:10Z", lines=7)
    shop.clock += timedelta(minutes=2)
    assert str(extract_channel(settings, "shopify")) == "shopify: orders 1"


def test_extracting_again_while_the_clock_stands_writes_nothing(settings: Settings, rows: Any) -> None:
    extract_channel(settings, "shopify")
    before = (everything(rows), rows("select path from raw.landing_files order by 1"))
    assert str(extract_channel(settings, "shopify")) == "shopify: nothing new"
    assert (everything(rows), rows("select path from raw.landing_files order by 1")) == before


def test_a_shop_whose_clock_was_set_back_brings_nothing_twice(settings: Settings, shop: Shop) -> None:
    extract_channel(settings, "shopify")
    shop.clock -= timedelta(days=10)
    assert str(extract_channel(settings, "shopify")) == "shopify: nothing new"


def test_a_changed_order_comes_again_and_an_unchanged_level_does_not(settings: Settings, shop: Shop, rows: Any) -> None:
    extract_channel(settings, "shopify")
    shop.clock += timedelta(minutes=10)
    shop.orders[3] = order(3, updated_at="2011-06-30T05:02:00Z", lines=9)
    shop.inventory_items[2] = inventory_item(2, available=77)
    assert str(extract_channel(settings, "shopify")) == "shopify: orders 1, inventory_levels 1"
    assert rows("select count(*) from raw.shopify_inventory_levels") == [(6,)]


def test_a_stream_that_fails_does_not_keep_the_others(settings: Settings, shop: Shop, rows: Any) -> None:
    def deny(shop: Shop, asked: Any) -> None:
        if asked.operation == "locations":  # the next answer is for products
            shop.faults = [says({"errors": [{"message": "no scope", "extensions": {"code": "ACCESS_DENIED"}}]})]

    shop.before_answer = deny
    with pytest.raises(ExtractionError, match=r"orders 30.*not extracted: products: .*no scope"):
        extract_channel(settings, "shopify")
    assert rows("select count(*) from raw.shopify_orders") == [(30,)]
    shop.before_answer = None
    assert str(extract_channel(settings, "shopify")) == "shopify: products 5"  # its window is still open


def test_an_outage_in_the_middle_loses_nothing(settings: Settings, shop: Shop, rows: Any) -> None:
    def break_off(shop: Shop, asked: Any) -> None:
        if asked.operation == "orders" and asked.variables["after"]:
            shop.faults = [status(400)]

    shop.before_answer = break_off
    with pytest.raises(ExtractionError, match="not extracted: orders"):
        extract_channel(settings, "shopify")
    assert rows("select count(*) from raw.shopify_orders") == [(0,)]
    shop.before_answer, shop.faults = None, []
    extract_channel(settings, "shopify")
    assert rows("select count(*), count(distinct record_key) from raw.shopify_orders") == [(30, 30)]


def test_a_bad_order_is_rejected_with_its_reason_and_the_rest_loads(settings: Settings, shop: Shop, rows: Any) -> None:
    shop.orders[4]["lineItems"][0]["quantity"] = 2_000_000
    shop.orders[5]["lineItems"][0]["discountedUnitPriceSet"] = {"shopMoney": {"amount": "-1.00", "currencyCode": "GBP"}}
    shop.orders[6]["currencyCode"] = "USD"
    summary = extract_channel(settings, "shopify")
    assert "orders 27 (3 rejected)" in str(summary)
    reasons = sorted(reason for (reason,) in rows("select reason from raw.rejected_records"))
    assert [word in reason for word, reason in zip(("USD", "-1.00", "2000000"), reasons, strict=True)] == [True] * 3


def test_two_extracts_of_one_channel_do_not_run_at_once(settings: Settings, warehouse: Any) -> None:
    with only_extraction(warehouse.connection, "shopify"), pytest.raises(ExtractionUnderWayError, match="shopify"):
        extract_channel(settings, "shopify")


def test_a_wholesale_file_is_taken_in_once_and_again_when_it_changes(settings: Settings, rows: Any) -> None:
    file = settings.wholesale_dir / "orders-2011-06-01.csv"
    file.write_text(WHOLESALE_HEADER + bulk_line(1) + bulk_line(2))
    assert str(extract_channel(settings, "wholesale")) == "wholesale: orders 2"
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new"
    file.write_text(WHOLESALE_HEADER + bulk_line(1, quantity=500) + bulk_line(2))
    assert str(extract_channel(settings, "wholesale")) == "wholesale: orders 2"
    assert rows(
        "select document ->> 'quantity' from raw.wholesale_orders where record_key = 'W1/1' order by landing_file_id"
    ) == [("400",), ("500",)]


def test_the_file_as_received_stands_in_landing(settings: Settings, rows: Any) -> None:
    content = WHOLESALE_HEADER + bulk_line(1)
    (settings.wholesale_dir / "orders-2011-06-01.csv").write_text(content)
    extract_channel(settings, "wholesale")
    ((path,),) = rows("select path from raw.landing_files")
    assert (Path(settings.landing_url.removeprefix("file://")) / path).read_text() == content


def test_bad_lines_are_put_aside_with_file_line_and_reason(settings: Settings, rows: Any) -> None:
    (settings.wholesale_dir / "orders-2011-06-01.csv").write_bytes(
        WHOLESALE_HEADER.encode() + bulk_line(1).encode() + b"W2,1,2011\n"
        + bulk_line(3).encode().replace(b"Thing", b"Th\xeeng")
        + bulk_line(4, quantity=5_000_000).encode() + bulk_line(5).replace("1.25", "-1.25").encode()
        + bulk_line(6).replace("GBP", "EUR").encode() + b",1,x,,,,,,,,\n" + bulk_line(8).encode()
    )  # fmt: skip
    assert str(extract_channel(settings, "wholesale")) == "wholesale: orders 2 (6 rejected)"
    rejected = rows(
        "select path, line_number, reason from raw.rejected_records "
        "join raw.landing_files using (landing_file_id) order by line_number"
    )
    assert {Path(path).name for path, _, _ in rejected} == {"orders-2011-06-01.csv"}
    assert [line for _, line, _ in rejected] == [3, 4, 5, 6, 7, 8]
    for (_, _, reason), word in zip(
        rejected, ("3 values", "0xEE", "5000000", "-1.25", "EUR", "order_number"), strict=True
    ):
        assert word in reason


def test_an_unreadable_file_is_named_once_and_the_others_load(settings: Settings, rows: Any) -> None:
    (settings.wholesale_dir / "orders-eu-2011-06-01.xlsx").write_bytes(b"PK\x03\x04 half a spreadsheet")
    (settings.wholesale_dir / "orders-2011-06-02.csv").write_text("order_number,line\nW1,1\n")
    (settings.wholesale_dir / "orders-2011-06-03.csv").write_text(WHOLESALE_HEADER + bulk_line(3))
    summary = str(extract_channel(settings, "wholesale"))
    assert summary == ("wholesale: orders 1 (2 rejected); unreadable: orders-2011-06-02.csv, orders-eu-2011-06-01.xlsx")
    assert all("orders-" in reason for (reason,) in rows("select reason from raw.rejected_records"))
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new"


def test_a_file_of_unknown_name_is_named_every_time(settings: Settings) -> None:
    (settings.wholesale_dir / "ordres.csv").touch()
    assert str(extract_channel(settings, "wholesale")) == "wholesale: nothing new; of unknown name: ordres.csv"


def test_a_folder_that_is_not_set_is_an_error_that_names_the_setting(settings: Settings) -> None:
    unset = Settings(**{**vars(settings), "wholesale_dir": Path()})
    with pytest.raises(ExtractionError, match="STOCKROOM_WHOLESALE_DIR"):
        extract_channel(unset, "wholesale")


def run_and_kill(settings: Settings, channel: str, *, after_seconds: float) -> bool:
    """Extract in a process of its own and SIGKILL it; return whether it was still at work."""
    process = multiprocessing.get_context("fork").Process(target=extract_channel, args=(settings, channel))
    process.start()
    time.sleep(after_seconds)
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


def extract_when_free(settings: Settings, channel: str) -> None:
    for _ in range(50):
        try:
            extract_channel(settings, channel)
        except ExtractionUnderWayError:  # Postgres has not seen yet that the killed one is gone
            time.sleep(0.1)
        else:
            return
    pytest.fail("the lock of a killed extract was never freed")


@pytest.mark.slow
def test_killed_at_random_times_an_extract_loses_nothing_and_repeats_nothing(
    settings: Settings, shop: Shop, rows: Any
) -> None:
    shop.orders = [order(n, updated_at=f"2011-06-{1 + n % 28:02}T10:00:00Z") for n in range(300)]
    shop.inventory_items = [inventory_item(n) for n in range(100)]
    for number in range(40):
        path = settings.wholesale_dir / f"orders-2011-06-{number:02}.csv"
        path.write_text(WHOLESALE_HEADER + "".join(bulk_line(number, line=line) for line in range(50)))
    chance = random.Random(20110630)  # noqa: S311  # times of kills, not secrets
    for channel in ("shopify", "wholesale"):
        killed = 0
        for turn in range(8):
            # Later and later: however quick the machine, the first kills fall before the work is done.
            killed += run_and_kill(settings, channel, after_seconds=chance.uniform(0.01, 0.06 * 1.6**turn))
            shop.clock += timedelta(seconds=chance.choice([0, 90]))
        assert killed >= 2
        extract_when_free(settings, channel)
    assert rows("select count(*), count(distinct record_key) from raw.shopify_orders") == [(300, 300)]
    assert rows("select count(*), count(distinct record_key) from raw.shopify_inventory_levels") == [(100, 100)]
    assert rows("select count(*), count(distinct record_key) from raw.wholesale_orders") == [(2000, 2000)]
    assert rows("select count(*) from raw.rejected_records") == [(0,)]
    assert rows("select path from raw.landing_files where loaded_count is null") == []
