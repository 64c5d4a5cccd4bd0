"""The store's records as the Admin API shows them at one moment: nothing that happened later can be seen.

Documents are made when they are asked for and hold every field of the published types that the store has data for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from sample_store.local_time import iso
from sample_store.shopify.errors import QueryError, not_simulated
from sample_store.shopify.paging import Listing
from sample_store.world.books import Levels, levels_at
from sample_store.world.build import World
from sample_store.world.demand import SHOPIFY
from sample_store.world.places import LOCATIONS
from sample_store.world.suppliers import SUPPLIERS
from sample_store.world.tables import RESTOCK_TYPES, Integers

CURRENCY = "GBP"
GRANTED_SCOPES = (
    "read_orders",
    "read_all_orders",
    "read_products",
    "write_inventory",
    "read_locations",
    "read_fulfillments",
    "read_merchant_managed_fulfillment_orders",
)
"""Of the app whose token the store takes; one that writes reads too."""
LINE_IDS, REFUND_IDS, PRODUCT_IDS, VARIANT_IDS, ITEM_IDS = 10_000_000, 20_000_000, 7_000_000, 8_000_000, 9_000_000
QUANTITY_NAMES = (
    "available",
    "on_hand",
    "committed",
    "incoming",
    "reserved",
    "damaged",
    "safety_stock",
    "quality_control",
)

Document = dict[str, Any]


def gid(kind: str, number: object) -> str:
    """Return a global id: ``gid://shopify/Order/536365``."""
    return f"gid://shopify/{kind}/{number}"


@lru_cache(maxsize=8192)
def money(amount: float) -> Document:
    """Return an amount in the store's currency, in both roles of a ``MoneyBag``."""
    value = {"amount": f"{amount:.3f}"[: -1 if f"{amount:.3f}".endswith("0") else None], "currencyCode": CURRENCY}
    return {"shopMoney": value, "presentmentMoney": value}


def shown_instead(levels: Levels, shown: Integers, clock: int) -> Levels:
    """Return levels with what a shop shows as available in place of what is; what was written counts as changed now."""
    changed_at = np.where(shown == levels.available, levels.changed_at, clock)
    return replace(levels, available=shown, on_hand=shown + levels.committed, changed_at=changed_at)


def orders_updated_at(world: World, clock: int, count: int) -> Integers:
    """Return the last moment, up to the clock, at which anything happened to each of the first orders."""
    orders, refunds = world.orders, world.refunds
    updated: Integers = orders.created_at[:count].copy()
    for column in (orders.first_parcel_at, orders.second_parcel_at):
        moments = column[:count]
        np.maximum(updated, np.where(moments <= clock, moments, 0), out=updated)
    seen = refunds.at <= clock
    np.maximum.at(updated, refunds.order[seen], refunds.at[seen])
    return updated


