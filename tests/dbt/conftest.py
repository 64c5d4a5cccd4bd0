"""A small shop in raw, and its marts as rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
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

from raw_documents import LONDON, MANCHESTER, land, location, product, supplier

# What a row says of the build that wrote it, not of the world.
BOOKKEEPING = "{counted_for_date,build_number}"


@dataclass(frozen=True)
class Marts:
    """A warehouse whose marts can be built and read."""

    connection: psycopg.Connection
    settings: Settings
    reader_url: str

    def build(self, as_of: str, *, layer: Layer | None = None, full_refresh: bool = False) -> BuildSummary:
        return build_marts(self.settings, as_of_date=date.fromisoformat(as_of), layer=layer, full_refresh=full_refresh)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.connection.transaction():
            return self.connection.execute(query).fetchall()

    def everything(self) -> dict[str, list[str]]:
        """Return every row of every mart, without bookkeeping."""
        tables = self.rows("select table_name from information_schema.tables where table_schema = 'marts' order by 1")
        found = {}
        for (table,) in tables:
            rows = self.rows(f"select to_jsonb(t) - '{BOOKKEEPING}'::text[] from marts.{table} as t")  # noqa: S608
            found[table] = sorted(repr(row) for (row,) in rows)
        return found


@pytest.fixture(scope="session")
def parsed_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which dbt keeps the project parsed, from test to test."""
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture
def empty_marts(postgres_server: Any, warehouse_template: str, tmp_path: Path, parsed_project: Path) -> Iterator[Marts]:
    """Return a migrated, empty warehouse. Always of one name, or dbt would parse the whole project for each test."""
    with psycopg.connect(postgres_server.url(database="postgres", role="postgres"), autocommit=True) as admin:
        admin.execute("drop database if exists test_dbt with (force)")
        admin.execute(f"create database test_dbt template {warehouse_template} owner stockroom_owner")
    settings = Settings(
        warehouse_url=postgres_server.url(database="test_dbt"),
        landing_url=tmp_path.as_uri(),
        documents_dir=tmp_path,
        outbox_dir=tmp_path,
        reports_dir=tmp_path,
        dbt_dir=parsed_project,
    )
    with connect(settings.warehouse_url) as connection:
        yield Marts(connection, settings, postgres_server.url(database="test_dbt", role="bi_reader"))


@pytest.fixture
def marts(empty_marts: Marts) -> Marts:
    """Return a shop with two places, one supplier and the products A1, B2 and 23166."""
    connection = empty_marts.connection
    land(connection, "shopify_locations", [location(LONDON, "London"), location(MANCHESTER, "Manchester")])
    land(connection, "shopify_products", [product("A1"), product("B2"), product("23166")])
    land(connection, "suppliers_terms", supplier())
    return empty_marts


@pytest.fixture
def put(marts: Marts) -> Callable[..., int]:
    """Land one file in the shop: ``put("shopify_orders", [order(...)])``."""

    def _put(table: str, documents: Any, **details: Any) -> int:
        return land(marts.connection, table, documents, **details)

    return _put
