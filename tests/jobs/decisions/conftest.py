"""The marts by hand, with defaults, so that planning jobs are tested without dbt: each test states only its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from stockroom.settings import Settings

DAY = date(2011, 6, 30)
LONDON = ZoneInfo("Europe/London")
TABLES = """
create table marts.dim_skus (
    sku text, title text, handle text, category text, unit_price numeric(14, 4), image_url text, variant_id text,
    inventory_item_id text, supplier_id text, supplier_sku text, pack_units integer, minimum_order_units integer,
    is_active boolean, first_sold_date date, currency text, unit_cost numeric(14, 4), unit_cost_currency text,
    base_unit_cost numeric(14, 4), is_discontinued boolean, price_breaks text, pallet_units integer);
create table marts.dim_suppliers (
    supplier_id text, name text, email text, lane text, currency text, quoted_lead_time_days numeric(10, 2),
    minimum_order_value numeric(14, 2), payment_terms text, ship_via text, closed_days text,
    order_days text, order_cut_off text, small_order_fee numeric(14, 2), free_freight_value numeric(14, 2),
    freight_cost numeric(14, 2),
    landed_cost_percent numeric(5, 2), maximum_pallets integer,
    return_credit_percent numeric(5, 2));
create table marts.dim_policies (
    scope text, key text, service_level numeric(6, 4), service_kind text, method text, review_days integer,
    target_days_of_supply integer, is_seasonal boolean, maximum_cover_days integer, margin numeric(14, 4),
    goodwill numeric(14, 4), order_cost numeric(14, 4), carrying_rate numeric(6, 4), set_by text, valid_until date);
create table marts.dim_promotions (
    promotion_id text, name text, category text, sku text, starts_on date, ends_on date,
    discount_percent numeric(5, 2));
create table marts.dim_planned_prices (
    planned_price_id text, sku text, price numeric(14, 4), usual_price numeric(14, 4), first_date date, last_date date,
    why text, set_by text);
create table marts.dim_exchange_rates (
    currency text, rate_date date, rate numeric(18, 8), next_rate_date date);
create table marts.dim_carrier_peaks (
    carrier_peak_id text, lane text, first_date date, last_date date, added_days numeric(6, 1));
create table marts.dim_supplier_offers (
    sku text, supplier_id text, supplier_sku text, unit_cost numeric(14, 4), currency text, pack_units integer,
    minimum_order_units integer, price_breaks text, pallet_units integer, is_discontinued boolean,
    offer_rank integer);
create table marts.dim_overrides (
    override_id text, scope text, key text, kind text, wanted text, set_by text, set_on date, why text,
    valid_until date, file_name text, line_number integer);
create table marts.fct_stock_positions (
    as_of_date date, sku text, location_id text, on_hand_units integer, committed_units integer,
    available_units integer, inbound_units integer, reserved_units integer, damaged_units integer,
    source_of_truth text default 'shopify');
create table intermediate.int_drop_shippers (supplier_id text, location_id text);
create table marts.fct_stock_daily (
    stock_date date, sku text, location_id text, is_sold_out_day boolean, is_out_all_day boolean,
    available_units_at_close bigint, units_received bigint);
create table marts.fct_sales_daily (
    sold_date date, sku text, location_id text, channel_id text, units_sold integer, units_returned integer,
    revenue numeric(14, 2));
create table marts.fct_order_lines (
    channel_id text, order_id text, order_line_id text, line_kind text, ordered_date date, sku text);
create table marts.fct_purchase_order_lines (
    po_number text, line_number integer, supplier_id text, location_id text, sku text, units_ordered integer,
    units_received integer, units_open integer, unit_cost numeric(14, 4), currency text, ordered_at timestamptz,
    requested_date date, promised_date date, state text, origin text, reason text);
create table marts.fct_supplier_lead_times (
    supplier_id text, lane text, shipment_id text, po_number text, ordered_at timestamptz, received_at timestamptz,
    is_open boolean, lead_time_days numeric(10, 4), age_days numeric(10, 4));
create table marts.fct_supplier_availability (
    supplier_id text, sku text, supplier_sku text, units integer, as_of timestamptz, expected_date date,
    age_days numeric(10, 2));
