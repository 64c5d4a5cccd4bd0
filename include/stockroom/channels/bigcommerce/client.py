"""Connects to a BigCommerce store: REST v2 and v3 below the store's own path, with a store-level access token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from math import ceil

import httpx

from stockroom.channels.bigcommerce.streams import STREAMS
from stockroom.channels.channel import SHIP_FROM, ConnectionField, values_of
from stockroom.channels.http import TIMEOUT, Endpoint, https_only
from stockroom.channels.limits import EVERYTHING, Limit, Limits
from stockroom.channels.rest import RestApi, RestReader, open_api
from stockroom.settings import Settings

FIELDS = (
    ConnectionField(
        "url", "the API path of a store-level API account, such as https://api.bigcommerce.com/stores/abc123xyz"
    ),
    ConnectionField(
        "token",
        "the access token of the same account; scopes: Orders, Order Transactions, Products read-only, "
        "Store Inventory modify",
        is_secret=True,
    ),
    SHIP_FROM,
    ConnectionField(
        "shop_url",
        "where shoppers find it, such as https://shop.example: notices of a restock lead there",
        is_optional=True,
    ),
    ConnectionField(
        "webhook_secret",
        "any long word; make its webhooks with the header X-Stockroom-Key holding it",
        is_secret=True,
        is_optional=True,
    ),
)
MILLISECONDS = 1000.0
CLOCK = "v2/time"


def window_limit(quota: int, seconds: float) -> Limit:
    """Return a bucket that never lets more than ``quota`` requests into any window of ``seconds``.

    What may come at once and what comes back meanwhile are the quota together, hence a fifth and the rest. The bucket
    is stated for whole seconds, since its library cuts them.

    >>> window_limit(150, 30)
    Limit(requests=120, seconds=30, burst=29)
    >>> window_limit(20, 0.5)
    Limit(requests=32, seconds=1, burst=3)
    """
    whole = ceil(seconds)
    return Limit(max(1, int((quota - quota // 5) * whole / seconds)), whole, burst=max(1, quota // 5 - 1))


SMALLEST_PLAN = window_limit(150, 30)
"""Standard and Plus plans; the first answer says what holds."""


def learn(limits: Limits, operation: str, headers: httpx.Headers) -> None:
    """Take the store's quota from an answer, refusals included, and wait where nothing of it is left."""
    quota, window, left, reset = (
        _whole(headers.get(f"x-rate-limit-{name}"))
        for name in ("requests-quota", "time-window-ms", "requests-left", "time-reset-ms")
    )
    if quota and window:
        limits.learn(operation, window_limit(quota, window / MILLISECONDS))
    if left == 0 and reset:
        limits.hold(operation, reset / MILLISECONDS)


def open_store(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> AbstractContextManager[RestApi]:
    """Return the way into the store of ``settings``.

    Raises:
        ChannelError: the settings lack a field, or the address would send the token in the clear.
    """
    given = values_of("bigcommerce", "BigCommerce", FIELDS, settings)
    endpoint = Endpoint(
        channel="BigCommerce",
        url=https_only(given["url"], "BigCommerce"),
        credentials="Put the access token of a store-level API account in STOCKROOM_BIGCOMMERCE_TOKEN; it needs "
        "Orders, Order Transactions and Products read-only, and Store Inventory modify.",
    )
    # Without Accept the second version answers XML.
    headers = {"X-Auth-Token": given["token"], "Accept": "application/json"}
    limits = Limits({EVERYTHING: SMALLEST_PLAN}, sleep=sleep)
    return open_api(endpoint, headers=headers, limits=limits, learn=learn, timeout=timeout, sleep=sleep)


@contextmanager
def connect(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RestReader]:
    """Open a connection to the store of ``settings``."""
    with open_store(settings, timeout=timeout, sleep=sleep) as api:
        yield RestReader(api, STREAMS, clock=(CLOCK, {}))


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdigit() else None
