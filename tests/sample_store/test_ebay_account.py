"""The sample store's eBay account: shapes as published, parcels that add up, figures that a listing really shows."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.channels.ebay_contract import breaches

from sample_store.apis import Call
from sample_store.ebay.api import EbayApi
from sample_store.store import Store

KEY = "a key of the tests"
SCOPES = (
    "https://api.ebay.com/oauth/api_scope/sell.inventory https://api.ebay.com/oauth/api_scope/sell.fulfillment.readonly"
)
EVERYTHING = "lastmodifieddate:[2010-12-01T00:00:00.000Z..]"


class Seller:
    """Somebody who asks the account."""

    def __init__(self, api: EbayApi) -> None:
        self.api = api
        login = "Basic " + b64encode(f"app:{KEY}".encode()).decode()
        form = {"grant_type": "refresh_token", "refresh_token": KEY, "scope": SCOPES}
        call = Call("POST", "/identity/v1/oauth2/token", {}, {"authorization": login}, urlencode(form).encode())
        self.token = json.loads(api.answer(call).body)["access_token"]

    def ask(self, path: str, document: Any = None, **query: str) -> tuple[int, Any]:
        headers = {"authorization": f"Bearer {self.token}"}
        body = b"" if document is None else json.dumps(document).encode()
        reply = self.api.answer(Call("POST" if body else "GET", f"/sell{path}", query, headers, body))
        return reply.status, json.loads(reply.body)


@pytest.fixture
def seller(store: Store) -> Seller:
    return Seller(EbayApi(store, KEY))


def test_everything_it_says_has_the_published_shape(seller: Seller) -> None:
    _, page = seller.ask("/fulfillment/v1/order", filter=EVERYTHING, limit="200")
    assert page["total"] > 700
    assert breaches(page, "OrderSearchPagedCollection") == []
    sent = next(order for order in page["orders"] if order["fulfillmentHrefs"])
    _, parcels = seller.ask(f"/fulfillment/v1/order/{sent['orderId']}/shipping_fulfillment")
    assert breaches(parcels, "ShippingFulfillmentPagedCollection") == []
    _, items = seller.ask("/inventory/v1/inventory_item", limit="100")
    assert breaches(items, "InventoryItems") == []
    sku = items["inventoryItems"][0]["sku"]
    assert breaches(seller.ask("/inventory/v1/offer", sku=sku)[1], "Offers") == []
    asked = {"requests": [{"sku": sku}, {"sku": "NO-SUCH"}]}
    status, found = seller.ask("/inventory/v1/bulk_get_inventory_item", asked)
    assert (status, breaches(found, "BulkGetInventoryItemResponse")) == (200, [])
    assert breaches({"orders": [{"units": 1, "orderId": 5}]}, "OrderSearchPagedCollection") == [
        ".orders[0].units is no field of Order",
        ".orders[0].orderId is no string: 5",
    ]


def test_what_left_in_part_was_paid_back_before(seller: Seller) -> None:
    pages = [seller.ask("/fulfillment/v1/order", filter=EVERYTHING, limit="200", offset=f"{n * 200}") for n in range(4)]
    partly = 0
    for order in (order for _, page in pages for order in page["orders"] if order["fulfillmentHrefs"]):
        _, said = seller.ask(f"/fulfillment/v1/order/{order['orderId']}/shipping_fulfillment")
        leaves = min(each["shippedDate"] for each in said["fulfillments"])
        sent = {line["lineItemId"]: line["quantity"] for each in said["fulfillments"] for line in each["lineItems"]}
        for line in (line for line in order["lineItems"] if line["lineItemId"] in sent):
            price, kept_back = float(line["lineItemCost"]["value"]), line["quantity"] - sent[line["lineItemId"]]
            before = sum(float(each["amount"]["value"]) for each in line["refunds"] if each["refundDate"] < leaves)
            assert before == pytest.approx(kept_back * price / line["quantity"], abs=0.01)
            partly += kept_back > 0
    assert partly > 3


def test_a_listing_shows_the_lesser_of_its_item_and_its_offer(seller: Seller) -> None:
    _, items = seller.ask("/inventory/v1/inventory_item", limit="100")
    many = [
        (each["sku"], offer["offerId"], offer["availableQuantity"])
        for each in items["inventoryItems"]
        for offer in seller.ask("/inventory/v1/offer", sku=each["sku"])[1]["offers"]
        if offer["availableQuantity"] > 5 and offer["status"] == "PUBLISHED"
    ]
    (first, offer_id, units), (second, _, others) = many[:2]
    total = {"quantity": units + 3}
    both = {"sku": first, "shipToLocationAvailability": total}
    both["offers"] = [{"offerId": offer_id, "availableQuantity": units + 2}]
    item_alone = {"sku": second, "shipToLocationAvailability": {"quantity": others + 3}}
    unknown = {"sku": "NO-SUCH", "shipToLocationAvailability": total}
    status, said = seller.ask("/inventory/v1/bulk_update_price_quantity", {"requests": [both, item_alone, unknown]})
    assert (status, [each["statusCode"] for each in said["responses"]]) == (207, [200, 200, 404])
    assert breaches(said, "BulkPriceQuantityResponse") == []
    asked = {"requests": [{"sku": first}, {"sku": second}]}
    shown = [
        each["inventoryItem"]["availability"]["shipToLocationAvailability"]["quantity"]
        for each in seller.ask("/inventory/v1/bulk_get_inventory_item", asked)[1]["responses"]
    ]
    assert shown == [units + 2, others]


@pytest.mark.parametrize(
    ("path", "document", "query", "says"),
    [
        ("/fulfillment/v1/order", None, {"limit": "201", "filter": EVERYTHING}, "Invalid limit"),
        ("/fulfillment/v1/order", None, {"filter": "creationdate:[2011-06-01T00:00:00.000Z..]"}, "Start date"),
        ("/fulfillment/v1/order", None, {"filter": "lastmodifieddate:[2008-01-01T00:00:00.000Z..]"}, "2' years"),
        ("/inventory/v1/bulk_get_inventory_item", {"requests": [{"sku": f"S{n}"} for n in range(26)]}, {}, "1 to 25"),
    ],
)
def test_it_refuses_what_ebay_refuses(
    seller: Seller, path: str, document: Any, query: dict[str, str], says: str
) -> None:
    status, said = seller.ask(path, document, **query)
    assert status == 400
    assert says in said["errors"][0]["message"]


def test_a_token_that_was_not_given_out_is_refused(seller: Seller) -> None:
    seller.token = "v^1.1#made-up"
    assert seller.ask("/fulfillment/v1/order", filter=EVERYTHING)[0] == 401
