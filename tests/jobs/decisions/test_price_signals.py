"""Price signals reach their file, their mart and a pricing system that listens, signed and once."""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stockroom.delivery import webhooks
from stockroom.delivery.providers import UnreachableProviderError
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.flag_overstock import flag_overstock
from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)
NOW = datetime(2011, 6, 30, 8, tzinfo=UTC)
SECRET = "sixteen letters!"


class PricingSystem(HTTPServer):
    """A receiver on loopback that answers what it is told to, then 200, and keeps what it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.asked = 0


class _Handler(BaseHTTPRequestHandler):
    server: PricingSystem

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.answers.pop(0) if self.server.answers else 200
        self.server.asked += 1
        if status == 200:
            self.server.heard.append((dict(self.headers), body))
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def pricing() -> Iterator[PricingSystem]:
    server = PricingSystem()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def listened(settings, pricing, monkeypatch):
    monkeypatch.setattr(webhooks, "wait_exponential_jitter", lambda **_: webhooks_wait)
    url = f"http://127.0.0.1:{pricing.server_address[1]}/prices"
    return replace(settings, price_webhook_url=url, price_webhook_secret=SECRET)


def webhooks_wait(_state: object) -> float:
    return 0.0


@pytest.fixture
def scarce(marts):
    marts.sku("MUG", units_per_day=10, on_hand=40)
    return marts


def flag(settings):
    plan_orders(settings, as_of_date=DAY)
    return flag_overstock(settings, as_of_date=DAY)


@pytest.mark.usefixtures("scarce")
def test_a_scarce_fast_mover_stands_in_file_and_table(settings, ask):
    flag(settings)
    rows = ask("select sku, price_signal, price, suggested_price from plan.price_signals")
    assert rows == [("MUG", "test +3 %", Decimal(5), Decimal("5.15"))]
    with (settings.documents_dir / "price_signals" / "price-signals-2011-W26.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["sku"], row["suggested_price"], row["currency"]) == ("MUG", "5.1500", "GBP")
    assert ask("select count(*) from ops.outbox where kind = 'price_signals'") == [(0,)]


@pytest.mark.usefixtures("scarce")
def test_a_pricing_system_hears_of_a_week_once_and_can_prove_who_spoke(listened, pricing):
    flag(listened)
    flag_overstock(listened, as_of_date=DAY)
    for _ in range(2):
        deliver_outbox(listened, now=NOW)
    ((headers, body),) = pricing.heard
    signed = headers["X-Stockroom-Timestamp"].encode() + b"." + body
    assert headers["X-Stockroom-Signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(headers["X-Stockroom-Timestamp"])) < 60
    assert headers["X-Stockroom-Message"] == "price_signals/2011-06-30"
    (signal,) = json.loads(body)["signals"]
    assert (signal["sku"], signal["suggested_price"]) == ("MUG", "5.1500")


@pytest.mark.usefixtures("scarce")
def test_a_busy_receiver_is_asked_again_and_one_that_stays_busy_gets_it_next_time(listened, pricing):
    flag(listened)
    pricing.answers = [503, 429]
    deliver_outbox(listened, now=NOW)
    assert (pricing.asked, len(pricing.heard)) == (3, 1)


@pytest.mark.usefixtures("scarce")
def test_a_receiver_that_is_never_there_keeps_the_message_waiting(listened, pricing, ask):
    flag(listened)
    pricing.answers = [500] * webhooks.TRIES
    with pytest.raises(UnreachableProviderError, match="it answered 500"):
        deliver_outbox(listened, now=NOW)
    assert ask("select state from ops.outbox where kind = 'price_signals'") == [("pending",)]
    deliver_outbox(listened, now=NOW)
    assert len(pricing.heard) == 1


@pytest.mark.usefixtures("scarce")
def test_a_refusal_stands_before_a_person(listened, pricing, ask):
    flag(listened)
    pricing.answers = [403]
    deliver_outbox(listened, now=NOW)
    ((detail,),) = ask("select detail from ops.exceptions where kind = 'undelivered'")
    assert "answered 403" in detail
    assert pricing.heard == []
