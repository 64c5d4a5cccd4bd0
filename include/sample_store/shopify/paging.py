"""Lists of records: filter, order and cut them the way Shopify's connections do."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from sample_store.shopify.errors import QueryError, not_simulated

MAXIMUM_PAGE = 250

_TERM = re.compile(r"\s*(?:AND\s+)?(\w+):(>=|<=|>|<|=)?(?:'([^']*)'|\"([^\"]*)\"|(\S+))\s*")


@dataclass(frozen=True)
class Page:
    """A slice of a list: documents with their cursors."""

    documents: list[dict[str, Any]]
    cursors: Callable[[int], str]
    has_next_page: bool
    has_previous_page: bool


@dataclass
class Listing:
    """All records of one kind that can be seen at the clock; ``document(i)`` makes the i-th."""

    ids: np.ndarray[Any, np.dtype[np.int64]]
    times: dict[str, Any]
    """Columns that ``query`` and ``sortKey`` may name (lower case): moments, numbers or texts."""
    document: Callable[[int], dict[str, Any]]
    default_sort: str = "id"
    orders: dict[tuple[str, str], tuple[list[int], list[tuple[Any, int]]]] = field(default_factory=dict)
    """Sorted positions and keys by (sort, filter): the pages of one reading ask for the same again and again."""

    def page(self, arguments: dict[str, Any], path: list[str]) -> Page:
        """Return the page that the arguments ask for."""
        sort = str(arguments.get("sortKey") or self.default_sort).lower()
        sort = {"relevance": "id", "order_number": "id"}.get(sort, sort)
        positions, keys = self._ordered(sort, arguments.get("query") or "", path)
        reverse = bool(arguments.get("reverse"))
        count = len(keys)
        low, high = 0, count
        if arguments.get("after"):
            key = read_cursor(arguments["after"], path)
            low = count - bisect_left(keys, key) if reverse else bisect_right(keys, key)
        if arguments.get("before"):
            key = read_cursor(arguments["before"], path)
            high = count - bisect_right(keys, key) if reverse else bisect_left(keys, key)
        start, stop = window(low, high, arguments, path)
        chosen = [count - 1 - each if reverse else each for each in range(start, stop)]
        return Page(
            [self.document(positions[each]) for each in chosen],
            lambda place: write_cursor(*keys[chosen[place]]),
            has_next_page=stop < count,
            has_previous_page=start > 0,
        )

    def all(self, arguments: dict[str, Any], path: list[str]) -> Iterator[dict[str, Any]]:
        """Yield every record that the arguments ask for, however many."""
        sort = str(arguments.get("sortKey") or self.default_sort).lower()
        positions, _ = self._ordered(sort, arguments.get("query") or "", path)
        yield from map(self.document, positions[::-1] if arguments.get("reverse") else positions)

    def count(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return how many records a search finds, up to the limit that the arguments name."""
        found = int(np.count_nonzero(self._matches(arguments.get("query") or "", [])))
        limit = arguments.get("limit")
        is_more = limit is not None and found > limit
        return {"count": limit if is_more else found, "precision": "AT_LEAST" if is_more else "EXACT"}

    def _ordered(self, sort: str, query: str, path: list[str]) -> tuple[list[int], list[tuple[Any, int]]]:
        found = self.orders.get((sort, query))
        if found is None:
            values = self.ids if sort == "id" else self.times.get(sort)
            if values is None:
                raise not_simulated(f"sortKey {sort.upper()}", path)
            chosen = np.flatnonzero(self._matches(query, path))
            order = chosen[np.lexsort((self.ids[chosen], values[chosen]))]
            found = (order.tolist(), list(zip(values[order].tolist(), self.ids[order].tolist(), strict=True)))
            if len(self.orders) > 16:
                self.orders.clear()
            self.orders[sort, query] = found
        return found

    def _matches(self, query: str, path: list[str]) -> Any:  # noqa: ANN401 - a boolean column
        mask = np.ones(len(self.ids), np.bool_)
        position = 0
        while position < len(query.rstrip()):
            term = _TERM.match(query, position)
            if term is None:
                raise not_simulated(f"the search {query[position:]!r}", path)
            position = term.end()
            name, comparator = term[1], term[2] or "="
            text = next(each for each in term.groups()[2:] if each is not None)
            values = self.ids if name == "id" else self.times.get(name)
            if values is None:
                raise not_simulated(f"the search field {name!r}", path)
            mask &= _compare(values, comparator, _value(text, values, path))
        return mask


def slice_of(nodes: Sequence[dict[str, Any]], arguments: dict[str, Any], path: list[str]) -> Page:
    """Return a page of a short list inside a document; the cursor is the node's place."""
    if arguments.get("reverse"):
        nodes = nodes[::-1]
    low = read_cursor(arguments["after"], path)[1] + 1 if arguments.get("after") else 0
    high = read_cursor(arguments["before"], path)[1] if arguments.get("before") else len(nodes)
    start, stop = window(low, high, arguments, path)
    return Page(
        list(nodes[start:stop]), lambda place: write_cursor(start + place, start + place), stop < len(nodes), start > 0
    )


def window(low: int, high: int, arguments: dict[str, Any], path: list[str]) -> tuple[int, int]:
    """Return start and stop of the page between two cursors. Raises ``QueryError`` without a good size."""
    first, last = arguments.get("first"), arguments.get("last")
    if first is None and last is None:
        raise QueryError("you must provide one of first or last", "BAD_REQUEST", path)
    if first is not None and last is not None:
        raise QueryError("providing both first and last is not supported", "BAD_REQUEST", path)
    size = int(first if first is not None else last or 0)
    if not 0 <= size <= MAXIMUM_PAGE:
        raise QueryError(
            f"Argument '{'first' if first is not None else 'last'}' must be between 0 and {MAXIMUM_PAGE}",
            "BAD_REQUEST",
            path,
        )
    high = max(low, high)
    return (low, min(high, low + size)) if first is not None else (max(low, high - size), high)


def write_cursor(value: object, number: int) -> str:
    """Return an opaque cursor that stays true when other records come, go or move."""
    return b64encode(json.dumps({"last_id": number, "last_value": value}).encode()).decode()


def read_cursor(text: str, path: list[str]) -> tuple[Any, int]:
    """Return the key inside a cursor. Raises ``QueryError`` where it is none of ours."""
    try:
        found = json.loads(b64decode(text, validate=True))
        return found["last_value"], int(found["last_id"])
    except (ValueError, KeyError, TypeError):
        raise QueryError(f"Invalid cursor for current pagination sort: {text!r}", "BAD_REQUEST", path) from None


def _value(text: str, values: Any, path: list[str]) -> Any:  # noqa: ANN401 - a column of moments, numbers or texts
    if values.dtype.kind == "U":
        return text
    if text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(f"Invalid timestamp for query filter: {text!r}", "BAD_REQUEST", path) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _compare(values: Any, comparator: str, value: Any) -> Any:  # noqa: ANN401 - columns in, a boolean column out
    if comparator == ">=":
        return values >= value
    if comparator == "<=":
        return values <= value
    if comparator == ">":
        return values > value
    if comparator == "<":
        return values < value
    return values == value
