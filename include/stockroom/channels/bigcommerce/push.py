"""Tells BigCommerce what can be sold. A listing is ``product/ID`` or ``variant/ID``, at a location."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from stockroom.channels.bigcommerce.client import CLOCK, open_store
from stockroom.channels.bigcommerce.pages import counted_pages
from stockroom.channels.bigcommerce.streams import ITEMS_A_PAGE
from stockroom.channels.channel import (
    Change,
    ChannelError,
    Listing,
    RefusedConnectionError,
    UnavailableChannelError,
    Written,
)
from stockroom.channels.rest import RestApi, opens_writer

BATCH = 250
"""Items of one adjustment; it takes 2000, but ids of as many must fit into the address that reads them."""
SETTLING_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""An adjustment is acknowledged before it is done: how long to wait, and look again, until it shows."""


@dataclass
class BigCommerceWriter:
    """An open connection that reads what is available and overrides it; nothing is compared before it is set."""

    api: RestApi
    sleep: Callable[[float], None]
    safety_stock: dict[Listing, int] = field(default_factory=dict)
    """What BigCommerce keeps back of each listing that was read: it sells what is on hand less this."""

    def now(self) -> datetime:
        """Return the store's own time."""
        return self.api.time(CLOCK)

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what each listing shows at its location; one that BigCommerce does not count is left out."""
        found: dict[Listing, int] = {}
        for kind in ("product", "variant"):
            wanted = {each for each in listings if each.listing_id.partition("/")[0] == kind}
            numbers = sorted({each.listing_id.partition("/")[2] for each in wanted})
            for start in range(0, len(numbers), BATCH):
                asked = {f"{kind}_id:in": ",".join(numbers[start : start + BATCH])}
                for page in self.api.pages(
                    "v3/inventory/items", counted_pages(ITEMS_A_PAGE), ("identity.variant_id",), parameters=asked
                ):
                    for item in page:
                        listing_id = f"{kind}/{item['identity'][f'{kind}_id']}"
                        for place in item["locations"]:
                            listing = Listing(listing_id, str(place["location_id"]))
                            if listing in wanted:
                                found[listing] = int(place["available_to_sell"])
                                settings = place.get("settings") or {}
                                self.safety_stock[listing] = int(settings.get("safety_stock") or 0)
        return found

    def write_available(self, changes: Sequence[Change], key: str, /) -> Sequence[Written]:
        """Override each figure; the same override twice changes nothing, so a repeated request does no harm."""
        answers: list[Written] = []
        for start in range(0, len(changes), BATCH):
            answers += self._write(changes[start : start + BATCH], f"Stockroom {key}")
        written = {answer.listing for answer in answers if answer.outcome == "written"}
        self._settle([change for change in changes if change.listing in written])
        return answers

    def _write(self, changes: Sequence[Change], reason: str) -> list[Written]:
        """Write one batch. BigCommerce refuses a batch whole for one bad item, so a refused one is halved."""
        document = {"reason": reason, "items": [self._item(change) for change in changes]}
        try:
            self.api.send("PUT", "v3/inventory/adjustments/absolute", document)
        except (RefusedConnectionError, UnavailableChannelError):
            raise
        except ChannelError as error:
            if len(changes) == 1:
                return [Written(changes[0].listing, "refused", str(error))]
            half = len(changes) // 2
            return self._write(changes[:half], reason) + self._write(changes[half:], reason)
        return [Written(change.listing, "written") for change in changes]

    def _item(self, change: Change) -> dict[str, int]:
        kind, _, number = change.listing.listing_id.partition("/")
        return {
            "location_id": int(change.listing.place_id),
            f"{kind}_id": int(number),
            "quantity": change.units + self.safety_stock.get(change.listing, 0),
        }

    def _settle(self, changes: Sequence[Change]) -> None:
        """Return once none of the changes still shows what it showed before, or patience ends."""
        for seconds in SETTLING_SECONDS:
            shown = self.read_available([change.listing for change in changes])
            if not any(shown.get(change.listing) == change.units_before for change in changes):
                return
            self.sleep(seconds)


open_writer = opens_writer(open_store, lambda api: BigCommerceWriter(api, api.sleep))
"""Opens a connection to the account of some settings."""
