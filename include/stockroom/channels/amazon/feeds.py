"""Many quantities as one feed: a document that Amazon works off by itself, with a report of what it did not take."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from stockroom.channels.channel import Change, ChannelError, RefusedConnectionError, Written
from stockroom.channels.http import Endpoint, TryAgainError, answered, https_only, until_answered

if TYPE_CHECKING:
    from stockroom.channels.amazon.seller import Seller

FEED = "JSON_LISTINGS_FEED"
CONTENT_TYPE = "application/json; charset=UTF-8"
MOST_MESSAGES = 25_000
"""What one feed takes."""
WAITS_SECONDS = (1.0, 2.0, 5.0, 10.0, 15.0)
"""Between two looks at a feed that is being worked off; the last of them again and again."""
PATIENCE_SECONDS = 10 * 60.0
Json = Any


def send_feed(seller: Seller, changes: Sequence[Change], patches: Mapping[str, Json]) -> list[Written]:
    """Send one message for each change and return what Amazon says of it, once the feed is worked off.

    ``patches`` holds, by SKU, what ``patchListingsItem`` would be sent. What is not worked off within ten minutes
    counts as written; reading back tells what it came to.
    """
    messages = [
        {"messageId": number, "sku": change.listing.listing_id, "operationType": "PATCH"}
        | patches[change.listing.listing_id]
        for number, change in enumerate(changes, 1)
    ]
    content = orjson.dumps({"header": {"sellerId": seller.seller_id, "version": "2.0"}, "messages": messages})
    document = seller.ask("createFeedDocument", seller.feeds.open_document, contentType=CONTENT_TYPE).document
    _exchange(seller, lambda: _put(seller, document["url"], content))
    feed = seller.ask(
        "createFeed",
        seller.feeds.submit,
        feedType=FEED,
        marketplaceIds=[seller.marketplace_id],
        inputFeedDocumentId=document["feedDocumentId"],
    ).document
    done = _worked_off(seller, str(feed["feedId"]))
    if done is None:
        return [Written(change.listing, "written", "the feed is still being worked off") for change in changes]
    if done["processingStatus"] != "DONE":
        said = f"Amazon gave up the feed {feed['feedId']} ({done['processingStatus']})"
        return [Written(change.listing, "refused", said) for change in changes]
    refused = _refused(seller, str(done["resultFeedDocumentId"]))
    return [
        Written(change.listing, "refused", refused[number]) if number in refused else Written(change.listing, "written")
        for number, change in enumerate(changes, 1)
    ]


def _worked_off(seller: Seller, feed_id: str) -> Json | None:
    """Return what is said of a feed once it has ended; none where that takes too long."""
    waited = 0.0
    for seconds in chain(WAITS_SECONDS, repeat(WAITS_SECONDS[-1])):
        feed = seller.ask("getFeed", seller.feeds.get_feed, feed_id).document
        if feed["processingStatus"] in ("DONE", "FATAL", "CANCELLED"):
            return feed
        if waited >= PATIENCE_SECONDS:
            return None
        seller.transport.sleep(seconds)
        waited += seconds
    return None


def _refused(seller: Seller, document_id: str) -> dict[int, str]:
    """Return what a feed's report says against a message, by its number.

    Raises:
        ChannelError: it is no report.
    """

    def fetch() -> httpx.Response:
        document = seller.ask("getFeedDocument", seller.feeds.find_document, document_id).document
        packed.append(document.get("compressionAlgorithm") == "GZIP")
        return seller.transport.http.get(https_only(document["url"], "Amazon"))

    packed: list[bool] = []
    content = _exchange(seller, fetch).content
    refused: dict[int, str] = {}
    try:
        for issue in orjson.loads(gzip.decompress(content) if packed[-1] else content).get("issues") or []:
            if issue.get("severity") == "ERROR":
                number, said = int(issue["messageId"]), str(issue.get("message"))
                refused[number] = f"{refused[number]}; {said}" if number in refused else said
    except (AttributeError, EOFError, KeyError, TypeError, ValueError, OSError) as error:
        raise ChannelError(f"Amazon: the report of a feed cannot be read: {error}") from error
    return refused


def _put(seller: Seller, url: str, content: bytes) -> httpx.Response:
    """Upload a document; its address is signed by itself."""
    return seller.transport.http.put(https_only(url, "Amazon"), content=content, headers={"Content-Type": CONTENT_TYPE})


def _exchange(seller: Seller, send: Callable[[], httpx.Response]) -> httpx.Response:
    """Return the storage's answer, asked for again while it gives none."""
    endpoint = Endpoint("Amazon", f"the document of {FEED}", "")

    def once() -> httpx.Response:
        try:
            return answered(send, endpoint)
        except RefusedConnectionError as error:  # no credentials were sent: the address has run out
            raise TryAgainError("refused an address that it had signed") from error

    return until_answered(once, endpoint=endpoint, sleep=seller.transport.sleep)
