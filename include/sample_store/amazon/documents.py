"""The store's records as Amazon shows them at one moment, in the words of its published models.

Everything that is sold through Amazon is sent by the merchant, from London; nothing of it lies at Amazon.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sample_store import contacts
from sample_store.local_time import iso
from sample_store.shopify.documents import orders_updated_at
from sample_store.world.build import World
from sample_store.world.demand import AMAZON
from sample_store.world.places import LONDON
from sample_store.world.tables import Integers

CURRENCY = "GBP"
MARKETPLACE_ID, MARKETPLACE_NAME = "A1F83G8C2ARO7P", "Amazon.co.uk"
ITEM_IDS = 60_000_000_000_000
PRODUCT_TYPE = "HOME"

Document = dict[str, Any]


class AmazonAt:
    """The account as it stood at one moment, ``clock`` included."""

    def __init__(self, world: World, clock: int, shown: Integers) -> None:
        self.world, self.clock = world, clock
        self.shown = shown.reshape(-1, 3)[:, LONDON].copy()
        """What it shows of each product, which may be less than nothing where it sold what it did not know of."""
        orders = world.orders
        count = int(np.searchsorted(orders.created_at, clock, side="right"))
        self.order_places = np.flatnonzero(orders.channel[:count] == AMAZON)
        self.order_updated_at = orders_updated_at(world, clock, count)
        self.refund_start = np.searchsorted(world.refunds.order, np.arange(count + 1))
        retired = world.product_retired_at
        is_listed = (world.product_created_at <= clock) & ~((retired > 0) & (retired <= clock))
        self.product_numbers = np.flatnonzero(is_listed & world.is_stocked.reshape(-1, 3)[:, LONDON])
        self.product_of_sku = {world.products[number].sku: number for number in self.product_numbers.tolist()}

    # -- orders --------------------------------------------------------------------------------------------------

    def order(self, place: int, parts: frozenset[str]) -> Document:
        """Return one order; ``parts`` are the data sets that were asked for."""
        orders = self.world.orders
        span = self.lines(place)
        document: Document = {
            "orderId": self.order_id(place),
            "createdTime": iso(int(orders.created_at[place])),
            "lastUpdatedTime": iso(int(self.order_updated_at[place])),
            "programs": [],
            "salesChannel": {
                "channelName": "AMAZON",
                "marketplaceId": MARKETPLACE_ID,
                "marketplaceName": MARKETPLACE_NAME,
            },
            "orderItems": [self._item(place, line, parts) for line in span],
        }
        if "FULFILLMENT" in parts:
            document["fulfillment"] = {
                "fulfillmentStatus": self.status(place),
                "fulfilledBy": "MERCHANT",
                "fulfillmentServiceLevel": "STANDARD",
            }
        if "PROCEEDS" in parts:
            total = sum(int(self.world.lines.units[line]) * self.price(line) for line in span)
            document["proceeds"] = {"grandTotal": money(total)}
        packages = self._packages(place)
        if "PACKAGES" in parts and packages:
            document["packages"] = packages
        return document

    def place_of_order(self, order_id: str) -> int | None:
        """Return where an order stands, by its id; none where there is none of it yet."""
        number = int(order_id.split("-")[1]) if order_id.count("-") == 2 and order_id.split("-")[1].isdigit() else -1
        found = self.order_places[self.world.orders.number[self.order_places] == number]
        return int(found[0]) if len(found) and self.order_id(int(found[0])) == order_id else None

    def order_id(self, place: int) -> str:
        """Return an order's id in the form 3-7-7."""
        number = int(self.world.orders.number[place])
        return f"202-{number:07}-{number * 7919 % 10_000_000:07}"

    def lines(self, place: int) -> range:
        """Return the lines of an order."""
        first = int(self.world.orders.first_line[place])
        return range(first, first + int(self.world.orders.line_count[place]))

    def status(self, place: int) -> str:
        """Return how far an order has come."""
        orders = self.world.orders
        if 0 < int(orders.cancelled_at[place]) <= self.clock:
            return "CANCELLED"
        sent = [at for at in self._parcels(place) if at > 0]
        left = [at for at in sent if at <= self.clock]
        if not left:
            return "UNSHIPPED"
        return "SHIPPED" if len(left) == len(sent) else "PARTIALLY_SHIPPED"

    def units_sent(self, line: int) -> int:
        """Return what left in a parcel up to the clock."""
        lines = self.world.lines
        parcel, place = int(lines.parcel[line]), int(lines.order[line])
        sent_at = self._parcels(place)[parcel - 1] if parcel else 0
        return int(lines.units[line]) - int(lines.cancelled_units[line]) if 0 < sent_at <= self.clock else 0

    def units_cancelled(self, line: int) -> int:
        """Return what was cancelled up to the clock; what comes back later, Amazon does not tell."""
        refunds = self.world.refunds
        place = int(self.world.lines.order[line])
        span = slice(*self.refund_start[place : place + 2].tolist())
        is_known = (refunds.line[span] == line) & (refunds.at[span] <= self.clock)
        return int(refunds.units[span][is_known].sum())

    def price(self, line: int) -> float:
        """Return the price of one unit."""
        return float(self.world.lines.unit_price[line])

    def title(self, line: int) -> str:
        """Return what a line is called."""
        lines = self.world.lines
        return str(lines.description[line]) or str(lines.code[line])

    def _parcels(self, place: int) -> tuple[int, int]:
        """Return when the two parcels leave; 0 where there is none."""
        orders = self.world.orders
        return int(orders.first_parcel_at[place]), int(orders.second_parcel_at[place])

    def _item(self, place: int, line: int, parts: frozenset[str]) -> Document:
        lines = self.world.lines
        product = int(lines.product[line])
        units, sent, cancelled = int(lines.units[line]), self.units_sent(line), self.units_cancelled(line)
        if self.status(place) == "CANCELLED":
            cancelled = units
        document: Document = {
            "orderItemId": self.item_id(line),
            "quantityOrdered": units,
            "product": {
                **({"asin": asin(product)} if product >= 0 else {}),
                "title": self.title(line),
                "sellerSku": str(lines.code[line]),
                "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
                "price": {"unitPrice": money(self.price(line))},
            },
        }
        if "PROCEEDS" in parts:
            total = money(units * self.price(line))
            document["proceeds"] = {"proceedsTotal": total, "breakdowns": [{"type": "ITEM", "subtotal": total}]}
        if "FULFILLMENT" in parts:
            document["fulfillment"] = {
                "quantityFulfilled": sent,
                "quantityUnfulfilled": units - cancelled - sent,
                "packing": {"giftOption": {"giftMessage": contacts.NOTE}},
            }
        if "CANCELLATION" in parts and cancelled:
            document["cancellation"] = {
                "cancellationExecution": {"cancelledBy": "BUYER", "cancelReason": "BUYER_REQUESTED"}
            }
        return document

    def item_id(self, line: int) -> str:
        """Return an item's id."""
        return str(ITEM_IDS + int(self.world.lines.source_row[line]))

    def _packages(self, place: int) -> list[Document]:
        """Return the parcels that have left."""
        packages = []
        for number, at in enumerate(self._parcels(place), 1):
            sent = [line for line in self.lines(place) if int(self.world.lines.parcel[line]) == number]
            items = [{"orderItemId": self.item_id(line), "quantity": self.units_sent(line)} for line in sent]
            items = [item for item in items if item["quantity"]]
            if 0 < at <= self.clock and items:
                packages.append(
                    {
                        "packageReferenceId": str(number),
                        "createdTime": iso(at),
                        "packageStatus": {"status": "SHIPPED"},
                        "carrier": "Royal Mail",
                        "shipTime": iso(at),
                        "packageItems": items,
                    }
                )
        return packages

    # -- listings ------------------------------------------------------------------------------------------------

    def listing(self, number: int, parts: frozenset[str]) -> Document:
        """Return one listing."""
        product = self.world.products[number]
        created = iso(int(self.world.product_created_at[number]))
        units = self.units_shown(number)
        document: Document = {"sku": product.sku}
        if "summaries" in parts:
            document["summaries"] = [
                {
                    "marketplaceId": MARKETPLACE_ID,
                    "asin": asin(number),
                    "productType": PRODUCT_TYPE,
                    "conditionType": "new_new",
                    "status": ["BUYABLE", "DISCOVERABLE"] if units else ["DISCOVERABLE"],
                    "itemName": product.title,
                    "createdDate": created,
                    "lastUpdatedDate": created,
                }
            ]
        if "offers" in parts:
            price = money(product.price_pence / 100)
            document["offers"] = [{"marketplaceId": MARKETPLACE_ID, "offerType": "B2C", "price": price}]
        if "fulfillmentAvailability" in parts:
            document["fulfillmentAvailability"] = [{"fulfillmentChannelCode": "DEFAULT", "quantity": units}]
        return document

    def units_shown(self, number: int) -> int:
        """Return what shoppers see of a product."""
        return max(0, int(self.shown[number]))


def asin(number: int) -> str:
    """Return Amazon's own number of a product."""
    return f"B0{number:08}"


def money(amount: float) -> Document:
    """Return an amount in the marketplace's currency."""
    return {"amount": f"{amount:.4f}".removesuffix("00"), "currencyCode": CURRENCY}
