"""Pages of the other shops with pages of their own: a product, and the cart that a link fills, as each documents it."""

from __future__ import annotations

from collections.abc import Mapping

from sample_store.bigcommerce import documents as bigcommerce
from sample_store.bigcommerce.documents import BigCommerceAt
from sample_store.pages import cart_of, page_of_product
from sample_store.woocommerce import documents as woocommerce
from sample_store.woocommerce.documents import WooAt
from sample_store.world.catalogue import Product

PRODUCTS = "/products/"
FIRST_IDS = {"woocommerce": woocommerce.PRODUCT_IDS, "bigcommerce": bigcommerce.PRODUCT_IDS}


def shop_page(channel: str, shop: WooAt | BigCommerceAt, path: str, query: Mapping[str, str], url: str) -> str | None:
    """Return what a shop shows at an address, which is below ``url``; ``None`` where it has no such page."""
    if path.startswith(PRODUCTS):
        handle = path.removeprefix(PRODUCTS).rstrip("/")
        product = next((each for each in shop.world.products if each.handle == handle), None)
        if product is None or product.number not in shop.place_of_product:
            return None
        cart = f"{url}{cart_path(channel, product)}"
        return page_of_product(product, _units(shop, product), cart, f"{url}{path}", channel)
    if channel == "woocommerce" and path == "/":
        number, units = query.get("add-to-cart", ""), query.get("quantity", "1")
    elif channel == "bigcommerce" and path == "/cart.php" and query.get("action") == "add":
        number, units = query.get("product_id", ""), query.get("qty", "1")
    else:
        return None
    found = int(number) - FIRST_IDS[channel] if number.isdigit() else -1
    if found not in shop.place_of_product or not units.isdigit():
        return None
    product = shop.world.products[found]
    return cart_of(product, int(units), _units(shop, product))


def cart_path(channel: str, product: Product) -> str:
    """Return the documented link that puts one of a product into the cart."""
    number = FIRST_IDS[channel] + product.number
    return f"/?add-to-cart={number}" if channel == "woocommerce" else f"/cart.php?action=add&product_id={number}"


def _units(shop: WooAt | BigCommerceAt, product: Product) -> int:
    """Return how many the shop shows."""
    if isinstance(shop, WooAt):
        return int(shop.shown[product.number])
    return sum(int(shop.shown[product.number * 3 + place]) for place in bigcommerce.PLACES.values())
