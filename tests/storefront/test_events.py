"""What channels tell by HTTP is believed if they signed it, once, and leaves nothing but a hint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient
from moto.server import ThreadedMotoServer
from tests.storefront.conftest import Shop

from stockroom.delivery.queue import open_queue
from stockroom.jobs.choose_channels import choose_channels
from stockroom.jobs.hear_messages import hear_messages
from stockroom.storefront import guards
from stockroom.storefront.guards import DELIVERY_LIMIT_BYTES

KEYS = {"shopify": "shopify's key", "woocommerce": "woocommerce's key", "bigcommerce": "bigcommerce's key"}
SIGNED_IN = {"shopify": "X-Shopify-Hmac-Sha256", "woocommerce": "X-WC-Webhook-Signature"}
NAMED_IN = {"bigcommerce": "X-Stockroom-Key"}
CHANNELS = sorted(KEYS)


def order(number: int = 1001, hours_ago: float = 0) -> bytes:
    """Return an order as all of them could send it."""
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    times = {
        "updated_at": moment.isoformat(),
        "date_modified_gmt": f"{moment:%Y-%m-%dT%H:%M:%S}",
        "created_at": int(moment.timestamp()),
    }
    return json.dumps({"id": number, "email": "ada@mail.example", **times}).encode()


def signed(channel_id: str, body: bytes, key: str | None = None) -> dict[str, str]:
    """Return the headers with which a channel sends a body."""
    secret = key or KEYS[channel_id]
    if channel_id in NAMED_IN:
        return {NAMED_IN[channel_id]: secret}
    return {SIGNED_IN[channel_id]: base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()}


def tell(shop: Shop, channel_id: str, body: bytes, **headers: str) -> tuple[int, str]:
    answer = shop.client.post(f"/events/{channel_id}", content=body, headers=headers or signed(channel_id, body))
    return answer.status_code, answer.json()["status"]


def hints(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.rows("select channel_id, topic, waits_since is not null from ops.channel_hints order by heard_at")


@pytest.fixture
def heard(open_shop: Any) -> Shop:
    """Return a shop whose channels' secrets are set, and whose channels are connected."""
    values = {f"{channel_id}_webhook_secret": key for channel_id, key in KEYS.items()}
    values |= {f"{channel_id}_url": "https://shop.example" for channel_id in KEYS}
    return open_shop(channel_values=values)


def test_what_a_channel_signed_becomes_a_hint_that_the_next_round_takes(heard: Shop) -> None:
    for channel_id in CHANNELS:
        assert tell(heard, channel_id, order()) == (200, "taken")
        assert choose_channels(heard.settings, only_hinted=True) == [channel_id]
        assert choose_channels(heard.settings, only_hinted=True) == []


def test_a_round_of_the_clock_looks_at_every_channel_and_leaves_hints_to_one_that_reads_up_to_now(heard: Shop) -> None:
    tell(heard, "shopify", order())
    assert choose_channels(heard.settings, only_hinted=False) == CHANNELS
    assert choose_channels(heard.settings, only_hinted=True) == ["shopify"]


def test_only_topic_and_time_are_kept_of_what_came(heard: Shop) -> None:
    body = order()
    tell(heard, "shopify", body, **signed("shopify", body), **{"X-Shopify-Topic": "orders/create"})
    ((row,),) = heard.rows("select to_jsonb(h) from ops.channel_hints as h")
    assert (row["channel_id"], row["topic"]) == ("shopify", "orders/create")
    assert row["event_id"] == hashlib.sha256(body).hexdigest()
    assert datetime.fromisoformat(row["occurred_at"]) == datetime.fromisoformat(json.loads(body)["updated_at"])
    assert "ada@" not in json.dumps(row)
    assert "1001" not in row["topic"] + row["channel_id"]


def test_a_topic_that_is_none_is_not_kept(heard: Shop) -> None:
    body = order()
    tell(heard, "shopify", body, **signed("shopify", body), **{"X-Shopify-Topic": "ada@mail.example <script>"})
    assert hints(heard) == [("shopify", "", True)]


# Attacks


def test_a_wrong_key_is_refused_and_leaves_nothing(heard: Shop) -> None:
    for channel_id in CHANNELS:
        own, body = KEYS[channel_id], order()
        assert tell(heard, channel_id, body, **{"X-Nothing": "x"}) == (401, "refused")
        for key in (
            "guessed",
            own.upper(),
            f"{own} ",
            own[:-1],
            *(KEYS[other] for other in CHANNELS if other != channel_id),
        ):
            assert tell(heard, channel_id, body, **signed(channel_id, body, key)) == (401, "refused")
    assert hints(heard) == []


