"""What a plan must know of the store's own orders: what is to come of them to each location, and what to send on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class OwedUnits:
    """Units of one SKU that were bought at one location for another, are there and have not been sent on."""

    sku: str
    from_location_id: str
    location_id: str
    units: int
    way_days: float
    last_po_number: str
    unit_cost: Decimal
    """In the store's currency."""


def keep_own_orders(connection: psycopg.Connection, *, plan_date: date, cut_off: datetime) -> list[list[Any]]:
    """Gather what ``plans_items.sql`` reads of our own orders; return what has to be sent on, to be frozen."""
    connection.execute(
        """
        create temporary table owed_units (
            sku text, from_location_id text, location_id text, way_days double precision, po_number text, units integer
        ) on commit drop;
        create temporary table own_on_order (
            sku text, location_id text, units integer, due_in_days integer, supplier_id text, said text
        ) on commit drop
        """
    )
    known = {"plan_date": plan_date, "cut_off": cut_off}
    connection.execute(b"insert into owed_units " + _statement("plans_owed_units.sql"), known)
    connection.execute(b"insert into own_on_order " + _statement("plans_own_orders.sql"), known)
    connection.execute("analyze own_on_order")
    owed = connection.execute(
        """
        select * from owed_units
        order by sku collate "C", from_location_id collate "C", location_id collate "C"
        """
    )
    return [list(row) for row in owed]


def read_owed_units(connection: psycopg.Connection, plan_date: date) -> list[OwedUnits]:
    """Return what a plan froze as to be sent on, less what people let go or refused since."""
    with connection.cursor(row_factory=class_row(OwedUnits)) as cursor:
        return cursor.execute(_statement("plans_owed_left.sql"), {"plan_date": plan_date}).fetchall()


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
