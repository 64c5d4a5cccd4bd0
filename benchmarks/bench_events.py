"""How long an event takes until every channel is told: orders at a rate a second, each called out as it is placed.

A scratch project is brought up on the sample store. Its clock follows ours; shops take orders of items that all of them
offer, and a hint per order waits where webhooks and queues leave theirs. Read afterwards from the ledger and from what
was pushed: when an order was known, when the last of the other channels had been told, and whether each order stands
in the ledger once. Whether they were told the right figure, the shops themselves say, held against the store's own
books. `--minutes 1` is a look, five are the figure.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psycopg
from scratch import brought_up, get, post, store_of

from stockroom.embedded import postgres
from stockroom.embedded.installation import Installation
from stockroom.warehouse.hints import HintRow, put_hints
from stockroom.warehouse.pushes import keep_the_order_of_views

SELLERS = ("shopify", "woocommerce", "bigcommerce", "ebay")
"""Amazon tells an order by its id and is told like the others."""
ITEMS = 60
PLENTY = 60
"""Units of an item, so that a sale changes what every channel shows."""
PATIENCE_SECONDS = 180


class Known(NamedTuple):
    """What the ledger says of an event."""

    recorded_at: datetime
    entries: int


class Event(NamedTuple):
    """One order as it was placed."""

    channel_id: str
    sku: str
    occurred_at: datetime
    """By the store's clock."""
    called_at: datetime
    """By ours: when its hint began to wait."""


class Shops(NamedTuple):
    """What shoppers see of the channels that are told."""

    store: str
    wholesale_file: Path
    channels: Sequence[str]

    def shown(self, channel: str) -> dict[str, int]:
        """Return what a channel shows, by SKU and location: wholesale customers read a file of ours."""
        if channel != "wholesale":
            return dict(get(f"{self.store}/shown/{channel}")["shown"])
        with self.wholesale_file.open(newline="") as file:
            return {f"{row['sku']}/{row['location']}": int(row["available_units"]) for row in csv.DictReader(file)}


def main() -> int:
    """Sell, wait, compare, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--a-second", type=int, default=10)
    given = parser.parse_args()
    with brought_up() as (installation, server):
        return measure(installation, server, seconds=round(60 * given.minutes), a_second=given.a_second)


def measure(installation: Installation, server: postgres.Server, *, seconds: int, a_second: int) -> int:
    """Return 0 if every order is known once and was told to all."""
    store = store_of(installation)
    with psycopg.connect(server.warehouse_url(), autocommit=True) as warehouse:
        channels = told_channels(warehouse)
        began = datetime.now(UTC)
        events = list(sell(store, warehouse, seconds=seconds, a_second=a_second))
        keep_the_order_of_views(warehouse)
        shops = Shops(store, installation.directory / "wholesale_out" / "availability.csv", channels)
        known, amiss = wait_until_told(shops, warehouse, events)
        told = when_told(warehouse, known, channels, amiss)
    lost, untold = len(events) - len(known), len(events) - len(told)
    doubled = sum(each.entries > 1 for each in known.values())
    until_known = [(each.recorded_at - event.called_at).total_seconds() for event, each in known.items()]
    until_told = [(at - event.called_at).total_seconds() for event, at in told.items()]
    print(f"{len(events):,} orders, {a_second} a second for {seconds} s; {len(channels)} channels are told")
    for said, values in (("in the ledger", until_known), ("all other channels told", until_told)):
        if values:
            p50, p95 = np.percentile(values, [50, 95])
            print(f"{said}: p50 {p50:.1f} s, p95 {p95:.1f} s, longest {max(values):.1f} s")
    print(f"lost {lost:,}, doubled {doubled:,}, not told to every other channel {untold:,}")
    print(f"figures that shops show otherwise than they should, by the store's own books: {len(amiss):,}")
    with psycopg.connect(server.url(database="airflow", role="airflow"), autocommit=True) as airflow:
        say_rounds(airflow, since=began)
    return 1 if lost or doubled or untold or amiss else 0


def told_channels(warehouse: psycopg.Connection) -> list[str]:
    """Return the channels that are told, once each was for the first time: a clock's round begins within minutes."""
    ends = time.monotonic() + 3 * PATIENCE_SECONDS
    found: list[str] = []
    while len(found) < len(SELLERS) + 1 and time.monotonic() < ends:
        time.sleep(5)
        query = "select distinct channel_id from ops.push_runs where state = 'pushed'"
        found = [str(row[0]) for row in warehouse.execute(query)]
    time.sleep(30)  # the rest of that round
    return found


