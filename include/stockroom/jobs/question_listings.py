"""Put listings without a SKU before a person, each with the SKU that it most likely is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

import psycopg

from stockroom.channels import CHANNELS
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.unnamed_listings import Known, Unnamed, read_known, read_unnamed

KIND = "listing_without_sku"
SHOWN = 10
ALIKE = 0.6
"""So much of the words of two titles is the same; below, a suggestion would be a guess."""


def question_listings(connection: psycopg.Connection) -> int:
    """Ask once a channel what its listings without a SKU are, take answered questions back; return how many listings.

    ``connection`` is in autocommit.
    """
    unnamed = read_unnamed(connection)
    known = read_known(connection) if unnamed else []
    of_channel = {channel: list(group) for channel, group in groupby(unnamed, key=lambda one: one.channel_id)}
    with connection.transaction():
        for channel_id, channel in CHANNELS.items():
            key, listings = f"{KIND}/{channel_id}", of_channel.get(channel_id, [])
            if not listings:
                resolve_exception(connection, key)
                continue
            named = "; ".join(describe(one, suggestion(one, known)) for one in listings[:SHOWN])
            more = f"; and {len(listings) - SHOWN:,} more" if len(listings) > SHOWN else ""
            raise_exception(
                connection,
                key,
                kind=KIND,
                subject=channel.name,
                detail=f"{len(listings):,} listings have no SKU, so nothing they sell is demand: {named}{more}",
                mend="Give them a SKU there, or say in listings.csv of the planners' folder what they are (channel, "
                "listing, sku, units_per_listing, valid_from, valid_until): what they sold is kept, and counts then",
            )
    return len(unnamed)


def describe(one: Unnamed, suggested: tuple[str, str] | None) -> str:
    """Return a listing in words."""
    said = f"{one.listing_id} ({one.title})" if one.title else one.listing_id
    return f"{said}, perhaps {suggested[0]}: {suggested[1]}" if suggested else said


def suggestion(one: Unnamed, known: Sequence[Known]) -> tuple[str, str] | None:
    """Return the SKU that a listing most likely is, and why: by its id, barcode or title; None if none is alike.

    >>> known = [Known("MUG", "Red mug", "50123"), Known("JUG", "Large blue jug", None)]
    >>> suggestion(Unnamed("toy", "mug", "", None), known)
    ('MUG', 'the same code')
    >>> suggestion(Unnamed("toy", "7", "A cup", "50123"), known)
    ('MUG', 'the same barcode')
    >>> suggestion(Unnamed("toy", "8", "Blue jug, large", None), known)
    ('JUG', 'the same words')
    >>> suggestion(Unnamed("toy", "9", "Large red jug", None), known) is None
    True
    """
    for item in known:
        if item.sku == one.listing_id.strip().upper():
            return item.sku, "the same code"
    for item in known:
        if item.barcode and item.barcode == one.barcode:
            return item.sku, "the same barcode"
    words = _words(one.title)
    if not words:
        return None
    shares = [(len(words & (other := _words(item.title))) / len(words | other), item.sku) for item in known]
    share, sku = max(shares, key=lambda pair: (pair[0], pair[1]), default=(0.0, ""))
    if share < ALIKE:
        return None
    return sku, "the same words" if share == 1 else f"{share:.0%} of the words the same"


def _words(title: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", title.casefold()))
