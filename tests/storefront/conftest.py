"""A storefront of a shop that sells one lantern, and what shoppers send to it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from stockroom.delivery.signed_tokens import sign
from stockroom.delivery.unsubscribe_links import unsubscribe_token
from stockroom.jobs.consent_wordings import WORDINGS
from stockroom.jobs.deliver_outbox import DeliverySummary, deliver_questions
from stockroom.jobs.shopper_links import CONFIRM, VISIT
from stockroom.settings import Settings
from stockroom.storefront.app import storefront
from stockroom.warehouse import connect

SECRET, LISTING_KEY = "a secret of this test", "a listing key of this test"
SHOP = "https://shop.example"
LANDED = datetime(2011, 6, 30, 5, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def listing_token(sku: str, country: str = "GB", key: str = LISTING_KEY) -> str:
    return hmac.new(key.encode(), f"listing:{sku}:{country}".encode(), hashlib.sha256).hexdigest()


def form(email: str = "ada@mail.example", sku: str = "A", country: str = "GB", **more: str) -> dict[str, str]:
    """Return what the widget sends."""
    fields = {
        "sku": sku,
        "country": country,
        "token": listing_token(sku, country),
        "email": email,
        "quantity": "1",
        "locale": "en",
        "wording": WORDINGS["en"].version,
        "page": f"{SHOP}/products/lantern?utm=x#top",
    }
    return {**fields, **more}


def settings_of(warehouse: Any, folder: Path, **more: Any) -> Settings:
    given = Settings(
        warehouse_url=warehouse.url_of("stockroom_app"),
        landing_url=folder.as_uri(),
        documents_dir=folder,
        outbox_dir=folder / "outbox",
        reports_dir=folder,
        dbt_dir=folder,
        shop_url=SHOP,
        storefront_url="http://testserver",
        storefront_secret=SECRET,
        storefront_listing_key=LISTING_KEY,
        storefront_asks_a_minute=100_000,
        sms_quiet_hours="0-0",
    )
    return replace(given, **more)


@dataclass
class Shop:
    """One installation, its storefront and its database."""

    settings: Settings
    client: TestClient
    warehouse: Any

    def ask(self, **fields: str) -> Any:
        return self.client.post("/subscribe", json=form(**fields))

    @cached_property
    def looking(self) -> psycopg.Connection:
        """Return a connection that sees and does everything at once; it ends with its database."""
        return psycopg.connect(self.warehouse.url, autocommit=True)

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.looking.execute(query, parameters).fetchall()

    def do(self, statement: str, *parameters: object, **named: object) -> None:
        self.looking.execute(statement, named or parameters)

    def states(self) -> list[str]:
        query = "select state from ops.restock_requests order by requested_at, request_id"
        return [state for (state,) in self.rows(query)]

    def deliver_questions(self) -> DeliverySummary:
        with connect(self.settings.warehouse_url) as connection:
            return deliver_questions(self.settings, connection, now=now())

    def request_of(self, email: str) -> str:
        ((request_id,),) = self.rows(
            """
            select request_id from ops.restock_requests
            inner join ops.restock_request_contacts as contacts using (request_id)
            inner join pii.shoppers as shoppers on contacts.shopper_id = shoppers.shopper_id
            where coalesce(email, phone) = %s
            """,
            email,
        )
        return str(request_id)

    def token(self, purpose: str, email: str, medium: str = "email") -> str:
        request_id = self.request_of(email)
        if purpose == "unsubscribe":
            return unsubscribe_token(request_id, secret=SECRET)
        return sign(f"{medium}:{request_id}" if purpose == CONFIRM else request_id, purpose=purpose, secret=SECRET)

    def confirm(self, email: str, medium: str = "email") -> Any:
        return self.client.post("/confirm", params={"token": self.token(CONFIRM, email, medium)})

    def go(self, email: str) -> Any:
        return self.client.get("/go", params={"token": self.token(VISIT, email)}, follow_redirects=False)

    def stock(self, units: int, sku: str = "A") -> None:
        """Land a newer level of a product."""
        node = {"location": {"id": "web"}, "quantities": [{"name": "available", "quantity": units}]}
        document = {"sku": sku, "inventoryLevels": {"nodes": [node]}}
        land(self.warehouse, "shopify_inventory_levels", f"item-{sku}", document)

    def product(self, sku: str, title: str, price: str = "3.75", category: str = "Lights") -> None:
        """Land a product."""
        variant = {"id": f"gid://shopify/ProductVariant/{ord(sku[0])}", "sku": sku, "price": price}
        document = {
            "title": title,
            "handle": title.lower().replace(" ", "-"),
            "productType": category,
            "updatedAt": "2011-06-01",
            "variants": {"nodes": [variant]},
        }
        land(self.warehouse, "shopify_products", f"product-{sku}", document)


def land(warehouse: Any, table: str, key: str, document: dict[str, object]) -> None:
    connection = warehouse.connection
    (file_id,) = connection.execute(
        """
        insert into raw.landing_files (source, stream, path, bytes, sha256, landed_at)
        values ('shopify', %s, (select count(*) from raw.landing_files)::text, 1, 'x', %s) returning landing_file_id
        """,
        (table, LANDED),
    ).fetchone()
    connection.execute("select raw.ensure_partition(%s, %s)", (table, LANDED))
    connection.execute(
        psycopg.sql.SQL("insert into {} values (%s, 1, %s, %s, %s)").format(psycopg.sql.Identifier("raw", table)),
        (file_id, key, json.dumps(document), LANDED),
    )
    connection.commit()


@pytest.fixture
def open_shop(warehouse: Any, tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    """Return what opens a shop with settings of the test's own."""
    shops: list[Shop] = []

    def opened(**more: Any) -> Shop:
        settings = settings_of(warehouse, tmp_path, **more)
        app = storefront(settings)
        # Without its lifespan: no courier delivers while a test looks.
        shops.append(Shop(settings, TestClient(app), warehouse))
        return shops[-1]

    yield opened
    for shop in shops:
        if "looking" in vars(shop):
            shop.looking.close()


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    shop = open_shop()
    land(shop.warehouse, "shopify_locations", "web", {"fulfillsOnlineOrders": True})
    shop.product("A", "Lantern")
    return shop
