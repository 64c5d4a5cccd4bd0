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
INVALID_TOKEN = {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


class ShopifyApi:
    """The Admin API behind its address and its token."""

    def __init__(self, store: Store, key: str, api: AdminApi) -> None:
        self.store, self.key, self.api = store, key, api

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request; errors of a query are inside it, as Shopify sends them (HTTP 200)."""
        if call.path != GRAPHQL_PATH or call.method != "POST":
            return json_reply({"errors": "Not Found"}, 404)
        if not hmac.compare_digest(call.headers.get("x-shopify-access-token", "").encode(), self.key.encode()):
            return json_reply(INVALID_TOKEN, 401)
        document = call.document
        if not isinstance(document, dict):
            return json_reply({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        tell = partial(self.store.tell, "shopify")
        return json_reply(self.api.answer(self.store.shop, document, time.monotonic(), tell))
