"""The Amazon client against the sample store, and both against the published models, request by request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from tests.channels.amazon_contract import MODELS, RATES, Contract
from tests.channels.loopback import Asked, Says, serve
from tests.worlds import lend_world

from sample_store.amazon.api import AmazonApi
from sample_store.apis import Call
from sample_store.local_time import http_date, parse_moment
from sample_store.store import Store, open_store
from stockroom.channels import CHANNELS
from stockroom.channels.amazon.client import connect
from stockroom.channels.amazon.push import open_writer
from stockroom.channels.amazon.rates import USAGE_PLANS, usage_plan
from stockroom.channels.amazon.streams import FBA_INVENTORY, LISTINGS, ORDERS
from stockroom.channels.channel import Change, ChannelError, Listing
from stockroom.channels.push import Availability, push
from stockroom.settings import Settings

KEY = "a_key_for_these_tests"
FOLDER = Path()
CLOCK = "2011-06-10T12:00"
TOKEN_PATH = "/auth/o2/token"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "contracts"
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)


def settings_of(url: str, **values: str) -> Settings:
    given = {
        "amazon_url": url,
        "amazon_token_url": TOKEN_PATH,
        "amazon_refresh_token": KEY,
        "amazon_client_secret": KEY,
        "amazon_client_id": "amzn1.application-oa2-client.sample",
        "amazon_seller_id": "A1SAMPLESELLER",
        "amazon_marketplace": "GB",
        "amazon_ship_from": "LONDON",
        "amazon_window_seconds": "1",
        **values,
    }
    return Settings("", "", FOLDER, FOLDER, FOLDER, FOLDER, channel_values=given)


class Watched:
    """The sample store's Amazon on loopback; whatever goes in and out is held against the models."""

    def __init__(self, store: Store) -> None:
        self.store, self.contract = store, Contract()
        self.api = AmazonApi(store, KEY)
        self.tokens = 0

    def answer(self, asked: Asked) -> Says:
        path = asked.path.removeprefix("/amazon")
        headers = {name.lower(): value for name, value in asked.headers.items()}
        reply = self.api.answer(Call(asked.method, unquote(path), asked.query, headers, asked.body))
        self.tokens += path == TOKEN_PATH
        if path.startswith(("/documents/", "/feed-documents/")):
            assert "x-amz-access-token" not in headers, "a document's address is signed by itself"
        elif path != TOKEN_PATH:
            self.contract.check(asked.method, path, asked.query, asked.body, reply.status, reply.body)
        date = {"Date": http_date(self.store.clock), "Content-Type": reply.media_type}
        return Says(content=reply.body, status=reply.status, headers={**date, **reply.headers})


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    root = tmp_path_factory.mktemp("store")
    lend_world(root)
    store = open_store(root, None, parse_moment(CLOCK), "http://nowhere.example")
    watched = Watched(store)
    with serve(watched.answer) as loopback:
        store.shop_url = loopback.url
        yield watched


@pytest.fixture
def settings(watched: Watched) -> Settings:
    return settings_of(f"{watched.store.shop_url}/amazon")


def read(settings: Settings, stream: Any, start: datetime | None, end: datetime) -> list[Any]:
    with connect(settings, sleep=lambda _: None) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=end)]


def until(settings: Settings) -> datetime:
    """Return the nearest moment up to which orders can be searched."""
    with connect(settings) as reader:
        return reader.now() - CHANNELS["amazon"].source.settle


@pytest.fixture(scope="module")
def everything(watched: Watched) -> dict[str, list[Any]]:
    """Return all that a first load brings, by stream."""
    settings = settings_of(f"{watched.store.shop_url}/amazon")
    return {stream.name: read(settings, stream, None, until(settings)) for stream in CHANNELS["amazon"].streams}


