"""Tells eBay what can be sold. A listing is an inventory item, and its id the sku, spelled as eBay has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from stockroom.channels.channel import (
    Change,
    ChannelError,
    Listing,
    RefusedConnectionError,
    UnavailableChannelError,
    Written,
)
from stockroom.channels.ebay.client import open_account
from stockroom.channels.ebay.streams import ASKING_FOR_ITEMS, CLOCK, INVENTORY, offers_of
from stockroom.channels.paging import Json
from stockroom.channels.rest import RestApi, opens_writer, value_at

BATCH = 25
"""Most that eBay's bulk calls take."""
QUANTITY = "availability.shipToLocationAvailability.quantity"


@dataclass
class EbayWriter:
    """An open connection that reads and writes quantities; nothing is compared before it is set."""

    api: RestApi

    def now(self) -> datetime:
        """Return eBay's own time."""
        return self.api.time(*CLOCK, operation=ASKING_FOR_ITEMS)

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return the units that each inventory item shows; one that is not there, or shows none at all, is left out."""
        found: dict[Listing, int] = {}
        for start in range(0, len(listings), BATCH):
            batch = {listing.listing_id: listing for listing in listings[start : start + BATCH]}
            said = self._send("bulk_get_inventory_item", [{"sku": sku} for sku in batch])
            for answer in said:
                units = value_at(answer.get("inventoryItem") or {}, QUANTITY)
                if answer.get("sku") in batch and units is not None:
                    found[batch[answer["sku"]]] = int(units)
        return found

    def write_available(self, changes: Sequence[Change], _key: str, /) -> Sequence[Written]:
        """Set each figure; setting the same one twice changes nothing, so no key is needed."""
        answers: list[Written] = []
        for start in range(0, len(changes), BATCH):
            batch = changes[start : start + BATCH]
            answers += self._write([change.listing for change in batch], [self._request(change) for change in batch])
        return answers

    def _write(self, listings: Sequence[Listing], requests: Sequence[Json]) -> list[Written]:
        """Write one batch; one that eBay refuses as a whole is halved until what it does not like stands alone."""
        try:
            said = self._send("bulk_update_price_quantity", requests)
        except (RefusedConnectionError, UnavailableChannelError):
            raise
        except ChannelError as error:
            if len(listings) == 1:
                return [Written(listings[0], "refused", str(error))]
            half = len(listings) // 2
            return self._write(listings[:half], requests[:half]) + self._write(listings[half:], requests[half:])
        return _answers(listings, said)

    def _request(self, change: Change) -> Json:
        """Return one figure as the item and each of its live offers are told it: a listing shows the lesser of both."""
        sku = change.listing.listing_id
        live = [offer for offer in offers_of(self.api, {"sku": sku})["offers"] if _shows_units(offer)]
        request: dict[str, Json] = {"sku": sku, "shipToLocationAvailability": {"quantity": change.units}}
        if live:
            request["offers"] = [{"offerId": each["offerId"], "availableQuantity": change.units} for each in live]
        return request

    def _send(self, call: str, requests: Sequence[Json]) -> list[Json]:
        """Return what a bulk call answers, entry by entry."""
        document = {"requests": list(requests)}
        said = self.api.send("POST", f"{INVENTORY}/{call}", document, operation=ASKING_FOR_ITEMS)
        return list(said.get("responses") or []) if isinstance(said, dict) else []


def _shows_units(offer: Json) -> bool:
    """Return whether an offer is live and sells from what there is: an auction has its own piece."""
    return bool(offer.get("status") == "PUBLISHED" and offer.get("format") != "AUCTION")


def _answers(listings: Sequence[Listing], said: Sequence[Json]) -> list[Written]:
    """Return what became of each item: eBay answers for the item and for each of its offers, refusals among them."""
    told: dict[str, list[Json]] = defaultdict(list)
    for answer in said:
        told[str(answer.get("sku"))].append(answer)
    written = []
    for listing in listings:
        own = told.get(listing.listing_id, [])
        refusals = [answer for answer in own if int(answer.get("statusCode") or 0) >= HTTPStatus.BAD_REQUEST]
        if refusals:
            written.append(Written(listing, "refused", _reason(refusals[0])))
        elif own:
            written.append(Written(listing, "written"))
    return written


def _reason(answer: Json) -> str:
    """Return what eBay says of a refusal."""
    said = [str(error.get("message")) for error in answer.get("errors") or []]
    return "; ".join(said) or f"eBay answered HTTP {answer.get('statusCode')} for it"


open_writer = opens_writer(open_account, EbayWriter)
"""Opens a connection to the account of some settings."""
