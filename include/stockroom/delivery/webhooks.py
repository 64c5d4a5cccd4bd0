"""Messages to other programs by HTTP: signed, so that they know who speaks, and numbered, so that twice is once.

Each carries the time and a number of its own, and is signed as a whole: ``X-Stockroom-Signature`` is ``sha256=`` and
the HMAC-SHA256 of ``<X-Stockroom-Timestamp>.<body>`` under the secret that both sides know. A receiver believes it so::

    signed = f"{headers['X-Stockroom-Timestamp']}.".encode() + body
    wanted = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    is_ours = hmac.compare_digest(wanted, headers["X-Stockroom-Signature"])
    is_fresh = abs(time.time() - int(headers["X-Stockroom-Timestamp"])) < 300
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
from tenacity import RetryCallState, retry, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from stockroom.delivery.providers import UnreachableProviderError, UnsentError, UnsureError, tls_only
from stockroom.settings import SettingsError

SIGNATURE_HEADER, MESSAGE_HEADER = "X-Stockroom-Signature", "X-Stockroom-Message"
TIMESTAMP_HEADER = "X-Stockroom-Timestamp"
TIMEOUT_SECONDS = 20.0
TRIES = 4
LONGEST_WAIT_SECONDS = 60.0
"""Whoever asks us to wait for longer gets the rest with the next delivery."""
SHORTEST_SECRET = 16
NOT_NOW = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)


class _NotNowError(Exception):
    """The receiver is not there, or has too much to do: the same again may work."""

    def __init__(self, words: str, wait_seconds: float | None = None) -> None:
        super().__init__(words)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True)
class WebhookMessage:
    """A JSON document for one address."""

    message_key: str
    """The same for the same message: a receiver that has it may drop it."""
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Receiver:
    """Who takes messages."""

    name: str
    """As errors call it, such as ``the receiver of price signals``."""
    url: str
    secret: str = field(repr=False)
    kept_in: str = ""
    """Where its address and secret stand: a setting or a connection."""


def signature_of(body: bytes, *, timestamp: str, secret: str, kept_in: str = "the secret") -> str:
    """Return what the receiver computes as well to know the sender: HMAC-SHA256 of time and body, in hexadecimal.

    >>> signature_of(b"{}", timestamp="1767225600", secret="sixteen letters!")[:14]
    'sha256=e2873b0'

    Raises:
        SettingsError: the secret is missing, or so short that it could be guessed.
    """
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{kept_in} needs at least {SHORTEST_SECRET} characters; messages are signed with it")
    return "sha256=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def post_webhook(message: WebhookMessage, *, receiver: Receiver) -> str:
    """Send a message and return the way it went; tried again while the receiver is not there or overloaded.

    A redirect is not followed: the body must not end where nobody named.

    Raises:
        UnsentError: the receiver refused it.
        UnreachableProviderError: it was not there, or too busy, each time.
        SettingsError: its address or secret is unusable.
    """
    url = tls_only(receiver.url, receiver.name)

    def post() -> httpx.Response:
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP_HEADER: timestamp,
            MESSAGE_HEADER: message.message_key,
            SIGNATURE_HEADER: signature_of(
                message.body, timestamp=timestamp, secret=receiver.secret, kept_in=receiver.kept_in
            ),
        }
        return client.post(url, content=message.body, headers=headers)

    with open_client() as client:
        answer = until_answered(post, name=receiver.name, knows_repeats=True)
    if not answer.is_success:
        raise UnsentError(f"{receiver.name} refused it: it answered {answer.status_code}")
    return "webhook"


def open_client() -> httpx.Client:
    """Return a client that follows no redirect and takes no proxy or password from the environment."""
    return httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False)


def until_answered(
    post: Callable[[], httpx.Response], *, name: str, knows_repeats: bool, wait_seconds: float = 1.0
) -> httpx.Response:
    """Return the answer, asking again as often as a program may: after growing pauses, or when it was told to.

    ``knows_repeats``: whether the same message twice is one message there. If not, only what was certainly not taken
    is asked again.

    Raises:
        UnreachableProviderError: nobody was there to take it, each time.
        UnsureError: it was handed over, and nobody knows whether it was taken.
    """
    back_off = wait_exponential_jitter(initial=wait_seconds, max=30 * wait_seconds, jitter=wait_seconds)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.wait_seconds if isinstance(error, _NotNowError) else None
        return back_off(state) if asked is None else min(asked, LONGEST_WAIT_SECONDS)

    @retry(retry=retry_if_exception_type(_NotNowError), stop=stop_after_attempt(TRIES), wait=wait, reraise=True)
    def ask() -> httpx.Response:
        try:
            answer = post()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _NotNowError(type(error).__name__) from error
        except httpx.TransportError as error:
            if knows_repeats:
                raise _NotNowError(type(error).__name__) from error
            raise UnsureError(f"{name} did not answer") from error
        if answer.status_code in NOT_NOW or (answer.is_server_error and knows_repeats):
            raise _NotNowError(f"it answered {answer.status_code}", _seconds(answer.headers.get("Retry-After", "")))
        if answer.is_server_error:
            raise UnsureError(f"{name} failed over it: {answer.status_code}")
        return answer

    try:
        return ask()
    except _NotNowError as error:
        raise UnreachableProviderError(f"{name} cannot be reached: {error}") from error


def _seconds(asked: str) -> float | None:
    """Return for how long we were asked to wait; nothing where that is no number."""
    return float(asked) if asked.isascii() and asked.isdigit() else None
