"""A figure that no sale explains is put before a person once, and taken back when it agrees again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Warehouse

from stockroom.jobs.notice_level_differences import NAMED, notice_on
from stockroom.settings import Settings
from stockroom.warehouse.exceptions import OpenException, list_open_exceptions

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Shops:
    """Two shops that sell what lies in Leeds, where counts say how much."""

    def __init__(self, connection: psycopg.Connection, settings: Settings) -> None:
        self.connection, self.settings = connection, settings
        self.do = connection.execute
        self.do(
            "insert into ops.channels (channel_id, channel_name, kind, is_connected, ship_from) values "
            "('woocommerce', 'Woo', 'online_store', true, 'LEEDS'), "
            "('bigcommerce', 'Big', 'online_store', true, 'LEEDS')"
        )
        self.do(
            "insert into ops.stock_locations (location_id, source_of_truth, is_running) values "
            "('LEEDS', 'count', false), ('YORK', 'woocommerce', true)"
        )
        self.orders_known(minute=600)

    def orders_known(self, minute: int) -> None:
        for channel in ("woocommerce", "bigcommerce"):
            self.do("delete from raw.landing_files where source = %s", (channel,))
            self.do(
                """
                with landed as (
                    insert into raw.landing_files (source, stream, path, bytes, sha256, window_end, landed_at)
                    values (%s, 'orders', gen_random_uuid()::text, 1, 'x', %s, %s) returning source, landing_file_id
                )

                insert into ops.stock_cursors (source, stream, landing_file_id)
                select source, 'orders', landing_file_id from landed
                on conflict (source, stream) do update set landing_file_id = excluded.landing_file_id
                """,
                (channel, at(minute), at(minute)),
            )

    def told(self, units: int, minute: int, *, listing: str = "7", channel: str = "woocommerce",
             outcome: str = "verified", place: str = "LEEDS") -> None:  # fmt: skip
        self.do(
            """
            with opened as (
                insert into ops.push_runs (channel_id, state, listings) values (%s, 'pushed', 1) returning push_run_id
            )

            insert into ops.availability_pushes (
                push_run_id, channel_id, listing_id, sku, location_id, units_wanted, units_after, outcome, read_at,
                verified_at
            )
            select push_run_id, %s, %s, 'MUG', %s, %s, %s, %s, %s, %s from opened
            """,
            (channel, channel, listing, place, units, units, outcome, at(minute), at(minute)),
        )

    def shows(self, units: int, minute: int, *, listing: str = "7", channel: str = "woocommerce", sku: str = "MUG",
              place: str = "LEEDS") -> None:  # fmt: skip
        self.do(
            """
            insert into ops.stock_levels
                (source, listing_id, location_id, sku, available_units, landing_file_id, read_at)
            values (%s, %s, %s, %s, %s, %s, %s)
            on conflict (source, listing_id, location_id) do update set
                available_units = excluded.available_units, landing_file_id = excluded.landing_file_id,
                read_at = excluded.read_at
            """,
            (channel, listing, place, sku, units, minute, at(minute)),
        )

    def sold(self, units: int, minute: int, *, channel: str = "woocommerce", sku: str = "MUG") -> None:
        self.do(
            """
            insert into ops.stock_events (
                source, document_key, event_key, kind, sku, location_id, channel_id, committed_change, occurred_at
            ) values (%s, gen_random_uuid()::text, gen_random_uuid(), 'sale', %s, 'LEEDS', %s, %s, %s)
            """,
            (channel, sku, channel, units, at(minute)),
        )

    def found(self) -> list[OpenException]:
        notice_on(self.connection, self.settings)
        return list_open_exceptions(self.connection, kind="level_differs")


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


@pytest.fixture
def shops(module_warehouse: Warehouse, tmp_path: Path) -> Iterator[Shops]:
    given = Settings(
        warehouse_url=module_warehouse.url,
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
    )
    yield Shops(module_warehouse.connection, given)
    module_warehouse.connection.rollback()


def test_a_figure_that_no_sale_explains_is_asked_about_with_both_figures_and_their_age(shops: Shops) -> None:
    """10 were told, 2 sold: 8 should show. It is the shop's own 7 that a person hears of."""
    shops.told(10, 0)
    shops.sold(2, 10)
    shops.shows(7, 30)
    [asked] = shops.found()
    assert asked.subject == "WooCommerce 7 (MUG) at LEEDS"
    assert asked.detail == (
        "showed 7 at 2026-01-05 12:30 UTC; it had been made to show 10, seen 30 min before, at 2026-01-05 12:00 UTC, "
        "and can have sold 2 since: 1 too few"
    )
    assert "stock.md" in asked.mend


@pytest.mark.parametrize(
    ("shown", "asked"),
    [(8, None), (9, "1 too many"), (7, "1 too few"), (10, "2 too many")],
    ids=["as sold", "too many", "too few", "as if nothing had been sold"],
)
def test_sales_of_the_channel_itself_explain_a_lower_figure(shops: Shops, shown: int, asked: str | None) -> None:
    shops.told(10, 0)
    shops.sold(2, 20)
    shops.sold(5, 20, channel="bigcommerce")
    shops.shows(shown, 60)
    assert [one.detail.rpartition(": ")[2] for one in shops.found()] == ([asked] if asked else [])


