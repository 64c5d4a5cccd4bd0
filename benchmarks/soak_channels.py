"""Soaks the channels: days of a shop where each misbehaves and extracts are killed; then the books are compared.

The sample store's channels answer with every fault there is, drawn at random, while its clock goes on by minutes and
hours; each round extracts and pushes every channel in processes of their own, some of which are killed (SIGKILL) at a
random moment. Then all is quiet, one round goes through, the marts are built, and orders and stock are held against
the store's own books, which no channel serves. Ends with 1 where a single unit differs. ``--minutes``, ``--seed``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.jobs.sample_shop import SampleShop

from sample_store.local_time import midnight
from sample_store.world.build import World
from sample_store.world.cache import open_world
from sample_store.world.demand import AMAZON, WHOLESALE
from sample_store.world.demand import CHANNELS as SHOPS
from sample_store.world.tables import CANCEL, NO_RESTOCK, RETURN, Column
from stockroom.channels import CHANNELS, RecordSource
from stockroom.embedded import postgres
from stockroom.jobs.build_marts import build_marts
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.push_availability import push_availability
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.migrate import migrate

FIRST_DAY, KILLED, DISTURBED, HANGS = date(2011, 1, 13), 0.15, 0.8, 0.02
STEPS = (2, 10, 30, 120, 360)
"""Simulated minutes between two rounds; one of them is drawn."""
FAULTS = {
    "status_429": 3, "status_429_bare": 3, "status_500": 3, "status_503": 8, "status_401": 1, "close_mid_body": 3,
    "no_json": 3, "page_again": 4, "page_reversed": 4, "empty_page_last": 4, "change_while_paged": 2,
}  # fmt: skip
"""Faults that pass, and how many requests it may meet at once."""
LASTING = (("clock_ahead", "clock_right"), ("clock_behind", "clock_right"), ("one_record_a_page", "pages_as_asked"))
KEPT, SENT_BACK = "units kept", "units returned"

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


def main() -> int:
    """Soak, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="of real time with faults")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    given = parser.parse_args()
    draw = random.Random(given.seed)  # noqa: S311  # faults, not secrets
    folder, root_home = Path(tempfile.mkdtemp(prefix="stockroom-soak-")), Path(tempfile.mkdtemp(prefix="stockroom-"))
    root_home.chmod(0o755)
    server = postgres.start(folder / "postgres", root_home=root_home)
    shop = SampleShop(folder / "store", f"{FIRST_DAY}T06:00", log=folder / "store.log")
    try:
        settings = opened(server, shop, folder)
        happened = soak(settings, shop, draw, until=time.monotonic() + 60 * given.minutes)
        last_day = quiet(settings, shop)
        print(f"==> The marts as of {last_day}", flush=True)
        build_marts(settings, as_of_date=last_day)
        world = open_world(folder / "store" / "cache", [])
        orders, wrong_orders = compare_orders(settings, world, last_day)
        levels, wrong_levels = compare_stock(settings, shop)
        differing = wrong_orders + wrong_levels
        report(happened, orders + levels, differing, seed=given.seed, last_day=last_day)
    finally:
        shop.stop()
        server.stop()
        postgres.remove(folder / "postgres", root_home=root_home)
        shutil.rmtree(root_home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if differing else 0


def opened(server: postgres.Server, shop: SampleShop, folder: Path) -> Settings:
    """Return a shop that was read once, before anything goes wrong; what is known live stands on one build."""
    migrate(server.warehouse_url())
    warehouse = SimpleNamespace(url=server.warehouse_url(), url_of=lambda _: server.warehouse_url("stockroom_app"))
    settings = shop.settings(warehouse, folder)
    print("==> The first load of every channel, and the first build", flush=True)
    for channel in CHANNELS:
        extract_channel(settings, channel)
    for layer in ("staging", "intermediate"):
        build_marts(settings, as_of_date=FIRST_DAY, layer=layer)
    # From the first push on what one shop sells is taken off the others' figures; until then their owner does it.
    push_availability(settings)
    return settings


def soak(settings: Settings, shop: SampleShop, draw: random.Random, *, until: float) -> Happened:
    """Go on by rounds until it is time; return what was met."""
    happened = Happened()
    while time.monotonic() < until:
        happened.rounds += 1
        shop.post("/clock/advance", {"minutes": draw.choice(STEPS)})
        disturb(shop, draw, happened)
        extracts = {f"extract {name}": _extract(settings, name) for name in CHANNELS}
        in_processes(extracts, draw, happened)
        pushes = {f"push {name}": _push(settings, name) for name, channel in CHANNELS.items() if channel.push}
        in_processes(pushes, draw, happened)
        if happened.rounds % 10 == 0:
            clock = shop.get("/clock")["clock"]
            print(f"    {clock}: {happened.rounds} rounds, {happened.killed} processes killed", flush=True)
    return happened


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


def in_processes(jobs: dict[str, Job], draw: random.Random, happened: Happened) -> None:
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


def compare_orders(settings: Settings, world: World, day: date) -> tuple[int, list[str]]:
    """Return how many figures were compared, and every SKU of a channel whose units the marts do not hold as booked.

    Left out is what stands as an exception because no catalogue knows it. Amazon's orders lose cancelled units without
    a word, so that what was kept of an order is compared, and they tell no returns.
    """
    until = midnight(day)
    books: dict[tuple[str, str, str], int] = defaultdict(int)
    lines, orders, refunds, wholesale = world.lines, world.orders, world.refunds, world.wholesale
    skus = [product.sku for product in world.products]
    made = (lines.product >= 0) & (orders.created_at[lines.order] < until)
    channel_of_line = orders.channel[lines.order]
    _add(books, KEPT, channel_of_line[made], lines.product[made], lines.units[made], skus)
    counted = (refunds.at < until) & (lines.product[refunds.line] >= 0)
    for kind, types, sign in ((KEPT, (CANCEL,), -1), (SENT_BACK, (RETURN, NO_RESTOCK), 1)):
        chosen = counted & np.isin(refunds.restock_type, types)
        if kind == SENT_BACK:
            chosen &= channel_of_line[refunds.line] != AMAZON
        line = refunds.line[chosen]
        _add(books, kind, channel_of_line[line], lines.product[line], sign * refunds.units[chosen], skus)
    sold = (wholesale.product >= 0) & (wholesale.at < until)
    _add(books, KEPT, np.full(int(sold.sum()), WHOLESALE), wholesale.product[sold], wholesale.units[sold], skus)
    query = """
        select channel_id, sku, sum(units_ordered - units_cancelled), sum(units_returned)
        from marts.fct_order_lines where is_stock_item group by 1, 2
    """
    found: dict[tuple[str, str, str], int] = {}
    with connect(settings.warehouse_url) as connection:
        for channel, sku, kept, sent_back in connection.execute(query).fetchall():
            if channel == "wholesale":  # its rows below zero are both
                found[channel, sku, KEPT] = int(kept - sent_back)
            else:
                found |= {(channel, sku, KEPT): int(kept), (channel, sku, SENT_BACK): int(sent_back)}
        unknown = set(connection.execute("select channel_id, sku from marts.fct_order_line_exceptions").fetchall())
    names = sorted(name for name in books.keys() | found.keys() if name[:2] not in unknown)
    return len(names), [
        f"{channel} {sku} {kind}: the books say {books.get((channel, sku, kind), 0)}, the marts {units}"
        for channel, sku, kind in names
        if (units := found.get((channel, sku, kind), 0)) != books.get((channel, sku, kind), 0)
    ]


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


def report(happened: Happened, compared: int, differing: list[str], *, seed: int, last_day: date) -> None:
    """Say what happened."""
    print(f"\n{happened.rounds} rounds until {last_day} (seed {seed}): {happened.went_through:,} jobs went through,")
    print(f"{happened.said.total():,} failed and said why, {happened.killed:,} were killed.")
    print("Faults ordered: " + ", ".join(f"{kind} {times:,}" for kind, times in happened.faults.most_common()))
    for said, times in happened.said.most_common(12):
        print(f"  {times:4} x {said}")
    for line in differing[:40]:
        print(f"  differs: {line}")
    print(f"{compared:,} figures compared with the store's books: {len(differing):,} differ.")


def _add(
    books: dict[tuple[str, str, str], int], kind: str, channel: Column, product: Column, units: Column, skus: list[str]
) -> None:
    for shop, number, count in zip(channel.tolist(), product.tolist(), units.tolist(), strict=True):
        books[SHOPS[shop], skus[number], kind] += count


def _run(job: Job, says: Connection) -> None:
    try:
        job()
    except Exception as error:  # a soak reports whatever happened
        says.send(f"{type(error).__name__}: {error}"[:110])
    else:
        says.send("")


def _extract(settings: Settings, channel: str) -> Job:
    return lambda: extract_channel(settings, channel)


def _push(settings: Settings, channel: str) -> Job:
    return lambda: push_availability(settings, channel_id=channel)


if __name__ == "__main__":
    sys.exit(main())
