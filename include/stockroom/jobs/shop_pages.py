"""Addresses in the merchant's own shops: a product's page, and the one that puts it into the basket."""

from __future__ import annotations

from urllib.parse import quote, urlencode, urljoin

from stockroom.settings import Settings
from stockroom.warehouse.restock_purchases import CAMPAIGN_SOURCE, NOTICE_KEY
from stockroom.warehouse.restock_units import CHANNELS_WITH_PAGES, SHOPIFY

__all__ = ["CHANNELS_WITH_PAGES", "basket_url", "picture_hosts", "product_url", "shop_address"]

PICTURE_HOSTS = {"shopify": "https://cdn.shopify.com", "bigcommerce": "https://*.bigcommerce.com"}
"""Where shops that are hosted keep their pictures; WooCommerce keeps them itself."""


def shop_address(settings: Settings, channel_id: str) -> str:
    """Return where shoppers find a shop, without a slash at the end; empty where nobody has said.

    Shopify's is ``STOCKROOM_SHOP_URL``, another's ``STOCKROOM_<CHANNEL>_SHOP_URL``. A WooCommerce is itself what it is
    connected by.
    """
    if channel_id == SHOPIFY:
        return settings.shop_url.rstrip("/")
    said = settings.value(f"{channel_id}_shop_url")
    return (said or (settings.value("woocommerce_url") if channel_id == "woocommerce" else "")).rstrip("/")


def picture_hosts(settings: Settings) -> tuple[str, ...]:
    """Return where pictures of the merchant's shops come from, besides the shops themselves."""
    return tuple(host for channel_id, host in PICTURE_HOSTS.items() if shop_address(settings, channel_id))


def product_url(settings: Settings, channel_id: str, page: str) -> str:
    """Return the address of a product's page, which a channel names in its own way; empty where none can be made."""
    shop = shop_address(settings, channel_id)
    if not shop or not page:
        return ""
    if channel_id == SHOPIFY:
        return f"{shop}/products/{quote(page, safe='')}"
    # A path, or a whole address: of the shop alone, whatever a record says.
    found = page if "://" in page else f"{shop}/{page.lstrip('/')}"
    return found if _origin(found) == _origin(shop) else ""


def basket_url(
    settings: Settings, channel_id: str, listing_id: str, sku: str, quantity: int = 1, token: str | None = None
) -> str:
    """Return the shop's own address that puts so many into the basket; empty where none can be made.

    ``token``: an order that comes of it gives it back, Shopify's as an attribute, WooCommerce's as the campaign of the
    link; BigCommerce's orders name no link.

    Shopify: ``/cart/VARIANT:N?attributes[NAME]=VALUE`` (its cart permalinks). WooCommerce:
    ``/?add-to-cart=ID&quantity=N&utm_id=VALUE``, the id of a variation where there are some. BigCommerce:
    ``/cart.php?action=add``, a product by ``product_id``, a variant by ``sku``.
    """
    shop, number = shop_address(settings, channel_id), listing_id.rpartition("/")[2]
    if not shop or not number.isdigit():
        return ""
    if channel_id == SHOPIFY:
        attribute = f"?{urlencode({f'attributes[{NOTICE_KEY}]': token})}" if token else ""
        return f"{shop}/cart/{number}:{quantity}{attribute}"
    if channel_id == "woocommerce":
        named = {"utm_source": CAMPAIGN_SOURCE, "utm_medium": "notice", "utm_id": token} if token else {}
        return f"{shop}/?{urlencode({'add-to-cart': number, 'quantity': quantity, **named})}"
    what = {"product_id": number} if listing_id.startswith("product/") else {"sku": sku}
    return f"{shop}/cart.php?{urlencode({'action': 'add', **what, 'qty': quantity})}"


def _origin(url: str) -> str:
    return urljoin(url, "/")