def sell(store: str, warehouse: psycopg.Connection, *, seconds: int, a_second: int) -> Iterator[Event]:
    """Place orders second by second, each called out at once; the store's clock goes on as ours does."""
    items = itertools.cycle(sellable(store))
    sellers = itertools.cycle(SELLERS)
    clock = datetime.fromisoformat(get(f"{store}/clock")["clock"])
    began = time.monotonic()
    for second in range(seconds):
        time.sleep(max(0.0, began + second - time.monotonic()))
        clock += timedelta(seconds=max(1, round(time.monotonic() - began) - second))
        post(f"{store}/clock", {"clock": clock.isoformat()})
        orders = [{"channel": next(sellers), "sku": next(items)} for _ in range(a_second)]
        numbers = post(f"{store}/checkout", {"orders": orders})["orders"]
        placed = list(zip(orders, numbers, strict=True))
        put_hints(warehouse, [HintRow(order["channel"], f"bench/{number}", "orders", None) for order, number in placed])
        called_at = datetime.now(UTC)
        for order, _ in placed:
            yield Event(order["channel"], order["sku"], clock, called_at)


def sellable(store: str) -> list[str]:
    """Return SKUs that every shop offers in London, with plenty left."""
    shown = [get(f"{store}/shown/{channel}")["shown"] for channel in (*SELLERS, "amazon")]
    names = [
        name
        for name, units in shown[0].items()
        if name.endswith("/LONDON") and units >= PLENTY and all(each.get(name, 0) >= PLENTY for each in shown)
    ]
    if len(names) < ITEMS:
        raise RuntimeError(f"{len(names)} items have {PLENTY} units; {ITEMS} are wanted")
    return [name.removesuffix("/LONDON") for name in names[:ITEMS]]


