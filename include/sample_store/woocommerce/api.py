"""Answers REST requests as WooCommerce does: lists in pages, filters by modification, batches of stock."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hmac import compare_digest
from typing import Any

import numpy as np

from sample_store.apis import Call, Reply, json_reply
from sample_store.store import Store
from sample_store.woocommerce.documents import PRODUCT_IDS, WooAt
from sample_store.world.places import LONDON

ROOT = "/wp-json/wc/v3"
BATCH_AT_MOST = 100
PER_PAGE, PER_PAGE_AT_MOST = 10, 100
KNOWN_PARAMETERS = frozenset(
    ["page", "per_page", "orderby", "order", "modified_after", "modified_before", "dates_are_gmt", "include", "_fields"]
)

Document = dict[str, Any]


class RequestError(Exception):
    """A request that gets an error in WooCommerce's shape."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.reply = json_reply({"code": code, "message": message, "data": {"status": status}}, status)


class WooApi:
    """The API of one shop."""

    def __init__(self, store: Store, key: str) -> None:
        self.store, self.key = store, key
        self._seen: tuple[int, int] | None = None
        self._shop: WooAt | None = None

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request below the shop's address."""
        if not self._is_known(call.headers.get("authorization", "")):
            return json_reply(
                {
                    "code": "woocommerce_rest_cannot_view",
                    "message": "Sorry, you cannot list resources.",
                    "data": {"status": 401},
                },
                401,
            )
        try:
            return self._route(call)
        except RequestError as error:
            return error.reply

    def _is_known(self, header: str) -> bool:
        try:
            name, _, secret = b64decode(header.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            return False
        return name.startswith("ck_") and compare_digest(secret.encode(), self.key.encode())

    def _route(self, call: Call) -> Reply:
        path = call.path.removeprefix(ROOT)
        shop = self.shop()
        if call.method == "GET" and path == "/orders":
            numbers = shop.world.orders.number[shop.order_places]
            updated = shop.order_updated_at[shop.order_places]
            places = shop.order_places.tolist()
            return _page(call, numbers, updated, lambda each: shop.order(places[each]))
        if call.method == "GET" and path == "/products":
            numbers = shop.product_numbers + PRODUCT_IDS
            known = shop.product_numbers.tolist()
            return _page(call, numbers, shop.product_updated_at, lambda each: shop.product(known[each]))
        found = re.fullmatch(r"/orders/(\d+)/refunds", path)
        if call.method == "GET" and found:
            place = shop.place_of_order.get(int(found[1]))
            if place is None:
                raise RequestError("woocommerce_rest_invalid_order_id", "Invalid order ID.", 404)
            refunds = sorted(shop.refunds(place), key=lambda each: int(each["id"]))
            numbers = np.array([each["id"] for each in refunds], np.int64)
            return _page(call, numbers, np.zeros(len(refunds), np.int64), lambda each: refunds[each])
        if call.method == "POST" and path == "/products/batch":
            return self._batch(shop, call)
        raise RequestError("rest_no_route", "No route was found matching the URL and request method.", 404)

    def shop(self) -> WooAt:
        """Return the shop at the store's clock; made once for as long as nothing changes."""
        store = self.store
        seen = (store.clock, len(store.told))
        if self._shop is None or self._seen != seen or self._shop.world is not store.world:
            shown = store.shown("woocommerce")
            self._shop = WooAt(store.world, store.clock, f"{store.shop_url}/woocommerce", shown)
            self._seen = seen
        return self._shop

    def _batch(self, shop: WooAt, call: Call) -> Reply:
        """Set stock quantities; each item is answered for by itself."""
        document = call.document
        if not isinstance(document, dict) or set(document) - {"update"}:
            raise RequestError("rest_invalid_param", "The sample store takes updates alone.", 400)
        updates = document.get("update") or []
        if len(updates) > BATCH_AT_MOST:
            message = f"Unable to accept more than {BATCH_AT_MOST} items for this request."
            raise RequestError("woocommerce_rest_request_entity_too_large", message, 413)
        changes: dict[int, int] = {}
        answers: list[Callable[[WooAt], Document]] = []
        for update in updates:
            number = int(update.get("id") or 0) - PRODUCT_IDS
            if number not in shop.place_of_product:
                error = {
                    "code": "woocommerce_rest_product_invalid_id",
                    "message": "Invalid ID.",
                    "data": {"status": 400},
                }
                answers.append(partial(_refused, update.get("id"), error))
                continue
            changes[number * 3 + LONDON] = int(update["stock_quantity"]) - int(shop.shown[number])
            answers.append(partial(_product, number))
        if changes:
            self.store.tell("woocommerce", changes)
        now = self.shop()
        return json_reply({"update": [answer(now) for answer in answers]})


def _refused(number: object, error: Document, _: WooAt) -> Document:
    return {"id": number, "error": error}


def _product(number: int, shop: WooAt) -> Document:
    return shop.product(number)


def _page(call: Call, numbers: Any, updated: Any, document: Callable[[int], Document]) -> Reply:  # noqa: ANN401  # columns
    """Return one page of a list, with the headers that count it."""
    query = call.query
    if unknown := set(query) - KNOWN_PARAMETERS:
        raise RequestError("rest_invalid_param", f"The sample store does not know {', '.join(sorted(unknown))}.", 400)
    chosen = np.ones(len(numbers), np.bool_)
    if "modified_after" in query:
        chosen &= updated > _moment(query, "modified_after")
    if "modified_before" in query:
        chosen &= updated < _moment(query, "modified_before")
    if "include" in query:
        chosen &= np.isin(numbers, [int(each) for each in query["include"].split(",") if each])
    places = np.flatnonzero(chosen)
    places = places[np.argsort(numbers[places], kind="stable")]
    if query.get("order", "desc") == "desc":
        places = places[::-1]
    size = int(query.get("per_page", PER_PAGE))
    if not 1 <= size <= PER_PAGE_AT_MOST:
        message = f"per_page must be between 1 (inclusive) and {PER_PAGE_AT_MOST} (inclusive)"
        raise RequestError("rest_invalid_param", message, 400)
    number = int(query.get("page", 1))
    pages = -(-len(places) // size)
    records = [document(int(each)) for each in places[(number - 1) * size : number * size]]
    if "_fields" in query:
        fields = query["_fields"].split(",")
        records = [{name: record[name] for name in fields if name in record} for record in records]
    return json_reply(records, headers={"X-WP-Total": str(len(places)), "X-WP-TotalPages": str(pages)})


def _moment(query: dict[str, str], name: str) -> int:
    """Return a bound of a window; without ``dates_are_gmt`` the shop would read it in its own time."""
    if query.get("dates_are_gmt") != "true":
        raise RequestError("rest_invalid_param", "The sample store wants dates_are_gmt=true with a window.", 400)
    return int(datetime.fromisoformat(query[name]).replace(tzinfo=UTC).timestamp())
