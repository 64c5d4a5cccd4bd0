"""The store's records as BigCommerce shows them at one moment, in the words of its public documentation."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import numpy as np

from sample_store import contacts
from sample_store.local_time import iso
from sample_store.shopify.documents import orders_updated_at
from sample_store.world.build import World
from sample_store.world.demand import BIGCOMMERCE
from sample_store.world.places import LOCATIONS, LONDON, MANCHESTER
from sample_store.world.tables import NO_RESTOCK, Integers

CURRENCY = "GBP"
LINE_IDS, PRODUCT_IDS, VARIANT_IDS, REFUND_IDS = 600_000, 5_000, 15_000, 50_000_000
PLACES = {1: LONDON, 2: MANCHESTER}
"""Its locations; the first is the default one, which orders leave from, and still has the code it was made with."""
CODES = {1: "BC-LOCATION-1", 2: "MANCHESTER"}
STATUSES = {
    3: "Partially Shipped", 4: "Refunded", 5: "Cancelled", 10: "Completed", 11: "Awaiting Fulfillment",
    14: "Partially Refunded",
}  # fmt: skip

Document = dict[str, Any]
RefundRow = tuple[int, int, int, int, int, int]


class BigCommerceAt:
    """The store as it stood at one moment, ``clock`` included."""

    def __init__(self, world: World, clock: int, shop_url: str, shown: Integers) -> None:
        self.world, self.clock, self.shop_url = world, clock, shop_url
        self.shown = shown
        """What it shows, by item."""
        orders = world.orders
        count = int(np.searchsorted(orders.created_at, clock, side="right"))
        self.order_places = np.flatnonzero(orders.channel[:count] == BIGCOMMERCE)
        self.order_numbers = orders.number[self.order_places]
        self.order_updated_at = orders_updated_at(world, clock, count)
        self.refund_start = np.searchsorted(world.refunds.order, np.arange(count + 1))
        stocked = world.is_stocked.reshape(-1, 3)[:, list(PLACES.values())].any(axis=1)
        visible = np.flatnonzero((world.product_created_at <= clock) & stocked)
        created, retired = world.product_created_at[visible], world.product_retired_at[visible]
        self.product_numbers = visible
        self.product_updated_at = np.where((retired > 0) & (retired <= clock), retired, created)
        self.place_of_product = {number: place for place, number in enumerate(visible.tolist())}
        self.place_of_order = dict(zip(self.order_numbers.tolist(), self.order_places.tolist(), strict=True))

    # -- orders --------------------------------------------------------------------------------------------------

    def order(self, place: int) -> Document:
        """Return one order; its products and refunds have addresses of their own."""
        orders, lines = self.world.orders, self.world.lines
        number, span = int(orders.number[place]), self._lines(place)
        refunded = sum(row[4] * float(lines.unit_price[row[3]]) for row in self._refund_rows(place))
        total = sum(int(lines.units[line]) * float(lines.unit_price[line]) for line in span)
        status = self._status(place)
        return {
            "id": number,
            "customer_id": int(orders.customer[place]),
            "customer_message": contacts.NOTE,
            "staff_notes": f"{contacts.NAME} rang",
            "ip_address": contacts.IP_ADDRESS,
            "geoip_country": contacts.TOWN,
            "billing_address": {
                "first_name": contacts.FIRST_NAME,
                "last_name": contacts.LAST_NAME,
                "street_1": contacts.STREET,
                "city": contacts.TOWN,
                "zip": contacts.POSTCODE,
                "country_iso2": str(orders.country[place]),
                "phone": contacts.PHONE,
                "email": contacts.MAIL,
            },
            "date_created": _mail_date(int(orders.created_at[place])),
            "date_modified": _mail_date(int(self.order_updated_at[place])),
            "date_shipped": _mail_date(self._shipped_at(place)),
            "status_id": status,
            "status": STATUSES[status],
            "total_inc_tax": f"{total:.4f}",
            "items_total": sum(int(lines.units[line]) for line in span),
            "items_shipped": sum(self._shipped_units(line) for line in span),
            "refunded_amount": f"{refunded:.4f}",
            "payment_status": "captured",
            "currency_code": CURRENCY,
            "default_currency_code": CURRENCY,
            "is_deleted": False,
            "channel_id": 1,
            "products": {"resource": f"/orders/{number}/products"},
        }

    def products_of(self, place: int) -> list[Document]:
        """Return an order's lines."""
        refunds = self._refund_rows(place)
        number = int(self.world.orders.number[place])
        return [self._line(line, number, refunds) for line in self._lines(place)]

    def refunds(self, place: int) -> list[Document]:
        """Return an order's refunds in full, by id."""
        found: dict[int, Document] = {}
        number = int(self.world.orders.number[place])
        for refund_number, source_row, at, line, units, restock_type in self._refund_rows(place):
            refund = found.setdefault(
                refund_number,
                {
                    "id": REFUND_IDS + source_row,
                    "order_id": number,
                    "user_id": 1,
                    "created": iso(at).replace("Z", "+00:00"),
                    "reason": f"{contacts.NAME} rang",
                    "items": [],
                },
            )
            refund["items"].append(
                {
                    "item_type": "PRODUCT",
                    "item_id": self._line_id(line),
                    "reason": "Damaged" if restock_type == NO_RESTOCK else "",
                    "quantity": units,
                    "requested_amount": f"{units * float(self.world.lines.unit_price[line]):.4f}",
                }
            )
        return sorted(found.values(), key=lambda each: int(each["id"]))

    def _lines(self, place: int) -> range:
        first = int(self.world.orders.first_line[place])
        return range(first, first + int(self.world.orders.line_count[place]))

    def _refund_rows(self, place: int) -> list[RefundRow]:
        """Return (refund number, source row, moment, line, units, restock type) of refunds up to the clock."""
        refunds = self.world.refunds
        span = slice(*self.refund_start[place : place + 2].tolist())
        columns = (
            refunds.refund_number, refunds.source_row, refunds.at, refunds.line, refunds.units, refunds.restock_type,
        )  # fmt: skip
        rows = zip(*(column[span].tolist() for column in columns), strict=True)
        return [row for row in rows if row[2] <= self.clock]

    def _line(self, line: int, order_number: int, refunds: list[RefundRow]) -> Document:
        lines = self.world.lines
        units, price, product = int(lines.units[line]), float(lines.unit_price[line]), int(lines.product[line])
        refunded = sum(row[4] for row in refunds if row[3] == line)
        is_known = product in self.place_of_product
        return {
            "id": self._line_id(line),
            "order_id": order_number,
            "product_id": PRODUCT_IDS + product if is_known else 0,
            "variant_id": VARIANT_IDS + product if is_known else 0,
            "name": str(lines.description[line]) or str(lines.code[line]),
            "sku": str(lines.code[line]),
            "type": "physical",
            "price_inc_tax": f"{price:.4f}",
            "total_inc_tax": f"{units * price:.4f}",
            "discounted_total_inc_tax": f"{units * price:.4f}",
            "quantity": units,
            "quantity_shipped": self._shipped_units(line),
            "is_refunded": 0 < refunded == units,
            "quantity_refunded": refunded,
            "refund_amount": f"{refunded * price:.4f}",
            "applied_discounts": [],
            "product_options": [{"display_name": "Engraving", "display_value": contacts.NAME}],
        }

    def _shipped_units(self, line: int) -> int:
        """Return the units that left in a parcel up to the clock."""
        lines, orders = self.world.lines, self.world.orders
        parcel, place = int(lines.parcel[line]), int(lines.order[line])
        if parcel == 0:
            return 0
        sent_at = int((orders.first_parcel_at if parcel == 1 else orders.second_parcel_at)[place])
        return int(lines.units[line]) - int(lines.cancelled_units[line]) if 0 < sent_at <= self.clock else 0

    def _shipped_at(self, place: int) -> int | None:
        """Return when the latest parcel up to the clock left."""
        orders = self.world.orders
        parcels = (int(orders.first_parcel_at[place]), int(orders.second_parcel_at[place]))
        return max((at for at in parcels if 0 < at <= self.clock), default=None)

    def _status(self, place: int) -> int:
        orders, lines = self.world.orders, self.world.lines
        if 0 < int(orders.cancelled_at[place]) <= self.clock:
            return 5
        refunded = sum(row[4] for row in self._refund_rows(place))
        if refunded:
            return 4 if refunded == sum(int(lines.units[line]) for line in self._lines(place)) else 14
        last = max(int(orders.first_parcel_at[place]), int(orders.second_parcel_at[place]))
        if 0 < last <= self.clock:
            return 10
        return 11 if self._shipped_at(place) is None else 3

    def _line_id(self, line: int) -> int:
        return LINE_IDS + int(self.world.lines.source_row[line])

    # -- products ------------------------------------------------------------------------------------------------

    def product(self, number: int) -> Document:
        """Return one product with its base variant; its stock is counted by product."""
        product = self.world.products[number]
        retired = 0 < int(self.world.product_retired_at[number]) <= self.clock
        price = product.price_pence / 100
        return {
            "id": PRODUCT_IDS + number,
            "name": product.title,
            "type": "physical",
            "sku": product.sku,
            "price": price,
            "inventory_tracking": "product",
            "inventory_level": sum(self._units(number, item) for item in self._places(number)),
            "is_visible": not retired,
            "availability": "disabled" if retired else "available",
            "date_created": iso(int(self.world.product_created_at[number])).replace("Z", "+00:00"),
            "date_modified": iso(int(self.product_updated_at[self.place_of_product[number]])).replace("Z", "+00:00"),
            "custom_url": {"url": f"/products/{product.handle}/", "is_customized": False},
            "primary_image": {
                "product_id": PRODUCT_IDS + number,
                "is_thumbnail": True,
                "url_standard": f"{self.shop_url}/images/{product.sku}.svg",
            },
            "base_variant_id": VARIANT_IDS + number,
            "variants": [
                {
                    "id": VARIANT_IDS + number,
                    "product_id": PRODUCT_IDS + number,
                    "sku": product.sku,
                    "sku_id": None,
                    "price": None,
                    "calculated_price": price,
                    "purchasing_disabled": False,
                    "option_values": [],
                }
            ],
        }

    def inventory_item(self, number: int) -> Document:
        """Return what it counts of one product, at each location that stocks it."""
        return {
            "identity": {
                "sku": self.world.products[number].sku,
                "variant_id": VARIANT_IDS + number,
                "product_id": PRODUCT_IDS + number,
                "sku_id": None,
            },
            "locations": [
                {
                    "location_id": place,
                    "location_code": CODES[place],
                    "location_name": "Default location" if place == 1 else LOCATIONS[PLACES[place]].name,
                    "available_to_sell": self._units(number, place),
                    "total_inventory_onhand": self._units(number, place),
                    "location_enabled": True,
                    "settings": {"safety_stock": 0, "is_in_stock": True, "warning_level": 0, "bin_picking_number": ""},
                }
                for place in self._places(number)
            ],
        }

    def _places(self, number: int) -> list[int]:
        return [place for place, location in PLACES.items() if self.world.is_stocked[number * 3 + location]]

    def _units(self, number: int, place: int) -> int:
        return int(self.shown[number * 3 + PLACES[place]])


def _mail_date(moment: int | None) -> str:
    """Return a moment as v2 writes it: ``Thu, 30 Jun 2011 05:00:00 +0000``; nothing where there is none."""
    return "" if moment is None else formatdate(moment, usegmt=False).replace("-0000", "+0000")
