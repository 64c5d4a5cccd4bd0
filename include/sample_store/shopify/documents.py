"""The store's records as the Admin API shows them at one moment: nothing that happened later can be seen.

Documents are made when they are asked for and hold every field of the published types that the store has data for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sample_store.shopify.errors import QueryError, not_simulated
from sample_store.shopify.order_documents import order_document
from sample_store.shopify.paging import Listing
from sample_store.shopify.shapes import CURRENCY, ITEM_IDS, PRODUCT_IDS, REFUND_IDS, VARIANT_IDS, Document, gid
from sample_store.shopify.stock_documents import (
    available_units,
    item_document,
    location_document,
    product_document,
    variant_document,
)
from sample_store.world.books import Levels, levels_at
from sample_store.world.build import World
from sample_store.world.demand import SHOPIFY
from sample_store.world.places import LOCATIONS
from sample_store.world.suppliers import SUPPLIERS
from sample_store.world.tables import Integers

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

    def __init__(
        self,
        world: World,
        clock: int,
        shop_url: str,
        *,
        shown: Integers | None = None,
        attributes: Mapping[int, tuple[tuple[str, str], ...]] | None = None,
    ) -> None:
        self.attributes = attributes or {}
        self.world, self.clock, self.shop_url = world, clock, shop_url
        self.levels = levels_at(world, clock)
        if shown is not None:
            self.levels = shown_instead(self.levels, shown, clock)
        self.supplier_names = {supplier.supplier_id: supplier.name for supplier in SUPPLIERS}
        self.location_documents = [location_document(number) for number in range(len(LOCATIONS))]
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
        self.variant_documents: dict[int, Document] = {}

    def show(self, shown: Integers) -> None:
        """Show other figures from now on."""
        self.levels = shown_instead(levels_at(self.world, self.clock), shown, self.clock)
        changed = np.maximum(
            self.levels.changed_at.reshape(-1, 3).max(axis=1)[self.visible_products], self.product_updated_at
        )
        self.item_updated_at = self.items.times["updated_at"] = changed
        self.items.orders.clear()
        self.variant_documents.clear()

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

    # -- documents -----------------------------------------------------------------------------------------------

    def order(self, place: int) -> Document:
        """Return one order with its lines, refunds and parcels as of the clock."""
        return order_document(self, place)

    def product(self, number: int) -> Document:
        """Return one product with its one variant."""
        return product_document(self, number)

    def variant(self, number: int) -> Document:
        """Return one variant; orders, products and stock show the same."""
        return variant_document(self, number)

    def available_units(self, number: int) -> int:
        """Return what can be sold of a product, all locations together."""
        return available_units(self, number)

    def available_at(self, number: int, place: int) -> int:
        """Return what can be sold of a product at one location."""
        return int(self.levels.available[number * 3 + place])

    def inventory_item(self, number: int) -> Document:
        """Return one stock item with its level at every location that keeps it."""
        return item_document(self, number)
