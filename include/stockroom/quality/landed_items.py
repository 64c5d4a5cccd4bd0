"""What landed orders sold and landed catalogues offer, whatever their channel: two views for the gate's SQL to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import psycopg
from psycopg import sql

from stockroom.streams import Items, Stream

WITH_OFFSET = r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"
NO_PRODUCT = "('', '0', 'null')"
NOTHING_SOLD = "select 0::bigint, null::timestamptz, '', 0::numeric where false"
NOTHING_OFFERED = "select 0::bigint, 0, '', '', 0::numeric, 0::numeric where false"


def view_landed_items(connection: psycopg.Connection, streams: Iterable[Stream], *, time_zone: str) -> None:
    """Let this connection read ``pg_temp.sold`` and ``pg_temp.offered``: the items of every stream that declares any.

    Of each record the newest landed version counts. A time without an offset is UTC, as channels' APIs mean it, or
    local time where it is spelt with a blank, as files spell it.
    """
    known = list(streams)
    sold = [_sold(stream, items, time_zone) for stream in known for items in stream.sells]
    offered = [_offered(stream, items) for stream in known for items in stream.offers]
    _view(connection, "sold (landing_file_id, ordered_at, sku, unit_price)", [sql.SQL(NOTHING_SOLD), *sold])
    columns = "offered (landing_file_id, line_number, record_key, sku, unit_price, unit_cost)"
    _view(connection, columns, [sql.SQL(NOTHING_OFFERED), *offered])


def _view(connection: psycopg.Connection, head: str, parts: list[sql.Composable]) -> None:
    body = sql.SQL(" union all ").join(parts)
    connection.execute(sql.SQL("create or replace temporary view {} as {}").format(sql.SQL(head), body))


def _sold(stream: Stream, items: Items, time_zone: str) -> sql.Composed:
    """Return the query of a stream's order lines, without those that were typed in by hand."""
    at = _text(sql.SQL("landed.document"), items.ordered_at)
    price = sql.SQL("{}::numeric").format(_filled(items.price))
    if items.units:
        price = sql.SQL("{} / nullif({}::numeric, 0)").format(price, _filled(items.units))
    return sql.SQL(
        "select landed.landing_file_id, {ordered_at}, upper(trim({sku})), {price} from {landed}"
        " where {newest} and {real}"
    ).format(
        ordered_at=sql.SQL(
            "case when {at} ~ {offset} then {at}::timestamptz else {at}::timestamp at time zone"
            " case when {at} like '% %' then {zone} else 'UTC' end end"
        ).format(at=at, offset=sql.Literal(WITH_OFFSET), zone=sql.Literal(time_zone)),
        sku=_text(sql.SQL("item.value"), items.sku),
        price=price,
        landed=_landed(stream, items),
        newest=_newest(stream),
        real=sql.SQL("coalesce({}, '') not in {}").format(
            _text(sql.SQL("item.value"), items.product), sql.SQL(NO_PRODUCT)
        )
        if items.product
        else sql.SQL("true"),
    )


def _offered(stream: Stream, items: Items) -> sql.Composed:
    """Return the query of what a stream's catalogue holds."""
    cost = sql.SQL("{}::numeric").format(_filled(items.cost)) if items.cost else sql.SQL("null::numeric")
    return sql.SQL(
        "select landed.landing_file_id, landed.line_number, landed.record_key, upper(trim({sku})), {price}::numeric,"
        " {cost} from {landed} where {newest}"
    ).format(
        sku=_text(sql.SQL("item.value"), items.sku),
        price=_filled(items.price),
        cost=cost,
        landed=_landed(stream, items),
        newest=_newest(stream),
    )


def _landed(stream: Stream, items: Items) -> sql.Composed:
    """Return the from clause that gives ``item.value``: each element of the lists, or the document itself."""
    walk = sql.SQL("raw.{} as landed").format(sql.Identifier(stream.table))
    held: sql.Composable = sql.SQL("landed.document")
    for depth, name in enumerate(items.lists):
        found = sql.SQL("{} #> {}").format(held, _path(name))
        alias = sql.Identifier("item" if depth + 1 == len(items.lists) else f"item_{depth}")
        walk = sql.SQL(
            "{} cross join lateral jsonb_array_elements(case when jsonb_typeof({}) = 'array' then {} end) as {} (value)"
        ).format(walk, found, found, alias)
        held = sql.SQL("{}.value").format(alias)
    if not items.lists:
        walk = sql.SQL("{} cross join lateral (select landed.document) as item (value)").format(walk)
    return walk


def _newest(stream: Stream) -> sql.Composed:
    """Return the condition that no later file has replaced a record."""
    return sql.SQL(
        "not exists (select 1 from raw.{} as newer"
        " where newer.record_key = landed.record_key and newer.landing_file_id > landed.landing_file_id)"
    ).format(sql.Identifier(stream.table))


def _filled(name: str) -> sql.Composed:
    """Return the value at a place of an item, null where it is blank."""
    return sql.SQL("nullif(trim({}), '')").format(_text(sql.SQL("item.value"), name))


def _text(holder: sql.Composable, name: str) -> sql.Composed:
    return sql.SQL("({} #>> {})").format(holder, _path(name))


def _path(name: str) -> sql.Literal:
    return sql.Literal("{" + ",".join(name.split(".")) + "}")


def needed_streams(streams: Iterable[Stream]) -> Iterator[str]:
    """Yield the streams that a plan cannot do without, as ``source/stream``."""
    for stream in streams:
        if stream.is_needed:
            yield f"{stream.source}/{stream.name}"
