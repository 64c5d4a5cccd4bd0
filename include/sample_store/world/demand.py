"""What people wanted: each line of the source becomes a wish, a return, a write-off or a find."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sample_store.draws import uniform
from sample_store.world.places import LONDON, MANCHESTER, ROTTERDAM
from sample_store.world.source import NO_CUSTOMER, SourceLines, is_product_code, looks_like_a_title

BULK_ORDER_UNITS = 400
"""An invoice of so many units is a wholesale order; smaller ones came through the web shop."""

WISH, TAKE_BACK, WRITE_OFF, FOUND = 0, 1, 2, 3
CHANNELS = ("shopify", "wholesale", "woocommerce", "bigcommerce", "amazon", "ebay")
SHOPIFY, WHOLESALE, WOOCOMMERCE, BIGCOMMERCE, AMAZON, EBAY = range(6)
SHARES = ((WOOCOMMERCE, 0.12), (BIGCOMMERCE, 0.1), (EBAY, 0.1), (AMAZON, 0.1))
"""Of the web orders from the United Kingdom, what came through which other shop; the rest is Shopify's. A customer
stays with one shop. What is sold does not depend on it: all shops sell from the same shelves."""
SILENT_ON_RETURNS = (AMAZON, EBAY)
"""Shops whose orders do not tell what came back: the warehouse books it as it books what it finds."""
TELL_WHAT_WAS_PAID_BACK = (EBAY,)
"""Of these, the shops whose orders at least tell of the money."""


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
    units, prices, customers = source.units.tolist(), source.unit_price.tolist(), source.customer.tolist()
    ordered_units: dict[str, int] = defaultdict(int)
    for invoice, each in zip(source.invoice, units, strict=True):
        ordered_units[invoice] += each
    bulk = [abs(ordered_units[invoice]) >= BULK_ORDER_UNITS for invoice in source.invoice]
    abroad = [country != "United Kingdom" for country in source.country]
    kinds = [
        TAKE_BACK
        if invoice[0] == "C"
        else WRITE_OFF
        if each < 0
        else FOUND
        if price == 0 and customer == NO_CUSTOMER and not looks_like_a_title(description)
        else WISH
        for invoice, each, price, customer, description in zip(
            source.invoice, units, prices, customers, source.description, strict=True
        )
    ]
    kind = np.array(kinds, np.int8)
    web = [
        SHOPIFY if away else _web_channel(customer or invoice)
        for away, customer, invoice in zip(abroad, customers, source.invoice, strict=True)
    ]
    channel = np.where(bulk, WHOLESALE, web).astype(np.int8)
    location = np.where(abroad, ROTTERDAM, np.where(bulk, MANCHESTER, LONDON)).astype(np.int8)
    return Demand(kind, channel, location)


@cache
def _web_channel(shopper: int | str) -> int:
    """Return the shop that a customer (or, where none is named, an order) comes through."""
    draw = uniform("web channel", shopper)
    for channel, share in SHARES:
        draw -= share
        if draw < 0:
            return channel
    return SHOPIFY


def first_wanted(source: SourceLines, demand: Demand) -> dict[str, int]:
    """Return, for each SKU, the moment somebody first asked for it."""
    first: dict[str, int] = {}
    for sku, at, kind in zip(source.sku, source.at.tolist(), demand.kind.tolist(), strict=True):
        if kind == WISH and is_product_code(sku):
            first.setdefault(sku, at)
    return first
