"""`stockroom check` says of each thing whether it works, and the mend where it does not. The shops are on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.channels.loopback import Asked, Loopback, Says, serve

from stockroom.channels import CHANNELS
from stockroom.channels.blank import blank_of
from stockroom.jobs.check_channels import AllChecked, check_channels
from stockroom.settings import Settings

SCOPES = [
    "read_all_orders", "read_fulfillments", "read_locations", "read_orders", "read_products",
    "read_merchant_managed_fulfillment_orders", "write_inventory",
]  # fmt: skip
HEADER = "order_number,line,ordered_at,customer_ref,country,ship_from,sku,description,quantity,unit_price,currency"
WOO = {"woocommerce_key": "ck_1", "woocommerce_secret": "cs_1", "woocommerce_ship_from": "LONDON"}


def settings_of(tmp_path: Path, *, wholesale_dir: Path = Path(), **values: str) -> Settings:
    folders = dict.fromkeys(("documents_dir", "outbox_dir", "reports_dir", "dbt_dir"), tmp_path)
    return Settings(warehouse_url="", landing_url="", **folders, wholesale_dir=wholesale_dir, channel_values=values)


def woo(*, status: int = 200, refuses: str = "") -> Callable[[Asked], Says]:
    """Return a WooCommerce shop of one product, which was changed in the last hour, and no order."""

    def answer(asked: Asked) -> Says:
        if "Authorization" not in asked.headers:
            return Says({"name": "a shop"})
        if refuses and asked.path.endswith(refuses):
            return Says({"code": "forbidden"}, 403)
        found = [{"id": 1}] if asked.path.endswith("products") else []
        return Says(found, status)

    return answer


def shopify(*, scopes: list[str]) -> Callable[[Asked], Says]:
    """Return a Shopify shop with nothing in it."""
    empty = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def answer(asked: Asked) -> Says:
        if asked.method == "GET":
            return Says(None, 302)
        name = asked.document["operationName"]
        if name == "granted_scopes":
            data: Any = {"currentAppInstallation": {"accessScopes": [{"handle": scope} for scope in scopes]}}
        else:
            data = dict.fromkeys(("locations", "products", "orders", "inventoryItems"), empty)
        cost = {"maximumAvailable": 2000, "currentlyAvailable": 1990, "restoreRate": 100}
        return Says({"data": data, "extensions": {"cost": {"requestedQueryCost": 10, "throttleStatus": cost}}})

    return answer


def lines_of(checked: AllChecked) -> dict[str, str]:
    return {each.what: f"{each.verdict}: {each.said} {each.mend}" for each in checked.channels[0].found}


def check(settings: Settings, *, behind: timedelta = timedelta()) -> AllChecked:
    """Return what is found on a machine whose clock is behind the channels'."""
    return check_channels(settings, now=datetime.now(UTC) - behind)


def woo_checked(answer: Callable[[Asked], Says], tmp_path: Path, **given: timedelta) -> tuple[AllChecked, Loopback]:
    with serve(answer) as shop:
        return check(settings_of(tmp_path, woocommerce_url=shop.url, **WOO), **given), shop


def test_a_shop_that_can_be_worked_with_says_so_and_is_asked_for_single_pages(tmp_path: Path) -> None:
    checked, shop = woo_checked(woo(), tmp_path)
    assert checked.is_complete
    said = lines_of(checked)
    assert said["credentials"] == "ok: accepted "
    assert said["clock"].startswith("ok: ")
    assert said["reads products"] == "ok: allowed "
    assert said["reads orders"] == "ok: allowed; nothing changed in the last hour "
    assert said["writes"] == "note: not known before the first push "
    assert said["limits"] == "ok: requests: 10 in 1 s, 20 at once "
    assert "WooCommerce (woocommerce): can be worked with" in str(checked)
    assert [asked.method for asked in shop.asked] == ["GET"] * 4, "an address, the clock, two lists; nothing is written"
    assert "Authorization" not in shop.asked[0].headers


def test_a_missing_setting_is_named_with_where_to_find_it(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, woocommerce_url="https://shop.example", woocommerce_key="ck_1")
    checked = check(settings)
    assert not checked.is_complete
    assert "STOCKROOM_WOOCOMMERCE_SECRET is not set" in str(checked)
    assert "cs_" in str(checked), "what it looks like"


