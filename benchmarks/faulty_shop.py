"""A shop of which every channel misbehaves, for the soaks: its store, its warehouse, its faults and kills, its books.

The sample store's channels answer with every fault there is, drawn at random; jobs run in processes of their own, some
of which are killed (SIGKILL) at a random moment. Once all is quiet, stock is held against the store's own books, which
no channel serves.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection

from scratch import connected_shop
from tests.jobs.sample_shop import SampleShop

from stockroom.channels import CHANNELS, RecordSource
from stockroom.jobs.build_marts import build_marts
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.push_availability import push_availability
from stockroom.settings import Settings
from stockroom.warehouse import connect

FIRST_DAY, KILLED, DISTURBED, HANGS = date(2011, 1, 13), 0.15, 0.8, 0.02
FAULTS = {
    "status_429": 3, "status_429_bare": 3, "status_500": 3, "status_503": 8, "status_401": 1, "close_mid_body": 3,
    "no_json": 3, "page_again": 4, "page_reversed": 4, "empty_page_last": 4, "change_while_paged": 2,
}  # fmt: skip
"""Faults that pass, and how many requests it may meet at once."""
LASTING = (("clock_ahead", "clock_right"), ("clock_behind", "clock_right"), ("one_record_a_page", "pages_as_asked"))
NAMED = 40
"""Differences that are printed."""

Job = Callable[[], object]


@dataclass
class Happened:
    """What the rounds met."""

    rounds: int = 0
    killed: int = 0
    went_through: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    """Why jobs failed, by the first words of their errors."""


@contextmanager
def faulty_shop() -> Iterator[tuple[Settings, SampleShop]]:
    """Yield a store and what reads it, read once and built before anything goes wrong; both are gone afterwards."""
    with connected_shop(f"{FIRST_DAY}T06:00") as (settings, shop):
        print("==> The first load of every channel, and the first build", flush=True)
        for channel in CHANNELS:
            extract_channel(settings, channel)
        for layer in ("staging", "intermediate"):
            build_marts(settings, as_of_date=FIRST_DAY, layer=layer)
        # From the first push on what one shop sells is taken off the others' figures; until then their owner does it.
        push_availability(settings)
        yield settings, shop


def ask(about: str | None, *, minutes: float) -> argparse.Namespace:
    """Return what a soak was asked for: ``minutes`` of real time with faults, and the ``seed`` they are drawn by."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--minutes", type=float, default=minutes, help="of real time with faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def disturb(shop: SampleShop, draw: random.Random, happened: Happened) -> None:
    """Order what goes wrong next: for each channel a fault or two, and now and then a clock or pages that are odd."""
    shop.fault("status_500", 0)
    for name, channel in CHANNELS.items():
        if isinstance(channel.source, RecordSource) and draw.random() < DISTURBED:
            kinds = draw.sample(sorted(FAULTS), draw.choice((1, 2)))
            for kind in [*kinds, "hang"] if draw.random() < HANGS else kinds:
                shop.fault(kind, times := draw.randint(1, FAULTS.get(kind, 1)), name)
                happened.faults[kind] += times
    for odd, right in LASTING:
        kind = odd if draw.random() < 0.1 else right
        shop.fault(kind)
        happened.faults[kind] += kind == odd


def pushes(settings: Settings) -> dict[str, Job]:
    """Return what tells each channel that can be told."""
    told = [name for name, channel in CHANNELS.items() if channel.push]
    return {name: partial(push_availability, settings, channel_id=name) for name in told}


def in_processes(jobs: Mapping[str, Job], draw: random.Random, happened: Happened) -> None:
    """Run jobs side by side, each in a process of its own; kill some at a moment drawn at random."""
    context = multiprocessing.get_context("fork")
    running = []
    for job in jobs.values():
        hears, says = context.Pipe(duplex=False)
        process = context.Process(target=_run, args=(job, says))
        process.start()
        says.close()
        lives = draw.expovariate(1.5) if draw.random() < KILLED else None
        running.append((process, hears, None if lives is None else time.monotonic() + lives))
    for process, hears, ends in sorted(running, key=lambda each: each[2] or float("inf")):
        if ends is not None:
            process.join(max(0.0, ends - time.monotonic()))
            if process.is_alive() and process.pid:
                os.kill(process.pid, signal.SIGKILL)
                happened.killed += 1
        process.join()
        said = hears.recv() if process.exitcode == 0 and hears.poll() else None
        hears.close()
        if said:
            happened.said[said] += 1
        elif said is not None:
            happened.went_through += 1


def quiet(settings: Settings, shop: SampleShop) -> date:
    """Let the store be well, go on to a midnight and read everything; return the day that begins."""
    shop.fault("status_500", 0)
    for _, right in LASTING:
        shop.fault(right)
    day = datetime.fromisoformat(shop.get("/clock")["clock"]).date() + timedelta(days=1)
    shop.post("/clock", {"clock": f"{day}T00:10"})
    print(f"==> All is quiet; the last round, at ten past midnight of {day}", flush=True)
    for channel in CHANNELS:
        extract_channel(settings, channel)
    push_availability(settings, allowed_by="the soak")
    # What was pushed changed records: they are read once more, and must be news of nothing.
    shop.post("/clock", {"clock": f"{day}T00:20"})
    for channel in CHANNELS:
        extract_channel(settings, channel)
    return day


def compare_stock(settings: Settings, shop: SampleShop) -> tuple[int, list[str]]:
    """Return how many levels were compared, and those that are not what is there: ours, and what the shops show."""
    query = "select sku || '/' || location_id, available_units_now from intermediate.int_stock_levels_live"
    with connect(settings.warehouse_url) as connection:
        ours = {name: int(units) for name, units in connection.execute(query).fetchall()}
        places = connection.execute(
            # What wholesale customers are shown is a file of ours, not something that the store counts down.
            """
            select distinct channel_id, location_id from intermediate.int_listing_availability
            where channel_id != 'wholesale'
            """
        ).fetchall()
    there = shop.get("/shown/shopify")["there"]
    wrong = [
        f"{name}: {ours.get(name)} known, {units} there" for name, units in there.items() if ours.get(name) != units
    ]
    compared = len(there)
    for channel, location in places:
        shown = {
            name: units
            for name, units in shop.get(f"/shown/{channel}")["shown"].items()
            if name.endswith(f"/{location}")
        }
        compared += len(shown)
        wrong += [
            f"{channel} shows {units} of {name}, there are {there[name]}"
            for name, units in shown.items()
            if units != max(there[name], 0)
        ]
    return compared, wrong


def say_happened(happened: Happened) -> None:
    """Print what jobs met, and why those failed that did."""
    print(f"{happened.went_through:,} jobs went through, {happened.said.total():,} failed and said why, "
          f"{happened.killed:,} were killed.")  # fmt: skip
    print("Faults ordered: " + ", ".join(f"{kind} {times:,}" for kind, times in happened.faults.most_common()))
    for said, times in happened.said.most_common(12):
        print(f"  {times:4} x {said}")


def say_compared(compared: int, differing: Sequence[str]) -> None:
    """Print what differs from the books."""
    for line in differing[:NAMED]:
        print(f"  differs: {line}")
    print(f"{compared:,} figures compared with the store's books: {len(differing):,} differ.")


def _run(job: Job, says: Connection) -> None:
    try:
        job()
    except Exception as error:  # a soak reports whatever happened
        says.send(f"{type(error).__name__}: {error}"[:110])
    else:
        says.send("")
