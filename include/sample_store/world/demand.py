"""What people wanted: each line of the source becomes a wish, a return, a write-off or a find, at a channel and a location."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sample_store.world.places import LONDON, MANCHESTER, ROTTERDAM
from sample_store.world.source import NO_CUSTOMER, SourceLines, is_product_code, looks_like_a_title

BULK_ORDER_UNITS = 400
"""An invoice of so many units is a wholesale order; smaller ones came through the web shop."""

WISH, TAKE_BACK, WRITE_OFF, FOUND = 0, 1, 2, 3
SHOPIFY, WHOLESALE = 0, 1


@dataclass(frozen=True)
class Demand:
    """One row per line of the source, same order."""

    kind: NDArray[np.int8]
    channel: NDArray[np.int8]
    location: NDArray[np.int8]


def classify(source: SourceLines) -> Demand:
    """Return what each line of the source is.

    Positive lines are wishes, except unpriced ones without customer and title: the warehouse's own finds. Lines of C
    invoices are taken back, other negative lines are written off.
    """
    units = source.units.tolist()
    ordered_units: dict[str, int] = defaultdict(int)
    for invoice, each in zip(source.invoice, units, strict=True):
        ordered_units[invoice] += each
    rows = len(units)
    kind, channel, location = np.zeros(rows, np.int8), np.zeros(rows, np.int8), np.zeros(rows, np.int8)
    for row in range(rows):
        invoice = source.invoice[row]
        bulk = abs(ordered_units[invoice]) >= BULK_ORDER_UNITS
        channel[row] = WHOLESALE if bulk else SHOPIFY
        at_home = source.country[row] == "United Kingdom"
        location[row] = (MANCHESTER if bulk else LONDON) if at_home else ROTTERDAM
        if invoice.startswith("C"):
            kind[row] = TAKE_BACK
        elif units[row] < 0:
            kind[row] = WRITE_OFF
        elif (
            source.unit_price[row] == 0
            and source.customer[row] == NO_CUSTOMER
            and not looks_like_a_title(source.description[row])
        ):
            kind[row] = FOUND
    return Demand(kind, channel, location)


def first_wanted(source: SourceLines, demand: Demand) -> dict[str, int]:
    """Return, for each SKU, the moment somebody first asked for it."""
    first: dict[str, int] = {}
    for sku, at, kind in zip(source.sku, source.at.tolist(), demand.kind.tolist(), strict=True):
        if kind == WISH and is_product_code(sku):
            first.setdefault(sku, at)
    return first
