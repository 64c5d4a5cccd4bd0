"""Answers as the Selling Partner API does: a login of its own, searches with tokens, reports that take a moment."""

from __future__ import annotations

import gzip
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qs

import numpy as np

from sample_store.amazon.documents import MARKETPLACE_ID, AmazonAt, Document
from sample_store.amazon.feeds import FEED, FeedDesk
from sample_store.amazon.reports import LISTINGS, ORDERS, listing_report, order_report
from sample_store.apis import Call, Reply, json_reply
from sample_store.local_time import DAY_SECONDS, iso
from sample_store.store import Store
from sample_store.world.places import LONDON

RATE = "500.0"
"""Requests a second of every operation; an account of the default plan has far fewer."""
TOKEN_SECONDS = 3600
NEAREST_SECONDS = 120
"""Orders are not found sooner."""
REPORT_DAYS_AT_MOST = 30
ORDERS_AT_MOST, LISTINGS_AT_MOST, FOUND_AT_MOST, REPORTS_AT_MOST = 100, 20, 1000, 100
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


class RequestError(Exception):
    """A request that gets an error in Amazon's shape."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.reply = json_reply({"errors": [{"code": code, "message": message, "details": ""}]}, status)


@dataclass(frozen=True)
class Report:
    """A report that was asked for, made of what there was then."""

    report_type: str
    start: int
    end: int
    asked_at: int


class AmazonApi:
    """The API of one seller's account in one marketplace."""

    def __init__(self, store: Store, key: str) -> None:
        self.store, self.key = store, key
        self.token = f"Atza|{sha256(key.encode()).hexdigest()}"
        self.reports: list[Report] = []
        self.feeds = FeedDesk(self._patched)
        self.is_making = False
        """Whether a report was asked for since somebody last looked: who looks at once finds it being made."""
        self._seen: tuple[int, int] | None = None
        self._shop: AmazonAt | None = None

    def answer(self, call: Call) -> Reply:
        """Return the answer to a request: the login's, a document's, or an operation's with the rate that it has."""
        if call.path == "/auth/o2/token":
            return self._login(call)
        found = re.fullmatch(r"/documents/(\d+)\.tsv\.gz", call.path)
        if found and call.method == "GET":
            return self._document(int(found[1]))
        found = re.fullmatch(r"/feed-documents/(\d+)", call.path)
        if found and int(found[1]) < len(self.feeds.documents):
            return self._feed_document(call, int(found[1]))
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
            case "POST", "/reports/2021-06-30/reports":
                return self._create_report(call)
            case "GET", "/reports/2021-06-30/reports":
                return self._reports(call)
        if call.path.startswith("/feeds/2021-06-30/"):
            return self._feeds(call, call.path.removeprefix("/feeds/2021-06-30/"))
        found = re.fullmatch(r"/reports/2021-06-30/(reports|documents)/(\d+)", call.path)
        if found and call.method == "GET" and int(found[2]) < len(self.reports):
            return self._report(found[2]) if found[1] == "reports" else self._report_document(found[2])
        found = re.fullmatch(r"/orders/2026-01-01/orders/([^/]+)", call.path)
        if found and call.method == "GET":
            return self._order(call, found[1])
        found = re.fullmatch(rf"{ITEM_PATH}/[^/]+(?:/([^/]+))?", call.path)
        if found:
            _one_marketplace(call)
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
        _only_known(call, ORDER_PARAMETERS)
        _one_marketplace(call)
        shop, query = self.shop(), call.query
        if "lastUpdatedAfter" not in query:
            raise RequestError("InvalidInput", "Exactly one of createdAfter and lastUpdatedAfter is required.")
        before = _moment(query["lastUpdatedBefore"]) if "lastUpdatedBefore" in query else self.store.clock
        if "lastUpdatedBefore" in query and before > self.store.clock - NEAREST_SECONDS:
            raise RequestError("InvalidInput", "lastUpdatedBefore must be at least two minutes before now.")
        size = _size(query.get("maxResultsPerPage"), ORDERS_AT_MOST, ORDERS_AT_MOST)
        updated = shop.order_updated_at[shop.order_places]
        chosen = (updated >= _moment(query["lastUpdatedAfter"])) & (updated <= before)
        chosen &= shop.world.orders.number[shop.order_places] > int(_opened(query.get("paginationToken")) or 0)
        places = shop.order_places[chosen]
        places = places[np.argsort(shop.world.orders.number[places], kind="stable")]
        page, parts = places[:size].tolist(), frozenset(query.get("includedData", "").split(","))
        document: Document = {"orders": [shop.order(place, parts) for place in page]}
        if len(places) > size:
            document["pagination"] = {"nextToken": _closed(str(int(shop.world.orders.number[page[-1]])))}
        return json_reply(document)

    def _order(self, call: Call, order_id: str) -> Reply:
        _only_known(call, frozenset(["includedData"]))
        shop = self.shop()
        place = shop.place_of_order(order_id)
        if place is None:
            raise RequestError("NotFound", f"Order '{order_id}' not found.", 404)
        return json_reply({"order": shop.order(place, frozenset(call.query.get("includedData", "").split(",")))})

    # -- listings ------------------------------------------------------------------------------------------------

    def _listings(self, call: Call) -> Reply:
        """Return a page of listings by sku: certain ones, or those that changed in a range of time."""
        _only_known(call, LISTING_PARAMETERS)
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
            skus = [sku for sku in skus if created[shop.product_of_sku[sku]] >= _moment(after)]
        if before is not None:
            skus = [sku for sku in skus if created[shop.product_of_sku[sku]] <= _moment(before)]
        skus = skus[:FOUND_AT_MOST]
        size, place = _size(query.get("pageSize"), 10, LISTINGS_AT_MOST), int(_opened(query.get("pageToken")) or 0)
        numbers = [shop.product_of_sku[sku] for sku in skus[place : place + size]]
        document: Document = {
            "numberOfResults": len(skus),
            "items": [shop.listing(number, _listing_parts(call)) for number in numbers],
        }
        if place + size < len(skus):
            document["pagination"] = {"nextToken": _closed(str(place + size))}
        return json_reply(document)

    def _listing(self, call: Call, number: int) -> Reply:
        _only_known(call, frozenset(["marketplaceIds", "includedData"]))
        return json_reply(self.shop().listing(number, _listing_parts(call)))

    def _patch(self, call: Call, number: int) -> Reply:
        """Set the quantity of one listing; everything else that can be patched is none of this store's."""
        _only_known(call, frozenset(["marketplaceIds"]))
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

    # -- feeds ---------------------------------------------------------------------------------------------------

    def _feeds(self, call: Call, path: str) -> Reply:
        """Return where a document may be put or lies, or how far a feed is."""
        wanted = call.document if isinstance(call.document, dict) else {}
        kind, _, number = path.partition("/")
        known = {"documents": len(self.feeds.documents), "feeds": len(self.feeds.feeds)}
        match call.method, kind:
            case "POST", "documents" if set(wanted) == {"contentType"}:
                return json_reply(self._where(self.feeds.open()), 201)
            case "POST", "feeds" if wanted.get("feedType") == FEED and wanted.get("marketplaceIds") == [MARKETPLACE_ID]:
                document_id = wanted.get("inputFeedDocumentId", "")
                if not document_id.isdigit() or self.feeds.documents[int(document_id)] is None:
                    raise RequestError("InvalidInput", "Upload the document first.")
                return json_reply({"feedId": str(self.feeds.submit(int(document_id)))}, 202)
            case "GET", ("documents" | "feeds") if number.isdigit() and int(number) < known[kind]:
                return json_reply(self._where(int(number)) if kind == "documents" else self._feed(int(number)))
        raise RequestError("InvalidInput", f"The sample store takes {FEED} of {MARKETPLACE_ID}.")

    def _where(self, number: int) -> Document:
        document = {"feedDocumentId": str(number), "url": f"{self.store.shop_url}/amazon/feed-documents/{number}"}
        is_report = any(feed.report_id == number for feed in self.feeds.feeds)
        return {**document, "compressionAlgorithm": "GZIP"} if is_report else document

    def _feed(self, number: int) -> Document:
        status, report_id = self.feeds.status(number), self.feeds.feeds[number].report_id
        document: Document = {
            "feedId": str(number),
            "feedType": FEED,
            "marketplaceIds": [MARKETPLACE_ID],
            "createdTime": iso(self.store.clock),
            "processingStatus": status,
        }
        return document if report_id is None else {**document, "resultFeedDocumentId": str(report_id)}

    def _feed_document(self, call: Call, number: int) -> Reply:
        """Take or give a document, as the storage does that its address leads to."""
        if call.method == "PUT":
            self.feeds.documents[number] = call.body
            return Reply(b"")
        content = self.feeds.documents[number]
        return Reply(b"", 404) if content is None else Reply(content, media_type="application/json")

    def _patched(self, sku: str, message: Document) -> Document | None:
        """Do one message of a feed and return what is wrong with it."""
        number = self.shop().product_of_sku.get(sku)
        if number is None:
            return {"code": "8541", "severity": "ERROR", "message": f"SKU '{sku}' not found"}
        return self._show(number, message["patches"][0]["value"][0])

    # -- reports -------------------------------------------------------------------------------------------------

    def _create_report(self, call: Call) -> Reply:
        wanted = call.document if isinstance(call.document, dict) else {}
        if set(wanted) - {"reportType", "marketplaceIds", "dataStartTime", "dataEndTime"}:
            raise RequestError("InvalidInput", "The sample store does not know all of these parameters.")
        if wanted.get("reportType") not in (ORDERS, LISTINGS) or wanted.get("marketplaceIds") != [MARKETPLACE_ID]:
            raise RequestError("InvalidInput", f"The sample store makes {ORDERS} and {LISTINGS} of {MARKETPLACE_ID}.")
        now = self.store.clock
        start, end = (_moment(wanted[name]) if name in wanted else now for name in ("dataStartTime", "dataEndTime"))
        if not start <= end or start > now:
            raise RequestError("InvalidInput", "dataStartTime must not be after dataEndTime or now.")
        self.reports.append(Report(wanted["reportType"], start, end, now))
        self.is_making = True
        return json_reply({"reportId": str(len(self.reports) - 1)}, 202)

    def _reports(self, call: Call) -> Reply:
        """Return the reports of some types and states that were asked for since a moment, the newest first."""
        query = call.query
        _only_known(
            call, frozenset(["reportTypes", "processingStatuses", "marketplaceIds", "pageSize", "createdSince"])
        )
        if query.get("marketplaceIds") != MARKETPLACE_ID or "reportTypes" not in query:
            raise RequestError("InvalidInput", f"Give reportTypes, and marketplaceIds={MARKETPLACE_ID}.")
        types, since = query["reportTypes"].split(","), _moment(query.get("createdSince", "1970-01-01T00:00:00Z"))
        found = [
            self._described(number)
            for number, report in enumerate(self.reports)
            if report.report_type in types and report.asked_at >= since
        ]
        if "processingStatuses" in query:
            found = [each for each in found if each["processingStatus"] in query["processingStatuses"].split(",")]
        return json_reply({"reports": found[::-1][: _size(query.get("pageSize"), 10, REPORTS_AT_MOST)]})

    def _report(self, report_id: str) -> Reply:
        document = self._described(int(report_id))
        self.is_making = False
        return json_reply(document)

    def _described(self, number: int) -> Document:
        """Return what is said of a report; the newest is still being made when somebody looks for the first time."""
        report = self.reports[number]
        document: Document = {
            "reportId": str(number),
            "reportType": report.report_type,
            "marketplaceIds": [MARKETPLACE_ID],
            "dataStartTime": iso(report.start),
            "dataEndTime": iso(report.end),
            "createdTime": iso(report.asked_at),
            "processingStatus": "IN_PROGRESS",
        }
        if self.is_making:
            return document
        if report.end - report.start > REPORT_DAYS_AT_MOST * DAY_SECONDS:
            return {**document, "processingStatus": "FATAL"}
        if self._content(report) is None:
            return {**document, "processingStatus": "CANCELLED"}
        return {**document, "processingStatus": "DONE", "reportDocumentId": str(number)}

    def _report_document(self, report_id: str) -> Reply:
        url = f"{self.store.shop_url}/amazon/documents/{report_id}.tsv.gz?X-Amz-Expires=300"
        return json_reply({"reportDocumentId": report_id, "url": url, "compressionAlgorithm": "GZIP"})

    def _document(self, number: int) -> Reply:
        """Return a report's file, as the storage does that its address leads to."""
        content = self._content(self.reports[number]) if number < len(self.reports) else None
        if content is None:
            return Reply(b"<Error><Code>NoSuchKey</Code></Error>", 404, "application/xml")
        return Reply(gzip.compress(content, 1, mtime=0), media_type="text/tab-separated-values; charset=UTF-8")

    def _content(self, report: Report) -> bytes | None:
        """Return what a report holds: what there was when it was asked for."""
        shop = self.shop()
        if shop.clock != report.asked_at:
            shop = AmazonAt(self.store.world, report.asked_at, self.store.shown("amazon", report.asked_at))
        return order_report(shop, report.start, report.end) if report.report_type == ORDERS else listing_report(shop)


