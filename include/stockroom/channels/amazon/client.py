"""Connects to a seller's account on Amazon: who may be asked, with which credentials, and how often."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from stockroom.channels.channel import SHIP_FROM, ChannelError, ConnectionField, values_of
from stockroom.channels.http import TIMEOUT, Endpoint, https_only
from stockroom.settings import Settings

if TYPE_CHECKING:
    from stockroom.channels.amazon.reader import AmazonReader
    from stockroom.channels.amazon.seller import Seller

TOKEN_URL = "https://api.amazon.com/auth/o2/token"  # noqa: S105  # an address
SETTLE = timedelta(minutes=2)
"""A search that names its end may not reach nearer to the present."""
WINDOW_SECONDS = 200
"""Orders may be searched once in 179 seconds; this leaves a tenth of that for further pages."""
LONGEST_WINDOW_SECONDS = 900
"""Figures that are older are not written to any shop."""

FIELDS = (
    ConnectionField(
        "refresh_token",
        "the refresh token, Atzr|…, that Seller Central shows when the application is authorised",
        is_secret=True,
    ),
    ConnectionField("client_secret", "the application's LWA client secret, amzn1.oa2-cs…", is_secret=True),
    ConnectionField(
        "client_id",
        "the application's LWA client identifier, amzn1.application-oa2-client.…",
        example="amzn1.application-oa2-client.sample",
    ),
    ConnectionField(
        "seller_id",
        "the merchant token, from Seller Central > Settings > Account info",
        example="A1SAMPLESELLER",
    ),
    ConnectionField("marketplace", "the country that is sold in, as two letters such as GB", example="GB"),
    SHIP_FROM,
    ConnectionField("url", "another endpoint than the marketplace's own", is_optional=True),
    ConnectionField(
        "token_url",
        f"another token host than {TOKEN_URL}; a path alone is below url",
        is_optional=True,
        example="/auth/o2/token",
    ),
    ConnectionField(
        "window_seconds",
        f"how far apart windows end ({WINDOW_SECONDS} unless given; less needs a higher rate than the default plan's)",
        is_optional=True,
        example="1",
    ),
)
MEND = (
    "Put the application's refresh token, client id and client secret in STOCKROOM_AMAZON_REFRESH_TOKEN, "
    "STOCKROOM_AMAZON_CLIENT_ID and STOCKROOM_AMAZON_CLIENT_SECRET; it needs the roles Inventory and Order Tracking, "
    "Product Listing and Amazon Fulfillment."
)


def open_account(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    trust: ssl.SSLContext | None = None,
) -> AbstractContextManager[Seller]:
    """Return the way into the account of ``settings``.

    Raises:
        ChannelError: the settings lack a field, name no marketplace, or an address would send keys in the clear.
    """
    # Here, not above: the library takes a quarter of a second, which every command would pay.
    from sp_api.base import Marketplaces

    from stockroom.channels.amazon.seller import Connection, open_seller

    given = values_of("amazon", "Amazon", FIELDS, settings)
    country = given["marketplace"].strip().upper()
    if country not in Marketplaces.__members__:
        raise ChannelError(
            f"STOCKROOM_AMAZON_MARKETPLACE={given['marketplace']!r} is no country that Amazon sells in; give one of "
            + ", ".join(sorted(Marketplaces.__members__))
        )
    url = https_only(given["url"] or Marketplaces[country].endpoint, "Amazon")
    token_url = given["token_url"] or TOKEN_URL
    connection = Connection(
        Endpoint("Amazon", url, MEND),
        Endpoint("Amazon", https_only(url + token_url if token_url.startswith("/") else token_url, "Amazon"), MEND),
        seller_id=given["seller_id"],
        marketplace_id=Marketplaces[country].marketplace_id,
        credentials={
            "refresh_token": given["refresh_token"],
            "lwa_app_id": given["client_id"],
            "lwa_client_secret": given["client_secret"],
        },
    )
    return open_seller(connection, timeout=timeout, sleep=sleep, trust=trust)


@contextmanager
def connect(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
    trust: ssl.SSLContext | None = None,
) -> Iterator[AmazonReader]:
    """Open a connection to the account of ``settings``."""
    from stockroom.channels.amazon.reader import AmazonReader  # as above

    window_step(settings)  # a wrong one is said at once
    with open_account(settings, timeout=timeout, sleep=sleep, trust=trust) as seller:
        yield AmazonReader(seller)


def window_step(settings: Settings) -> timedelta:
    """Return how far apart windows end."""
    text = settings.value("amazon_window_seconds") or str(WINDOW_SECONDS)
    if not text.isdigit() or not 1 <= int(text) <= LONGEST_WINDOW_SECONDS:
        raise ChannelError(
            f"STOCKROOM_AMAZON_WINDOW_SECONDS={text!r} is no number of seconds from 1 to {LONGEST_WINDOW_SECONDS}"
        )
    return timedelta(seconds=int(text))
