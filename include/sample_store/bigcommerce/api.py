"""Answers REST requests as BigCommerce does: v2 lists by id, v3 lists in counted pages, overrides of stock, a quota."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any

import numpy as np

from sample_store.apis import Call, Reply, json_reply
from sample_store.bigcommerce.documents import PLACES, PRODUCT_IDS, VARIANT_IDS, BigCommerceAt
from sample_store.store import Store

QUOTA, WINDOW_SECONDS = 20_000, 30.0
"""Requests in a window, as the largest plans have them."""
ITEMS_AT_MOST = 2000
LIST_AT_MOST, INVENTORY_AT_MOST = 250, 1000
KNOWN_PARAMETERS = frozenset(
    [
        "page", "limit", "sort", "direction", "include", "min_id", "min_date_modified", "max_date_modified",
        "date_modified:min", "date_modified:max", "product_id:in", "variant_id:in",
    ]
)  # fmt: skip


class RequestError(Exception):
    """A request that gets an error in BigCommerce's shape."""

    def __init__(self, title: str, status: int) -> None:
        super().__init__(title)
        self.reply = json_reply({"status": status, "title": title, "type": "about:blank", "errors": {}}, status)


class BigCommerceApi:
    """The API of one store."""

    def __init__(self, store: Store, key: str) -> None:
        self.store, self.key = store, key
        self._seen: tuple[int, int] | None = None
        self._shop: BigCommerceAt | None = None
        self._window_began, self._asked = time.monotonic(), 0

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request below the store's API path, with what is left of the quota."""
        headers = self._count()
        if self._asked > QUOTA:
            return json_reply({"status": 429, "title": "Too many requests"}, 429, headers)
        if not compare_digest(call.headers.get("x-auth-token", "").encode(), self.key.encode()):
            return json_reply({"status": 401, "title": "Unauthorized"}, 401, headers)
        try:
            reply = self._route(call)
        except RequestError as error:
            reply = error.reply
        return Reply(reply.body, reply.status, reply.media_type, {**reply.headers, **headers})

    def _count(self) -> dict[str, str]:
        """Count a request in its window and return the headers that say so."""
        now = time.monotonic()
        if now - self._window_began >= WINDOW_SECONDS:
            self._window_began, self._asked = now, 0
        self._asked += 1
        return {
            "X-Rate-Limit-Requests-Left": str(max(0, QUOTA - self._asked)),
            "X-Rate-Limit-Requests-Quota": str(QUOTA),
            "X-Rate-Limit-Time-Window-Ms": str(int(WINDOW_SECONDS * 1000)),
            "X-Rate-Limit-Time-Reset-Ms": str(int((self._window_began + WINDOW_SECONDS - now) * 1000)),
        }

    def _route(self, call: Call) -> Reply:
        if unknown := set(call.query) - KNOWN_PARAMETERS:
            raise RequestError(f"The sample store does not know {', '.join(sorted(unknown))}.", 422)
        shop = self.shop()
        match call.method, call.path:
            case "GET", "/v2/time":
                return json_reply({"time": self.store.clock})
            case "GET", "/v2/orders":
                return _orders(shop, call)
            case "GET", "/v3/catalog/products":
                return _products(shop, call)
            case "GET", "/v3/inventory/items":
                return _inventory(shop, call)
            case "PUT", "/v3/inventory/adjustments/absolute":
                return self._override(shop, call)
        found = re.fullmatch(r"/v2/orders/(\d+)/products", call.path)
        if call.method == "GET" and found:
            return _by_number(call, shop.products_of(_place(shop, found[1])))
        found = re.fullmatch(r"/v3/orders/(\d+)/payment_actions/refunds", call.path)
        if call.method == "GET" and found:
            return json_reply({"data": shop.refunds(_place(shop, found[1])), "meta": {}})
        raise RequestError("The requested resource was not found.", 404)

    def shop(self) -> BigCommerceAt:
        """Return the shop at the store's clock; made once for as long as nothing changes."""
        store = self.store
        seen = (store.clock, len(store.told))
        if self._shop is None or self._seen != seen or self._shop.world is not store.world:
            self._shop = BigCommerceAt(store.world, store.clock, store.shop_url, store.shown("bigcommerce"))
            self._seen = seen
        return self._shop

    def _override(self, shop: BigCommerceAt, call: Call) -> Reply:
        """Set what is on hand; one bad item and nothing is set."""
        items = (call.document or {}).get("items") or []
        if not 0 < len(items) <= ITEMS_AT_MOST:
            raise RequestError(f"items must be between 1 and {ITEMS_AT_MOST}", 422)
        changes: dict[int, int] = {}
        for item in items:
            if "variant_id" in item:
                tracked = "is tracked by product, please update stock by product id"
                raise RequestError(f"[Item with variant_id {item['variant_id']} {tracked}]", 422)
            number = int(item.get("product_id") or 0) - PRODUCT_IDS
            location = PLACES.get(item.get("location_id"))
            if number not in shop.place_of_product or location is None:
                raise RequestError(f"Items with identity: [product_id {item.get('product_id')}] are unknown", 422)
            changes[number * 3 + location] = int(item["quantity"]) - int(shop.shown[number * 3 + location])
        self.store.tell("bigcommerce", changes)
        return json_reply({"transaction_id": f"sample-{self.store.clock}-{len(self.store.told)}"})


