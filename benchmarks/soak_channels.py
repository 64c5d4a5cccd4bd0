"""Soaks the channels: days of a shop where each misbehaves and extracts are killed; then the books are compared.

The sample store's channels answer with every fault there is, drawn at random, while its clock goes on by minutes and
hours; each round extracts and pushes every channel in processes of their own, some of which are killed (SIGKILL) at a
random moment. Then all is quiet, one round goes through, the marts are built, and orders and stock are held against
the store's own books, which no channel serves. Ends with 1 where a single unit differs. ``--minutes``, ``--seed``.
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from datetime import date
from functools import partial

import numpy as np
from faulty_shop import (
    Happened,
    ask,
    compare_stock,
    disturb,
    faulty_shop,
    in_processes,
    pushes,
    quiet,
    say_compared,
    say_happened,
)
from tests.jobs.sample_shop import SampleShop

from sample_store.local_time import midnight
from sample_store.world.build import World
from sample_store.world.cache import open_world
from sample_store.world.demand import AMAZON, WHOLESALE
from sample_store.world.demand import CHANNELS as SHOPS
from sample_store.world.tables import CANCEL, NO_RESTOCK, RETURN, Column
from stockroom.channels import CHANNELS
from stockroom.jobs.build_marts import build_marts
from stockroom.jobs.extract_channel import extract_channel
from stockroom.settings import Settings
from stockroom.warehouse import connect

STEPS = (2, 10, 30, 120, 360)
"""Simulated minutes between two rounds; one of them is drawn."""
KEPT, SENT_BACK = "units kept", "units returned"


def main() -> int:
    """Soak, compare, report."""
    given = ask(__doc__, minutes=20)
    draw = random.Random(given.seed)  # noqa: S311  # faults, not secrets
    with faulty_shop() as (settings, shop):
        happened = soak(settings, shop, draw, until=time.monotonic() + 60 * given.minutes)
        last_day = quiet(settings, shop)
        print(f"==> The marts as of {last_day}", flush=True)
        build_marts(settings, as_of_date=last_day)
        world = open_world(shop.root / "cache", [])
        orders, wrong_orders = compare_orders(settings, world, last_day)
        levels, wrong_levels = compare_stock(settings, shop)
    differing = wrong_orders + wrong_levels
    print(f"\n{happened.rounds} rounds until {last_day} (seed {given.seed}):")
    say_happened(happened)
    say_compared(orders + levels, differing)
    return 1 if differing else 0


def soak(settings: Settings, shop: SampleShop, draw: random.Random, *, until: float) -> Happened:
    """Go on by rounds until it is time; return what was met."""
    happened = Happened()
    while time.monotonic() < until:
        happened.rounds += 1
        shop.post("/clock/advance", {"minutes": draw.choice(STEPS)})
        disturb(shop, draw, happened)
        extracts = {name: partial(extract_channel, settings, name) for name in CHANNELS}
        in_processes(extracts, draw, happened)
        in_processes(pushes(settings), draw, happened)
        if happened.rounds % 10 == 0:
            clock = shop.get("/clock")["clock"]
            print(f"    {clock}: {happened.rounds} rounds, {happened.killed} processes killed", flush=True)
    return happened


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


def _add(
    books: dict[tuple[str, str, str], int], kind: str, channel: Column, product: Column, units: Column, skus: list[str]
) -> None:
    for shop, number, count in zip(channel.tolist(), product.tolist(), units.tolist(), strict=True):
        books[SHOPS[shop], skus[number], kind] += count


if __name__ == "__main__":
    sys.exit(main())
