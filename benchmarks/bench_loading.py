"""Time from a landing file to typed lines: 50,000 Shopify orders with 150,000 lines, against two peers run beside it.

* `stockroom`: `load_landing_file` (rows, checks, rejects, cursor) and the SQL that staging runs.
* `bare`: COPY of the unpacked file into one jsonb column and the same SQL; no keys, no checks, no line numbers.
* `dlt`: the general loader, in both file formats it has for Postgres (needs `.venv-bench`; `make bench` makes it).

Two shapes of order: what sales need, and all that the Shopify client lands. Rounds alternate, medians are printed.
The database is the embedded one as the product starts it (commits wait for the disk). Exits with 1 when stockroom takes
more than twice the time of bare for what the client lands; for narrow orders the checks weigh more. What dlt takes
depends on the tables it makes of a document (two or five here).
"""

from __future__ import annotations

import gzip
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import orjson
import psycopg
from scratch import scratch_warehouse

from stockroom.channels.shopify.streams import ORDERS as STREAM
from stockroom.embedded import postgres
from stockroom.warehouse import connect
from stockroom.warehouse.landing import LandingFile, write_part
from stockroom.warehouse.load import load_landing_file

ORDERS = int(os.environ.get("BENCH_ORDERS", "50000"))
LINES_EACH = 3
ROUNDS = 5
DLT_ROUNDS = int(os.environ.get("BENCH_DLT_ROUNDS", "1"))
MOST_TIMES_BARE = 2.0
NOW = datetime(2026, 1, 15, tzinfo=UTC)
PEER_PYTHON = Path(__file__).parents[1] / ".venv-bench/bin/python"

TYPED_LINES = """
create table typed_lines as
select
    documents.document ->> 'id' as order_id,
    line.document ->> 'id' as order_line_id,
    line.document ->> 'sku' as sku_as_sent,
    upper(trim(line.document ->> 'sku')) as sku,
    line.document ->> 'name' as title,
    line.document #>> '{variant,id}' as variant_id,
    line.document #>> '{discountedUnitPriceSet,shopMoney,currencyCode}' as currency,
    cast(line.document ->> 'quantity' as integer) as units_ordered,
    cast(line.document ->> 'requiresShipping' as boolean) as requires_shipping,
    cast(line.document #>> '{discountedUnitPriceSet,shopMoney,amount}' as numeric(14, 4)) as unit_price
from {table} as documents
cross join lateral jsonb_array_elements(documents.document #> '{lineItems,nodes}') as line (document)
"""


def main() -> None:
    """Measure, print, judge."""
    with scratch_warehouse() as (server, folder):
        is_kept = [measure(server, folder, shape) for shape in ("narrow", "full")]
    if not all(is_kept):
        sys.exit(1)


def measure(server: postgres.Server, directory: Path, shape: str) -> bool:
    """Run the rounds on one shape of order, print medians and ratios, and return whether the promise is kept."""
    landing_url = (directory / shape).as_uri()
    landed = write_part(landing_url, STREAM, orders(shape), window_start=None, window_end=NOW, landed_at=NOW)
    file = Path(urlparse(landed.landing_url).path) / landed.path
    with gzip.open(file) as lines:
        megabytes = sum(map(len, lines)) / 1e6
    print(f"{shape}: {ORDERS:,} orders, {ORDERS * LINES_EACH:,} lines, {megabytes:.0f} MB")
    seconds: dict[str, list[float]] = {"stockroom": [], "bare": []}
    with connect(server.warehouse_url()) as connection:
        connection.autocommit = True
        for _ in range(ROUNDS):
            seconds["stockroom"].append(timed(connection, partial(by_stockroom, connection, landed)))
            seconds["bare"].append(timed(connection, partial(by_bare_copy, connection, file)))
    for file_format in ("insert_values", "csv"):
        seconds[f"dlt {file_format}"] = [by_dlt(server, file, file_format) for _ in range(DLT_ROUNDS)]
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    for name, median in medians.items():
        print(f"  {name:18}{median:7.2f} s{ORDERS / median:10,.0f} orders/s")
    times_bare = medians["stockroom"] / medians["bare"]
    print(f"  stockroom / bare = {times_bare:.2f} (at most {MOST_TIMES_BARE:g})")
    for peer in ("stockroom", "bare"):
        print(f"  dlt / {peer} = {medians['dlt insert_values'] / medians[peer]:.1f}")
    return shape == "narrow" or times_bare <= MOST_TIMES_BARE


