"""The marts that a replay reads, by hand: a mug sold 2 a day, ordered on Mondays, out of stock for a week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import Warehouse

from stockroom.settings import Settings

FIRST, LAST = date(2011, 3, 1), date(2011, 5, 29)
FIRST_JUDGED = date(2011, 5, 1)
LONDON = ZoneInfo("Europe/London")
OUT_OF_STOCK = (date(2011, 5, 9), date(2011, 5, 15))
TABLES = """
create table intermediate.int_drop_shippers (supplier_id text, location_id text);
create table marts.dim_skus (
    sku text, title text, category text, unit_price numeric(14, 4), unit_cost numeric(14, 4), unit_cost_currency text,
    base_unit_cost numeric(14, 4), supplier_id text, pack_units integer, minimum_order_units integer,
    is_active boolean, is_discontinued boolean);
create table marts.dim_suppliers (
    supplier_id text, lane text, currency text, quoted_lead_time_days numeric(10, 2));
create table marts.dim_policies (
    scope text, key text, service_level numeric(6, 4), service_kind text, method text, review_days integer,
    target_days_of_supply integer, is_seasonal boolean, maximum_cover_days integer, margin numeric(14, 4),
    goodwill numeric(14, 4), order_cost numeric(14, 4), carrying_rate numeric(6, 4), set_by text, valid_until date);
create table marts.dim_promotions (
    promotion_id text, name text, category text, sku text, starts_on date, ends_on date,
    discount_percent numeric(5, 2));
create table marts.fct_sales_daily (
    sold_date date, sku text, location_id text, channel_id text, units_sold integer);
create table marts.fct_stock_daily (
    stock_date date, sku text, location_id text, available_units_at_close bigint, units_received bigint,
    is_sold_out_day boolean, is_out_all_day boolean);
create table marts.fct_purchase_order_lines (
    po_number text, sku text, location_id text, units_ordered integer, units_received integer, ordered_at timestamptz,
    state text);
create table marts.fct_supplier_lead_times (
    supplier_id text, lane text, shipment_id text, ordered_at timestamptz, received_at timestamptz, is_open boolean);
"""


class Marts:
    """Facts for the marts, committed at once, as dbt would have before a replay."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.connection = warehouse.connection
        self.connection.execute(TABLES)
        self.connection.execute("grant usage on schema marts, intermediate to stockroom_app")
        self.connection.execute("grant select on all tables in schema marts, intermediate to stockroom_app")
        self.connection.commit()

    def insert(self, table: str, **row: object) -> None:
        names, slots = ", ".join(row), ", ".join(["%s"] * len(row))
        self.connection.execute(f"insert into marts.{table} ({names}) values ({slots})", tuple(row.values()))  # noqa: S608 -- names are the test's own
        self.connection.commit()

    def supplier(self, supplier_id: str = "S01", **given: object) -> None:
        row = {"lane": "uk_road", "currency": "GBP", "quoted_lead_time_days": 9}
        self.insert("dim_suppliers", supplier_id=supplier_id, **{**row, **given})

    def shipment(self, ordered: date, days: int | None, supplier_id: str = "S01") -> None:
        """Add an order placed at noon; ``days=None``: it has not come."""
        at = noon(ordered)
        self.insert(
            "fct_supplier_lead_times",
            supplier_id=supplier_id,
            lane="uk_road",
            shipment_id=f"{supplier_id} {ordered}",
            ordered_at=at,
            received_at=None if days is None else at + timedelta(days=days),
            is_open=days is None,
        )

    def sku(self, sku: str = "MUG", *, first: date = FIRST, stock: int = 40, **given: object) -> None:
        """Add an item that sells 2 a day while it is there, at a level stock, and was out of it for a week in May."""
        row = {"title": sku.title(), "category": "mugs", "unit_price": 5, "unit_cost": 3, "supplier_id": "S01"}
        row |= {"is_active": True, "is_discontinued": False, **given}
        is_foreign = row.get("unit_cost_currency", "GBP") != "GBP"
        self.insert("dim_skus", sku=sku, **{"base_unit_cost": None if is_foreign else row["unit_cost"], **row})
        day = first
        while day <= LAST:
            is_out = OUT_OF_STOCK[0] <= day <= OUT_OF_STOCK[1]
            self.insert(
                "fct_stock_daily",
                stock_date=day,
                sku=sku,
                location_id="LONDON",
                available_units_at_close=0 if is_out else stock,
                units_received=0 if is_out else 2,
                is_sold_out_day=False,
                is_out_all_day=is_out,
            )
            if not is_out:
                self.insert("fct_sales_daily", sold_date=day, sku=sku, location_id="LONDON", units_sold=2)
            day += timedelta(days=1)

    def order(self, ordered: date, units: int, received: int, sku: str = "MUG") -> None:
        self.insert(
            "fct_purchase_order_lines",
            po_number=f"H-{ordered}",
            sku=sku,
            location_id="LONDON",
            units_ordered=units,
            units_received=received,
            ordered_at=noon(ordered),
            state="received",
        )


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


@pytest.fixture
def marts(warehouse: Warehouse) -> Marts:
    return Marts(warehouse)


@pytest.fixture
def settings(warehouse: Warehouse, tmp_path: Path) -> Settings:
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url="",
        documents_dir=tmp_path / "documents",
        outbox_dir=tmp_path / "outbox",
        reports_dir=tmp_path / "reports",
        dbt_dir=tmp_path / "dbt",
    )
