"""Fixtures that every area shares: one embedded Postgres, and a fresh migrated database for each test that asks."""

from __future__ import annotations

import os
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


MEMORY = Path("/dev/shm")  # noqa: S108  # the fastest disk there is; folders in it get names nobody can guess
MEMORY_BYTES = 4 * 1024**3


@pytest.fixture(scope="session", autouse=True)
def no_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Trust none of the web's authorities: each HTTP client would read them all, and these talk to loopback alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", "")
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("authorities")))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    # Root's data must lie where another user can go, and a killed session should leave nothing under /var/lib.
    home = Path(tempfile.mkdtemp(prefix="stockroom-tests-", dir=MEMORY if _holds_a_server(MEMORY) else None))
    home.chmod(0o755)
    directory = home / "project"
    directory.mkdir()
    # Tests kill processes, never the machine: without fsync nothing is lost that a process wrote. And nobody tries
    # passwords here: hashing each 4,096 times was a third of what the suite's thousands of connections cost.
    parameters = {"fsync": "off", "max_wal_size": "256MB", "scram_iterations": "1"}
    server = postgres.start(directory, parameters=parameters, root_home=home)
    yield server
    server.stop()
    postgres.remove(directory, root_home=home)
    shutil.rmtree(home)


def _holds_a_server(folder: Path) -> bool:
    """Return whether a folder has room for databases and lets programs run; each test's own is made ten times faster.

    A database is 1,500 small files, and there are hundreds: on a disk their making is a quarter of the whole suite.
    """
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= MEMORY_BYTES and not found.f_flag & os.ST_NOEXEC


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
        admin.execute(
            f"create database {database} template {warehouse_template} strategy file_copy owner stockroom_owner"
        )
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
