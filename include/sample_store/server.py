"""The store over HTTP: the Admin API, the clock, faults on demand, the public pages. A plain ASGI application."""

from __future__ import annotations

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson

from sample_store import pages
from sample_store.faults import Faults
from sample_store.local_time import DAY_SECONDS, http_date, parse_moment
from sample_store.shopify.api import AdminApi
from sample_store.shopify.documents import VARIANT_IDS
from sample_store.shopify.errors import INVALID_TOKEN
from sample_store.store import Store

GRAPHQL_PATH = "/admin/api/2026-07/graphql.json"
BODY_LIMIT_BYTES = 1_000_000

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent."""

    body: bytes
    status: int = 200
    media_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def json_reply(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Return a JSON answer."""
    return Reply(orjson.dumps(document), status, headers=headers or {})


class StoreApp:
    """The ASGI application around one store."""

    def __init__(self, store: Store, api: AdminApi, token: str) -> None:
        self.store, self.api, self.token = store, api, token
        self.faults = Faults()
        self.stopping = asyncio.Event()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request (or take part in uvicorn's start and stop)."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            body = await _read(receive)
            if body is None:
                await self._send(send, json_reply({"errors": "the body is too large"}, 413))
            elif scope["path"].removeprefix("/shopify") == GRAPHQL_PATH:
                await self._answer_api(scope, body, send)
            else:
                await self._send(send, self._answer(scope["method"], scope["path"], body))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                self.stopping.set()
                return

    async def _answer_api(self, scope: dict[str, Any], body: bytes, send: Send) -> None:
        fault = self.faults.next()
        if fault == "hang":
            await self.stopping.wait()
            return
        reply = self._api_reply(scope, body, fault)
        if fault == "close_mid_body":
            await send({"type": "http.response.start", "status": reply.status, "headers": self._headers(reply)})
            await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
            raise ConnectionAbortedError("the fault that was asked for: closed in the middle of the body")
        await self._send(send, reply)

    def _api_reply(self, scope: dict[str, Any], body: bytes, fault: str | None) -> Reply:
        if fault == "status_429":
            return json_reply({"errors": "Exceeded 2 calls per second for api client."}, 429, {"Retry-After": "1.0"})
        if fault == "status_500":
            return json_reply({"errors": "Internal Server Error"}, 500)
        sent = dict(scope["headers"]).get(b"x-shopify-access-token", b"")
        if fault == "status_401" or not hmac.compare_digest(sent, self.token.encode()):
            return json_reply(INVALID_TOKEN, 401)
        if scope["method"] != "POST":
            return json_reply({"errors": "Not Found"}, 404)
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            return json_reply({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        return json_reply(self.api.answer(self.store.shop, document, time.monotonic()))

    def _answer(self, method: str, path: str, body: bytes) -> Reply:
        try:
            document = orjson.loads(body or b"{}")
            return self._route(method, path, document if isinstance(document, dict) else {})
        except (ValueError, KeyError, TypeError) as error:
            return json_reply({"errors": f"{type(error).__name__}: {error}"}, 400)

    def _route(self, method: str, path: str, body: dict[str, Any]) -> Reply:
        store = self.store
        if path == "/clock" and method == "GET":
            return json_reply(store.describe())
        if path == "/clock" and method == "POST":
            store.set_clock(parse_moment(body["clock"]))
            return json_reply(store.describe())
        if path == "/clock/advance" and method == "POST":
            store.set_clock(store.clock + int(body.get("days", 0)) * DAY_SECONDS + int(body.get("minutes", 0)) * 60)
            return json_reply(store.describe())
        if path == "/faults" and method == "POST":
            self.faults.order(str(body["kind"]), int(body.get("times", 1)))
            return json_reply({"waiting": list(self.faults.waiting)})
        if method in ("GET", "HEAD"):
            return self._page(path)
        return json_reply({"errors": "Not Found"}, 404)

    def _page(self, path: str) -> Reply:
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
            return _html(pages.cart_page(shop, shop.world.products[int(found[1]) - VARIANT_IDS], int(found[2])))
        return json_reply({"errors": "Not Found"}, 404)

    async def _send(self, send: Send, reply: Reply) -> None:
        await send(
            {"type": "http.response.start", "status": HTTPStatus(reply.status).value, "headers": self._headers(reply)}
        )
        await send({"type": "http.response.body", "body": reply.body})

    def _headers(self, reply: Reply) -> list[tuple[bytes, bytes]]:
        headers = {
            "Content-Type": reply.media_type,
            "Content-Length": str(len(reply.body)),
            "Date": http_date(self.store.clock),
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
