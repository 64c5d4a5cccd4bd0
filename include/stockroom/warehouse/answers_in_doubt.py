"""What of suppliers' answers a person must look at: items that nobody knows, and prices that were not agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib import resources
from typing import NamedTuple

import psycopg

from stockroom.warehouse.built import are_built

ASKED_WITHIN_DAYS = 30
"""An answer that is not its sender's to give is put before a person for so long."""


class UnknownItem(NamedTuple):
    """An item number that no catalogue explains."""

    said_by: str
    """As the sender calls itself."""
    supplier_id: str | None
    """None: nobody is called so."""
    item_number: str
    about: str
    """Where it stood."""
    known_numbers: list[str] | None
    """What the supplier's catalogue holds."""


class ChargedLine(NamedTuple):
    """A line of an invoice that is not as it was ordered."""

    supplier_id: str
    invoice_number: str
    order_number: str
    line_number: int | None
    item_number: str | None
    units: int
    unit_price: Decimal
    sku: str | None
    unit_cost: Decimal | None
    """As ordered; None: the order has no such line."""
    order_currency: str | None
    units_charged: int
    """By all invoices, of this line of the order."""
    units_due: int | None
    """Ordered, less what the supplier refused; None: the order has no such line."""
    currency: str | None
    is_other_price: bool

    @property
    def is_too_many(self) -> bool:
        """Return whether more units are charged than can come."""
        return self.units_due is not None and self.units_charged > self.units_due


class OwedLine(NamedTuple):
    """A line of a shopper's order that its supplier cannot send now."""

    channel_id: str
    order_name: str
    order_line_id: str
    sku: str
    supplier_id: str
    expected_date: date | None
    units_open: int


class ForeignAnswer(NamedTuple):
    """An answer to an order by somebody else than its supplier."""

    order_number: str
    said_by: str
    """As the sender calls itself."""
    ordered_from: str
    file_name: str


def are_answers_built(connection: psycopg.Connection) -> bool:
    """Return whether dbt has built what answers are read through; it has not before the first day is planned."""
    return are_built(
        connection,
        "staging.stg_suppliers__availability",
        "staging.stg_suppliers__acknowledgement_lines",
        "staging.stg_suppliers__shipment_lines",
        "staging.stg_suppliers__invoice_lines",
        "staging.stg_suppliers__catalogue_items",
        "intermediate.int_supplier_names",
        "intermediate.int_drop_shippers",
        "marts.fct_order_lines",
        "marts.fct_purchase_order_lines",
        "marts.fct_supplier_availability",
    )


def list_unknown_items(connection: psycopg.Connection) -> list[UnknownItem]:
    """Return the item numbers that nobody can read."""
    return [UnknownItem(*row) for row in connection.execute(_statement("answers_unknown_items.sql"))]


def list_charged_lines(connection: psycopg.Connection) -> list[ChargedLine]:
    """Return the lines of invoices that are not as ordered."""
    return [ChargedLine(*row) for row in connection.execute(_statement("answers_charged_lines.sql"))]


def list_owed_lines(connection: psycopg.Connection) -> list[OwedLine]:
    """Return what shoppers wait for that suppliers are to send themselves and have none of."""
    return [OwedLine(*row) for row in connection.execute(_statement("answers_owed_to_shoppers.sql"))]


def list_foreign_answers(connection: psycopg.Connection) -> list[ForeignAnswer]:
    """Return who lately answered orders that are not theirs; none of it counts."""
    rows = connection.execute(_statement("answers_foreign.sql"), {"days": ASKED_WITHIN_DAYS})
    return [ForeignAnswer(*row) for row in rows]


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