def test_every_request_and_every_answer_is_what_the_models_say(
    watched: Watched, settings: Settings, everything: dict[str, list[Any]]
) -> None:
    end = until(settings)
    assert len(everything["orders"]) > 100
    assert len(everything["listings"]) > 1000
    assert everything["fba_inventory"] == [], "nothing of this store lies at Amazon"
    searched = read(settings, ORDERS, end - DAY, end)
    assert len(searched) > 3
    with connect(settings) as reader:
        named = [*reader.named(ORDERS, [searched[0]["orderId"], "202-0000000-0000000", "no id"])]
    assert [json.loads(each) for each in named] == searched[:1], "one order is the same by its id as in a search"
    opened = datetime.fromisoformat("2010-12-01T00:00:00+00:00")
    read(settings, LISTINGS, opened, opened + DAY)
    assert read(settings, FBA_INVENTORY, end - DAY, end) == []
    sku = everything["listings"][0]["sku"]
    with open_writer(settings) as writer:
        (result,) = push(writer, [Availability(Listing(sku), sku, 77)], key="1")
        assert (result.outcome, result.units_after) == ("verified", 77)
        assert writer.read_available([Listing("no, such")]) == {}
        (refused,) = writer.write_available([Change(Listing("NO-SUCH"), 0, 1)], "2")
        assert refused.outcome == "refused"
        writer.bulk_from = 3
        skus = [each["sku"] for each in everything["listings"][1:4]]
        together = push(writer, [Availability(Listing(sku), sku, 70 + n) for n, sku in enumerate(skus)], key="3")
        assert [(each.outcome, each.units_after) for each in together] == [("verified", 70 + n) for n in range(3)]
        changes = [Change(Listing(skus[0]), 70, 5), Change(Listing("NO-SUCH"), 0, 1), Change(Listing(skus[1]), 71, 6)]
        answers = writer.write_available(changes, "4")
        assert [each.outcome for each in answers] == ["written", "refused", "written"]
        assert answers[1].said == "SKU 'NO-SUCH' not found"
    assert watched.contract.broken == []
    assert watched.contract.seen == {
        "searchOrders", "searchListingsItems", "getListingsItem", "patchListingsItem", "getInventorySummaries",
        "createReport", "getReport", "getReportDocument", "getReports", "getOrder",
        "createFeedDocument", "createFeed", "getFeed", "getFeedDocument",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "answer", "said"),
    [
        ("GET", "/orders/2026-01-01/orders", {"MarketplaceIds": "A1"}, "", '{"orders": []}', "is no parameter"),
        ("GET", "/orders/2026-01-01/orders", {"includedData": "BUYERS"}, "", '{"orders": []}', "is none of"),
        ("GET", "/orders/2026-01-01/orders", {"lastUpdatedAfter": "2011-06-01"}, "", '{"orders": []}', "2011-06-01"),
        ("GET", "/orders/2026-01-01/orders", {}, "", '{"orders": [{"orderId": "1"}]}', "'createdTime' is a required"),
        ("GET", "/orders/2026-01-01/orders", {}, "", '{"orders": [], "count": 1}', "'count' was unexpected"),
        ("GET", "/listings/2021-08-01/items/A1", {"pageSize": "21"}, "", "{}", "marketplaceIds is missing"),
        ("POST", "/reports/2021-06-30/reports", {}, '{"reportType": "X"}', '{"reportId": "1"}', "'marketplaceIds' is"),
        ("GET", "/orders/v0/orders", {}, "", "{}", "is no operation"),
    ],
)
def test_what_is_not_in_the_models_is_seen(
    method: str, path: str, query: dict[str, str], body: str, answer: str, said: str
) -> None:
    contract = Contract()
    contract.check(method, path, query, body.encode(), 202 if method == "POST" else 200, answer.encode())
    assert any(said in each for each in contract.broken), contract.broken


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published models do not stand beside the project")
def test_the_models_beside_the_tests_are_the_published_ones() -> None:
    for name, model in MODELS.items():
        published = json.loads((SHARED / f"amazon_{name}.json").read_text())
        assert model["info"]["version"] == published["info"]["version"]
        for definition, shape in model["definitions"].items():
            given = published["definitions"][definition]
            assert shape.get("required") == given.get("required"), definition
            assert set(shape.get("properties", {})) == set(given.get("properties", {})), definition
        for path, methods in model["paths"].items():
            for method, operation in methods.items():
                names = [each["name"] for each in operation["parameters"]]
                assert names == [each["name"] for each in published["paths"][path][method]["parameters"]]


def test_rates_are_kept_as_they_are_published() -> None:
    assert {name: usage_plan(float(rate), int(burst)) for name, (rate, burst) in RATES.items()} == USAGE_PLANS


def test_an_order_is_the_same_whether_a_report_tells_it_or_a_search(settings: Settings) -> None:
    end = until(settings)
    reported = {order["orderId"]: order for order in read(settings, ORDERS, end - 5 * DAY, end)}
    days = [end - days * DAY for days in range(5, 0, -1)]
    searched = {order["orderId"]: order for window in pairwise(days) for order in read(settings, ORDERS, *window)}
    assert len(searched) > 10
    for order_id, order in searched.items():
        known = reported[order_id]
        for name in ("createdTime", "lastUpdatedTime"):
            assert datetime.fromisoformat(known[name]) == datetime.fromisoformat(order[name])
        assert known["fulfillment"]["fulfillmentStatus"] == order["fulfillment"]["fulfillmentStatus"]
        assert _items(known) == _items(order)


def _items(order: Any) -> dict[str, Any]:
    """Return of each item of an order what is known of it either way."""
    return {
        item["line_id"]: (
            item["product"]["sellerSku"],
            item["fulfillment"]["quantityFulfilled"],
            item["fulfillment"]["quantityUnfulfilled"],
            float(item["product"]["price"]["unitPrice"]["amount"]) if item["quantityOrdered"] else None,
        )
        for item in order["orderItems"]
    }


def test_two_items_of_one_sku_are_two_lines(everything: dict[str, list[Any]]) -> None:
    lines = [item["line_id"] for order in everything["orders"] for item in order["orderItems"]]
    assert len(lines) == len(set(lines))
    assert any(line.endswith("/2") for line in lines)