def test_another_bodys_signature_or_a_damaged_one_is_refused(heard: Shop) -> None:
    genuine = signed("shopify", order(1001))["X-Shopify-Hmac-Sha256"]
    body = order(1002)
    for given in (genuine, genuine[:-1], "", "=" * 44, "é" * 10, "A" * 5_000):
        answer = heard.client.post(
            "/events/shopify", content=body, headers={b"X-Shopify-Hmac-Sha256": given.encode("latin-1")}
        )
        assert answer.status_code == 401
    own = signed("shopify", body)
    assert tell(heard, "shopify", body + b" ", **own) == (401, "refused")
    assert tell(heard, "woocommerce", body, **own) == (401, "refused")
    assert hints(heard) == []


def test_the_same_again_is_known_whatever_its_headers_say(heard: Shop) -> None:
    for channel_id in CHANNELS:
        body = order()
        headers = signed(channel_id, body)
        assert tell(heard, channel_id, body, **headers, **{"X-Shopify-Webhook-Id": "1"}) == (200, "taken")
        choose_channels(heard.settings, only_hinted=True)
        for number in range(3):
            assert tell(heard, channel_id, body, **headers, **{"X-Shopify-Webhook-Id": str(number)}) == (200, "known")
    assert hints(heard) == [(channel_id, "", False) for channel_id in CHANNELS]


def test_what_was_signed_longer_ago_than_we_remember_is_no_news(heard: Shop) -> None:
    for channel_id in CHANNELS:
        assert tell(heard, channel_id, order(hours_ago=49)) == (200, "known")
    assert hints(heard) == []
    for channel_id in CHANNELS:
        assert tell(heard, channel_id, order(hours_ago=47)) == (200, "taken")


def test_a_known_delivery_is_forgotten_only_when_its_own_time_gives_it_away(heard: Shop) -> None:
    tell(heard, "shopify", order())
    heard.do("update ops.channel_hints set heard_at = heard_at - interval '71 hours'")
    choose_channels(heard.settings, only_hinted=True)
    assert len(hints(heard)) == 1
    heard.do("update ops.channel_hints set heard_at = heard_at - interval '2 hours'")
    choose_channels(heard.settings, only_hinted=True)
    assert hints(heard) == []


def test_a_body_beyond_the_limit_is_refused_however_it_is_signed(heard: Shop) -> None:
    largest = b" " * DELIVERY_LIMIT_BYTES
    assert tell(heard, "shopify", largest) == (200, "taken")
    body = largest + b" "
    answer = heard.client.post("/events/shopify", content=body, headers=signed("shopify", body))
    assert answer.status_code == 413
    assert heard.client.post("/subscribe", content=b" " * 8_193).status_code == 413