def test_a_sale_about_the_moment_of_our_write_may_have_lowered_the_figure_or_not(shops: Shops) -> None:
    shops.told(10, 0)
    shops.sold(1, -2)
    for shown in (9, 10):
        shops.shows(shown, 60 + shown)
        assert not shops.found()


def test_a_sale_about_the_moment_of_the_reading_may_have_lowered_the_figure_or_not(shops: Shops) -> None:
    """A slow clock shows as of :30 what was sold at :34; a fast one does not yet show what was sold at :26."""
    shops.told(10, 0)
    shops.sold(1, 34)
    for shown, asked in ((9, 0), (10, 0), (8, 1)):
        shops.shows(shown, 30)
        shops.do("update ops.stock_levels set landing_file_id = %s", (shown,))
        assert len(shops.found()) == asked, shown
    shops.do("delete from ops.stock_events")
    shops.sold(1, 26)
    for shown, asked in ((9, 0), (10, 0), (11, 1)):
        shops.shows(shown, 30)
        shops.do("update ops.stock_levels set landing_file_id = %s", (shown,))
        assert len(shops.found()) == asked, shown


def test_what_was_read_before_our_write_says_nothing(shops: Shops) -> None:
    shops.told(10, 40)
    shops.shows(7, 30)
    assert not shops.found()


@pytest.mark.parametrize("outcome", ["writing", "changed_meanwhile", "refused"])
def test_a_write_in_doubt_says_nothing(shops: Shops, outcome: str) -> None:
    shops.told(10, 0)
    shops.told(4, 10, outcome=outcome)
    shops.shows(7, 30)
    assert not shops.found()


def test_a_level_waits_until_its_channels_orders_are_known(shops: Shops) -> None:
    shops.orders_known(minute=29)
    shops.told(10, 0)
    shops.shows(9, 30)
    assert not shops.found(), "an order of that minute may be on its way"
    shops.sold(1, 29)
    shops.orders_known(minute=35)
    assert not shops.found()
    shops.shows(8, 32)
    shops.orders_known(minute=40)
    assert len(shops.found()) == 1


def test_the_same_id_on_two_channels_is_two_listings(shops: Shops) -> None:
    for channel in ("woocommerce", "bigcommerce"):
        shops.told(10, 0, channel=channel)
    shops.sold(3, 10)
    shops.shows(7, 30, channel="woocommerce")
    shops.shows(7, 30, channel="bigcommerce")
    assert [one.subject for one in shops.found()] == ["BigCommerce 7 (MUG) at LEEDS"]


def test_a_pack_is_counted_in_packs(shops: Shops) -> None:
    """5 packs of 6 were shown and 12 mugs sold: 3, 4 or 5 packs may show, for the mugs may have gone one by one."""
    shops.do(
        "insert into ops.listing_parts (channel_id, listing_name, sku, units_per_listing) "
        "values ('woocommerce', 'MUG-6', 'MUG', 6)"
    )
    shops.told(5, 0)
    shops.sold(12, 20)
    for shown, asked in ((3, 0), (5, 0), (2, 1), (6, 1)):
        shops.shows(shown, 60 + shown, sku="MUG-6")
        assert len(shops.found()) == asked, shown


def test_where_the_channel_counts_itself_its_level_is_no_comparison(shops: Shops) -> None:
    shops.told(10, 0, place="YORK")
    shops.shows(7, 30, place="YORK")
    assert not shops.found()


def test_a_difference_is_asked_once_and_taken_back_when_the_figures_agree(shops: Shops) -> None:
    shops.told(10, 0)
    shops.shows(7, 30)
    shops.found()
    shops.do("update ops.exceptions set answer = 'acted', answered_by = 'Ada'")
    shops.told(10, 40)
    assert not shops.found(), "answered"
    shops.shows(7, 50)
    assert not shops.found(), "it is the same trouble as before"
    shops.shows(10, 60)
    shops.found()
    states = shops.do("select state, resolved_at is not null from ops.exceptions").fetchall()
    assert states == [("acted", True)]
    shops.shows(9, 70)
    assert len(shops.found()) == 1, "it is news again"
    shops.do("delete from ops.stock_levels")
    assert not shops.found(), "a listing that is gone shows nothing wrong"


def test_many_at_once_are_one_question_beside_the_gravest(shops: Shops) -> None:
    for number in range(NAMED + 5):
        shops.told(100, 0, listing=str(number))
        shops.shows(100 - number - 1, 30, listing=str(number), sku=f"MUG{number}")
    asked = shops.found()
    assert len(asked) == NAMED + 1
    [together] = [one for one in asked if one.subject == "WooCommerce"]
    assert together.detail.startswith("5 more listings show something else than they were made to show, by 15 units")
    shops.found()
    assert shops.do("select count(distinct raised_at) from ops.exceptions").fetchall() == [(1,)]
