"""Shopify's two ways in: a token that holds until it is revoked, and one that is given for an app's id and secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from tests.channels.loopback import Asked, Loopback, Says, serve

from stockroom.channels.channel import ChannelError, RefusedConnectionError
from stockroom.channels.shopify.client import connect
from stockroom.settings import Settings

ASKED_FOR_TOKEN = "/admin/oauth/access_token"  # a path


class Shop:
    """A shop with an app whose tokens count up; it takes the newest alone, and any that was made in its admin."""

    def __init__(self) -> None:
        self.tokens = 0
        self.loopback: Loopback | None = None

    def __call__(self, asked: Asked) -> Says:
        if asked.path == ASKED_FOR_TOKEN:
            form = dict(parse_qsl(asked.body.decode()))
            if form != {"grant_type": "client_credentials", "client_id": "app", "client_secret": "s3cret"}:
                return Says({"error": "invalid_client"}, 400)
            self.tokens += 1
            return Says({"access_token": f"token-{self.tokens}", "scope": "read_orders", "expires_in": 86_399})
        if asked.headers.get("X-Shopify-Access-Token") not in (f"token-{self.tokens}", "shpat_admin"):
            return Says({"errors": "[API] Invalid API key or access token"}, 401)
        return Says({"data": {"locations": {"nodes": []}}})


@pytest.fixture
def shop() -> Iterator[tuple[Shop, Loopback]]:
    shop = Shop()
    with serve(shop) as loopback:
        yield shop, loopback


def settings_of(loopback: Loopback, **given: str) -> Settings:
    folders = dict.fromkeys(("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"), Path())
    values = {"shopify_url": loopback.url, **{f"shopify_{name}": value for name, value in given.items()}}
    return Settings(warehouse_url="", landing_url="", **folders, channel_values=values)


def test_an_app_gets_its_token_with_id_and_secret_once_and_anew_when_it_is_refused(shop: tuple[Shop, Loopback]) -> None:
    app, loopback = shop
    with connect(settings_of(loopback, client_id="app", client_secret="s3cret")) as reader:  # not one
        reader.now()
        reader.now()
        assert app.tokens == 1
        app.tokens = 6  # the token was revoked: the shop knows a newer one
        reader.now()
    paths = [asked.path == ASKED_FOR_TOKEN for asked in loopback.asked]
    assert paths == [True, False, False, False, True, False]


def test_a_token_of_an_app_from_the_shops_admin_is_sent_as_it_is(shop: tuple[Shop, Loopback]) -> None:
    with connect(settings_of(shop[1], token="shpat_admin", client_secret="unused")) as reader:  # not one
        reader.now()
    assert shop[0].tokens == 0


def test_a_wrong_secret_is_refused_with_the_mend(shop: tuple[Shop, Loopback]) -> None:
    with (
        connect(settings_of(shop[1], client_id="app", client_secret="wrong")) as reader,  # not one
        pytest.raises(RefusedConnectionError, match="STOCKROOM_SHOPIFY_CLIENT_SECRET"),
    ):
        reader.now()


def test_a_shop_without_either_says_what_to_set(shop: tuple[Shop, Loopback]) -> None:
    with pytest.raises(ChannelError, match="set STOCKROOM_SHOPIFY_CLIENT_ID"), connect(settings_of(shop[1])):
        pass
