"""Orders placed by hand: a shop sells what it shows, and each shop shows what it sold itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sample_store.checkouts import NUMBERS_FROM, Wish
from sample_store.local_time import parse_moment
from sample_store.shopify.documents import ShopAt
from sample_store.store import Store, open_store
from sample_store.woocommerce.documents import WooAt
from sample_store.world.books import levels_at
from sample_store.world.demand import CHANNELS
from sample_store.world.places import LONDON

WEB = [channel for channel in CHANNELS if channel != "wholesale"]


@pytest.fixture
def last_one(store: Store) -> int:
    """Return an item of London with one unit left that every shop shows, a minute after the store was opened."""
    store.set_clock(parse_moment("2011-06-20T06:01"))
    there = levels_at(store.world, store.clock).available
    retired = store.world.product_retired_at
    is_offered = (store.world.product_created_at <= store.clock) & ~((retired > 0) & (retired <= store.clock))
    items = np.flatnonzero((there == 1) & store.world.is_stocked & np.repeat(is_offered, 3))
    return int(next(item for item in items if item % 3 == LONDON))


def test_one_unit_is_sold_as_often_as_shops_show_it(store: Store, last_one: int) -> None:
    orders = store.check_out([Wish(channel, last_one) for channel in CHANNELS])
    assert [order.number for order in orders] == [NUMBERS_FROM + each for each in range(len(CHANNELS))]
    assert levels_at(store.world, store.clock).available[last_one] == 1 - len(CHANNELS)
    assert {channel: int(store.shown(channel)[last_one]) for channel in ("ebay", "woocommerce")} == {
        "ebay": 0,
        "woocommerce": 0,
    }
    with pytest.raises(ValueError, match=r"ebay shows 0 of .* in LONDON: 1 cannot be ordered"):
        store.check_out([Wish("ebay", last_one)])


def test_an_order_stands_in_its_shop_and_moves_no_other(store: Store, last_one: int) -> None:
    before = {number: _woo(store).order(place) for number, place in _woo(store).place_of_order.items()}
    (taken,) = store.check_out([Wish("woocommerce", last_one)])
    shop = _woo(store)
    order = shop.order(shop.place_of_order.pop(taken.number))
    assert [(line["sku"], line["quantity"]) for line in order["line_items"]] == [
        (store.world.products[last_one // 3].sku, 1)
    ]
    assert {number: shop.order(place) for number, place in shop.place_of_order.items()} == before
    assert isinstance(store.shop, ShopAt)
    assert taken.number not in store.shop.order_of_number


def test_a_wholesale_customer_drops_a_file_at_once(store: Store, last_one: int) -> None:
    (taken,) = store.check_out([Wish("wholesale", last_one)])
    sku = store.world.products[last_one // 3].sku
    header, row = (store.root / f"wholesale/orders-{taken.number}.csv").read_text().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=False))["sku"] == sku


def test_shops_take_all_orders_of_a_moment_or_none(store: Store, last_one: int) -> None:
    with pytest.raises(ValueError, match="ebay shows 0"):
        store.check_out([Wish("amazon", last_one), Wish("ebay", last_one), Wish("ebay", last_one)])
    assert store.checkouts == []
    assert levels_at(store.world, store.clock).available[last_one] == 1


def test_orders_are_remembered(store: Store, last_one: int, tmp_path: Path) -> None:
    (taken,) = store.check_out([Wish("ebay", last_one)])
    again = open_store(store.root, tmp_path / "inbox", store.clock, store.shop_url)
    assert again.checkouts == [taken]
    assert levels_at(again.world, again.clock).available[last_one] == 0


def _woo(store: Store) -> WooAt:
    return WooAt(store.world, store.clock, store.shop_url, store.shown("woocommerce"))
