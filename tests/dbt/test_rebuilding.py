"""An incremental build gives what a build from nothing gives, whatever landed and whichever day is asked for."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from raw_documents import (
    LONDON,
    MANCHESTER,
    bulk_row,
    level,
    line,
    location,
    order,
    parcel,
    product,
    purchase_order_line,
    receipt,
    refund,
    supplier,
)

from stockroom.jobs.maintain_warehouse import maintain_warehouse
from stockroom.jobs.replay_landing import every_stream, replay_landing
from stockroom.warehouse.landing import keep_file, write_part
from stockroom.warehouse.load import load_landing_file, load_rows

if TYPE_CHECKING:
    from conftest import Marts

pytestmark = pytest.mark.slow

Put = Callable[..., Any]
NEWS = datetime(2011, 7, 1, 6, tzinfo=UTC)


def _first_landing(put: Put) -> None:
    put(
        "shopify_orders",
        [
            order("1", "2011-06-01T09:00:00Z", [line("1", "A1", 4), line("1", "POST", 1, is_service=True)]),
            order("2", "2011-06-10T09:00:00Z", [line("2", "a1", 2), line("2", "C3", 5)]),
            # Already known, but after the first cut-off.
            order(
                "3",
                "2011-06-18T09:00:00Z",
                [line("3", "B2", 3)],
                updated="2011-06-21T09:00:00Z",
                refunds=[refund("3", "B2", 1, at="2011-06-21T09:00:00Z", kind="RETURN")],
            ),
        ],
    )
    put(
        "wholesale_orders",
        {**bulk_row("500", "23166", 600, "2011-06-19 10:00"), **bulk_row("501", "B2", 500, "2011-06-05 10:00")},
    )
    put("suppliers_purchase_orders", purchase_order_line("H-000001", "A1", 50, "2011-06-01T08:00:00Z"))
    put("shopify_inventory_levels", [level("A1", 90), level("B2", 40)], read_at=datetime(2011, 6, 20, 5, tzinfo=UTC))


def _second_landing(put: Put) -> None:
    # A late cancellation and a late return correct old days; the catalogue learns C3; a bulk order is cancelled.
    put(
        "shopify_orders",
        [
            order(
                "1",
                "2011-06-01T09:00:00Z",
                [line("1", "A1", 4), line("1", "POST", 1, is_service=True)],
                updated="2011-06-25T09:00:00Z",
                refunds=[
                    refund("1", "A1", 1, at="2011-06-01T10:00:00Z", kind="CANCEL"),
                    refund("1", "A1", 2, at="2011-06-25T09:00:00Z", kind="RETURN"),
                ],
                parcels=[parcel("1", "A1", 3, at="2011-06-02T09:00:00Z")],
            ),
            order("4", "2011-06-26T09:00:00Z", [line("4", "A1", 1)]),
            # Overtaken by the version that landed before it.
            order("3", "2011-06-18T09:00:00Z", [line("3", "B2", 9)], updated="2011-06-19T09:00:00Z"),
        ],
    )
    put("shopify_products", [product("C3")])
    put("wholesale_orders", bulk_row("C502", "23166", -600, "2011-06-20 09:00"))
    put("wms_receipts", receipt("R-1", "A1", 50, "2011-06-22T07:00:00Z"))
    put("shopify_inventory_levels", [level("A1", 141), level("C3", 9)], read_at=datetime(2011, 6, 30, 5, tzinfo=UTC))


def test_incremental_builds_equal_builds_from_nothing_for_later_and_earlier_days(marts: Marts, put: Put) -> None:
    """Late news corrects old days, an unknown sku heals, and no day that they do not touch is written again."""
    _first_landing(put)
    found = (
        "select units_ordered, units_returned from marts.fct_order_lines where sku = 'B2' and channel_id = 'shopify'"
    )
    days = "select sold_date::text, sku, units_sold, units_returned from marts.fct_sales_daily"
    sold = f"{days} where channel_id = 'shopify'"
    untouched = "select build_number from marts.fct_sales_daily where sold_date = '2011-06-05'"
    marts.build_only("2011-06-18")
    assert marts.rows(found) == [], "its day has not come"
    kept = marts.settings.dbt_dir / "partial_parse.msgpack"
    parsed = kept.read_bytes()
    marts.build_only("2011-06-22")
    assert kept.read_bytes() == parsed, "another day is no reason to parse the project again"
    assert marts.rows(found) == [(3, 1)], "what lies behind the cut-off counts when its day comes, without a new file"
    first = marts.everything()
    assert marts.rows("select sku, units_ordered from marts.fct_order_line_exceptions") == [("C3", 5)]
    assert sorted(marts.rows(sold)) == [
        ("2011-06-01", "A1", 4, 0),
        ("2011-06-10", "A1", 2, 0),
        ("2011-06-18", "B2", 3, 0),
        ("2011-06-21", "B2", 0, 1),
    ]
    before = marts.rows(untouched)
    _second_landing(put)
    marts.build_only("2011-06-30")
    later = marts.everything()
    assert sorted(marts.rows(sold)) == [
        ("2011-06-01", "A1", 3, 0),
        ("2011-06-10", "A1", 2, 0),
        ("2011-06-10", "C3", 5, 0),
        ("2011-06-18", "B2", 3, 0),
        ("2011-06-21", "B2", 0, 1),
        ("2011-06-25", "A1", 0, 2),
        ("2011-06-26", "A1", 1, 0),
    ]
    assert marts.rows("select * from marts.fct_order_line_exceptions") == []
    assert before
    assert marts.rows(untouched) == before, "days that no new file touches are not written again"
    marts.build_only("2011-06-22")
    earlier = marts.everything()

    marts.build_only("2011-06-30", full_refresh=True)
    assert later == marts.everything()
    marts.build_only("2011-06-22", full_refresh=True)
    assert earlier == marts.everything()

    assert first["fct_sales_daily"] != earlier["fct_sales_daily"], "what landed late belongs to the earlier day too"
    assert len({str(state["fct_sales_daily"]) for state in (first, later, earlier)}) == 3


def _land_for_good(marts: Marts, table: str, documents: Any, *, at: datetime, read_at: datetime = NEWS) -> None:
    """Land documents as a channel's records, or as the file that they came in, and load them."""
    stream, kinds = next(found for found in every_stream() if found[0].table == table)
    read = {"landed_at": at, "channel_time": read_at}
    if not kinds:
        lines = [orjson.dumps(document) for document in documents]
        landed = write_part(marts.settings.landing_url, stream, lines, window_start=None, window_end=at, **read)
        load_landing_file(marts.connection, stream, landed, currency="GBP")
        marts.connection.commit()
        return
    kind = next(each for each in kinds if each.pattern.endswith(".csv"))
    file = marts.settings.dbt_dir / kind.pattern.replace("*", f"-{at:%Y-%m-%d}").replace("--", "-")
    file.parent.mkdir(exist_ok=True)
    with file.open("w", newline="") as opened:
        sheet = csv.DictWriter(opened, kind.columns)
        sheet.writeheader()
        sheet.writerows(documents.values())
    landed = keep_file(marts.settings.landing_url, stream, file, **read)
    rows = kind.rows(file, file_name=file.name, settings=marts.settings)
    assert load_rows(marts.connection, stream, landed, rows, currency="GBP").rejected == 0
    marts.connection.commit()


