"""Answer "why 7?": what a position stands on, and what happened since."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from stockroom.channels import CHANNELS
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.stock_history import (
    Comparison,
    Entry,
    Position,
    read_comparisons,
    read_entries,
    read_positions,
)

SHOWN = 20
_MOMENT = "%Y-%m-%d %H:%M UTC"


def explain_stock(settings: Settings, sku: str) -> str:
    """Return the position of a SKU at each place with its last count or level and the entries after it."""
    with connect(settings.warehouse_url) as connection:
        return describe_stock(connection, sku.strip().upper())


def describe_stock(connection: psycopg.Connection, sku: str) -> str:
    """Return the same, a line for each thing."""
    positions = read_positions(connection, sku)
    if not positions:
        return f"nothing was ever counted of {sku}, and no channel that stock is counted from shows it"
    return "\n".join(
        line
        for each in positions
        for line in (
            *_lines(sku, each, read_entries(connection, sku, each.location_id, most=SHOWN)),
            *map(_compared, read_comparisons(connection, sku, each.location_id)),
        )
    )


def _lines(sku: str, position: Position, entries: list[Entry]) -> Iterator[str]:
    """Say what is there, what it stands on, and what was added."""
    parts = [f"{position.on_hand_units:,} on hand"]
    for units, what in (
        (position.committed_units, "committed"),
        (position.reserved_units, "reserved"),
        (position.damaged_units, "damaged"),
    ):
        if units:
            parts.append(f"{units:,} {what}")
    yield f"{sku} at {position.location_id}: {position.available_units:,} can be sold = {' - '.join(parts)}"
    yield f"  {_basis(position)}"
    if position.entries > len(entries):
        yield f"  {position.entries - len(entries):,} earlier entries"
    for entry in entries:
        said = f"{entry.source} {entry.document_key}{' (corrected)' if entry.is_correction else ''}"
        yield f"  {entry.occurred_at.strftime(_MOMENT)}  {_what(entry):20} {said}"


def _basis(position: Position) -> str:
    """Say what the level is, and from when on something is added to it."""
    if not position.is_running:
        if position.counted_at is None:
            return "never counted: the sum of every entry"
        return f"{position.level_units:,} were counted at {position.counted_at.strftime(_MOMENT)}"
    channel = CHANNELS.get(position.source_of_truth)
    said = f"{channel.name if channel else position.source_of_truth} shows {position.level_units:,}"
    if position.counted_at is not None:
        said += f" since {position.counted_at.strftime(_MOMENT)}"
    if position.own_writes_units:
        said += f", of which {position.own_writes_units:+,} by what we wrote"
    if position.counts_from is None:
        return f"{said}; nothing is added: nobody tells it of others' sales"
    return f"{said}; added is what others sold since {position.counts_from.strftime(_MOMENT)}"


def _compared(seen: Comparison) -> str:
    """Say what a channel shows beside what we made it show; neither is a count."""
    channel = CHANNELS.get(seen.channel_id)
    holds, sold = "", f"sold {seen.units_sold:,} units"
    if seen.units_held is not None:  # its units may also have gone one by one
        holds, sold = f", which holds {seen.units_held:,} of it,", f"can have sold {seen.units_sold:,}"
    return (
        f"  compared: {channel.name if channel else seen.channel_id} {seen.listing_id}{holds} showed "
        f"{seen.units_shown:,} at {seen.shown_at.strftime(_MOMENT)}; it showed {seen.units_told:,} when we last wrote "
        f"or looked, at {seen.told_at.strftime(_MOMENT)}, and {sold} in between"
    )


def _what(entry: Entry) -> str:
    """Return what an entry changed."""
    change = entry.on_hand_change or -entry.committed_change
    return f"{entry.kind.replace('_', ' ')} {change:+,}" + (" (damaged)" if entry.damaged_change else "")
