"""The store's records as eBay shows them at one moment, in the words of its public documentation."""

from __future__ import annotations

from typing import Any

import numpy as np

from sample_store import contacts
from sample_store.local_time import iso
from sample_store.shopify.documents import orders_updated_at
from sample_store.world.build import World
from sample_store.world.demand import EBAY
from sample_store.world.places import LONDON
from sample_store.world.tables import Integers

CURRENCY, MARKETPLACE = "GBP", "EBAY_GB"
LINE_IDS, LISTING_IDS, OFFER_IDS, REFUND_IDS = 10_000_000_000, 110_000_000_000, 8_000_000_000, 5_000_000_000

Document = dict[str, Any]
RefundRow = tuple[int, int, int, int]


class EbayAt:
    """The account as it stood at one moment, ``clock`` included. It sells from London and knows no other place."""

    def __init__(self, world: World, clock: int, shown: Integers) -> None:
        self.world, self.clock = world, clock
        self.shown = shown.reshape(-1, 3)[:, LONDON]
        """What it shows of each product."""
        orders = world.orders
        count = int(np.searchsorted(orders.created_at, clock, side="right"))
        self.order_places = np.flatnonzero(orders.channel[:count] == EBAY)
        self.order_updated_at = orders_updated_at(world, clock, count)[self.order_places]
        self.refund_start = np.searchsorted(world.refunds.order, np.arange(count + 1))
        visible = np.flatnonzero((world.product_created_at <= clock) & world.is_stocked.reshape(-1, 3)[:, LONDON])
        self.product_numbers = visible
        self.number_of_sku = {world.products[number].sku: number for number in visible.tolist()}
        self.updated_at_of = dict(zip(self.order_places.tolist(), self.order_updated_at.tolist(), strict=True))
        self.place_of_order = {self.order_id(place): place for place in self.order_places.tolist()}

    # -- orders --------------------------------------------------------------------------------------------------

    def order_id(self, place: int) -> str:
        """Return what eBay calls an order: ``14-05363-65000``."""
        digits = f"{int(self.world.orders.number[place]) * 1_000:010}"
        return f"14-{digits[:5]}-{digits[5:]}"

    def order(self, place: int) -> Document:
        """Return one order; its parcels have an address of their own."""
        orders, lines = self.world.orders, self.world.lines
        span, order_id = self._lines(place), self.order_id(place)
        created = int(orders.created_at[place])
        total = sum(int(lines.units[line]) * float(lines.unit_price[line]) for line in span)
        refunds, parcels = self._refund_rows(place), self._parcels(place)
        refunded = sum(units for _, _, _, units in refunds)
        is_whole = refunded == sum(int(lines.units[line]) for line in span)
        sent = {parcel for parcel, _ in parcels}
        items = [self._line(line, refunds, sent) for line in span]
        states = {item["lineItemFulfillmentStatus"] for item in items}
        return {
            "orderId": order_id,
            "legacyOrderId": order_id,
            "creationDate": moment(created),
            "lastModifiedDate": moment(self.updated_at_of[place]),
            "orderFulfillmentStatus": states.pop() if len(states) == 1 else "IN_PROGRESS",
            "orderPaymentStatus": "PAID" if not refunded else "FULLY_REFUNDED" if is_whole else "PARTIALLY_REFUNDED",
            "sellerId": "sample-gifts",
            "buyer": {
                "username": f"buyer-{int(orders.customer[place]) or int(orders.number[place])}",
                "taxAddress": {"city": contacts.TOWN, "postalCode": contacts.POSTCODE},
                "buyerRegistrationAddress": _contact(str(orders.country[place])),
            },
            "buyerCheckoutNotes": contacts.NOTE,
            "pricingSummary": {"priceSubtotal": amount(total), "deliveryCost": amount(0), "total": amount(total)},
            "cancelStatus": self._cancel_status(place),
            "paymentSummary": {
                "totalDueSeller": amount(total),
                "refunds": [],
                "payments": [
                    {
                        "paymentMethod": "EBAY",
                        "paymentReferenceId": order_id,
                        "paymentDate": moment(created),
                        "amount": amount(total),
                        "paymentStatus": "PAID",
                    }
                ],
            },
            "fulfillmentStartInstructions": [
                {
                    "fulfillmentInstructionsType": "SHIP_TO",
                    "shippingStep": {"shipTo": _contact(str(orders.country[place]))},
                }
            ],
            "fulfillmentHrefs": [
                f"/sell/fulfillment/v1/order/{order_id}/shipping_fulfillment/{parcel}" for parcel in sorted(sent)
            ],
            "lineItems": items,
            "totalFeeBasisAmount": amount(total),
        }

    def parcels(self, place: int) -> list[Document]:
        """Return an order's parcels in full."""
        lines = self.world.lines
        return [
            {
                "fulfillmentId": str(parcel),
                "shipmentTrackingNumber": f"{int(self.world.orders.number[place])}{parcel}",
                "shippingCarrierCode": "RoyalMail",
                "shippedDate": moment(at),
                "lineItems": [
                    {"lineItemId": self._line_id(line), "quantity": self._kept_units(line)}
                    for line in self._lines(place)
                    if int(lines.parcel[line]) == parcel and self._kept_units(line)
                ],
            }
            for parcel, at in self._parcels(place)
        ]

    def _lines(self, place: int) -> range:
        first = int(self.world.orders.first_line[place])
        return range(first, first + int(self.world.orders.line_count[place]))

    def _parcels(self, place: int) -> list[tuple[int, int]]:
        """Return number and moment of the parcels that left up to the clock."""
        orders = self.world.orders
        moments = {1: int(orders.first_parcel_at[place]), 2: int(orders.second_parcel_at[place])}
        return [(parcel, at) for parcel, at in moments.items() if 0 < at <= self.clock]

    def _refund_rows(self, place: int) -> list[RefundRow]:
        """Return (source row, moment, line, units) of refunds up to the clock; where goods went eBay does not hear."""
        refunds = self.world.refunds
        span = slice(*self.refund_start[place : place + 2].tolist())
        columns = (refunds.source_row, refunds.at, refunds.line, refunds.units)
        rows = zip(*(column[span].tolist() for column in columns), strict=True)
        return [row for row in rows if row[1] <= self.clock]

    def _cancel_status(self, place: int) -> Document:
        at = int(self.world.orders.cancelled_at[place])
        if not 0 < at <= self.clock:
            return {"cancelState": "NONE_REQUESTED", "cancelRequests": []}
        return {"cancelState": "CANCELED", "cancelledDate": moment(at), "cancelRequests": []}

    def _line(self, line: int, refunds: list[RefundRow], sent: set[int]) -> Document:
        lines = self.world.lines
        units, price, code = int(lines.units[line]), float(lines.unit_price[line]), str(lines.code[line])
        product, is_sent = int(lines.product[line]), int(lines.parcel[line]) in sent and self._kept_units(line) > 0
        return {
            "lineItemId": self._line_id(line),
            "legacyItemId": str(LISTING_IDS + (product if product >= 0 else int(lines.source_row[line]))),
            "sku": code,
            "title": str(lines.description[line]) or code,
            "lineItemCost": amount(units * price),
            "quantity": units,
            "soldFormat": "FIXED_PRICE",
            "listingMarketplaceId": MARKETPLACE,
            "purchaseMarketplaceId": MARKETPLACE,
            "lineItemFulfillmentStatus": "FULFILLED" if is_sent else "NOT_STARTED",
            "total": amount(units * price),
            "deliveryCost": {"shippingCost": amount(0)},
            "appliedPromotions": [],
            "taxes": [],
            "properties": {"buyerProtection": True},
            "refunds": [
                {
                    "amount": amount(refunded * price),
                    "refundDate": moment(at),
                    "refundId": str(REFUND_IDS + source_row),
                }
                for source_row, at, of_line, refunded in refunds
                if of_line == line
            ],
        }

    def _kept_units(self, line: int) -> int:
        """Return the units of a line that go into a parcel."""
        return int(self.world.lines.units[line]) - int(self.world.lines.cancelled_units[line])

    def _line_id(self, line: int) -> str:
        return str(LINE_IDS + int(self.world.lines.source_row[line]))

    # -- inventory -----------------------------------------------------------------------------------------------

    def item(self, number: int) -> Document:
        """Return one inventory item."""
        product, units = self.world.products[number], int(self.shown[number])
        return {
            "sku": product.sku,
            "locale": "en_GB",
            "condition": "NEW",
            "product": {"title": product.title, "aspects": {"Type": [product.category]}},
            "availability": {
                "shipToLocationAvailability": {
                    "quantity": units,
                    "allocationByFormat": {"auction": 0, "fixedPrice": units},
                }
            },
        }

    def offers(self, number: int) -> list[Document]:
        """Return what an item is offered for: one price on one marketplace, listed until the product is retired."""
        product = self.world.products[number]
        is_retired = 0 < int(self.world.product_retired_at[number]) <= self.clock
        listing = {"listingId": str(LISTING_IDS + number), "listingStatus": "ACTIVE", "soldQuantity": 0}
        return [
            {
                "offerId": self.offer_id(number),
                "sku": product.sku,
                "marketplaceId": MARKETPLACE,
                "format": "FIXED_PRICE",
                "availableQuantity": int(self.shown[number]),
                "pricingSummary": {"price": amount(product.price_pence / 100)},
                "categoryId": "46782",
                "merchantLocationKey": "LONDON",
                "listingDuration": "GTC",
                "status": "UNPUBLISHED" if is_retired else "PUBLISHED",
                **({} if is_retired else {"listing": listing}),
            }
        ]

    def offer_id(self, number: int) -> str:
        """Return what eBay calls the offer of a product."""
        return str(OFFER_IDS + number)


def _contact(country: str) -> Document:
    return {
        "fullName": contacts.NAME,
        "contactAddress": {
            "addressLine1": contacts.STREET,
            "city": contacts.TOWN,
            "postalCode": contacts.POSTCODE,
            "countryCode": country,
        },
        "primaryPhone": {"phoneNumber": contacts.PHONE},
        "email": contacts.MAIL,
    }


def amount(value: float) -> Document:
    """Return a sum of money as eBay writes it."""
    return {"value": f"{value:.2f}", "currency": CURRENCY}


def moment(at: int) -> str:
    """Return a moment as eBay writes it, with milliseconds."""
    return iso(at).replace("Z", ".000Z")
