"""A first load of a long history from a shop on this machine: by its own file, and by pages; killed once on the way.

* `bare`: the same bytes, downloaded and parsed line by line, or page by page, and dropped.
* `records`: what the client makes of them, without a warehouse.
* `load`: the whole job in a process of its own, into the embedded Postgres as the product starts it; by file it is
  killed once at a random moment and started again. Rows a second are those from landing files into raw.

Exits with 1 when raw takes fewer than 20,000 orders a second from landing files, when a process takes 400 MB or more,
when the long history takes more than 1.25 times the memory of the short one, or when an order is lost or repeated.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import orjson
import psycopg
from scratch import scratch_warehouse

from stockroom.embedded import postgres
from stockroom.settings import Settings
from stockroom.warehouse import connect

ORDERS = int(os.environ.get("BENCH_ORDERS", "1000000"))
SHORT, PAGED = ORDERS // 10, ORDERS // 50
FEWEST_ORDERS_A_SECOND, MOST_MEGABYTES, MOST_TIMES_SHORT = 20_000, 400, 1.25
TOKEN = "bench"  # noqa: S105  # the shop on this machine looks at none
SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Taken:
    """What a process took."""

    seconds: float
    cpu_seconds: float
    megabytes: float
    """At its highest."""
    loading_seconds: float = 0.0
    loaded: int = 0

    def __str__(self) -> str:
        return f"{self.seconds:7.1f} s, {self.cpu_seconds:6.1f} s of CPU, {self.megabytes:4.0f} MB at most"


def main() -> None:
    """Measure, print, judge."""
    with scratch_warehouse() as (server, folder):
        is_kept = measure(server, folder)
    if not is_kept:
        sys.exit(1)


def measure(server: postgres.Server, folder: Path) -> bool:
    """Run all of it and return whether the promises are kept."""
    with shop(folder, SHORT, "file") as url:
        print(f"by file, {SHORT:,} orders, {megabytes_of(folder):,.0f} MB")
        bare = taken_by(fetch_bare, url)
        records = taken_by(read_records, url, folder)
        short = load(server, folder, url, SHORT)
        print(f"  bare     {bare}\n  records  {records}\n  load     {short}")
        print(f"  records / bare = {records.cpu_seconds / bare.cpu_seconds:.2f} of CPU; {rate(short)}")
    with shop(folder, ORDERS, "file") as url:
        print(f"by file, {ORDERS:,} orders, {megabytes_of(folder):,.0f} MB")
        dice = random.Random()  # noqa: S311  # when to kill, no secret
        killed_after = dice.uniform(0.1, 0.9) * short.seconds * ORDERS / SHORT
        killed = load(server, folder, url, ORDERS, killed_after=killed_after)
        print(f"  killed after {killed_after:.0f} s with {killed.loaded:,} orders loaded")
        long = load(server, folder, url, ORDERS, goes_on=True)
        print(f"  the rest {long}; {rate(long)}; {long.megabytes / short.megabytes:.2f} times the memory of the short")
    with shop(folder, PAGED, "pages") as url:
        print(f"by pages, {PAGED:,} orders")
        bare_pages = taken_by(fetch_pages, url)
        paged_records = taken_by(read_records, url, folder)
        paged = load(server, folder, url, PAGED)
        print(f"  bare     {bare_pages}\n  records  {paged_records}\n  load     {paged}")
        print(f"  records / bare = {paged_records.cpu_seconds / bare_pages.cpu_seconds:.2f} of CPU; {rate(paged)}")
    return (
        min(short.loaded / short.loading_seconds, long.loaded / long.loading_seconds) >= FEWEST_ORDERS_A_SECOND
        and max(short.megabytes, long.megabytes, paged.megabytes) < MOST_MEGABYTES
        and long.megabytes <= MOST_TIMES_SHORT * short.megabytes
    )


def rate(taken: Taken) -> str:
    """Return the speed of loading as a person reads it."""
    return f"from landing into raw {taken.loaded / taken.loading_seconds:,.0f} orders/s"


def megabytes_of(folder: Path) -> float:
    """Return the size of the shop's files."""
    return sum(file.stat().st_size for file in folder.glob("*.jsonl")) / 1e6


@contextmanager
def shop(folder: Path, orders: int, way: str) -> Iterator[str]:
    """Start a shop with so many orders and lend its address."""
    script = Path(__file__).with_name("history_shop.py")
    process = subprocess.Popen([sys.executable, script, folder, str(orders), way], stdout=subprocess.PIPE, text=True)
    try:
        port = process.stdout.readline() if process.stdout is not None else ""
        yield f"http://127.0.0.1:{int(port)}"
    finally:
        process.kill()
        process.wait()


