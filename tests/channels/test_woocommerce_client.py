"""The WooCommerce client against the sample store, and both against the published sample responses.

``woocommerce_shapes.json`` holds the fields and types of the sample responses in WooCommerce's REST API documentation
(woocommerce/woocommerce-rest-api-docs, Apache-2.0), their values left out.
"""

from __future__ import annotations

import json
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
from stockroom.channels.channel import Change, ChannelError, Listing, RefusedConnectionError
from stockroom.channels.push import Availability, push
from stockroom.channels.woocommerce.client import connect
from stockroom.channels.woocommerce.push import open_writer
from stockroom.channels.woocommerce.streams import ORDERS, PRODUCTS
from stockroom.settings import Settings

SHAPES = json.loads((Path(__file__).parent / "woocommerce_shapes.json").read_text())
FOLDER = Path()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SampleShop]:
    shop = SampleShop(tmp_path_factory.mktemp("store"), "2011-02-01T12:00")
    yield shop
    shop.stop()


def settings_of(url: str, secret: str = KEY, **values: str) -> Settings:
    given = {
        "woocommerce_url": url,
        "woocommerce_key": "ck_sample",
        "woocommerce_secret": secret,
        "woocommerce_ship_from": "LONDON",
        "woocommerce_requests_per_second": "500",
        **values,
    }
    return Settings("", "", FOLDER, FOLDER, FOLDER, FOLDER, channel_values=given)


@pytest.fixture
def settings(shop: SampleShop) -> Settings:
    return settings_of(f"{shop.url}/woocommerce")


def read(settings: Settings, stream: Any, start: datetime | None = None, end: datetime | None = None) -> list[Any]:
    with connect(settings) as reader:
        return [json.loads(line) for line in reader.records(stream, start=start, end=end or reader.now())]


def unknown_fields(record: Any, shape: Any, path: str = "") -> list[str]:
    """Return where a record holds a field, or a type, that the published samples do not."""
    if isinstance(record, dict):
        if not isinstance(shape, dict):
            return [path]
        return [
            where
            for name, value in record.items()
            for where in (
                [f"{path}.{name}"] if name not in shape else unknown_fields(value, shape[name], f"{path}.{name}")
            )
        ]
    if isinstance(record, list):
        return [where for item in record for where in unknown_fields(item, shape[0], f"{path}[]")] if shape else []
    kind = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}[type(record)]
    known = shape.split("|") if isinstance(shape, str) else []
    return [] if kind in known or kind == "null" or "null" in known else [f"{path} is a {kind}, not {shape}"]


def test_what_the_store_serves_and_the_client_lands_is_what_the_documentation_shows(settings: Settings) -> None:
    orders, products = read(settings, ORDERS), read(settings, PRODUCTS)
    refunds = [refund for order in orders for refund in order.pop("refund_records", [])]
    assert len(orders) > 100
    assert refunds
    for records, name in ((orders, "order"), (products, "product"), (refunds, "refund")):
        assert {where for record in records for where in unknown_fields(record, SHAPES[name])} == set()


def test_every_field_that_staging_reads_stands_in_the_documentation() -> None:
    wanted = {
        "order": {
            "id", "number", "currency", "status", "date_created_gmt", "date_modified_gmt", "date_completed_gmt",
            "line_items", "refunds",
        },
        "product": {"id", "name", "sku", "type", "status", "manage_stock", "stock_quantity", "date_modified_gmt",
                    "variations"},
        "variation": {"id", "sku", "status", "manage_stock", "stock_quantity"},
        "refund": {"id", "date_created_gmt", "line_items"},
    }  # fmt: skip
    for name, fields in wanted.items():
        assert fields <= set(SHAPES[name]), name
    assert {"id", "sku", "name", "quantity", "total", "product_id", "meta_data"} <= set(
        SHAPES["order"]["line_items"][0]
    )
    assert {"id", "quantity", "meta_data"} <= set(SHAPES["refund"]["line_items"][0])


def test_orders_come_with_their_refunds_and_the_lines_these_are_of(settings: Settings) -> None:
    refunded = [order for order in read(settings, ORDERS) if order["refunds"]]
    assert refunded
    for order in refunded:
        assert {each["id"] for each in order["refund_records"]} == {each["id"] for each in order["refunds"]}
        lines = {str(line["id"]) for line in order["line_items"]}
        for refund in order["refund_records"]:
            for line in refund["line_items"]:
                assert line["quantity"] < 0
                assert line["meta_data"][0]["value"] in lines


def test_who_bought_is_not_even_asked_for(settings: Settings) -> None:
    orders = read(settings, ORDERS)
    refunds = [refund for order in orders for refund in order.get("refund_records", [])]
    assert {"billing", "shipping", "customer_ip_address", "customer_note"}.isdisjoint(set().union(*orders))
    assert "reason" not in set().union(*refunds)


def test_windows_side_by_side_give_every_order_once(settings: Settings) -> None:
    edges = [None, datetime(2010, 12, 20, tzinfo=UTC), datetime(2011, 1, 10, 9, 30, tzinfo=UTC)]
    with connect(settings) as reader:
        edges.append(reader.now() + timedelta(seconds=1))
    found = [order["id"] for start, end in pairwise(edges) for order in read(settings, ORDERS, start, end)]
    assert len(found) == len(set(found)) == len(read(settings, ORDERS, None, edges[-1]))


