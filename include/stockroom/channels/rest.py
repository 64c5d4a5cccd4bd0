"""Reads a channel whose API is REST and JSON: the channel declares its streams, this asks, waits, pages, tries again.

What every such channel has in common. A channel with only this needs no code of its own beyond its declaration.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from typing import Any, Protocol, TypeVar

import httpx
import orjson

from stockroom.channels.channel import ChannelError
from stockroom.channels.http import TIMEOUT, Endpoint, TryAgainError, answered, time_of, until_answered
from stockroom.channels.limits import EVERYTHING, Limits
from stockroom.channels.paging import Answer, Json, PageRule
from stockroom.settings import Settings
from stockroom.streams import Stream

AccountT = TypeVar("AccountT")
AccountT_co = TypeVar("AccountT_co", covariant=True)
WriterT = TypeVar("WriterT")


class OpensAccount(Protocol[AccountT_co]):
    """Opens the way into a channel's account."""

    def __call__(
        self, settings: Settings, *, timeout: httpx.Timeout, sleep: Callable[[float], None]
    ) -> AbstractContextManager[AccountT_co]:
        """Return it."""


@dataclass
class RestApi:
    """One connection to a channel: signs, keeps its limits before and after, tries again, reads JSON."""

    http: httpx.Client
    endpoint: Endpoint
    limits: Limits
    sleep: Callable[[float], None] = time.sleep
    learn: Callable[[Limits, str, httpx.Headers], None] | None = None
    """Takes from an answer what it says of the limits."""

    def ask(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        document: Json = None,
        operation: str = EVERYTHING,
    ) -> tuple[Answer, httpx.Response]:
        """Return the answer to one request; ``path`` is below the endpoint, or a whole address on its host.

        Raises:
            ChannelError: as ``http.until_answered`` and ``http.answered`` raise it, or the address leads elsewhere.
        """
        url = self._address(path)
        content = None if document is None else orjson.dumps(document)

        def send() -> httpx.Response:
            response = self.http.request(
                method,
                url,
                params=dict(parameters) if parameters else None,
                content=content,
                headers={"Content-Type": "application/json"} if content else None,
            )
            if self.learn is not None:  # a refusal says most about the limits
                self.learn(self.limits, operation, response.headers)
            return response

        def once() -> tuple[Answer, httpx.Response]:
            self.limits.wait(operation)
            response = answered(send, self.endpoint)
            return Answer(_json(response), response.headers, _links(response)), response

        return until_answered(once, endpoint=self.endpoint, sleep=self.sleep)

    def get(self, path: str, parameters: Mapping[str, str] | None = None, *, operation: str = EVERYTHING) -> Json:
        """Return the document at a path."""
        return self.ask("GET", path, parameters=parameters, operation=operation)[0].document

    def send(self, method: str, path: str, document: Json, *, operation: str = EVERYTHING) -> Json:
        """Return what the channel answers to a document."""
        return self.ask(method, path, document=document, operation=operation)[0].document

    def pages(
        self,
        path: str,
        rule: PageRule,
        key: Sequence[str],
        *,
        parameters: Mapping[str, str] | None = None,
        operation: str = EVERYTHING,
    ) -> Iterator[list[Json]]:
        """Yield the pages of the list at a path."""

        def ask(page: Mapping[str, str], *, url: str | None = None) -> Answer:
            given = page if url is not None else {**(parameters or {}), **page}
            return self.ask("GET", url or path, parameters=given, operation=operation)[0]

        try:
            yield from rule.pages(ask, lambda record: tuple(str(value_at(record, name)) for name in key))
        except ChannelError as error:
            if str(error).startswith(self.endpoint.channel):
                raise
            raise ChannelError(f"{self.endpoint}: {path}: {error}") from error

    def time(self, path: str, parameters: Mapping[str, str] | None = None, *, operation: str = EVERYTHING) -> datetime:
        """Return the channel's own time, from the ``Date`` of its answer at a path."""
        return time_of(self.ask("GET", path, parameters=parameters, operation=operation)[1], self.endpoint)

    def _address(self, path: str) -> str:
        """Return the address of a path; one that a page named must not take the credentials to another host."""
        base = httpx.URL(self.endpoint.url)
        url = httpx.URL(path) if "://" in path else httpx.URL(f"{self.endpoint.url}/{path.lstrip('/')}")
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
            raise ChannelError(f"{self.endpoint} names a next page on another host, {url.host}; it is not followed.")
        return str(url)


