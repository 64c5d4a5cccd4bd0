"""A channel that is silent beyond all its gaps is put before a person once, and taken back when it sells again."""

from __future__ import annotations

import itertools
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Warehouse

from stockroom.channels import CHANNELS
from stockroom.jobs.notice_silence import notice_silence
from stockroom.settings import Settings
from stockroom.warehouse import connect

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
WEEKS = 8
END = MONDAY + timedelta(weeks=WEEKS)


def office_hours(every_minutes: float) -> list[datetime]:
    """Return orders of eight weeks, one every so many minutes from 9 to 17 from Monday to Friday."""
    days = (MONDAY + timedelta(days=day) for day in range(7 * WEEKS))
    step = timedelta(minutes=every_minutes)
    return [
        day + timedelta(hours=9) + step * number
        for day in days
        if day.isoweekday() <= 5
        for number in range(round(8 * 60 / every_minutes))
    ]


class Shop:
    """A Shopify of which only the times of its orders are known, and up to when they were read."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self.warehouse, self.settings, self.orders = warehouse, settings, 0

    def do(self, statement: str, *parameters: object) -> None:
        with psycopg.connect(self.warehouse.url, autocommit=True) as connection:
            connection.execute(statement, parameters)

    def sold(self, moments: list[datetime], *, is_built: bool) -> None:
        """Let orders land; those of the past have been built by dbt as well."""
        with psycopg.connect(self.warehouse.url) as connection, connection.cursor() as cursor:
            rows = [(f"O{self.orders + number}", moment) for number, moment in enumerate(moments)]
            self.orders += len(rows)
            if is_built:
                two_lines = [(*row, 1) for row in rows for _ in range(2)]
                cursor.executemany("insert into marts.fct_order_lines values ('shopify', %s, %s, %s)", two_lines)
            else:
                (file_id,) = cursor.execute(
                    "select coalesce(max(landing_file_id), 1) + 1 from staging.stg_shopify__orders"
                ).fetchone()
                late = [(*row, file_id) for row in rows]
                cursor.executemany("insert into staging.stg_shopify__orders values (%s, %s, %s)", late)

    def read_up_to(self, moment: datetime) -> list[str]:
        """Let an extract reach a moment, and return what stands before a person then."""
        self.do(
            """
            insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at, window_end)
            values ('shopify', 'orders', %s, 1, 'x', now(), %s)
            """,
            f"{uuid.uuid4()}",
            moment,
        )
        with connect(self.settings.warehouse_url) as connection:
            connection.autocommit = True
            notice_silence(self.settings, connection, CHANNELS["shopify"])
            open_now = "select detail from ops.exceptions where kind = 'silent_channel' and resolved_at is null"
            return [detail for (detail,) in connection.execute(open_now)]


@pytest.fixture
def shop(warehouse: Warehouse, tmp_path: Path) -> Shop:
    settings = Settings(warehouse.url_of("stockroom_app"), "", tmp_path, tmp_path, tmp_path, tmp_path, time_zone="UTC")
    shop = Shop(warehouse, settings)
    assert shop.read_up_to(MONDAY) == [], "nothing is built yet"
    columns = "order_id text, ordered_at timestamptz, landing_file_id bigint"
    shop.do(f"create table marts.fct_order_lines (channel_id text, {columns})")
    shop.do(f"create table staging.stg_shopify__orders ({columns})")
    return shop


def test_an_afternoon_without_orders_is_raised_once_and_taken_back_by_the_next(shop: Shop) -> None:
    shop.sold(office_hours(every_minutes=6), is_built=True)  # ten an hour
    shop.sold([END + timedelta(hours=9)], is_built=False)
    assert shop.read_up_to(END + timedelta(hours=9, minutes=6)) == []
    assert shop.read_up_to(END + timedelta(hours=9, minutes=12)) == []
    (said,) = shop.read_up_to(END + timedelta(hours=11))
    assert said.startswith("no order since 2026-03-02 09:00 UTC, though its orders were read up to 2026-03-02 11:00: ")
    assert "these hours usually bring 20 orders; " in said
    raised = shop.warehouse.connection.execute("select raised_at from ops.exceptions").fetchall()
    shop.warehouse.connection.rollback()
    (said,) = shop.read_up_to(END + timedelta(hours=12))
    assert "usually bring 30" in said
    assert shop.warehouse.connection.execute("select raised_at from ops.exceptions").fetchall() == raised
    shop.warehouse.connection.rollback()
    shop.sold([END + timedelta(hours=12)], is_built=False)
    assert shop.read_up_to(END + timedelta(hours=12, minutes=5)) == []


def test_a_night_and_a_weekend_are_no_silence(shop: Shop) -> None:
    shop.sold(office_hours(every_minutes=6), is_built=True)
    friday = END - timedelta(days=3)
    assert shop.read_up_to(friday + timedelta(hours=23)) == []
    assert shop.read_up_to(END + timedelta(hours=9)) == []
    assert len(shop.read_up_to(END + timedelta(hours=10))) == 1


def test_how_long_is_too_long_is_each_channels_own(shop: Shop) -> None:
    shop.sold(office_hours(every_minutes=120), is_built=True)  # four a day
    assert shop.read_up_to(END + timedelta(hours=10)) == [], "three hours of work are one order and a half"
    assert len(shop.read_up_to(END + timedelta(days=1))) == 1


def test_a_channel_that_sells_in_bursts_is_waited_for_longer(shop: Shop) -> None:
    draws = random.Random(7)  # noqa: S311  # times of orders, not secrets
    bursts = [moment for moment in office_hours(every_minutes=6) if draws.random() < 0.05 for _ in range(20)]
    shop.sold(sorted(bursts), is_built=True)  # ten an hour too, twenty at a time
    quiet = max(bursts) + timedelta(days=2, hours=16)  # the weekend
    assert shop.read_up_to(quiet + timedelta(hours=11)) == []
    assert len(shop.read_up_to(quiet + timedelta(days=2))) == 1


def test_of_a_handful_of_orders_nothing_is_said(shop: Shop) -> None:
    shop.sold(office_hours(every_minutes=120)[:90], is_built=True)
    assert shop.read_up_to(END + timedelta(weeks=4)) == []


def test_what_could_not_be_read_is_not_taken_for_silence(shop: Shop) -> None:
    shop.sold(office_hours(every_minutes=6), is_built=True)
    shop.read_up_to(END)
    shop.do("insert into ops.extract_runs (channel_id, succeeded, records, said) values ('shopify', false, 0, 'down')")
    assert shop.read_up_to(END) == []


def test_chance_alone_raises_hardly_ever(shop: Shop) -> None:
    draws = random.Random(3)  # noqa: S311  # times of orders, not secrets
    moment, moments = MONDAY, []
    while moment < END + timedelta(weeks=WEEKS):
        moment += timedelta(hours=draws.expovariate(2.0))
        moments.append(moment)
    past = [moment for moment in moments if moment < END]
    shop.sold(past, is_built=True)
    shop.read_up_to(END)
    longest = max(later - earlier for earlier, later in itertools.pairwise(moments) if earlier >= END)
    assert shop.read_up_to(past[-1] + longest) == [], "the longest gap of the eight weeks after these"
    assert len(shop.read_up_to(past[-1] + 2 * longest)) == 1


def test_a_mart_that_is_being_built_anew_keeps_no_extract(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stockroom.jobs.notice_silence.IMPATIENCE_SECONDS", 0.2)
    shop.sold(office_hours(every_minutes=6), is_built=True)
    with psycopg.connect(shop.warehouse.url) as builder:
        builder.execute("lock table marts.fct_order_lines in access exclusive mode")
        assert shop.read_up_to(END + timedelta(hours=12)) == []
        builder.rollback()
    assert len(shop.read_up_to(END + timedelta(hours=12))) == 1