def taken_by(work: Callable[..., None], *arguments: object) -> Taken:
    """Return what a piece of work takes in a process of its own."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_measured, args=(there, work, arguments))
    process.start()
    there.close()
    taken: Taken = here.recv()
    process.join()
    return taken


def _measured(pipe: Connection, work: Callable[..., object], arguments: tuple[object, ...]) -> None:
    began, spent = time.perf_counter(), time.process_time()
    found = work(*arguments)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - spent
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    loading = found if isinstance(found, float) else 0.0
    pipe.send(Taken(seconds, cpu_seconds, megabytes, loading))


def fetch_bare(url: str) -> None:
    """Download both files and parse every line."""
    for name in ("orders", "fulfillmentOrders"):
        rest = b""
        with httpx.stream("GET", f"{url}/{name}.jsonl") as response:
            for block in response.iter_bytes():
                *lines, rest = (rest + block).split(b"\n")
                for line in lines:
                    orjson.loads(line)


def fetch_pages(url: str) -> None:
    """Ask for every page and parse it."""
    after = None
    with httpx.Client() as http:
        while True:
            body = {"operationName": "orders", "variables": {"query": "", "after": after}}
            page = orjson.loads(http.post(url, content=orjson.dumps(body)).content)["data"]["orders"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


def read_records(url: str, folder: Path) -> None:
    """Make records of what the shop has, and drop them."""
    from stockroom.channels.shopify.client import connect as open_shop
    from stockroom.channels.shopify.streams import QUERIES

    orders = next(query.stream for query in QUERIES if query.stream.name == "orders")
    with open_shop(settings_of(url, folder, "")) as reader:
        end = reader.now()
        opened = reader.export(orders, start=None, end=end, patience_seconds=600)
        if opened is None:
            for _ in reader.records(orders, start=None, end=end):
                pass
        else:
            with opened as export:
                for _ in export.read_from(0):
                    pass


def load(
    server: postgres.Server,
    folder: Path,
    url: str,
    orders: int,
    *,
    killed_after: float | None = None,
    goes_on: bool = False,
) -> Taken:
    """Return what a first load takes, from an empty warehouse or where a killed one ended."""
    with connect(server.warehouse_url()) as connection:
        if not goes_on:
            connection.execute("truncate raw.shopify_orders, ops.backfills, raw.rejected_records")
            connection.execute("truncate raw.landing_files cascade")
            connection.commit()
            subprocess.run(["rm", "-rf", folder / "landing"], check=True)
            (folder / "landing").mkdir()
        before = stored(connection)
    here, there = SPAWN.Pipe()
    arguments = (there, load_first, (url, folder, server.warehouse_url()))
    process = SPAWN.Process(target=_measured, args=arguments)
    process.start()
    there.close()
    if killed_after is not None:
        process.join(killed_after)
        process.kill()
        process.join()
        taken = Taken(killed_after, 0.0, 0.0, 1.0)
    else:
        taken = here.recv()
        process.join()
    with connect(server.warehouse_url()) as connection:
        found = stored(connection)
        if killed_after is None:
            distinct = connection.execute("select count(distinct record_key) from raw.shopify_orders").fetchone()
            if (found, distinct) != (orders, (orders,)):
                raise RuntimeError(f"{orders:,} orders were to come: {found:,} rows, {distinct} orders")
    return Taken(taken.seconds, taken.cpu_seconds, taken.megabytes, taken.loading_seconds, found - before)


def stored(connection: psycopg.Connection) -> int:
    """Return how many versions of orders raw holds."""
    row = connection.execute("select count(*) from raw.shopify_orders").fetchone()
    return int((row or (0,))[0])


def load_first(url: str, folder: Path, warehouse_url: str) -> float:
    """Make a first load and return the seconds that loading landed files took of it."""
    from stockroom.jobs import read_window
    from stockroom.jobs.extract_channel import extract_channel

    names = vars(read_window)
    loading, load_file = [0.0], names["load_landing_file"]

    def timed(*given: object, **named: object) -> object:
        began = time.perf_counter()
        try:
            return load_file(*given, **named)
        finally:
            loading[0] += time.perf_counter() - began

    names["load_landing_file"] = timed
    for _ in range(100):
        try:
            extract_channel(settings_of(url, folder, warehouse_url), "shopify")
        except RuntimeError as error:
            if "being extracted" not in str(error):
                raise
            time.sleep(0.1)  # Postgres has not seen yet that the killed one is gone
        else:
            break
    return loading[0]


def settings_of(url: str, folder: Path, warehouse_url: str) -> Settings:
    """Return settings that connect the shop."""
    return Settings(
        warehouse_url=warehouse_url, landing_url=(folder / "landing").as_uri(), documents_dir=folder, outbox_dir=folder,
        reports_dir=folder, dbt_dir=folder, channel_values={"shopify_url": url, "shopify_token": TOKEN},
    )  # fmt: skip


if __name__ == "__main__":
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    main()
