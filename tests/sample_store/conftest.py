"""One world for all tests of the store, and a store on it that really serves HTTP."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.sample_store.queries import ORDERS
from tests.worlds import lend_world, link_or_copy, shared_world

from sample_store.local_time import parse_moment
from sample_store.store import Store, open_store
from sample_store.world.build import World
from sample_store.world.cache import open_world

TOKEN = "a token of the tests"
CLOCK = "2011-06-30T06:00"
SHOP_URL = "http://shop.example"
GRAPHQL = "/admin/api/2026-07/graphql.json"


@dataclass(frozen=True)
class Served:
    """A store in a process of its own."""

    url: str
    root: Path
    process: subprocess.Popen[bytes]

    def ask(self, text: str, /, **variables: Any) -> dict[str, Any]:
        """Return the answer's body, whatever it says."""
        answer = self.post(text, variables)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, query: str, variables: dict[str, Any] | None = None, token: str = TOKEN) -> httpx.Response:
        headers = {"X-Shopify-Access-Token": token}
        body = {"query": query, "variables": variables or {}}
        return httpx.post(self.url + GRAPHQL, json=body, headers=headers, timeout=30)

    def set_clock(self, moment: str) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/clock", json={"clock": moment}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def all_nodes(self, text: str, root: str, /, **variables: Any) -> list[dict[str, Any]]:
        """Follow a connection's pages to the end."""
        nodes: list[dict[str, Any]] = []
        after = None
        while True:
            answer = self.ask(text, after=after, **variables)
            assert "errors" not in answer, answer["errors"]
            page = answer["data"][root]
            nodes.extend(page["nodes"])
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the built world."""
    return shared_world(tmp_path_factory.mktemp("worlds"))


@pytest.fixture(scope="session")
def world(cache: Path) -> World:
    return open_world(cache)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Return a store that tests only read from: its clock is put back by who moves it."""
    root = tmp_path_factory.mktemp("served") / "root"
    lend_world(root)
    yield from serve(root)


def serve(root: Path, *options: str) -> Iterator[Served]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "sample_store",
        "--root",
        str(root),
        "--port",
        str(port),
        "--clock",
        CLOCK,
        *options,
    ]
    process = subprocess.Popen(command, env={**os.environ, "SAMPLE_STORE_TOKEN": TOKEN})
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while True:
        try:
            httpx.get(f"{url}/clock")
            break
        except httpx.TransportError:
            assert process.poll() is None, "the store did not start"
            assert time.monotonic() < deadline, "the store did not answer within a minute"
            time.sleep(0.1)
    try:
        yield Served(url, root, process)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the root of a store that stands at 2011-06-20; each test gets a copy."""
    root = tmp_path_factory.mktemp("begun") / "root"
    lend_world(root)
    open_store(root, None, parse_moment("2011-06-20T06:00"), SHOP_URL)
    return root


@pytest.fixture
def store(begun: Path, tmp_path: Path) -> Store:
    """Return a store in this process, at 2011-06-20, with an inbox."""
    shutil.copytree(begun, tmp_path / "root", copy_function=link_or_copy)
    (tmp_path / "inbox").mkdir()
    return open_store(tmp_path / "root", tmp_path / "inbox", parse_moment("2011-06-20T06:00"), SHOP_URL)


@pytest.fixture(scope="session")
def every_order(served: Served) -> list[dict[str, Any]]:
    """Return all orders as they are at the served store's clock."""
    return served.all_nodes(ORDERS, "orders", first=250)