def test_windows_side_by_side_give_every_order_once(settings: Settings) -> None:
    end = until(settings)
    edges = [end - DAY, end - timedelta(hours=14), end - timedelta(hours=3, minutes=20), end]
    found = [each["orderId"] for window in pairwise(edges) for each in read(settings, ORDERS, *window)]
    assert len(found) == len(set(found)) == len(read(settings, ORDERS, edges[0], end)) > 3


def test_a_window_takes_its_start_and_leaves_its_end(settings: Settings) -> None:
    end = until(settings)
    order = read(settings, ORDERS, end - DAY, end)[0]
    changed = datetime.fromisoformat(order["lastUpdatedTime"])
    assert order["orderId"] in {each["orderId"] for each in read(settings, ORDERS, changed, changed + SECOND)}
    assert order["orderId"] not in {each["orderId"] for each in read(settings, ORDERS, changed - SECOND, changed)}


def test_a_listing_says_who_sends_it_and_what_it_costs_either_way(
    settings: Settings, everything: dict[str, list[Any]]
) -> None:
    start = datetime.fromisoformat("2010-12-01T00:00:00+00:00")
    reported = {each["sku"]: each for each in everything["listings"]}
    for first, last in pairwise(start + timedelta(hours=hours) for hours in (0, 24, 48, 72)):
        for listing in read(settings, LISTINGS, first, last):
            known = reported[listing["sku"]]
            assert known["merchant_fulfilled"] is listing["merchant_fulfilled"] is True
            assert float(known["offer"]["price"]["amount"]) == float(listing["offer"]["price"]["amount"])
            told = [each["sku"] for each in everything["listings"][:4]]
            if listing["sku"] not in told:  # something else meanwhile
                assert known["fulfillmentAvailability"] == listing["fulfillmentAvailability"]
            assert known["closed"] is listing["closed"] is False


def test_one_token_serves_an_hour_and_every_connection(watched: Watched, settings: Settings) -> None:
    until(settings)
    before = watched.tokens
    until(settings)
    assert watched.tokens == before


def test_windows_end_at_steps_that_the_published_rate_allows() -> None:
    source = CHANNELS["amazon"].source
    usual, given = (source.step(settings_of("", amazon_window_seconds=text)).total_seconds() for text in ("", "7"))
    assert given == 7
    per_second, _ = RATES["searchOrders"]
    assert usual * float(per_second) > 1.1, "a tenth is left for further pages"


def test_what_has_just_happened_is_found_by_a_search_that_names_no_end(watched: Watched) -> None:
    url = f"{watched.store.shop_url}/amazon"
    with connect(settings_of(url)) as reader:
        now = reader.now()
        sold_at = max(each["lastUpdatedTime"] for each in read(settings_of(url), ORDERS, now - DAY, now - 2 * MINUTE))
        clock = watched.store.clock
        watched.store.set_clock(int(datetime.fromisoformat(sold_at).timestamp()) + 1)
        now = reader.now()
        assert list(reader.records(ORDERS, start=now - MINUTE, end=now - SECOND)) != [], "within the last two minutes"
        watched.store.set_clock(clock)
    assert watched.contract.broken == []


def test_limits_are_those_that_answers_stated_or_those_that_are_published(settings: Settings) -> None:
    with connect(settings) as reader:
        reader.now()
        said = list(reader.stated_limits())
    assert "searchListingsItems: 500 a second, 500 at once" in said, "as its answer stated it"
    assert "searchOrders: 0.0056 a second, 20 at once" in said, "as it is published"


def test_a_check_asks_for_no_report(watched: Watched, settings: Settings) -> None:
    before = len(watched.api.reports.asked)
    with connect(settings) as reader:
        for stream in CHANNELS["amazon"].streams:
            reader.probe(stream)
    assert len(watched.api.reports.asked) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"amazon_marketplace": "Mars"}, "no country that Amazon sells in"),
        ({"amazon_window_seconds": "soon"}, "is no number of seconds"),
        ({"amazon_window_seconds": "3600"}, "is no number of seconds from 1 to 900"),
        ({"amazon_url": "http://seller.example"}, "https://"),
        ({"amazon_token_url": "http://login.example/token"}, "https://"),
        ({"amazon_client_id": ""}, "STOCKROOM_AMAZON_CLIENT_ID is not set"),
    ],
)
def test_a_wrong_field_is_said_before_anything_is_asked(wrong: dict[str, str], said: str) -> None:
    values = settings_of("http://127.0.0.1:9", **wrong)
    with pytest.raises(ChannelError, match=said), connect(values, timeout=httpx.Timeout(1)):
        pass


def test_the_environment_of_the_library_changes_nothing(
    settings: Settings, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SP_API_DEFAULT_MARKETPLACE", "US")
    monkeypatch.setenv("SP_API_REFRESH_TOKEN", "somebody else's")
    until(settings)
    assert watched.contract.broken == []


def test_a_connection_is_documented_field_by_field() -> None:
    text = (files("stockroom.channels") / "amazon" / "README.md").read_text("utf-8")
    for field in CHANNELS["amazon"].fields:
        assert f"STOCKROOM_AMAZON_{field.name.upper()}" in text
