"""What goes out to Shopify, and what its idempotency keys stand for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.jobs.sample_shop import KEY, SampleShop

from stockroom.channels.channel import Change, Listing
from stockroom.channels.shopify import CHANNEL
from stockroom.channels.shopify.client import connect
from stockroom.channels.shopify.push import open_writer
from stockroom.settings import Settings

HERE = Path()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    shop = SampleShop(tmp_path_factory.mktemp("store"), "2011-02-01T12:00")
    given = {"shopify_url": f"{shop.url}/shopify", "shopify_token": KEY}
    yield Settings("", "", HERE, HERE, HERE, HERE, channel_values=given)
    shop.stop()


def a_level(settings: Settings) -> tuple[Listing, int]:
    """Return an item at a place, and what is available there."""
    levels = next(stream for stream in CHANNEL.streams if stream.name == "inventory_levels")
    with connect(settings) as reader:
        for line in reader.records(levels, start=None, end=reader.now()):
            item = json.loads(line)
            for level in item["inventoryLevels"]["nodes"]:
                for quantity in level["quantities"]:
                    if quantity["name"] == "available" and quantity["quantity"] > 9:
                        return Listing(item["id"], level["location"]["id"]), int(quantity["quantity"])
    raise AssertionError("nothing is in stock")


def test_a_repeated_call_counts_once_and_another_change_under_its_key_is_another_call(settings: Settings) -> None:
    """A restored warehouse counts its rounds again: the third figure goes out under a number that was used before."""
    listing, units = a_level(settings)
    with open_writer(settings) as writer:
        for change in (Change(listing, units, units - 2), Change(listing, units, units - 2)):
            assert [each.outcome for each in writer.write_available([change], "7-0")] == ["written"]
        (other,) = writer.write_available([Change(listing, units - 2, units - 3)], "7-0")
        assert other.outcome == "written"
        assert writer.read_available([listing]) == {listing: units - 3}
