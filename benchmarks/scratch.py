"""Places of a benchmark's own, gone when it ends: a Postgres, or a whole project brought up on the sample store.

They are gone too after Ctrl-C and SIGTERM. After SIGKILL a Postgres of ours ends by itself; a project that was brought
up goes on until ``stockroom clean`` in the folder that was printed.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.jobs.sample_shop import SampleShop

from stockroom.embedded import postgres
from stockroom.embedded.installation import Installation
from stockroom.embedded.ports import remembered_ports
from stockroom.settings import Settings
from stockroom.warehouse.migrate import migrate

PROJECT = Path(__file__).parents[1]
LINKED = ("dags", "dbt_project", "plugins", "include", "pyproject.toml")
STOCKROOM = str(Path(sys.executable).with_name("stockroom"))


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder that the user whom Postgres runs as can enter; a SIGTERM leaves it as an error would."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        with tempfile.TemporaryDirectory(prefix="stockroom-bench-") as name:
            folder = Path(name)
            folder.chmod(0o755)
            yield folder
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def scratch_warehouse() -> Iterator[tuple[postgres.Server, Path]]:
    """Yield a server with a migrated warehouse, which writes to disk as in production, and a folder for all else."""
    with scratch_folder() as folder:
        directory, root_home = folder / "server", folder / "home"
        root_home.mkdir()
        root_home.chmod(0o755)
        server = postgres.start(directory, root_home=root_home)
        try:
            migrate(server.warehouse_url())
            yield server, folder
        finally:
            server.stop()
            postgres.remove(directory, root_home=root_home)


@contextmanager
def connected_shop(clock: str) -> Iterator[tuple[Settings, SampleShop]]:
    """Yield a sample store at a moment of its clock, and settings that connect every channel to it."""
    with scratch_warehouse() as (server, folder):
        shop = SampleShop(folder / "store", clock, log=folder / "store.log")
        try:
            warehouse = SimpleNamespace(url=server.warehouse_url(), url_of=server.warehouse_url)
            yield shop.settings(warehouse, folder), shop
        finally:
            shop.stop()


@contextmanager
def scratch_project() -> Iterator[Path]:
    """Yield a project whose folders are links to this one's, so that the project's own ``.stockroom`` is left alone."""
    with scratch_folder() as folder:
        for name in LINKED:
            (folder / name).symlink_to(PROJECT / name)
        try:
            yield folder
        finally:
            subprocess.run([STOCKROOM, "clean"], cwd=folder, check=False, capture_output=True)


@contextmanager
def brought_up() -> Iterator[tuple[Installation, postgres.Server]]:
    """Yield a scratch project as ``make up`` runs it, and its server."""
    with scratch_project() as folder:
        print(f"==> A project is brought up in {folder}", flush=True)
        subprocess.run([STOCKROOM, "up"], cwd=folder, check=True, capture_output=True)
        installation = Installation(folder)
        server = postgres.find(installation.directory)
        if server is None:
            raise RuntimeError("nothing is up")
        yield installation, server


def store_of(installation: Installation) -> str:
    """Return the address of the sample store that a project was brought up with."""
    return f"http://127.0.0.1:{remembered_ports(installation.directory / 'ports.json')['store']}"


def get(url: str) -> Any:  # noqa: ANN401  # JSON
    """Return what a page of the store says."""
    return httpx.get(url, timeout=60).raise_for_status().json()


def post(url: str, document: dict[str, Any]) -> Any:  # noqa: ANN401  # JSON
    """Return what the store answers."""
    return httpx.post(url, json=document, timeout=60).raise_for_status().json()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