def test_a_window_takes_its_start_and_leaves_its_end(settings: Settings) -> None:
    order = read(settings, ORDERS)[0]
    changed = datetime.fromisoformat(order["date_modified_gmt"]).replace(tzinfo=UTC)
    second = timedelta(seconds=1)
    assert order["id"] in {each["id"] for each in read(settings, ORDERS, changed, changed + second)}
    assert order["id"] not in {each["id"] for each in read(settings, ORDERS, changed - second, changed)}


def test_a_product_comes_with_its_variations() -> None:
    product = {"id": 22, "name": "Shirt", "type": "variable", "variations": [23, 24]}

    def answer(asked: Asked) -> Says:
        count = {"X-WP-Total": "1", "X-WP-TotalPages": "1"}
        if asked.path.endswith("/products/22/variations"):
            return Says([{"id": 23, "sku": "S"}, {"id": 24, "sku": "M"}], headers=count)
        return Says([product], headers=count)

    with serve(answer) as loopback:
        (found,) = read(settings_of(loopback.url), PRODUCTS)
    assert [each["sku"] for each in found["variation_records"]] == ["S", "M"]


def test_variations_are_written_to_their_own_list_in_batches_of_a_hundred() -> None:
    shown = {23: 5, **dict.fromkeys(range(1000, 1150), 9)}
    batches: list[tuple[str, int]] = []

    def answer(asked: Asked) -> Says:
        listed = asked.path.removesuffix("/batch").endswith("/variations")
        if asked.method == "POST":
            update = asked.document["update"]
            batches.append((asked.path.removeprefix("/wp-json/wc/v3/"), len(update)))
            shown.update({item["id"]: item["stock_quantity"] for item in update})
            return Says({"update": [{"id": item["id"]} for item in update]})
        wanted = [int(each) for each in asked.query.get("include", "").split(",") if each]
        found = [
            {"id": each, "manage_stock": True, "stock_quantity": shown[each]}
            for each in wanted
            if (each == 23) == listed
        ]
        return Says(found, headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": "1"})

    wanted = [Availability(Listing("22/23"), "S", 4)]
    wanted += [Availability(Listing(str(number)), str(number), 3) for number in range(1000, 1150)]
    with serve(answer) as loopback, open_writer(settings_of(loopback.url)) as writer:
        results = push(writer, wanted, key="1")
    assert {result.outcome for result in results} == {"verified"}
    assert batches == [("products/22/variations/batch", 1), ("products/batch", 100), ("products/batch", 50)]


def test_what_is_written_is_read_back_and_what_does_not_exist_is_refused(settings: Settings) -> None:
    product = next(each for each in read(settings, PRODUCTS) if each["stock_quantity"] > 3)
    units = product["stock_quantity"]
    wanted = [Availability(Listing(str(product["id"])), product["sku"], units - 1), Availability(Listing("9"), "?", 1)]
    with open_writer(settings) as writer:
        nothing, written = push(writer, wanted, key="1")
        assert (written.outcome, written.units_before, written.units_after) == ("verified", units, units - 1)
        assert nothing.outcome == "refused"
        (refused,) = writer.write_available([Change(Listing("9"), 0, 1)], "2")
        assert (refused.outcome, refused.said) == ("refused", "Invalid ID.")


def test_a_listing_that_sold_meanwhile_is_left_to_the_next_round(settings: Settings) -> None:
    product = next(each for each in read(settings, PRODUCTS) if each["stock_quantity"] > 5)
    listing, units = Listing(str(product["id"])), product["stock_quantity"]
    late = Availability(listing, product["sku"], units - 1, shown_when_counted=units + 1)
    with open_writer(settings) as writer:
        (result,) = push(writer, [late], key="1")
        assert result.outcome == "changed_meanwhile"
        assert writer.read_available([listing]) == {listing: units}, "nothing was written over the sale"


def test_wrong_keys_are_said_at_once_and_never_shown(shop: SampleShop) -> None:
    with pytest.raises(RefusedConnectionError, match="STOCKROOM_WOOCOMMERCE_SECRET") as caught:
        read(settings_of(f"{shop.url}/woocommerce", secret="cs_wrong"), ORDERS)
    assert "cs_wrong" not in str(caught.value)


def test_keys_are_never_sent_in_the_clear() -> None:
    with pytest.raises(ChannelError, match="https://"), connect(settings_of("http://shop.example")):
        pass


def test_a_connection_is_documented_field_by_field() -> None:
    text = (files("stockroom.channels") / "woocommerce" / "README.md").read_text("utf-8")
    for field in CHANNELS["woocommerce"].fields:
        assert f"STOCKROOM_WOOCOMMERCE_{field.name.upper()}" in text


def test_a_number_that_is_none_is_said_before_anything_is_asked() -> None:
    with (
        pytest.raises(ChannelError, match="is no whole number"),
        connect(settings_of("http://127.0.0.1:9", woocommerce_requests_per_second="many"), timeout=httpx.Timeout(1)),
    ):
        pass
