"""The Selling Partner API through its library: signed, within the published rates, asked until it answers.

The library names the operations, builds their addresses and signs them. What it leaves out is done here: waiting before
a rate is exceeded, trying again, noticing answers that are no JSON, renewing a token that was refused, and another
endpoint than Amazon's own.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson
from sp_api.api import (
    FeedsV20210630,
    Inventories,
    OrdersV20260101,
    Reports,
)
from sp_api.api.listings_items.listings_items_2021_08_01 import (
    ListingsItemsV20210801,
)
from sp_api.base import (
    Client,
    SellingApiException,
    fill_query_params,
    sp_endpoint,
)
from sp_api.base.credential_provider import FromCodeCredentialProvider

from stockroom.channels.amazon.login import Login
from stockroom.channels.amazon.rates import USAGE_PLANS, hold, learn
from stockroom.channels.channel import ChannelError
from stockroom.channels.http import TIMEOUT, Endpoint, TryAgainError, answered, time_of, until_answered
from stockroom.channels.limits import Limits
from stockroom.channels.paging import Answer as Page
from stockroom.channels.paging import Json, TokenPages
from stockroom.channels.rest import value_at

Call = Callable[..., Any]

REFUSED = (401, 403)
"""403 is also what an expired token gets."""
SIGNED_BY = "x-amz-access-token"


@dataclass(frozen=True)
class Connection:
    """What connecting needs."""

    endpoint: Endpoint
    token_endpoint: Endpoint
    seller_id: str
    marketplace_id: str
    credentials: Mapping[str, str] = field(repr=False)


@dataclass
class Transport:
    """Sends what the library has built; it calls ``request`` as it would call its own."""

    http: httpx.Client
    endpoint: Endpoint
    login: Login
    limits: Limits
    sleep: Callable[[float], None]
    operation: str = ""
    """What is asked for now: limits are kept by operation."""

    def request(self, method: str, url: str, **parts: Any) -> httpx.Response:  # noqa: ANN401  # the library's own
        """Return Amazon's complete answer in JSON.

        Raises:
            ChannelError: as ``http.until_answered`` and ``http.answered`` raise it.
        """

        def once() -> httpx.Response:
            self.limits.wait(self.operation)
            response = answered(lambda: self._send(method, url, **parts), self.endpoint)
            try:
                orjson.loads(response.content or b"{}")
            except orjson.JSONDecodeError as error:  # the library would take it for an empty answer
                raise TryAgainError(f"answered something that is not JSON ({response.content[:80]!r})") from error
            return response

        return until_answered(once, endpoint=self.endpoint, sleep=self.sleep)

    def close(self) -> None:
        """Leave the connection to whoever opened it."""

    def _send(self, method: str, url: str, *, headers: Mapping[str, str], **parts: Any) -> httpx.Response:  # noqa: ANN401  # as above
        signed = {**headers, SIGNED_BY: self.login.token}
        response = self.http.request(method, url, headers=signed, **parts)
        if response.status_code in REFUSED:
            self.login.forget()
            response = self.http.request(method, url, headers={**signed, SIGNED_BY: self.login.token}, **parts)
        learn(self.limits, self.operation, response.headers)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            hold(self.limits, self.operation)
        return response


class Ours(Client):  # type: ignore[misc]  # the library ships no types
    """What each client of the library is given here: our address and transport, and only parameters that are meant."""

    _transport: Any

    def __init__(self, connection: Connection, transport: Transport) -> None:
        """Take what all clients share."""
        super().__init__(
            credentials=dict(connection.credentials),
            credential_providers=(FromCodeCredentialProvider,),  # neither the environment nor a file of the library's
            auth_token_client_class=lambda **_: transport.login,
            verify=False,  # of a transport that is replaced below; ours checks certificates
        )
        self._transport.close()
        self._transport = transport
        self.endpoint, self.marketplace_id = connection.endpoint.url, connection.marketplace_id

    @property
    def headers(self) -> dict[str, str]:
        """Return what the library sends, without its idea of the host."""
        return {name: value for name, value in super().headers.items() if name != "host"}

    def _request(self, path: str, **options: Any) -> Any:  # noqa: ANN401  # the library's own
        """Send without the marketplaces that the library adds in four spellings where it finds none."""
        return super()._request(path, **{**options, "add_marketplace": False})


class _Orders(Ours, OrdersV20260101):  # type: ignore[misc]  # the library ships no types
    """Orders, version 2026-01-01."""


class _Listings(Ours, ListingsItemsV20210801):  # type: ignore[misc]  # as above
    """Listings Items, version 2021-08-01."""


class _Inventories(Ours, Inventories):  # type: ignore[misc]  # as above
    """FBA inventory, version 1."""


class _Reports(Ours, Reports):  # type: ignore[misc]  # as above
    """Reports, version 2021-06-30."""


class _Feeds(Ours, FeedsV20210630):  # type: ignore[misc]  # as above
    """Feeds, version 2021-06-30, without the library's own way to and from the storage."""

    @sp_endpoint("/feeds/2021-06-30/documents", method="POST")  # type: ignore[untyped-decorator]  # as above
    def open_document(self, **options: Any) -> Any:  # noqa: ANN401  # the library's own
        """Ask where a document may be uploaded."""
        return self._request(options.pop("path"), data=options)

    @sp_endpoint("/feeds/2021-06-30/documents/{}", method="GET")  # type: ignore[untyped-decorator]  # as above
    def find_document(self, document_id: str, **options: Any) -> Any:  # noqa: ANN401  # as above
        """Ask where a document lies."""
        return self._request(fill_query_params(options.pop("path"), document_id), params=options)

    @sp_endpoint("/feeds/2021-06-30/feeds", method="POST")  # type: ignore[untyped-decorator]  # as above
    def submit(self, **options: Any) -> Any:  # noqa: ANN401  # as above
        """Let an uploaded document be worked off."""
        return self._request(options.pop("path"), data=options)


