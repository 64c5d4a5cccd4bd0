"""Where the link of a notice leads: into the basket, or to the place in line where the product has sold out again."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from stockroom.delivery.signed_tokens import sign, subject_of
from stockroom.documents.shopper_language import Language
from stockroom.jobs.likely_back import likely_back_words
from stockroom.jobs.shop_pages import basket_url
from stockroom.jobs.shopper_links import VISIT
from stockroom.settings import Settings
from stockroom.warehouse.restock_products import ShownProduct, SimilarProduct, read_shown, read_similar
from stockroom.warehouse.restock_subscriptions import Place, cart_token, note_click, place_in_line, resume
from stockroom.warehouse.restock_units import can_be_had, units_to_be_had


@dataclass(frozen=True)
class Visit:
    """What the holder of a link finds."""

    basket_url: str
    """Empty: it has sold out again, or nobody sells it any more."""
    place: Place
    shown: ShownProduct | None
    similar: tuple[SimilarProduct, ...]
    likely_back: str = ""
    """When it is likely back, in words; empty where that cannot be said."""


def visit_request(
    settings: Settings, connection: psycopg.Connection, token: str, language: Language, *, is_click: bool
) -> Visit | None:
    """Return what the holder of a signed token finds; ``None`` for a token that is not ours. The caller commits.

    ``is_click``: they come from a notice, which is noted.
    """
    request_id = subject_of(token, purpose=VISIT, secret=settings.storefront_secret)
    place = place_in_line(connection, request_id) if request_id else None
    if place is None:
        return None
    shown = read_shown(connection, place.sku, place.channel_id)
    units = units_to_be_had(connection, [place.sku], place.channel_id).get(place.sku, 0) if shown else 0
    if is_click:
        note_click(connection, place.request_id, is_sold_out=units < 1)
    if shown and units > 0:
        quantity, named = min(place.quantity, units), cart_token(connection, place.request_id)
        basket = basket_url(settings, shown.channel_id, shown.listing_id, shown.sku, quantity, named)
        return Visit(basket, place, shown, ())
    similar = read_similar(connection, [place.sku], place.channel_id).get(place.sku, ())
    words = likely_back_words(settings, connection, sku=place.sku, channel_id=place.channel_id, language=language)
    return Visit("", place, shown, tuple(similar), words)


def keep_waiting(settings: Settings, connection: psycopg.Connection, token: str) -> bool:
    """Let a request that was answered in vain wait on in its old place; the caller commits."""
    request_id = subject_of(token, purpose=VISIT, secret=settings.storefront_secret)
    place = place_in_line(connection, request_id) if request_id else None
    if place is None or can_be_had(connection, place.sku, place.channel_id):
        return False
    return resume(connection, place.request_id, is_sold_out=True)


def visit_token(settings: Settings, request_id: str) -> str:
    """Return the token with which a shopper looks up their place."""
    return sign(request_id, purpose=VISIT, secret=settings.storefront_secret)
