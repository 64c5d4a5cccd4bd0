"""The public shop: a page for each product, its picture, and carts that a link fills."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import orjson

from sample_store.draws import uniform
from sample_store.local_time import iso
from sample_store.notify_me import notify_me
from sample_store.shopify.documents import ShopAt
from sample_store.shopify.shapes import VARIANT_IDS
from sample_store.world.catalogue import Product
from sample_store.world.places import LOCATIONS, LONDON, ROTTERDAM

PRODUCTS_IN_FRONT = 12
SOLD_OUT_IN_FRONT = 8


def product_by_handle(shop: ShopAt, handle: str) -> Product | None:
    """Return the product of a page's address, if it can be seen yet."""
    return next(
        (each for each in shop.world.products if each.handle == handle and each.number in shop.place_of_product), None
    )


def front_page(shop: ShopAt, *, api_path: str) -> str:
    """Return what stands at the shop's root: what is served here, and a few products to begin with."""
    seen = [each for each in shop.world.products if each.number in shop.place_of_product][:PRODUCTS_IN_FRONT]
    links = "".join(f'<li><a href="/products/{each.handle}">{escape(each.title)}</a></li>' for each in seen)
    return _page(
        "Sample Store",
        "<p>A shop on this machine alone, for Stockroom to work on: real sales, a simulated rest.</p>"
        f"<p>It speaks Shopify's Admin API at <code>{escape(api_path)}</code>, says its time at "
        f'<a href="/clock">/clock</a>, and has a page for each of its {len(shop.place_of_product):,} products, such as:'
        f"</p><ul>{links}</ul>{_sold_out(shop)}",
    )


def _sold_out(shop: ShopAt) -> str:
    """Return what is sold out and will be delivered next, and a button that lets the time until then pass."""
    rows = "".join(
        f'<li><a href="/products/{product.handle}">{escape(product.title)}</a>: {units} arrive on {iso(at)[:16]} '
        f"{_time_passes(at - shop.clock)}</li>"
        for product, units, at in _deliveries_of_sold_out(shop)
    )
    return f"<h2>Sold out, and on its way</h2><ul>{rows}</ul>" if rows else ""


def _deliveries_of_sold_out(shop: ShopAt) -> list[tuple[Product, int, int]]:
    """Return product, units and moment of the next deliveries to where online orders are sent from, soonest first."""
    receipts = shop.world.receipts
    is_due = (receipts.at > shop.clock) & np.isin(receipts.location, (LONDON, ROTTERDAM)) & (receipts.units > 0)
    found: dict[int, tuple[Product, int, int]] = {}
    for row in np.flatnonzero(is_due)[np.argsort(receipts.at[is_due], kind="stable")].tolist():
        number = int(receipts.product[row])
        if number in shop.place_of_product and number not in found and shop.available_units(number) <= 0:
            found[number] = (shop.world.products[number], int(receipts.units[row]), int(receipts.at[row]))
        if len(found) == SOLD_OUT_IN_FRONT:
            break
    return list(found.values())


def _time_passes(seconds: int) -> str:
    """Return a button that moves the clock. A form sent as plain text whose name and value make up the JSON wanted."""
    minutes = seconds // 60 + 1
    return (
        '<form method="post" action="/clock/advance" enctype="text/plain" style="display:inline">'
        f"<input type=\"hidden\" name='{{&quot;minutes&quot;: {minutes}, &quot;sent&quot;: &quot;' value='&quot;}}'>"
        "<button>Let it arrive</button></form>"
    )


def product_page(shop: ShopAt, product: Product) -> str:
    """Return a product's page: picture, price, whether it can be bought, a link that puts one into the cart."""
    page_url = f"{shop.shop_url}/products/{product.handle}"
    return page_of_product(
        product, shop.available_units(product.number), f"/cart/{VARIANT_IDS + product.number}:1", page_url
    )


def page_of_product(product: Product, units: int, cart_url: str, page_url: str, channel: str = "") -> str:
    """Return the page of a product of which a shop shows so many units."""
    theme = notify_me()
    asks = theme.widget(product.sku, page_url, channel) if theme else ""
    stock = f"<p>{units} in stock</p>" if units > 0 else f"<p>Out of stock.</p>{asks}"
    cart = f'<p><a href="{escape(cart_url)}">Add to cart</a></p>' if units > 0 else ""
    return _page(
        product.title,
        f'<img src="/images/{escape(product.sku)}.svg" alt="{escape(product.title)}" width="320" height="320">'
        f"<p>£{product.price_pence / 100:.2f} · {escape(product.category)}</p>{stock}{cart}",
    )


def cart_page(shop: ShopAt, product: Product, units: int, attributes: Mapping[str, str]) -> str:
    """Return the cart that a cart link made, and a button that orders it; the order keeps the cart's attributes."""
    has = {place: shop.available_at(product.number, place) for place in (LONDON, ROTTERDAM)}
    place = next((place for place, left in has.items() if left >= units), None)
    button = "" if place is None else _button(product, units, place, attributes)
    return cart_of(product, units, 0 if place is None else has[place], button)


def cart_of(product: Product, units: int, there: int, button: str = "") -> str:
    """Return a cart with so many units of a product, of which a shop shows so many."""
    total = product.price_pence * units / 100
    note = "" if units <= there else "<p>There are not that many left.</p>"
    return _page("Your cart", f"<p>{units} x {escape(product.title)} = £{total:.2f}</p>{note}{button}")


def _button(product: Product, units: int, place: int, attributes: Mapping[str, str]) -> str:
    """Return a button that orders: the form is sent as plain text whose name and value make up JSON."""
    order = {
        "channel": "shopify",
        "sku": product.sku,
        "units": units,
        "location": LOCATIONS[place].location_id,
        "attributes": attributes,
        "sent": "",
    }
    text = orjson.dumps(order).decode().removesuffix('"}')
    return (
        '<form method="post" action="/checkout" enctype="text/plain">'
        f"<input type=\"hidden\" name='{escape(text)}' value='&quot;}}'><button>Order it</button></form>"
    )


def product_picture(product: Product) -> str:
    """Return a picture drawn from the SKU: always the same for the same product."""
    hue = int(uniform("hue", product.sku) * 360)
    petals = 3 + int(uniform("petals", product.sku) * 6)
    shapes = "".join(
        f'<ellipse cx="160" cy="95" rx="34" ry="62" fill="hsl({(hue + 140) % 360} 60% 65%)" fill-opacity="0.75" '
        f'transform="rotate({360 * each / petals:.1f} 160 160)"/>'
        for each in range(petals)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" width="320" height="320" role="img">'
        f'<title>{escape(product.title)}</title><rect width="320" height="320" fill="hsl({hue} 45% 90%)"/>{shapes}'
        f'<circle cx="160" cy="160" r="38" fill="hsl({hue} 60% 45%)"/>'
        '<text x="160" y="306" font-family="sans-serif" font-size="20" text-anchor="middle">'
        f"{escape(product.sku)}</text></svg>"
    )


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)} · Sample Store</title>'
        '<meta name="viewport" content="width=device-width">'
        '<body style="font-family:sans-serif;max-width:40rem;margin:2rem auto">'
        f"<h1>{escape(title)}</h1>{body}</body></html>"
    )
