"""What stands before every page: how large a body may be, who may ask from where and how often, what browsers allow."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from throttled import RateLimiterType, Throttled, rate_limiter, store

from stockroom.jobs.shop_pages import CHANNELS_WITH_PAGES, picture_hosts, shop_address
from stockroom.settings import Settings

BODY_LIMIT_BYTES = 8_192
"""Of what shoppers send."""
DELIVERY_LIMIT_BYTES = 2 * 1024 * 1024
"""Of what channels send: an order with hundreds of lines comes whole."""
DELIVERIES = "/events/"
FEEDBACK = "/feedback/"
"""What mail services say, which comes like what channels say."""
DELIVERIES_AT_ONCE = 32
"""Whoever sends is known only when all of it was read: so much memory strangers may take at most."""
READ_SECONDS = 10.0
"""Longer than that nobody needs for a body; whoever dawdles keeps others out."""
KEYS_REMEMBERED = 100_000
ASKS_OF_A_READER_A_DAY = 6
"""Of one mailbox, however its address is spelled: a stranger can make up any number of ada+1, ada+2."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def origin_of(url: str) -> str:
    """Return the origin of an address.

    >>> origin_of("http://127.0.0.1:8475/products/x")
    'http://127.0.0.1:8475'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def shop_origins(settings: Settings) -> tuple[str, ...]:
    """Return where pages of the shop live: these may ask from a script."""
    shops = dict.fromkeys(origin_of(shop_address(settings, channel_id)) for channel_id in CHANNELS_WITH_PAGES)
    return settings.storefront_origins or tuple(filter(None, shops))


def page_headers(settings: Settings) -> dict[str, str]:
    """Return the headers of every answer: no script, no frame, nothing from elsewhere but the shop's pictures."""
    pictures = " ".join(("'self'", *shop_origins(settings), *picture_hosts(settings)))
    return {
        "content-security-policy": f"default-src 'none'; style-src 'self'; img-src {pictures}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


class Guard:
    """Adds the headers, and refuses a body that is larger than anything we take. A plain ASGI application."""

    def __init__(self, app: App, headers: dict[str, str]) -> None:
        self.app = app
        self.headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._deliveries = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message.get("headers", [])}
                message["headers"] = [
                    *message.get("headers", []),
                    *(header for header in self.headers if header[0] not in given),
                ]
            await send(message)

        is_delivery = scope["path"].startswith((DELIVERIES, FEEDBACK))
        self._deliveries += is_delivery
        try:
            if self._deliveries > DELIVERIES_AT_ONCE and is_delivery:
                await _refuse(send_guarded, 503, b"too many at once")
                return
            await self._answer(scope, receive, send_guarded, DELIVERY_LIMIT_BYTES if is_delivery else BODY_LIMIT_BYTES)
        finally:
            self._deliveries -= is_delivery

    async def _answer(self, scope: Message, receive: Receive, send: Send, limit: int) -> None:
        """Read the body, and let the application answer unless it is too large or takes too long."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(receive, limit) if scope["method"] not in ("GET", "HEAD", "OPTIONS") else b""
        except TimeoutError:
            await _refuse(send, 408, b"too slow")
            return
        if body is None:
            await _refuse(send, 413, b"too large")
            return
        is_read = False

        async def receive_again() -> Message:
            nonlocal is_read
            if is_read:
                return await receive()
            is_read = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, receive_again, send)


async def _refuse(send: Send, status: int, words: bytes) -> None:
    """Answer without the application."""
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": words})


async def _read(receive: Receive, limit: int) -> bytes | None:
    """Return a request's body; none where it is larger than the limit, of which no more than that is read."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return bytes(body)


@dataclass(frozen=True)
class Limits:
    """How often may be asked, from one network and for one reader."""

    networks: Throttled
    readers: Throttled

    def wait_seconds(self, host: str) -> float:
        """Return how long whoever asks from ``host`` has to wait; 0: they may ask now."""
        found = self.networks.limit(f"network/{network_of(host)}", 1)
        return max(1.0, float(found.state.retry_after)) if found.limited else 0.0

    def is_any_asked_too_often(self, readers: Sequence[str]) -> bool:
        """Return whether enough was asked for one of these; they are not written to for more.

        Every one of them is counted, also after the first that was asked too often.
        """
        return max(self.readers.limit(f"reader/{reader}", 1).limited for reader in readers)


def limits_of(settings: Settings) -> Limits:
    """Return the limits of an installation: token buckets in memory, or in a Redis that several services share."""
    where = (
        store.RedisStore(server=settings.storefront_limits_url)
        if settings.storefront_limits_url
        else store.MemoryStore(options={"MAX_SIZE": KEYS_REMEMBERED})
    )

    def bucket(requests: int, per: timedelta) -> Throttled:
        quota = rate_limiter.per_duration(per, requests, requests)
        return Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=where)

    return Limits(
        networks=bucket(settings.storefront_asks_a_minute, timedelta(minutes=1)),
        readers=bucket(ASKS_OF_A_READER_A_DAY, timedelta(days=1)),
    )


def network_of(host: str) -> str:
    """Return what a caller cannot change at will: an IPv4 address, or the first half of an IPv6 address.

    >>> network_of("203.0.113.9"), network_of("2001:db8:1:2:3:4:5:6"), network_of("testclient")
    ('203.0.113.9', '2001:db8:1:2::/64', 'unknown')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
