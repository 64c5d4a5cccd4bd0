"""Addresses of the storefront's pages, as messages carry them; empty where no storefront runs."""

from __future__ import annotations

from stockroom.delivery.signed_tokens import sign
from stockroom.delivery.unsubscribe_links import unsubscribe_token
from stockroom.settings import Settings

CONFIRM, VISIT = "confirm", "visit"
"""What tokens are signed for: saying yes for one address, and what one shopper may do with one request."""


def unsubscribe_url(settings: Settings, request_id: str) -> str:
    """Return the address that ends a request."""
    if not settings.storefront_url:
        return ""
    return _page(settings, "unsubscribe", unsubscribe_token(request_id, secret=settings.storefront_secret))


def confirm_url(settings: Settings, request_id: str, medium: str) -> str:
    """Return the address where the owner of an address says yes."""
    if not settings.storefront_url:
        return ""
    token = sign(f"{medium}:{request_id}", purpose=CONFIRM, secret=settings.storefront_secret)
    return _page(settings, "confirm", token)


def visit_url(settings: Settings, request_id: str) -> str:
    """Return the address that leads into the basket, or to the place in line where the product has sold out again."""
    if not settings.storefront_url:
        return ""
    return _page(settings, "go", sign(request_id, purpose=VISIT, secret=settings.storefront_secret))


def _page(settings: Settings, name: str, token: str) -> str:
    return f"{settings.storefront_url.rstrip('/')}/{name}?token={token}"
