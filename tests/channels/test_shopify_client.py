"""The Shopify client against a loopback shop that answers the published schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.channels.shopify_double import (
    TOKEN,
    Asked,
    Shop,
    close_mid_body,
    hang,
    inventory_item,
    location,
    order,
    product,
    says,
    serve,
    status,
)

from stockroom.channels import CHANNELS, ChannelError
from stockroom.channels.channel import RefusedConnectionError, UnavailableChannelError
from stockroom.channels.http import ATTEMPTS
from stockroom.channels.shopify.client import connect
from stockroom.settings import Settings

LOCATIONS, PRODUCTS, ORDERS, LEVELS = CHANNELS["shopify"].streams
END = datetime(2011, 6, 30, 4, 59, tzinfo=UTC)


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    seconds: float = 0.0
    sleeps: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def shop(time: Time) -> Iterator[Shop]:
    with serve(Shop(monotonic=time.monotonic)) as shop:
        yield shop


@pytest.fixture
def open_shop(shop: Shop, time: Time) -> Iterator[Any]:
    with ExitStack() as stack:

        def opened(token: str = TOKEN, timeout: float = 5.0) -> Any:
            settings = settings_of(shop, token)
            return stack.enter_context(
                connect(settings, timeout=httpx.Timeout(timeout), sleep=time.sleep, monotonic=time.monotonic)
            )

        yield opened


def settings_of(shop: Shop, token: str = TOKEN) -> Settings:
    folder = Path()
    return Settings(
        warehouse_url="", landing_url="", documents_dir=folder, outbox_dir=folder, reports_dir=folder, dbt_dir=folder,
        channel_values={"shopify_url": shop.url, "shopify_token": token},
    )  # fmt: skip


def read(reader: Any, stream: Any, start: datetime | None = None, end: datetime = END) -> list[Any]:
    return [json.loads(line) for line in reader.records(stream, start=start, end=end)]


def test_every_order_comes_once_whatever_the_page_size(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(n, updated_at=f"2011-06-{1 + n % 28:02}T10:00:00Z") for n in range(60)]
    records = read(open_shop(), ORDERS)
    assert sorted(record["name"] for record in records) == sorted(f"#{n}" for n in range(60))


def test_an_order_lands_with_its_connections_as_nodes_and_without_page_marks(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(1, lines=2)]
    (record,) = read(open_shop(), ORDERS)
    assert record["fulfillmentOrders"]["nodes"][0]["assignedLocation"] == {
        "location": {"id": "gid://shopify/Location/1"}
    }
    assert [line["sku"] for line in record["lineItems"]["nodes"]] == ["SKU-1", "SKU-2"]
    assert record["lineItems"]["nodes"][1]["discountedUnitPriceSet"] == {
        "shopMoney": {"amount": "2.50", "currencyCode": "GBP"}
    }
    assert "pageInfo" not in json.dumps(record)


def test_of_an_orders_attributes_only_ours_land(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(1)]
    (landed,) = open_shop().records(ORDERS, start=None, end=END)
    assert json.loads(landed)["customAttributes"] == [{"key": "stockroom_notice", "value": f"{1:032x}"}]
    assert b"Ada" not in landed


def test_an_order_of_705_lines_lands_whole(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(1, lines=705), order(2, lines=3)]
    long, short = read(open_shop(), ORDERS)
    assert [line["quantity"] for line in long["lineItems"]["nodes"]] == list(range(1, 706))
    assert len(long["fulfillments"][0]["fulfillmentLineItems"]["nodes"]) == 705
    assert len(short["lineItems"]["nodes"]) == 3


def test_two_parcels_and_a_long_refund_land_whole(shop: Shop, open_shop: Any) -> None:
    long = order(1, lines=300, parcels=2)
    long["refunds"] = [
        {
            "id": "gid://shopify/Refund/1", "createdAt": "2011-06-02T10:00:00Z",
            "refundLineItems": [
                {
                    "id": f"gid://shopify/RefundLineItem/{i}", "quantity": 1, "restockType": "RETURN",
                    "lineItem": line, "location": {"id": "gid://shopify/Location/1"},
                }
                for i, line in enumerate(long["lineItems"][:35])
            ],
        }
    ]  # fmt: skip
    shop.orders = [long]
    (record,) = read(open_shop(), ORDERS)
    assert [len(parcel["fulfillmentLineItems"]["nodes"]) for parcel in record["fulfillments"]] == [150, 150]
    assert len(record["refunds"][0]["refundLineItems"]["nodes"]) == 35


def test_a_product_of_120_variants_lands_whole(shop: Shop, open_shop: Any) -> None:
    shop.products = [product(1, variants=120), product(2)]
    many, one = read(open_shop(), PRODUCTS)
    assert len({variant["sku"] for variant in many["variants"]["nodes"]}) == 120
    assert len(one["variants"]["nodes"]) == 1


def test_levels_and_locations_come_whole_whatever_the_window(shop: Shop, open_shop: Any) -> None:
    shop.inventory_items = [inventory_item(n, available=n) for n in range(40)]
    shop.locations = [location(1), location(2, "Manchester")]
    reader = open_shop()
    levels = read(reader, LEVELS, start=datetime(2011, 6, 29, tzinfo=UTC))
    assert sorted(item["inventoryLevels"]["nodes"][0]["quantities"][0]["quantity"] for item in levels) == list(
        range(40)
    )
    assert [record["name"] for record in read(reader, LOCATIONS)] == ["London", "Manchester"]


def test_a_window_takes_its_start_and_leaves_its_end(shop: Shop, open_shop: Any) -> None:
    moments = ("09:59:59", "10:00:00", "10:59:59", "11:00:00")
    shop.orders = [order(n, updated_at=f"2011-06-01T{moment}Z") for n, moment in enumerate(moments)]
    records = read(open_shop(), ORDERS, datetime(2011, 6, 1, 10, tzinfo=UTC), datetime(2011, 6, 1, 11, tzinfo=UTC))
    assert [record["updatedAt"][11:19] for record in records] == ["10:00:00", "10:59:59"]


def test_an_order_that_changes_while_pages_are_read_hides_no_other(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(n, updated_at=f"2011-06-01T10:{n:02}:00Z") for n in range(20)]

    def change(shop: Shop, _: Asked) -> None:
        if len(shop.asked) == 2:
            shop.orders[0]["updatedAt"] = "2011-06-30T05:00:00Z"

    shop.before_answer = change
    names = {record["name"] for record in read(open_shop(), ORDERS)}
    assert names == {f"#{n}" for n in range(20)}  # read before it changed; the new version belongs to the next window


def test_now_is_the_time_of_the_shop_and_not_ours(shop: Shop, open_shop: Any) -> None:
    shop.clock = datetime(2011, 6, 30, 5, 0, 17, tzinfo=UTC)
    assert open_shop().now() == shop.clock


@pytest.mark.parametrize("growth", [1.0, 0.5])
def test_no_query_asks_for_more_than_a_thousand_points(shop: Shop, open_shop: Any, growth: float) -> None:
    shop.growth = growth
    shop.orders = [order(n, lines=n % 7 + 120 * (n % 20 == 0)) for n in range(80)]
    shop.products = [product(n) for n in range(80)]
    shop.inventory_items = [inventory_item(n) for n in range(80)]
    reader = open_shop()
    for stream in (LOCATIONS, PRODUCTS, ORDERS, LEVELS):
        read(reader, stream)
    assert max(asked.points for asked in shop.asked) <= 1000
    assert shop.refused == []


def test_pages_grow_as_far_as_their_cost_allows(shop: Shop, open_shop: Any) -> None:
    shop.growth = 0.2
    shop.products = [product(n) for n in range(1000)]
    read(open_shop(), PRODUCTS)
    assert shop.asked[-1].variables["first"] == 250
    assert len(shop.asked) <= 6


def test_a_page_that_a_shop_finds_too_costly_is_asked_for_in_parts(shop: Shop, open_shop: Any) -> None:
    shop.orders = [order(n, lines=60) for n in range(3)]
    shop.growth = 1.5  # even one order passes 1,000 points: nested pages must shrink
    records = read(open_shop(), ORDERS)
    assert [len(record["lineItems"]["nodes"]) for record in records] == [60, 60, 60]
    assert set(shop.refused) == {"MAX_COST_EXCEEDED"}


def test_the_bucket_is_never_emptied_by_a_client_that_reads_its_level(shop: Shop, open_shop: Any, time: Time) -> None:
    shop.bucket_points, shop.available_points, shop.points_per_second = 1000, 1000, 50
    shop.orders = [order(n) for n in range(12)]
    assert len(read(open_shop(), ORDERS)) == 12
    assert shop.refused == []
    spent = sum(asked.points for asked in shop.asked)
    assert sum(time.sleeps) == pytest.approx((spent - 1000) / 50, abs=20)  # waits for the points it needs, no longer


def test_a_throttled_client_waits_exactly_until_the_points_are_there(shop: Shop, open_shop: Any, time: Time) -> None:
    shop.bucket_points, shop.available_points, shop.points_per_second = 1000, 200, 50
    shop.orders = [order(1)]
    assert len(read(open_shop(), ORDERS)) == 1
    (asked, again) = shop.asked
    assert shop.refused == ["THROTTLED"]
    assert time.sleeps == [pytest.approx((again.points - 200) / 50, abs=0.1)]
    assert asked.points == again.points


def test_a_shop_that_throttles_for_ever_is_left_in_the_end(shop: Shop, open_shop: Any) -> None:
    shop.bucket_points, shop.available_points, shop.points_per_second = 1000, 0, 0
    with pytest.raises(UnavailableChannelError, match="throttling"):
        read(open_shop(), ORDERS)


def test_a_429_is_obeyed_to_the_second(shop: Shop, open_shop: Any, time: Time) -> None:
    shop.faults = [status(429, retry_after="2.5")]
    assert len(read(open_shop(), LOCATIONS)) == 1
    assert time.sleeps == [2.5]


def test_a_retry_after_date_is_read_by_the_clock_of_the_shop(shop: Shop, open_shop: Any, time: Time) -> None:
    shop.faults = [status(503, retry_after="Thu, 30 Jun 2011 05:00:07 GMT")]  # the double's clock stands at 05:00:00
    read(open_shop(), LOCATIONS)
    assert time.sleeps == [7.0]


def test_a_shop_that_asks_for_an_hour_is_left_to_the_next_round(shop: Shop, open_shop: Any, time: Time) -> None:
    shop.faults = [status(429, retry_after="3600")]
    with pytest.raises(UnavailableChannelError, match="3,600 seconds"):
        read(open_shop(), LOCATIONS)
    assert time.sleeps == []


@pytest.mark.parametrize(
    "fault",
    [
        status(429),
        status(500),
        status(502),
        status(503),
        status(503, retry_after="soon"),
        close_mid_body,
        says(b"<html>busy</html>"),
        says(b'{"data": {"locations": {"nodes": ['),
        says(b"null"),
        says({"data": None}),
        says({"errors": [{"message": "try later", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
    ],
    ids=["429", "500", "502", "503", "503 soon", "closed", "html", "half json", "null", "no data", "internal error"],
)
def test_what_passes_is_asked_again(shop: Shop, open_shop: Any, time: Time, fault: Any) -> None:
    shop.faults = [fault, fault]
    assert len(read(open_shop(), LOCATIONS)) == 1
    assert len(time.sleeps) == 2


@pytest.mark.parametrize("fault", [status(500), status(429), close_mid_body], ids=["500", "429", "closed"])
def test_what_does_not_pass_ends_in_an_error_that_says_so(shop: Shop, open_shop: Any, time: Time, fault: Any) -> None:
    shop.faults = [fault] * 50
    with pytest.raises(UnavailableChannelError, match=r"Shopify at http://127\.0\.0\.1.* 6 times in a row"):
        read(open_shop(), LOCATIONS)
    assert len(shop.faults) == 50 - ATTEMPTS
    assert sum(time.sleeps) < 60


def test_a_shop_that_hangs_is_asked_again(shop: Shop, open_shop: Any) -> None:
    shop.faults = [hang(1.0)]
    assert len(read(open_shop(timeout=0.3), LOCATIONS)) == 1


def test_a_shop_that_is_not_there_is_an_error_that_names_it(shop: Shop, open_shop: Any) -> None:
    shop.url = "http://127.0.0.1:9"
    with pytest.raises(UnavailableChannelError, match=r"127\.0\.0\.1:9"):
        read(open_shop(), LOCATIONS)


def test_a_refused_token_is_not_tried_again_and_not_shown(open_shop: Any, time: Time) -> None:
    with pytest.raises(RefusedConnectionError, match="STOCKROOM_SHOPIFY_TOKEN") as caught:
        read(open_shop(token="shpat_wrong"), LOCATIONS)
    assert "HTTP 401" in str(caught.value)
    assert "read_orders" in str(caught.value)
    assert "shpat_wrong" not in str(caught.value)
    assert time.sleeps == []


def test_a_missing_scope_is_named_as_one(shop: Shop, open_shop: Any) -> None:
    shop.faults = [
        says({"errors": [{"message": "Access denied for orders field.", "extensions": {"code": "ACCESS_DENIED"}}]})
    ]
    with pytest.raises(RefusedConnectionError, match=r"Access denied for orders field.*read_all_orders"):
        read(open_shop(), ORDERS)


def test_an_answer_with_errors_is_never_landed_in_part(shop: Shop, open_shop: Any) -> None:
    half = {"orders": {"nodes": [{"id": "1"}], "pageInfo": {"hasNextPage": False}}}
    shop.faults = [says({"data": half, "errors": [{"message": "lineItems could not be read"}]})]
    with pytest.raises(ChannelError, match="lineItems could not be read"):
        read(open_shop(), ORDERS)


@pytest.mark.parametrize("code", [301, 400, 404])
def test_an_address_that_is_no_shop_is_said_at_once(shop: Shop, open_shop: Any, time: Time, code: int) -> None:
    shop.faults = [status(code, location="http://127.0.0.1:9/")]
    with pytest.raises(ChannelError, match=f"HTTP {code}"):
        read(open_shop(), LOCATIONS)
    assert time.sleeps == []


def test_a_shop_that_repeats_a_page_is_not_asked_for_ever(shop: Shop, open_shop: Any) -> None:
    page = {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": "same"}}
    shop.faults = [says({"data": {"locations": page}})] * 5
    with pytest.raises(ChannelError, match="promises a next page"):
        read(open_shop(), LOCATIONS)


def test_settings_without_a_shop_say_which_one_is_missing() -> None:
    with pytest.raises(ChannelError, match="STOCKROOM_SHOPIFY_URL"), connect(settings_of(Shop())):
        pass
