"""The BigCommerce client: its lists, its quota and its overrides of stock, over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.channels.loopback import Asked, Says, serve
from tests.jobs.sample_shop import KEY, SampleShop

from stockroom.channels import CHANNELS
from stockroom.channels.bigcommerce.client import connect
from stockroom.channels.bigcommerce.pages import PagesById
from stockroom.channels.bigcommerce.push import open_writer
from stockroom.channels.bigcommerce.streams import INVENTORY_ITEMS, ORDERS, PRODUCTS
from stockroom.channels.channel import Change, ChannelError, Listing, RefusedConnectionError
from stockroom.channels.http import Endpoint
from stockroom.channels.limits import Limits
from stockroom.channels.push import Availability, push
from stockroom.channels.rest import RestApi
from stockroom.settings import Settings

FOLDER = Path()
NOON = datetime(2011, 6, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
QUOTA = {"X-Rate-Limit-Requests-Quota": "6", "X-Rate-Limit-Time-Window-Ms": "500"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleShop]:
    shop = SampleShop(tmp_path_factory.mktemp("store"), "2011-02-01T12:00")
    yield shop
    shop.stop()


def settings_of(url: str, token: str = KEY) -> Settings:
    given = {"bigcommerce_url": url, "bigcommerce_token": token, "bigcommerce_ship_from": "LONDON"}
    return Settings("", "", FOLDER, FOLDER, FOLDER, FOLDER, channel_values=given)


@pytest.fixture
def settings(shop: SampleShop) -> Settings:
    return settings_of(f"{shop.url}/bigcommerce")


def read(settings: Settings, stream: Any, start: datetime | None = None, end: datetime | None = None) -> list[Any]:
    with connect(settings) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=end or reader.now())]


def order(number: int, at: str = "Thu, 30 Jun 2011 06:00:00 +0000", **fields: Any) -> dict[str, Any]:
    return {"id": number, "date_created": at, "date_modified": at, "date_shipped": "", "items_total": 1, **fields}


def test_an_order_that_leaves_the_window_takes_none_with_it() -> None:
    """Of ten orders the first changes after a page was read: by number the fourth would slip to that page, unread."""
    numbers = list(range(1, 11))

    def answer(asked: Asked) -> Says:
        page = [number for number in numbers if number >= int(asked.query["min_id"])][: int(asked.query["limit"])]
        if 1 in numbers:
            numbers.remove(1)
        return Says([{"id": number} for number in page]) if page else Says(None, 204)

    with serve(answer) as loopback, httpx.Client() as http:
        api = RestApi(http, Endpoint("Shop", loopback.url, ""), Limits())
        pages = list(api.pages("v2/orders", PagesById(3), ("id",)))
    assert [record["id"] for page in pages for record in page] == list(range(1, 11))


def test_a_shop_without_orders_answers_nothing_at_all() -> None:
    with serve(lambda _: Says(None, 204)) as loopback:
        assert read(settings_of(loopback.url), ORDERS, None, NOON) == []


def test_the_lines_of_an_order_take_one_request_where_its_items_are_all_there() -> None:
    lines = [{"id": number, "quantity": 2} for number in range(1, 4)]

    def answer(asked: Asked) -> Says:
        if asked.path == "/v2/orders":
            return Says([order(7, items_total=6), order(8, items_total=9)]) if asked.query["min_id"] == "1" else Says()
        return Says(lines) if asked.query["page"] == "1" else Says(None, 204)

    with serve(answer) as loopback:
        found = read(settings_of(loopback.url), ORDERS, None, NOON)
    assert [each["product_records"] for each in found] == [lines, lines]
    asked = [(each.path, each.query["page"]) for each in loopback.asked if each.path.endswith("/products")]
    assert asked == [
        ("/v2/orders/7/products", "1"),
        ("/v2/orders/8/products", "1"),
        ("/v2/orders/8/products", "2"),
    ], "the second says that it has more items than these"


def test_refunds_are_asked_for_where_there_are_any(settings: Settings) -> None:
    orders = read(settings, ORDERS)
    refunded = [each for each in orders if float(each["refunded_amount"])]
    assert len(orders) > 100
    assert refunded
    assert [each["id"] for each in orders if "refund_records" in each] == [each["id"] for each in refunded]
    for each in refunded:
        lines = {line["id"]: line for line in each["product_records"]}
        for line in lines.values():
            units = sum(
                item["quantity"]
                for refund in each["refund_records"]
                for item in refund["items"]
                if item["item_id"] == line["id"]
            )
            assert units == line["quantity_refunded"]


def test_windows_side_by_side_give_every_order_once(settings: Settings) -> None:
    edges = [None, datetime(2010, 12, 20, tzinfo=UTC), datetime(2011, 1, 10, 9, 30, tzinfo=UTC)]
    with connect(settings) as reader:
        edges.append(reader.now() + SECOND)
    found = [each["id"] for start, end in pairwise(edges) for each in read(settings, ORDERS, start, end)]
    assert len(found) == len(set(found)) == len(read(settings, ORDERS, None, edges[-1]))


@pytest.mark.parametrize("stream", [ORDERS, PRODUCTS])
def test_a_window_takes_its_start_and_leaves_its_end(settings: Settings, stream: Any) -> None:
    record = read(settings, stream)[0]
    changed = datetime.fromisoformat(record.get("date_modified_utc") or record["date_modified"])
    assert record["id"] in {each["id"] for each in read(settings, stream, changed, changed + SECOND)}
    assert record["id"] not in {each["id"] for each in read(settings, stream, changed - SECOND, changed)}


def test_dates_stand_in_the_record_as_they_came_and_as_the_warehouse_reads_them() -> None:
    late = order(7, "Thu, 30 Jun 2011 06:00:00 +0100", refunded_amount="0.0000")
    odd = order(8, "yesterday")

    def answer(asked: Asked) -> Says:
        if asked.path == "/v2/orders":
            return Says([late, odd]) if asked.query["min_id"] == "1" else Says()
        return Says([{"id": 1, "quantity": 1}])

    with serve(answer) as loopback:
        found, unreadable = read(settings_of(loopback.url), ORDERS, None, NOON)
    assert found["date_created"] == "Thu, 30 Jun 2011 06:00:00 +0100"
    assert found["date_created_utc"] == "2011-06-30T05:00:00Z"
    assert "date_shipped_utc" not in found
    assert unreadable["date_created_utc"] == "yesterday", "which the checks refuse, with the record"


def test_every_place_of_every_product_comes(settings: Settings) -> None:
    items, products = read(settings, INVENTORY_ITEMS), read(settings, PRODUCTS)
    assert len(items) == len(products) > 1000, "more than a page"
    assert {each["identity"]["product_id"] for each in items} == {each["id"] for each in products}
    places = {place["location_code"] for each in items for place in each["locations"]}
    assert places == {"BC-LOCATION-1", "MANCHESTER"}


def test_a_refusal_says_how_long_to_wait() -> None:
    said = [Says({}, 429, {"X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "7300"})]
    sleeps: list[float] = []
    with (
        serve(lambda _: said.pop() if said else Says({"time": 1})) as loopback,
        connect(settings_of(loopback.url), sleep=sleeps.append) as reader,
    ):
        reader.now()
    assert len(loopback.asked) == 2
    assert 6.5 < max(sleeps) <= 7.3


def test_a_quota_that_is_used_up_is_waited_for_before_it_is_exceeded() -> None:
    sleeps: list[float] = []
    headers = {**QUOTA, "X-Rate-Limit-Requests-Left": "0", "X-Rate-Limit-Time-Reset-Ms": "400"}
    with (
        serve(lambda _: Says({}, headers=headers)) as loopback,
        connect(settings_of(loopback.url), sleep=sleeps.append) as reader,
    ):
        reader.now()
        assert sleeps == []
        reader.now()
    assert 0.2 < sleeps[0] <= 0.4


def test_no_window_of_the_quota_sees_more_requests_than_it_allows() -> None:
    moments: list[float] = []

    def answer(_: Asked) -> Says:
        moments.append(time.monotonic())
        return Says({}, headers=QUOTA)

    with serve(answer) as loopback, connect(settings_of(loopback.url)) as reader:
        for _ in range(20):
            reader.now()
    within = 0.45  # of half a second: a request may be on its way for a while
    most = max(sum(start <= moment < start + within for moment in moments) for start in moments)
    assert 3 <= most <= 6, "at most the quota, and not much less"


class Counted:
    """A shop that counts a product as a whole and another by variant, and keeps two of each back."""

    def __init__(self, *, lag: int = 0) -> None:
        self.on_hand = {("product_id", 30, 1): 12, ("variant_id", 41, 1): 7, ("variant_id", 41, 2): 5}
        self.due: dict[tuple[str, int, int], int] = {}
        self.lag = lag
        self.batches: list[int] = []

    def answer(self, asked: Asked) -> Says:
        if asked.method == "PUT":
            items = asked.document["items"]
            self.batches.append(len(items))
            keys = [
                (name, item[name], item["location_id"])
                for item in items
                for name in ("product_id", "variant_id")
                if name in item
            ]
            if unknown := [key for key in keys if key not in self.on_hand]:
                return Says({"status": 422, "title": f"{unknown[0][0]} {unknown[0][1]} is unknown"}, 422)
            self.due = {key: item["quantity"] for key, item in zip(keys, items, strict=True)}
            if not self.lag:
                self.on_hand |= self.due
            return Says({"transaction_id": "1"})
        if not asked.path.endswith("/inventory/items"):
            return Says({"time": 1})
        name, wanted = next((name, ids) for name, ids in asked.query.items() if name.endswith(":in"))
        kind, numbers = name.removesuffix(":in"), [int(each) for each in wanted.split(",")]
        if self.due and self.lag:
            self.lag -= 1
            self.on_hand |= self.due if not self.lag else {}
        data = [
            {
                "identity": {"product_id": 30 if number == 30 else 40, "variant_id": 31 if number == 30 else number},
                "locations": [
                    {
                        "location_id": place,
                        "available_to_sell": units - 2,
                        "total_inventory_onhand": units,
                        "settings": {"safety_stock": 2},
                    }
                    for (known, key, place), units in self.on_hand.items()
                    if (known, key) == (kind, number)
                ],
            }
            for number in numbers
            if any((known, key) == (kind, number) for known, key, _ in self.on_hand)
        ]
        return Says({"data": data, "meta": {"pagination": {"total": len(data), "total_pages": 1}}})


WANTED = [
    Availability(Listing("product/30", "1"), "MUG", 9),
    Availability(Listing("variant/41", "2"), "SHIRT-M", 0),
]


def test_a_figure_is_written_to_what_is_counted_with_what_is_kept_back_on_top() -> None:
    shop = Counted()
    with serve(shop.answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        results = push(writer, WANTED, key="1")
    assert [(each.outcome, each.units_before, each.units_after) for each in results] == [
        ("verified", 10, 9),
        ("verified", 3, 0),
    ]
    assert shop.on_hand == {("product_id", 30, 1): 11, ("variant_id", 41, 1): 7, ("variant_id", 41, 2): 2}


def test_an_override_that_is_done_later_than_acknowledged_is_waited_for() -> None:
    shop, sleeps = Counted(lag=3), []
    with (
        serve(shop.answer) as loopback,
        open_writer(settings_of(loopback.url), sleep=lambda seconds: sleeps.append(seconds)) as writer,
    ):
        (result,) = push(writer, WANTED[:1], key="1")
    assert (result.outcome, result.units_after) == ("verified", 9)
    assert sleeps, "it looked again after a while"


def test_one_bad_item_costs_no_other_its_figure() -> None:
    shop = Counted()
    changes = [
        Change(Listing("product/30", "1"), 10, 9),
        Change(Listing("variant/99", "1"), 1, 0),
        Change(Listing("variant/41", "1"), 5, 4),
    ]
    with serve(shop.answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        writer.read_available([change.listing for change in changes])
        answers = {each.listing.listing_id: each for each in writer.write_available(changes, "1")}
    assert {name: each.outcome for name, each in answers.items()} == {
        "product/30": "written",
        "variant/99": "refused",
        "variant/41": "written",
    }
    assert "variant_id 99 is unknown" in answers["variant/99"].said
    assert shop.on_hand[("variant_id", 41, 1)] == 6


def test_the_store_shows_what_it_was_told_at_each_place(settings: Settings) -> None:
    item = next(
        each
        for each in read(settings, INVENTORY_ITEMS)
        if len(each["locations"]) == 2 and all(place["available_to_sell"] > 3 for place in each["locations"])
    )
    listing_id = f"product/{item['identity']['product_id']}"
    wanted = [
        Availability(Listing(listing_id, str(place["location_id"])), "", place["available_to_sell"] - number)
        for number, place in enumerate(item["locations"], 1)
    ]
    with open_writer(settings) as writer:
        results = push(writer, wanted, key="1")
    assert [(each.outcome, (each.units_before or 0) - (each.units_after or 0)) for each in results] == [
        ("verified", 1),
        ("verified", 2),
    ]


def test_a_wrong_token_is_said_at_once_and_never_shown(shop: SampleShop) -> None:
    with pytest.raises(RefusedConnectionError, match="STOCKROOM_BIGCOMMERCE_TOKEN") as caught:
        read(settings_of(f"{shop.url}/bigcommerce", "a_wrong_token"), ORDERS)
    assert "a_wrong_token" not in str(caught.value)


def test_the_token_is_never_sent_in_the_clear() -> None:
    with pytest.raises(ChannelError, match="https://"), connect(settings_of("http://shop.example")):
        pass


def test_a_connection_is_documented_field_by_field() -> None:
    text = (files("stockroom.channels") / "bigcommerce" / "README.md").read_text("utf-8")
    for field in CHANNELS["bigcommerce"].fields:
        assert f"STOCKROOM_BIGCOMMERCE_{field.name.upper()}" in text