def wait_until_told(
    shops: Shops, warehouse: psycopg.Connection, events: Sequence[Event]
) -> tuple[dict[Event, Known], list[tuple[str, str]]]:
    """Return what is known once every shop shows what it should, or patience ends; and what then is amiss."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        time.sleep(5)
        known = in_ledger(warehouse, events)
        amiss = shown_amiss(shops, warehouse, sorted({event.sku for event in events}))
        if (len(known) == len(events) and not amiss) or time.monotonic() > ends:
            return known, amiss


def in_ledger(warehouse: psycopg.Connection, events: Sequence[Event]) -> dict[Event, Known]:
    """Return the events that the ledger holds by now."""
    entered = {
        (channel, sku, occurred_at): Known(recorded_at, count)
        for channel, sku, occurred_at, recorded_at, count in warehouse.execute(
            """
            select channel_id, sku, occurred_at, min(recorded_at), count(*)
            from ops.stock_events
            where kind = 'sale' and occurred_at >= %s
            group by channel_id, sku, occurred_at
            """,
            (min(event.occurred_at for event in events),),
        )
    }
    found = ((event, entered.get((event.channel_id, event.sku, event.occurred_at))) for event in events)
    return {event: known for event, known in found if known}


def shown_amiss(shops: Shops, warehouse: psycopg.Connection, skus: Sequence[str]) -> list[tuple[str, str]]:
    """Return the channels and SKUs of which a shop itself does not show what it should, by the store's own books.

    Positions are held against the books, figures against what positions leave to show. A SKU of which the position is
    wrong is amiss everywhere.
    """
    there = get(f"{shops.store}/shown/shopify")["there"]
    shown = {channel: shops.shown(channel) for channel in shops.channels}
    positions: dict[str, int] = dict(
        warehouse.execute(
            "select sku, available_units from ops.stock_positions where location_id = 'LONDON' and sku = any(%s)",
            (list(skus),),
        ).fetchall()
    )
    should_show = {
        (channel, sku): int(units)
        for channel, sku, units in warehouse.execute(
            """
            select channel_id, sku, units from intermediate.int_listing_availability
            where location_id = 'LONDON' and sku = any(%s)
            """,
            (list(skus),),
        )
    }
    return [
        (channel, sku)
        for channel, sku in itertools.product(shops.channels, skus)
        if positions.get(sku) != there[f"{sku}/LONDON"]
        or should_show.get((channel, sku)) != shown[channel].get(f"{sku}/LONDON")
    ]


def when_told(
    warehouse: psycopg.Connection,
    known: Mapping[Event, Known],
    channels: Sequence[str],
    amiss: Collection[tuple[str, str]],
) -> dict[Event, datetime]:
    """Return when the last of the other channels was told of each event, where all of them were.

    A round that began, so read positions, after an event was known has told it. Where none had to, an earlier round
    did, if the shop shows what it should: a level of Shopify's holds a sale before its order is read.
    """
    rounds: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for channel, sku, started_at, ended_at in warehouse.execute(
        """
        select pushes.channel_id, pushes.sku, rounds.started_at, rounds.ended_at
        from ops.availability_pushes as pushes
        inner join ops.push_runs as rounds on pushes.push_run_id = rounds.push_run_id
        where
            pushes.location_id = 'LONDON'
            and pushes.outcome in ('as_wanted', 'verified', 'moved_since')
            and rounds.ended_at >= %s
        order by rounds.started_at
        """,
        (min(event.called_at for event in known),),
    ):
        rounds.setdefault((channel, sku), []).append((started_at, ended_at))
    told: dict[Event, datetime] = {}
    for event, (known_at, _) in known.items():
        ends: list[datetime | None] = []
        for channel in channels:
            if channel == event.channel_id:
                continue
            of_it = rounds.get((channel, event.sku), [])
            later = next((ended for started, ended in of_it if started >= known_at), None)
            sooner = None if (channel, event.sku) in amiss else max([known_at, *(ended for _, ended in of_it[-1:])])
            ends.append(later or sooner)
        if all(ends):
            told[event] = max(end for end in ends if end)
    return told


def say_rounds(airflow: psycopg.Connection, *, since: datetime) -> None:
    """Print what the rounds that were called took, and when their tasks began and ended within one, as medians."""
    row = airflow.execute(
        """
        select count(*), percentile_cont(0.5) within group (order by extract(epoch from end_date - start_date)),
            max(extract(epoch from end_date - start_date))
        from dag_run
        where dag_id = 'sync_channels' and run_type = 'asset_triggered' and start_date >= %s and end_date is not null
        """,
        (since,),
    ).fetchone()
    if row is None or not row[0]:
        print("no round that was called has ended yet")
        return
    print("{:,} rounds were called: {:.1f} s each, the longest {:.1f} s".format(*row))
    for task, began, ended in airflow.execute(
        """
        with tasks as (
            select
                tasks.task_id,
                extract(epoch from min(tasks.start_date) - min(runs.start_date)) as began,
                extract(epoch from max(tasks.end_date) - min(runs.start_date)) as ended
            from task_instance as tasks
            inner join dag_run as runs on tasks.dag_id = runs.dag_id and tasks.run_id = runs.run_id
            where
                tasks.dag_id = 'sync_channels'
                and runs.run_type = 'asset_triggered'
                and runs.start_date >= %s
                and tasks.state = 'success'
            group by tasks.run_id, tasks.task_id
        )

        select
            task_id,
            percentile_cont(0.5) within group (order by began),
            percentile_cont(0.5) within group (order by ended)
        from tasks group by task_id order by 3
        """,
        (since,),
    ):
        print(f"  {task}: from {began:.1f} s to {ended:.1f} s")


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    raise SystemExit(main())