@dataclass
class Seller:
    """One open connection to a seller's account in one marketplace."""

    connection: Connection
    transport: Transport

    def __post_init__(self) -> None:
        """Open the library's clients."""
        shared = (self.connection, self.transport)
        self.orders, self.listings = _Orders(*shared), _Listings(*shared)
        self.inventories, self.reports, self.feeds = _Inventories(*shared), _Reports(*shared), _Feeds(*shared)

    @property
    def marketplace_id(self) -> str:
        """Return the marketplace that is sold in."""
        return self.connection.marketplace_id

    @property
    def seller_id(self) -> str:
        """Return the seller's own id."""
        return self.connection.seller_id

    def ask(self, operation: str, call: Call, *places: str, **parameters: Any) -> Answer:  # noqa: ANN401  # JSON
        """Return what one operation answers; ``operation`` is its name in the contract, ``call`` the library's method.

        Raises:
            ChannelError: Amazon refuses, or does not answer; also where it answers with nothing but errors.
        """
        self.transport.operation = operation
        try:
            found = call(*places, **parameters)
        except SellingApiException as error:
            raise ChannelError(
                f"{self.connection.endpoint}: {operation}: {error.amzn_code}: {error.message}"
            ) from error
        return Answer(found.payload, found.next_token, found.headers)

    def pages(
        self,
        operation: str,
        call: Call,
        *places: str,
        at: str,
        key: tuple[str, ...],
        next_page: str,
        **parameters: str,
    ) -> Iterator[list[Json]]:
        """Yield the pages of a list; ``at`` is where they hold records, ``next_page`` takes the token of the next."""

        def ask(page: Mapping[str, str], *, url: str | None = None) -> Page:  # noqa: ARG001  # no page has an address
            answer = self.ask(operation, call, *places, **{**parameters, **page})
            return Page({at: answer.document.get(at), "next": answer.next_token}, answer.headers, {})

        rule = TokenPages(next_page, token_at=("next",), parameters={}, at=(at,))
        try:
            yield from rule.pages(ask, lambda record: tuple(str(value_at(record, name)) for name in key))
        except ChannelError as error:
            if str(error).startswith(self.connection.endpoint.channel):
                raise
            raise ChannelError(f"{self.connection.endpoint}: {operation}: {error}") from error

    def now(self) -> datetime:
        """Return Amazon's own time, from the header of the answer that may be asked for most often."""
        answer = self.ask(
            "searchListingsItems",
            self.listings.search_listings_items,
            self.seller_id,
            marketplaceIds=self.marketplace_id,
            pageSize=1,
        )
        return time_of(httpx.Response(200, headers=answer.headers), self.connection.endpoint)


@dataclass(frozen=True)
class Answer:
    """What an operation answered."""

    document: Json
    next_token: str | None
    headers: httpx.Headers


@contextmanager
def open_seller(
    connection: Connection,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    trust: ssl.SSLContext | None = None,
) -> Iterator[Seller]:
    """Open a connection; ``trust`` holds other authorities than the usual ones."""
    with httpx.Client(timeout=timeout, follow_redirects=False, verify=trust or True) as http:
        login = Login(http, connection.token_endpoint, sleep, credentials=connection.credentials)
        limits = Limits(USAGE_PLANS, sleep=sleep, channel_id="amazon")
        yield Seller(connection, Transport(http, connection.endpoint, login, limits, sleep))
