"""The store's records as WooCommerce shows them at one moment. Every field stands in the published sample responses."""

from __future__ import annotations

from typing import Any

import numpy as np

from sample_store import contacts
from sample_store.local_time import iso, local_time
from sample_store.shopify.documents import orders_updated_at
from sample_store.world.build import World
from sample_store.world.demand import WOOCOMMERCE
from sample_store.world.places import LONDON
from sample_store.world.tables import NO_RESTOCK, Integers

CURRENCY = "GBP"
LINE_IDS, PRODUCT_IDS, REFUND_IDS = 500_000, 3_000, 40_000_000

Document = dict[str, Any]


class WooAt:
    """The shop as it stood at one moment, ``clock`` included. It sells from London and knows no other place."""

    def __init__(self, world: World, clock: int, shop_url: str, shown: Integers) -> None:
        self.world, self.clock, self.shop_url = world, clock, shop_url
        self.shown = shown.reshape(-1, 3)[:, LONDON]
        """What it shows of each product."""
        orders = world.orders
        count = int(np.searchsorted(orders.created_at, clock, side="right"))
        self.order_places = np.flatnonzero(orders.channel[:count] == WOOCOMMERCE)
        self.order_updated_at = orders_updated_at(world, clock, count)
        self.refund_start = np.searchsorted(world.refunds.order, np.arange(count + 1))
        visible = np.flatnonzero((world.product_created_at <= clock) & world.is_stocked.reshape(-1, 3)[:, LONDON])
        created, retired = world.product_created_at[visible], world.product_retired_at[visible]
        self.product_numbers = visible
        self.product_updated_at = np.where((retired > 0) & (retired <= clock), retired, created)
        self.place_of_product = {number: place for place, number in enumerate(visible.tolist())}
        self.place_of_order = {
            int(number): place
            for place, number in zip(self.order_places.tolist(), orders.number[self.order_places], strict=True)
        }

    # -- orders --------------------------------------------------------------------------------------------------

    def order(self, place: int) -> Document:
        """Return one order with its lines, and the sums of its refunds."""
        orders, lines = self.world.orders, self.world.lines
        first = int(orders.first_line[place])
        span = range(first, first + int(orders.line_count[place]))
        refunds = self._refund_rows(place)
        created, updated = int(orders.created_at[place]), int(self.order_updated_at[place])
        sent_at = max(int(orders.first_parcel_at[place]), int(orders.second_parcel_at[place]))
        is_completed = 0 < sent_at <= self.clock
        cancelled_at = int(orders.cancelled_at[place])
        number = int(orders.number[place])
        total = sum(int(lines.units[line]) * float(lines.unit_price[line]) for line in span)
        country = str(orders.country[place])
        return {
            "id": number,
            "parent_id": 0,
            "number": str(number),
            "order_key": f"wc_order_{number}",
            "created_via": "checkout",
            "version": "9.4.2",
            "status": "cancelled" if 0 < cancelled_at <= self.clock else "completed" if is_completed else "processing",
            "currency": CURRENCY,
            **_dates("created", created),
            **_dates("modified", updated),
            "discount_total": "0.00",
            "total": f"{total:.2f}",
            "prices_include_tax": True,
            "customer_id": int(orders.customer[place]),
            "customer_ip_address": contacts.IP_ADDRESS,
            "customer_user_agent": contacts.BROWSER,
            "customer_note": contacts.NOTE,
            "billing": {**_address(country), "email": contacts.MAIL, "phone": contacts.PHONE},
            "shipping": _address(country),
            **_dates("paid", created),
            **_dates("completed", sent_at if is_completed else None),
            "meta_data": [{"id": number, "key": "_shipping_phone", "value": contacts.PHONE}],
            "line_items": [self._line(line, refunds) for line in span],
            "tax_lines": [],
            "shipping_lines": [],
            "fee_lines": [],
            "coupon_lines": [],
            "refunds": [{"id": refund["id"], "total": f"-{refund['amount']}"} for refund in self.refunds(place)],
            "_links": self._links(f"orders/{number}", "orders"),
        }

    def refunds(self, place: int) -> list[Document]:
        """Return an order's refunds in full, newest first."""
        found: dict[int, Document] = {}
        orders, lines = self.world.orders, self.world.lines
        number = int(orders.number[place])
        for refund_number, source_row, at, line, units, _ in self._refund_rows(place):
            refund = found.setdefault(
                refund_number,
                {
                    "id": REFUND_IDS + source_row,
                    **_dates("created", at),
                    "amount": 0.0,
                    "reason": f"{contacts.NAME} rang",
                    "refunded_by": 1,
                    "refunded_payment": False,
                    "meta_data": [],
                    "line_items": [],
                    "_links": self._links(
                        f"orders/{number}/refunds/{REFUND_IDS + source_row}", f"orders/{number}/refunds"
                    ),
                },
            )
            price = float(lines.unit_price[line])
            refund["amount"] += units * price
            refund["line_items"].append(
                {
                    **self._item(line),
                    "id": REFUND_IDS + source_row * 1_000 + line % 1_000,
                    "quantity": -units,
                    "subtotal": f"{-units * price:.2f}",
                    "total": f"{-units * price:.2f}",
                    "price": -price,
                    "meta_data": [{"id": line, "key": "_refunded_item_id", "value": str(self._line_id(line))}],
                }
            )
        return [{**each, "amount": f"{each['amount']:.2f}"} for each in reversed(found.values())]

    def _refund_rows(self, place: int) -> list[tuple[int, int, int, int, int, int]]:
        """Return (refund number, source row, moment, line, units, restock type) of refunds up to the clock."""
        refunds = self.world.refunds
        span = slice(*self.refund_start[place : place + 2].tolist())
        columns = (
            refunds.refund_number, refunds.source_row, refunds.at, refunds.line, refunds.units, refunds.restock_type,
        )  # fmt: skip
        rows = zip(*(column[span].tolist() for column in columns), strict=True)
        return [row for row in rows if row[2] <= self.clock]

    def _line(self, line: int, refunds: list[tuple[int, int, int, int, int, int]]) -> Document:
        units, price = int(self.world.lines.units[line]), float(self.world.lines.unit_price[line])
        restocked = sum(row[4] for row in refunds if row[3] == line and row[5] != NO_RESTOCK)
        is_counted = int(self.world.lines.product[line]) >= 0
        reduced = [{"id": line, "key": "_reduced_stock", "value": str(units - restocked)}] if is_counted else []
        return {
            **self._item(line),
            "id": self._line_id(line),
            "quantity": units,
            "subtotal": f"{units * price:.2f}",
            "total": f"{units * price:.2f}",
            "price": price,
            "meta_data": [*reduced, {"id": -line, "key": "Engraving", "value": contacts.NAME}],
        }

    def _item(self, line: int) -> Document:
        lines = self.world.lines
        product = int(lines.product[line])
        return {
            "name": str(lines.description[line]) or str(lines.code[line]),
            "product_id": PRODUCT_IDS + product if product in self.place_of_product else 0,
            "variation_id": 0,
            "tax_class": "",
            "subtotal_tax": "0.00",
            "total_tax": "0.00",
            "taxes": [],
            "sku": str(lines.code[line]),
        }

    def _line_id(self, line: int) -> int:
        return LINE_IDS + int(self.world.lines.source_row[line])

    # -- products ------------------------------------------------------------------------------------------------

    def product(self, number: int) -> Document:
        """Return one product; all of them are simple, and WooCommerce manages their stock."""
        product = self.world.products[number]
        place = self.place_of_product[number]
        retired = 0 < int(self.world.product_retired_at[number]) <= self.clock
        units = int(self.shown[number])
        price = f"{product.price_pence / 100:.2f}"
        return {
            "id": PRODUCT_IDS + number,
            "name": product.title,
            "slug": product.handle,
            "permalink": f"{self.shop_url}/products/{product.handle}",
            **_dates("created", int(self.world.product_created_at[number])),
            **_dates("modified", int(self.product_updated_at[place])),
            "type": "simple",
            "status": "draft" if retired else "publish",
            "catalog_visibility": "visible",
            "sku": product.sku,
            "price": price,
            "regular_price": price,
            "sale_price": "",
            "on_sale": False,
            "purchasable": True,
            "virtual": False,
            "manage_stock": True,
            "stock_quantity": units,
            "stock_status": "instock" if units > 0 else "outofstock",
            "backorders": "no",
            "backorders_allowed": False,
            "parent_id": 0,
            "categories": [{"id": 1, "name": product.category, "slug": product.category}],
            "tags": [],
            "images": [],
            "attributes": [],
            "variations": [],
            "meta_data": [],
            "_links": self._links(f"products/{PRODUCT_IDS + number}", "products"),
        }

    def _links(self, own: str, collection: str) -> Document:
        base = f"{self.shop_url}/wp-json/wc/v3"
        return {"self": [{"href": f"{base}/{own}"}], "collection": [{"href": f"{base}/{collection}"}]}


def _address(country: str) -> Document:
    return {
        "first_name": contacts.FIRST_NAME,
        "last_name": contacts.LAST_NAME,
        "address_1": contacts.STREET,
        "city": contacts.TOWN,
        "postcode": contacts.POSTCODE,
        "country": country,
    }


def _dates(what: str, moment: int | None) -> Document:
    """Return a moment in the shop's time and in GMT, as WooCommerce writes both: without an offset."""
    return {
        f"date_{what}": None if moment is None else local_time(moment),
        f"date_{what}_gmt": None if moment is None else iso(moment).removesuffix("Z"),
    }
