"""What channels leave unshown follows from measured times and measured sales, unless planners say otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Warehouse

from stockroom.jobs.size_buffers import describe_buffers, size_channel_buffers, sized
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.channel_buffers import BufferRow, ChannelLag, Offer, StockRule, measure_lags

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
BOTH = {"ebay", "amazon"}


def lag(channel: str, known: float | None, told: float | None) -> ChannelLag:
    return ChannelLag(channel, known, 1, told, 1, 1.0)


def offer(channel: str, units_per_day: float, sku: str = "MUG") -> Offer:
    return Offer(channel, sku, "LONDON", True, units_per_day, 1.0)


LAGS = [lag("amazon", 1800.0, 1800.0), lag("ebay", 1800.0, 1800.0)]


def of(rows: list[BufferRow], channel: str) -> BufferRow:
    return next(row for row in rows if row.channel_id == channel)


def test_each_channel_leaves_unshown_what_the_other_sells_in_an_hour() -> None:
    rows = list(sized([offer("amazon", 24.0), offer("ebay", 240.0)], LAGS, [], told=BOTH))
    assert of(rows, "amazon").expected_units == 10.0
    assert of(rows, "amazon").buffer_units > 10 > of(rows, "ebay").buffer_units > 1
    assert [row.keeps_units > 0 for row in rows] == [False, True], "the channel that sells most keeps the last ones"


def test_what_nobody_buys_elsewhere_is_shown_whole() -> None:
    assert list(sized([offer("amazon", 0.0), offer("ebay", 0.0)], LAGS, [], told=BOTH)) == []


def test_a_channel_that_cannot_be_told_counts_as_a_seller_alone() -> None:
    rows = list(sized([offer("amazon", 24.0), offer("ebay", 240.0)], LAGS, [], told={"amazon"}))
    assert [(row.channel_id, row.expected_units) for row in rows] == [("amazon", 10.0)]


def test_planners_decide_where_they_say_something() -> None:
    rules = [
        StockRule("ebay", None, None, 5, "Ada"),
        StockRule("ebay", "CUP", 0.25, None, None),
    ]
    offers = [offer("amazon", 24.0), offer("ebay", 24.0), offer("amazon", 24.0, "CUP"), offer("ebay", 24.0, "CUP")]
    rows = list(sized(offers, LAGS, rules, told=BOTH))
    by_place = {(row.channel_id, row.sku): row for row in rows}
    mug, cup = by_place["ebay", "MUG"], by_place["ebay", "CUP"]
    assert (mug.buffer_units, mug.shown_share, mug.decided_by) == (5, None, "planners (Ada)")
    assert (cup.buffer_units, cup.shown_share, cup.decided_by) == (0, 0.25, "planners")
    assert by_place["amazon", "MUG"].decided_by == "measured"


def test_lags_are_measured_by_the_channels_clock_and_then_by_ours(warehouse: Warehouse) -> None:
    """Read 2 minutes after the sale, entered 5 s after it landed; a sale of before the first look does not count."""
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        connection.execute(
            "insert into ops.channels (channel_id, channel_name, kind, is_connected) "
            "values ('ebay', 'eBay', 'marketplace', true)"
        )
        for number, read_at in enumerate((NOON - timedelta(hours=1), NOON + timedelta(seconds=120)), 1):
            connection.execute(
                """
                insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at, channel_time)
                values ('ebay', 'orders', %s, 1, 'x', now() - interval '5 seconds', %s)
                """,
                (str(number), read_at),
            )
        sales = (("before", NOON - timedelta(hours=2), 1), ("after", NOON, 2))
        for order, occurred_at, file_id in sales:
            connection.execute(
                """
                insert into ops.stock_events (
                    source, document_key, event_key, kind, sku, location_id, channel_id, committed_change, occurred_at,
                    recorded_at, landing_file_id
                )
                select
                    'ebay', %s, md5('line')::uuid, 'sale', 'MUG', 'LONDON', 'ebay', 1, %s,
                    landed_at + interval '5 seconds', landing_file_id
                from raw.landing_files
                where path = %s
                """,
                (order, occurred_at, str(file_id)),
            )
        connection.execute(
            """
            with opened as (
                insert into ops.push_runs (channel_id, state, listings, ended_at)
                values ('ebay', 'pushed', 1, now() + interval '3 seconds') returning push_run_id
            )

            insert into ops.availability_pushes (
                push_run_id, channel_id, listing_id, sku, location_id, units_wanted, outcome, known_at
            )
            select push_run_id, 'ebay', 'L1', 'MUG', 'LONDON', 1, 'verified', now() - interval '27 seconds' from opened
            """
        )
    with connect(warehouse.url_of("stockroom_app")) as connection:
        (measured,) = measure_lags(connection)
    assert (measured.known_count, measured.known_seconds) == (1, 125.0)
    assert (measured.told_count, measured.told_seconds) == (1, pytest.approx(30, abs=1))


def test_buffers_are_sized_once_a_day_and_shown_with_their_terms(warehouse: Warehouse, tmp_path: Path) -> None:
    settings = Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        channel_values={
            "ebay_url": "https://ebay.example",
            "woocommerce_url": "https://woocommerce.example",
        },
    )
    assert not size_channel_buffers(settings), "the marts were never built"
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        connection.execute(
            """
            insert into ops.channels (channel_id, channel_name, kind, is_connected)
            values ('ebay', 'eBay', 'marketplace', true), ('woocommerce', 'WooCommerce', 'online_store', true);
            create table marts.fct_order_lines (
                channel_id text, sku text, location_id text, units_ordered integer, units_cancelled integer,
                is_stock_item boolean, line_kind text, ordered_date date, counted_for_date date
            );
            insert into marts.fct_order_lines
            select channel_id, 'MUG', 'LONDON', 2, 1, true, 'sale', date '2026-01-04', date '2026-01-05'
            from ops.channels, generate_series(1, 9000);
            create table intermediate.int_listings_unioned (channel_id text, sku text, location_id text);
            insert into intermediate.int_listings_unioned values
            ('ebay', 'MUG', 'LONDON'), ('woocommerce', 'MUG', 'LONDON'), ('ebay', 'CUP', 'LONDON');
            """
        )
    assert size_channel_buffers(settings)
    assert "no time measured" in describe_buffers(settings)
    assert describe_buffers(settings, sku="mug") == "MUG is shown whole everywhere"
    with psycopg.connect(warehouse.url, autocommit=True) as connection:
        connection.execute(
            """
            create table marts.dim_channel_stock_rules (
                channel_id text, sku text, share_percent numeric, buffer_units integer, set_by text, valid_until date
            );
            insert into marts.dim_channel_stock_rules values
            ('ebay', null, null, 3, 'Ada', null), ('woocommerce', 'MUG', 50, null, null, null),
            ('woocommerce', 'CUP', 10, null, null, date '2020-01-01')
            """
        )
    assert not size_channel_buffers(settings), "it was done within a day"
    assert size_channel_buffers(settings, is_forced=True)
    said = describe_buffers(settings, sku="mug").splitlines()
    assert said[0].startswith("MUG LONDON on ebay: leaves 3 unshown (by planners (Ada); others sell 100.0 a day")
    assert said[0].endswith("; keeps the last 1 if nobody else could show any")
    assert said[1] == "MUG LONDON on woocommerce: shows 50% of what can be sold, by planners"
