"""Whatever a shop does on the way, its records come whole: every HTTP channel against every fault there is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.jobs.sample_shop import SampleShop

from sample_store.world.cache import open_world
from sample_store.world.demand import CHANNELS as SHOPS
from stockroom.channels import CHANNELS, RecordSource
from stockroom.channels.channel import RefusedConnectionError, UnavailableChannelError
from stockroom.channels.shopify import client as shopify_client
from stockroom.settings import Settings

HTTP_CHANNELS = [name for name, channel in CHANNELS.items() if isinstance(channel.source, RecordSource)]
LISTS_IN_PAGES = [name for name in HTTP_CHANNELS if name != "shopify"]
"""Shopify's pages name their successors by cursor: nothing of them can be repeated or turned round unseen."""
MORNING = "2011-01-18T07:00"
"""A Tuesday before the parcels leave: an hour later most of Monday's orders have changed."""
A_WEEK_BEFORE = datetime.fromisoformat("2011-01-11T07:00:00+00:00")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleShop]:
    shop = SampleShop(tmp_path_factory.mktemp("store"), MORNING)
    yield shop
    shop.stop()


@pytest.fixture
def settings(shop: SampleShop, tmp_path: Any) -> Iterator[Settings]:
    class Nowhere:
        url = ""

        @staticmethod
        def url_of(_: str) -> str:
            return ""

    yield shop.settings(Nowhere, tmp_path)
    shop.fault("status_500", 0)
    shop.fault("clock_right")
    shop.fault("pages_as_asked")
    shop.post("/clock", {"clock": MORNING})


def orders_of(channel: str) -> Any:
    return next(stream for stream in CHANNELS[channel].streams if stream.name == "orders")


def read(
    settings: Settings, channel: str, start: datetime | None = None, end: datetime | None = None, *, timeout: float = 30
) -> dict[str, Any]:
    """Return a channel's orders by their ids; waits are not waited for."""
    source = CHANNELS[channel].source
    assert isinstance(source, RecordSource)
    opened = source.connect(settings, timeout=httpx.Timeout(timeout), sleep=lambda _: None)
    orders = orders_of(channel)
    with opened as reader:
        until = end or reader.now() - source.settle
        records = [json.loads(line) for line in reader.records(orders, start=start, end=until)]
    return {str(record[orders.key[0]]): record for record in records}


def made(shop: SampleShop, channel: str, since: datetime) -> int:
    """Return how many orders came through a channel since a moment, an hour before MORNING left to settle."""
    orders = open_world(shop.root / "cache").orders
    until = datetime.fromisoformat(f"{MORNING}:00+00:00") - timedelta(hours=1)
    moments = orders.created_at[orders.channel == SHOPS.index(channel)]
    return int(((moments >= since.timestamp()) & (moments < until.timestamp())).sum())


def refunds_of(order: dict[str, Any]) -> Any:
    of_lines = [line["refunds"] for line in order.get("lineItems", []) if "refunds" in line]
    return order.get("refund_records") or order.get("refunds") or of_lines or order.get("fulfillment")


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
@pytest.mark.parametrize(
    "fault", ["status_429", "status_429_bare", "status_500", "status_503", "close_mid_body", "no_json"]
)
def test_what_passes_loses_nothing(shop: SampleShop, settings: Settings, channel: str, fault: str) -> None:
    undisturbed = read(settings, channel, A_WEEK_BEFORE)
    shop.fault(fault, 3, channel)
    assert read(settings, channel, A_WEEK_BEFORE) == undisturbed
    assert len(undisturbed) >= made(shop, channel, A_WEEK_BEFORE) > 10


