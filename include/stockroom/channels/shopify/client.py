"""Talks to Shopify's Admin GraphQL API: asks, waits as the shop's limits want it, follows pages to their ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from stockroom.channels.channel import ChannelError, ConnectionField, RefusedConnectionError, values_of
from stockroom.channels.exports import Export
from stockroom.channels.http import TIMEOUT, Endpoint, TryAgainError, https_only, post, time_of, until_answered
from stockroom.channels.oauth import RefreshedToken
from stockroom.channels.shopify.bulk import BULK, FEWEST_RECORDS, open_export
from stockroom.channels.shopify.streams import (
    API_VERSION,
    CLOCK,
    QUERIES,
    NestedPages,
    Question,
    StreamQuestion,
    without_others_words,
)
from stockroom.channels.shopify.throttle import (
    RECORDS_A_PAGE,
    Bucket,
    Cost,
    TooCostlyError,
    cost_of,
    next_page_size,
)
from stockroom.settings import Settings
from stockroom.streams import Stream

SCOPES = (
    "read_orders, read_all_orders, read_products, read_inventory, write_inventory, read_locations, read_fulfillments, "
    "read_merchant_managed_fulfillment_orders"
)
FIELDS = (
    ConnectionField("url", "the shop's address, such as https://sample.myshopify.com"),
    ConnectionField(
        "token",
        f"the access token, shpat_…, of a custom app with the scopes {SCOPES}; an app of the Dev Dashboard has none: "
        "leave it empty and give the next two",
        is_secret=True,
        is_optional=True,
    ),
    ConnectionField("client_id", "the client ID of the app, from Dev Dashboard > app > Settings", is_optional=True),
    ConnectionField(
        "client_secret",
        "the client secret beside it; a token is fetched with it and renewed before its 24 hours are over",
        is_secret=True,
        is_optional=True,
    ),
    ConnectionField(
        "webhook_secret",
        "the client secret of the app that made the webhooks; if they were made in the admin, the key under Settings > "
        "Notifications > Webhooks",
        is_secret=True,
        is_optional=True,
    ),
)
TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105  # the name of a header
MANY_RECORDS = 24
"""Records of a page beyond which larger nested pages save more requests than more records do."""
PASSING_ERRORS = ("INTERNAL_SERVER_ERROR", "TIMEOUT", "BAD_GATEWAY", "SERVICE_UNAVAILABLE")

Json = dict[str, Any]


@contextmanager
def connect(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[ShopifyReader]:
    """Open a connection to the shop of ``settings``.

    Raises:
        ChannelError: the settings name no shop or no token.
    """
    given = values_of("shopify", "Shopify", FIELDS, settings)
    address = https_only(given["url"], "Shopify")
    endpoint = Endpoint(
        channel="Shopify",
        url=f"{address}/admin/api/{API_VERSION}/graphql.json",
        credentials=f"Install the app in the shop with the scopes {SCOPES}, and put its client ID and secret in "
        "STOCKROOM_SHOPIFY_CLIENT_ID and STOCKROOM_SHOPIFY_CLIENT_SECRET (of an app made in the admin: its access "
        "token in STOCKROOM_SHOPIFY_TOKEN).",
    )
    headers = {"Content-Type": "application/json"}
    with httpx.Client(headers=headers, auth=_signed(given, address), timeout=timeout, follow_redirects=False) as http:
        yield ShopifyReader(http, endpoint, sleep, monotonic)


class _Token(httpx.Auth):
    """Signs requests with a token that holds until it is revoked."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Put the token where Shopify looks for it."""
        request.headers[TOKEN_HEADER] = self.token
        yield request


def _signed(given: dict[str, str], address: str) -> httpx.Auth:
    """Return what signs requests: the token that was given, or one that the shop gives for client ID and secret.

    https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant
    """
    if given["token"]:
        return _Token(given["token"])
    if not (given["client_id"] and given["client_secret"]):
        raise ChannelError(
            "Shopify is not connected: set STOCKROOM_SHOPIFY_CLIENT_ID and STOCKROOM_SHOPIFY_CLIENT_SECRET (Dev "
            "Dashboard > app > Settings), or STOCKROOM_SHOPIFY_TOKEN of an app that was made in the shop's admin"
        )
    names = ("client_id", "client_secret")
    form = {"grant_type": "client_credentials", **{name: given[name] for name in names}}
    return RefreshedToken(f"{address}/admin/oauth/access_token", form, header=TOKEN_HEADER, prefix="")


