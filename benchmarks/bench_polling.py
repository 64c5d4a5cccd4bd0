"""How far raw is behind a shop of 100,000 orders a day, and what a polling round costs that finds nothing new.

A shop whose clock this program moves is polled every two minutes of its time, for a day of it; a second change of each
order, six hours later, doubles the rows. What an order waits for raw at most: the two minutes, the minute that searches
are given to settle, and the time the round took. Ends with 1 unless raw holds every version of every order.
``--hours`` shortens the day.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import numpy as np
from busy_shop import COMPLETED_AFTER, MIDNIGHT, made_at
from scratch import free_port, scratch_warehouse

from stockroom.channels import CHANNELS
from stockroom.embedded import postgres
from stockroom.jobs.extract_channel import extract_channel
from stockroom.settings import Settings
from stockroom.warehouse import connect

EVERY_SECONDS, ROUNDS_WITH_NOTHING_NEW = 120, 20
CHANNEL = "woocommerce"


def main() -> int:
    """Measure and print; return 1 where anything is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24)
    hours = parser.parse_args().hours
    with scratch_warehouse() as (server, folder), busy_shop() as url:
        settings = connected(server, url, folder)
        rounds = int(hours * 3600 / EVERY_SECONDS)
        report(poll(settings, url, rounds))
        report_idle(settings)
        return compare(settings, MIDNIGHT + rounds * EVERY_SECONDS)


def connected(server: postgres.Server, url: str, folder: Path) -> Settings:
    """Return settings that connect the busy shop alone."""
    (folder / "landing").mkdir()
    fields = {field.name: field.example for field in CHANNELS[CHANNEL].fields}
    values = {**fields, "url": url, "secret": "a_secret_of_this_benchmark", "requests_per_second": "1000"}
    return Settings(
        warehouse_url=server.warehouse_url("stockroom_app"),
        warehouse_owner_url=server.warehouse_url(),
        landing_url=(folder / "landing").as_uri(),
        documents_dir=folder,
        outbox_dir=folder,
        reports_dir=folder,
        dbt_dir=folder,
        channel_values={f"{CHANNEL}_{name}": value for name, value in values.items()},
    )


def poll(settings: Settings, url: str, rounds: int) -> list[float]:
    """Poll for a time of the shop's; return the seconds of each round."""
    took = []
    for number in range(1, rounds + 1):
        httpx.get(f"{url}/clock", params={"at": MIDNIGHT + number * EVERY_SECONDS})
        start = time.perf_counter()
        extract_channel(settings, CHANNEL)
        took.append(time.perf_counter() - start)
        if number % 60 == 0:
            print(f"  {number * EVERY_SECONDS / 3600:.0f} h: {np.median(took[-60:]):.2f} s a round", flush=True)
    return took


def report(took: list[float]) -> None:
    """Say how far raw was behind."""
    source = CHANNELS[CHANNEL].source
    settles = source.settle.total_seconds()  # type: ignore[union-attr]  # it is asked, not dropped
    waits = EVERY_SECONDS + settles + np.array(took)
    print(
        f"{len(took)} rounds: a round takes {np.median(took):.2f} s (the longest {max(took):.2f}); the oldest sale "
        f"that raw does not know is {np.median(waits):.0f} s old just before a round ends, at most {waits.max():.0f} s"
    )


def report_idle(settings: Settings) -> None:
    """Say what a round costs that finds nothing new."""
    walls, before = [], _cpu()
    for _ in range(ROUNDS_WITH_NOTHING_NEW):
        start = time.perf_counter()
        extract_channel(settings, CHANNEL)
        walls.append(time.perf_counter() - start)
    cpu = (_cpu() - before) / ROUNDS_WITH_NOTHING_NEW
    print(f"nothing new: {np.median(walls):.3f} s and {cpu:.3f} s of CPU for one channel, without a scheduler's own")


def compare(settings: Settings, clock: int) -> int:
    """Return 0 where raw holds each order as it was made and as it was completed."""
    source = CHANNELS[CHANNEL].source
    until = clock - int(source.settle.total_seconds())  # type: ignore[union-attr]  # as above
    made = sum(1 for _ in _numbers(until))
    completed = sum(1 for _ in _numbers(until - COMPLETED_AFTER))
    query = f"""
        select
            count(distinct record_key),
            count(distinct record_key) filter (where document ->> 'status' = 'completed'),
            count(*)
        from raw.{CHANNEL}_orders
    """  # noqa: S608  # a name of this file's
    with connect(settings.warehouse_url) as connection:
        found = connection.execute(query).fetchone() or (0, 0, 0)
    print(
        f"orders made {made:,}, completed {completed:,}; in raw {found[0]:,} and {found[1]:,} in {found[2]:,} versions"
    )
    return 0 if found[:2] == (made, completed) else 1


def _numbers(until: int) -> Iterator[int]:
    """Yield the orders made before a second."""
    number = 0
    while made_at(number) < until:
        yield number
        number += 1


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def busy_shop() -> Iterator[str]:
    """Yield the address of a shop in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("busy_shop.py")), str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(f"{url}/clock", params={"at": MIDNIGHT})
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
