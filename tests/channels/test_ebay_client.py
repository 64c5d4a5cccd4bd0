"""The eBay client: its searches, its items' offers, its tokens and its bulk updates, over HTTP."""

from __future__ import annotations

import json
import time
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from tests.channels.ebay_contract import breaches
from tests.channels.loopback import Asked, Says, serve

from stockroom.channels import CHANNELS
from stockroom.channels.channel import (
    Change,
    ChannelError,
    Listing,
    RefusedConnectionError,
    UnavailableChannelError,
)
from stockroom.channels.ebay.client import DAILY, connect, permissions
from stockroom.channels.ebay.push import open_writer
from stockroom.channels.ebay.streams import INVENTORY_ITEMS, OFFERS, ORDERS, is_due, orders_window
from stockroom.channels.limits import Limits
from stockroom.channels.push import Availability, push
from stockroom.settings import Settings

FOLDER = Path()
NOON = datetime(2011, 6, 30, 12, tzinfo=UTC)
MIDNIGHT = datetime(2011, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TOKEN_PATH = "/identity/v1/oauth2/token"


def settings_of(url: str, cert_id: str = "cert-id") -> Settings:
    given = {
        "ebay_url": url,
        "ebay_refresh_token": "v^1.1#refresh",
        "ebay_client_id": "app-id",
        "ebay_client_secret": cert_id,
        "ebay_ship_from": "LONDON",
    }
    return Settings("", "", FOLDER, FOLDER, FOLDER, FOLDER, channel_values=given)


@dataclass
class Account:
    """A seller with a few orders and items, who checks what is asked against the contract."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    offers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    most_entries: int = 25
    page: int = 2
    told: list[Any] = field(default_factory=list)

    def answer(self, asked: Asked) -> Says:
        if asked.path == TOKEN_PATH:
            return Says({"access_token": "v^1.1#access", "expires_in": 7200, "token_type": "User Access Token"})
        if asked.headers.get("Authorization") != "Bearer v^1.1#access":
            return Says({"errors": [{"errorId": 1001, "message": "Invalid access token"}]}, 401)
        if asked.path.endswith("/shipping_fulfillment"):
            number = asked.path.split("/")[-2]
            return Says({"fulfillments": [{"fulfillmentId": number, "lineItems": []}], "total": 1})
        name = asked.path.rpartition("/")[2]
        return {"order": self.search, "inventory_item": self.items, "offer": self.offered}.get(name, self.bulk)(asked)

    def search(self, asked: Asked) -> Says:
        first, size = int(asked.query["offset"]), int(asked.query["limit"])
        return Says({"total": len(self.orders), "orders": self.orders[first : first + min(size, self.page)]})

    def items(self, asked: Asked) -> Says:
        """Return a page; here the offset counts pages, of which the next one is named."""
        number = int(asked.query.get("offset", 0))
        skus = list(self.units)[number * self.page : (number + 1) * self.page]
        more = {"next": f"/sell/inventory/v1/inventory_item?limit={self.page}&offset={number + 1}"}
        is_last = (number + 1) * self.page >= len(self.units)
        return Says({"inventoryItems": [self.item(sku) for sku in skus], **({} if is_last else more)})

    def offered(self, asked: Asked) -> Says:
        found = self.offers.get(asked.query["sku"])
        return Says({"offers": found}) if found else Says({"errors": [{"errorId": 25713}]}, 404)

    def item(self, sku: str) -> dict[str, Any]:
        return {"sku": sku, "availability": {"shipToLocationAvailability": {"quantity": self.units[sku]}}}

    def bulk(self, asked: Asked) -> Says:
        entries = asked.document["requests"]
        if asked.path.endswith("bulk_get_inventory_item"):
            found = [{"sku": sku, "statusCode": 200, "inventoryItem": self.item(sku)} for sku in self.known(entries)]
            return Says({"responses": found + [refusal(each["sku"]) for each in entries if self.is_unknown(each)]}, 207)
        assert breaches(asked.document, "BulkPriceQuantity") == []
        if len(entries) > self.most_entries:
            return Says({"errors": [{"message": "The number of InventoryItems cannot exceed that"}]}, 400)
        self.told += entries
        answers = []
        for entry in entries:
            if self.is_unknown(entry):
                answers.append(refusal(entry["sku"]))
                continue
            self.units[entry["sku"]] = entry["shipToLocationAvailability"]["quantity"]
            answers += [{"sku": entry["sku"], "statusCode": 200} for _ in entry.get("offers", [None])]
        return Says({"responses": answers}, 207)

    def known(self, entries: list[Any]) -> list[str]:
        return [each["sku"] for each in entries if not self.is_unknown(each)]

    def is_unknown(self, entry: Any) -> bool:
        return entry["sku"] not in self.units


def refusal(sku: str) -> dict[str, Any]:
    return {"sku": sku, "statusCode": 404, "errors": [{"message": f"SKU {sku} is not available in the system"}]}


def offer(number: int, status: str = "PUBLISHED", form: str = "FIXED_PRICE") -> dict[str, Any]:
    return {"offerId": str(number), "status": status, "format": form}


def read(settings: Settings, stream: Any, start: datetime | None = None, end: datetime | None = None) -> list[Any]:
    with connect(settings) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=end or reader.now())]


def test_nobody_asks_for_orders_of_more_than_two_years_ago() -> None:
    account = Account(orders=[{"orderId": "14-1"}])
    with serve(account.answer) as loopback, connect(settings_of(loopback.url)) as reader:
        now = reader.now()
        long_ago = now - timedelta(days=5 * 365)
        assert list(reader.records(ORDERS, start=None, end=long_ago)) == [], "nothing is asked, and nothing refused"
        for start in (None, long_ago, now - HOUR):
            assert len(list(reader.records(ORDERS, start=start, end=now))) == 1
    searched = [each.query["filter"][18:28] for each in loopback.asked if each.path.endswith("/order")]
    two_years_ago = f"{now - timedelta(days=729):%Y-%m-%d}"
    assert searched == [two_years_ago, two_years_ago, f"{now - HOUR:%Y-%m-%d}"]


def test_windows_side_by_side_leave_no_millisecond_out() -> None:
    first, second = orders_window(NOON - HOUR, NOON)["filter"], orders_window(NOON, NOON + HOUR)["filter"]
    assert (first[-25:], second[18:42]) == ("2011-06-30T11:59:59.999Z]", "2011-06-30T12:00:00.000Z")


def test_orders_come_page_by_page_with_the_parcels_of_those_that_left() -> None:
    sent = {"orderId": "14-2", "fulfillmentHrefs": ["/sell/fulfillment/v1/order/14-2/shipping_fulfillment/9"]}
    account = Account(orders=[{"orderId": "14-1", "fulfillmentHrefs": []}, sent, {"orderId": "14-3"}])
    with serve(account.answer) as loopback:
        found = read(settings_of(loopback.url), ORDERS)
    assert [each["orderId"] for each in found] == ["14-1", "14-2", "14-3"]
    assert [each.get("fulfillment_records") for each in found] == [
        None,
        [{"fulfillmentId": "14-2", "lineItems": []}],
        None,
    ]
    assert Counter(asked.path.rpartition("/")[2] for asked in loopback.asked) == {
        "token": 1,
        "inventory_item": 2,  # for the time
        "order": 2,
        "shipping_fulfillment": 1,
    }


def test_a_token_is_asked_for_with_the_keyset_and_both_scopes() -> None:
    with serve(Account().answer) as loopback, connect(settings_of(loopback.url)) as reader:
        reader.now()
        granted = permissions(reader)
    (asked,) = [each for each in loopback.asked if each.path == TOKEN_PATH]
    assert asked.headers["Authorization"] == "Basic " + b64encode(b"app-id:cert-id").decode()
    form = parse_qs(asked.body.decode())
    assert (form["grant_type"], form["refresh_token"]) == (["refresh_token"], ["v^1.1#refresh"])
    assert {scope.rpartition("/")[2] for scope in form["scope"][0].split()} == set(granted.granted)
    assert granted.may_write


def test_items_are_followed_by_the_address_of_the_next_page() -> None:
    account = Account(units=dict.fromkeys("ABCDE", 1))
    with serve(account.answer) as loopback:
        found = read(settings_of(loopback.url), INVENTORY_ITEMS)
    assert [each["sku"] for each in found] == list("ABCDE")


def test_the_offers_of_each_item_are_asked_for_once_a_day() -> None:
    skus = [f"SKU-{number}" for number in range(2_400)]
    hours = [(MIDNIGHT + number * HOUR, MIDNIGHT + (number + 1) * HOUR) for number in range(20, 44)]
    due = [[sku for sku in skus if is_due({"sku": sku}, start, end)] for start, end in hours]
    assert sorted(sku for each in due for sku in each) == sorted(skus), "each in one of 24 hours"
    assert max(len(each) for each in due) < 150, "about a hundred an hour"
    assert all(is_due({"sku": sku}, MIDNIGHT, MIDNIGHT + 24 * HOUR) for sku in skus)
    first = [sku for sku in skus if is_due({"sku": sku}, None, hours[0][1])]
    assert first == due[0], "a first window takes an hour's worth"


def test_an_item_without_an_offer_says_so() -> None:
    account = Account(units={"A": 1, "B": 1}, offers={"A": [offer(1)]})
    with serve(account.answer) as loopback:
        found = read(settings_of(loopback.url), OFFERS, MIDNIGHT, MIDNIGHT + 24 * HOUR)
    assert found == [{"sku": "A", "offers": [offer(1)]}, {"sku": "B", "offers": []}]


def test_an_item_and_its_live_offers_are_told_the_same() -> None:
    """A listing shows the lesser of both; an auction has its own piece, and a draft is no listing."""
    offers = [offer(1), offer(2, "UNPUBLISHED"), offer(3, form="AUCTION")]
    account = Account(units={"A": 10, "B": 4}, offers={"A": offers})
    wanted = [Availability(Listing("A"), "A", 9), Availability(Listing("B"), "B", 5)]
    with serve(account.answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        results = push(writer, wanted, key="1")
    assert [(each.outcome, each.units_before, each.units_after) for each in results] == [
        ("verified", 10, 9),
        ("verified", 4, 5),
    ]
    assert account.told == [
        {
            "sku": "A",
            "shipToLocationAvailability": {"quantity": 9},
            "offers": [{"offerId": "1", "availableQuantity": 9}],
        },
        {"sku": "B", "shipToLocationAvailability": {"quantity": 5}},
    ]


def test_one_entry_that_is_refused_costs_no_other_its_figure() -> None:
    account = Account(units={"A": 1, "B": 1})
    changes = [Change(Listing(sku), 1, 0) for sku in "AXB"]
    with serve(account.answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        assert writer.read_available([change.listing for change in changes]) == {Listing("A"): 1, Listing("B"): 1}
        answers = writer.write_available(changes, "1")
    assert [(each.listing.listing_id, each.outcome) for each in answers] == [
        ("A", "written"),
        ("X", "refused"),
        ("B", "written"),
    ]
    assert answers[1].said == "SKU X is not available in the system"


@pytest.mark.parametrize(("items", "most", "sizes"), [(26, 25, [25, 1]), (4, 1, [4, 2, 1, 1, 2, 1, 1])])
def test_a_call_names_as_many_items_as_it_may(items: int, most: int, sizes: list[int]) -> None:
    """What is refused as a whole is halved; each item's offers are asked for once all the same."""
    changes = [Change(Listing(f"S{number}"), 1, 0) for number in range(items)]
    account = Account(units={change.listing.listing_id: 1 for change in changes}, most_entries=most)
    with serve(account.answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        assert [each.outcome for each in writer.write_available(changes, "1")] == ["written"] * items
    assert set(account.units.values()) == {0}
    assert [len(each.document["requests"]) for each in loopback.asked if "bulk_update" in each.path] == sizes
    assert len([each for each in loopback.asked if each.path.endswith("/offer")]) == items


def test_each_api_has_a_budget_of_its_own() -> None:
    asked: list[str] = []

    class Noted(Limits):
        def wait(self, operation: str = "", *, cost: int = 1) -> None:
            asked.append(operation)
            super().wait(operation, cost=cost)

    account = Account(orders=[{"orderId": "14-1", "fulfillmentHrefs": ["x"]}], units={"A": 1})
    with serve(account.answer) as loopback, connect(settings_of(loopback.url)) as reader:
        assert reader.api.limits.declared == DAILY
        reader.api.limits = Noted(DAILY)
        now = reader.now()
        for stream in (ORDERS, INVENTORY_ITEMS, OFFERS):
            list(reader.records(stream, start=now - 24 * HOUR, end=now))
    assert Counter(asked) == {"orders": 2, "inventory": 5}


def test_a_token_host_that_is_silent_is_not_waited_for_for_ever() -> None:
    def answer(asked: Asked) -> Says:
        time.sleep(0.3 if asked.path == TOKEN_PATH else 0)
        return Says({})

    began = time.monotonic()
    with (
        serve(answer) as loopback,
        pytest.raises(UnavailableChannelError, match="gave no answer in time"),
        connect(settings_of(loopback.url), timeout=httpx.Timeout(0.05), sleep=lambda _: None) as reader,
    ):
        reader.now()
    assert time.monotonic() - began < 3


def test_a_token_host_that_answers_nonsense_is_asked_again() -> None:
    account, nonsense = Account(orders=[{"orderId": "14-1"}]), [Says(), Says(), Says()]

    def answer(asked: Asked) -> Says:
        return nonsense.pop() if asked.path == TOKEN_PATH and nonsense else account.answer(asked)

    with serve(answer) as loopback, connect(settings_of(loopback.url), sleep=lambda _: None) as reader:
        assert len(list(reader.records(ORDERS, start=None, end=reader.now()))) == 1
    assert {each.path for each in loopback.asked[:3]} == {TOKEN_PATH}, "nothing is asked without a token"


def test_a_refresh_token_that_ended_is_said_at_once_and_never_shown() -> None:
    def answer(asked: Asked) -> Says:
        if asked.path == TOKEN_PATH:
            return Says({"error": "invalid_grant"}, 400)
        return Says({"errors": [{"errorId": 1001}]}, 401)

    with serve(answer) as loopback:
        with pytest.raises(RefusedConnectionError, match="STOCKROOM_EBAY_REFRESH_TOKEN") as caught:
            read(settings_of(loopback.url, cert_id="a-cert-id"), ORDERS)
        assert len([each for each in loopback.asked if each.path != TOKEN_PATH]) == 2, "once more with a new token"
    assert "v^1.1#refresh" not in str(caught.value)
    assert "a-cert-id" not in str(caught.value)


def test_secrets_are_never_sent_in_the_clear() -> None:
    with pytest.raises(ChannelError, match="https://"), connect(settings_of("http://api.ebay.example")):
        pass


def test_a_connection_is_documented_field_by_field() -> None:
    text = (files("stockroom.channels") / "ebay" / "README.md").read_text("utf-8")
    for connection_field in CHANNELS["ebay"].fields:
        assert f"STOCKROOM_EBAY_{connection_field.name.upper()}" in text
