"""Orders that somebody places at the store's present moment, on top of the history it plays.

A shop sells what it shows, whether it is there or not: so one unit that several shops show can be sold several times.
History goes on as it was, and nothing of such an order is ever sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sample_store.folders.daily import WHOLESALE_HEADER, csv_bytes
from sample_store.local_time import local_minute
from sample_store.world.books import WEB_SALE, WHOLESALE_SALE
from sample_store.world.build import World
from sample_store.world.demand import CHANNELS, WHOLESALE
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


def place(
    world: World, shown: Integers, taken: Sequence[Checkout], *, channel: str, item: int, units: int, at: int
) -> Checkout:
    """Return an order that a shop takes.

    Raises ``ValueError`` where it does not show so many; whether they are there it does not ask.
    """
    sku, location = world.products[item // 3].sku, LOCATIONS[item % 3].location_id
    if units < 1:
        raise ValueError(f"{units} units cannot be ordered")
    if channel != "wholesale" and int(shown[item]) < units:
        raise ValueError(f"{channel} shows {int(shown[item])} of {sku} in {location}: {units} cannot be ordered")
    return Checkout(NUMBERS_FROM + len(taken), channel, item, units, at)


def with_checkouts(world: World, checkouts: Sequence[Checkout]) -> World:
    """Return the world with these orders in it; where there are none, the same one."""
    for checkout in checkouts:
        if checkout.channel != "wholesale":
            world = _with_order(world, checkout)
        world = _with_movement(world, checkout)
    return world


def wholesale_file(world: World, checkout: Checkout) -> tuple[str, bytes]:
    """Return the file that a wholesale customer drops at once, and its name below the root."""
    product = world.products[checkout.item // 3]
    row = (
        str(checkout.number), 1, local_minute(checkout.at), "", "United Kingdom",
        LOCATIONS[checkout.item % 3].location_id, product.sku, product.title, checkout.units,
        product.price_pence / 100, "GBP",
    )  # fmt: skip
    return f"wholesale/orders-{checkout.number}.csv", csv_bytes(WHOLESALE_HEADER, [row])


def _with_order(world: World, checkout: Checkout) -> World:
    """Return the world with an order of a web shop in its place among those of its time."""
    orders, lines, refunds = world.orders, world.lines, world.refunds
    product = world.products[checkout.item // 3]
    position = int(np.searchsorted(orders.created_at, checkout.at, side="right"))
    first_line = int(orders.first_line[position]) if position < len(orders.number) else len(lines.units)
    order = {
        "number": checkout.number,
        "created_at": checkout.at,
        "customer": NO_CUSTOMER,
        "country": "GB",
        "location": checkout.item % 3,
        "first_line": first_line,
        "line_count": 1,
        "first_parcel_at": 0,
        "second_parcel_at": 0,
        "cancelled_at": 0,
        "channel": CHANNELS.index(checkout.channel),
    }
    line = {
        "source_row": checkout.number,
        "order": position,
        "product": product.number,
        "code": product.sku,
        "description": product.title,
        "units": checkout.units,
        "unit_price": product.price_pence / 100,
        "parcel": 0,
        "cancelled_units": 0,
    }
    return replace(
        world,
        orders=replace(
            orders,
            **{name: _inserted(getattr(orders, name), position, value) for name, value in order.items()}
            | {"first_line": _inserted(orders.first_line + (orders.first_line >= first_line), position, first_line)},
        ),
        lines=replace(
            lines,
            **{name: _inserted(getattr(lines, name), first_line, value) for name, value in line.items()}
            | {"order": _inserted(lines.order + (lines.order >= position), first_line, position)},
        ),
        refunds=replace(
            refunds,
            order=refunds.order + (refunds.order >= position),
            line=refunds.line + (refunds.line >= first_line),
        ),
    )


def _with_movement(world: World, checkout: Checkout) -> World:
    """Return the world with what an order takes off the stock that can be sold."""
    moves, is_wholesale = world.movements, checkout.channel == "wholesale"
    position = int(np.searchsorted(moves.at, checkout.at, side="right"))
    move = {
        "at": checkout.at,
        "item": checkout.item,
        "kind": WHOLESALE_SALE if is_wholesale else WEB_SALE,
        "available_change": -checkout.units,
        "on_hand_change": -checkout.units if is_wholesale else 0,
        "channel": WHOLESALE if is_wholesale else CHANNELS.index(checkout.channel),
    }
    columns = {name: _inserted(getattr(moves, name), position, value) for name, value in move.items()}
    return replace(world, movements=replace(moves, **columns))


def _inserted(column: Column, position: int, value: object) -> Column:
    """Return a column with one more value; texts keep their whole length."""
    added = np.array([value])
    if column.dtype.kind == "U":
        return np.concatenate([column[:position], added, column[position:]])
    return np.concatenate([column[:position], added.astype(column.dtype), column[position:]])
