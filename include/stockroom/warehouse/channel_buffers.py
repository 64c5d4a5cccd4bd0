"""How long news take between channels, and what each channel leaves unshown for that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from importlib.resources import files
from typing import NamedTuple

import psycopg

from stockroom.warehouse.built import are_built

SIZED_FOR_HOURS = 24


class ChannelLag(NamedTuple):
    """How long news took in the last weeks, at the 95th percentile; none: nothing was measured."""

    channel_id: str
    known_seconds: float | None
    known_count: int
    told_seconds: float | None
    told_count: int
    busy_factor: float


class Offer(NamedTuple):
    """A SKU at a location on a channel, with what the channel sells of it."""

    channel_id: str
    sku: str
    location_id: str
    is_listed: bool
    units_per_day: float
    units_per_sale: float


class StockRule(NamedTuple):
    """What planners say of a channel's stock."""

    channel_id: str
    sku: str | None
    """None: all that it sells."""
    share: float | None
    buffer_units: int | None
    set_by: str | None


class BufferRow(NamedTuple):
    """What one offer leaves unshown, as it is kept."""

    channel_id: str
    sku: str
    location_id: str
    buffer_units: int
    keeps_units: int
    shown_share: float | None
    decided_by: str
    safe_share: float
    elsewhere_units_per_day: float
    expected_units: float
    lag_seconds: float


def is_due(connection: psycopg.Connection, *, hours: int) -> bool:
    """Return whether buffers should be sized: the marts are built, and it was not done within so many hours."""
    [(was_done,)] = connection.execute(
        "select exists (select from ops.channel_lags where measured_at > now() - make_interval(hours => %s))", (hours,)
    ).fetchall()
    return not was_done and are_built(connection, "marts.fct_order_lines", "intermediate.int_listings_unioned")


def measure_lags(connection: psycopg.Connection) -> list[ChannelLag]:
    """Measure how long news took, keep it, and return it; the caller commits."""
    connection.execute(_query("channel_lags_measure.sql"))
    return read_lags(connection)


def read_lags(connection: psycopg.Connection) -> list[ChannelLag]:
    """Return what was measured last."""
    rows = connection.execute(
        """
        select channel_id, known_seconds, known_count, told_seconds, told_count, busy_factor
        from ops.channel_lags
        order by channel_id
        """
    )
    return [ChannelLag(*row) for row in rows]


def read_offers(connection: psycopg.Connection) -> list[Offer]:
    """Return what is offered or sold where, ordered by location, SKU and channel."""
    return [Offer(*row) for row in connection.execute(_query("channel_buffers_offers.sql"))]


def read_stock_rules(connection: psycopg.Connection, *, as_of_date: date) -> list[StockRule]:
    """Return what planners say of channels' stock on a day."""
    if not are_built(connection, "marts.dim_channel_stock_rules"):
        return []
    rows = connection.execute(
        """
        select channel_id, sku, (share_percent / 100)::double precision, buffer_units, set_by
        from marts.dim_channel_stock_rules
        where valid_until is null or valid_until >= %s
        order by channel_id, sku
        """,
        (as_of_date,),
    )
    return [StockRule(*row) for row in rows]


def replace_buffers(connection: psycopg.Connection, rows: Iterable[BufferRow]) -> None:
    """Keep what is left unshown from now on, and forget what was; the caller commits."""
    connection.execute("delete from ops.channel_buffers")
    columns = ", ".join(BufferRow._fields)
    with connection.cursor() as cursor, cursor.copy(f"copy ops.channel_buffers ({columns}) from stdin") as copy:
        for row in rows:
            copy.write_row(row)


def read_buffers(connection: psycopg.Connection, *, skus: Sequence[str]) -> list[BufferRow]:
    """Return what channels leave unshown of SKUs."""
    columns = ", ".join(BufferRow._fields)
    rows = connection.execute(
        f"select {columns} from ops.channel_buffers where sku = any(%s) order by sku, location_id, channel_id",  # noqa: S608  # our own fields
        (list(skus),),
    )
    return [BufferRow(*row) for row in rows]


def count_buffers(connection: psycopg.Connection) -> list[tuple[str, int, int]]:
    """Return, by channel, how many offers leave something unshown, and how many units that are."""
    rows = connection.execute(
        """
        select channel_id, count(*) filter (where buffer_units > 0 or shown_share is not null), sum(buffer_units)
        from ops.channel_buffers
        group by channel_id
        order by channel_id
        """
    )
    return [(str(channel), int(offers), int(units)) for channel, offers, units in rows]


def _query(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
