"""Links that end a request without a login."""

from __future__ import annotations

from stockroom.delivery.signed_tokens import sign, subject_of

UNSUBSCRIBE = "unsubscribe"


def unsubscribe_token(request_id: str, *, secret: str) -> str:
    """Return the token of a request.

    Raises:
        ValueError: the secret is missing or so short that it could be guessed.
    """
    return sign(request_id, purpose=UNSUBSCRIBE, secret=secret)


def request_of_token(token: str, *, secret: str) -> str | None:
    """Return the request whose token this is; ``None`` for whatever we did not sign.

    >>> token = unsubscribe_token("W-1", secret="sixteen letters!")
    >>> request_of_token(token, secret="sixteen letters!")
    'W-1'
    >>> request_of_token(token, secret="another one, too") is None
    True
    """
    return subject_of(token, purpose=UNSUBSCRIBE, secret=secret)
