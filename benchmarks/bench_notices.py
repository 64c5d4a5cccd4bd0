"""Restock to first notice with 10,000 shoppers waiting, and many notices from the outbox under SIGKILL.

A real Postgres that writes to disk, a catalogue as large as the sample store's, and a real SMTP server on loopback that
counts. First: goods arrive for a SKU that 10,000 wait for, twenty times: how long until the first mail is there.
That is what the jobs take: by event a round of `sync_channels` comes before it (`bench_events.py`), by polling up to
two minutes more. Second: deliveries are killed at random moments until every notice has left; each address is counted.
`--notices 100000` is the figure; the exit status says whether any was lost or came twice.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import airflow.providers.smtp.hooks.smtp  # noqa: F401  # read in before anything is timed or killed
import numpy as np
import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from scratch import free_port, scratch_warehouse

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import Settings

PRODUCTS, WAITING, RESTOCKS, UNITS = 3_400, 10_000, 20, 40
SECRET = "a secret of this benchmark"  # noqa: S105  # signs links that nobody follows
ASKED_FOR_EACH = 1_000
"""Shoppers per SKU in the second part."""
SHORTEST_LIFE, LONGEST_LIFE = 0.5, 20.0
"""Seconds between the begin of a delivery and its SIGKILL."""


class PostOffice:
    """Counts what arrives."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.first_at = 0.0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a mail."""
        self.first_at = self.first_at or time.perf_counter()
        self.mails.update(envelope.rcpt_tos)
        return "250 OK"


def main() -> int:
    """Measure both and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=10_000, help="notices that leave under SIGKILL")
    parser.add_argument("--restocks", type=int, default=RESTOCKS)
    given = parser.parse_args()
    with scratch_shop() as (settings, warehouse, office):
        first_notice(settings, warehouse, office, restocks=given.restocks)
        warehouse.execute("truncate ops.outbox, ops.restock_requests, pii.shoppers cascade")
        return survive_kills(settings, warehouse, office, notices=given.notices)


def first_notice(settings: Settings, warehouse: psycopg.Connection[Any], office: PostOffice, *, restocks: int) -> None:
    """Print how long the first mail takes from the moment at which goods are known to be there."""
    waits_for(warehouse, sku="SKU1", first=0, shoppers=WAITING)
    seconds, all_out = [], []
    for number in range(restocks):
        office.first_at = 0.0
        began = time.perf_counter()
        land_level(warehouse, "SKU1", UNITS * (number + 1))  # what was promised lately is still reserved
        announce_restocks(settings, as_of_date=datetime.now(UTC).date(), now=datetime.now(UTC))
        deliver_outbox(settings, now=datetime.now(UTC))
        seconds.append(office.first_at - began)
        all_out.append(time.perf_counter() - began)
    p50, p95 = np.percentile(seconds, [50, 95])
    print(f"{WAITING:,} wait, {restocks} restocks of {UNITS}: first mail after p50 {p50:.2f} s, p95 {p95:.2f} s;"
          f" the last of {UNITS} after p95 {np.percentile(all_out, 95):.2f} s")  # fmt: skip
    if office.mails and max(office.mails.values()) > 1:
        raise RuntimeError("somebody was told twice")


def survive_kills(settings: Settings, warehouse: psycopg.Connection[Any], office: PostOffice, *, notices: int) -> int:
    """Return 0 if every notice left, none was lost and none came twice."""
    office.mails.clear()
    skus = [f"SKU{number}" for number in range(1, 1 + -(-notices // ASKED_FOR_EACH))]
    for place, sku in enumerate(skus):
        shoppers = min(ASKED_FOR_EACH, notices - place * ASKED_FOR_EACH)
        waits_for(warehouse, sku=sku, first=place * ASKED_FOR_EACH, shoppers=shoppers)
        land_level(warehouse, sku, shoppers + 10 * UNITS * RESTOCKS)
    warehouse.execute("analyze")
    began = time.perf_counter()
    told = announce_restocks(settings, as_of_date=datetime.now(UTC).date(), now=datetime.now(UTC)).told
    print(f"{told:,} of {notices:,} shoppers chosen in {time.perf_counter() - began:.1f} s")
    kills, began = 0, time.perf_counter()
    moments = random.Random(7)  # noqa: S311  # moments, not secrets
    while count(warehouse, "pending"):
        kills += deliver_and_kill(settings, moments.uniform(SHORTEST_LIFE, LONGEST_LIFE))
    took = time.perf_counter() - began
    sent, unsure = count(warehouse, "sent"), count(warehouse, "sending")
    marked = {
        address
        for (address,) in warehouse.execute(
            "select email from ops.outbox inner join ops.restock_requests on subject_key = request_id"
            " inner join pii.shoppers using (shopper_id) where outbox.state = 'sent'"
        )
    }
    lost, doubled = len(marked - set(office.mails)), sum(times > 1 for times in office.mails.values())
    print(
        f"{sent:,} left in {took:.0f} s, {sent / took:,.0f} a second, {kills} deliveries killed: lost {lost:,}, "
        f"doubled {doubled:,}, {unsure:,} in doubt (before a person, never sent again)"
    )
    return int(lost > 0 or doubled > 0 or unsure > kills or sent + unsure != notices)


def deliver_and_kill(settings: Settings, seconds: float) -> bool:
    """Deliver in a process of its own, and kill it after so long; return whether it was still at it."""
    child = os.fork()
    if child == 0:
        try:
            deliver_outbox(settings, now=datetime.now(UTC))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def count(warehouse: psycopg.Connection[Any], state: str) -> int:
    """Return how many messages are in a state."""
    row = warehouse.execute("select count(*) from ops.outbox where state = %s", (state,)).fetchone()
    return int(row[0]) if row else 0


def waits_for(warehouse: psycopg.Connection[Any], *, sku: str, first: int, shoppers: int) -> None:
    """Let shoppers wait who said yes, one behind the other."""
    given = {"sku": sku, "first": first, "last": first + shoppers - 1}
    warehouse.execute(
        """
        with people as (
            insert into pii.shoppers (email, contact_sha256, consent_version, created_at)
            select
                'shopper' || n || '@mail.example', encode(sha256(convert_to('email:shopper' || n, 'UTF8')), 'hex'),
                '1', now()
            from generate_series(%(first)s::integer, %(last)s::integer) as n
            returning shopper_id
        ),
        requests as (
            insert into ops.restock_requests
                (request_id, shopper_id, sku, quantity, requested_at, state, asked_on, asked_key, last_event_note)
            select
                'B-' || shopper_id, shopper_id, %(sku)s, 1, now() - interval '9 days' + shopper_id * interval '1 ms',
                'active', 'storefront', shopper_id || %(sku)s, 'confirmed'
            from people
            returning request_id, shopper_id
        )
        insert into ops.restock_request_contacts (request_id, medium, shopper_id, confirmed_at)
        select request_id, 'email', shopper_id, now() from requests
        """,
        given,
    )


def land_level(warehouse: psycopg.Connection[Any], sku: str, units: int) -> None:
    """Land what a SKU's level is now."""
    node = {"location": {"id": "web"}, "quantities": [{"name": "available", "quantity": units}]}
    land(warehouse, "inventory_levels", {f"item-{sku}": {"sku": sku, "inventoryLevels": {"nodes": [node]}}})


