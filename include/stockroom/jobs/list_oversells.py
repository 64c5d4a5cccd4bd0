"""List what is promised beyond stock, with the way out; of one SKU each time it happened, with its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from stockroom.jobs.oversell_words import order_name, shown_text
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.oversells import Oversell, TimelineRow, list_oversells, read_allocations, read_timeline

_MOMENT = "%Y-%m-%d %H:%M:%S"


def describe_oversells(settings: Settings, *, sku: str | None = None) -> str:
    """Return the open oversells, the costliest first; of one SKU all there ever were, each with its timeline."""
    wanted = sku.strip().upper() if sku else None
    with connect(settings.warehouse_url) as connection:
        found = list_oversells(connection, sku=wanted)
        timelines = {one.oversell_id: read_timeline(connection, one.oversell_id) for one in found} if wanted else {}
        allocated = read_allocations(connection, wanted) if wanted else []
    if not found:
        return f"{wanted} was never promised beyond stock" if wanted else "nothing is promised beyond stock"
    lines = [line for one in found for line in _lines(settings, one, timelines.get(one.oversell_id))]
    lines += [
        f"ship {row.units:,} of {row.channel_id} {order_name(row.document_key)} from {row.location_id}: {row.reason}"
        for row in allocated
    ]
    return "\n".join(lines)


def _lines(settings: Settings, one: Oversell, timeline: list[TimelineRow] | None) -> Iterator[str]:
    where, ended = f"{one.sku} at {one.location_id}", f", made good {_at(one.resolved_at)}" if one.resolved_at else ""
    risk = f"{one.money_at_risk:,.2f} {settings.currency} of margin"
    if one.began_at is None:
        yield f"{where}: {one.units_short:,} below nothing, and no order explains it{ended}"
    else:
        short = f"{one.units_short:,} promised beyond stock in {one.orders_short:,} orders since {_at(one.began_at)}"
        yield f"{where}: {short}{ended}; {risk}"
    for number, way in enumerate(one.remedies, 1):
        yield f"  {number}. {way['says']}"
    if timeline is None:
        return
    if one.began_at and one.known_at:
        named = (one.noticed_at - one.known_at).total_seconds()
        yield f"  noticed {max(named, 0):,.0f} s after the ledger heard of it"
    for row in timeline:
        moment = row.occurred_at.strftime(_MOMENT)
        if row.kind == "told":
            yield f"  {moment}  {row.channel_id or '':12} is told {row.units:,}"
            continue
        short = f"; {row.units_short:,} short" if row.units_short else ""
        shown = f"; it {shown_text(row)}" if row.kind == "sale" else ""
        order = order_name(row.document_key)
        yield (
            f"  {moment}  {row.channel_id or '':12} {row.kind} {order} takes {row.units:,}: "
            f"{row.available_before:,} -> {row.available_after:,}{short}{shown}"
        )


def _at(moment: datetime) -> str:
    return f"{moment.strftime(_MOMENT)} UTC"
