"""Soaks the events: messages come late, twice, in any order or never, while every channel misbehaves; then positions.

The sample store's shops take orders all the while. Each calls its own out as it can: signed webhooks to the
storefront's service, which puts them on a queue of Amazon's (moto), and messages on that queue. Some are lost, some
come twice, some rounds later, all in any order; whoever takes them off the queue may die with them. Now and then the
clock looks at every channel. Extracts and pushes meet faults and kills, as in ``soak_channels.py``. Then all is quiet,
and the ledger's position of each SKU at each location is held against the store's own books, which no channel serves;
so is what each shop shows, and no figure may be asked about in vain. Ends with 1 where a single unit differs.

``--minutes``, ``--seed``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import random
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

import uvicorn
from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
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
from moto.server import ThreadedMotoServer
from tests.jobs.sample_shop import SampleShop

from stockroom.delivery.queue import Queue, open_queue
from stockroom.jobs.begin_round import answer_calls
from stockroom.jobs.choose_channels import choose_channels
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.hear_messages import hear_messages, message_of
from stockroom.jobs.notice_level_differences import notice_level_differences
from stockroom.jobs.open_exceptions import open_exceptions
from stockroom.settings import Settings
from stockroom.storefront.app import storefront
from stockroom.warehouse import connect
from stockroom.warehouse.hints import HintRow

QUEUE = "sqs:soak:channels"
SELLERS = ("shopify", "woocommerce", "bigcommerce", "ebay", "amazon")
SECRETS = {"shopify": "soak one", "woocommerce": "soak two", "bigcommerce": "soak three"}
"""These sign webhooks; the others put messages on the queue."""
LOST, REPEATED, LATE, DROPPED_WITH_TAKER = 0.2, 0.25, 0.25, 0.1
LATEST_ROUNDS = 5
STEPS = (1, 2, 5, 15)
"""Simulated minutes between two rounds; one of them is drawn."""
BY_CLOCK = 4
"""Every so manieth round looks at all channels, called or not."""
ORDERS_A_ROUND = 12
TAKEN_AT_ONCE = 10


class Order(NamedTuple):
    """One order as a shop took it."""

    channel_id: str
    number: int
    sku: str
    units: int


@dataclass
class Told:
    """What became of the shops' calls."""

    orders: list[Order] = field(default_factory=list)
    late: list[tuple[int, Order]] = field(default_factory=list)
    """With the round in which each comes."""
    fates: Counter[str] = field(default_factory=Counter)
    rounds_called: int = 0


def main() -> int:
    """Soak, compare, report."""
    given = ask(__doc__, minutes=10)
    draw = random.Random(given.seed)  # noqa: S311  # faults, not secrets
    with faulty_shop() as (opened, shop), queue() as waiting:
        values = {f"{channel}_webhook_secret": secret for channel, secret in SECRETS.items()}
        settings = replace(
            opened,
            events_queue=QUEUE,
            channel_values={**opened.channel_values, **values},
            storefront_secret=SECRETS["shopify"],
        )
        with service(settings) as address:
            print("==> Orders, calls and faults", flush=True)
            happened, told = soak(settings, shop, waiting, address, draw, until=time.monotonic() + 60 * given.minutes)
        last_day = quiet(settings, shop)
        compared, differing = compare(settings, shop)
    fates = ", ".join(f"{fate} {times:,}" for fate, times in sorted(told.fates.items()))
    print(f"\n{happened.rounds} rounds until {last_day} (seed {given.seed}), {told.rounds_called} called by events:")
    print(f"{len(told.orders):,} orders; {fates}")
    say_happened(happened)
    say_compared(compared, differing)
    return 1 if differing else 0


