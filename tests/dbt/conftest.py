"""A small shop in raw, and its marts as rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from stockroom.jobs.build_marts import BuildSummary, Layer, build_marts
from stockroom.settings import Settings
from stockroom.warehouse import connect

sys.path.insert(0, str(Path(__file__).parent))

from raw_documents import (
    LONDON,
    MANCHESTER,
    acknowledgement,
    availability,
    bulk_row,
    land,
    land_counts,
    land_packs,
    level,
    line,
    location,
    order,
    parcel,
    product,
    shipment,
    supplier,
)

# What a row says of the build that wrote it, not of the world.
BOOKKEEPING = "{counted_for_date,build_number}"


@dataclass(frozen=True)
class Marts:
    """A warehouse whose marts can be built and read."""

    connection: psycopg.Connection
    settings: Settings
    reader_url: str

    def build(self, as_of: str, *, layer: Layer | None = None, full_refresh: bool = False) -> BuildSummary:
        """Build with the tests of the data, a fifth of a build's time."""
        return build_marts(self.settings, as_of_date=date.fromisoformat(as_of), layer=layer, full_refresh=full_refresh)

    def build_only(self, as_of: str, *, full_refresh: bool = False) -> None:
        """Build for a test that compares what was built."""
        build_marts(self.settings, as_of_date=date.fromisoformat(as_of), full_refresh=full_refresh, with_tests=False)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connection.transaction():
            return self.connection.execute(query).fetchall()

    def everything(self) -> dict[str, list[str]]:
        """Return every row of every mart, without bookkeeping."""
        tables = self.rows("select table_name from information_schema.tables where table_schema = 'marts' order by 1")
        found = {}
        for (table,) in tables:
            rows = self.rows(f"select to_jsonb(t) - '{BOOKKEEPING}'::text[] from marts.{table} as t")  # noqa: S608  # our own names
            found[table] = sorted(repr(row) for (row,) in rows)
        return found


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which dbt keeps the project parsed, from test to test."""
    return tmp_path_factory.mktemp("dbt")


@contextmanager
def _fresh_warehouse(server: Any, template: str, name: str, dbt_dir: Path) -> Iterator[Marts]:
    """Open a migrated, empty warehouse. The name is always the same, or dbt would parse the project for each test."""
    with psycopg.connect(server.url(database="postgres", role="postgres"), autocommit=True) as admin:
        admin.execute(f"drop database if exists {name} with (force)")
        admin.execute(f"create database {name} template {template} strategy file_copy owner stockroom_owner")
    settings = Settings(
        warehouse_url=server.url(database=name),
        landing_url=dbt_dir.as_uri(),
        documents_dir=dbt_dir,
        outbox_dir=dbt_dir,
        reports_dir=dbt_dir,
        dbt_dir=dbt_dir / name,
    )
    with connect(settings.warehouse_url) as connection:
        yield Marts(connection, settings, server.url(database=name, role="bi_reader"))


def _open_shop(connection: psycopg.Connection) -> None:
    """Land two places, one supplier and the products A1, B2 and 23166."""
    land(connection, "shopify_locations", [location(LONDON, "London"), location(MANCHESTER, "Manchester")])
    land(connection, "shopify_products", [product("A1"), product("B2"), product("23166")])
    land(connection, "suppliers_terms", supplier())


@pytest.fixture(scope="session")
def staged_template(postgres_server: Any, warehouse_template: str, parsed_project: Path) -> str:
    """Return the name of a migrated database that has its staging: a build from nothing would build it twice."""
    with _fresh_warehouse(postgres_server, warehouse_template, "test_dbt", parsed_project) as found:
        found.build("2011-06-30", layer="staging")
    with psycopg.connect(postgres_server.url(database="postgres", role="postgres"), autocommit=True) as admin:
        admin.execute("alter database test_dbt rename to test_dbt_staged")
    return "test_dbt_staged"


@pytest.fixture
def empty_marts(postgres_server: Any, staged_template: str, parsed_project: Path) -> Iterator[Marts]:
    with _fresh_warehouse(postgres_server, staged_template, "test_dbt", parsed_project) as found:
        yield found


@pytest.fixture
def marts(empty_marts: Marts) -> Marts:
    """Return a shop that has not sold anything yet; its marts are not built."""
    _open_shop(empty_marts.connection)
    return empty_marts


@pytest.fixture
def put(marts: Marts) -> Callable[..., int]:
    """Land one file in the shop: ``put("shopify_orders", [order(...)])``."""

    def _put(table: str, documents: Any, **details: Any) -> int:
        return land(marts.connection, table, documents, **details)

    return _put


def land_answers(connection: psycopg.Connection) -> None:
    """Land one document of each kind that suppliers answer with."""
    parts = acknowledgement(" po-000123 /2", 1, "Accepted ", units="40", promised_date="2011-07-05")
    parts |= acknowledgement("PO-000123", 0, "rejected", supplier_sku=" A-1 ")
    land(connection, "suppliers_acknowledgements", parts)
    land(connection, "suppliers_shipments", shipment("PO-000123", "a1", 40, line_number="1", tracking="T-1"))
    invoiced = {"invoice_number": "INV-1", "unit_price": "1.30", "currency": "gbp", "invoiced_at": "2011-06-11"}
    charged = {key: row | invoiced for key, row in shipment("PO-000123/2", "a1", 40).items()}
    land(connection, "suppliers_invoices", charged)
    offer = {"supplier_id": "S01", "supplier_sku": "A-01", "unit_cost": "1.25", "currency": "GBP"}
    land(connection, "suppliers_catalogues", {"S01/A-01": offer})
    land(connection, "suppliers_availability", availability("A-1", 0, expected_date="2011-08-01", sku="a1"))
    land(connection, "suppliers_availability", availability("Z-9", 5, supplier_id="NOBODY"))


@pytest.fixture(scope="session")
def built_marts(postgres_server: Any, warehouse_template: str, parsed_project: Path) -> Iterator[Marts]:
    """Return a shop with one order of each awkward kind, built once for 2011-06-30; tests only read it."""
    with _fresh_warehouse(postgres_server, warehouse_template, "test_dbt_built", parsed_project) as found:
        _open_shop(found.connection)
        parcels = [
            parcel("two-parcels", "A1", 6, at="2011-06-02T09:00:00Z"),
            parcel("two-parcels", "A1", 4, at="2011-06-03T09:00:00Z", place=MANCHESTER),
        ]
        lines = [line("lower-case", "b2", 1), line("lower-case", "POST", 1, is_service=True)]
        orders = [
            order("two-parcels", "2011-06-01T09:00:00Z", [line("two-parcels", "A1", 10)], parcels=parcels),
            order("lower-case", "2011-06-01T09:00:00Z", lines),
            order("in-test-mode", "2011-06-01T09:00:00Z", [line("in-test-mode", "A1", 1000)], is_test=True),
        ]
        land(found.connection, "shopify_orders", orders)
        pair = bulk_row("541431", "23166", 74215, "2011-06-18 10:01")
        pair |= bulk_row("C541433", "23166", -74215, "2011-06-18 10:17")
        land(found.connection, "wholesale_orders", pair | bulk_row("500", " B2 ", 7, "2011-06-01 10:00"))
        land(found.connection, "shopify_inventory_levels", [level("23166", 10, at=MANCHESTER)])
        land_answers(found.connection)
        land_counts(found.connection)
        land_packs(found.connection)
        found.build("2011-06-30")
        yield found
