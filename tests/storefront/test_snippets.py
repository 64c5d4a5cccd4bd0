"""What merchants paste into their themes asks for what it stands beside."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, quote, urlsplit

import jinja2
import pytest
from tests.storefront.conftest import LISTING_KEY, Shop, form, listing_token

TEXT = (Path(__file__).parents[2] / "docs" / "widget.md").read_text(encoding="utf-8")


def snippet(language: str) -> str:
    """Return the block of a language that the document shows."""
    found = re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    assert found
    return found[1]


def signed(text: str, key: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def filled_in(liquid: str, **given: object) -> str:
    """Return what Liquid renders, by way of Jinja, which writes the same otherwise."""
    text = re.sub(r"(\{%-? )assign ", r"\1set ", liquid)
    text = re.sub(r"(\{%-? )unless (.*?)( -?%\})", r"\1if not (\2)\3", text).replace("endunless", "endif")
    text = re.sub(r"\| (\w+): ('[^']*'|[\w.]+)", r"| \1(\2)", text)
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  # Liquid escapes nothing by itself
    filters: dict[str, Callable[..., str]] = {
        "append": lambda text, more: text + more,
        "strip": str.strip,
        "upcase": str.upper,
        "url_encode": lambda text: quote(text, safe=""),
        "hmac_sha256": signed,
    }
    environment.filters |= filters
    return environment.from_string(text).render(blank="", **given)


@pytest.fixture
def page() -> str:
    """Return the page of a product of which the red one, whose SKU is written carelessly, is sold out."""
    blue = SimpleNamespace(id=1, sku="B", available=True)
    red, green = SimpleNamespace(id=2, sku=" a ", available=False), SimpleNamespace(id=3, sku="C&D", available=False)
    product = SimpleNamespace(
        url="/products/lantern", variants=[blue, red, green], selected_or_first_available_variant=red
    )
    return filled_in(
        snippet("liquid"),
        product=product,
        shop=SimpleNamespace(url="https://shop.example"),
        localization=SimpleNamespace(country=SimpleNamespace(iso_code="GB")),
        request=SimpleNamespace(locale=SimpleNamespace(iso_code="en")),
        settings=SimpleNamespace(stockroom_listing_key=LISTING_KEY),
    )


def test_a_shopify_theme_asks_for_the_variant_that_is_picked_and_out(page: str) -> None:
    elements = re.findall(r'data-stockroom="(\d)" (hidden)?>\s*<stockroom-notify sku="([^"]*)"', page)
    assert elements == [("2", "", "A"), ("3", "hidden", "C&amp;D")]
    assert LISTING_KEY not in page


def test_what_a_shopify_theme_says_is_taken(shop: Shop, page: str) -> None:
    link = re.search(r'href="([^"]*)"', page)
    assert link
    address = urlsplit(html.unescape(link[1]))
    asked = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert asked["page"] == "https://shop.example/products/lantern"
    assert shop.client.get(f"{address.path}?{address.query}").status_code == 200
    assert shop.client.post("/subscribe", data=form(**asked)).status_code == 200
    assert shop.client.post("/subscribe", data=form(**{**asked, "sku": "B"})).status_code == 403


def test_a_woocommerce_theme_signs_its_own_shop() -> None:
    text = snippet("php")
    said = re.search(r"hash_hmac\('sha256', \"([^\"]*)\", STOCKROOM_LISTING_KEY\)", text)
    assert said
    listing = said[1].replace("$sku", "A").replace("$country", "GB")
    assert signed(listing, LISTING_KEY) == listing_token("A", "GB:woocommerce")
    assert 'channel="woocommerce"' in text
    assert "'channel' => 'woocommerce'" in text


def test_a_token_can_be_made_by_hand() -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    command = snippet("sh").replace("listing:MUG-1:GB", "listing:A:GB")
    made = subprocess.run(
        ["sh", "-c", command], env={"STOCKROOM_STOREFRONT_LISTING_KEY": LISTING_KEY, "PATH": "/usr/bin:/bin"},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert made.stdout.strip() == listing_token("A")


def test_a_plain_page_names_the_same_listing_to_the_element_and_the_form() -> None:
    element, link = re.findall(r'sku="([^"]*)" country="([^"]*)" token="([^"]*)"', snippet("html"))[0], snippet("html")
    assert (
        "&amp;".join(f"{name}={value}" for name, value in zip(("sku", "country", "token"), element, strict=True))
        in link
    )
