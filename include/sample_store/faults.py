"""Faults on demand: the next answers go wrong in the ways real channels go wrong, whichever shop is asked."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import orjson

from sample_store.apis import Call, Reply, json_reply

STATUSES = {
    "status_429": (429, {"Retry-After": "1.0"}),
    "status_429_bare": (429, {}),
    "status_401": (401, {}),
    "status_500": (500, {}),
    "status_503": (503, {}),
}
KINDS = (
    *STATUSES,
    "hang",
    "close_mid_body",
    "no_json",
    "clock_ahead",
    "clock_behind",
    "clock_right",
    "one_record_a_page",
    "pages_as_asked",
    "page_again",
    "page_reversed",
    "empty_page_last",
    "change_while_paged",
)
LISTS = ("data", "orders", "inventoryItems", "items")
"""Where pages hold their records that are no list themselves."""
SKEW_SECONDS = 300
PAGE_SIZES = ("per_page", "limit", "first", "maxResultsPerPage", "pageSize")
PLACES = ("page", "min_id", "offset", "paginationToken", "pageToken")
"""What asks for another page than the first."""


class Faults:
    """A queue of faults; each API request takes one, until none is left."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[str, str]] = deque()
        """The shop that a fault is for (none: any), and its kind."""
        self.skew_seconds = 0
        self.one_record_a_page = False
        self.minutes = 5
        self.before: dict[str, bytes] = {}
        """By shop and path: the page that its last list answered."""

    def order(self, kind: str, times: int, channel: str = "") -> None:
        """Queue a fault ``times`` times; 0 clears the queue. Raises ``ValueError`` for a fault nobody knows."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(KINDS)}")
        if kind.startswith("clock_"):
            self.skew_seconds = {"clock_ahead": SKEW_SECONDS, "clock_behind": -SKEW_SECONDS, "clock_right": 0}[kind]
            return
        if kind in ("one_record_a_page", "pages_as_asked"):  # pages of two sizes in one reading would lose records
            self.one_record_a_page = kind == "one_record_a_page"
            return
        if times <= 0:
            self.waiting.clear()
        self.waiting.extend([(channel, kind)] * times)

    def next(self, channel: str) -> str | None:
        """Return the fault of this request, if it has one."""
        for place, (wanted, kind) in enumerate(self.waiting):
            if wanted in ("", channel):
                del self.waiting[place]
                return kind
        return None

    def instead(self, fault: str | None) -> Reply | None:
        """Return what is answered instead, where the fault keeps the shop from being asked."""
        if fault in STATUSES:
            status, headers = STATUSES[fault]
            return json_reply({"errors": f"the fault that was asked for: {status}"}, status, headers)
        if fault == "no_json":
            return Reply(b"<html>busy</html>", media_type="text/html")
        return None

    def asked(self, call: Call) -> Call:
        """Return the request as the shop is made to understand it."""
        if not self.one_record_a_page:
            return call
        small = {name: "1" for name in PAGE_SIZES if name in call.query}
        document = call.document if call.body else None
        if isinstance(document, dict) and isinstance(document.get("variables"), dict):
            variables = document["variables"]
            document = {**document, "variables": {**variables, **({"first": 1} if "first" in variables else {})}}
            return replace(call, body=orjson.dumps(document))
        return replace(call, query={**call.query, **small})

    def changed(self, fault: str | None, channel: str, call: Call, reply: Reply) -> Reply:
        """Return the answer as the fault leaves it; pages of lists are the only ones with something to repeat."""
        is_json = reply.media_type.startswith("application/json") and reply.body
        document: Any = orjson.loads(reply.body) if is_json else None
        records = document
        if isinstance(document, dict):
            records = next((document[name] for name in LISTS if name in document), None)
        if reply.status != 200 or not isinstance(records, list) or call.method != "GET":
            return reply
        place = channel + call.path
        before, self.before[place] = self.before.get(place), reply.body
        is_first = next((call.query[name] for name in PLACES if name in call.query), "1") in ("0", "1")
        if fault == "page_again" and before is not None and not is_first:
            self.before[place] = before
            return replace(reply, body=before)
        if fault == "page_reversed":
            records.reverse()
            return replace(reply, body=orjson.dumps(document))
        if fault == "empty_page_last" and "X-WP-TotalPages" in reply.headers:
            pages = str(int(reply.headers["X-WP-TotalPages"]) + 1)
            return replace(reply, headers={**reply.headers, "X-WP-TotalPages": pages})
        return reply
