"""Products, stock items, levels and locations as the Admin API shows them at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sample_store.local_time import iso
from sample_store.shopify.errors import QueryError
from sample_store.shopify.shapes import CURRENCY, ITEM_IDS, PRODUCT_IDS, VARIANT_IDS, Document, gid
from sample_store.world.places import LOCATIONS

if TYPE_CHECKING:
    from sample_store.shopify.documents import ShopAt

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


def product_document(shop: ShopAt, number: int) -> Document:
    """Return one product with its one variant."""
    product = shop.world.products[number]
    updated = iso(int(shop.product_updated_at[shop.place_of_product[number]]))
    retired = 0 < int(shop.world.product_retired_at[number]) <= shop.clock
    created = iso(int(shop.world.product_created_at[number]))
    return {
        "__typename": "Product",
        "id": gid("Product", PRODUCT_IDS + number),
        "title": product.title,
        "handle": product.handle,
        "productType": product.category,
        "vendor": shop.supplier_names[product.supplier_id],
        "status": "ARCHIVED" if retired else "ACTIVE",
        "createdAt": created,
        "publishedAt": created,
        "updatedAt": updated,
        "tags": ["simulated supply"],
        "onlineStoreUrl": f"{shop.shop_url}/products/{product.handle}",
        "totalInventory": available_units(shop, number),
        "tracksInventory": True,
        "featuredMedia": {
            "__typename": "MediaImage",
            "id": gid("MediaImage", PRODUCT_IDS + number),
            "alt": product.title,
            "preview": {
                "status": "READY",
                "image": {"url": f"{shop.shop_url}/images/{product.sku}.svg", "altText": product.title},
            },
        },
        "variants": lambda _: [variant_document(shop, number)],
    }


def variant_document(shop: ShopAt, number: int) -> Document:
    """Return one variant; orders, products and stock show the same."""
    found = shop.variant_documents.get(number)
    if found is None:
        product = shop.world.products[number]
        found = shop.variant_documents[number] = {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", VARIANT_IDS + number),
            "sku": product.sku,
            "title": "Default Title",
            "displayName": f"{product.title} - Default Title",
            "price": f"{product.price_pence / 100:.2f}",
            "barcode": product.barcode,
            "createdAt": iso(int(shop.world.product_created_at[number])),
            "updatedAt": iso(int(shop.product_updated_at[shop.place_of_product[number]])),
            "inventoryPolicy": "DENY",
            "inventoryQuantity": available_units(shop, number),
            "availableForSale": available_units(shop, number) > 0,
            "product": lambda _: product_document(shop, number),
            "inventoryItem": lambda _: item_document(shop, number),
        }
    return found


def available_units(shop: ShopAt, number: int) -> int:
    """Return what can be sold of a product, all locations together."""
    return int(shop.levels.available[number * 3 : number * 3 + 3].sum())


def item_document(shop: ShopAt, number: int) -> Document:
    """Return one stock item with its level at every location that keeps it."""
    product = shop.world.products[number]
    return {
        "__typename": "InventoryItem",
        "id": gid("InventoryItem", ITEM_IDS + number),
        "sku": product.sku,
        "tracked": True,
        "requiresShipping": True,
        "createdAt": iso(int(shop.world.product_created_at[number])),
        "updatedAt": iso(int(shop.item_updated_at[shop.place_of_product[number]])),
        "unitCost": {"amount": f"{product.cost_pence / 100:.2f}", "currencyCode": CURRENCY},
        "variant": lambda _: variant_document(shop, number),
        "inventoryLevels": [
            _level(shop, number, location) for location in range(3) if shop.world.is_stocked[number * 3 + location]
        ],
        "inventoryLevel": lambda arguments: _level_at(shop, number, arguments["locationId"]),
    }


def _level_at(shop: ShopAt, number: int, location_gid: str) -> Document | None:
    """Return an item's level at one location; none where it is not stocked there."""
    found = [each for each, document in enumerate(shop.location_documents) if document["id"] == location_gid]
    return _level(shop, number, found[0]) if found and shop.world.is_stocked[number * 3 + found[0]] else None


def _level(shop: ShopAt, number: int, location: int) -> Document:
    item = number * 3 + location
    levels = shop.levels
    units = {
        "available": int(levels.available[item]),
        "on_hand": int(levels.on_hand[item]),
        "committed": int(levels.committed[item]),
        "incoming": int(levels.incoming[item]),
    }
    changed = iso(max(int(levels.changed_at[item]), int(shop.world.product_created_at[number])))
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
        "createdAt": iso(int(shop.world.product_created_at[number])),
        "updatedAt": changed,
        "isActive": True,
        "location": shop.location_documents[location],
        "item": lambda _: item_document(shop, number),
        "quantities": quantities,
    }


def location_document(number: int) -> Document:
    """Return one location."""
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
