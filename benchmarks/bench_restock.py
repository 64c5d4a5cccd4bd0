"""Restock to first notice through Airflow, as `make up` runs it: 10,000 shoppers wait, goods arrive at random moments.

A scratch project is brought up on the sample store, and shoppers wait for everything that is sold out there. Then the
store's clock goes on to one delivery after another: first nobody says so and polling finds it, then a hint waits at
once where a webhook leaves its own. The time until the first mail about it stands in the folder is taken from the
file; the exit status says whether a notice was lost or came twice.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import numpy as np
import psycopg
from bench_events import told_channels
from bench_notices import waits_for
from scratch import brought_up, get, post, store_of

from stockroom.embedded import postgres
from stockroom.embedded.installation import Installation
from stockroom.warehouse.hints import HintRow, put_hints

WAITING = 10_000
LIMIT_SECONDS = {"event": 120, "polling": 360}
"""What was asked for, at the 95th percentile."""
SHORTEST_GAP, LONGEST_GAP = 5.0, 35.0
"""Seconds between two deliveries."""
ARRIVES = re.compile(r'href="/products/([a-z0-9-]+)">[^<]*</a>: \d+ arrive.*?minutes&quot;: (\d+)')
"""What the store's front page says of a delivery."""


class Restock(NamedTuple):
    """Goods that came."""

    sku: str
    at: float
    """By the machine's clock, as the folder's files have it."""


def main() -> int:
    """Let goods arrive both ways and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restocks", type=int, default=20, help="deliveries found by polling, and as many by event")
    parser.add_argument("--ways", nargs="+", choices=tuple(LIMIT_SECONDS), default=tuple(LIMIT_SECONDS))
    given = parser.parse_args()
    with brought_up() as (installation, server):
        return measure(installation, server, restocks=given.restocks, ways=given.ways)


def measure(installation: Installation, server: postgres.Server, *, restocks: int, ways: Sequence[str]) -> int:
    """Return 0 if every restock was told of, no notice was lost and none came twice."""
    store = store_of(installation)
    moments = random.Random(7)  # noqa: S311  # moments, not secrets
    with psycopg.connect(server.warehouse_url(), autocommit=True) as warehouse:
        sold_out = [sku for sku, units in units_shown(store).items() if units <= 0]
        for place, sku in enumerate(sold_out):
            first, last = (WAITING * each // len(sold_out) for each in (place, place + 1))
            waits_for(warehouse, sku=sku, first=first, shoppers=last - first)
        warehouse.execute("analyze")
        told_channels(warehouse)
        began = datetime.now(UTC)
        failed = 0
        for way in ways:
            came = []
            for _ in range(restocks):
                time.sleep(moments.uniform(SHORTEST_GAP, LONGEST_GAP))
                sku = let_next_arrive(store, sold_out)
                came.append(Restock(sku, time.time()))
                sold_out.remove(sku)
                if way == "event":
                    put_hints(warehouse, [HintRow("shopify", f"bench/{sku}", "inventory_levels/update", None)])
            failed += report(warehouse, installation, way, came)
        failed += lost_or_doubled(warehouse, installation, since=began)
    with psycopg.connect(server.url(database="airflow", role="airflow"), autocommit=True) as airflow:
        say_where_time_went(airflow, since=began)
    return int(failed > 0)


def units_shown(store: str) -> dict[str, int]:
    """Return what Shopify shows online shoppers, by SKU."""
    units: dict[str, int] = {}
    for name, shown in get(f"{store}/shown/shopify")["shown"].items():
        sku, _, location = name.partition("/")
        if location in ("LONDON", "ROTTERDAM"):
            units[sku] = units.get(sku, 0) + max(shown, 0)
    return units


def let_next_arrive(store: str, wanted: Sequence[str]) -> str:
    """Let the store's clock go on to the next delivery of what is wanted, as the buttons on its front page do."""
    front = httpx.get(store, timeout=60).text
    for handle, minutes in ARRIVES.findall(front):
        picture = re.search(r"/images/([A-Z0-9]+)\.svg", httpx.get(f"{store}/products/{handle}", timeout=60).text)
        if picture and picture[1] in wanted:
            post(f"{store}/clock/advance", {"minutes": int(minutes)})
            return picture[1]
    raise RuntimeError("nothing that is sold out is on its way any more")


