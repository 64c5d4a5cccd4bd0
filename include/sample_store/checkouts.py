"""Orders that somebody places at the store's present moment, on top of the history it plays.

A shop sells what it shows, whether it is there or not: so one unit that several shops show can be sold several times.
History goes on as it was, and nothing of such an order is ever sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from sample_store.folders.daily import WHOLESALE_HEADER, csv_bytes
from sample_store.local_time import local_minute
from sample_store.world.books import WEB_SALE, WHOLESALE_SALE
from sample_store.world.build import World
from sample_store.world.demand import CHANNELS
from sample_store.world.places import LOCATIONS
from sample_store.world.source import NO_CUSTOMER
from sample_store.world.tables import Column, Integers

NUMBERS_FROM = 9_000_001
"""Far above the source's own numbers of orders, and of lines."""


@dataclass(frozen=True)
class Checkout:
    """One order of one line."""

    number: int
    channel: str
    item: int
    """``product * 3 + location``."""
    units: int
    at: int
    attributes: tuple[tuple[str, str], ...] = ()
    """What the cart carried; Shopify's orders show it."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to order."""

    channel: str
    item: int
    units: int = 1
    attributes: tuple[tuple[str, str], ...] = ()


def place(
    world: World, shown: Mapping[str, Integers], taken: int, wishes: Sequence[Wish], *, at: int
) -> list[Checkout]:
    """Return the orders that shops take, all or none; ``shown`` is changed by what each sells.

    Raises ``ValueError`` where a shop does not show so many; whether they are there nobody asks.
    """
    for wish in wishes:
        sku, location = world.products[wish.item // 3].sku, LOCATIONS[wish.item % 3].location_id
        has = int(shown[wish.channel][wish.item])
        if wish.units < 1 or (wish.channel != "wholesale" and has < wish.units):
            raise ValueError(f"{wish.channel} shows {has} of {sku} in {location}: {wish.units} cannot be ordered")
        shown[wish.channel][wish.item] -= wish.units
    return [
        Checkout(NUMBERS_FROM + taken + place, wish.channel, wish.item, wish.units, at, wish.attributes)
        for place, wish in enumerate(wishes)
    ]


def with_checkouts(world: World, checkouts: Sequence[Checkout]) -> World:
    """Return the world with these orders in it, oldest first; where there are none, the same one."""
    for _, group in groupby(checkouts, key=lambda checkout: checkout.at):
        placed = list(group)
        on_web = [checkout for checkout in placed if checkout.channel != "wholesale"]
        world = _with_movements(_with_orders(world, on_web) if on_web else world, placed)
    return world


def attributes_of(checkouts: Iterable[Checkout]) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return what the carts of orders carried, by number of order."""
    return {checkout.number: checkout.attributes for checkout in checkouts if checkout.attributes}


def wholesale_file(world: World, checkout: Checkout) -> tuple[str, bytes]:
    """Return the file that a wholesale customer drops at once, and its name below the root."""
    product = world.products[checkout.item // 3]
    row = (
        str(checkout.number), 1, local_minute(checkout.at), "", "United Kingdom",
        LOCATIONS[checkout.item % 3].location_id, product.sku, product.title, checkout.units,
        product.price_pence / 100, "GBP",
    )  # fmt: skip
    return f"wholesale/orders-{checkout.number}.csv", csv_bytes(WHOLESALE_HEADER, [row])


def _with_orders(world: World, checkouts: Sequence[Checkout]) -> World:
    """Return the world with orders of one moment, one line each, in their place among those of their time."""
    orders, lines, refunds = world.orders, world.lines, world.refunds
    products = [world.products[checkout.item // 3] for checkout in checkouts]
    count = len(checkouts)
    position = int(np.searchsorted(orders.created_at, checkouts[0].at, side="right"))
    first_line = int(orders.first_line[position]) if position < len(orders.number) else len(lines.units)
    nothing = [0] * count
    order: dict[str, list[Any]] = {
        "number": [checkout.number for checkout in checkouts],
        "created_at": [checkout.at for checkout in checkouts],
        "customer": [NO_CUSTOMER] * count,
        "country": ["GB"] * count,
        "location": [checkout.item % 3 for checkout in checkouts],
        "line_count": [1] * count,
        "first_parcel_at": nothing,
        "second_parcel_at": nothing,
        "cancelled_at": nothing,
        "channel": [CHANNELS.index(checkout.channel) for checkout in checkouts],
    }
    line: dict[str, list[Any]] = {
        "source_row": [checkout.number for checkout in checkouts],
        "product": [product.number for product in products],
        "code": [product.sku for product in products],
        "description": [product.title for product in products],
        "units": [checkout.units for checkout in checkouts],
        "unit_price": [product.price_pence / 100 for product in products],
        "parcel": nothing,
        "cancelled_units": nothing,
    }
    later_line = np.where(orders.first_line >= first_line, count, 0)
    later_order = np.where(lines.order >= position, count, 0)
    return replace(
        world,
        orders=replace(
            orders,
            **{name: _inserted(getattr(orders, name), position, values) for name, values in order.items()},
            first_line=_inserted(orders.first_line + later_line, position, range(first_line, first_line + count)),
        ),
        lines=replace(
            lines,
            **{name: _inserted(getattr(lines, name), first_line, values) for name, values in line.items()},
            order=_inserted(lines.order + later_order, first_line, range(position, position + count)),
        ),
        refunds=replace(
            refunds,
            order=refunds.order + np.where(refunds.order >= position, count, 0),
            line=refunds.line + np.where(refunds.line >= first_line, count, 0),
        ),
    )


def _with_movements(world: World, checkouts: Sequence[Checkout]) -> World:
    """Return the world with what orders of one moment take off the stock that can be sold; wholesale leaves at once."""
    moves = world.movements
    position = int(np.searchsorted(moves.at, checkouts[0].at, side="right"))
    is_wholesale = [checkout.channel == "wholesale" for checkout in checkouts]
    given: dict[str, list[int]] = {
        "at": [checkout.at for checkout in checkouts],
        "item": [checkout.item for checkout in checkouts],
        "kind": [WHOLESALE_SALE if each else WEB_SALE for each in is_wholesale],
        "available_change": [-checkout.units for checkout in checkouts],
        "on_hand_change": [-one.units if each else 0 for one, each in zip(checkouts, is_wholesale, strict=True)],
        "channel": [CHANNELS.index(checkout.channel) for checkout in checkouts],
    }
    columns = {name: _inserted(getattr(moves, name), position, values) for name, values in given.items()}
    return replace(world, movements=replace(moves, **columns))


def _inserted(column: Column, position: int, values: Iterable[object]) -> Column:
    """Return a column with more values in one place; texts keep their whole length."""
    added = np.array(list(values))
    if column.dtype.kind != "U":
        added = added.astype(column.dtype)
    return np.concatenate([column[:position], added, column[position:]])