def _place(shop: BigCommerceAt, number: str) -> int:
    place: int | None = shop.place_of_order.get(int(number))
    if place is None:
        raise RequestError("The requested resource was not found.", 404)
    return place


def _orders(shop: BigCommerceAt, call: Call) -> Reply:
    updated = shop.order_updated_at[shop.order_places]
    chosen = _between(call, updated, "min_date_modified", "max_date_modified")
    places = shop.order_places[chosen].tolist()
    return _by_id(call, shop.order_numbers[chosen].tolist(), lambda each: shop.order(places[each]))


def _by_id(call: Call, numbers: list[int], record: Callable[[int], Any]) -> Reply:
    """Return a page of orders, by id from an id on."""
    least, size = int(call.query.get("min_id", 0)), _size(call, LIST_AT_MOST)
    places = sorted((each for each in range(len(numbers)) if numbers[each] >= least), key=numbers.__getitem__)
    first = (int(call.query.get("page", 1)) - 1) * size
    return _array([record(each) for each in places[first : first + size]])


def _by_number(call: Call, records: list[Any]) -> Reply:
    """Return a page of a list that knows nothing but pages."""
    if unknown := set(call.query) - {"page", "limit"}:
        raise RequestError(f"This list does not know {', '.join(sorted(unknown))}.", 400)
    size = _size(call, LIST_AT_MOST)
    first = (int(call.query.get("page", 1)) - 1) * size
    return _array(records[first : first + size])


def _array(records: list[Any]) -> Reply:
    """Return a v2 page: a bare array, or 204 without a body where nothing is left."""
    return json_reply(records) if records else Reply(b"", 204)


def _products(shop: BigCommerceAt, call: Call) -> Reply:
    chosen = _between(call, shop.product_updated_at, "date_modified:min", "date_modified:max")
    if call.query.get("include") != "variants,primary_image":
        raise RequestError("The sample store gives products with their variants alone.", 422)
    return _counted(call, shop.product_numbers[chosen].tolist(), shop.product, LIST_AT_MOST)


def _inventory(shop: BigCommerceAt, call: Call) -> Reply:
    numbers = shop.product_numbers.tolist()
    for name, first in (("product_id:in", PRODUCT_IDS), ("variant_id:in", VARIANT_IDS)):
        if name in call.query:
            wanted = {int(each) - first for each in call.query[name].split(",") if each}
            numbers = [number for number in numbers if number in wanted]
    return _counted(call, numbers, shop.inventory_item, INVENTORY_AT_MOST)


def _counted(call: Call, numbers: list[int], record: Callable[[int], Any], at_most: int) -> Reply:
    """Return a page of a v3 list."""
    size, page = _size(call, at_most), int(call.query.get("page", 1))
    records = [record(number) for number in numbers[(page - 1) * size : page * size]]
    pages = -(-len(numbers) // size)
    links = {"current": f"?page={page}&limit={size}"}
    if page < pages:
        links["next"] = f"?page={page + 1}&limit={size}"
    pagination = {
        "total": len(numbers), "count": len(records), "per_page": size, "current_page": page, "total_pages": pages,
        "links": links,
    }  # fmt: skip
    return json_reply({"data": records, "meta": {"pagination": pagination}})


def _size(call: Call, at_most: int) -> int:
    size = int(call.query.get("limit", 50))
    if not 1 <= size <= at_most:
        raise RequestError(f"limit must be between 1 and {at_most}", 422)
    return size


def _between(call: Call, moments: Any, least: str, most: str) -> Any:  # noqa: ANN401  # columns
    """Return which records lie between two bounds, both included."""
    chosen = np.ones(len(moments), np.bool_)
    if least in call.query:
        chosen &= moments >= _moment(call.query[least])
    if most in call.query:
        chosen &= moments <= _moment(call.query[most])
    return chosen


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