def test_refused_credentials_stop_the_check_at_once(tmp_path: Path) -> None:
    checked, shop = woo_checked(woo(status=401), tmp_path)
    assert not checked.is_complete
    assert "missing: WooCommerce at http" in lines_of(checked)["credentials"]
    assert "consumer key with read and write access" in str(checked)
    assert len(shop.asked) == 2


def test_one_list_that_is_kept_from_us_is_named_and_the_others_are_looked_at(tmp_path: Path) -> None:
    said = lines_of(woo_checked(woo(refuses="/products"), tmp_path)[0])
    assert said["reads products"].startswith("missing: WooCommerce at http")
    assert said["reads orders"].startswith("ok")


def test_a_host_that_is_not_there_is_seen_without_waiting(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, woocommerce_url="http://127.0.0.1:1", **WOO)
    said = lines_of(check(settings))
    assert said["address"].startswith("missing: http://127.0.0.1:1 does not answer")
    assert "credentials" not in said


def test_keys_never_go_out_in_the_clear(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, woocommerce_url="http://shop.example", **WOO)
    assert "would send the keys in the clear" in lines_of(check(settings))["address"]


def test_a_clock_that_is_far_off_is_told_and_in_the_way_of_nothing(tmp_path: Path) -> None:
    checked, _ = woo_checked(woo(), tmp_path, behind=timedelta(hours=3, minutes=10))
    assert lines_of(checked)["clock"].startswith("note: 3 hours ahead of this machine")
    assert checked.is_complete


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("", "ok: allowed, as the channel says "),
        ("write_inventory", "write_inventory is not granted: availability cannot be written"),
        ("read_all_orders", "read_all_orders is not granted: orders older than 60 days cannot be read"),
    ],
)
def test_shopify_is_asked_which_scopes_the_token_has(lacks: str, said: str, tmp_path: Path) -> None:
    with serve(shopify(scopes=[scope for scope in SCOPES if scope != lacks])) as shop:
        settings = settings_of(tmp_path, shopify_url=shop.url, shopify_token="shpat_1")
        checked = check(settings)
    assert said in " | ".join(lines_of(checked).values())
    assert checked.is_complete == (not lacks)
    assert lines_of(checked)["limits"] == "ok: queries: 2,000 points at once, 100 more a second "
    queries = [json.loads(asked.body)["query"] for asked in shop.asked if asked.body]
    assert not any(query.lstrip().startswith("mutation") for query in queries)


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        (
            "orders-1.csv",
            f"{HEADER}\n1,1,2026-03-01 10:00,C,GB,LONDON,A,x,2,1.00,GBP\n",
            "ok: orders-1.csv can be read",
        ),
        ("orders-1.csv", "order_number,line\n1,1\n", "missing: orders-1.csv"),
    ],
)
def test_a_folder_is_opened_and_its_newest_file_looked_into(
    name: str, content: str, verdict: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content)
    (tmp_path / "ordres-2.csv").write_text(content)
    checked = check(settings_of(tmp_path, wholesale_dir=tmp_path))
    said = lines_of(checked)
    assert said["reads orders"].startswith(verdict)
    assert "ordres-2.csv" in str(checked)
    assert checked.is_complete == verdict.startswith("ok")


def test_a_blank_file_asks_for_every_field_of_every_channel_and_filled_in_it_connects(tmp_path: Path) -> None:
    blank = blank_of(CHANNELS.values())
    fields = [(channel, field) for channel in CHANNELS.values() for field in channel.fields]
    names = [f"STOCKROOM_{channel.variable(field)}".upper() for channel, field in fields]
    assert [line for line in blank.splitlines() if line.endswith("=")] == [f"{name}=" for name in names]
    assert all(field.says in blank for _, field in fields)
    (tmp_path / "channels.env").write_text(blank.replace("=\n", "=filled\n"))
    filled = dict(line.split("=") for line in (tmp_path / "channels.env").read_text().splitlines() if line[:1] == "S")
    required = ("WAREHOUSE_URL", "LANDING_URL", "DOCUMENTS_DIR", "OUTBOX_DIR", "REPORTS_DIR", "DBT_DIR")
    settings = Settings.from_environment(filled | {f"STOCKROOM_{name}": "x" for name in required})
    assert all(settings.value(channel.variable(field)) == "filled" for channel, field in fields)


def test_without_any_channel_it_says_how_to_begin(tmp_path: Path) -> None:
    checked = check(settings_of(tmp_path))
    assert not checked.is_complete
    assert "no channel is connected" in str(checked)
