"""The whole way: a shopper asks in the sample shop, says yes, goods arrive, the mail fills the cart, they buy."""

from __future__ import annotations

import email
import email.policy
import html
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from tests.storefront.conftest import LISTING_KEY, now, settings_of

from stockroom.jobs.announce_restocks import announce_restocks
from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.extract_channel import extract_channel
from stockroom.settings import Settings
from stockroom.storefront.app import storefront

pytestmark = pytest.mark.slow
TOKEN, ADA = "shpat_for_this_test", "ada@mail.example"
ON_ITS_WAY = r"""href="(/products/[^"]+)">([^<]+)</a>: \d+ arrive on .*?name='({[^']*)' value='([^']*)'"""


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a sample store that has sold for a fortnight."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    root = tmp_path_factory.mktemp("store")
    command = [sys.executable, "-m", "sample_store", "--root", str(root), "--port", str(port), "--clock", "2010-12-14"]
    theme = {"SAMPLE_STORE_NOTIFY_URL": "http://testserver", "SAMPLE_STORE_LISTING_KEY": LISTING_KEY}
    process = subprocess.Popen(command, env={**os.environ, **theme, "SAMPLE_STORE_TOKEN": TOKEN})
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{url}/clock", timeout=5)
            break
        except httpx.TransportError:
            assert process.poll() is None, "the sample store did not start"
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture
def settings(warehouse: Any, tmp_path: Path, landing_url: str, shop_url: str) -> Settings:
    given = settings_of(warehouse, tmp_path, shop_url=shop_url, landing_url=landing_url)
    return replace(given, channel_values={"shopify_url": shop_url, "shopify_token": TOKEN})


def mails(settings: Settings, subject: str) -> list[EmailMessage]:
    folder = settings.outbox_dir / "mail"
    paths = folder.glob("*.eml") if folder.exists() else ()
    found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
    return [cast("EmailMessage", one) for one in found if str(one["Subject"]).startswith(subject)]


def links(message: EmailMessage) -> list[str]:
    part = message.get_body(("plain",))
    assert part is not None
    return re.findall(r"http\S+", str(part.get_content()))


def below_the_root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def test_a_shopper_asks_says_yes_and_hears_when_it_is_back(settings: Settings, shop_url: str) -> None:
    extract_channel(settings, "shopify")
    front = html.unescape(httpx.get(shop_url).text)
    waiting = re.search(ON_ITS_WAY, front)
    assert waiting, "the front page lists what is sold out and on its way"
    page_path, title, name, value = waiting.groups()
    with TestClient(storefront(settings)) as client:
        product_page = html.unescape(httpx.get(f"{shop_url}{page_path}").text)
        (form_link,) = re.findall(r'href="http://testserver(/notify[^"]+)"', product_page)
        fields = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', client.get(form_link).text))
        del fields["marketing"]
        assert client.post("/subscribe", data={**fields, "email": ADA}).status_code == 200
        for _ in range(100):  # the storefront itself sends it, a moment later
            if questions := mails(settings, "Please confirm"):
                break
            time.sleep(0.1)
        assert [one["To"] for one in questions] == [ADA]
        client.post(below_the_root(links(questions[0])[0]))

        assert announce_restocks(settings, as_of_date=date(2010, 12, 14), now=now()).told == 0
        sent = {"content": f"{name}={value}\r\n".encode(), "headers": {"Content-Type": "text/plain"}}
        assert httpx.post(f"{shop_url}/clock/advance", timeout=60, **sent).status_code == 200
        extract_channel(settings, "shopify")
        assert announce_restocks(settings, as_of_date=date(2010, 12, 14), now=now()).told == 1
        deliver_outbox(settings, now=now())

        (notice,) = mails(settings, "Back in stock")
        assert notice["Subject"] == f"Back in stock: {title}"
        click = client.get(below_the_root(links(notice)[0]), follow_redirects=False)
        cart = httpx.get(click.headers["location"])
        assert "Your cart" in cart.text
        assert f"1 x {title}" in html.unescape(cart.text)
        button = re.search(r"name='({[^']*)' value='([^']*)'", html.unescape(cart.text))
        assert button, "the cart can be ordered"
        order = {"content": f"{button[1]}={button[2]}\r\n".encode(), "headers": {"Content-Type": "text/plain"}}
        assert httpx.post(f"{shop_url}/checkout", timeout=60, **order).status_code == 201
        assert httpx.post(f"{shop_url}/clock/advance", json={"minutes": 2}, timeout=60).status_code == 200
        extract_channel(settings, "shopify")
        assert announce_restocks(settings, as_of_date=date(2010, 12, 14), now=now()).bought == 1
        assert client.post(below_the_root(notice["List-Unsubscribe"].strip("<>"))).status_code == 200
    with httpx.Client() as shop:
        assert "in stock" in shop.get(f"{shop_url}{page_path}").text
