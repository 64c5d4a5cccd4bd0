"""The ways in which channels cut a list into pages; each reads to the end and notices pages that cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any, Protocol

import httpx

from stockroom.channels.channel import ChannelError

Json = Any
TRIES = 4
"""How often a page is asked for again that only repeats the one before it."""


@dataclass(frozen=True)
class Answer:
    """A page as it came."""

    document: Json
    headers: httpx.Headers
    links: Mapping[str, str]
    """The ``Link`` header's addresses by their relation."""


class Ask(Protocol):
    """Asks for one page: with parameters, or by a whole address that an earlier page named."""

    def __call__(self, parameters: Mapping[str, str], /, *, url: str | None = None) -> Answer:
        """Return the page."""


class PageRule(Protocol):
    """One way of cutting a list into pages."""

    def pages(self, ask: Ask, key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the records of each page, from the first to the last; a record may come twice, none is left out."""


@dataclass(frozen=True)
class NumberedPages:
    """Pages by number: ``page=2&per_page=100``, with the number of pages and of records in headers or in the page.

    Such a list closes up when a record leaves it (an order that changes leaves its window), and the first records of a
    page slip to the end of the one before. The count tells: where it fell, reading goes back by as many pages.
    """

    size: int
    page: str = "page"
    page_size: str = "per_page"
    pages_header: str = "X-WP-TotalPages"
    records_header: str = "X-WP-Total"
    at: tuple[str, ...] = ()
    pages_at: tuple[str, ...] | None = None
    records_at: tuple[str, ...] | None = None
    """Where the page itself holds the two numbers; None: the headers do."""

    def pages(self, ask: Ask, key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the pages."""
        number, count = 1, None
        before: list[object] = []
        while True:
            parameters = {self.page: str(number), self.page_size: str(self.size)}
            answer, records = _unlike(before, partial(ask, parameters), self.at, key)
            yield records
            total = _count(answer, self.records_header, self.records_at)
            slipped = _fallen(count, total)
            count = total
            last = _count(answer, self.pages_header, self.pages_at)
            if slipped and number > 1:
                number, before = max(1, number - ceil(slipped / self.size)), []
                continue
            if not records or (number >= last if last is not None else len(records) < self.size):
                return
            before = [key(record) for record in records]
            number += 1


@dataclass(frozen=True)
class LinkedPages:
    """Pages that name the next one: in the ``Link`` header (``rel="next"``), or at a place in the document."""

    parameters: Mapping[str, str]
    at: tuple[str, ...] = ()
    next_at: tuple[str, ...] | None = None
    """Where the next page's address stands in the document; None: in the header."""

    def pages(self, ask: Ask, _key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the pages."""
        url: str | None = None
        while True:
            answer = ask(self.parameters if url is None else {}, url=url)
            yield found_at(answer.document, self.at)
            further = answer.links.get("next") if self.next_at is None else _text_at(answer.document, self.next_at)
            if not further:
                return
            if further == url:
                raise ChannelError(f"a page names itself as the next one: {further}")
            url = further


@dataclass(frozen=True)
class TokenPages:
    """Pages behind a token (a cursor): the document holds the next one, until it holds none."""

    token: str
    """The parameter that takes the token."""
    token_at: tuple[str, ...]
    parameters: Mapping[str, str]
    at: tuple[str, ...]
    only_token: bool = False
    """Whether a further page is asked for with the token alone, as some channels insist."""

    def pages(self, ask: Ask, key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the pages."""
        token: str | None = None
        before: list[object] = []
        while True:
            first = {} if token is not None and self.only_token else dict(self.parameters)
            parameters = first if token is None else {**first, self.token: token}
            answer, records = _unlike(before, partial(ask, parameters), self.at, key)
            yield records
            further = _text_at(answer.document, self.token_at)
            if not further:
                return
            if further == token:
                raise ChannelError(f"a page names its own token as the next one: {further}")
            token, before = further, [key(record) for record in records]


@dataclass(frozen=True)
class OffsetPages:
    """Pages by place: ``offset=200&limit=100``, with the number of records in the document.

    A list that closes up while it is read is read again from the page before, as ``NumberedPages`` says.
    """

    size: int
    at: tuple[str, ...]
    total_at: tuple[str, ...]
    offset: str = "offset"
    limit: str = "limit"

    def pages(self, ask: Ask, key: Callable[[Json], object], /) -> Iterator[list[Json]]:
        """Yield the pages."""
        place, count = 0, None
        before: list[object] = []
        while True:
            parameters = {self.offset: str(place), self.limit: str(self.size)}
            answer, records = _unlike(before, partial(ask, parameters), self.at, key)
            yield records
            total = _whole(_text_at(answer.document, self.total_at))
            slipped = _fallen(count, total)
            count = total
            if slipped and place:
                place, before = max(0, place - slipped), []
                continue
            place += len(records)
            if not records or (place >= total if total is not None else len(records) < self.size):
                return
            before = [key(record) for record in records]


def _unlike(
    before: list[object], ask: Callable[[], Answer], at: tuple[str, ...], key: Callable[[Json], object]
) -> tuple[Answer, list[Json]]:
    """Return a page and its records, asked for again while it only repeats the page before it."""
    for _ in range(TRIES):
        answer = ask()
        records = found_at(answer.document, at)
        if not records or [key(record) for record in records] != before:
            return answer, records
    raise ChannelError(f"a page repeats the page before it, {TRIES} times in a row")


def _fallen(before: int | None, now: int | None) -> int:
    """Return how many records have left the list since the page before."""
    return max(0, before - now) if before is not None and now is not None else 0


def found_at(document: Json, path: tuple[str, ...]) -> list[Json]:
    """Return the list at a place in a page.

    Raises:
        ChannelError: there is none, so this is no page.
    """
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    if not isinstance(document, list):
        raise ChannelError(f"answered a page without its records ({'.'.join(path) or 'a list'})")
    return document


def _count(answer: Answer, header: str, at: tuple[str, ...] | None) -> int | None:
    """Return a number that a page states, in a header or at a place in its document."""
    return _whole(answer.headers.get(header) if at is None else _text_at(answer.document, at))


def _text_at(document: Json, path: tuple[str, ...]) -> str | None:
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return None if document is None or document == "" else str(document)


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
