"""Size what each channel leaves unshown, by how long news took between channels and by what the others sell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from stockroom.channels import CHANNELS
from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.availability import SAFE_SHARE, Buffers, Lags, Offers, kept_units, size_buffers
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.channel_buffers import (
    SIZED_FOR_HOURS,
    BufferRow,
    ChannelLag,
    Offer,
    StockRule,
    count_buffers,
    is_due,
    measure_lags,
    read_buffers,
    read_lags,
    read_offers,
    read_stock_rules,
    replace_buffers,
)
from stockroom.warehouse.extraction import clock
from stockroom.warehouse.pushes import keep_the_order_of_views

MEASURED, PLANNERS = "measured", "planners"


@dataclass(frozen=True)
class Given:
    """What planners let offers show: by offer, a share or a buffer; where neither is given what was measured holds."""

    share: FloatArray
    """(n,) NaN where none is given."""
    buffer_units: IntArray
    """(n,) -1 where none is given."""
    set_by: Sequence[str]


def size_channel_buffers(settings: Settings, *, is_forced: bool = False) -> bool:
    """Measure how long news took and size all buffers by it, unless that was done within a day; return whether it was.

    Nothing is held back before a lag was measured: the first day of an installation shows all there is.
    """
    told = {channel.channel_id for channel in CHANNELS.values() if channel.is_told(settings)}
    with connect(settings.warehouse_url) as connection:
        if not is_due(connection, hours=0 if is_forced else SIZED_FOR_HOURS):
            return False
        keep_the_order_of_views(connection)
        lags = measure_lags(connection)
        known = {lag.channel_id for lag in lags}
        offers = [offer for offer in read_offers(connection) if offer.channel_id in known]
        today = settings.as_of_date or clock(connection).astimezone(ZoneInfo(settings.time_zone)).date()
        rules = read_stock_rules(connection, as_of_date=today)
        replace_buffers(connection, sized(offers, lags, rules, told=told))
        connection.commit()
    return True


def sized(
    offers: Sequence[Offer], lags: Sequence[ChannelLag], rules: Sequence[StockRule], *, told: set[str]
) -> Iterator[BufferRow]:
    """Yield what each offer of a channel that is told leaves unshown, where it is anything."""
    if not offers:
        return
    number_of = {lag.channel_id: number for number, lag in enumerate(lags)}
    items: dict[tuple[str, str], int] = {}
    busy = np.array([lag.busy_factor for lag in lags])
    channel = np.array([number_of[offer.channel_id] for offer in offers])
    described = Offers(
        channel=channel,
        item=np.array([items.setdefault((offer.sku, offer.location_id), len(items)) for offer in offers]),
        units_per_day=np.array([offer.units_per_day for offer in offers]) * busy[channel],
        units_per_sale=np.array([offer.units_per_sale for offer in offers]),
        is_told=np.array([offer.is_listed and offer.channel_id in told for offer in offers]),
    )
    measured = Lags(
        known_seconds=_seconds([lag.known_seconds for lag in lags]),
        told_seconds=_seconds([lag.told_seconds for lag in lags]),
    )
    buffers = size_buffers(described, measured)
    given = _given(offers, rules)
    units = np.where(given.buffer_units >= 0, given.buffer_units, np.where(np.isnan(given.share), buffers.units, 0))
    kept = kept_units(described, measured, units, given.share)
    shows_less = (units > 0) | (kept > 0) | ~np.isnan(given.share)
    for row in np.flatnonzero(described.is_told & shows_less).tolist():
        yield _row(offers[row], row, buffers, given, units=int(units[row]), kept=int(kept[row]))


def _row(offer: Offer, row: int, buffers: Buffers, given: Given, *, units: int, kept: int) -> BufferRow:
    is_given = given.buffer_units[row] >= 0 or not np.isnan(given.share[row])
    by = f" ({given.set_by[row]})" if is_given and given.set_by[row] else ""
    return BufferRow(
        channel_id=offer.channel_id,
        sku=offer.sku,
        location_id=offer.location_id,
        buffer_units=units,
        keeps_units=kept,
        shown_share=None if np.isnan(given.share[row]) else float(given.share[row]),
        decided_by=f"{PLANNERS}{by}" if is_given else MEASURED,
        safe_share=SAFE_SHARE,
        elsewhere_units_per_day=float(buffers.elsewhere_units_per_day[row]),
        expected_units=float(buffers.expected_units[row]),
        lag_seconds=float(buffers.lag_seconds[row]),
    )


def _given(offers: Sequence[Offer], rules: Sequence[StockRule]) -> Given:
    """Return what the narrowest rule says of each offer: one for its SKU wins over one for the whole channel."""
    by_place: Mapping[tuple[str, str | None], StockRule] = {(rule.channel_id, rule.sku): rule for rule in rules}
    found = [
        by_place.get((offer.channel_id, offer.sku), by_place.get((offer.channel_id, None))) if by_place else None
        for offer in offers
    ]
    share = [np.nan if rule is None or rule.share is None else rule.share for rule in found]
    units = [-1 if rule is None or rule.buffer_units is None else rule.buffer_units for rule in found]
    return Given(np.array(share), np.array(units, np.int64), [(rule.set_by or "") if rule else "" for rule in found])


def _seconds(measured: Sequence[float | None]) -> FloatArray:
    return np.array([np.inf if seconds is None else seconds for seconds in measured])


def describe_buffers(settings: Settings, *, sku: str | None = None) -> str:
    """Return how long news take and what is left unshown for it: by channel, or offer by offer of one SKU."""
    with connect(settings.warehouse_url) as connection:
        lags = read_lags(connection)
        counts = {channel: (offers, units) for channel, offers, units in count_buffers(connection)}
        rows = read_buffers(connection, skus=[sku.strip().upper()]) if sku else []
    if not lags:
        return "nothing was measured yet: buffers are sized once a day, after the marts were built"
    if sku:
        return "\n".join(_terms(row) for row in rows) or f"{sku.strip().upper()} is shown whole everywhere"
    lines = []
    for lag in lags:
        offers, units = counts.get(lag.channel_id, (0, 0))
        known = f"a sale is known after {_after(lag.known_seconds)} ({lag.known_count:,} sales)"
        told = f"told after {_after(lag.told_seconds)} ({lag.told_count:,} figures)"
        lines.append(f"{lag.channel_id:12} {known}, {told}; {offers:,} offers leave {units:,} units unshown")
    return "\n".join(lines)


def _terms(row: BufferRow) -> str:
    """Return what one offer leaves unshown, with the terms it follows from."""
    keeps = f"; keeps the last {row.keeps_units:,} if nobody else could show any" if row.keeps_units else ""
    place = f"{row.sku} {row.location_id} on {row.channel_id}"
    if row.shown_share is not None:
        return f"{place}: shows {row.shown_share:.0%} of what can be sold, by {row.decided_by}{keeps}"
    meanwhile = f"{row.expected_units:.2f} in the {row.lag_seconds:,.0f} s that news take"
    sold = f"others sell {row.elsewhere_units_per_day:.1f} a day, {meanwhile}"
    safe = f"{sold}; {row.safe_share:.0%} of the time no more than the buffer"
    why = safe if row.decided_by == MEASURED else f"by {row.decided_by}; {sold}"
    return f"{place}: leaves {row.buffer_units:,} unshown ({why}){keeps}"


def _after(seconds: float | None) -> str:
    return "no time measured" if seconds is None else f"{seconds:,.0f} s"
