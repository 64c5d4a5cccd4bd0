"""A purchase order as its supplier gets it: a PDF that one would sign, and a table that a program reads, CSV or XLSX.

Why a line is bought is our own affair: reasons and release notes stand in the buyer's annex (``order_reasons``).
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Literal

import typst

from stockroom.documents import formats
from stockroom.documents.barcode import code_128_widths
from stockroom.documents.locales import DEFAULT_LOCALE, LOCALES, Locale
from stockroom.tabular.spreadsheet import Cell, csv_bytes
from stockroom.tabular.xlsx_writer import xlsx_bytes

_TEMPLATES = Path(__file__).parent / "templates"
_OWN_NUMBER = re.compile(r"(PO|DS)-[0-9]{6,12}")

CSV_COLUMNS = (
    "po_number", "version", "supplier_id", "supplier_name", "ship_to_location_id", "currency", "ordered_date",
    "requested_date", "line_number", "sku", "supplier_sku", "description", "units", "pack_units", "unit_cost",
    "line_value", "payment_terms", "ship_via", "delivery_address",
)  # fmt: skip


class UnprintableOrderError(ValueError):
    """No document can be made of this order as it stands; the message says what is wrong with it."""


@dataclass(frozen=True)
class Release:
    """Who let an order go, a person by name or the policy, and on which day."""

    authorised_by: str
    """As the supplier reads it."""
    released_date: date
    note: str = ""
    """Why, for the buyer alone."""


@dataclass(frozen=True)
class Party:
    """Someone named on a document."""

    name: str
    address_lines: tuple[str, ...] = ()
    email: str = ""
    logo_svg: str = field(default="", repr=False)
    """Printed above the name; empty: the name alone."""


@dataclass(frozen=True)
class OrderLine:
    """One line of a purchase order; ``line_value`` is ``units`` times ``unit_cost``, rounded to cents."""

    line_number: int
    sku: str
    supplier_sku: str
    description: str
    units: int
    pack_units: int
    unit_cost: Decimal
    line_value: Decimal
    reason: str
    """For the buyer alone, like ``terms``; neither is ever printed on the order."""
    terms: Mapping[str, float | int | str | bool | None] = field(default_factory=dict)
    """The numbers behind the reason, by name."""


@dataclass(frozen=True)
class PurchaseOrder:
    """Everything that a purchase order document prints."""

    po_number: str
    version: int
    release: Release | None
    """``None`` prints a notice that this is a proposal, which no supplier may take for an order."""
    buyer: Party
    supplier_id: str
    supplier: Party
    ship_to_location_id: str
    ship_to: Party
    currency: str
    ordered_date: date
    requested_date: date | None
    payment_terms: str
    ship_via: str
    lines: tuple[OrderLine, ...]
    replaces: int = 0
    """The version that the supplier has, which this one replaces; 0: this is the first."""
    is_cancelled: bool = False
    """The supplier has it, and must not fill it any more."""
    kind: Literal["purchase", "transfer", "drop_ship"] = "purchase"
    """``transfer``: between our own locations; the one that gives stands in the supplier's place. ``drop_ship``: to a
    shopper, whose order's number stands in the place of a location."""
    tax_note: str = ""
    locale: str = DEFAULT_LOCALE
    """How amounts and days are written on the page."""

    note: str = ""
    """A sentence under the lines."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What the page says in other words, by the English ones."""
    template: str = ""
    """Name and version of the template that it was set by; empty: none."""

    @property
    def total(self) -> Decimal:
        """Return the order's value in its currency."""
        return sum((line.line_value for line in self.lines), Decimal("0.00"))


def purchase_order_file_name(po_number: str, suffix: str) -> str:
    """Return ``PO-000001.pdf``: the name comes from our own number alone.

    >>> purchase_order_file_name("PO-000001", "pdf")
    'PO-000001.pdf'

    Raises:
        UnprintableOrderError: the number is not one of our series, so it could lead out of the folder.
    """
    if not _OWN_NUMBER.fullmatch(po_number):
        raise UnprintableOrderError(
            f"{po_number!r} is not a number of our purchase orders (PO-000001); no file is named after it"
        )
    return f"{po_number}.{suffix}"


def purchase_order_csv(order: PurchaseOrder) -> bytes:
    """Return the order as CSV, one row per line, columns ``CSV_COLUMNS``. UTF-8 without a mark: programs read it."""
    return csv_bytes(CSV_COLUMNS, _table(order))


def purchase_order_xlsx(order: PurchaseOrder) -> bytes:
    """Return the same rows as a workbook; the same order gives the same bytes."""
    return xlsx_bytes(order.po_number, CSV_COLUMNS, _table(order))


