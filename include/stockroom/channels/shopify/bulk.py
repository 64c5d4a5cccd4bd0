"""A long history of Shopify's in one file: what is asked for, how it is fetched, how its lines become records again.

The records are those that pages give, byte for byte. Shopify allows no connection inside a list, so that the lines of
refunds and of parcels are no part of an order there. Parcels' lines come as a second file, by way of the orders for
their fulfilment; what that lacks, and the few refunds' lines, are asked for by id.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from stockroom.channels.channel import ChannelError
from stockroom.channels.exports import Export, ExportFailedError, StillExportingError
from stockroom.channels.shopify.download import download
from stockroom.channels.shopify.operations import Patience, begun, finished
from stockroom.channels.shopify.spool import Spool, open_spool
from stockroom.channels.shopify.streams import (
    NestedPages,
    Question,
    StreamQuestion,
    question,
    without_others_words,
)
from stockroom.channels.shopify.throttle import TooCostlyError

if TYPE_CHECKING:
    from stockroom.channels.shopify.client import ShopifyReader

Json = dict[str, Any]
Lacking = tuple[Json, NestedPages]
"""A refund or a parcel without its lines, and how they are asked for."""

FEWEST_RECORDS = 2500
"""Fewer come sooner by pages than a file is made: ten pages of 250."""
HOLDERS_A_QUERY = 25
LINES_A_HOLDER = 20
"""Of one refund or parcel at once: 25 of them stay under 1,000 points where each object of a nested page counts."""
RECORDS_A_BATCH = 2000
"""Records that wait at most for what is asked by id, as lines already where they lack nothing."""
SINCE_EVER = "updated_at:>='1970-01-01T00:00:00Z'"
PARENT = re.compile(rb'"__parentId"\s*:\s*"([^"]*)"')
"""Inside of a text its quotes would be escaped."""
LINES_WITHIN = question("lines_within", "nodes", first=0)


@dataclass(frozen=True)
class BulkQuestion:
    """How one stream is asked for in bulk."""

    question: Question
    count: Question
    children: dict[str, str]
    """By type of a child: the connection of the record that it belongs to."""
    aside: Question | None = None
    """A second file, of the lines that connections inside lists hold."""


BULK = {
    "orders": BulkQuestion(
        question("bulk_orders", "orders", first=0),
        question("orders_count", "ordersCount", first=0),
        {"FulfillmentOrder": "fulfillmentOrders", "LineItem": "lineItems"},
        aside=question("bulk_fulfillments", "fulfillmentOrders", first=0),
    ),
    "products": BulkQuestion(
        question("bulk_products", "products", first=0),
        question("products_count", "productsCount", first=0),
        {"ProductVariant": "variants"},
    ),
}
"""Stock levels are few beside their history, of which Shopify keeps none: pages read them every round anyway."""


@contextmanager
def open_export(
    reader: ShopifyReader, asked: StreamQuestion, search: str, start: datetime | None, patience_seconds: float
) -> Iterator[Export]:
    """Lend the finished file of one window, fetched."""
    bulk = BULK[asked.stream.name]
    patience = Patience(reader, patience_seconds)
    query = _filled(bulk.question, search)
    aside = None if bulk.aside is None else _filled(bulk.aside, SINCE_EVER if start is None else _since(start))
    first = begun(reader, query, patience)
    first_aside = None if aside is None else _begun_if_allowed(reader, aside)
    with tempfile.TemporaryDirectory(prefix="stockroom-export-") as name, open_spool(Path(name)) as spool:
        folder = Path(name)
        file = folder / "records.jsonl"
        operation = _fetched(reader, query, file, patience, first)
        _spool_strays(file, spool)
        if aside is not None:
            _spool_aside(reader, aside, folder / "aside.jsonl", spool, patience, first_aside)
        spool.complete()
        yield Export(
            operation["id"], int(operation["rootObjectCount"]), partial(_records, reader, asked, bulk, file, spool)
        )


def _since(start: datetime) -> str:
    return f"updated_at:>='{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'"


def _filled(asked: Question, search: str) -> str:
    """Return a bulk query as Shopify takes it: without variables, so the search stands in the text, and fragments."""
    query, *fragments = re.split(r"\n(?=fragment )", asked.text)
    for fragment in fragments:
        head, _, fields = fragment.partition("{")
        query = query.replace(f"...{head.split()[1]}", " ".join(fields.rstrip().removesuffix("}").split()))
    return query.replace("$search", search)


def _begun_if_allowed(reader: ShopifyReader, query: str) -> Json | None:
    """Let the shop make the second file while it makes the first; what is wrong with it is seen when it is needed."""
    try:
        return begun(reader, query, Patience(reader, 0.0))
    except (StillExportingError, ExportFailedError):
        return None


def _fetched(reader: ShopifyReader, query: str, file: Path, patience: Patience, first: Json | None) -> Json:
    """Bring the file of a query's operation and return that; a file that is no longer there is made once more."""
    gone: list[str] = []
    while True:
        operation = finished(reader, query, patience, first=None if gone else first, gone=gone)
        if operation["url"] is None:  # no records
            file.touch()
            return operation
        try:
            download(operation["url"], file, endpoint=reader.endpoint, timeout=reader.http.timeout, sleep=reader.sleep)
        except ExportFailedError:
            if gone:
                raise
            gone.append(operation["id"])
        else:
            return operation


def _parent_of(line: bytes) -> str | None:
    """Return the id of a line's parent; none for a record itself. Slashes may be escaped."""
    found = PARENT.search(line)
    return None if found is None else found[1].replace(b"\\/", b"/").decode()


