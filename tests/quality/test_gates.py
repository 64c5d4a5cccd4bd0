"""The gates let believable data through, and name the rows of what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from stockroom.jobs.check_decisions import check_decisions
from stockroom.jobs.check_raw import NothingToCheck, check_raw
from stockroom.jobs.gate_keeping import GateFailedError
from stockroom.settings import Settings

AS_OF = date(2011, 6, 30)
CLOCK = datetime(2011, 6, 30, 5, tzinfo=UTC)


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url,
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path / "reports",
        dbt_dir=tmp_path,
    )


def land(
    connection: psycopg.Connection, stream: str, documents: list[Mapping[str, object]], *, rejected: int = 0
) -> int:
    """Put documents into a raw table as one landing file would, and return the file's id."""
    source, name = stream.split("/")
    row = connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, line_count, loaded_count, rejected_count,
            channel_time, landed_at)
        values (%s, %s, %s || '/' || (select count(*) from raw.landing_files), 1, 'x', %s, %s, %s, %s, %s)
        returning landing_file_id
        """,
        (source, name, stream, len(documents) + rejected, len(documents), rejected, CLOCK, CLOCK),
    ).fetchone()
    assert row is not None
    table = f"{source}_{name}"
    connection.execute("select raw.ensure_stream(%s, '', false)", (table,))
    connection.execute("select raw.ensure_partition(%s, %s)", (table, CLOCK))
    for number, document in enumerate(documents, start=1):
        record = {
            "landing_file_id": row[0],
            "line_number": number,
            "record_key": document.get("id", str(number)),
            "document": json.dumps(document),
            "landed_at": CLOCK,
        }
        insert(connection, f"raw.{table}", record)
    connection.commit()
    return int(row[0])


def money(amount: str) -> dict[str, object]:
    return {"shopMoney": {"amount": amount, "currencyCode": "GBP"}}


def order(
    number: int, *, sku: str = "A", price: str = "2.00", created: str = "2011-06-29T10:00:00Z"
) -> dict[str, object]:
    line = {"id": f"l{number}", "sku": sku, "quantity": 1, "variant": {"id": "v"}, "originalUnitPriceSet": money(price)}
    return {"id": f"o{number}", "createdAt": created, "lineItems": {"nodes": [line]}}


def product(sku: str = "A", *, price: str = "2.00", cost: str = "1.00") -> dict[str, object]:
    variant = {"sku": sku, "price": price, "inventoryItem": {"unitCost": {"amount": cost}}}
    return {"id": f"p{sku}", "variants": {"nodes": [variant]}}


def level(*, available: int = 3, on_hand: int = 3) -> dict[str, object]:
    states = [{"name": "available", "quantity": available}, {"name": "on_hand", "quantity": on_hand}]
    return {"id": "i1", "sku": "A", "inventoryLevels": {"nodes": [{"location": {"id": "L"}, "quantities": states}]}}


def woo_order(
    number: int, *, sku: str = "A", total: str = "4.00", created: str = "2011-06-29T10:00:00"
) -> dict[str, object]:
    """Return an order of two units whose time is in UTC without saying so, as WooCommerce gives it."""
    line = {"id": number, "sku": sku, "quantity": 2, "total": total, "product_id": 7}
    return {"id": str(number), "date_created_gmt": created, "line_items": [line]}


@pytest.fixture
def believable(warehouse) -> None:
    land(warehouse.connection, "shopify/orders", [order(number) for number in range(30)])
    land(warehouse.connection, "shopify/products", [product()])
    land(warehouse.connection, "shopify/inventory_levels", [level()])
    land(warehouse.connection, "shopify/locations", [{"id": "L"}])
    land(warehouse.connection, "wholesale/orders", [wholesale_row()])
    land(warehouse.connection, "suppliers/terms", [{"supplier_id": "S01"}])
    land(warehouse.connection, "suppliers/catalogues", [{"supplier_id": "S01", "supplier_sku": "x"}])
    land(warehouse.connection, "wms/receipts", [{"id": "r1", "units": "5"}])


def wholesale_row() -> dict[str, object]:
    return {"id": "w/1", "ordered_at": "2011-06-29 09:00", "sku": "A", "quantity": "500", "unit_price": "2.00"}


@pytest.mark.usefixtures("believable")
def test_believable_records_pass_and_are_not_looked_at_again(settings: Settings) -> None:
    summary = check_raw(settings, as_of_date=AS_OF)
    assert "expectations hold" in str(summary)
    assert "Passed" in (settings.reports_dir / "raw-2011-06-30.html").read_text()
    assert isinstance(check_raw(settings, as_of_date=AS_OF), NothingToCheck)


@pytest.mark.parametrize(
    ("stream", "documents", "rejected", "sentence"),
    [
        ("shopify/orders", [order(1)], 30, "were rejected"),
        ("shopify/orders", [order(number, sku="NEW-CODE") for number in range(30)], 0, "SKUs that the catalogue knows"),
        ("shopify/orders", [order(number, price="200") for number in range(30)], 0, "order of magnitude"),
        ("shopify/orders", [order(1, created="2012-01-01T00:00:00Z")], 0, "channel's own clock"),
        ("shopify/products", [product(price="-1")], 0, "selling price is negative"),
        ("shopify/products", [product(cost="-1")], 0, "unit cost is negative"),
        ("shopify/inventory_levels", [level(available=5)], 0, "never more than what is on hand"),
        ("wms/receipts", [{"id": "r2", "units": "0"}], 0, "at least one unit"),
        ("woocommerce/orders", [woo_order(number, sku="NEW") for number in range(30)], 0, "that the catalogue knows"),
        ("woocommerce/orders", [woo_order(number, total="400.00") for number in range(30)], 0, "order of magnitude"),
        ("woocommerce/orders", [woo_order(1, created="2011-07-01T05:01:00")], 0, "channel's own clock"),
        ("woocommerce/products", [{"id": "9", "sku": "B", "price": "-1"}], 0, "selling price is negative"),
    ],
)
@pytest.mark.usefixtures("believable")
def test_what_cannot_be_believed_stops_the_build_and_is_named(
    settings: Settings, warehouse, stream: str, documents: list[Mapping[str, object]], rejected: int, sentence: str
) -> None:
    check_raw(settings, as_of_date=AS_OF)
    land(warehouse.connection, stream, documents, rejected=rejected)
    with pytest.raises(GateFailedError, match=sentence) as failure:
        check_raw(settings, as_of_date=AS_OF)
    assert str(failure.value).count("\n- ") == 1
    assert "Report: " + str(settings.reports_dir / "raw-2011-06-30-2.html") in str(failure.value)
    assert stream in (settings.reports_dir / "raw-2011-06-30-2.html").read_text()
    assert "Passed" in (settings.reports_dir / "raw-2011-06-30.html").read_text()


@pytest.mark.usefixtures("believable")
def test_a_report_that_would_say_the_same_is_not_written_again(settings: Settings, warehouse) -> None:
    land(warehouse.connection, "shopify/products", [product(price="-1")])
    for _ in range(2):
        with pytest.raises(GateFailedError):
            check_raw(settings, as_of_date=AS_OF)
    assert [path.name for path in settings.reports_dir.iterdir()] == ["raw-2011-06-30.html"]


@pytest.mark.usefixtures("believable")
def test_a_missing_stream_stops_the_build(settings: Settings, warehouse) -> None:
    warehouse.connection.execute("delete from raw.landing_files where stream = 'terms'")
    warehouse.connection.commit()
    with pytest.raises(GateFailedError, match="stream suppliers/terms"):
        check_raw(settings, as_of_date=AS_OF)


@pytest.mark.usefixtures("believable")
def test_a_connected_shop_without_stock_levels_stops_the_build(settings: Settings, warehouse) -> None:
    warehouse.connection.execute("delete from raw.landing_files where stream = 'inventory_levels'")
    warehouse.connection.commit()
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF)), "nothing is connected"
    land(warehouse.connection, "shopify/locations", [{"id": "L"}])
    with pytest.raises(GateFailedError, match="stream shopify/inventory_levels"):
        check_raw(replace(settings, channel_values={"shopify_url": "http://shop"}), as_of_date=AS_OF)


@pytest.mark.usefixtures("believable")
def test_one_channel_that_sells_is_enough(settings: Settings, warehouse) -> None:
    orders = "delete from raw.landing_files where stream = 'orders' and source"
    warehouse.connection.execute(f"{orders} = 'wholesale'")
    warehouse.connection.commit()
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF))
    warehouse.connection.execute(f"{orders} = 'shopify'")
    land(warehouse.connection, "shopify/locations", [{"id": "L"}])
    with pytest.raises(GateFailedError, match="stream the orders of any channel"):
        check_raw(settings, as_of_date=AS_OF)


@pytest.mark.usefixtures("believable")
def test_what_only_another_channel_sells_is_known(settings: Settings, warehouse) -> None:
    land(warehouse.connection, "woocommerce/products", [{"id": "9", "sku": "only-woo", "price": "2.00"}])
    land(warehouse.connection, "shopify/orders", [order(number, sku="ONLY-WOO") for number in range(30)])
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF))


@pytest.mark.usefixtures("believable")
def test_lines_without_a_product_are_not_asked_for_their_codes(settings: Settings, warehouse) -> None:
    by_hand = [woo_order(number, sku="") for number in range(30)]
    for each in by_hand:
        each["line_items"][0]["product_id"] = 0
    land(warehouse.connection, "woocommerce/orders", by_hand)
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF))


@pytest.mark.usefixtures("believable")
def test_a_corrected_record_lets_the_build_go_on(settings: Settings, warehouse) -> None:
    land(warehouse.connection, "shopify/products", [product(price="-1")])
    with pytest.raises(GateFailedError):
        check_raw(settings, as_of_date=AS_OF)
    land(warehouse.connection, "shopify/products", [product(price="3.00")])
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF))


@pytest.mark.usefixtures("believable")
def test_a_few_rejected_lines_stop_nothing(settings: Settings, warehouse) -> None:
    land(warehouse.connection, "wholesale/orders", [wholesale_row()], rejected=5)
    assert "expectations hold" in str(check_raw(settings, as_of_date=AS_OF))


@pytest.mark.usefixtures("believable")
def test_markup_in_data_is_shown_and_not_run(settings: Settings, warehouse) -> None:
    land(warehouse.connection, "shopify/inventory_levels", [level(available=9) | {"sku": "<script>alert(1)</script>"}])
    with pytest.raises(GateFailedError):
        check_raw(settings, as_of_date=AS_OF)
    page = (settings.reports_dir / "raw-2011-06-30.html").read_text()
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


DECISION: dict[str, object] = {
    "plan_date": AS_OF, "sku": "A", "location_id": "LONDON", "supplier_id": "S01", "method": "classic",
    "evidence": "own", "forecast_units_per_day": 2.0, "lead_time_mean_days": 5.0, "lead_time_sd_days": 1.0,
    "lead_time_own_evidence": 0.5, "safety_stock_units": 4, "reorder_point_units": 20, "order_up_to_units": 20,
    "position_units": 8, "order_units": 12, "reason": "12 units: stock lasts 4 days, the supplier needs 5.",
    "terms": "{}",
}  # fmt: skip
LINE: dict[str, object] = {
    "po_number": "PO-000001", "version": 1, "line_number": 1, "sku": "A", "units": 12, "pack_units": 6,
    "unit_cost": Decimal("1.50"), "line_value": Decimal("18.00"), "reason": DECISION["reason"], "terms": "{}",
}  # fmt: skip


def insert(connection: psycopg.Connection, table: str, row: Mapping[str, object]) -> None:
    columns = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, row))
    values = psycopg.sql.SQL(", ").join([psycopg.sql.Placeholder()] * len(row))
    name = psycopg.sql.Identifier(*table.split("."))
    connection.execute(
        psycopg.sql.SQL("insert into {} ({}) values ({})").format(name, columns, values), list(row.values())
    )


def plan(connection: psycopg.Connection, *, decision: Mapping[str, object], line: Mapping[str, object]) -> None:
    connection.execute("create schema if not exists marts")
    connection.execute("create table marts.dim_suppliers (supplier_id text)")
    connection.execute("insert into marts.dim_suppliers values ('S01')")
    run = {"plan_date": AS_OF, "planned_at": CLOCK, "inputs_sha256": "x", "policy": "{}", "items": 1}
    insert(connection, "plan.runs", {**run, "decided_at": CLOCK})
    given = {"plan_date": AS_OF, "sku": "A", "location_id": "LONDON", "pack_units": 6, "minimum_order_units": 1}
    insert(connection, "plan.inputs", given)
    insert(connection, "plan.decisions", decision)
    order_row = {
        "po_number": "PO-000001", "supplier_id": line.get("supplier_id", "S01"), "location_id": "LONDON",
        "currency": "GBP", "plan_date": AS_OF, "state": "proposed", "value": Decimal("18.00"), "lines_sha256": "x",
    }  # fmt: skip
    insert(connection, "ops.purchase_orders", order_row)
    insert(connection, "ops.purchase_order_lines", {key: line[key] for key in line if key != "supplier_id"})
    connection.commit()


def test_a_sound_plan_passes_also_where_nothing_need_be_kept(settings: Settings, warehouse) -> None:
    plan(warehouse.connection, decision={**DECISION, "reorder_point_units": 0}, line=LINE)
    assert "expectations hold" in str(check_decisions(settings, as_of_date=AS_OF))


def test_stock_kept_for_an_item_to_come_back_is_measured_by_its_pace_when_it_does(
    settings: Settings, warehouse
) -> None:
    # It comes back once in a hundred days, and then sells 2 a day: 12 units last 6 days, not 600.
    terms = '[{"name": "forecast_units_per_day", "value": 2.0, "unit": "units a day"}]'
    stopped = {"forecast_units_per_day": 0.01, "terms": terms}
    plan(warehouse.connection, decision={**DECISION, **stopped}, line=LINE)
    assert "expectations hold" in str(check_decisions(settings, as_of_date=AS_OF))


@pytest.mark.parametrize(
    ("decision", "line", "sentence"),
    [
        ({"forecast_units_per_day": -1.0}, {}, "forecast is negative"),
        ({"forecast_units_per_day": float("nan")}, {}, "has a forecast"),
        ({"reorder_point_units": -1}, {}, "No reorder point is negative"),
        ({"order_up_to_units": 30}, {}, "An order reaches its level"),
        ({"order_units": 13}, {}, "whole number of packs"),
        ({"forecast_units_per_day": 0.01}, {}, "longer than two years"),
        ({"reason": "because"}, {}, "carries its reason"),
        ({}, {"units": 2_000_000}, "at least one unit"),
        ({}, {"unit_cost": Decimal(0)}, "cost above zero"),
        ({}, {"supplier_id": "S99"}, "supplier whose terms are known"),
        ({}, {"line_value": Decimal("17.99")}, "sum of its lines"),
    ],
)
def test_a_plan_that_contradicts_itself_releases_nothing(
    settings: Settings, warehouse, decision: Mapping[str, object], line: Mapping[str, object], sentence: str
) -> None:
    plan(warehouse.connection, decision={**DECISION, **decision}, line={**LINE, **line})
    with pytest.raises(GateFailedError, match=sentence):
        check_decisions(settings, as_of_date=AS_OF)
    verdicts = warehouse.connection.execute("select gate, passed from ops.gate_runs").fetchall()
    assert verdicts == [("decisions", False)]
