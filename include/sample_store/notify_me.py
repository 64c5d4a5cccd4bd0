"""The shop's theme invites a notify-me service: its widget on the page of what is sold out, signed as that wants.

Written from the service's published contract: a listing is named by the hexadecimal HMAC-SHA256 of
``listing:<SKU>:<COUNTRY>`` under a key that theme and service share; ``listing:<SKU>:<COUNTRY>:<CHANNEL>`` in a shop
that is not the only one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urlencode

COUNTRY = "GB"


@dataclass(frozen=True)
class NotifyMe:
    """Where the service answers, and the key that names listings to it."""

    url: str
    key: str = field(repr=False)

    def widget(self, sku: str, page_url: str, channel: str = "") -> str:
        """Return what stands on the page of a product: the widget, and a link for browsers without scripts."""
        listing = f"listing:{sku}:{COUNTRY}" + (f":{channel}" if channel else "")
        token = hmac.new(self.key.encode(), listing.encode(), hashlib.sha256).hexdigest()
        shop = {"channel": channel} if channel else {}
        named = f'channel="{escape(channel)}" ' if channel else ""
        form = urlencode({"sku": sku, "country": COUNTRY, "token": token, "page": page_url, "locale": "en", **shop})
        service = self.url.rstrip("/")
        return (
            f'<stockroom-notify sku="{escape(sku)}" country="{COUNTRY}" {named}token="{token}" lang="en">'
            f'<p><a href="{escape(f"{service}/notify?{form}")}">Tell me when it is back</a></p></stockroom-notify>'
            f'<script src="{escape(service)}/widget.js"></script>'
        )


def notify_me(environment: Mapping[str, str] | None = None) -> NotifyMe | None:
    """Return the service that the theme was given, if it was given one."""
    source = os.environ if environment is None else environment
    url, key = source.get("SAMPLE_STORE_NOTIFY_URL", ""), source.get("SAMPLE_STORE_LISTING_KEY", "")
    return NotifyMe(url, key) if url and key else None
