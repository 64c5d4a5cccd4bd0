"""The books: every change of a stock level, and the levels that follow from them at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sample_store.world.demand import WHOLESALE
from sample_store.world.tables import CANCEL, NO_RESTOCK, RETURN, Column, Integers, Movements

if TYPE_CHECKING:
    from sample_store.world.build import World

WEB_SALE, WHOLESALE_SALE, CANCELLATION, RETURNED, RECEIVED, ADJUSTED, FULFILLED = range(7)


@dataclass(frozen=True)
class Levels:
    """Stock at one moment, one value per item (``product * 3 + location``)."""

    available: Integers
    on_hand: Integers
    committed: Integers
    incoming: Integers
    changed_at: Integers
    """Moment of the item's last movement; 0 where nothing ever moved."""


def movements_of(world: World) -> Movements:
    """Return every change of a stock level, oldest first.

    A web sale commits units, its parcel takes them off the shelf, a cancellation before that frees them; wholesale
    leaves at once.
    """
    lines, orders, refunds = world.lines, world.orders, world.refunds
    sold = lines.product >= 0
    line_item = lines.product * 3 + orders.location[lines.order]
    parcel_at = np.where(lines.parcel == 2, orders.second_parcel_at[lines.order], orders.first_parcel_at[lines.order])
    sent_units = lines.units - lines.cancelled_units
    sent = sold & (sent_units > 0)
    refund_item = line_item[refunds.line]
    of_product = sold[refunds.line]
    cancelled = of_product & (refunds.restock_type == CANCEL)
    returned = of_product & (refunds.restock_type == RETURN)
    wholesale, receipts, adjustments = world.wholesale, world.receipts, world.adjustments
    moved = wholesale.moves_stock
    known = adjustments.product >= 0
    line_channel = orders.channel[lines.order]
    refund_channel = line_channel[refunds.line]
    parts = [
        _part(
            WEB_SALE,
            orders.created_at[lines.order][sold],
            line_item[sold],
            -lines.units[sold],
            None,
            line_channel[sold],
        ),
        _part(FULFILLED, parcel_at[sent], line_item[sent], None, -sent_units[sent], line_channel[sent]),
        _part(
            CANCELLATION,
            refunds.at[cancelled],
            refund_item[cancelled],
            refunds.units[cancelled],
            None,
            refund_channel[cancelled],
        ),
        _part(
            RETURNED,
            refunds.at[returned],
            refund_item[returned],
            refunds.units[returned],
            refunds.units[returned],
            refund_channel[returned],
        ),
        _part(
            WHOLESALE_SALE,
            wholesale.at[moved],
            (wholesale.product * 3 + wholesale.location)[moved],
            -wholesale.units[moved],
            -wholesale.units[moved],
            np.full(int(moved.sum()), WHOLESALE, np.int64),
        ),
        _part(RECEIVED, receipts.at, receipts.product * 3 + receipts.location, receipts.units, receipts.units),
        _part(
            ADJUSTED,
            adjustments.at[known],
            (adjustments.product * 3 + adjustments.location)[known],
            *[adjustments.units[known]] * 2,
        ),
    ]
    columns = [np.concatenate(each) for each in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return Movements(*(column[order] for column in columns))


def levels_at(world: World, moment: int) -> Levels:
    """Return the stock as it stood at a moment, the moment's own movements included."""
    moves = world.movements
    until = int(np.searchsorted(moves.at, moment, side="right"))
    items = len(world.opening_units)
    item = moves.item[:until]
    available = world.opening_units + _sum(item, moves.available_change[:until], items)
    on_hand = world.opening_units + _sum(item, moves.on_hand_change[:until], items)
    purchases, receipts = world.purchases, world.receipts
    ordered = purchases.ordered_at <= moment
    received = receipts.at <= moment
    incoming = _sum((purchases.product * 3 + purchases.location)[ordered], purchases.units[ordered], items) - _sum(
        (receipts.product * 3 + receipts.location)[received], receipts.units[received], items
    )
    changed_at = np.zeros(items, np.int64)
    np.maximum.at(changed_at, item, moves.at[:until])
    np.maximum.at(changed_at, (purchases.product * 3 + purchases.location)[ordered], purchases.ordered_at[ordered])
    return Levels(available, on_hand, on_hand - available, incoming, changed_at)


def _sum(item: Column, units: Column, items: int) -> Integers:
    return np.bincount(item, weights=units, minlength=items).astype(np.int64)


def _part(
    kind: int,
    at: Column,
    item: Column,
    available: Column | None,
    on_hand: Column | None,
    channel: Column | None = None,
) -> tuple[Column, ...]:
    nothing = np.zeros(len(at), np.int64)
    return (
        at,
        item,
        np.full(len(at), kind, np.int64),
        nothing if available is None else available,
        nothing if on_hand is None else on_hand,
        nothing - 1 if channel is None else channel,
    )


__all__ = ["NO_RESTOCK", "Levels", "levels_at", "movements_of"]
