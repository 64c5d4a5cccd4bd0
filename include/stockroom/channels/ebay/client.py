"""Connects to a seller's eBay account: the Sell APIs, with an access token that a refresh token renews."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from stockroom.channels.channel import SHIP_FROM, ConnectionField, Permissions, RecordReader, values_of
from stockroom.channels.ebay.streams import (
    ASKING_FOR_ITEMS,
    ASKING_FOR_ORDERS,
    CLOCK,
    LONGEST_AGO,
    ORDERS,
    STREAMS,
)
from stockroom.channels.http import TIMEOUT, Endpoint, https_only
from stockroom.channels.limits import A_DAY, Limit, Limits
from stockroom.channels.oauth import RefreshedToken
from stockroom.channels.rest import RestApi, RestReader, open_api
from stockroom.settings import Settings
from stockroom.streams import Stream

FIELDS = (
    ConnectionField("url", "eBay's API, https://api.ebay.com (the sandbox is https://api.sandbox.ebay.com)"),
    ConnectionField(
        "refresh_token",
        "the user's refresh token, v^1.1…, of a consent to sell.inventory and sell.fulfillment.readonly",
        is_secret=True,
    ),
    ConnectionField("client_secret", "the Cert ID of the application's keyset", is_secret=True),
    ConnectionField("client_id", "the App ID of the application's keyset", example="Stockroom-Sample-PRD-1"),
    SHIP_FROM,
    ConnectionField(
        "webhook_secret",
        "the verification token, 32 to 80 letters, digits, _ or -, that was given with the address for notifications",
        is_secret=True,
        is_optional=True,
    ),
)
SCOPES = (
    "https://api.ebay.com/oauth/api_scope/sell.inventory",
    "https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly",
)
"""Names, whichever host is asked; the sandbox knows the same."""
DAILY = {
    ASKING_FOR_ORDERS: Limit(50_000, A_DAY, burst=50_000),
    ASKING_FOR_ITEMS: Limit(1_000_000, A_DAY, burst=1_000_000),
}
"""What an application may ask in a day unless eBay granted it more, half of it at once and half as it comes back: so no
day asks for more than the 100,000 and 2,000,000 allowed, wherever eBay begins it."""


@dataclass
class EbayReader(RestReader):
    """An open connection to an account; it refuses to be asked for orders of more than two years ago, so none are."""

    _oldest: datetime | None = field(default=None, init=False)

    def now(self) -> datetime:
        """Return eBay's own time, at the cost of the larger budget."""
        return self.api.time(*self.clock, operation=ASKING_FOR_ITEMS)

    def records(self, stream: Stream, *, start: datetime | None, end: datetime) -> Iterator[bytes]:
        """Yield each record of the stream that changed in ``start <= time < end``, as far back as eBay keeps it."""
        if stream == ORDERS:
            self._oldest = self._oldest or self.now() - LONGEST_AGO
            start = self._oldest if start is None else max(start, self._oldest)
            if start >= end:
                return
        yield from super().records(stream, start=start, end=end)


def open_account(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> AbstractContextManager[RestApi]:
    """Return the way into the account of ``settings``.

    Raises:
        ChannelError: the settings lack a field, or the address would send the secrets in the clear.
    """
    given = values_of("ebay", "eBay", FIELDS, settings)
    url = https_only(given["url"], "eBay")
    endpoint = Endpoint(
        channel="eBay",
        url=url,
        credentials="Put the keyset in STOCKROOM_EBAY_CLIENT_ID and STOCKROOM_EBAY_CLIENT_SECRET, and in "
        "STOCKROOM_EBAY_REFRESH_TOKEN a refresh token for sell.inventory and sell.fulfillment.readonly; it lasts 18 "
        "months, and ends when the seller's password changes.",
    )
    token = RefreshedToken(
        f"{url}/identity/v1/oauth2/token",
        {"grant_type": "refresh_token", "refresh_token": given["refresh_token"], "scope": " ".join(SCOPES)},
        client=(given["client_id"], given["client_secret"]),
    )
    headers = {"Accept": "application/json"}
    limits = Limits(DAILY, sleep=sleep, channel_id="ebay")
    return open_api(endpoint, auth=token, headers=headers, limits=limits, timeout=timeout, sleep=sleep)


def permissions(reader: RecordReader) -> Permissions:
    """Return all that is needed: eBay gives no token unless the seller consented to every scope that is asked for."""
    reader.now()
    granted = tuple(scope.rpartition("/")[2] for scope in SCOPES)
    return Permissions(granted=granted, missing={}, may_write=True, mend="")


@contextmanager
def connect(
    settings: Settings,
    *,
    timeout: httpx.Timeout = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[EbayReader]:
    """Open a connection to the account of ``settings``."""
    with open_account(settings, timeout=timeout, sleep=sleep) as api:
        yield EbayReader(api, STREAMS, clock=CLOCK)