def purchase_order_pdf(order: PurchaseOrder) -> bytes:
    """Return the order as a tagged PDF. The same order gives the same bytes: its time stamp is the order's own day.

    Raises:
        UnprintableOrderError: the typesetter refuses what the order holds.
    """
    return set_page("purchase_order.typ", order, _as_printed(order))


def set_page(template: str, order: PurchaseOrder, printed: Mapping[str, object]) -> bytes:
    """Return what a template makes of an order as printed.

    Raises:
        UnprintableOrderError: the typesetter refuses what the order holds.
    """
    printed_at = datetime.combine(order.ordered_date, time(), tzinfo=UTC)
    try:
        pdf = _compiler().compile(
            input=_TEMPLATES / template,
            format="pdf",
            sys_inputs={"order": json.dumps(printed, ensure_ascii=False)},
            timestamp=int(printed_at.timestamp()),
        )
    except (typst.TypstError, UnicodeError) as error:
        raise UnprintableOrderError(f"{order.po_number} cannot be set: {error}") from error
    if not isinstance(pdf, bytes):
        raise TypeError(f"typst returned {type(pdf).__name__} for {order.po_number}, not the bytes of one PDF")
    return pdf


def _table(order: PurchaseOrder) -> Iterator[tuple[Cell, ...]]:
    """Yield a row per line; what is cancelled has lines of no units."""
    address = ", ".join((order.ship_to.name, *order.ship_to.address_lines))
    for line in order.lines:
        yield (
            order.po_number,
            order.version,
            order.supplier_id,
            order.supplier.name,
            order.ship_to_location_id,
            order.currency,
            order.ordered_date,
            order.requested_date,
            line.line_number,
            line.sku,
            line.supplier_sku,
            line.description,
            0 if order.is_cancelled else line.units,
            line.pack_units,
            line.unit_cost,
            formats.cents(Decimal(0) if order.is_cancelled else line.line_value),
            order.payment_terms,
            order.ship_via,
            address,
        )


@functools.cache
def _compiler() -> typst.Compiler:
    """Return one compiler per process: reading the fonts is what costs time.

    Only the fonts inside the wheel are used, so that every machine sets the same page.
    """
    first = _TEMPLATES / "purchase_order.typ"
    return typst.Compiler(input=first, root=_TEMPLATES, ignore_system_fonts=True)


def _as_printed(order: PurchaseOrder) -> dict[str, object]:
    """Return what the template prints, every value a string already written for a reader."""
    written = LOCALES[order.locale]

    def say(words: str) -> str:
        return order.words.get(words, words)

    return {
        "number": order.po_number,
        "barcode": code_128_widths(order.po_number),
        "version": str(order.version),
        "replaces": str(order.replaces) if order.replaces else "",
        "is_cancelled": order.is_cancelled,
        "is_released": order.release is not None,
        "authorised_by": order.release.authorised_by if order.release else "",
        "authorised_on": written.long_day(order.release.released_date) if order.release else "",
        "buyer": party_as_printed(order.buyer),
        "supplier": party_as_printed(order.supplier),
        "supplier_id": order.supplier_id,
        "ship_to": party_as_printed(order.ship_to),
        "ship_to_note": f"{say('Order:' if order.kind == 'drop_ship' else 'Location:')} {order.ship_to_location_id}",
        "is_drop_ship": order.kind == "drop_ship",
        "currency": order.currency,
        "ordered": written.long_day(order.ordered_date),
        "requested": written.long_day(order.requested_date) if order.requested_date else say("as soon as possible"),
        "payment_terms": order.payment_terms or say("as agreed"),
        "ship_via": order.ship_via or say("as agreed"),
        "note": order.note,
        "words": dict(order.words),
        "tax_note": order.tax_note,
        "total": written.money(order.total, order.currency),
        "units": written.count(sum(line.units for line in order.lines)),
        "lines": [_line(line, written, say("loose")) for line in order.lines],
    }


def party_as_printed(party: Party) -> dict[str, object]:
    """Return what templates print of someone."""
    return {
        "name": party.name,
        "address": [line for line in party.address_lines if line],
        "email": party.email,
        "logo": party.logo_svg,
    }


def _line(line: OrderLine, written: Locale, loose: str) -> dict[str, str]:
    packs, rest = divmod(line.units, max(line.pack_units, 1))
    whole_packs = f"{written.count(packs)} \N{MULTIPLICATION SIGN} {written.count(line.pack_units)}"
    return {
        "number": str(line.line_number),
        "sku": line.sku,
        "supplier_sku": line.supplier_sku,
        "description": line.description,
        "packs": whole_packs if rest == 0 else loose,
        "units": written.count(line.units),
        "unit_price": written.unit_price(line.unit_cost),
        "value": written.amount(line.line_value),
    }
