"""What the suppliers make of the orders that come through the inbox (simulated): each has its own way.

Drawn from the order's number and the day alone, so that what is said and what arrives are one story. The old buyer's
orders of the past are none of this: their suppliers said nothing that was kept.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sample_store.draws import between, uniform
from sample_store.local_time import local_date, local_moment, next_working_day
from sample_store.world.suppliers import BACKORDER_SUPPLIER

SHORTENING_SUPPLIER = "S04"
"""Confirms part of some lines; the rest never comes."""
SILENT_SUPPLIER = "S11"
"""Sends the goods and not a word before them."""
BY_X12 = ("S05", "S06")
"""Answer by X12 855, 856 and 810; the others by files."""
TELL_WHAT_THEY_SENT = ("S01", "S04", *BY_X12)
"""Send a notice of each shipment and an invoice for it."""
DEARER_SUPPLIER, DEARER_BY = "S06", 1.05
"""Charges more than was ordered on some lines."""
TELLS_ITS_STOCK = BACKORDER_SUPPLIER
TELLS_ITS_STOCK_FROM = date(2011, 6, 6)
"""A Monday; every Monday evening from then on it sends what it has."""
OUT_DAYS = 21
OUT_SHARE, SHORT_SHARE, DEARER_SHARE = 0.07, 0.25, 0.2


class Answer(NamedTuple):
    """What a supplier says to one line."""

    units: int
    """That come with the order."""
    later_units: int
    """That come when it has them again."""
    promised_on: date
    later_on: date
    """Of the units that come later."""


def answered_at(supplier_id: str, po_number: str, placed_at: int) -> int:
    """Return when a supplier answers an order: on the next working morning."""
    day = next_working_day(local_date(placed_at))
    return local_moment(day, between(9.0, 12.0, "answer", po_number, supplier_id))


def answer(
    supplier_id: str,
    po_number: str,
    line_number: int,
    sku: str,
    units: int,
    pack_units: int,
    *,
    ordered: date,
    quoted: int,
) -> Answer:
    """Return what becomes of a line of an order: whole, shortened, or later than the rest."""
    promised = ordered + timedelta(days=quoted)
    if supplier_id == BACKORDER_SUPPLIER and is_out(sku, ordered):
        return Answer(0, units, promised, back_on(ordered) + timedelta(days=quoted))
    packs = units // pack_units
    is_short = line_number == 1 or uniform("short", po_number, line_number) < SHORT_SHARE
    if supplier_id == SHORTENING_SUPPLIER and packs >= 2 and is_short:
        return Answer(packs // 2 * pack_units, 0, promised, promised)
    return Answer(units, 0, promised, promised)


def is_out(sku: str, day: date) -> bool:
    """Say whether the supplier that tells its stock is out of a product in the week of a day."""
    return uniform("out", sku, _monday(day)) < OUT_SHARE


def back_on(day: date) -> date:
    """Return when it expects to have again what it is out of in the week of a day."""
    return _monday(day) + timedelta(days=OUT_DAYS)


def units_there(sku: str, day: date) -> int:
    """Return what the supplier that tells its stock has of a product in the week of a day."""
    return 0 if is_out(sku, day) else round(between(100, 2000, "there", sku, _monday(day)))


def charged_pence(supplier_id: str, po_number: str, line_number: int, ordered_pence: int) -> int:
    """Return what a supplier charges for a unit."""
    is_dearer = line_number == 1 or uniform("dearer", po_number, line_number) < DEARER_SHARE
    return round(ordered_pence * DEARER_BY) if supplier_id == DEARER_SUPPLIER and is_dearer else ordered_pence


def shipped_on(answered: int, arrives_at: int, days: int) -> int:
    """Return when goods that take ``days`` in all left the supplier: 40 % of these before they arrive."""
    leaves = local_moment(local_date(arrives_at) - timedelta(days=max(1, round(0.4 * days))), 16)
    return max(leaves, answered + 3600)


def expected_on(shipment_id: str, arrives_at: int) -> date:
    """Return the day that a notice of a shipment names: right for most, a day off for others."""
    off = (-1, 0, 0, 0, 1, 1)[int(uniform("expected", shipment_id) * 6)]
    return local_date(arrives_at) + timedelta(days=off)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
