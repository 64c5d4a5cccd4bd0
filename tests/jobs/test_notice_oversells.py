"""Units promised beyond stock are named once, with the orders that are short and what their channels showed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.conftest import Warehouse

from stockroom.jobs.list_oversells import describe_oversells
from stockroom.jobs.notice_oversells import notice_oversells
from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class Shelf:
    """One SKU in London: what was sold of it, and what channels were told."""

    def __init__(self, warehouse: Warehouse, settings: Settings) -> None:
        self.warehouse, self.settings = warehouse, settings

    def do(self, statement: str, *parameters: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.warehouse.url, autocommit=True) as connection:
            asked = connection.execute(statement, parameters)
            return asked.fetchall() if asked.description else []

    def holds(
        self, available: int, location: str = "LONDON", counted_at: datetime | None = NOON, truth: str = "count"
    ) -> None:
        self.do(
            """
            insert into ops.stock_positions
                (sku, location_id, source_of_truth, is_running, counts_from, level_units, counted_at)
            values ('MUG', %s, %s, false, now(), %s, %s)
            on conflict (sku, location_id) do update set level_units = excluded.level_units
            """,
            location,
            truth,
            available,
            counted_at,
        )

    def sold(self, channel: str, order: str, seconds: int, units: int = 1, kind: str = "sale") -> None:
        self.do(
            """
            insert into ops.stock_events (
                source, document_key, event_key, kind, sku, location_id, channel_id, committed_change, occurred_at
            ) values (%s, %s, md5(%s)::uuid, %s, 'MUG', 'LONDON', %s, %s, %s)
            """,
            channel,
            order,
            f"{kind} {seconds}",
            kind,
            channel,
            units,
            NOON + timedelta(seconds=seconds),
        )

    def told(self, channel: str, units: int, seconds: int) -> None:
        self.do(
            """
            with opened as (
                insert into ops.push_runs (channel_id, state, listings) values (%s, 'pushed', 1) returning push_run_id
            )

            insert into ops.availability_pushes (
                push_run_id, channel_id, listing_id, sku, location_id, units_wanted, units_after, outcome, verified_at
            )
            select push_run_id, %s, 'L1', 'MUG', 'LONDON', %s, %s, 'verified', %s from opened
            """,
            channel,
            channel,
            units,
            units,
            NOON + timedelta(seconds=seconds),
        )

    def look(self) -> str:
        return str(notice_oversells(self.settings))


@pytest.fixture
def shelf(warehouse: Warehouse, tmp_path: Path) -> Shelf:
    given = Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
    )
    shelf = Shelf(warehouse, given)
    shelf.do(
        "insert into ops.channels (channel_id, channel_name, kind, is_connected, ship_from) "
        "values ('ebay', 'eBay', 'marketplace', true, 'LONDON'), ('amazon', 'Amazon', 'marketplace', true, 'LONDON')"
    )
    return shelf


def test_enough_for_everybody_is_no_oversell(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0)
    shelf.holds(0)
    assert shelf.look() == "nothing is promised beyond stock"


def test_one_unit_sold_twice_is_named_with_what_each_channel_showed(shelf: Shelf) -> None:
    shelf.told("ebay", 1, -600)
    shelf.told("amazon", 1, -240)
    shelf.sold("ebay", "E1", 0)
    shelf.sold("amazon", "A1", 30)
    shelf.told("ebay", 0, 40)
    shelf.holds(-1)
    assert shelf.look() == "1 units of 1 items are promised beyond stock"
    (asked,) = open_exceptions(shelf.settings, kind="oversell").found
    assert asked.subject == "MUG at LONDON"
    assert asked.detail == (
        "1 promised beyond stock since 2026-01-05 12:00:30 UTC: amazon A1 (showed 1, read 4 min before)"
    )
    assert asked.mend.startswith("Cancel order A1 (amazon)")
    timeline = shelf.do(
        "select kind, channel_id, units, available_before, available_after, units_short, shown_units "
        "from ops.oversell_events order by event_number"
    )
    assert timeline == [
        ("sale", "ebay", 1, 1, 0, 0, 1),
        ("sale", "amazon", 1, 0, -1, 1, 1),
        ("told", "ebay", 0, None, None, 0, 0),
    ]


def test_an_oversell_is_named_once_and_taken_back_when_it_is_made_good(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0, units=3)
    shelf.holds(-2)
    shelf.look()
    shelf.sold("amazon", "A1", 60)
    shelf.holds(-3)
    shelf.look()
    assert shelf.do("select units_short, orders_short, state from ops.oversells") == [(3, 2, "open")]
    shelf.holds(7)
    assert shelf.look() == "nothing is promised beyond stock, 1 made good"
    assert open_exceptions(shelf.settings, kind="oversell").found == []
    shelf.holds(-1)
    shelf.look()
    assert shelf.do("select state, count(*) from ops.oversells group by 1 order by 1") == [("open", 1), ("resolved", 1)]


def test_an_order_that_was_cancelled_is_not_short(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0)
    shelf.sold("amazon", "A1", 10, units=2)
    shelf.sold("amazon", "A2", 20)
    shelf.sold("amazon", "A1", 25, units=-1, kind="cancellation")
    shelf.sold("amazon", "A2", 30, units=-1, kind="cancellation")
    shelf.holds(-1)
    shelf.look()
    short = shelf.do("select document_key, units, units_short from ops.oversell_events where units_short > 0")
    assert short == [("A1", 1, 1)]


def test_goods_that_left_do_not_hide_who_is_short(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0)
    shelf.sold("amazon", "A1", 10)
    shelf.do(
        """
        insert into ops.stock_events (
            source, document_key, event_key, kind, sku, location_id, channel_id, committed_change, on_hand_change,
            occurred_at
        ) values ('ebay', 'E1', md5('sent')::uuid, 'fulfilment', 'MUG', 'LONDON', 'ebay', -1, -1, %s)
        """,
        NOON + timedelta(seconds=20),
    )
    shelf.holds(-1)
    shelf.look()
    assert shelf.do("select document_key, units_short from ops.oversell_events order by event_number") == [
        ("E1", 0),
        ("A1", 1),
    ]


def test_a_level_below_nothing_without_orders_wants_a_count(shelf: Shelf) -> None:
    shelf.holds(-4)
    shelf.look()
    assert shelf.do("select action, orders_short, began_at from ops.oversells") == [("count", 0, None)]


def test_what_was_never_counted_may_be_there(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0)
    shelf.holds(-1, counted_at=None)
    assert shelf.look() == "nothing is promised beyond stock"


def test_where_every_entry_counts_from_the_first_on_nothing_has_to_be_counted(shelf: Shelf) -> None:
    shelf.sold("ebay", "E1", 0)
    shelf.holds(-1, counted_at=None, truth="ledger")
    assert shelf.look() == "1 units of 1 items are promised beyond stock"


def test_what_lies_at_amazon_ships_nobody_elses_order(shelf: Shelf) -> None:
    """Units come back from there by a removal, weeks later."""
    shelf.do("create table marts.dim_locations (location_id text, country_code text)")
    shelf.holds(90, "AMAZON-FBA", truth="amazon")
    shelf.sold("ebay", "E1", 0)
    shelf.holds(-1)
    shelf.look()
    assert shelf.do("select action from ops.oversells") == [("cancel",)]
    assert shelf.do("select 1 from ops.allocations") == []


def test_another_location_that_has_it_ships_it(shelf: Shelf) -> None:
    shelf.do("create table marts.dim_locations (location_id text, country_code text)")
    shelf.do("insert into marts.dim_locations values ('LONDON', 'GB'), ('LEEDS', 'GB'), ('LYON', 'FR')")
    shelf.do(
        "create table marts.dim_skus (sku text, unit_price numeric, unit_cost numeric, unit_cost_currency text, "
        "base_unit_cost numeric, currency text)"
    )
    shelf.do("insert into marts.dim_skus values ('MUG', 9, 4, 'GBP', 4, 'GBP')")
    shelf.holds(90, "LYON")
    shelf.holds(3, "LEEDS")
    shelf.sold("ebay", "E1", 0)
    shelf.sold("amazon", "A1", 10, units=2)
    shelf.holds(-2)
    shelf.look()
    ((risk, action, says),) = shelf.do("select money_at_risk, action, recommendation from ops.oversells")
    assert (risk, action) == (10, "re-allocate")
    assert says == "ship 2 from LEEDS, which has 3: keeps 10.00 of margin"
    told = describe_oversells(shelf.settings, sku="mug")
    assert "A1 takes 2: 0 -> -2; 2 short; it had never been told a figure" in told
    assert "3. cancel order A1 (amazon): loses 10.00" in told
    assert "ship 2 of amazon A1 from LEEDS: LONDON lacks 2 of 2; the nearest that has all of it" in told


def test_planners_say_who_helps_out_before_distance_does(shelf: Shelf) -> None:
    """Leeds is in the country and has most; Lyon comes first for the planners, if it has all of an order."""
    shelf.do("create table marts.dim_locations (location_id text, country_code text)")
    shelf.do("insert into marts.dim_locations values ('LONDON', 'GB'), ('LEEDS', 'GB'), ('LYON', 'FR')")
    shelf.do(
        "insert into ops.stock_locations (location_id, source_of_truth, is_running, ship_priority) "
        "values ('LYON', 'count', false, 1), ('LEEDS', 'count', false, null)"
    )
    shelf.holds(90, "LEEDS")
    shelf.holds(2, "LYON")
    shelf.sold("amazon", "A1", 10, units=2)
    shelf.sold("amazon", "A2", 20, units=2)
    shelf.holds(-4)
    shelf.look()
    assert shelf.do("select document_key, location_id, reason from ops.allocations order by 1") == [
        ("A1", "LYON", "LONDON lacks 2 of 2; of those that have all of it the planners' choice (ship_priority 1)"),
        ("A2", "LEEDS", "LONDON lacks 2 of 2; the nearest that has all of it"),
    ]


def test_an_order_is_split_only_where_no_place_has_all_of_it(shelf: Shelf) -> None:
    shelf.do("create table marts.dim_locations (location_id text, country_code text)")
    shelf.do("insert into marts.dim_locations values ('LONDON', 'GB'), ('LEEDS', 'GB'), ('LYON', 'FR')")
    shelf.holds(1, "LEEDS")
    shelf.holds(2, "LYON")
    shelf.sold("amazon", "A1", 10, units=4)
    shelf.holds(-2)
    shelf.look()
    assert shelf.do("select location_id, units, is_split from ops.allocations order by 1") == [
        ("LEEDS", 1, True),
        ("LONDON", 2, True),
        ("LYON", 1, True),
    ]
