"""Answers as the Selling Partner API does: a login of its own, searches with tokens, reports that take a moment."""

from __future__ import annotations

import re
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs

import numpy as np

from sample_store.amazon.documents import MARKETPLACE_ID, AmazonAt, Document
from sample_store.amazon.feeds import PATH as FEEDS_PATH
from sample_store.amazon.feeds import FeedDesk
from sample_store.amazon.report_desk import PATH as REPORTS_PATH
from sample_store.amazon.report_desk import ReportDesk
from sample_store.amazon.requests import RequestError, closed, moment, one_marketplace, only_known, opened, page_size
from sample_store.apis import Call, Reply, json_reply
from sample_store.store import Store
from sample_store.world.places import LONDON

RATE = "500.0"
"""Requests a second of every operation; an account of the default plan has far fewer."""
TOKEN_SECONDS = 3600
NEAREST_SECONDS = 120
"""Orders are not found sooner."""
ORDERS_AT_MOST, LISTINGS_AT_MOST, FOUND_AT_MOST = 100, 20, 1000
ORDER_PARAMETERS = frozenset(
    ["marketplaceIds", "lastUpdatedAfter", "lastUpdatedBefore", "maxResultsPerPage", "paginationToken", "includedData"]
)
LISTING_PARAMETERS = frozenset(
    [
        "marketplaceIds", "includedData", "identifiers", "identifiersType", "lastUpdatedAfter", "lastUpdatedBefore",
        "sortBy", "pageSize", "pageToken",
    ]
)  # fmt: skip
ITEM_PATH = "/listings/2021-08-01/items"


