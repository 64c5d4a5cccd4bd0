"""Messages to other programs by HTTP: signed, so that they know who speaks, and numbered, so that twice is once."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from stockroom.delivery.providers import UnreachableProviderError, UnsentError
from stockroom.settings import SettingsError

SIGNATURE_HEADER, MESSAGE_HEADER = "X-Stockroom-Signature", "X-Stockroom-Message"
TIMEOUT_SECONDS = 20.0
TRIES = 4
SHORTEST_SECRET = 16


class _NotNowError(Exception):
    """The receiver is not there, or has too much to do: the same again may work."""


@dataclass(frozen=True)
class WebhookMessage:
    """A JSON document for one address."""

    message_key: str
    """The same for the same message: a receiver that has it may drop it."""
    body: bytes


def signature_of(body: bytes, *, secret: str) -> str:
    """Return what the receiver computes as well to know the sender: HMAC-SHA256 of the body, in hexadecimal.

    Raises:
        SettingsError: the secret is missing, or so short that it could be guessed.
    """
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"STOCKROOM_PRICE_WEBHOOK_SECRET needs at least {SHORTEST_SECRET} characters")
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post_webhook(message: WebhookMessage, *, url: str, secret: str, wait_seconds: float = 1.0) -> str:
    """Send a message and return the way it went; tried again while the receiver is not there or overloaded.

    A redirect is not followed: the body must not end where nobody named.

    Raises:
        UnsentError: the receiver refused it.
        UnreachableProviderError: it was not there, or too busy, each time.
    """
    headers = {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: signature_of(message.body, secret=secret),
        MESSAGE_HEADER: message.message_key,
    }

    @retry(
        retry=retry_if_exception_type(_NotNowError),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential_jitter(initial=wait_seconds, max=30 * wait_seconds, jitter=wait_seconds),
        reraise=True,
    )
    def send() -> None:
        try:
            answer = client.post(url, content=message.body, headers=headers)
        except httpx.TransportError as error:
            raise _NotNowError(type(error).__name__) from error
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= 500:
            raise _NotNowError(f"it answered {answer.status_code}")
        if not answer.is_success:
            raise UnsentError(f"the receiver of price signals refused them: it answered {answer.status_code}")

    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
        try:
            send()
        except _NotNowError as error:
            raise UnreachableProviderError(f"the receiver of price signals cannot be reached: {error}") from error
    return "webhook"
