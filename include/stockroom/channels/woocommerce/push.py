"""Tells WooCommerce what can be sold. A listing is a product's id, or ``product/variation``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from stockroom.channels.channel import Change, Listing, Written
from stockroom.channels.paging import Json, NumberedPages
from stockroom.channels.rest import RestApi, opens_writer
from stockroom.channels.woocommerce.client import open_shop
from stockroom.channels.woocommerce.streams import IN_A_FIXED_ORDER

BATCH = 100
"""Most that a batch takes, and a page gives."""
FIELDS = "id,manage_stock,stock_quantity"


@dataclass
class WooWriter:
    """An open connection that reads and writes stock quantities; nothing is compared before it is set."""

    api: RestApi

    def now(self) -> datetime:
        """Return the shop's own time."""
        return self.api.time("orders", {"per_page": "1", "_fields": "id"})

    def read_available(self, listings: Sequence[Listing]) -> Mapping[Listing, int]:
        """Return what each listing shows; one whose stock WooCommerce does not manage is left out."""
        found: dict[Listing, int] = {}
        for path, group in _by_list(listings).items():
            for start in range(0, len(group), BATCH):
                batch = {_own_id(listing): listing for listing in group[start : start + BATCH]}
                asked = {**IN_A_FIXED_ORDER, "include": ",".join(batch), "_fields": FIELDS}
                for page in self.api.pages(path, NumberedPages(BATCH), ("id",), parameters=asked):
                    for item in page:
                        if item.get("manage_stock") is True and item.get("stock_quantity") is not None:
                            found[batch[str(item["id"])]] = int(item["stock_quantity"])
        return found

    def write_available(self, changes: Sequence[Change], _key: str, /) -> Sequence[Written]:
        """Set each figure; setting the same one twice changes nothing, so no key is needed."""
        change_of = {change.listing: change for change in changes}
        answers: list[Written] = []
        for path, group in _by_list([change.listing for change in changes]).items():
            for start in range(0, len(group), BATCH):
                batch = group[start : start + BATCH]
                update = [
                    {"id": int(_own_id(listing)), "stock_quantity": change_of[listing].units} for listing in batch
                ]
                said = self.api.send("POST", f"{path}/batch", {"update": update})
                answers += _answers(batch, said.get("update") or [])
        return answers


def _answers(batch: Sequence[Listing], said: Sequence[Json]) -> list[Written]:
    """Return what a batch made of each listing: WooCommerce answers item by item, refusals among them."""
    told = {str(item.get("id")): item for item in said}
    answers = []
    for listing in batch:
        item = told.get(_own_id(listing))
        if item is None:
            continue
        error = item.get("error")
        answers.append(
            Written(listing, "written") if error is None else Written(listing, "refused", str(error.get("message")))
        )
    return answers


def _by_list(listings: Sequence[Listing]) -> dict[str, list[Listing]]:
    """Return listings by the list that holds them: the products, or one product's variations."""
    groups: dict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        product, _, variation = listing.listing_id.partition("/")
        groups[f"products/{product}/variations" if variation else "products"].append(listing)
    return groups


def _own_id(listing: Listing) -> str:
    return listing.listing_id.rpartition("/")[2]


open_writer = opens_writer(open_shop, WooWriter)
"""Opens a connection to the account of some settings."""
