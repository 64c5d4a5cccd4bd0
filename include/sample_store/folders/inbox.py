"""The orders inbox: CSV files that a buyer's software drops for the suppliers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sample_store.local_time import local_moment
from sample_store.world.build import World
from sample_store.world.outcome import PlacedOrder
from sample_store.world.places import LOCATIONS
from sample_store.world.suppliers import SUPPLIERS

COLUMNS = (
    "po_number",
    "supplier_id",
    "ship_to_location_id",
    "ordered_date",
    "line_number",
    "sku",
    "units",
    "unit_cost",
)


@dataclass(frozen=True)
class Inbox:
    """What a look into the inbox found."""

    orders: list[PlacedOrder]
    refused: dict[str, str]
    """File name to what is wrong with it; it is looked at again next time."""


def read_inbox(folder: Path, world: World, known: set[str], earliest: int) -> Inbox:
    """Return the orders that have not been seen before, as placed at nine on their day, but never before ``earliest``.

    An order keeps the lines with which it was first seen: what a supplier has been sent is not changed by a file.
    """
    product_of = {product.sku: product.number for product in world.products}
    orders: list[PlacedOrder] = []
    refused: dict[str, str] = {}
    for path in sorted(folder.glob("PO-*.csv")):
        if path.stem in known:
            continue
        try:
            orders.append(read_order(path, product_of, earliest))
        except (ValueError, OSError) as error:
            refused[path.name] = str(error)
    return Inbox(orders, refused)


def read_order(path: Path, product_of: dict[str, int], earliest: int) -> PlacedOrder:
    """Return the order in one file. Raises ``ValueError`` that names line, field and value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise ValueError(f"{path.name}: no lines, or no column {', '.join(missing)}")
    heads = {tuple(row[name] for name in COLUMNS[:4]) for row in rows}
    if len(heads) != 1:
        raise ValueError(f"{path.name}: more than one order, supplier, ship-to or date in one file")
    po_number, supplier_id, location_id, ordered_date = heads.pop()
    if po_number != path.stem:
        raise ValueError(f"{path.name}: holds order {po_number!r}")
    locations = [location.location_id for location in LOCATIONS]
    if supplier_id not in {supplier.supplier_id for supplier in SUPPLIERS} or location_id not in locations:
        raise ValueError(f"{path.name}: unknown supplier {supplier_id!r} or location {location_id!r}")
    lines = []
    for line, row in enumerate(rows, start=2):
        sku = row["sku"].strip().upper()
        if sku not in product_of:
            raise ValueError(f"{path.name} line {line}: unknown sku {row['sku']!r}")
        units, cost = int(row["units"]), round(float(row["unit_cost"]) * 100)
        if units <= 0:
            raise ValueError(f"{path.name} line {line}: units {row['units']!r}")
        lines.append((int(row["line_number"]), product_of[sku], units, cost))
    placed_at = max(local_moment(date.fromisoformat(ordered_date), 9), earliest)
    return PlacedOrder(po_number, supplier_id, locations.index(location_id), placed_at, tuple(lines))