def report(warehouse: psycopg.Connection[Any], installation: Installation, way: str, came: Sequence[Restock]) -> int:
    """Print how long first mails took, once they are there; return how many restocks nobody was told of in time."""
    ends = time.monotonic() + 2 * LIMIT_SECONDS[way]
    seconds: dict[str, float] = {}
    while len(seconds) < len(came) and time.monotonic() < ends:
        time.sleep(5)
        for sku, at in came:
            mails = (mail for mail in mails_about(warehouse, installation, sku) if mail.exists())
            left_after = [passed for mail in mails if (passed := mail.stat().st_mtime - at) >= 0]
            if left_after:  # an earlier restock may have been told of too
                seconds[sku] = min(left_after)
    for sku, _ in came:
        if sku not in seconds:
            print(f"{sku}: came, and nobody was told")
    p50, p95 = np.percentile(list(seconds.values()) or [np.nan], [50, 95])
    longest = max(seconds.values(), default=float("nan"))
    print(
        f"{len(came)} restocks by {way}: first mail in the folder after p50 {p50:.0f} s, p95 {p95:.0f} s, "
        f"longest {longest:.0f} s; {LIMIT_SECONDS[way]} s were asked for"
    )
    return len(came) - len(seconds)


def mails_about(warehouse: psycopg.Connection[Any], installation: Installation, sku: str) -> list[Path]:
    """Return the files that the mails about a SKU are, or will be once they leave."""
    rows = warehouse.execute(
        """
        select outbox.message_key from ops.outbox
        inner join ops.restock_requests as requests on outbox.subject_key = requests.request_id
        where outbox.kind = 'restock_mail' and requests.sku = %s
        """,
        (sku,),
    )
    names = (hashlib.sha256(key.encode()).hexdigest()[:32] for (key,) in rows)
    return [installation.directory / "outbox" / "mail" / f"{name}.eml" for name in names]


def lost_or_doubled(warehouse: psycopg.Connection[Any], installation: Installation, *, since: datetime) -> int:
    """Print and return how many mails are said to have left and are not there, and who heard twice of one product."""
    sent = warehouse.execute(
        """
        select outbox.message_key, requests.shopper_id, requests.sku from ops.outbox
        inner join ops.restock_requests as requests on outbox.subject_key = requests.request_id
        where outbox.kind = 'restock_mail' and outbox.state = 'sent' and outbox.sent_at >= %s
        """,
        (since,),
    ).fetchall()
    names = {hashlib.sha256(key.encode()).hexdigest()[:32] for key, _, _ in sent}
    there = {mail.stem for mail in (installation.directory / "outbox" / "mail").glob("*.eml")}
    lost, doubled = len(names - there), len(sent) - len({(shopper, sku) for _, shopper, sku in sent})
    print(f"{WAITING:,} waited, {len(sent):,} mails left: lost {lost:,}, doubled {doubled:,}")
    return lost + doubled


def say_where_time_went(airflow: psycopg.Connection[Any], *, since: datetime) -> None:
    """Print, as medians, what runs waited and took, and from when to when in them each task went on."""
    rows = airflow.execute(
        """
        select
            runs.dag_id,
            runs.run_type,
            tasks.task_id,
            count(*),
            percentile_cont(0.5) within group (order by extract(epoch from runs.start_date - runs.queued_at)),
            percentile_cont(0.5) within group (order by extract(epoch from runs.end_date - runs.start_date)),
            percentile_cont(0.5) within group (order by extract(epoch from tasks.start_date - runs.start_date)),
            percentile_cont(0.5) within group (order by extract(epoch from tasks.end_date - runs.start_date))
        from dag_run as runs
        inner join task_instance as tasks on runs.dag_id = tasks.dag_id and runs.run_id = tasks.run_id
        where
            runs.dag_id in ('sync_channels', 'announce_restocks')
            and runs.queued_at >= %s and runs.end_date is not null and tasks.state = 'success'
        group by runs.dag_id, runs.run_type, tasks.task_id
        order by 1 desc, 2, 8
        """,
        (since,),
    )
    for dag, way, task, count, waited, took, begins, ends in rows:
        said = f"{dag} ({way}), waited {waited:.0f} s, took {took:.0f} s: {task} from {begins:.0f} s to {ends:.0f} s"
        print(f"{said}, {count:,} times")


if __name__ == "__main__":
    raise SystemExit(main())
