"""What the triggerer runs: it fires when hints wait, and makes hints of what comes on the queue."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.conftest import Warehouse

from stockroom.delivery.queue import open_queue
from stockroom.orchestration.channel_events import ChannelEvents
from stockroom.warehouse import connect
from stockroom.warehouse.hints import HintRow, remember_hint, take_hints

SHOPIFY_SAID = {"detail-type": "shopifyWebhook", "detail": {"metadata": {"X-Shopify-Webhook-Id": "1"}}}
SHOPIFY_SAID["detail"]["payload"] = {"email": "ada@mail.example"}


@pytest.fixture
def url(warehouse: Warehouse, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return where the hints are, of which the environment tells the triggerer."""
    url = warehouse.url_of("stockroom_app")
    for name in ("DOCUMENTS_DIR", "OUTBOX_DIR", "REPORTS_DIR", "DBT_DIR"):
        monkeypatch.setenv(f"STOCKROOM_{name}", str(tmp_path))
    monkeypatch.setenv("STOCKROOM_LANDING_URL", tmp_path.as_uri())
    monkeypatch.setenv("STOCKROOM_WAREHOUSE_URL", url)
    return url


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a queue of Amazon's on loopback, which the settings name."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
    monkeypatch.setenv("AIRFLOW_CONN_HINTS", json.dumps(connection))
    monkeypatch.setenv("STOCKROOM_EVENTS_QUEUE", "sqs:hints:channels")
    resource = boto3.resource("sqs", aws_access_key_id="testing", aws_secret_access_key="testing", **given)
    open_queue.cache_clear()
    yield resource.create_queue(QueueName="channels")
    server.stop()


async def next_event(events: Any) -> Any:
    return (await asyncio.wait_for(anext(events), timeout=15)).payload


def take(url: str) -> list[str]:
    with connect(url) as connection:
        return take_hints(connection)


def hear(url: str, event_id: str) -> None:
    with connect(url) as connection:
        remember_hint(connection, HintRow("shopify", event_id, "", None), is_waiting=True)


def test_it_fires_for_what_waits_and_for_what_is_called_out_and_not_otherwise(url: str) -> None:
    async def listen() -> None:
        hear(url, "1")
        events = ChannelEvents().run()
        assert await next_event(events) == {"hints": 1}
        assert take(url) == ["shopify"]
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(1.5)
        assert not waiting.done()
        hear(url, "2")
        hear(url, "3")
        assert (await asyncio.wait_for(waiting, timeout=10)).payload == {"hints": 2}
        await events.aclose()

    asyncio.run(listen())


def test_a_burst_is_one_event_and_what_comes_after_it_is_not_kept_waiting(url: str) -> None:
    async def listen() -> None:
        events = ChannelEvents().run()
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.5)
        with connect(url) as connection:
            connection.autocommit = True
            for number in range(60):
                remember_hint(connection, HintRow("shopify", f"{number}", "", None), is_waiting=True)
        assert (await asyncio.wait_for(waiting, timeout=5)).payload == {"hints": 60}
        take(url)
        hear(url, "afterwards")
        started = time.monotonic()
        assert await next_event(events) == {"hints": 1}
        assert time.monotonic() - started < 4
        await events.aclose()

    asyncio.run(listen())


def test_a_channels_own_message_becomes_a_hint_and_airflow_never_sees_what_it_says(url: str, queue: Any) -> None:
    async def listen() -> None:
        queue.send_message(MessageBody=json.dumps(SHOPIFY_SAID))
        events = ChannelEvents().run()
        assert await next_event(events) == {"hints": 1}
        assert take(url) == ["shopify"]
        for number in range(25):
            queue.send_message(MessageBody=json.dumps(SHOPIFY_SAID | {"id": number}))
            queue.send_message(MessageBody=f"no JSON {number}")
        taken: set[str] = set()
        while taken != {"shopify", ""}:
            await next_event(events)
            taken.update(take(url))
        await events.aclose()

    asyncio.run(listen())
    with connect(url) as connection:
        kept = connection.execute("select jsonb_agg(h)::text from ops.channel_hints as h").fetchone()
    assert kept is not None
    assert "ada@" not in kept[0]


def test_a_queue_that_does_not_answer_keeps_no_webhook_waiting(url: str, queue: Any) -> None:
    async def listen() -> None:
        queue.delete()
        events = ChannelEvents().run()
        waiting = asyncio.ensure_future(anext(events))
        await asyncio.sleep(1)
        hear(url, "1")
        assert (await asyncio.wait_for(waiting, timeout=10)).payload == {"hints": 1}
        await events.aclose()

    asyncio.run(listen())


def test_the_triggerer_can_make_it_again_from_what_it_says_of_itself() -> None:
    where, given = ChannelEvents().serialize()
    assert (where, given) == ("stockroom.orchestration.channel_events.ChannelEvents", {})