def timed(connection: psycopg.Connection, work: Callable[[], None]) -> float:
    """Return the seconds of one round from an empty database, and check that all lines came out typed."""
    connection.execute("drop table if exists typed_lines, bare")
    connection.execute("truncate raw.shopify_orders")
    connection.execute("truncate raw.landing_files, raw.rejected_records")
    began = time.perf_counter()
    work()
    taken = time.perf_counter() - began
    found = connection.execute("select count(*), count(unit_price) from typed_lines").fetchone()
    if found != (ORDERS * LINES_EACH, ORDERS * LINES_EACH):
        raise RuntimeError(f"not all lines came out: {found}")
    return taken


def by_stockroom(connection: psycopg.Connection, landed: LandingFile) -> None:
    """Load as the product does, and flatten."""
    load_landing_file(connection, STREAM, landed, currency="GBP")
    connection.execute(TYPED_LINES.replace("{table}", "raw.shopify_orders"))


def by_bare_copy(connection: psycopg.Connection, file: Path) -> None:
    """Copy the lines into one column, and flatten."""
    connection.execute("create table bare (document jsonb)")
    statement = r"copy bare (document) from stdin (format csv, quote e'\x01', delimiter e'\x02')"
    with gzip.open(file) as lines, connection.cursor() as cursor, cursor.copy(statement) as copy:
        while block := lines.read(1 << 18):
            copy.write(block)
    connection.execute(TYPED_LINES.replace("{table}", "bare"))


def by_dlt(server: postgres.Server, file: Path, file_format: str) -> float:
    """Return the seconds that dlt's pipeline takes for the same file."""
    with connect(server.warehouse_url()) as connection:
        connection.execute("drop schema if exists peer cascade")
    script = Path(__file__).with_name("load_with_dlt.py")
    done = subprocess.run(
        [PEER_PYTHON, script, file, server.warehouse_url(), file_format], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    with connect(server.warehouse_url()) as connection:
        found = connection.execute("select count(*) from peer.orders__line_items__nodes").fetchone()
    if found != (ORDERS * LINES_EACH,):
        raise RuntimeError(f"dlt loaded {found} lines")
    return float(done.stdout.split()[-1])


def orders(shape: str) -> Iterator[bytes]:
    """Yield orders of three lines each."""
    draw = random.Random(1)  # noqa: S311  # invented orders, not secrets
    for number in range(1, ORDERS + 1):
        yield orjson.dumps(order(number, draw, is_full=shape == "full"))


def order(number: int, draw: random.Random, *, is_full: bool) -> dict[str, Any]:
    """Return an order with what sales need, or in full: as the Shopify client lands it, fulfilled in one parcel."""
    day, minute = f"2011-{draw.randint(1, 6):02}-{draw.randint(1, 28):02}", draw.randint(0, 59)
    moment = f"{day}T10:{minute:02}:00Z"
    lines = [line(number * 10 + position, draw, is_full=is_full) for position in range(LINES_EACH)]
    narrow = {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": moment,
        "updatedAt": moment,
        "currencyCode": "GBP",
        "lineItems": {"nodes": lines},
    }
    if not is_full:
        return narrow
    location = {"id": "gid://shopify/Location/1"}
    parcel = [{"id": item["id"], "quantity": item["quantity"], "lineItem": {"id": item["id"]}} for item in lines]
    return {
        **narrow,
        "processedAt": moment,
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "customer": {"id": f"gid://shopify/Customer/{number % 5000}"},
        "shippingAddress": {"countryCodeV2": "GB"},
        "fulfillmentOrders": {"nodes": [{"id": number, "assignedLocation": {"location": location}}]},
        "refunds": [],
        "fulfillments": [
            {
                "id": f"gid://shopify/Fulfillment/{number}",
                "createdAt": moment,
                "status": "SUCCESS",
                "location": location,
                "fulfillmentLineItems": {"nodes": parcel},
            }
        ],
    }


def line(number: int, draw: random.Random, *, is_full: bool) -> dict[str, Any]:
    """Return one order line."""
    price = {"shopMoney": {"amount": f"{draw.randint(50, 2000) / 100:.2f}", "currencyCode": "GBP"}}
    narrow = {
        "id": f"gid://shopify/LineItem/{number}",
        "sku": f"S{draw.randint(1, 4000)}",
        "quantity": draw.randint(1, 12),
        "discountedUnitPriceSet": price,
    }
    if not is_full:
        return narrow
    return {
        **narrow,
        "name": "WHITE HANGING HEART T-LIGHT HOLDER",
        "currentQuantity": narrow["quantity"],
        "requiresShipping": True,
        "variant": {"id": f"gid://shopify/ProductVariant/{draw.randint(1, 4000)}"},
        "originalUnitPriceSet": price,
    }


if __name__ == "__main__":
    main()
