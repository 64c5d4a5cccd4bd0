"""The warehouse stays small: what a build still reads stays, what landed can come back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import orjson
import psycopg
import pytest

from stockroom.channels import CHANNELS
from stockroom.jobs.maintain_warehouse import MaintenanceError, maintain_warehouse
from stockroom.jobs.replay_landing import ReplayError, every_stream, replay_landing
from stockroom.settings import Settings
from stockroom.streams import BadRow, Row, Stream
from stockroom.suppliers.planners import POLICIES
from stockroom.suppliers.suppliers import BACKORDER_COLUMNS, BACKORDERS
from stockroom.suppliers.wms import RECEIPTS
from stockroom.warehouse import raw_partitions
from stockroom.warehouse.landing import keep_file, write_part
from stockroom.warehouse.load import load_landing_file, load_rows
from stockroom.warehouse.maintenance import MaintenanceUnderWayError, only_maintenance

PRODUCTS = next(stream for stream in CHANNELS["woocommerce"].streams if stream.name == "products")
LEVELS = next(stream for stream in CHANNELS["shopify"].streams if stream.name == "inventory_levels")
DAY = date(2011, 6, 30)
NOW = datetime.now(UTC)
OLD, OLDER = NOW - timedelta(days=200), NOW - timedelta(days=300)


@pytest.fixture
def settings(warehouse: Any, landing_url: str, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        warehouse_owner_url=warehouse.url,
        landing_url=landing_url,
        documents_dir=tmp_path,
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
    )


def land(settings: Settings, stream: Stream, documents: Sequence[dict[str, Any]], *, at: datetime) -> None:
    with psycopg.connect(settings.warehouse_url, options="-c timezone=UTC") as connection:
        connection.execute(
            "select raw.ensure_stream(%s, %s, %s)", (stream.table, stream.about, stream.mode == "snapshot")
        )
        landed = write_part(
            settings.landing_url,
            stream,
            [orjson.dumps(document) for document in documents],
            window_start=at - timedelta(minutes=2),
            window_end=at,
            landed_at=at,
        )
        load_landing_file(connection, stream, landed, currency="GBP")


def product(number: int, changed: str, price: str = "1.00") -> dict[str, Any]:
    return {"id": number, "date_modified_gmt": changed, "price": price, "variation_records": []}


def stored(warehouse: Any, table: str) -> list[Any]:
    with psycopg.connect(warehouse.url, options="-c timezone=UTC") as connection:
        return connection.execute(
            f"select landing_file_id, line_number, record_key, document, landed_at from raw.{table} order by 1, 2"  # noqa: S608  # our own names
        ).fetchall()


def months(warehouse: Any, table: str) -> int:
    with psycopg.connect(warehouse.url) as connection:
        rows = connection.execute("select count(*) from pg_inherits where inhparent = %s::regclass", (f"raw.{table}",))
        return int(rows.fetchall()[0][0])


def rows(warehouse: Any, query: str) -> list[Any]:
    with psycopg.connect(warehouse.url) as connection:
        return connection.execute(query).fetchall()


def test_of_an_old_month_the_newest_version_of_each_record_stays(settings: Settings, warehouse: Any) -> None:
    land(settings, PRODUCTS, [product(1, "2011-06-01T00:00:00"), product(2, "2011-06-02T00:00:00")], at=OLDER)
    land(settings, PRODUCTS, [product(1, "2011-06-03T00:00:00")], at=OLD)
    land(settings, PRODUCTS, [product(1, "2011-06-09T00:00:00")], at=NOW)
    done = maintain_warehouse(settings, as_of_date=DAY)
    assert [(key, document["date_modified_gmt"]) for _, _, key, document, _ in stored(warehouse, PRODUCTS.table)] == [
        ("2", "2011-06-02T00:00:00"),
        ("1", "2011-06-09T00:00:00"),
    ]
    assert done.counts["partitions_thinned"] == 1
    assert done.counts["partitions_dropped"] == 1
    assert done.counts["raw_rows_dropped"] == 2


def test_a_version_that_changed_last_stays_though_an_older_one_landed_after_it(
    settings: Settings, warehouse: Any
) -> None:
    land(settings, PRODUCTS, [product(1, "2011-06-09T00:00:00.5", "9.00")], at=OLDER)
    land(settings, PRODUCTS, [product(1, "2011-06-09T00:00:00", "1.00")], at=OLD)
    land(settings, PRODUCTS, [product(1, "2011-06-03T00:00:00", "3.00")], at=OLD + timedelta(minutes=2))
    maintain_warehouse(settings, as_of_date=DAY)
    # Builds read the first, jobs between two builds the last.
    assert [document["price"] for _, _, _, document, _ in stored(warehouse, PRODUCTS.table)] == ["9.00", "3.00"]


def test_maintenance_done_again_finds_nothing_to_do_and_says_both_times_what_it_did(
    settings: Settings, warehouse: Any
) -> None:
    land(settings, PRODUCTS, [product(1, "2011-06-01T00:00:00")], at=OLD)
    land(settings, PRODUCTS, [product(1, "2011-06-02T00:00:00")], at=NOW)
    assert "1 old months dropped; 1 superseded rows out of raw" in str(maintain_warehouse(settings, as_of_date=DAY))
    again = maintain_warehouse(settings, as_of_date=DAY)
    assert sum(again.counts.values()) == 0
    runs = "select partitions_dropped, raw_rows_dropped, ended_at is not null from ops.maintenance_runs order by 1 desc"
    assert rows(warehouse, runs) == [(1, 1, True), (0, 0, True)]


def test_months_are_made_before_they_come(settings: Settings, warehouse: Any) -> None:
    before = months(warehouse, "shopify_orders")
    maintain_warehouse(settings, as_of_date=DAY)
    assert months(warehouse, "shopify_orders") == before + 3, "this month and the next two"


def test_what_was_dropped_comes_back_from_landing_to_the_byte(settings: Settings, warehouse: Any) -> None:
    land(settings, PRODUCTS, [product(1, "2011-06-01T00:00:00"), product(2, "2011-06-02T00:00:00")], at=OLDER)
    land(settings, PRODUCTS, [product(1, "2011-06-03T00:00:00")], at=OLD)
    land(settings, PRODUCTS, [product(1, "2011-06-09T00:00:00")], at=NOW)
    units = [("7", OLDER), ("5", OLD), ("5", OLD + timedelta(minutes=2)), ("7", NOW)]
    for available, at in units:
        quantities = [{"name": "available", "quantity": int(available)}]
        nodes = [{"location": {"id": "L"}, "quantities": quantities}]
        document = {"id": "I", "sku": "A", "updatedAt": "2011-06-01T00:00:00Z", "inventoryLevels": {"nodes": nodes}}
        land(settings, LEVELS, [document], at=at)
    before = [stored(warehouse, stream.table) for stream in (PRODUCTS, LEVELS)]
    assert [len(found) for found in before] == [4, 3]
    maintain_warehouse(settings, as_of_date=DAY)
    assert [len(stored(warehouse, stream.table)) for stream in (PRODUCTS, LEVELS)] == [2, 1]
    assert str(replay_landing(settings)).startswith("4 rows from 4 landing files are in raw again")
    assert [stored(warehouse, stream.table) for stream in (PRODUCTS, LEVELS)] == before
    assert str(replay_landing(settings)) == "raw lacks nothing that landed"

    with psycopg.connect(warehouse.url) as connection:  # as after a disaster
        connection.execute("truncate raw.woocommerce_products, raw.shopify_inventory_levels")
    replay_landing(settings, since=OLD - timedelta(days=1))
    assert stored(warehouse, PRODUCTS.table) == before[0][2:], "only what landed from there on"
    replay_landing(settings)
    assert [stored(warehouse, stream.table) for stream in (PRODUCTS, LEVELS)] == before


def test_a_damaged_landing_file_is_named_and_the_others_come_back(settings: Settings, warehouse: Any) -> None:
    for number, at in enumerate((OLDER, OLD), 1):
        land(settings, PRODUCTS, [product(number, "2011-06-01T00:00:00")], at=at)
    [(path, *_), _] = rows(warehouse, "select path from raw.landing_files order by landing_file_id")
    (Path(urlparse(settings.landing_url).path) / path).write_bytes(b"ransom")
    with psycopg.connect(warehouse.url) as connection:
        connection.execute("truncate raw.woocommerce_products")
    with pytest.raises(ReplayError, match=r"1 rows from 1 landing files.*truncated or corrupt"):
        replay_landing(settings)
    assert [key for _, _, key, _, _ in stored(warehouse, PRODUCTS.table)] == ["2"]


def keep(settings: Settings, stream: Stream, name: str, lines: Sequence[Row | BadRow], *, at: datetime) -> None:
    file = settings.documents_dir / name
    text = [",".join(map(str, row.document.values())) for row in lines if isinstance(row, Row)]
    file.write_text("\n".join([f"{at}", *text]) + "\n")  # no two are alike
    with psycopg.connect(settings.warehouse_url, options="-c timezone=UTC") as connection:
        kept = keep_file(settings.landing_url, stream, file, landed_at=at)
        load_rows(connection, stream, kept, lines, currency="GBP")


def test_of_files_that_somebody_keeps_every_row_in_force_stays(settings: Settings, warehouse: Any) -> None:
    def rule(scope: str, line: int = 2) -> Row:
        return Row(line, {"scope": scope, "key": "*", "service_level": "0.9"})

    keep(settings, POLICIES, "policies.csv", [rule("sku"), rule("supplier", 3)], at=OLDER)
    keep(settings, POLICIES, "policies.csv", [rule("category")], at=OLD)
    broken = BadRow(3, "x", "a number is missing")
    keep(settings, POLICIES, "policies.csv", [rule("category"), broken], at=OLD + timedelta(days=1))
    receipt = {"receipt_id": "R-1", "received_at": "2011-06-01T00:00:00Z", "units": "1"}
    keep(settings, RECEIPTS, "receipts-1.csv", [Row(2, receipt)], at=OLDER)
    maintain_warehouse(settings, as_of_date=DAY)
    found = [(file_id, key) for file_id, _, key, _, _ in stored(warehouse, POLICIES.table)]
    # The file with a broken line holds beside the whole one before it. The oldest holds nothing any more, but its
    # two records have no newer version, and nobody reads them.
    assert found == [(1, "sku/*"), (1, "supplier/*"), (2, "category/*"), (3, "category/*")]
    assert len(stored(warehouse, RECEIPTS.table)) == 1, "a receipt stays a receipt"


def test_what_suppliers_said_by_a_day_stays_whatever_they_said_later(settings: Settings, warehouse: Any) -> None:
    def note(units: str, noted_at: str) -> Row:
        return Row(2, dict(zip(BACKORDER_COLUMNS, ("H-1", "1", "A", units, noted_at, "2011-07-20"), strict=True)))

    keep(settings, BACKORDERS, "backorders-1.csv", [note("12", "2011-06-01T09:00:00Z")], at=OLDER)
    keep(settings, BACKORDERS, "backorders-1.csv", [note("6", "2011-06-20T09:00:00Z")], at=OLD)
    maintain_warehouse(settings, as_of_date=DAY)
    assert len(stored(warehouse, BACKORDERS.table)) == 2


def test_a_month_that_fails_is_as_it_was_and_the_other_parts_are_done(
    settings: Settings, warehouse: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(settings, PRODUCTS, [product(1, "2011-06-01T00:00:00")], at=OLD)
    land(settings, PRODUCTS, [product(1, "2011-06-02T00:00:00")], at=NOW)
    monkeypatch.setattr(raw_partitions, "WAIT_FOR_READERS", "100ms")
    with psycopg.connect(warehouse.url) as reader:
        reader.execute("select count(*) from raw.woocommerce_products")
        with pytest.raises(MaintenanceError, match=r"months made ahead.*woocommerce_products_.*lock timeout"):
            maintain_warehouse(settings, as_of_date=DAY)
    assert len(stored(warehouse, PRODUCTS.table)) == 2
    [(said, dropped)] = rows(warehouse, "select said, raw_rows_dropped from ops.maintenance_runs")
    assert "lock timeout" in said
    assert dropped == 0
    assert maintain_warehouse(settings, as_of_date=DAY).counts["raw_rows_dropped"] == 1


def test_maintenance_and_a_replay_keep_out_of_each_others_way(settings: Settings, warehouse: Any) -> None:
    with psycopg.connect(warehouse.url, autocommit=True) as other, only_maintenance(other):
        with pytest.raises(MaintenanceUnderWayError):
            maintain_warehouse(settings, as_of_date=DAY)
        with pytest.raises(MaintenanceUnderWayError):
            replay_landing(settings)


def test_windows_without_news_are_forgotten_but_the_cursor_stays(settings: Settings, warehouse: Any) -> None:
    for minutes in (0, 2, 4):
        land(settings, PRODUCTS, [], at=OLD + timedelta(minutes=minutes))
    cursor = rows(warehouse, "select max(window_end) from raw.landing_files")
    maintain_warehouse(settings, as_of_date=DAY)
    assert rows(warehouse, "select window_end from raw.landing_files") == cursor


def plan(warehouse: Any, day: date, *, ordered: int = 0) -> None:
    with psycopg.connect(warehouse.url) as connection:
        connection.execute(
            "insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items, decided_at) "
            "values (%s, now(), '', '{}', 2, now())",
            (day,),
        )
        connection.execute("insert into plan.inputs (plan_date, sku, location_id) values (%s, 'A', 'L')", (day,))
        for sku, units in (("A", ordered), ("B", 0)):
            connection.execute(
                "insert into plan.decisions (plan_date, sku, location_id, method, evidence, forecast_units_per_day, "
                "lead_time_mean_days, lead_time_sd_days, lead_time_own_evidence, safety_stock_units, "
                "reorder_point_units, order_up_to_units, position_units, order_units, reason, terms) "
                "values (%s, %s, 'L', '', '', 0, 0, 0, 0, 0, 0, 0, 0, %s, '', '[]')",
                (day, sku, units),
            )
            connection.execute(
                "insert into plan.forecasts values (%s, %s, 'L', null, '', '', '', 'A', null, null, false, 0, 1, '[]', "
                "0, 0, 0, 0, 0, 0, 0, 0)",
                (day, sku),
            )


def test_old_plans_keep_the_first_of_each_week_and_what_was_ordered(settings: Settings, warehouse: Any) -> None:
    tuesday, wednesday = date(2011, 1, 4), date(2011, 1, 5)
    for day in (date(2008, 1, 1), tuesday, wednesday, date(2011, 5, 20), date(2011, 6, 29), DAY):
        plan(warehouse, day, ordered=6)
    done = maintain_warehouse(settings, as_of_date=DAY)

    def days(table: str) -> list[tuple[date, str]]:
        return rows(warehouse, f"select plan_date, sku from plan.{table} order by 1, 2")  # noqa: S608  # our own names

    recent = [(day, sku) for day in (date(2011, 5, 20), date(2011, 6, 29), DAY) for sku in "AB"]
    assert days("forecasts") == [(tuesday, "A"), (tuesday, "B"), *recent]
    assert days("decisions") == [(tuesday, "A"), (tuesday, "B"), (wednesday, "A"), *recent]
    assert [day for day, _ in days("inputs")] == [date(2011, 5, 20), date(2011, 6, 29), DAY]
    assert len(rows(warehouse, "select from plan.runs")) == 6, "that a day was planned is known for ever"
    assert done.counts["plan_rows_dropped"] == 4 + 3 + 3


def test_the_newest_plan_stays_however_old_it_is(settings: Settings, warehouse: Any) -> None:
    plan(warehouse, date(2008, 1, 1))
    assert maintain_warehouse(settings, as_of_date=DAY).counts["plan_rows_dropped"] == 0


def test_the_newest_version_is_told_as_staging_tells_it() -> None:
    staging = Path(__file__).parents[2] / "dbt_project/models/staging"
    told = {stream.table: stream.changed_at for stream, _ in every_stream() if stream.changed_at}
    assert {"shopify_orders", "woocommerce_orders", "bigcommerce_orders", "ebay_orders"} <= set(told)
    for table, changed_at in told.items():
        source, _, _ = table.partition("_")
        models = [file.read_text() for file in (staging / source).glob("*.sql")]
        reads = [text for text in models if f"source('{source}', '{table}')" in text]
        path = ", ".join(f"'{name}'" for name in changed_at.split("."))
        moment = re.compile(rf"instant\(json_text\('(documents\.)?document', {path}\)\) }}}} as updated_at")
        assert any(moment.search(text) for text in reads), f"{table} is not ranked by {changed_at}"
        assert not any("join documents" in text for text in reads), f"{table}: older versions say something; is_history"