def _nothing_at_amazon(call: Call) -> Reply:
    """Return that nothing lies in Amazon's own warehouses."""
    known = frozenset(["granularityType", "granularityId", "marketplaceIds", "details", "startDateTime"])
    _only_known(call, known)
    _one_marketplace(call)
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


def _only_known(call: Call, names: frozenset[str]) -> None:
    if unknown := set(call.query) - names:
        raise RequestError("InvalidInput", f"The sample store does not know {', '.join(sorted(unknown))}.")


def _one_marketplace(call: Call) -> None:
    if call.query.get("marketplaceIds") != MARKETPLACE_ID:
        raise RequestError("InvalidInput", f"marketplaceIds must be {MARKETPLACE_ID}.")


def _listing_parts(call: Call) -> frozenset[str]:
    return frozenset(call.query.get("includedData", "summaries").split(","))


def _size(text: str | None, usual: int, at_most: int) -> int:
    size = int(text or usual)
    if not 1 <= size <= at_most:
        raise RequestError("InvalidInput", f"A page holds between 1 and {at_most}.")
    return size


def _closed(text: str) -> str:
    """Return a token that means nothing to anybody else."""
    return urlsafe_b64encode(text.encode()).decode()


def _opened(token: str | None) -> str | None:
    return None if token is None else urlsafe_b64decode(token.encode()).decode()


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
