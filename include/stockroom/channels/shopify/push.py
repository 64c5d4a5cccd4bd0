"""Tells Shopify what can be sold: compare and set, so that a sale that we do not know of is never overwritten."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from stockroom.channels.channel import (
    Change,
    ChannelError,
    Listing,
    UnavailableChannelError,
    WriteOutcome,
    Written,
)
from stockroom.channels.shopify.client import ShopifyReader, connect
from stockroom.channels.shopify.streams import SET_AVAILABLE, Question
from stockroom.settings import Settings

LISTINGS_A_QUERY = 100
"""Three points each by Shopify's rule: an item, its level, its quantity."""
CHANGES_A_CALL = 100
STALE = ("CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE")
UNDER_WAY = "IDEMPOTENCY_CONCURRENT_REQUEST"
TRIES_WHILE_UNDER_WAY = 5
PAUSE_SECONDS = 2.0


@contextmanager
def open_writer(settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> Iterator[ShopifyWriter]:
    """Open a connection to the shop of ``settings``."""
    with connect(settings, sleep=sleep) as reader:
        yield ShopifyWriter(reader)


@dataclass
class ShopifyWriter:
    """An open connection that reads and writes what is available. A listing is an inventory item at a location."""

    reader: ShopifyReader

    def now(self) -> datetime:
        """Return the shop's own time."""
        return self.reader.now()

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what each item shows as available at its location; one that is not stocked there is left out."""
        found: dict[Listing, int] = {}
        for start in range(0, len(listings), LISTINGS_A_QUERY):
            batch = listings[start : start + LISTINGS_A_QUERY]
            question, variables = _levels_of(batch)
            data = self.reader.ask(question, variables)[0]
            for number, listing in enumerate(batch):
                level = (data[f"item{number}"] or {}).get("inventoryLevel")
                if level is not None:
                    found[listing] = int(level["quantities"][0]["quantity"])
        return found

    def write_available(self, changes: Sequence[Change], key: str, /) -> Sequence[Written]:
        """Set each figure that is still what it was; the others come back as changed meanwhile.

        Shopify takes a call as a whole or not at all, so what it refuses is left out and the rest is sent again.
        """
        answers: list[Written] = []
        for start in range(0, len(changes), CHANGES_A_CALL):
            left = list(changes[start : start + CHANGES_A_CALL])
            for attempt in range(len(left)):
                refused = self._set(left, f"{key}-{start}-{attempt}")
                answers += refused.values()
                left = [change for place, change in enumerate(left) if place not in refused]
                if not refused or not left:
                    break
            answers += [Written(change.listing, "written") for change in left]
        return answers

    def _set(self, changes: Sequence[Change], key: str) -> dict[int, Written]:
        """Return the changes that kept the call from being carried out, by their place in it; none: it was."""
        given = _input_of(changes, key)
        # Of the figures too: a restored warehouse counts its rounds again.
        name = f"stockroom:{key}:{orjson.dumps(given).decode()}"
        variables = {"input": given, "key": str(uuid.uuid5(uuid.NAMESPACE_URL, name))}
        for _ in range(TRIES_WHILE_UNDER_WAY):
            errors = self.reader.ask(SET_AVAILABLE, variables)[0]["inventorySetQuantities"]["userErrors"]
            if not any(error["code"] == UNDER_WAY for error in errors):
                return dict(_refused(changes, error, self.reader) for error in errors)
            self.reader.sleep(PAUSE_SECONDS)
        raise UnavailableChannelError(
            f"{self.reader.endpoint} is still busy with the same change; the next round asks."
        )


def _refused(changes: Sequence[Change], error: Mapping[str, Any], reader: ShopifyReader) -> tuple[int, Written]:
    """Return which change an error is about, and what it means for it."""
    place = next((int(part) for part in error["field"] or () if part.isdigit()), None)
    if place is None:
        raise ChannelError(f"{reader.endpoint} does not take the change: {error['code']} {error['message']}")
    outcome: WriteOutcome = "changed_meanwhile" if error["code"] in STALE else "refused"
    return place, Written(changes[place].listing, outcome, f"{error['code']}: {error['message']}")


def _input_of(changes: Sequence[Change], key: str) -> dict[str, Any]:
    """Return the published ``InventorySetQuantitiesInput``."""
    return {
        "name": "available",
        "reason": "correction",
        "referenceDocumentUri": f"gid://stockroom/AvailabilityPush/{key}",
        "quantities": [
            {
                "inventoryItemId": change.listing.listing_id,
                "locationId": change.listing.place_id,
                "quantity": change.units,
                "changeFromQuantity": change.units_before,
            }
            for change in changes
        ],
    }


def _levels_of(listings: Sequence[Listing]) -> tuple[Question, dict[str, str]]:
    """Return the query for the levels of some listings, one field each, and its variables."""
    head = ", ".join(f"$item{n}: ID!, $place{n}: ID!" for n in range(len(listings)))
    fields = "\n".join(
        f"  item{n}: inventoryItem(id: $item{n}) {{ inventoryLevel(locationId: $place{n}) "
        '{ quantities(names: ["available"]) { quantity } } }'
        for n in range(len(listings))
    )
    text = f"query available_at({head}) {{\n{fields}\n}}"
    variables = {f"item{n}": listing.listing_id for n, listing in enumerate(listings)}
    variables |= {f"place{n}": listing.place_id for n, listing in enumerate(listings)}
    return Question("available_at", "", len(listings), text), variables
