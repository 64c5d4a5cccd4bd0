"""Connects to a WooCommerce shop: REST v3 under the shop's address, with a consumer key and its secret."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import httpx

from stockroom.channels.channel import SHIP_FROM, ChannelError, ConnectionField, values_of
from stockroom.channels.http import TIMEOUT, Endpoint, https_only
from stockroom.channels.limits import EVERYTHING, Limit, Limits
from stockroom.channels.rest import RestApi, RestReader, open_api
from stockroom.channels.woocommerce.streams import STREAMS
from stockroom.settings import Settings

FIELDS = (
    ConnectionField("url", "the shop's address, such as https://shop.example"),
    ConnectionField("secret", "the consumer secret, cs_…, of a key with read and write access", is_secret=True),
    ConnectionField(
        "key", "the consumer key, ck_…, from WooCommerce > Settings > Advanced > REST API", example="ck_sample"
    ),
    SHIP_FROM,
    ConnectionField(
        "requests_per_second",
        "how many requests the shop's host bears; WooCommerce itself has no limit (10 unless given)",
        is_optional=True,
        example="500",
    ),
    ConnectionField(
        "shop_url",
        "where shoppers find it, if not at the same address",
        is_optional=True,
    ),
    ConnectionField(
        "webhook_secret",
        "the secret that its webhooks were made with, under WooCommerce > Settings > Advanced > Webhooks",
        is_secret=True,
        is_optional=True,
    ),
)
POLITE_PER_SECOND = 10
"""So many requests no small shop's host minds."""


def open_shop(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> AbstractContextManager[RestApi]:
    """Return the way into the shop of ``settings``.

    Raises:
        ChannelError: the settings lack a field, or the address would send the keys in the clear.
    """
    given = values_of("woocommerce", "WooCommerce", FIELDS, settings)
    endpoint = Endpoint(
        channel="WooCommerce",
        url=f"{https_only(given['url'], 'WooCommerce')}/wp-json/wc/v3",
        credentials="Put a consumer key with read and write access in STOCKROOM_WOOCOMMERCE_KEY and "
        "STOCKROOM_WOOCOMMERCE_SECRET.",
    )
    auth = httpx.BasicAuth(given["key"], given["secret"])
    per_second = _whole(given["requests_per_second"])
    limits = Limits({EVERYTHING: Limit(per_second, 1.0, burst=2 * per_second)}, sleep=sleep)
    return open_api(endpoint, auth=auth, limits=limits, timeout=timeout, sleep=sleep)


def _whole(text: str) -> int:
    """Return a field as a number of requests, at least 1."""
    if text and not text.isdigit():
        raise ChannelError(
            f"STOCKROOM_WOOCOMMERCE_REQUESTS_PER_SECOND={text!r} is no whole number; give one such as 10"
        )
    return max(1, int(text or POLITE_PER_SECOND))


@contextmanager
def connect(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[RestReader]:
    """Open a connection to the shop of ``settings``."""
    with open_shop(settings, timeout=timeout, sleep=sleep) as api:
        yield RestReader(api, STREAMS, clock=("orders", {"per_page": "1", "_fields": "id"}))
