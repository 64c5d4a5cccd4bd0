"""A long history in one file: the records are those of the pages, and every end of an operation means something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.channels.shopify_bulk_double import Bulk, in_bulk, parcels_of, refund
from tests.channels.shopify_double import TOKEN, Shop, order, schema, serve
from tests.channels.test_shopify_client import settings_of

from sample_store.shopify.bulk import BulkOperations
from stockroom.channels.channel import RefusedConnectionError
from stockroom.channels.exports import Export, ExportFailedError, StillExportingError
from stockroom.channels.shopify import bulk, client
from stockroom.channels.shopify.client import connect
from stockroom.channels.shopify.streams import QUERIES

ORDERS = next(query.stream for query in QUERIES if query.stream.name == "orders")
END = datetime(2011, 6, 30, 5, tzinfo=UTC)


class ShopOfNow:
    """All that the store's bulk operations ask of a shop when they take a query."""

    clock = 1_309_410_000


@pytest.fixture
def shop() -> Iterator[Shop]:
    with serve(Shop()) as shop:
        shop.orders = [order(n, updated_at=f"2011-06-0{n}T10:00:00Z", lines=4, parcels=n % 3) for n in range(1, 8)]
        shop.orders[2]["refunds"] = [refund(1, lines=2), refund(2, lines=45)]
        yield shop