class ShopAt:
    """The shop as it stood at one moment, ``clock`` included."""

    def __init__(self, world: World, clock: int, shop_url: str, *, shown: Integers | None = None) -> None:
        self.world, self.clock, self.shop_url = world, clock, shop_url
        self.levels = levels_at(world, clock)
        if shown is not None:
            self.levels = shown_instead(self.levels, shown, clock)
        self.supplier_names = {supplier.supplier_id: supplier.name for supplier in SUPPLIERS}
        self.location_documents = [self._location(number) for number in range(len(LOCATIONS))]
        self.order_count = int(np.searchsorted(world.orders.created_at, clock, side="right"))
        own = np.flatnonzero(world.orders.channel[: self.order_count] == SHOPIFY)
        places = own.tolist()
        self.order_of_number = dict(zip(world.orders.number[own].tolist(), places, strict=True))
        self.order_updated_at = orders_updated_at(world, clock, self.order_count)
        self.orders = Listing(
            world.orders.number[own],
            {
                "updated_at": self.order_updated_at[own],
                "created_at": world.orders.created_at[own],
                "processed_at": world.orders.created_at[own],
            },
            lambda each: self.order(places[each]),
            default_sort="processed_at",
        )
        self.fulfillment_orders = Listing(
            world.orders.number[own],
            {"updated_at": self.order_updated_at[own]},
            lambda each: self.order(places[each])["fulfillmentOrders"][0],
        )
        self.refund_start = np.searchsorted(world.refunds.order, np.arange(self.order_count + 1))
        visible = np.flatnonzero(world.product_created_at <= clock)
        created = world.product_created_at[visible]
        retired = world.product_retired_at[visible]
        self.product_updated_at = np.where((retired > 0) & (retired <= clock), retired, created)
        self.visible_products = visible
        self.place_of_product = {number: place for place, number in enumerate(visible.tolist())}
        skus = np.array([world.products[each].sku for each in visible.tolist()], np.str_)
        changed = np.maximum(self.levels.changed_at.reshape(-1, 3).max(axis=1)[visible], self.product_updated_at)
        times = {"updated_at": self.product_updated_at, "created_at": created, "sku": skus}
        titles = np.array([world.products[each].title for each in visible.tolist()], np.str_)
        self.products = Listing(
            visible + PRODUCT_IDS, {**times, "title": titles}, lambda place: self.product(int(visible[place]))
        )
        self.variants = Listing(visible + VARIANT_IDS, times, lambda place: self.variant(int(visible[place])))
        self.item_updated_at = changed
        self.items = Listing(
            visible + ITEM_IDS, {**times, "updated_at": changed}, lambda place: self.inventory_item(int(visible[place]))
        )
        self.locations = Listing(
            np.array([each.number for each in LOCATIONS], np.int64),
            {"name": np.array([each.name for each in LOCATIONS], np.str_)},
            lambda place: self.location_documents[place],
            default_sort="name",
        )
        self._variants: dict[int, Document] = {}

    def show(self, shown: Integers) -> None:
        """Show other figures from now on."""
        self.levels = shown_instead(levels_at(self.world, self.clock), shown, self.clock)
        changed = np.maximum(
            self.levels.changed_at.reshape(-1, 3).max(axis=1)[self.visible_products], self.product_updated_at
        )
        self.item_updated_at = self.items.times["updated_at"] = changed
        self.items.orders.clear()
        self._variants.clear()

    # -- roots ---------------------------------------------------------------------------------------------------

    def query_root(self) -> Document:
        """Return the document that a query's outermost selection is answered from."""
        return {
            "orders": self.orders,
            "ordersCount": lambda arguments: self.orders.count(arguments),
            "fulfillmentOrders": lambda arguments: self._fulfillment_orders(arguments),
            "products": self.products,
            "productsCount": lambda arguments: self.products.count(arguments),
            "productVariants": self.variants,
            "inventoryItems": self.items,
            "locations": self.locations,
            "order": lambda arguments: self.by_gid(arguments["id"], "Order"),
            "product": lambda arguments: self.by_gid(arguments["id"], "Product"),
            "productVariant": lambda arguments: self.by_gid(arguments["id"], "ProductVariant"),
            "inventoryItem": lambda arguments: self.by_gid(arguments["id"], "InventoryItem"),
            "location": lambda arguments: self.by_gid(
                arguments.get("id") or gid("Location", LOCATIONS[0].number), "Location"
            ),
            "refund": lambda arguments: self.by_gid(arguments["id"], "Refund"),
            "fulfillment": lambda arguments: self.by_gid(arguments["id"], "Fulfillment"),
            "node": lambda arguments: self.by_gid(arguments["id"], None),
            "nodes": lambda arguments: [self.by_gid(each, None) for each in arguments["ids"]],
            "shop": self.shop(),
            "currentAppInstallation": {
                "__typename": "AppInstallation",
                "accessScopes": [{"__typename": "AccessScope", "handle": scope} for scope in GRANTED_SCOPES],
            },
        }

    def by_gid(self, text: str, kind: str | None) -> Document | None:
        """Return the record with a global id; none where there is none, or not yet."""
        found, _, number_text = text.removeprefix("gid://shopify/").partition("/")
        if (kind is not None and found != kind) or not number_text.isdigit():
            raise QueryError(f"Invalid id: {text}", "RESOURCE_NOT_FOUND")
        number = int(number_text)
        if found == "Order":
            place = self.order_of_number.get(number)
            return None if place is None else self.order(place)
        if found in ("Product", "ProductVariant", "InventoryItem"):
            base = {"Product": PRODUCT_IDS, "ProductVariant": VARIANT_IDS, "InventoryItem": ITEM_IDS}[found]
            if number - base not in self.place_of_product:
                return None
            make = {"Product": self.product, "ProductVariant": self.variant, "InventoryItem": self.inventory_item}[
                found
            ]
            return make(number - base)
        if found == "Location":
            return next((each for each in self.location_documents if each["id"] == text), None)
        if found == "Refund":
            places = np.flatnonzero(self.world.refunds.refund_number == number - REFUND_IDS)
            return self._within(int(self.world.refunds.order[places[0]]) if len(places) else None, "refunds", text)
        if found == "Fulfillment":
            return self._within(self.order_of_number.get(number // 10), "fulfillments", text)
        return None

    def _fulfillment_orders(self, arguments: Document) -> Listing:
        if not arguments["includeClosed"]:
            raise not_simulated("fulfillmentOrders without the closed ones")
        return self.fulfillment_orders

    def _within(self, place: int | None, part: str, text: str) -> Document | None:
        if place is None or place >= self.order_count:
            return None
        return next((each for each in self.order(place)[part] if each["id"] == text), None)

    def shop(self) -> Document:
        """Return the shop itself."""
        return {
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": "Sample Store",
            "currencyCode": CURRENCY,
            "ianaTimezone": "Europe/London",
            "myshopifyDomain": "sample-store.example",
            "url": self.shop_url,
        }

    # -- orders --------------------------------------------------------------------------------------------------

    def order(self, place: int) -> Document:
        """Return one order with its lines, refunds and parcels as of the clock."""
        world, clock = self.world, self.clock
        orders, lines = world.orders, world.lines
        number = int(orders.number[place])
        first = int(orders.first_line[place])
        span = slice(first, first + int(orders.line_count[place]))
        created = iso(int(orders.created_at[place]))
        location = self.location_documents[int(orders.location[place])]
        refunds = self._refund_rows(place)
        gone: dict[int, int] = {}
        for _, _, _, line, units, _ in refunds:
            gone[line] = gone.get(line, 0) + units
        line_documents: list[Document] = []
        parcels: dict[int, list[Document]] = {1: [], 2: []}
        for line, source_row, product, code, description, units, price, parcel, cancelled in zip(
            range(span.start, span.stop),
            lines.source_row[span].tolist(),
            lines.product[span].tolist(),
            lines.code[span].tolist(),
            lines.description[span].tolist(),
            lines.units[span].tolist(),
            lines.unit_price[span].tolist(),
            lines.parcel[span].tolist(),
            lines.cancelled_units[span].tolist(),
            strict=True,
        ):
            amount = money(price)
            left = units - gone.get(line, 0)
            document: Document = {
                "__typename": "LineItem",
                "id": f"gid://shopify/LineItem/{LINE_IDS + source_row}",
                "sku": code,
                "name": description or code,
                "title": description or code,
                "quantity": units,
                "currentQuantity": left,
                "refundableQuantity": left,
                "requiresShipping": product >= 0,
                "isGiftCard": False,
                "variant": self.variant(product) if product in self.place_of_product else None,
                "originalUnitPriceSet": amount,
                "discountedUnitPriceSet": amount,
            }
            line_documents.append(document)
            if units > cancelled and parcel:
                parcels[parcel].append(
                    {
                        "id": f"gid://shopify/FulfillmentLineItem/{LINE_IDS + source_row}",
                        "quantity": units - cancelled,
                        "lineItem": document,
                    }
                )
        fulfillments = []
        for parcel, column in ((1, orders.first_parcel_at), (2, orders.second_parcel_at)):
            sent_at = int(column[place])
            if 0 < sent_at <= clock:
                fulfillments.append(
                    {
                        "__typename": "Fulfillment",
                        "id": gid("Fulfillment", number * 10 + parcel),
                        "name": f"#{number}-F{parcel}",
                        "createdAt": iso(sent_at),
                        "updatedAt": iso(sent_at),
                        "status": "SUCCESS",
                        "totalQuantity": sum(each["quantity"] for each in parcels[parcel]),
                        "location": location,
                        "fulfillmentLineItems": parcels[parcel],
                    }
                )
        cancelled_at = int(orders.cancelled_at[place])
        is_cancelled = 0 < cancelled_at <= clock
        customer, country = int(orders.customer[place]), str(orders.country[place])
        return {
            "__typename": "Order",
            "id": gid("Order", number),
            "legacyResourceId": str(number),
            "name": f"#{number}",
            "createdAt": created,
            "processedAt": created,
            "updatedAt": iso(int(self.order_updated_at[place])),
            "cancelledAt": iso(cancelled_at) if is_cancelled else None,
            "cancelReason": "CUSTOMER" if is_cancelled else None,
            "test": False,
            "currencyCode": CURRENCY,
            "presentmentCurrencyCode": CURRENCY,
            "taxesIncluded": True,
            "customer": {"__typename": "Customer", "id": gid("Customer", customer)} if customer else None,
            "shippingAddress": {"countryCodeV2": country, "countryCode": country} if country else None,
            "fulfillmentOrders": [
                {
                    "__typename": "FulfillmentOrder",
                    "id": gid("FulfillmentOrder", number),
                    "orderId": gid("Order", number),
                    "assignedLocation": {
                        "location": location,
                        "name": location["name"],
                        "countryCode": location["address"]["countryCode"],
                    },
                    "fulfillments": fulfillments,
                }
            ],
            "lineItems": line_documents,
            "refunds": self._refund_documents(refunds, line_documents, first, location),
            "fulfillments": fulfillments,
        }

    def _refund_rows(self, place: int) -> list[tuple[int, int, int, int, int, int]]:
        """Return (refund number, source row, moment, line, units, restock type) of refunds up to the clock."""
        refunds = self.world.refunds
        start, stop = self.refund_start[place : place + 2].tolist()
        if start == stop:
            return []
        span = slice(start, stop)
        rows = zip(
            refunds.refund_number[span].tolist(),
            refunds.source_row[span].tolist(),
            refunds.at[span].tolist(),
            refunds.line[span].tolist(),
            refunds.units[span].tolist(),
            refunds.restock_type[span].tolist(),
            strict=True,
        )
        return [row for row in rows if row[2] <= self.clock]

    def _refund_documents(
        self, rows: list[tuple[int, int, int, int, int, int]], lines: list[Document], first: int, location: Document
    ) -> list[Document]:
        by_number: dict[int, Document] = {}
        for number, source_row, at, line, units, restock_type in rows:
            refund = by_number.setdefault(
                number,
                {
                    "__typename": "Refund",
                    "id": gid("Refund", REFUND_IDS + number),
                    "createdAt": iso(at),
                    "updatedAt": iso(at),
                    "processedAt": iso(at),
                    "note": None,
                    "refundLineItems": [],
                },
            )
            kind = RESTOCK_TYPES[restock_type]
            refund["refundLineItems"].append(
                {
                    "id": gid("RefundLineItem", f"{source_row}{line:06}"),
                    "quantity": units,
                    "restockType": kind,
                    "restocked": kind != "NO_RESTOCK",
                    "lineItem": lines[line - first],
                    "location": None if kind == "NO_RESTOCK" else location,
                }
            )
        return list(by_number.values())

    # -- products and stock ------------------------------------------------------------------------------------------

    def product(self, number: int) -> Document:
        """Return one product with its one variant."""
        product = self.world.products[number]
        updated = iso(int(self.product_updated_at[self.place_of_product[number]]))
        retired = 0 < int(self.world.product_retired_at[number]) <= self.clock
        created = iso(int(self.world.product_created_at[number]))
        return {
            "__typename": "Product",
            "id": gid("Product", PRODUCT_IDS + number),
            "title": product.title,
            "handle": product.handle,
            "productType": product.category,
            "vendor": self.supplier_names[product.supplier_id],
            "status": "ARCHIVED" if retired else "ACTIVE",
            "createdAt": created,
            "publishedAt": created,
            "updatedAt": updated,
            "tags": ["simulated supply"],
            "onlineStoreUrl": f"{self.shop_url}/products/{product.handle}",
            "totalInventory": self.available_units(number),
            "tracksInventory": True,
            "featuredMedia": {
                "__typename": "MediaImage",
                "id": gid("MediaImage", PRODUCT_IDS + number),
                "alt": product.title,
                "preview": {
                    "status": "READY",
                    "image": {"url": f"{self.shop_url}/images/{product.sku}.svg", "altText": product.title},
                },
            },
            "variants": lambda _: [self.variant(number)],
        }

    def variant(self, number: int) -> Document:
        """Return one variant; orders, products and stock show the same."""
        found = self._variants.get(number)
        if found is None:
            product = self.world.products[number]
            found = self._variants[number] = {
                "__typename": "ProductVariant",
                "id": gid("ProductVariant", VARIANT_IDS + number),
                "sku": product.sku,
                "title": "Default Title",
                "displayName": f"{product.title} - Default Title",
                "price": f"{product.price_pence / 100:.2f}",
                "barcode": product.barcode,
                "createdAt": iso(int(self.world.product_created_at[number])),
                "updatedAt": iso(int(self.product_updated_at[self.place_of_product[number]])),
                "inventoryPolicy": "DENY",
                "inventoryQuantity": self.available_units(number),
                "availableForSale": self.available_units(number) > 0,
                "product": lambda _: self.product(number),
                "inventoryItem": lambda _: self.inventory_item(number),
            }
        return found

    def available_units(self, number: int) -> int:
        """Return what can be sold of a product, all locations together."""
        return int(self.levels.available[number * 3 : number * 3 + 3].sum())

    def inventory_item(self, number: int) -> Document:
        """Return one stock item with its level at every location that keeps it."""
        product = self.world.products[number]
        return {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", ITEM_IDS + number),
            "sku": product.sku,
            "tracked": True,
            "requiresShipping": True,
            "createdAt": iso(int(self.world.product_created_at[number])),
            "updatedAt": iso(int(self.item_updated_at[self.place_of_product[number]])),
            "unitCost": {"amount": f"{product.cost_pence / 100:.2f}", "currencyCode": CURRENCY},
            "variant": lambda _: self.variant(number),
            "inventoryLevels": [
                self._level(number, location) for location in range(3) if self.world.is_stocked[number * 3 + location]
            ],
            "inventoryLevel": lambda arguments: self._level_at(number, arguments["locationId"]),
        }

    def _level_at(self, number: int, location_gid: str) -> Document | None:
        """Return an item's level at one location; none where it is not stocked there."""
        found = [each for each, document in enumerate(self.location_documents) if document["id"] == location_gid]
        return self._level(number, found[0]) if found and self.world.is_stocked[number * 3 + found[0]] else None

    def _level(self, number: int, location: int) -> Document:
        item = number * 3 + location
        levels = self.levels
        units = {
            "available": int(levels.available[item]),
            "on_hand": int(levels.on_hand[item]),
            "committed": int(levels.committed[item]),
            "incoming": int(levels.incoming[item]),
        }
        changed = iso(max(int(levels.changed_at[item]), int(self.world.product_created_at[number])))
        level_gid = f"gid://shopify/InventoryLevel/{LOCATIONS[location].number}?inventory_item_id={ITEM_IDS + number}"

        def quantities(arguments: dict[str, Any]) -> list[Document]:
            for name in arguments["names"]:
                if name not in QUANTITY_NAMES:
                    raise QueryError(
                        f"The quantity name {name!r} is invalid. Valid names are: {', '.join(QUANTITY_NAMES)}.",
                        "BAD_REQUEST",
                    )
            return [
                {"id": f"{level_gid}&name={name}", "name": name, "quantity": units.get(name, 0), "updatedAt": changed}
                for name in arguments["names"]
            ]

        return {
            "__typename": "InventoryLevel",
            "id": level_gid,
            "createdAt": iso(int(self.world.product_created_at[number])),
            "updatedAt": changed,
            "isActive": True,
            "location": self.location_documents[location],
            "item": lambda _: self.inventory_item(number),
            "quantities": quantities,
        }

    def _location(self, number: int) -> Document:
        location = LOCATIONS[number]
        return {
            "__typename": "Location",
            "id": gid("Location", location.number),
            "name": location.name,
            "isActive": True,
            "fulfillsOnlineOrders": location.location_id != "MANCHESTER",
            "shipsInventory": True,
            "address": {
                "address1": location.address,
                "city": location.city,
                "zip": location.postcode,
                "countryCode": location.country_code,
            },
        }