@contextmanager
def queue() -> Iterator[Queue]:
    """Yield a queue of Amazon's on loopback, which the connection ``soak`` leads to."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each message would hide the report
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        given = {"region_name": "eu-west-2", "endpoint_url": f"http://{host}:{port}"}
        connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
        os.environ["AIRFLOW_CONN_SOAK"] = json.dumps(connection)
        AwsBaseHook(aws_conn_id="soak", client_type="sqs").get_conn().create_queue(QueueName="channels")
        yield open_queue(QUEUE, setting="STOCKROOM_EVENTS_QUEUE")
    finally:
        server.stop()


@contextmanager
def service(settings: Settings) -> Iterator[str]:
    """Yield the address at which the storefront's service hears webhooks."""
    server = uvicorn.Server(uvicorn.Config(storefront(settings), port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def soak(
    settings: Settings, shop: SampleShop, waiting: Queue, address: str, draw: random.Random, *, until: float
) -> tuple[Happened, Told]:  # fmt: skip
    """Sell and go on by rounds until it is time; return what was met, and what was sold and told."""
    happened, told = Happened(), Told()
    while time.monotonic() < until:
        happened.rounds += 1
        shop.post("/clock/advance", {"minutes": draw.choice(STEPS)})
        disturb(shop, draw, happened)
        call_out(sell(shop, draw), told, waiting, address, draw, number=happened.rounds)
        take_messages(settings, waiting, told, draw)
        by_clock = happened.rounds % BY_CLOCK == 0
        if by_clock:
            channels = choose_channels(settings, only_hinted=False)
            in_processes({name: partial(extract_channel, settings, name) for name in channels}, draw, happened)
            in_processes({"differences": partial(notice_level_differences, settings)}, draw, happened)
            in_processes(pushes(settings), draw, happened)
        else:
            told.rounds_called += 1
            in_processes({"calls": partial(answer_calls, settings, until=lambda: True)}, draw, happened)
        if happened.rounds % 10 == 0:
            clock = shop.get("/clock")["clock"]
            print(
                f"    {clock}: {happened.rounds} rounds, {len(told.orders)} orders, {happened.killed} killed",
                flush=True,
            )
    return happened, told


def sell(shop: SampleShop, draw: random.Random) -> list[Order]:
    """Let shops take orders of what they show, some of the last that there are."""
    placed: list[Order] = []
    for channel in draw.choices(SELLERS, k=3):
        shown = [(name, units) for name, units in shop.get(f"/shown/{channel}")["shown"].items() if units > 0]
        scarce = [each for each in shown if each[1] <= 3]
        for name, units in draw.sample(shown, ORDERS_A_ROUND // 4) + draw.sample(scarce, min(len(scarce), 1)):
            sku, _, location = name.rpartition("/")
            if location != "LONDON" and channel != "shopify":  # no other says where its orders leave from
                continue
            wanted = min(units, draw.choice((1, 1, 2, 5)))
            order = {"channel": channel, "sku": sku, "location": location, "units": wanted}
            try:
                [number] = shop.post("/checkout", order)["orders"]
            except urllib.error.HTTPError:  # sold out meanwhile
                continue
            placed.append(Order(channel, int(number), sku, wanted))
    return placed


def call_out(
    placed: Sequence[Order], told: Told, waiting: Queue, address: str, draw: random.Random, *, number: int
) -> None:  # fmt: skip
    """Let shops say that something happened, or not, or later, or twice, in any order."""
    due = [order for round_number, order in told.late if round_number <= number]
    told.late = [each for each in told.late if each[0] > number]
    for order in placed:
        told.orders.append(order)
        fate = draw.random()
        if fate < LOST:
            told.fates["lost"] += 1
        elif fate < LOST + LATE:
            told.fates["late"] += 1
            told.late.append((number + draw.randint(1, LATEST_ROUNDS), order))
        elif fate < LOST + LATE + REPEATED:
            told.fates["repeated"] += 1
            due += [order] * draw.randint(2, 4)
        else:
            told.fates["at once"] += 1
            due.append(order)
    draw.shuffle(due)
    for order in due:
        if order.channel_id in SECRETS:
            told.fates[f"webhook {deliver(address, order)}"] += 1
        else:
            hint = HintRow(order.channel_id, f"order/{order.number}", "orders/create", None)
            waiting.send(message_of(hint))
            told.fates["message"] += 1


def deliver(address: str, order: Order) -> str:
    """Send what a shop signs, and return what became of it."""
    body = json.dumps({"id": order.number}).encode()
    secret = SECRETS[order.channel_id]
    digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    headers = {
        "shopify": {"X-Shopify-Hmac-Sha256": digest},
        "woocommerce": {"X-WC-Webhook-Signature": digest},
        "bigcommerce": {"X-Stockroom-Key": secret},
    }[order.channel_id]
    request = urllib.request.Request(f"{address}/events/{order.channel_id}", body, headers)  # noqa: S310  # loopback
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310  # loopback
            return str(json.loads(answer.read())["status"])
    except urllib.error.HTTPError as error:
        return f"answered {error.code}"


def take_messages(settings: Settings, waiting: Queue, told: Told, draw: random.Random) -> None:
    """Take what waits off the queue, as Airflow's trigger does; some of it dies with who took it."""
    asked = {"QueueUrl": waiting.url, "MaxNumberOfMessages": TAKEN_AT_ONCE}
    while batch := waiting.client.receive_message(**asked).get("Messages"):
        texts = [message["Body"] for message in batch]
        for message in batch:
            waiting.client.delete_message(QueueUrl=waiting.url, ReceiptHandle=message["ReceiptHandle"])
        if draw.random() < DROPPED_WITH_TAKER:
            told.fates["dropped with who took it"] += len(texts)
            continue
        draw.shuffle(texts)
        hear_messages(settings, texts)


def compare(settings: Settings, shop: SampleShop) -> tuple[int, list[str]]:
    """Return how many figures were compared, and those that differ: positions, what shops show, questions."""
    there = shop.get("/shown/shopify")["there"]
    with connect(settings.warehouse_url) as connection:
        positions = {
            f"{sku}/{location}": int(units)
            for sku, location, units in connection.execute(
                "select sku, location_id, available_units from ops.stock_positions where location_id != 'AMAZON-FBA'"
            )
        }
    wrong = [
        f"{name}: a position of {positions.get(name)}, {units} in the books"
        for name, units in there.items()
        if positions.get(name) != units
    ]
    wrong += [f"{name}: a position of {units}, no such item in the books" for name, units in positions.items()
              if name not in there and units]  # fmt: skip
    named, shown = compare_stock(settings, shop)
    notice_level_differences(settings)
    asked = open_exceptions(settings, kind="level_differs").found
    wrong += [*shown, *(f"asked in vain: {each.subject} {each.detail}" for each in asked)]
    return len(there) + named, wrong


if __name__ == "__main__":
    sys.exit(main())