def test_strangers_who_dawdle_take_no_more_memory_than_is_allowed_and_are_sent_away(
    heard: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "READ_SECONDS", 1.0)
    server = uvicorn.Server(uvicorn.Config(heard.client.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = server.servers[0].sockets[0].getsockname()
    beginning = b"POST /events/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"

    def said(stranger: socket.socket) -> bytes:
        stranger.settimeout(10)
        return stranger.recv(100).split(b"\r\n")[0]

    try:
        with ExitStack() as stack:
            strangers = [stack.enter_context(socket.create_connection(address)) for _ in range(33)]
            for stranger in strangers:
                stranger.sendall(beginning)
            answers = sorted(said(stranger) for stranger in strangers)
            assert answers == [b"HTTP/1.1 408 Request Timeout"] * 32 + [b"HTTP/1.1 503 Service Unavailable"]
        body = order()
        answer = httpx.post(
            f"http://{address[0]}:{address[1]}/events/shopify", content=body, headers=signed("shopify", body)
        )
        assert (answer.status_code, answer.json()) == (200, {"status": "taken"})
    finally:
        server.should_exit = True
        thread.join()


def test_a_signed_body_that_says_nothing_is_a_hint_all_the_same(heard: Shop) -> None:
    for body in (b"", b"null", b"[]", b"\xff\xfe", b'{"updated_at": 1e999}', b'{"updated_at": {}}'):
        for channel_id in CHANNELS:
            assert tell(heard, channel_id, body) == (200, "taken")


def test_a_channel_without_a_secret_has_no_address(open_shop: Any) -> None:
    shop = open_shop()
    for channel_id in ("shopify", "wholesale", "nobody", "%00", "..%2fhealth"):
        answer = shop.client.post(f"/events/{channel_id}", content=b"{}", headers=signed("shopify", b"{}", key="x"))
        assert answer.status_code in (404, 405)
    empty = open_shop(channel_values={"shopify_webhook_secret": ""})
    no_key = base64.b64encode(hmac.new(b"", b"{}", hashlib.sha256).digest()).decode()
    assert tell(empty, "shopify", b"{}", **{"X-Shopify-Hmac-Sha256": no_key}) == (404, "unknown")


def test_woocommerce_hears_that_somebody_is_here_without_a_signature_and_that_means_nothing(heard: Shop) -> None:
    assert tell(heard, "woocommerce", b"webhook_id=17", **{"X-Nothing": "x"}) == (200, "ping")
    assert tell(heard, "woocommerce", b"webhook_id=17&more", **{"X-Nothing": "x"}) == (401, "refused")
    assert hints(heard) == []


def test_a_hundred_deliveries_at_once_are_a_hundred_hints_and_one_channel(heard: Shop) -> None:
    started = time.monotonic()
    for number in range(100):
        assert tell(heard, "shopify", order(number)) == (200, "taken")
    assert time.monotonic() - started < 30
    assert len(hints(heard)) == 100
    assert choose_channels(heard.settings, only_hinted=True) == ["shopify"]


# On a queue


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield a queue of Amazon's on loopback, which the connection ``hints`` leads to."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": given}
    monkeypatch.setenv("AIRFLOW_CONN_HINTS", json.dumps(connection))
    resource = boto3.resource("sqs", aws_access_key_id="testing", aws_secret_access_key="testing", **given)
    open_queue.cache_clear()
    yield resource.create_queue(QueueName="channels")
    server.stop()


def test_with_a_queue_the_hint_goes_there_and_waits_once_it_came_back(heard: Shop, open_shop: Any, queue: Any) -> None:
    shop = open_shop(channel_values=heard.settings.channel_values, events_queue="sqs:hints:channels")
    body = order()
    assert tell(shop, "shopify", body) == (200, "taken")
    assert tell(shop, "shopify", body) == (200, "known")
    assert hints(shop) == [("shopify", "", False)]
    (message,) = queue.receive_messages(MaxNumberOfMessages=10)
    assert "ada@" not in message.body
    assert hear_messages(shop.settings, [message.body, message.body]) == 0
    assert hints(shop) == [("shopify", "", True)]
    assert choose_channels(shop.settings, only_hinted=True) == ["shopify"]


def test_where_the_queue_does_not_take_it_nothing_is_kept_and_the_channel_comes_again(
    heard: Shop, open_shop: Any, queue: Any
) -> None:
    shop = open_shop(channel_values=heard.settings.channel_values, events_queue="sqs:hints:channels")
    body = order()
    tell(shop, "shopify", order(1002))
    queue.delete()
    patient = TestClient(shop.client.app, raise_server_exceptions=False)
    assert patient.post("/events/shopify", content=body, headers=signed("shopify", body)).status_code == 503
    assert len(hints(shop)) == 1


def test_what_channels_put_on_the_queue_themselves_is_read_and_what_nobody_knows_makes_all_be_looked_at(
    heard: Shop,
) -> None:
    about = {"X-Shopify-Topic": "orders/create", "X-Shopify-Webhook-Id": "b54557e4"}
    event = {"detail-type": "shopifyWebhook", "time": "2026-01-05T04:00:00Z", "detail": {"metadata": about}}
    event["detail"]["payload"] = {"email": "ada@mail.example"}
    envelope = {"Type": "Notification", "Message": json.dumps(event)}
    assert hear_messages(heard.settings, [json.dumps(event), json.dumps(envelope)]) == 0
    assert hints(heard) == [("shopify", "orders/create", True)]
    assert choose_channels(heard.settings, only_hinted=True) == ["shopify"]
    amazons = {"NotificationType": "ORDER_CHANGE", "NotificationMetadata": {"NotificationId": "n1"}}
    amazons["Payload"] = {"OrderChangeNotification": {"BuyerEmail": "ada@mail.example"}}
    assert hear_messages(heard.settings, [json.dumps(amazons)]) == 0
    assert ("amazon", "ORDER_CHANGE", True) in hints(heard)
    assert choose_channels(heard.settings, only_hinted=True) == [], "it is not connected here"
    ours_of_nobody = {"stockroom_hint": {"channel_id": "nobody"}}
    for text in ("", "no JSON {", "[]", "{}", "7", json.dumps(ours_of_nobody)):
        assert hear_messages(heard.settings, [text]) == 1
        assert choose_channels(heard.settings, only_hinted=True) == CHANNELS
    assert heard.rows("select 1 from ops.channel_hints as h where position('ada@' in to_jsonb(h)::text) > 0") == []