def land(warehouse: psycopg.Connection[Any], stream: str, documents: dict[str, object]) -> None:
    """Land documents as an extract does."""
    row = warehouse.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
        values ('shopify', %s, (select count(*) from raw.landing_files)::text, 1, 'x', now())
        returning landing_file_id
        """,
        (stream,),
    ).fetchone()
    warehouse.execute("select raw.ensure_partition(%s, now())", (f"shopify_{stream}",))
    file_id = row[0] if row else 0
    rows = [(file_id, line, key, json.dumps(one)) for line, (key, one) in enumerate(documents.items(), 1)]
    table = psycopg.sql.Identifier("raw", f"shopify_{stream}")
    with warehouse.cursor() as cursor:
        cursor.executemany(psycopg.sql.SQL("insert into {} values (%s, %s, %s, %s, now())").format(table), rows)


def products() -> dict[str, object]:
    """Return the catalogue."""
    return {
        f"p{number}": {
            "title": f"Product {number}",
            "handle": f"product-{number}",
            "updatedAt": "2026-01-01",
            "variants": {"nodes": [{"id": f"gid://x/ProductVariant/{number}", "sku": f"SKU{number}", "price": "3.75"}]},
        }
        for number in range(PRODUCTS)
    }


@contextmanager
def scratch_shop() -> Iterator[tuple[Settings, psycopg.Connection[Any], PostOffice]]:
    """Yield a shop with a catalogue, its warehouse, and the mail server."""
    office, port = PostOffice(), free_port()
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    mails = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 30}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": mails}
    os.environ["AIRFLOW_CONN_MAILS"] = json.dumps(connection)
    try:
        with (
            scratch_warehouse() as (server, folder),
            psycopg.connect(server.warehouse_url(), autocommit=True) as warehouse,
        ):
            land(warehouse, "locations", {"web": {"fulfillsOnlineOrders": True}})
            land(warehouse, "products", products())
            levels: dict[str, object] = {
                f"item-SKU{number}": {"sku": f"SKU{number}", "inventoryLevels": {"nodes": []}}
                for number in range(PRODUCTS)
            }
            land(warehouse, "inventory_levels", levels)
            settings = Settings(
                server.warehouse_url("stockroom_app"), folder.as_uri(), folder, folder / "outbox", folder, folder,
                mail_sender="smtp:mails", shop_url="https://shop.example", storefront_url="https://notify.shop.example",
                storefront_secret=SECRET, notices_a_day=100,
            )  # fmt: skip
            yield settings, warehouse, office
    finally:
        controller.stop()


if __name__ == "__main__":
    sys.exit(main())
