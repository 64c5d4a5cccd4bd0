"""The widget in a real browser: with and without scripts, on a phone, by keyboard alone."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from babel import Locale
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright
from tests.storefront.conftest import LISTING_KEY, Shop, settings_of

from sample_store.notify_me import NotifyMe
from stockroom.documents.mail_message import rendered
from stockroom.documents.shopper_language import language_of
from stockroom.storefront.app import storefront
from stockroom.storefront.asking import widget

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium, which .ci/run installs")
HEADING = "Out of stock: shall we tell you?"
WIDTH = "document.documentElement.scrollWidth"
ASKED = "Thank you. Please look into your mail or texts and confirm; then you are in line."


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class ShopPage(BaseHTTPRequestHandler):
    """A shop's page whose own policy lets in nothing that the widget does not need."""

    def __init__(self, *given: Any, sites: dict[str, str]) -> None:
        self.sites = sites
        super().__init__(*given)

    def do_GET(self) -> None:
        theme = NotifyMe(self.sites["storefront"], LISTING_KEY)
        page = f"{self.sites['shop']}/products/lantern"
        body = (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Lantern</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><h1>Lantern</h1><p>Out of stock.</p>'
            f"{theme.widget('A', page)}"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        service = self.sites["storefront"]
        own = " 'self'" if self.path.endswith("?measures") else ""  # a cart to put the browser's number into
        policy = f"default-src 'none'; script-src {service}; connect-src {service}{own}; form-action {service}"
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: Any) -> None:
        """Say nothing."""


@pytest.fixture
def shop(warehouse: Any, tmp_path: Path) -> Iterator[Shop]:
    sites: dict[str, str] = {}
    pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(ShopPage, sites=sites))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    sites["shop"] = f"http://127.0.0.1:{pages.server_port}"
    listener = socket.create_server(("127.0.0.1", 0))
    sites["storefront"] = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = settings_of(warehouse, tmp_path, shop_url=sites["shop"], storefront_url=sites["storefront"])
    server = uvicorn.Server(uvicorn.Config(storefront(settings), log_level="warning"))
    thread = threading.Thread(target=partial(server.run, sockets=[listener]), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Shop(settings, None, warehouse)
    server.should_exit = True
    thread.join(timeout=10)
    pages.shutdown()
    pages.server_close()


def visit(browser: Browser, shop: Shop, **context: Any) -> Page:
    page = browser.new_context(**context).new_page()
    page.goto(f"{shop.settings.shop_url}/products/lantern")
    return page


def requests(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.rows(
        """
        select requests.quantity, requests.state, consents.wants_marketing, consents.source_page
        from ops.restock_requests as requests inner join ops.restock_consents as consents using (request_id)
        """
    )


def test_a_shopper_asks_with_the_widget_and_hears_that_it_was_taken(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    expect(page.get_by_role("link")).to_have_count(0)
    expect(page.get_by_label("Also send me news and offers")).not_to_be_checked()
    page.get_by_label("E-mail address").fill("ada@mail.example")
    page.get_by_label("How many would you like?").fill("2")
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("status")).to_have_text(ASKED)
    assert requests(shop) == [(2, "pending", False, f"{shop.settings.shop_url}/products/lantern")]
    expect(page.get_by_label("E-mail address")).to_have_value("")


def test_without_scripts_a_plain_form_does_the_same(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop, java_script_enabled=False)
    page.get_by_role("link", name="Tell me when it is back").click()
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    page.get_by_label("E-mail address").fill("ada@mail.example")
    page.get_by_label("Mobile number").fill("12")
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("alert")).to_contain_text("Please check the mobile number")
    page.get_by_label("Mobile number").fill("")
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("status")).to_have_text(ASKED)
    assert [row[:3] for row in requests(shop)] == [(1, "pending", False)]