@dataclass
class ShopifyReader:
    """An open connection, and what it has learnt of the shop's limits."""

    http: httpx.Client
    endpoint: Endpoint
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    """Measures waits only; what time it is, the shop says."""
    _bucket: Bucket | None = None
    _points: dict[str, float] = field(default_factory=dict)
    """By query: the points that one more like the last would cost."""
    _sizes: dict[str, int] = field(default_factory=dict)
    """By query: records to ask for on the next page."""
    _lines: dict[str, int] = field(default_factory=dict)
    """By query: size of nested pages, once the declared one was refused."""

    def now(self) -> datetime:
        """Return the shop's own time, as the ``Date`` of an answer states it."""
        return self.ask(CLOCK, {})[1]

    def stated_limits(self) -> list[str]:
        """Return the limits that the shop's answers stated so far."""
        if self._bucket is None:
            return []
        most, a_second = self._bucket.maximum_points, self._bucket.points_per_second
        return [f"queries: {most:,.0f} points at once, {a_second:,.0f} more a second"]

    def records(self, stream: Stream, *, start: datetime | None, end: datetime) -> Iterator[bytes]:
        """Yield each record of ``stream`` updated in ``start <= time < end`` as one line of JSON, complete.

        A record that changes while pages are read moves behind ``end`` and comes with the next window.
        """
        asked = next(query for query in QUERIES if query.stream == stream)
        variables: Json = {} if stream.mode == "snapshot" else {"query": _window(start, end)}
        for connection in self._pages(asked, variables):
            for node in connection["nodes"]:
                for nested in asked.nested:
                    self.complete(node, nested, nested.path)
                yield orjson.dumps(without_others_words(node))

    def export(
        self, stream: Stream, *, start: datetime | None, end: datetime, patience_seconds: float
    ) -> AbstractContextManager[Export] | None:
        """Return the way to one file with the records updated in ``start <= time < end``; None where they are few."""
        bulk = BULK.get(stream.name)
        search = _window(start, end)
        if bulk is None or self.ask(bulk.count, {"query": search})[0][bulk.count.root]["count"] < FEWEST_RECORDS:
            return None
        asked = next(query for query in QUERIES if query.stream == stream)
        return open_export(self, asked, search, start, patience_seconds)

    def _pages(self, asked: StreamQuestion, variables: Json) -> Iterator[Json]:
        """Yield the pages of a stream's own connection, from the first to the last."""
        after: str | None = None
        while True:
            page = self._sized_page(asked.question, {**variables, "after": after}, lines=asked.lines)
            if not isinstance(page, dict) or not {"nodes", "pageInfo"} <= page.keys():
                raise ChannelError(f"{self.endpoint}: its answer to {asked.question.name} has no page of records.")
            yield page
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = self._further(asked.question, page["pageInfo"], after)

    def complete(self, node: Json, nested: NestedPages, path: tuple[str, ...]) -> None:
        """Append every further page to the connection that stands at ``path`` in ``node``.

        A record without it lands as it came: loading says what a record lacks.
        """
        if len(path) > 1:
            for item in node.get(path[0]) or ():
                self.complete(item, nested, path[1:])
            return
        connection = node.get(path[0])
        if not isinstance(connection, dict) or "pageInfo" not in connection:
            return
        page = connection.pop("pageInfo")
        after: str | None = None
        while page["hasNextPage"]:
            after = self._further(nested.question, page, after)
            holder = self._sized_page(nested.question, {"id": node["id"], "after": after})
            if holder is None:  # deleted between two answers: its record comes again, changed, in the next window
                return
            connection["nodes"].extend(holder[path[0]]["nodes"])
            page = holder[path[0]]["pageInfo"]

    def _further(self, question: Question, page_info: Json, before: str | None) -> str:
        """Return the cursor of the next page; a shop that repeats one would be asked for ever."""
        after = page_info["endCursor"]
        if not after or after == before:
            raise ChannelError(
                f"{self.endpoint}: {question.name} promises a next page but names none behind {before!r}."
            )
        return str(after)

    def _sized_page(self, question: Question, variables: Json, *, lines: int | None = None) -> Any:  # noqa: ANN401  # JSON
        """Return what ``question`` names, asked for as many records as the shop's limits allow."""
        while True:
            size = self._sizes.setdefault(question.name, question.first)
            sized = {**variables, "first": size}
            if lines is not None:
                sized["lines"] = self._lines.setdefault(question.name, lines)
            try:
                return self.ask(question, sized)[0][question.root]
            except TooCostlyError as error:
                if size > 1:
                    self._sizes[question.name] = size // 2
                elif sized.get("lines", 1) > 1:
                    self._lines[question.name] = sized["lines"] // 2
                else:
                    raise ChannelError(
                        f"{self.endpoint}: {question.name} is too costly for this shop: {error}"
                    ) from error

    def ask(self, question: Question, variables: Json) -> tuple[Json, datetime]:
        """Return the answer's data and the shop's time, after as many tries as it takes.

        Raises:
            TooCostlyError: the query asks for more points than any query may.
            ChannelError: any other refusal.
        """
        content = orjson.dumps({"query": question.text, "operationName": question.name, "variables": variables})
        return until_answered(
            lambda: self._ask_once(question, variables, content), endpoint=self.endpoint, sleep=self.sleep
        )

    def _ask_once(self, question: Question, variables: Json, content: bytes) -> tuple[Json, datetime]:
        if self._bucket is not None:
            points = self._points.get(
                question.name, self._bucket.query_points
            )  # not asked before: it may cost anything
            if (wait := self._bucket.seconds_until(points, now=self.monotonic())) > 0:
                self.sleep(wait)
        response = post(self.http, self.endpoint, content)
        try:
            answer = orjson.loads(response.content)
            errors = answer.get("errors") or []
            data = answer.get("data")
        except (orjson.JSONDecodeError, AttributeError) as error:
            raise TryAgainError(f"answered something that is not JSON ({response.content[:80]!r})") from error
        cost = cost_of(answer, now=self.monotonic())
        if cost is not None:
            self._bucket = cost.bucket
            self._points[question.name] = cost.requested_points
        if errors:
            self._raise_for(question, errors)
        if not isinstance(data, dict):
            raise TryAgainError("answered without data")
        if cost is not None and "first" in variables:
            self._learn(question, variables, cost)
        return data, time_of(response, self.endpoint)

    def _learn(self, question: Question, variables: Json, cost: Cost) -> None:
        """Size the question's next page by what this one cost.

        Where many records fit into a page, nested pages grow first: following one costs a request of its own.
        """
        size = next_page_size(variables["first"], cost)
        lines = variables.get("lines", RECORDS_A_PAGE)
        if size >= MANY_RECORDS and lines < RECORDS_A_PAGE:
            self._lines[question.name] = min(2 * lines, RECORDS_A_PAGE)
            size //= 2
        self._sizes[question.name] = size
        expected = cost.requested_points * max(size / variables["first"], 1.0)
        self._points[question.name] = min(expected, cost.bucket.query_points)

    def _raise_for(self, question: Question, errors: list[Json]) -> None:
        """Raise what Shopify's ``errors`` mean; an answer with any is never landed in part."""
        error = errors[0]
        code = (error.get("extensions") or {}).get("code", "")
        message = str(error.get("message", error))[:300]
        if code == "THROTTLED":
            wait = 0.0
            if self._bucket is not None and question.name in self._points:
                wait = self._bucket.seconds_until(self._points[question.name], now=self.monotonic())
            # A bucket that seems full enough is being emptied by somebody else: then the back-off decides.
            raise TryAgainError("is throttling us", wait_seconds=wait or None)
        if code == "MAX_COST_EXCEEDED":
            raise TooCostlyError(message)
        if code in PASSING_ERRORS:
            raise TryAgainError(f"answered {code}: {message}")
        if code == "ACCESS_DENIED":
            raise RefusedConnectionError(f"{self.endpoint}: access denied: {message} {self.endpoint.credentials}")
        raise ChannelError(f"{self.endpoint} does not answer the query: {message}")


def _window(start: datetime | None, end: datetime) -> str:
    """Return Shopify's search for records updated in ``start <= time < end``.

    >>> _window(None, datetime(2011, 6, 30, 5, tzinfo=UTC))
    "updated_at:<'2011-06-30T05:00:00Z'"
    """
    before = f"updated_at:<'{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"
    return before if start is None else f"updated_at:>='{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}' AND {before}"
