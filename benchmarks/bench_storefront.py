"""Subscriptions a second that the storefront takes, and how long each waits.

Its own process, a real Postgres that writes to disk, arrivals that do not wait for one another. Most subscriptions are
another shopper of one of 3,400 products; one in five is known. The questions to their owners leave meanwhile. Measures
at the rate that is promised, then at higher ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from scratch import free_port, scratch_warehouse

from stockroom.jobs.consent_wordings import WORDINGS
from stockroom.warehouse import connect

KEY = "a listing key of this benchmark"
PRODUCTS, SECONDS, CONNECTIONS = 3_400, 20, 32
RATES = (200, 400, 800)


@dataclass(frozen=True)
class Measured:
    """What one rate came to."""

    asked: int
    seconds: float
    waits_ms: list[float]
    refused: int

    def quantile(self, share: float) -> float:
        """Return the wait that this share of all stays under."""
        return sorted(self.waits_ms)[min(len(self.waits_ms) - 1, int(share * len(self.waits_ms)))]


def main() -> None:
    """Measure and print."""
    with scratch_warehouse() as (server, folder):
        land_products(server.warehouse_url())
        port = free_port()
        service = start_service(server.warehouse_url("stockroom_app"), port, folder)
        try:
            asyncio.run(measure(port, rate=50, seconds=3, turn=0))  # warm
            for turn, rate in enumerate(RATES, start=1):
                found = asyncio.run(measure(port, rate=rate, seconds=SECONDS, turn=turn))
                p50, p95, p99 = (found.quantile(share) for share in (0.5, 0.95, 0.99))
                print(
                    f"{rate:5,} asked a second: {found.asked / found.seconds:6,.0f} answered a second, "
                    f"p50 {p50:5.1f} ms, p95 {p95:6.1f} ms, p99 {p99:6.1f} ms, {found.refused} refused"
                )
            with connect(server.warehouse_url()) as connection:
                requests = connection.execute("select count(*) from ops.restock_requests").fetchall()[0][0]
                asked = connection.execute("select count(*) from ops.outbox where state = 'sent'").fetchall()[0][0]
            print(f"{requests:,} requests stand in the ledger, {asked:,} owners were asked by then")
        finally:
            service.terminate()
            service.wait()


async def measure(port: int, *, rate: int, seconds: int, turn: int) -> Measured:
    """Return what asking ``rate`` times a second came to; a late answer delays no later question."""
    waits: list[float] = []
    refused = 0
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def ask(number: int, due: float) -> None:
        nonlocal refused
        reader, writer = await free.get()
        writer.write(request(number, turn))
        status = await reader.readline()
        length = 0
        while (line := await reader.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        await reader.readexactly(length)
        waits.append((time.perf_counter() - due) * 1_000)  # from when it was due: waiting for a connection counts
        refused += b" 202 " not in status
        free.put_nowait((reader, writer))

    began = time.perf_counter()
    tasks = []
    for number in range(rate * seconds):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        tasks.append(asyncio.create_task(ask(number, due)))
    await asyncio.gather(*tasks)
    took = time.perf_counter() - began
    while not free.empty():
        free.get_nowait()[1].close()
    return Measured(len(waits), took, waits, refused)


def request(number: int, turn: int) -> bytes:
    """Return one subscription as it goes over the wire."""
    sku = f"SKU{number % PRODUCTS}"
    shopper = f"shopper{number if number % 5 else number // 50}-{turn if number % 5 else 0}@mail.example"
    body = json.dumps(
        {
            "sku": sku,
            "country": "GB",
            "token": hmac.new(KEY.encode(), f"listing:{sku}:GB".encode(), hashlib.sha256).hexdigest(),
            "email": shopper,
            "quantity": "1",
            "locale": "en",
            "wording": WORDINGS["en"].version,
            "page": "http://shop.example/products/x",
        }
    ).encode()
    head = (
        f"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def land_products(url: str) -> None:
    """Put the catalogue where the questions find their titles."""
    with connect(url) as connection:
        connection.execute(
            """
            insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
            values ('shopify', 'products', 'x', 1, 'x', '2026-01-01')
            """
        )
        connection.execute("select raw.ensure_partition('shopify_products', '2026-01-01')")
        connection.execute(
            """
            insert into raw.shopify_products
            select 1, n, 'p' || n, jsonb_build_object('title', 'Product ' || n, 'handle', 'p' || n, 'variants',
                jsonb_build_object('nodes', jsonb_build_array(jsonb_build_object('sku', 'SKU' || n, 'price', '1.00')))),
                '2026-01-01'
            from generate_series(0, %s) as n
            """,
            (PRODUCTS - 1,),
        )


def start_service(warehouse_url: str, port: int, folder: Path) -> subprocess.Popen[bytes]:
    """Return the storefront as its own process, once it answers."""
    given = {
        "WAREHOUSE_URL": warehouse_url,
        "LANDING_URL": folder.as_uri(),
        **{name: str(folder) for name in ("DOCUMENTS_DIR", "OUTBOX_DIR", "REPORTS_DIR", "DBT_DIR")},
        "SHOP_URL": "http://shop.example",
        "STOREFRONT_URL": f"http://127.0.0.1:{port}",
        "STOREFRONT_SECRET": "a secret of this benchmark",
        "STOREFRONT_LISTING_KEY": KEY,
        "STOREFRONT_ASKS_A_MINUTE": "1000000",  # all come from one address here
    }
    environment = {**os.environ, **{f"STOCKROOM_{name}": value for name, value in given.items()}}
    service = subprocess.Popen([sys.executable, "-m", "stockroom.storefront", "--port", str(port)], env=environment)
    for _ in range(300):
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/health")
            return service
        time.sleep(0.1)
    raise RuntimeError("the storefront does not answer")


if __name__ == "__main__":
    main()
