"""Shopify's Admin GraphQL API, 2026-07, as far as the store's records reach."""

from __future__ import annotations

import hmac
import time
from functools import partial
from typing import TYPE_CHECKING

from sample_store.apis import Call, Reply, json_reply

if TYPE_CHECKING:
    from sample_store.shopify.api import AdminApi
    from sample_store.store import Store

GRAPHQL_PATH = "/admin/api/2026-07/graphql.json"
FILES_PATH = "/bulk"
INVALID_TOKEN = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


class ShopifyApi:
    """The Admin API behind its address and its token."""

    def __init__(self, store: Store, key: str, api: AdminApi) -> None:
        self.store, self.key, self.api = store, key, api

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request; errors of a query are inside it, as Shopify sends them (HTTP 200)."""
        if call.path.startswith(FILES_PATH) and call.method == "GET":
            return self._file(call)
        if call.path != GRAPHQL_PATH or call.method != "POST":
            return json_reply({"errors": "Not Found"}, 404)
        if not hmac.compare_digest(call.headers.get("x-shopify-access-token", "").encode(), self.key.encode()):
            return json_reply(INVALID_TOKEN, 401)
        document = call.document
        if not isinstance(document, dict):
            return json_reply({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        self.api.bulk.address = f"http://{call.headers.get('host', '')}/shopify{FILES_PATH}"
        tell = partial(self.store.tell, "shopify")
        return json_reply(self.api.answer(self.store.shop, document, time.monotonic(), tell))

    def _file(self, call: Call) -> Reply:
        """Return a bulk operation's file, or the rest of it: a signed address that wants no token, and gets none."""
        file = self.api.bulk.file(call.path.rpartition("/")[2])
        if file is None or "x-shopify-access-token" in call.headers:
            return Reply(b"AccessDenied", 403, "application/xml")
        start = call.headers.get("range", "").removeprefix("bytes=").removesuffix("-")
        if not start.isdigit():
            return Reply(file, media_type="application/x-ndjson")
        if int(start) >= len(file):
            return Reply(b"", 416, "application/xml")
        span = {"Content-Range": f"bytes {start}-{len(file) - 1}/{len(file)}"}
        return Reply(file[int(start) :], 206, "application/x-ndjson", span)
