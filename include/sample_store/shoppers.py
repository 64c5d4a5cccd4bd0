"""Shoppers who read their mails: some follow the link of a notice, and some of these buy.

Who does is drawn from address and subject, so that it is the same on every machine whatever the links are. Written from
what a mail says: its first link leads to the shop's cart, by way of another service or not.
"""

from __future__ import annotations

import email
import email.policy
import re
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, urlsplit

from sample_store.checkouts import Wish
from sample_store.draws import uniform
from sample_store.shopify.shapes import VARIANT_IDS
from sample_store.store import Store
from sample_store.world.places import LOCATIONS, LONDON, ROTTERDAM

SUBJECT = "Back in stock: "
FOLLOW, BUY = 0.06, 0.04
"""Shares of notices whose link is followed, and that are bought by if the product is still there."""


@dataclass(frozen=True)
class Notice:
    """A mail in the folder."""

    name: str
    recipient: str
    subject: str
    link: str

    @property
    def draw(self) -> float:
        """Return the number in (0, 1) that decides what its reader does."""
        return uniform("reads", self.recipient, self.subject)


def read_mails(store: Store, mailbox: Path | None) -> dict[str, int]:
    """Let shoppers read what has come since the last time; return how many links were followed and what was bought."""
    unread = [] if mailbox is None else [path for path in mailbox.glob("*.eml") if path.name not in store.mails_read]
    notices = [notice for path in unread if (notice := _notice(path))]
    followed, wishes = 0, list[Wish]()
    for notice in sorted(notices, key=lambda one: (one.recipient, one.subject)):
        if notice.draw >= FOLLOW or not notice.link:
            continue
        followed += 1
        wish = _wish(store, _cart(notice.link, store.shop_url), wishes)
        if wish and notice.draw < BUY:
            wishes.append(wish)
    store.mails_read.update(path.name for path in unread)
    store.check_out(wishes)
    return {"read": len(notices), "followed": followed, "bought": len(wishes)}


def attributes_in(query: Mapping[str, str]) -> dict[str, str]:
    """Return the cart's attributes that the address of a cart link carries."""
    found = {re.fullmatch(r"attributes\[([^\]]{1,60})\]", name): value for name, value in query.items()}
    return {name[1]: value[:200] for name, value in found.items() if name}


def _notice(path: Path) -> Notice | None:
    message: Any = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    subject = str(message["Subject"])
    if not subject.startswith(SUBJECT):
        return None
    part = message.get_body(("plain",))
    links = re.findall(r"https?://\S+", part.get_content() if part else "")
    return Notice(path.name, str(message["To"]), subject, links[0] if links else "")


def _cart(link: str, shop_url: str) -> str:
    """Return where a link leads: itself if it is the shop's, else where the service behind it sends the browser."""
    if link.startswith(f"{shop_url}/"):
        return link
    try:
        with urllib.request.build_opener(_Stay).open(link, timeout=10) as answer:  # of our own mail
            return str(answer.headers.get("Location") or "")
    except (urllib.error.URLError, OSError):
        return ""


def _wish(store: Store, cart: str, before: Sequence[Wish]) -> Wish | None:
    """Return what a cart link puts into the cart, at a place that has it after those before; none where none has."""
    parts = urlsplit(cart)
    found = re.fullmatch(r"/cart/(\d{1,12}):([1-9]\d{0,5})", parts.path)
    product = int(found[1]) - VARIANT_IDS if found else -1
    if not found or product not in store.shop.place_of_product:
        return None
    units, attributes = int(found[2]), attributes_in(dict(parse_qsl(parts.query)))
    for place in (LONDON, ROTTERDAM):
        item = product * len(LOCATIONS) + place
        if store.shop.available_at(product, place) >= units + sum(one.units for one in before if one.item == item):
            return Wish("shopify", item, units, tuple(attributes.items()))
    return None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Looks where a redirect leads and does not go there: this store itself would have to answer meanwhile."""

    def http_error_302(self, _request: object, stream: IO[bytes], _code: int, _text: str, _headers: HTTPMessage) -> Any:  # noqa: ANN401  # as its base
        return stream