@pytest.fixture
def made(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Bulk:
    """Return operations whose files hold the shop's orders."""
    monkeypatch.setattr(client, "FEWEST_RECORDS", 1)
    return in_bulk(shop)


@contextmanager
def export(shop: Shop, *, patience: float = 60, waited: list[float] | None = None) -> Iterator[Export]:
    with connect(settings_of(shop), sleep=(waited if waited is not None else []).append) as reader:
        opened = reader.export(ORDERS, start=None, end=END, patience_seconds=patience)
        assert opened is not None
        with opened as found:
            yield found


def exported(shop: Shop, **given: Any) -> list[bytes]:
    with export(shop, **given) as found:
        return list(found.read_from(0))


def paged(shop: Shop) -> list[bytes]:
    with connect(settings_of(shop)) as reader:
        return list(reader.records(ORDERS, start=None, end=END))


@pytest.mark.usefixtures("made")
def test_a_file_holds_what_the_pages_hold_byte_for_byte(shop: Shop) -> None:
    found = exported(shop)
    assert found == paged(shop)
    assert [len(json.loads(found[2])["refunds"][n]["refundLineItems"]["nodes"]) for n in (0, 1)] == [2, 45]


def test_children_may_stand_anywhere_behind_their_parents(shop: Shop, made: Bulk) -> None:
    lines = made.files["orders"]
    parents = [line for line in lines if "__parentId" not in line]
    children = [line for line in lines if "__parentId" in line]
    made.files["orders"] = [*parents, *sorted(children, key=lambda line: int(line["__parentId"][-1]) % 3)]
    assert exported(shop) == paged(shop)


def test_parcels_without_a_second_file_are_asked_for_by_id(shop: Shop, made: Bulk) -> None:
    made.denied_aside = True
    assert exported(shop) == paged(shop)
    assert [asked.operation for asked in shop.asked].count("lines_within") == 1


def test_a_parcel_of_two_orders_for_fulfilment_has_its_lines_once(shop: Shop, made: Bulk) -> None:
    made.files["fulfillmentOrders"] += parcels_of(shop.orders)
    assert exported(shop) == paged(shop)


def test_whoever_was_killed_finds_the_same_file_and_goes_on_in_it(shop: Shop, made: Bulk) -> None:
    with export(shop) as first:
        records = list(first.read_from(0))
    with export(shop) as again:
        assert (again.export_id, again.record_count) == (first.export_id, 7)
        assert list(again.read_from(5)) == records[5:]
    assert len(made.operations) == 2  # orders, parcels


def test_a_file_that_may_end_before_it_is_read_is_made_again(shop: Shop, made: Bulk) -> None:
    exported(shop)
    shop.clock += timedelta(days=6, hours=1)
    exported(shop)
    assert len(made.operations) == 4


def test_a_shop_that_runs_as_many_as_it_allows_is_waited_for(shop: Shop, made: Bulk) -> None:
    made.refusals = ["OPERATION_IN_PROGRESS", "LIMIT_REACHED"]
    waited: list[float] = []
    assert exported(shop, waited=waited) == paged(shop)
    assert waited[:2] == [0.5, 1.0]


def test_waiting_ends_with_patience_and_the_next_goes_on(shop: Shop, made: Bulk) -> None:
    made.ends = [("RUNNING", None)]
    with pytest.raises(StillExportingError, match="objects are in a bulk operation's file so far"):
        exported(shop, patience=30)
    made.operations[0] |= {"status": "COMPLETED", "url": f"{shop.url}/orders-1.jsonl"}
    assert exported(shop) == paged(shop)
    assert len(made.operations) == 2


@pytest.mark.parametrize(
    "end", [("FAILED", "TIMEOUT"), ("FAILED", "INTERNAL_SERVER_ERROR"), ("CANCELED", None), ("EXPIRED", None)]
)
def test_what_the_shop_ended_by_itself_is_begun_again_and_given_up_in_the_end(
    shop: Shop, made: Bulk, end: tuple[str, str | None]
) -> None:
    made.ends = [end, end]
    assert exported(shop) == paged(shop)
    made.ends, made.operations = [end] * 3, []
    with pytest.raises(ExportFailedError, match=" ".join(filter(None, end))):
        exported(shop)


def test_a_missing_scope_is_said_and_not_tried_again(shop: Shop, made: Bulk) -> None:
    made.ends = [("FAILED", "ACCESS_DENIED")]
    with pytest.raises(RefusedConnectionError, match="read_orders"):
        exported(shop)


def test_a_query_that_the_shop_does_not_take_is_said(shop: Shop, made: Bulk) -> None:
    made.refusals = ["INVALID"] * 2
    with pytest.raises(ExportFailedError, match="not now"):
        exported(shop)


def test_a_file_that_is_gone_is_made_once_more(shop: Shop, made: Bulk) -> None:
    made.gone = 1
    assert exported(shop) == paged(shop)
    made.gone = 2
    with pytest.raises(ExportFailedError, match="HTTP 403"):
        exported(shop)


def test_a_broken_download_goes_on_where_it_broke_and_the_token_stays_with_the_shop(shop: Shop, made: Bulk) -> None:
    made.breaks_after = [1000, 0, 50]
    assert exported(shop) == paged(shop)
    assert [headers.get("Range") for headers in made.fetched[:4]] == [
        None, "bytes=1000-", "bytes=1000-", "bytes=1050-"
    ]  # fmt: skip
    assert not any(TOKEN in " ".join(headers.values()) for headers in made.fetched)


def test_an_empty_file_has_no_address(shop: Shop, made: Bulk) -> None:
    made.files = {"orders": [], "fulfillmentOrders": []}
    assert exported(shop) == []


@pytest.mark.usefixtures("made")
def test_few_records_come_by_pages(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FEWEST_RECORDS", 8)
    with connect(settings_of(shop)) as reader:
        assert reader.export(ORDERS, start=None, end=END, patience_seconds=60) is None


def test_every_bulk_query_keeps_shopifys_restrictions() -> None:
    for asked in bulk.BULK.values():
        for question in filter(None, (asked.question, asked.aside)):
            query = bulk._filled(question, "updated_at:<'2011-06-30T05:00:00Z'")
            assert BulkOperations(schema()).run(ShopOfNow, query)["userErrors"] == []


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ orders { nodes { id } } }", "edges"),
        ("{ shop { name } }", "at least one connection"),
        ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }", "must select the 'id'"),
        ("{ orders { edges { node { id refunds { refundLineItems { edges { node { quantity } } } } } } } }", "list"),
        ("mutation { bulkOperationCancel(id: 1) { userErrors { message } } }", "Only `query`"),
        ("{ orders { edges { node { nonsense } } } }", "nonsense"),
    ],
)
def test_the_sample_store_refuses_what_shopify_refuses(query: str, reason: str) -> None:
    (error,) = BulkOperations(schema()).run(ShopOfNow, query)["userErrors"]
    assert reason in error["message"]