def test_by_keyboard_alone_every_field_is_reached_in_order_and_the_trap_is_not(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    reached = []
    for text in ("ada@mail.example", "", "", "", None):
        page.keyboard.press("Tab")
        found = "document.querySelector('stockroom-notify').shadowRoot.activeElement"
        reached.append(page.evaluate(f"{found}.name || {found}.tagName"))
        outline = page.evaluate(f"getComputedStyle({found}).outlineStyle")
        assert outline == "solid", f"{reached[-1]} shows no focus"
        if text:
            page.keyboard.type(text)
    assert reached == ["email", "phone", "quantity", "marketing", "BUTTON"]
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(ASKED)
    assert len(requests(shop)) == 1


def test_a_mistake_is_announced_and_the_field_is_focused(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    page.get_by_label("E-mail address").fill("ada at mail")
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("status")).to_have_text("Please check the e-mail address, such as name@mail.example.")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    assert page.get_by_label("E-mail address").get_attribute("aria-invalid") == "true"
    assert page.get_by_role("status").get_attribute("aria-live") == "polite"
    assert requests(shop) == []


@pytest.mark.parametrize("with_scripts", [True, False])
def test_on_a_phone_nothing_is_wider_than_the_screen_and_everything_is_large_enough(
    browser: Browser, shop: Shop, with_scripts: bool
) -> None:
    size = {"width": 320, "height": 640}  # WCAG 1.4.10
    page = visit(browser, shop, viewport=size, has_touch=True, java_script_enabled=with_scripts)
    if not with_scripts:
        page.get_by_role("link", name="Tell me when it is back").click()
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    for control in page.locator("input:visible:not([name=website]), button:visible").all():
        box = control.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 320
        assert min(box["width"], box["height"]) >= 24, "WCAG 2.5.8"
    if with_scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_long_names_and_writing_from_the_right_make_nothing_wider_than_a_phone(browser: Browser, shop: Shop) -> None:
    name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    page = visit(browser, shop, viewport={"width": 320, "height": 640})
    page.evaluate("document.documentElement.dir = 'rtl'")
    expect(page.get_by_role("heading", name=HEADING)).to_be_visible()
    assert page.evaluate(WIDTH) == 320
    page.goto(f"{shop.settings.storefront_url}/place")
    page.evaluate(f"document.querySelector('h1').textContent = '{name}'")
    assert page.evaluate(WIDTH) == 320
    page.goto("about:blank")
    links = dict.fromkeys(("image_url", "product_url", "cart_url", "confirm_url", "unsubscribe_url"), "")
    mail = SimpleNamespace(**links, title=name, head=SimpleNamespace(sender_name="Gifts"))
    english, german = language_of("en"), language_of("de")
    from_the_right = replace(english, locale=Locale.parse("ar"))
    for template, one in product(("restock_mail.html", "confirm_mail.html"), (english, german, from_the_right)):
        page.set_content(rendered(template, price="1", mail=mail, language=one, say=one.html))
        expect(page.get_by_text(name).last).to_be_visible()
        assert page.evaluate(WIDTH) == 320, template
        assert page.evaluate("document.documentElement.dir") == one.direction


def test_every_text_stands_out_from_its_ground(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("status")).not_to_be_empty()
    pairs = page.evaluate(
        """() => {
            const root = document.querySelector('stockroom-notify').shadowRoot;
            const ground = (one) => {
                for (; one; one = one.parentElement) {
                    const colour = getComputedStyle(one).backgroundColor;
                    if (colour !== 'rgba(0, 0, 0, 0)') return colour;
                }
                return 'rgb(255, 255, 255)';
            };
            return [...root.querySelectorAll('h2, label, p, button')].map(
                (one) => [one.textContent.slice(0, 20), getComputedStyle(one).color, ground(one)]);
        }"""
    )
    assert len(pairs) > 6
    for text, colour, ground in pairs:
        assert contrast(colour, ground) >= 4.5, f"{text}: {colour} on {ground}"


def test_another_variant_is_asked_for_once_the_page_says_so(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    page.get_by_label("E-mail address").fill("ada@mail.example")
    page.evaluate("document.querySelector('stockroom-notify').setAttribute('sku', 'B')")
    page.get_by_label("E-mail address").fill("ada@mail.example")
    page.get_by_role("button", name="Tell me when it is back").click()
    expect(page.get_by_role("status")).to_contain_text("not named by a page of the shop")
    assert requests(shop) == [], "the signature was another variant's"


def test_a_page_in_german_asks_in_german(browser: Browser, shop: Shop) -> None:
    page = visit(browser, shop)
    page.evaluate("document.querySelector('stockroom-notify').setAttribute('lang', 'de-AT')")
    page.get_by_label("E-Mail-Adresse").fill("ada@mail.example")
    page.get_by_role("button", name="Sagt mir Bescheid").click()
    expect(page.get_by_role("status")).to_contain_text("Danke.")
    assert shop.rows("select wording_version from ops.restock_consents") == [("de-2026-11",)]


def test_only_where_the_shopper_lets_the_shop_measure_the_browsers_number_goes_along(
    browser: Browser, shop: Shop
) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{shop.settings.shop_url}/products/lantern?measures")
    carts: list[Any] = []

    def take(route: Route) -> None:
        carts.append(route.request.post_data_json)
        route.fulfill(body="{}")

    page.route("**/cart/update.js", take)
    # Stands in for the shop's own script: the page's policy lets it ask the shop itself.
    allows = "window.Shopify = {{ customerPrivacy: {{ analyticsProcessingAllowed: () => {answer} }} }}"
    for answer, kept in (("false", 0), ("true", 1)):
        page.evaluate(allows.format(answer=answer))
        page.get_by_label("E-mail address").fill(f"{answer}@mail.example")
        page.get_by_role("button", name="Tell me when it is back").click()
        expect(page.get_by_label("E-mail address")).to_have_value("")
        assert len(shop.rows("select 1 from ops.restock_browsers")) == kept == len(carts)
    number = carts[0]["attributes"]["stockroom_browser"]
    assert page.evaluate("localStorage.stockroom_browser") == number
    digest = hashlib.sha256(number.encode()).hexdigest()
    assert shop.rows("select browser_sha256 from ops.restock_browsers") == [(digest,)]


def test_the_widget_is_small() -> None:
    assert len(widget()) < 8_000


def contrast(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours.

    >>> contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    21.0
    """
    low, high = sorted(luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
