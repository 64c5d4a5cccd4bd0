"""The store over HTTP: the shops' APIs, the clock, faults on demand, the public pages. A plain ASGI application."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import orjson

from sample_store import __path__, pages
from sample_store.apis import Api, Call, Reply, call_of, json_reply
from sample_store.bigcommerce.api import BigCommerceApi
from sample_store.checkouts import Wish
from sample_store.faults import Faults
from sample_store.local_time import DAY_SECONDS, http_date, iso, parse_moment
from sample_store.other_shops import FIRST_IDS, shop_page
from sample_store.shelves import NEVER_BELOW_NOTHING
from sample_store.shopify import GRAPHQL_PATH
from sample_store.shopify.shapes import VARIANT_IDS
from sample_store.shoppers import attributes_in, read_mails
from sample_store.store import Store
from sample_store.woocommerce.api import WooApi
from sample_store.world.books import levels_at
from sample_store.world.demand import CHANNELS
from sample_store.world.places import LOCATIONS

BODY_LIMIT_BYTES = 1_000_000

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def find_apis(store: Store, key: str) -> dict[str, Api]:
    """Return the APIs of the shops that have a folder here whose ``__init__`` holds ``open_api(store, key)``."""
    modules = [
        importlib.import_module(f"sample_store.{each.name}") for each in pkgutil.iter_modules(__path__) if each.ispkg
    ]
    return {
        module.__name__.rpartition(".")[2]: module.open_api(store, key)
        for module in modules
        if hasattr(module, "open_api")
    }


class StoreApp:
    """The ASGI application around one store."""

    def __init__(self, store: Store, apis: Mapping[str, Api], mailbox: Path | None = None) -> None:
        self.store, self.apis, self.mailbox = store, apis, mailbox
        self.faults = Faults()
        self.stopping = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (or take part in uvicorn's start and stop)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            body = await _read(receive)
            channel, path = self._shop_of(scope["path"])
            page = self._other_shop(channel, path, scope)
            if body is None:
                await self._send(send, json_reply({"errors": "the body is too large"}, 413))
            elif page is not None:
                await self._send(send, _html(page))
            elif channel is not None:
                await self._answer_api(channel, call_of(scope, path, body), send)
            else:
                await self._send(send, self._answer(call_of(scope, scope["path"], body)))

    def _shop_of(self, path: str) -> tuple[str | None, str]:
        """Return which shop's API a path belongs to, and the rest of it; Shopify's also stands at the root."""
        first, _, rest = path.removeprefix("/").partition("/")
        if first in self.apis:
            return first, f"/{rest}"
        return ("shopify", path) if path == GRAPHQL_PATH else (None, path)

    def _other_shop(self, channel: str | None, path: str, scope: dict[str, Any]) -> str | None:
        """Return the page of a shop of its own that a path leads to, beside its API."""
        api = self.apis.get(channel or "")
        if channel not in FIRST_IDS or not isinstance(api, WooApi | BigCommerceApi) or scope["method"] != "GET":
            return None
        query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        return shop_page(channel, api.shop(), path, query, f"{self.store.shop_url}/{channel}")

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                self.stopping.set()
                return

    async def _answer_api(self, channel: str, call: Call, send: Send) -> None:
        fault = self.faults.next(channel)
        if fault == "hang":
            await self.stopping.wait()
            return
        reply = self.faults.instead(fault) or self.apis[channel].answer(self.faults.asked(call))
        reply = self.faults.changed(fault, channel, call, reply)
        if fault == "change_while_paged":
            self.store.set_clock(self.store.clock + self.faults.minutes * 60)
        skew = self.faults.skew_seconds
        if fault == "close_mid_body":
            await send({"type": "http.response.start", "status": reply.status, "headers": self._headers(reply, skew)})
            await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
            raise ConnectionAbortedError("the fault that was asked for: closed in the middle of the body")
        await self._send(send, reply, skew)

    def _answer(self, call: Call) -> Reply:
        try:
            document = orjson.loads(call.body or b"{}")
            return self._route(call, document if isinstance(document, dict) else {})
        except (ValueError, KeyError, TypeError) as error:
            return json_reply({"errors": f"{type(error).__name__}: {error}"}, 400)

    def _route(self, call: Call, body: dict[str, Any]) -> Reply:
        store, method, path = self.store, call.method, call.path
        if path == "/clock" and method == "GET":
            return json_reply(store.describe())
        if path == "/clock" and method == "POST":
            store.set_clock(parse_moment(body["clock"]))
            return json_reply(store.describe())
        if path == "/clock/advance" and method == "POST":
            store.set_clock(store.clock + int(body.get("days", 0)) * DAY_SECONDS + int(body.get("minutes", 0)) * 60)
            return json_reply(store.describe())
        if path == "/checkout" and method == "POST":
            return self._check_out(body)
        if path == "/shoppers" and method == "POST":
            return json_reply(read_mails(store, self.mailbox))
        if path == "/faults" and method == "POST":
            self.faults.order(str(body["kind"]), int(body.get("times", 1)), str(body.get("channel", "")))
            return json_reply({"waiting": [kind for _, kind in self.faults.waiting]})
        if path.startswith("/shown/") and method == "GET":
            return json_reply(self.shown(path.removeprefix("/shown/")))
        if method in ("GET", "HEAD"):
            return self._page(path, call.query)
        return json_reply({"errors": "Not Found"}, 404)

    def _check_out(self, body: dict[str, Any]) -> Reply:
        """Let shops take orders of one line each at this moment, all or none; 409 where one does not show so many."""
        numbers = {product.sku: product.number for product in self.store.world.products}
        places = {location.location_id: place for place, location in enumerate(LOCATIONS)}
        wishes = []
        for order in body.get("orders", [body]):
            channel, sku, location = str(order["channel"]), str(order["sku"]), str(order.get("location", "LONDON"))
            if channel not in CHANNELS or sku not in numbers or location not in places:
                return json_reply({"errors": f"there is no {sku} in {location} to be had on {channel}"}, 404)
            item = numbers[sku] * len(LOCATIONS) + places[location]
            attributes = tuple((str(name), str(value)) for name, value in order.get("attributes", {}).items())
            wishes.append(Wish(channel, item, int(order.get("units", 1)), attributes))
        try:
            taken = self.store.check_out(wishes)
        except ValueError as error:
            return json_reply({"errors": str(error)}, 409)
        return json_reply({"orders": [each.number for each in taken], "at": iso(self.store.clock)}, 201)

    def shown(self, channel: str) -> dict[str, dict[str, int]]:
        """Return what a shop shows as available of what it offers, and what there is, by sku and location."""
        world, clock = self.store.world, self.store.clock
        there, shown = levels_at(world, clock).available, self.store.shown(channel)
        if channel in NEVER_BELOW_NOTHING:
            shown = np.maximum(shown, 0)
        retired = world.product_retired_at
        offered = (world.product_created_at <= clock) & ~((retired > 0) & (retired <= clock))
        items = np.flatnonzero(world.is_stocked & np.repeat(offered, len(LOCATIONS)))
        names = [f"{world.products[item // 3].sku}/{LOCATIONS[item % 3].location_id}" for item in items.tolist()]
        return {
            "shown": dict(zip(names, shown[items].tolist(), strict=True)),
            "there": dict(zip(names, there[items].tolist(), strict=True)),
        }

    def _page(self, path: str, query: Mapping[str, str]) -> Reply:
        shop = self.store.shop
        if path == "/":
            return _html(pages.front_page(shop, api_path=GRAPHQL_PATH))
        found = re.fullmatch(r"/products/([a-z0-9-]+)", path)
        if found and (product := pages.product_by_handle(shop, found[1])):
            return _html(pages.product_page(shop, product))
        found = re.fullmatch(r"/images/([A-Z0-9]+)\.svg", path)
        picture = found and next((each for each in shop.world.products if each.sku == found[1]), None)
        if picture:
            return Reply(pages.product_picture(picture).encode(), media_type="image/svg+xml")
        found = re.fullmatch(r"/cart/(\d{1,12}):([1-9]\d{0,5})", path)
        if found and int(found[1]) - VARIANT_IDS in shop.place_of_product:
            product = shop.world.products[int(found[1]) - VARIANT_IDS]
            return _html(pages.cart_page(shop, product, int(found[2]), attributes_in(query)))
        return json_reply({"errors": "Not Found"}, 404)

    async def _send(self, send: Send, reply: Reply, skew: int = 0) -> None:
        status = HTTPStatus(reply.status).value
        await send({"type": "http.response.start", "status": status, "headers": self._headers(reply, skew)})
        await send({"type": "http.response.body", "body": reply.body})

    def _headers(self, reply: Reply, skew: int = 0) -> list[tuple[bytes, bytes]]:
        headers = {
            "Content-Type": reply.media_type,
            "Content-Length": str(len(reply.body)),
            "Date": http_date(self.store.clock + skew),
            **reply.headers,
        }
        return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def _html(text: str) -> Reply:
    return Reply(text.encode(), media_type="text/html; charset=utf-8")


async def _read(receive: Receive) -> bytes | None:
    """Return a request's body; none where it is larger than anything this store is sent."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > BODY_LIMIT_BYTES:
            return None
        if not message.get("more_body"):
            return body