def test_marts_are_the_same_after_raw_was_lost_came_back_from_landing_and_was_thinned(empty_marts: Marts) -> None:
    marts = empty_marts
    now = datetime.now(UTC)
    older, old = now - timedelta(days=300), now - timedelta(days=200)

    def put_at(at: datetime) -> Put:
        def _put(table: str, documents: Any, *, read_at: datetime = NEWS) -> None:
            _land_for_good(marts, table, documents, at=at, read_at=read_at)

        return _put

    put_at(older)("shopify_locations", [location(LONDON, "London"), location(MANCHESTER, "Manchester")])
    put_at(older)("shopify_products", [product("A1"), product("B2"), product("23166")])
    put_at(older)("suppliers_terms", supplier())
    _first_landing(put_at(older))
    _second_landing(put_at(old))
    newer = order("4", "2011-06-26T09:00:00Z", [line("4", "A1", 2)], updated="2011-06-27T09:00:00Z")
    put_at(now)("shopify_orders", [newer])
    marts.build_only("2011-06-30")
    before = marts.everything()
    landed = "select landing_file_id, line_number, record_key from raw.shopify_orders order by 1, 2"
    orders = marts.rows(landed)
    assert len(orders) == 7

    tables = marts.rows("select relname from pg_class where relnamespace = 'raw'::regnamespace and relkind = 'p'")
    marts.connection.execute(f"truncate {', '.join(f'raw.{table}' for (table,) in tables)}")
    marts.connection.commit()
    replay_landing(marts.settings)
    assert marts.rows(landed) == orders

    done = maintain_warehouse(marts.settings, as_of_date=date(2011, 6, 30))
    # Orders 1 and 4 have a newer version. Of order 3 an old one landed last: both it and the newest stay.
    assert [key for _, _, key in marts.rows(landed)] == ["2", "3", "1", "3", "4"]
    assert done.counts["raw_rows_dropped"] == 3, "two orders and a level of A1"
    marts.build_only("2011-06-30", full_refresh=True)
    assert marts.everything() == before