@dataclass(frozen=True)
class RestStream:
    """How one stream is asked for."""

    stream: Stream
    path: str
    pages: PageRule
    parameters: Mapping[str, str] = field(default_factory=dict)
    window: Callable[[datetime | None, datetime], Mapping[str, str]] | None = None
    """The parameters that ask for ``start <= changed < end``; none for streams that are read whole."""
    complete: Callable[[RestApi, Json], Json] | None = None
    """Adds to a record what only further requests tell, such as an order's refunds."""
    keep: Callable[[Json, datetime | None, datetime], bool] | None = None
    """Whether a record belongs to the window, where the channel's own search is coarser than a second."""
    operation: str = EVERYTHING


@dataclass
class RestReader:
    """An open connection to a channel whose streams are all read from lists."""

    api: RestApi
    streams: tuple[RestStream, ...]
    clock: tuple[str, Mapping[str, str]]
    """The cheapest question, asked for the time in its answer's header."""

    def now(self) -> datetime:
        """Return the channel's own time."""
        return self.api.time(*self.clock)

    def records(self, stream: Stream, *, start: datetime | None, end: datetime) -> Iterator[bytes]:
        """Yield each record of the stream that changed in ``start <= time < end`` as one line of JSON, complete."""
        asked = next(item for item in self.streams if item.stream == stream)
        window = {} if asked.window is None else asked.window(start, end)
        parameters = {**asked.parameters, **window}
        for page in self.api.pages(
            asked.path, asked.pages, stream.key, parameters=parameters, operation=asked.operation
        ):
            for record in page:
                if asked.keep is None or asked.keep(record, start, end):
                    yield orjson.dumps(record if asked.complete is None else asked.complete(self.api, record))


@contextmanager
def open_api(
    endpoint: Endpoint,
    *,
    auth: httpx.Auth | None = None,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    learn: Callable[[Limits, str, httpx.Headers], None] | None = None,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RestApi]:
    """Open a connection; redirects are not followed, since they would carry the credentials elsewhere."""
    with httpx.Client(auth=auth, headers=dict(headers or {}), timeout=timeout, follow_redirects=False) as http:
        yield RestApi(http, endpoint, limits or Limits(sleep=sleep), sleep, learn)


def opens_writer(
    open_account: OpensAccount[AccountT], writer: Callable[[AccountT], WriterT]
) -> Callable[..., AbstractContextManager[WriterT]]:
    """Return a channel's ``open_writer``: it opens the account of the settings, and ``writer`` writes over it."""

    @contextmanager
    def open_writer(
        settings: Settings, *, timeout: httpx.Timeout = TIMEOUT, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[WriterT]:
        """Open a connection to the account of ``settings``."""
        with open_account(settings, timeout=timeout, sleep=sleep) as account:
            yield writer(account)

    return open_writer


def value_at(record: Json, name: str) -> Any:  # noqa: ANN401  # JSON
    """Return a field of a record; dots lead into objects."""
    return reduce(lambda held, part: held.get(part) if isinstance(held, dict) else None, name.split("."), record)


def utc(moment: datetime, form: str = "%Y-%m-%dT%H:%M:%S") -> str:
    """Return a moment as a channel's search takes it, in UTC."""
    return moment.astimezone(UTC).strftime(form)


def _json(response: httpx.Response) -> Json:
    if not response.content:
        return None
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise TryAgainError(f"answered something that is not JSON ({response.content[:80]!r})") from error


def _links(response: httpx.Response) -> dict[str, str]:
    """Return the addresses of the ``Link`` header, whole, by their relation."""
    return {str(name): str(response.url.join(link["url"])) for name, link in response.links.items() if link.get("url")}
