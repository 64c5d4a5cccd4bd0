"""What lands of a record: what its stream declares, and all that is looked at afterwards is among it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockroom.channels import CHANNELS, RecordSource
from stockroom.streams import Items, Part, Stream
from stockroom.warehouse.kept import only_kept

STAGING = Path(__file__).parents[2] / "dbt_project/models/staging"
ORDERS = [
    stream
    for channel in CHANNELS.values()
    if isinstance(channel.source, RecordSource)
    for stream in channel.streams
    if stream.sells
]
KEEPING = [stream for stream in ORDERS if stream.keeps]


def looked_at(stream: Stream) -> Iterator[str]:
    """Yield where the loader and the gate on raw look into a record."""
    yield from (*stream.key, stream.changed_at or stream.key[0])
    for part in stream.checks:
        yield from (_place(part, ".".join(path)) for field in part.fields for path in field.paths)
    for items in stream.sells:
        yield from (_place(items, name) for name in (items.price, items.sku, items.units, items.product) if name)
        yield items.ordered_at


def _place(part: Part | Items, name: str) -> str:
    return ".".join((*part.lists, name))


def test_orders_are_asked_for_by_field_or_kept_by_field() -> None:
    assert [stream.table for stream in ORDERS if not stream.keeps] == ["shopify_orders"]  # its queries name each field


@pytest.mark.parametrize("stream", KEEPING, ids=lambda stream: stream.table)
def test_all_that_is_looked_at_is_kept(stream: Stream) -> None:
    kept = [place for place in stream.keeps if "=" not in place]
    assert [each for each in looked_at(stream) if not any(f"{place}.".startswith(f"{each}.") for place in kept)] == []


@pytest.mark.parametrize("stream", KEEPING, ids=lambda stream: stream.table)
def test_all_that_staging_reads_is_kept(stream: Stream) -> None:
    """By the names alone, wherever they stand; ``key`` and ``value`` are those of whole elements."""
    kept = {name for place in stream.keeps for name in place.split(".")} | {"key", "value"}
    models = list(STAGING.joinpath(stream.source).glob("stg_*__order*.sql"))
    calls = [
        call for model in models for call in re.findall(r"(?:json_text|each_element)\(([^()]*)\)", model.read_text())
    ]
    read = {name for call in calls for name in re.findall(r"'(\w+)'", call.partition(",")[2])}
    read -= {alias for call in calls for alias in re.findall(r"\], '(\w+)'", call)}
    assert len(models) == 3
    assert len(read) > 10
    assert read - kept == set()


def test_what_stands_beside_is_not_kept() -> None:
    lines = [{"sku": "A", "for": "Ada"}, {"for": "Bob"}]
    order = {"id": 7, "shipTo": {"country": "GB", "street": "7 Mews"}, "lines": lines}
    assert only_kept(order, ("id", "shipTo.country", "lines.sku", "note")) == {
        "id": 7,
        "shipTo": {"country": "GB"},
        "lines": [{"sku": "A"}, {}],
    }


def test_of_named_values_those_alone_are_kept_that_are_meant() -> None:
    meta = [{"key": "gift", "value": "Ada"}, {"key": "units", "value": "2"}, "Ada", {"value": "units"}]
    assert only_kept({"meta": meta}, ("meta.key=units", "meta.key=link")) == {"meta": [{"key": "units", "value": "2"}]}


def test_what_is_wrong_stays_wrong_for_the_checks_to_refuse() -> None:
    assert only_kept({"id": 7, "lines": "none", "at": None}, ("id", "lines.sku", "at.day")) == {
        "id": 7,
        "lines": "none",
        "at": None,
    }


def test_of_a_woocommerce_order_it_is_kept_which_link_a_visit_came_by() -> None:
    (woocommerce,) = (stream for stream in KEEPING if stream.source == "woocommerce")
    ours = [{"key": f"_wc_order_attribution_{name}", "value": "stockroom"} for name in ("utm_source", "utm_id")]
    theirs = [{"key": "_wc_order_attribution_user_agent", "value": "Mozilla"}, {"key": "_billing_vat", "value": "GB1"}]
    assert only_kept({"meta_data": [*theirs, *ours]}, woocommerce.keeps) == {"meta_data": ours}
