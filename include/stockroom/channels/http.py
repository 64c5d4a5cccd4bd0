"""Asks a channel over HTTP until it answers, within bounds: back-off, ``Retry-After``, time-outs.

What every HTTP channel has in common. What an answer means is the channel's own business (``<channel>/client.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from stockroom.channels.channel import ChannelError, RefusedConnectionError, UnavailableChannelError
from stockroom.tabular.http_page import retry_after_seconds

ATTEMPTS = 6
"""Tries of one request; with the back-off below a channel may be away for about half a minute."""
LONGEST_BACK_OFF_SECONDS = 20.0
LONGEST_WAIT_SECONDS = 300.0
"""A channel that asks for more patience than this gets it from the next round, not from a worker that sleeps."""
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
REFUSALS = (401, 403)
LOOPBACK = ("127.0.0.1", "::1", "localhost")

Answer = TypeVar("Answer")
_back_off_seconds = wait_random_exponential(multiplier=0.5, max=LONGEST_BACK_OFF_SECONDS)


@dataclass(frozen=True)
class Endpoint:
    """Where a channel listens, and what an operator knows it by."""

    channel: str
    url: str
    credentials: str
    """What to mend when they are refused: the setting that holds them, and what they must allow."""

    def __str__(self) -> str:
        return f"{self.channel} at {self.url}"


class NothingThereError(ChannelError):
    """The channel has nothing at this address (HTTP 404)."""


class TryAgainError(Exception):
    """This was no answer yet. Ask again after ``wait_seconds``, or after the usual back-off where that is None."""

    def __init__(self, problem: str, *, wait_seconds: float | None = None) -> None:
        """Take what happened, as a sentence without its subject, and how long the channel asks to wait."""
        super().__init__(problem)
        self.wait_seconds = wait_seconds


def until_answered(ask: Callable[[], Answer], *, endpoint: Endpoint, sleep: Callable[[float], None]) -> Answer:
    """Return what ``ask`` returns, calling it again while it raises TryAgainError.

    Raises:
        UnavailableChannelError: still no answer after ``ATTEMPTS`` tries, or the channel asks to wait for too long.
    """
    try:
        return Retrying(
            stop=stop_after_attempt(ATTEMPTS),
            wait=_wait_seconds,
            retry=retry_if_exception_type(TryAgainError),
            sleep=sleep,
            reraise=True,
        )(_within_patience(ask, endpoint))
    except TryAgainError as error:
        raise UnavailableChannelError(
            f"{endpoint} {error}, {ATTEMPTS} times in a row. Nothing is lost: the next round asks for the same window."
        ) from error


def post(http: httpx.Client, endpoint: Endpoint, content: bytes) -> httpx.Response:
    """Return the channel's complete answer to ``content``, with status 200; errors as ``answered`` raises them."""
    return answered(lambda: http.post(endpoint.url, content=content), endpoint)


def answered(send: Callable[[], httpx.Response], endpoint: Endpoint) -> httpx.Response:
    """Return the channel's complete answer to one request, with a status that says it did what was asked.

    Raises:
        TryAgainError: it was busy, broken, silent, or hung up before the end.
        RefusedConnectionError: it does not accept our credentials.
        NothingThereError: it has nothing at the address.
        ChannelError: any other status.
    """
    try:
        response = send()
    except httpx.TimeoutException as error:
        raise TryAgainError(f"gave no answer in time ({type(error).__name__})") from error
    except httpx.TransportError as error:
        raise TryAgainError(f"broke the connection off ({error})") from error
    except httpx.InvalidURL as error:
        raise ChannelError(f"{endpoint}: this is no address ({error}); mend the setting.") from error
    status = response.status_code
    if response.is_success:
        return response
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise TryAgainError(f"answered HTTP {status}", wait_seconds=retry_after_seconds(response))
    if status in REFUSALS:
        raise RefusedConnectionError(f"{endpoint} refused the credentials (HTTP {status}). {endpoint.credentials}")
    raise (NothingThereError if status == httpx.codes.NOT_FOUND else ChannelError)(
        f"{endpoint} answered HTTP {status}: {response.text[:200]!r}. Check the address in the settings."
    )


def time_of(response: httpx.Response, endpoint: Endpoint) -> datetime:
    """Return the channel's own time, as the ``Date`` of its answer states it."""
    try:
        return parsedate_to_datetime(response.headers["date"]).astimezone(UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise ChannelError(f"{endpoint}: its answer has no readable Date, so no window can be cut.") from error


def https_only(url: str, channel: str) -> str:
    """Return the address without a slash at its end; credentials travel over TLS, or stay on this machine.

    A name without a dot (``sample-store`` in docker-compose.yml) is one of this machine's own network.

    >>> https_only("https://shop.example/", "WooCommerce")
    'https://shop.example'
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL()
    if not parsed.scheme or not parsed.host:
        raise ChannelError(f"{channel}: {url!r} is no address; give one such as https://shop.example")
    is_near = parsed.host in LOOPBACK or (parsed.host.isascii() and not set(parsed.host) & {".", ":"})
    if parsed.scheme != "https" and not (parsed.scheme == "http" and is_near):
        raise ChannelError(f"{channel}: {url!r} would send the keys in the clear; give an address with https://")
    return url.rstrip("/")


def _wait_seconds(state: RetryCallState) -> float:
    """Return the wait that the channel asked for, or the next step of the back-off."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, TryAgainError) and error.wait_seconds is not None:
        return error.wait_seconds
    return _back_off_seconds(state)


def _within_patience(ask: Callable[[], Answer], endpoint: Endpoint) -> Callable[[], Answer]:
    """Return ``ask`` that gives up at once where the channel asks for more patience than a worker has."""

    def asked() -> Answer:
        try:
            return ask()
        except TryAgainError as error:
            if error.wait_seconds is not None and not error.wait_seconds <= LONGEST_WAIT_SECONDS:
                raise UnavailableChannelError(
                    f"{endpoint} {error} and asks to wait {error.wait_seconds:,.0f} seconds; the next round asks again."
                ) from error
            raise

    return asked
