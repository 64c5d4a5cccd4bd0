"""dbt's full build of the sample beside the same compiled SQL run by hand plus dbt's start-up.

Fills a warehouse from the sample store, then takes turns: a process that builds everything from nothing with its tests,
a process that only starts dbt and parses the project, and one connection that runs every compiled statement (views,
tables, tests) in order. Prints medians of three rounds and their ratio; the promise is a ratio under 2.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import orjson
from dbt.cli.main import dbtRunner
from scratch import scratch_warehouse

from stockroom.jobs import build_marts as job
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.sync_suppliers import sync_suppliers
from stockroom.settings import Settings
from stockroom.warehouse import connect

ROUNDS = 3
AS_OF_DATE = date(2011, 6, 30)
PROJECT = Path(__file__).parents[1]
PORT = 8477
TOKEN = "benchmark"  # noqa: S105 -- between two processes of this benchmark
BUILD = """
import sys
from datetime import date
from stockroom.jobs.build_marts import build_marts
from stockroom.settings import Settings
build_marts(Settings.from_environment(), as_of_date=date.fromisoformat(sys.argv[1]), full_refresh=True)
"""
START = "import sys; from dbt.cli.main import dbtRunner; sys.exit(not dbtRunner().invoke(sys.argv[1:]).success)"


def main() -> None:
    """Measure and print."""
    with scratch_warehouse() as (server, root):
        settings = sample_warehouse(root, server.warehouse_url())
        nodes = compiled_nodes(settings, root)
        seconds: dict[str, list[float]] = {"dbt": [], "start-up": [], "by hand": []}
        for _ in range(ROUNDS):
            seconds["dbt"].append(timed(lambda: build(settings)))
            seconds["start-up"].append(timed(lambda: start_dbt(settings, root)))
            seconds["by hand"].append(timed(lambda: run_by_hand(settings, nodes)))
    dbt, start_up, by_hand = (statistics.median(seconds[name]) for name in ("dbt", "start-up", "by hand"))
    print(f"dbt builds {len(nodes)} models and tests: {dbt:.1f} s")
    print(f"the same SQL by hand: {by_hand:.1f} s, dbt's start-up: {start_up:.1f} s")
    print(f"ratio: {dbt / (by_hand + start_up):.2f} (promised: under 2)")


def sample_warehouse(root: Path, url: str) -> Settings:
    """Return settings of a warehouse that holds everything the sample store says."""
    store = root / "store"
    settings = Settings(
        warehouse_url=url,
        landing_url=(root / "landing").as_uri(),
        documents_dir=root,
        outbox_dir=root,
        reports_dir=root,
        dbt_dir=root / "dbt",
        channel_values={"shopify_url": f"http://127.0.0.1:{PORT}", "shopify_token": TOKEN},
        wholesale_dir=store / "wholesale",
        suppliers_dir=store / "suppliers",
        planners_dir=store / "planners",
        wms_dir=store / "wms",
    )
    (root / "landing").mkdir()
    command = [sys.executable, "-m", "sample_store", "--root", str(store), "--port", str(PORT)]
    serving = subprocess.Popen(command, cwd=PROJECT / "include", env={**os.environ, "SAMPLE_STORE_TOKEN": TOKEN})
    try:
        wait_for(f"http://127.0.0.1:{PORT}/clock", serving)
        print(extract_channel(settings, "shopify"))
        print(extract_channel(settings, "wholesale"))
        print(sync_suppliers(settings))
    finally:
        serving.terminate()
        serving.wait()
    return replace(settings, channel_values={})


def wait_for(address: str, serving: subprocess.Popen[bytes]) -> None:
    """Return when ``address`` answers."""
    while serving.poll() is None:
        try:
            httpx.get(address, timeout=5)
        except httpx.TransportError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the sample store did not start")


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def build(settings: Settings) -> None:
    """Build everything from nothing, as a task does: in a process of its own."""
    names = ("warehouse_url", "landing_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir")
    variables = {f"STOCKROOM_{name.upper()}": str(getattr(settings, name)) for name in names}
    command = [sys.executable, "-c", BUILD, AS_OF_DATE.isoformat()]
    subprocess.run(command, env={**os.environ, **variables}, check=True)


def dbt_arguments(settings: Settings, root: Path, verb: str) -> list[str]:
    """Return arguments of dbt over the same project, with a target folder apart."""
    return [
        *("--log-level", "none", "--log-path", str(root / "logs"), verb),
        *("--project-dir", str(job.DBT_PROJECT), "--profiles-dir", str(job.DBT_PROJECT)),
        *("--target-path", str(root / "target")),
        *("--vars", orjson.dumps({"as_of_date": AS_OF_DATE.isoformat(), "store_currency": settings.currency}).decode()),
    ]


def start_dbt(settings: Settings, root: Path) -> None:
    """Start dbt in a process of its own, as far as a parsed project."""
    with job._environment(job._profile(settings.warehouse_url)):
        subprocess.run([sys.executable, "-c", START, *dbt_arguments(settings, root, "parse")], check=True)


def compiled_nodes(settings: Settings, root: Path) -> list[tuple[Any, str]]:
    """Return models and tests with their compiled SQL, each after what it reads."""
    build(settings)  # compiling a test of an incremental model looks its relation up
    arguments = [*dbt_arguments(settings, root, "compile"), "--full-refresh", "--exclude", "test_type:unit"]
    with job._environment(job._profile(settings.warehouse_url)):
        outcome: Any = dbtRunner().invoke(arguments)
    if not outcome.success:
        raise SystemExit(f"the project does not compile: {outcome.exception}")
    waiting: dict[str, Any] = {result.node.unique_id: result.node for result in outcome.result.results}
    ordered: list[tuple[Any, str]] = []
    while waiting:
        for key, node in list(waiting.items()):
            if not any(parent in waiting for parent in node.depends_on.nodes):
                ordered.append((node, str(node.compiled_code)))
                del waiting[key]
    return ordered


def run_by_hand(settings: Settings, nodes: list[tuple[Any, str]]) -> None:
    """Run every statement in order over one connection, with what a model's configuration asks for beside it."""
    with connect(settings.warehouse_url) as connection:
        connection.execute("set work_mem = '128MB'; set jit = off")
        for node, compiled in nodes:
            if str(node.resource_type) == "test":
                counted = f"select count(*) from ({compiled}) as found"  # noqa: S608 -- dbt compiled it
                connection.execute(counted)
                continue
            kind = "view" if node.config.materialized == "view" else "table"
            for old in ("view", "table"):
                connection.execute(
                    f"do $$ begin drop {old} if exists {node.relation_name} cascade; "
                    "exception when wrong_object_type then null; end $$"
                )
            connection.execute(f"create {kind} {node.relation_name} as {compiled}")
            if kind == "table":
                connection.execute(f"analyze {node.relation_name}")
            connection.commit()


if __name__ == "__main__":
    main()