def _spool_strays(file: Path, spool: Spool) -> None:
    """Keep the children that do not stand behind their own record."""
    current = ""
    with file.open("rb") as lines:
        for line in lines:
            parent = _parent_of(line)
            if parent is None:
                current = orjson.loads(line)["id"]
            elif parent != current:
                spool.add(parent, [line])


def _spool_aside(
    reader: ShopifyReader, query: str, file: Path, spool: Spool, patience: Patience, first: Json | None
) -> None:
    """Keep the lines of the second file by what holds them.

    Without that file (the token lacks a scope for it, the shop fails to make it) all of them are asked for by id.
    """
    try:
        _fetched(reader, query, file, patience, first)
    except StillExportingError:
        raise
    except ChannelError:
        return
    held: list[bytes] = []
    holder = ""
    with file.open("rb") as lines:
        for line in lines:
            parent = _parent_of(line)
            if parent is None or "/Fulfillment/" not in parent:
                continue
            if parent != holder and held:
                spool.add(holder, held)
                held = []
            holder = parent
            held.append(line)
    if held:
        spool.add(holder, held)
    file.unlink()


def _records(
    reader: ShopifyReader, asked: StreamQuestion, bulk: BulkQuestion, file: Path, spool: Spool, first: int
) -> Iterator[bytes]:
    """Yield the records of a file from number ``first`` on, whole."""
    fields = _fields(asked.question)
    waiting: list[bytes | Json] = []
    lacking: list[Lacking] = []
    for group in _groups(file, first):
        record = without_others_words(_assembled(group, fields, bulk, spool))
        found = _put_lines(record, asked, spool)
        lacking += found
        waiting.append(record if found else orjson.dumps(record))
        if len(lacking) >= HOLDERS_A_QUERY or len(waiting) >= RECORDS_A_BATCH:
            _complete(reader, lacking)
            yield from (each if isinstance(each, bytes) else orjson.dumps(each) for each in waiting)
            waiting, lacking = [], []
    _complete(reader, lacking)
    yield from (each if isinstance(each, bytes) else orjson.dumps(each) for each in waiting)


def _groups(file: Path, first: int) -> Iterator[list[bytes]]:
    """Yield each record's line with the lines behind it, from record number ``first`` on."""
    group: list[bytes] = []
    number = -1
    with file.open("rb") as lines:
        for line in lines:
            if PARENT.search(line) is None:
                if group:
                    yield group
                    group = []
                number += 1
            if number >= first:
                group.append(line)
    if group:
        yield group


def _assembled(group: list[bytes], fields: list[str], bulk: BulkQuestion, spool: Spool) -> Json:
    """Return a record with its children in their connections, and its fields in the order of a page's."""
    record = orjson.loads(group[0])
    nodes: dict[str, list[Json]] = {connection: [] for connection in bulk.children.values()}
    behind = (child for child in map(orjson.loads, group[1:]) if child["__parentId"] == record["id"])
    for child in (*behind, *spool.of(record["id"])):
        child.pop("__parentId")
        nodes[bulk.children[child["id"].split("/")[3]]].append(child)
    found = {**record, **{connection: {"nodes": children} for connection, children in nodes.items()}}
    return {field: found[field] for field in fields if field in found}


def _fields(asked: Question) -> list[str]:
    """Return the fields that a query asks of each record, in its order.

    >>> _fields(Question("q", "q", 1, "query q($a: Int) { q(first: $a) { nodes { id name(as: UP) lines { id } } } }"))
    ['id', 'name', 'lines']
    """
    text = re.sub(r"\([^()]*\)", "", asked.text)
    depth, found = 0, list[str]()
    for word in re.findall(r"[{}]|\w+", text[text.index("nodes") :])[1:]:
        if word in "{}":
            depth += 1 if word == "{" else -1
            if depth == 0:
                return found
        elif depth == 1:
            found.append(word)
    return found


def _put_lines(record: Json, asked: StreamQuestion, spool: Spool) -> list[Lacking]:
    """Put the lines of a record's refunds and parcels into them, and return those that the second file lacks."""
    lacking: list[Lacking] = []
    for nested in asked.nested:
        if len(nested.path) == 1:
            continue
        part, connection = nested.path
        for holder in record.get(part) or ():
            lines = spool.of(holder["id"])
            for line in lines:
                del line["__parentId"]
            holder[connection] = {"nodes": lines}
            if not lines:
                lacking.append((holder, nested))
    return lacking


def _complete(reader: ShopifyReader, lacking: list[Lacking]) -> None:
    """Put the lines that Shopify answers into the refunds and parcels that lack theirs."""
    by_id = {holder["id"]: (holder, nested) for holder, nested in lacking}
    ids = list(by_id)
    for place in range(0, len(ids), HOLDERS_A_QUERY):
        for answer in _lines_within(reader, ids[place : place + HOLDERS_A_QUERY]):
            holder, nested = by_id[answer["id"]]
            reader.complete(answer, nested, nested.path[1:])
            holder[nested.path[1]] = answer[nested.path[1]]


def _lines_within(reader: ShopifyReader, ids: list[str]) -> list[Json]:
    """Return refunds and parcels by their ids; those deleted meanwhile are left out, and their order comes again."""
    try:
        answers = reader.ask(LINES_WITHIN, {"ids": ids, "lines": LINES_A_HOLDER})[0][LINES_WITHIN.root]
    except TooCostlyError:
        if len(ids) == 1:
            raise
        half = len(ids) // 2
        return _lines_within(reader, ids[:half]) + _lines_within(reader, ids[half:])
    return [answer for answer in answers if answer is not None]