@pytest.mark.parametrize("fault", ["status_429", "status_503", "close_mid_body", "no_json"])
def test_a_file_of_shopifys_holds_what_its_pages_hold_whatever_passes(
    shop: SampleShop, settings: Settings, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopify_client, "FEWEST_RECORDS", 1)
    undisturbed = read(settings, "shopify", A_WEEK_BEFORE)
    shop.fault(fault, 3, "shopify")
    with shopify_client.connect(settings, sleep=lambda _: None) as reader:
        end = reader.now() - timedelta(minutes=1)
        opened = reader.export(orders_of("shopify"), start=A_WEEK_BEFORE, end=end, patience_seconds=60)
        assert opened is not None
        with opened as export:
            records = [json.loads(line) for line in export.read_from(0)]
    assert {record["id"]: record for record in records} == undisturbed
    assert len(undisturbed) > 100


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_silence_is_not_waited_for_for_ever(shop: SampleShop, settings: Settings, channel: str) -> None:
    undisturbed = read(settings, channel, A_WEEK_BEFORE)
    shop.fault("hang", 2, channel)
    assert read(settings, channel, A_WEEK_BEFORE, timeout=1.0) == undisturbed


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_what_does_not_pass_is_said_and_lands_nothing(shop: SampleShop, settings: Settings, channel: str) -> None:
    shop.fault("status_503", 40, channel)
    with pytest.raises(UnavailableChannelError, match="6 times in a row"):
        read(settings, channel)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_an_expired_key_is_not_tried_again(shop: SampleShop, settings: Settings, channel: str) -> None:
    """Nor are tokens: one that is refused is renewed once, and four refusals in a row outlast that."""
    shop.fault("status_401", 4, channel)
    with pytest.raises(RefusedConnectionError, match="STOCKROOM_"):
        read(settings, channel)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_pages_of_one_record_are_followed_to_their_end(shop: SampleShop, settings: Settings, channel: str) -> None:
    start = datetime.fromisoformat("2011-01-17T09:00:00+00:00")
    undisturbed = read(settings, channel, start)
    shop.fault("one_record_a_page")
    assert read(settings, channel, start) == undisturbed
    assert len(undisturbed) >= made(shop, channel, start) > 0


@pytest.mark.parametrize("channel", LISTS_IN_PAGES)
@pytest.mark.parametrize("fault", ["page_again", "page_reversed", "empty_page_last"])
def test_pages_that_come_twice_or_turned_round_or_empty_lose_nothing(
    shop: SampleShop, settings: Settings, channel: str, fault: str
) -> None:
    undisturbed = read(settings, channel)
    shop.fault(fault, 3, channel)
    assert read(settings, channel) == undisturbed


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_orders_that_change_while_pages_are_read_come_now_or_with_the_next_window(
    shop: SampleShop, settings: Settings, channel: str
) -> None:
    """Parcels leave while pages are read: an order of yesterday changes between two of them and leaves the window."""
    end = datetime.fromisoformat("2011-01-18T06:58:00+00:00")
    before = read(settings, channel, A_WEEK_BEFORE, end)
    shop.fault("change_while_paged", 60, channel)
    during = read(settings, channel, A_WEEK_BEFORE, end)
    shop.fault("status_500", 0)
    shop.post("/clock", {"clock": "2011-01-18T10:00"})  # a report and a search are few requests, and take no morning
    after = read(settings, channel, end, None)
    assert set(before) <= set(during) | set(after)
    assert after, "something did change meanwhile"


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
def test_a_late_edit_comes_again_in_its_new_state(shop: SampleShop, settings: Settings, channel: str) -> None:
    """Weeks after an order its shopper sends something back; Amazon tells no more than that it was sent."""
    then = datetime.fromisoformat("2011-01-18T06:58:00+00:00")
    known = read(settings, channel, A_WEEK_BEFORE, then)
    shop.post("/clock", {"clock": "2011-03-01T12:00"})
    again = read(settings, channel, then)
    late = [name for name in set(known) & set(again) if known[name] != again[name]]
    assert any(refunds_of(again[name]) != refunds_of(known[name]) for name in late)


@pytest.mark.parametrize("channel", HTTP_CHANNELS)
@pytest.mark.parametrize(("fault", "minutes"), [("clock_behind", -5), ("clock_ahead", 5)])
def test_windows_follow_the_clock_of_the_shop(
    shop: SampleShop, settings: Settings, channel: str, fault: str, minutes: int
) -> None:
    source = CHANNELS[channel].source
    assert isinstance(source, RecordSource)
    with source.connect(settings) as reader:
        right = reader.now()
        shop.fault(fault)
        assert reader.now() - right == timedelta(minutes=minutes)