class AmazonApi:
    """The API of one seller's account in one marketplace."""

    def __init__(self, store: Store, key: str) -> None:
        self.store, self.key = store, key
        self.token = f"Atza|{sha256(key.encode()).hexdigest()}"
        self.reports, self.feeds = ReportDesk(store, self.shop), FeedDesk(store, self._patched)
        self._seen: tuple[int, int] | None = None
        self._shop: AmazonAt | None = None

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request: the login's, a document's, or an operation's with the rate that it has."""
        if call.path == "/auth/o2/token":
            return self._login(call)
        found = re.fullmatch(r"/documents/(\d+)\.tsv\.gz", call.path)
        if found and call.method == "GET":
            return self.reports.document(int(found[1]))
        found = re.fullmatch(r"/feed-documents/(\d+)", call.path)
        if found and int(found[1]) < len(self.feeds.documents):
            return self.feeds.exchange(call, int(found[1]))
        if not compare_digest(call.headers.get("x-amz-access-token", "").encode(), self.token.encode()):
            return RequestError("Unauthorized", "Access to requested resource is denied.", 403).reply
        try:
            reply = self._route(call)
        except RequestError as error:
            reply = error.reply
        return Reply(reply.body, reply.status, reply.media_type, {**reply.headers, "x-amzn-RateLimit-Limit": RATE})

    def shop(self) -> AmazonAt:
        """Return the account at the store's clock; made once for as long as nothing changes."""
        store = self.store
        seen = (store.clock, len(store.told))
        if self._shop is None or self._seen != seen or self._shop.world is not store.world:
            self._shop, self._seen = AmazonAt(store.world, store.clock, store.shown("amazon")), seen
        return self._shop

    def _login(self, call: Call) -> Reply:
        form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
        secrets = (form.get("refresh_token", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "refresh_token" or not form.get("client_id"):
            return json_reply({"error": "invalid_request", "error_description": "The request is malformed"}, 400)
        if not all(compare_digest(secret.encode(), self.key.encode()) for secret in secrets):
            return json_reply({"error": "invalid_grant", "error_description": "The request has an invalid grant"}, 400)
        return json_reply(
            {
                "access_token": self.token,
                "refresh_token": form["refresh_token"],
                "token_type": "bearer",
                "expires_in": TOKEN_SECONDS,
            }
        )

    def _route(self, call: Call) -> Reply:
        match call.method, call.path:
            case "GET", "/orders/2026-01-01/orders":
                return self._orders(call)
            case "GET", "/fba/inventory/v1/summaries":
                return _nothing_at_amazon(call)
        if call.path.startswith(REPORTS_PATH):
            return self.reports.answer(call)
        if call.path.startswith(FEEDS_PATH):
            return self.feeds.answer(call)
        found = re.fullmatch(r"/orders/2026-01-01/orders/([^/]+)", call.path)
        if found and call.method == "GET":
            return self._order(call, found[1])
        found = re.fullmatch(rf"{ITEM_PATH}/[^/]+(?:/([^/]+))?", call.path)
        if found:
            one_marketplace(call)
            if found[1] is None and call.method == "GET":
                return self._listings(call)
            if found[1] is not None and call.method in ("GET", "PATCH"):
                number = self.shop().product_of_sku.get(found[1])
                if number is None:
                    raise RequestError("NOT_FOUND", f"SKU '{found[1]}' not found", 404)
                return self._patch(call, number) if call.method == "PATCH" else self._listing(call, number)
        raise RequestError("NotFound", "The resource specified does not exist.", 404)

    # -- orders --------------------------------------------------------------------------------------------------

    def _orders(self, call: Call) -> Reply:
        """Return a page of the orders that changed in a range of time, its ends included, by number."""
        only_known(call, ORDER_PARAMETERS)
        one_marketplace(call)
        shop, query = self.shop(), call.query
        if "lastUpdatedAfter" not in query:
            raise RequestError("InvalidInput", "Exactly one of createdAfter and lastUpdatedAfter is required.")
        before = moment(query["lastUpdatedBefore"]) if "lastUpdatedBefore" in query else self.store.clock
        if "lastUpdatedBefore" in query and before > self.store.clock - NEAREST_SECONDS:
            raise RequestError("InvalidInput", "lastUpdatedBefore must be at least two minutes before now.")
        size = page_size(query.get("maxResultsPerPage"), ORDERS_AT_MOST, ORDERS_AT_MOST)
        updated = shop.order_updated_at[shop.order_places]
        chosen = (updated >= moment(query["lastUpdatedAfter"])) & (updated <= before)
        chosen &= shop.world.orders.number[shop.order_places] > int(opened(query.get("paginationToken")) or 0)
        places = shop.order_places[chosen]
        places = places[np.argsort(shop.world.orders.number[places], kind="stable")]
        page, parts = places[:size].tolist(), frozenset(query.get("includedData", "").split(","))
        document: Document = {"orders": [shop.order(place, parts) for place in page]}
        if len(places) > size:
            document["pagination"] = {"nextToken": closed(str(int(shop.world.orders.number[page[-1]])))}
        return json_reply(document)

    def _order(self, call: Call, order_id: str) -> Reply:
        only_known(call, frozenset(["includedData"]))
        shop = self.shop()
        place = shop.place_of_order(order_id)
        if place is None:
            raise RequestError("NotFound", f"Order '{order_id}' not found.", 404)
        return json_reply({"order": shop.order(place, frozenset(call.query.get("includedData", "").split(",")))})

    # -- listings ------------------------------------------------------------------------------------------------

    def _listings(self, call: Call) -> Reply:
        """Return a page of listings by sku: certain ones, or those that changed in a range of time."""
        only_known(call, LISTING_PARAMETERS)
        shop, query = self.shop(), call.query
        skus = sorted(shop.product_of_sku)
        if "identifiers" in query:
            wanted = query["identifiers"].split(",")
            if query.get("identifiersType") != "SKU" or len(wanted) > LISTINGS_AT_MOST:
                raise RequestError(
                    "InvalidInput", f"Give identifiersType=SKU and up to {LISTINGS_AT_MOST} identifiers."
                )
            skus = sorted(set(wanted) & set(skus))
        created = shop.world.product_created_at
        after, before = (query.get(f"lastUpdated{name}") for name in ("After", "Before"))
        if after is not None:
            skus = [sku for sku in skus if created[shop.product_of_sku[sku]] >= moment(after)]
        if before is not None:
            skus = [sku for sku in skus if created[shop.product_of_sku[sku]] <= moment(before)]
        skus = skus[:FOUND_AT_MOST]
        size, place = page_size(query.get("pageSize"), 10, LISTINGS_AT_MOST), int(opened(query.get("pageToken")) or 0)
        numbers = [shop.product_of_sku[sku] for sku in skus[place : place + size]]
        document: Document = {
            "numberOfResults": len(skus),
            "items": [shop.listing(number, _listing_parts(call)) for number in numbers],
        }
        if place + size < len(skus):
            document["pagination"] = {"nextToken": closed(str(place + size))}
        return json_reply(document)

    def _listing(self, call: Call, number: int) -> Reply:
        only_known(call, frozenset(["marketplaceIds", "includedData"]))
        return json_reply(self.shop().listing(number, _listing_parts(call)))

    def _patch(self, call: Call, number: int) -> Reply:
        """Set the quantity of one listing; everything else that can be patched is none of this store's."""
        only_known(call, frozenset(["marketplaceIds"]))
        body = call.document if isinstance(call.document, dict) else {}
        patches = body.get("patches") or [{}]
        value = patches[0].get("value") or [{}]
        if (
            not body.get("productType")
            or len(patches) != 1
            or patches[0].get("op") not in ("merge", "replace")
            or patches[0].get("path") != "/attributes/fulfillment_availability"
        ):
            raise RequestError("InvalidInput", "The sample store takes a merge or replacement of availability alone.")
        sku = self.shop().world.products[number].sku
        issue = self._show(number, value[0])
        document: Document = {
            "sku": sku,
            "status": "ACCEPTED" if issue is None else "INVALID",
            "submissionId": sha256(f"{sku}/{len(self.store.told)}".encode()).hexdigest()[:32],
            "issues": [] if issue is None else [issue],
        }
        return json_reply(document)

    def _show(self, number: int, value: Any) -> Document | None:  # noqa: ANN401  # JSON
        """Let a listing show a figure, or return what is wrong with it."""
        issue = _issue(value)
        if issue is None:
            shop, units = self.shop(), int(value["quantity"])
            self.store.tell("amazon", {number * 3 + LONDON: units - int(shop.shown[number])})
            shop.shown[number] = units
            self._seen = (self.store.clock, len(self.store.told))  # one figure changed: no reason to count all anew
        return issue

    def _patched(self, sku: str, message: Document) -> Document | None:
        """Do one message of a feed and return what is wrong with it."""
        number = self.shop().product_of_sku.get(sku)
        if number is None:
            return {"code": "8541", "severity": "ERROR", "message": f"SKU '{sku}' not found"}
        return self._show(number, message["patches"][0]["value"][0])


def _nothing_at_amazon(call: Call) -> Reply:
    """Return that nothing lies in Amazon's own warehouses."""
    known = frozenset(["granularityType", "granularityId", "marketplaceIds", "details", "startDateTime"])
    only_known(call, known)
    one_marketplace(call)
    if call.query.get("granularityType") != "Marketplace" or call.query.get("granularityId") != MARKETPLACE_ID:
        raise RequestError("InvalidInput", "granularityType and granularityId are required.")
    granularity = {"granularityType": "Marketplace", "granularityId": MARKETPLACE_ID}
    return json_reply({"payload": {"granularity": granularity, "inventorySummaries": []}})


def _issue(value: Any) -> Document | None:  # noqa: ANN401  # JSON
    """Return what is wrong with a figure, as Amazon says it without refusing the request."""
    units = value.get("quantity") if isinstance(value, dict) else None
    if isinstance(units, int) and units >= 0 and value.get("fulfillment_channel_code") == "DEFAULT":
        return None
    return {
        "code": "90000900",
        "message": "The attributes are invalid.",
        "severity": "ERROR",
        "attributeNames": ["fulfillment_availability"],
        "categories": ["INVALID_ATTRIBUTE"],
    }


def _listing_parts(call: Call) -> frozenset[str]:
    return frozenset(call.query.get("includedData", "summaries").split(","))
