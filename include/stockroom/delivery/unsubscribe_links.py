"""Links that end a request without a login: signed, so that nobody can end another's."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_SIGNATURE_BYTES = 16
_LONGEST_TOKEN = 400
_SHORTEST_SECRET = 16


def unsubscribe_token(request_id: str, *, secret: str) -> str:
    """Return the token of a request: its id and a signature under ``secret``, safe inside a URL.

    Raises:
        ValueError: the secret is missing or so short that it could be guessed.
    """
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(
            f"STOCKROOM_STOREFRONT_SECRET needs at least {_SHORTEST_SECRET} characters; links are signed with it"
        )
    name = request_id.encode()
    return base64.urlsafe_b64encode(_signature(name, secret) + name).decode().rstrip("=")


def request_of_token(token: str, *, secret: str) -> str | None:
    """Return the request whose token this is; ``None`` for whatever we did not sign.

    >>> token = unsubscribe_token("W-1", secret="sixteen letters!")
    >>> request_of_token(token, secret="sixteen letters!")
    'W-1'
    >>> request_of_token(token, secret="another one, too") is None
    True
    """
    if len(secret) < _SHORTEST_SECRET or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    signature, name = signed[:_SIGNATURE_BYTES], signed[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(name, secret)):
        return None
    return name.decode(errors="replace")


def _signature(name: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"unsubscribe\0" + name, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