"""


class Marts:
    """Facts for the marts; every call commits, as dbt would have before a plan."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        connection.execute(TABLES)
        connection.commit()

    def insert(self, table: str, **row) -> None:
        names, slots = ", ".join(row), ", ".join(["%s"] * len(row))
        self.connection.execute(f"insert into marts.{table} ({names}) values ({slots})", tuple(row.values()))  # noqa: S608 -- names are the test's own
        self.connection.commit()

    def supplier(self, supplier_id="S01", **given) -> None:
        row = {"name": "Mug Makers", "lane": "uk_road", "currency": "GBP", "quoted_lead_time_days": 10}
        self.insert("dim_suppliers", supplier_id=supplier_id, **{**row, **given})
        for number in range(8):
            self.shipment(f"{supplier_id}-{number}", supplier_id=supplier_id, days=10, age_days=5 * number)

    def shipment(self, shipment_id, *, supplier_id="S01", days=10.0, age_days=0.0, lane="uk_road") -> None:
        received = datetime.combine(DAY, datetime.min.time(), LONDON) - timedelta(days=age_days, hours=12)
        self.insert(
            "fct_supplier_lead_times", supplier_id=supplier_id, lane=lane, shipment_id=shipment_id,
            po_number=f"H-{shipment_id}", ordered_at=received - timedelta(days=days), received_at=received,
            is_open=False,
        )  # fmt: skip

    def sku(self, sku="MUG", *, locations=("LONDON",), units_per_day=4, days=60, on_hand=0, day=DAY, **given) -> None:
        """Add an item that sold ``units_per_day`` on each of the last days and has ``on_hand`` left."""
        row = {
            "title": sku.title(), "category": "mugs", "unit_price": Decimal("5.00"), "supplier_id": "S01",
            "supplier_sku": f"X-{sku}", "pack_units": 12, "minimum_order_units": 12, "is_active": True,
            "currency": "GBP", "unit_cost": Decimal("2.00"), "unit_cost_currency": "GBP", "is_discontinued": False,
        }  # fmt: skip
        row |= given
        is_foreign = row["unit_cost_currency"] != "GBP"
        self.insert("dim_skus", sku=sku, **{"base_unit_cost": None if is_foreign else row["unit_cost"], **row})
        for location_id in locations:
            self.position(sku, location_id=location_id, on_hand=on_hand, day=day)
            past = [day - timedelta(days=age) for age in range(1, days + 1)]
            with self.connection.cursor() as cursor:
                cursor.executemany(
                    "insert into marts.fct_sales_daily values (%s, %s, %s, 'shopify', %s, 0, 0)",
                    [(sold_date, sku, location_id, units_per_day) for sold_date in past],
                )
                cursor.executemany(
                    "insert into marts.fct_stock_daily values (%s, %s, %s, false, false)",
                    [(stock_date, sku, location_id) for stock_date in past],
                )
            self.connection.commit()

    def position(self, sku="MUG", *, location_id="LONDON", on_hand=0, day=DAY, **given) -> None:
        row = {"committed_units": 0, "available_units": on_hand, "inbound_units": 0, "reserved_units": 0}
        self.insert(
            "fct_stock_positions",
            as_of_date=day,
            sku=sku,
            location_id=location_id,
            on_hand_units=on_hand,
            **{**row, "damaged_units": 0, **given},
        )

    def sold(self, sku="MUG", *, sold_date, units, location_id="LONDON", channel_id="shopify") -> None:
        row = {"sold_date": sold_date, "sku": sku, "location_id": location_id, "channel_id": channel_id}
        self.insert("fct_sales_daily", **row, units_sold=units, units_returned=0, revenue=0)

    def stock_day(
        self, sku="MUG", *, stock_date, location_id="LONDON", sold_out=False, out_all_day=False, at_close=0
    ) -> None:
        row = {"stock_date": stock_date, "sku": sku, "location_id": location_id, "available_units_at_close": at_close}
        self.insert("fct_stock_daily", **row, is_sold_out_day=sold_out, is_out_all_day=out_all_day)

    def days(self, sku="MUG", *, first, last, units=0, at_close=10, location_id="LONDON") -> None:
        """Add days on which the item sold ``units`` and had ``at_close`` left in the evening."""
        days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
        for day in days:
            self.stock_day(sku, stock_date=day, location_id=location_id, at_close=at_close)
            self.sold(sku, sold_date=day, units=units, location_id=location_id)

    def order_line(self, po_number="H-000001", **given) -> None:
        row = {
            "line_number": 1, "supplier_id": "S01", "location_id": "LONDON", "sku": "MUG", "units_ordered": 24,
            "units_received": 0, "units_open": 24, "unit_cost": 2, "currency": "GBP", "promised_date": DAY,
            "ordered_at": datetime.combine(DAY - timedelta(days=3), datetime.min.time(), LONDON), "state": "released",
            "origin": "history",
        }  # fmt: skip
        self.insert("fct_purchase_order_lines", po_number=po_number, **{**row, **given})

    def rebuild(self, day: date, **on_hand: int) -> None:
        """Show another day's positions, as a new build would; what sold and arrived before stays."""
        self.connection.execute("update marts.fct_stock_positions set as_of_date = %s", (day,))
        for sku, units in on_hand.items():
            self.connection.execute(
                "update marts.fct_stock_positions set on_hand_units = %s, available_units = %s where sku = %s",
                (units, units, sku),
            )
        self.connection.commit()


@pytest.fixture
def marts(warehouse) -> Marts:
    """Return empty marts with one supplier, S01, that takes 10 days."""
    marts = Marts(warehouse.connection)
    marts.supplier()
    return marts


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    """Return settings that work as the application's role, not as the owner."""
    return Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=tmp_path,
        approvers=("ann", "bob", "buyer"),
        second_approvers=("dora",),
    )


@pytest.fixture
def with_threshold(settings) -> Callable[[str], Settings]:
    return lambda amount: replace(settings, approval_threshold=Decimal(amount))


@pytest.fixture
def ask(warehouse) -> Callable[..., list[tuple]]:
    """Return the rows of a query, as of now."""

    def rows(query: str, *parameters: object) -> list[tuple]:
        found = warehouse.connection.execute(query, parameters).fetchall()
        warehouse.connection.commit()
        return found

    return rows
