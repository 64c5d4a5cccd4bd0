"""Fixtures that every area shares: one embedded Postgres, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

from stockroom.embedded import postgres
from stockroom.warehouse import connect
from stockroom.warehouse.migrate import migrate


@dataclass(frozen=True)
class Warehouse:
    """A migrated, empty database. ``url`` and ``connection`` belong to its owner."""

    url: str
    connection: psycopg.Connection
    server: postgres.Server
    database: str

    def url_of(self, role: str) -> str:
        """Return the URL of ``stockroom_app``, ``bi_reader`` or ``stockroom_owner``."""
        return self.server.url(database=self.database, role=role)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    directory = tmp_path_factory.mktemp("postgres")
    # Root's data must lie where another user can go, and a killed session should leave nothing under /var/lib.
    root_home = Path(tempfile.mkdtemp(prefix="stockroom-tests-"))
    root_home.chmod(0o755)
    # Tests kill processes, never the machine: without fsync nothing is lost that a process wrote.
    server = postgres.start(directory, parameters={"fsync": "off"}, root_home=root_home)
    yield server
    server.stop()
    postgres.remove(directory, root_home=root_home)
    shutil.rmtree(root_home)


@pytest.fixture(scope="session")
def warehouse_template(postgres_server: postgres.Server) -> str:
    """Return the name of a migrated database that others are cloned from."""
    migrate(postgres_server.warehouse_url())
    return "warehouse"


_numbers = count(1)


@pytest.fixture
def warehouse(postgres_server: postgres.Server, warehouse_template: str) -> Iterator[Warehouse]:
    """Yield a database of the test's own."""
    with _clone(postgres_server, warehouse_template) as clone:
        yield clone


@pytest.fixture(scope="module")
def module_warehouse(postgres_server: postgres.Server, warehouse_template: str) -> Iterator[Warehouse]:
    """Yield a database that the tests of a module share; each rolls back what it does."""
    with _clone(postgres_server, warehouse_template) as clone:
        yield clone


@contextmanager
def _clone(postgres_server: postgres.Server, warehouse_template: str) -> Iterator[Warehouse]:
    database = f"test_{next(_numbers)}"
    admin_url = postgres_server.url(database="postgres", role="postgres")
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"create database {database} template {warehouse_template} owner stockroom_owner")
        admin.execute(f"grant temporary on database {database} to stockroom_app")
    url = postgres_server.url(database=database)
    with connect(url) as connection:
        yield Warehouse(url, connection, postgres_server, database)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"drop database {database} with (force)")


@pytest.fixture
def landing_url(tmp_path: Path) -> str:
    """Return the URL of an empty landing folder."""
    folder = tmp_path / "landing"
    folder.mkdir()
    return folder.as_uri()
