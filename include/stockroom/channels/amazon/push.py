"""Tells Amazon what can be sold. A listing is a SKU; only those that the merchant sends himself are touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stockroom.channels.amazon.client import open_account
from stockroom.channels.amazon.feeds import MOST_MESSAGES, send_feed
from stockroom.channels.amazon.streams import OWN_CHANNEL
from stockroom.channels.channel import (
    Change,
    ChannelError,
    Listing,
    RefusedConnectionError,
    UnavailableChannelError,
    Written,
)
from stockroom.channels.paging import Json
from stockroom.channels.rest import opens_writer

if TYPE_CHECKING:
    from stockroom.channels.amazon.seller import Seller

BATCH = 20
"""SKUs that one search takes."""
PARTS = "summaries,fulfillmentAvailability"
ANY_TYPE = "PRODUCT"
"""The product type of a listing that says none; attributes of all types may be written with it."""
FEED_FROM = 1_500
"""As many patches take five minutes at five a second; from here on one feed is sent, however many there are."""
SETTLING_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""A change is accepted before it shows: how long to wait, and look again, until it does."""


@dataclass
class AmazonWriter:
    """An open connection that reads and writes quantities; nothing is compared before it is set."""

    seller: Seller
    product_types: dict[str, str] = field(default_factory=dict)
    """Of each SKU that was read: a change must name it."""
    bulk_from: int = FEED_FROM
    bulk_most: int = MOST_MESSAGES

    def now(self) -> datetime:
        """Return Amazon's own time."""
        return self.seller.now()

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what each listing shows; one that Amazon fulfils is left out, since Amazon alone counts it."""
        found: dict[Listing, int] = {}
        # A comma would make two SKUs of one.
        lists = [listing for listing in listings if "," not in listing.listing_id]
        items = [item for place in range(0, len(lists), BATCH) for item in self._search(lists[place : place + BATCH])]
        items += [item for listing in listings if "," in listing.listing_id for item in self._item(listing)]
        for item in items:
            self.product_types[item["sku"]] = _product_type(item, self.seller.marketplace_id)
            units = _own_units(item.get("fulfillmentAvailability") or [])
            if units is not None:
                found[Listing(item["sku"])] = units
        return {listing: found[listing] for listing in listings if listing in found}

    def write_available(self, changes: Sequence[Change], _key: str, /) -> Sequence[Written]:
        """Set each quantity; setting the same one twice changes nothing, so no key is needed.

        Few go listing by listing: a feed takes minutes to be worked off, and what sells meanwhile is lost.
        """
        if len(changes) >= self.bulk_from:
            bodies = {change.listing.listing_id: self._body(change) for change in changes}
            answers = send_feed(self.seller, changes, bodies)
        else:
            answers = [self._write(change) for change in changes]
        written = {answer.listing for answer in answers if answer.outcome == "written"}
        self._settle([change for change in changes if change.listing in written])
        return answers

    def _search(self, listings: Sequence[Listing]) -> list[Json]:
        pages = self.seller.pages(
            "searchListingsItems",
            self.seller.listings.search_listings_items,
            self.seller.seller_id,
            at="items",
            key=("sku",),
            next_page="pageToken",
            marketplaceIds=self.seller.marketplace_id,
            identifiers=",".join(listing.listing_id for listing in listings),
            identifiersType="SKU",
            includedData=PARTS,
            pageSize=str(BATCH),
        )
        return [item for page in pages for item in page]

    def _item(self, listing: Listing) -> list[Json]:
        """Return one listing, or none."""
        try:
            answer = self.seller.ask(
                "getListingsItem",
                self.seller.listings.get_listings_item,
                self.seller.seller_id,
                listing.listing_id,
                marketplaceIds=self.seller.marketplace_id,
                includedData=PARTS,
            )
        except (RefusedConnectionError, UnavailableChannelError):
            raise
        except ChannelError:
            return []
        return [answer.document]

    def _write(self, change: Change) -> Written:
        """Set one quantity."""
        sku = change.listing.listing_id
        try:
            answer: Any = self.seller.ask(
                "patchListingsItem",
                self.seller.listings.patch_listings_item,
                self.seller.seller_id,
                sku,
                marketplaceIds=self.seller.marketplace_id,
                body=self._body(change),
            ).document
        except (RefusedConnectionError, UnavailableChannelError):
            raise
        except ChannelError as error:
            return Written(change.listing, "refused", str(error))
        if answer.get("status") in ("ACCEPTED", "VALID"):
            return Written(change.listing, "written")
        said = "; ".join(str(issue.get("message")) for issue in answer.get("issues") or [])
        return Written(change.listing, "refused", said or f"Amazon says {answer.get('status')}")

    def _body(self, change: Change) -> Json:
        """Return a change as a patch. A merge keeps what else stands there, such as days of handling."""
        value = {"fulfillment_channel_code": OWN_CHANNEL, "quantity": change.units}
        patch = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": [value]}
        return {"productType": self.product_types.get(change.listing.listing_id, ANY_TYPE), "patches": [patch]}

    def _settle(self, changes: Sequence[Change]) -> None:
        """Return once none of the changes still shows what it showed before, or patience ends."""
        waiting = list(changes)
        for seconds in SETTLING_SECONDS:
            shown = self.read_available([change.listing for change in waiting])
            waiting = [change for change in waiting if shown.get(change.listing) == change.units_before]
            if not waiting:
                return
            self.seller.transport.sleep(seconds)


def _own_units(availability: Sequence[Json]) -> int | None:
    """Return what the merchant offers of a listing; none where Amazon fulfils it, wholly or also."""
    codes = {each.get("fulfillmentChannelCode") for each in availability}
    if codes != {OWN_CHANNEL}:
        return None
    return sum(int(each.get("quantity") or 0) for each in availability)


def _product_type(item: Json, marketplace_id: str) -> str:
    """Return the product type of a listing in one marketplace."""
    of_marketplace = (
        each.get("productType") for each in item.get("summaries") or [] if each.get("marketplaceId") == marketplace_id
    )
    return next((str(each) for each in of_marketplace if each), ANY_TYPE)


open_writer = opens_writer(open_account, AmazonWriter)
"""Opens a connection to the account of some settings."""
