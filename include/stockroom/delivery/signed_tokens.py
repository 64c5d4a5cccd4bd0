"""Tokens that stand for something without a login: signed for one purpose, so that nobody can make up another's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_SIGNATURE_BYTES = 16
_LONGEST_TOKEN = 400
_SHORTEST_SECRET = 16


def sign(subject: str, *, purpose: str, secret: str) -> str:
    """Return the token of ``subject``: itself and a signature under ``secret``, safe inside a URL.

    Raises:
        ValueError: the secret is missing or so short that it could be guessed.
    """
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(
            f"STOCKROOM_STOREFRONT_SECRET needs at least {_SHORTEST_SECRET} characters; links are signed with it"
        )
    name = subject.encode()
    return base64.urlsafe_b64encode(_signature(name, purpose, secret) + name).decode().rstrip("=")


def subject_of(token: str, *, purpose: str, secret: str) -> str | None:
    """Return what was signed for this purpose; ``None`` for whatever we did not sign, or signed for another one.

    >>> token = sign("W-1", purpose="place", secret="sixteen letters!")
    >>> subject_of(token, purpose="place", secret="sixteen letters!")
    'W-1'
    >>> subject_of(token, purpose="unsubscribe", secret="sixteen letters!") is None
    True
    """
    if len(secret) < _SHORTEST_SECRET or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, name = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(name, purpose, secret)):
        return None
    return name.decode(errors="replace")


def is_listing_token(token: str, *, sku: str, country: str, key: str, channel: str = "") -> bool:
    """Return whether the shop's own page names this product for this country.

    The token is the hexadecimal HMAC-SHA256 of ``listing:<SKU>:<COUNTRY>`` under the listing key, which a shop's theme
    can make (in Liquid: ``| hmac_sha256``); of ``listing:<SKU>:<COUNTRY>:<CHANNEL>`` where several shops share the key.
    Without it nobody can ask for what no page offers.
    """
    if len(key) < _SHORTEST_SECRET or not token.isascii():
        return False
    listing = f"listing:{sku}:{country}" + (f":{channel}" if channel else "")
    wanted = hmac.new(key.encode(), listing.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, token)


def _signature(name: bytes, purpose: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), purpose.encode() + b"\0" + name, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
