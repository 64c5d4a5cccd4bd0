"""The Admin API, asked over HTTP as a client would."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from graphql import OperationDefinitionNode, execute, parse
from graphql.execution.values import get_variable_values
from tests.sample_store.conftest import CLOCK, GRAPHQL, SHOP_URL, TOKEN, Served, serve
from tests.sample_store.queries import LEVELS, LOCATIONS, ORDER_IDS, ORDER_LINES, ORDERS, PRODUCTS
from tests.worlds import lend_world

from sample_store.local_time import iso, parse_moment
from sample_store.shopify.api import published_schema
from sample_store.shopify.cost import requested_cost
from sample_store.shopify.documents import ShopAt
from sample_store.shopify.plan import Planner
from sample_store.shopify.shapes import LINE_IDS
from sample_store.world.build import World
from sample_store.world.demand import SHOPIFY
from sample_store.world.tables import RESTOCK_TYPES

STREAMS = [
    pytest.param(ORDERS, {"first": 40}, id="orders"),
    pytest.param(PRODUCTS, {"first": 40}, id="products"),
    pytest.param(LEVELS, {"first": 40}, id="levels"),
    pytest.param(LOCATIONS, {"first": 40}, id="locations"),
]


def moments(document: Any) -> Iterator[str]:
    """Yield every moment that stands in a document."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name.endswith("At") and isinstance(value, str):
                yield value
            else:
                yield from moments(value)
    elif isinstance(document, list):
        for each in document:
            yield from moments(each)


@pytest.mark.parametrize(("query", "variables"), STREAMS)
def test_every_answer_is_one_that_the_published_schema_allows(served: Served, query: str, variables: dict[str, Any]):
    data = served.ask(query, **variables)["data"]

    def by_response_key(parent: dict[str, Any], info: Any, **_: Any) -> Any:
        return parent[info.path.key]

    again = execute(
        published_schema(),
        parse(query),
        root_value=data,
        variable_values=variables,
        field_resolver=by_response_key,
        type_resolver=lambda *_: "MediaImage",
    )

    assert again.errors is None
    assert again.data == data


def test_a_page_of_any_size_leads_to_the_same_orders(served: Served):
    window = "updated_at:>='2011-05-20T00:00:00Z' AND updated_at:<'2011-05-24T00:00:00Z'"
    whole = served.all_nodes(ORDERS, "orders", first=250, query=window)

    for size in (1, 7, 50):
        assert served.all_nodes(ORDERS, "orders", first=size, query=window) == whole
    assert served.all_nodes(ORDERS, "orders", first=50, query=window, reverse=True) == whole[::-1]
    assert len({order["id"] for order in whole}) == len(whole) > 100
    assert [order["updatedAt"] for order in whole] == sorted(order["updatedAt"] for order in whole)


def made(world: World, since: str, until: str) -> int:
    """Return how many orders came through Shopify, as the store's own books have it."""
    orders = world.orders
    return int(
        np.count_nonzero(
            (orders.channel == SHOPIFY)
            & (orders.created_at >= parse_moment(since))
            & (orders.created_at <= parse_moment(until))
        )
    )


def test_windows_side_by_side_give_every_order_once(served: Served, every_order: list[dict[str, Any]], world: World):
    edges = ["2010-01-01", "2010-12-20", "2011-02-14", "2011-04-01", "2011-06-30T05:00:00"]
    found: list[str] = []
    for start, stop in pairwise(edges):
        query = f"updated_at:>='{start}' AND updated_at:<'{stop}'"
        found += [order["id"] for order in served.all_nodes(ORDER_IDS, "orders", first=250, query=query)]

    assert sorted(found) == sorted(order["id"] for order in every_order)
    assert len(set(found)) == len(found) == made(world, "2010-12-01T00:00", CLOCK)


def test_long_orders_are_followed_page_by_page(served: Served, every_order: list[dict[str, Any]]):
    long = max(every_order, key=lambda order: len(order["lineItems"]["nodes"]))

    lines: list[dict[str, Any]] = []
    after = None
    while True:
        page = served.ask(ORDER_LINES, id=long["id"], first=29, after=after)["data"]["order"]["lineItems"]
        lines += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert len({line["id"] for line in lines}) == len(lines) > 100
    assert [line["id"] for line in lines] == [line["id"] for line in long["lineItems"]["nodes"]]


def test_nothing_that_happens_after_the_clock_can_be_seen(served: Served, world: World):
    made_in_march = made(world, "2011-03-01T00:00", "2011-03-15T06:00")
    served.set_clock("2011-03-15T06:00")
    try:
        for query, root, fewest in (
            (ORDERS, "orders", made_in_march),
            (PRODUCTS, "products", 400),
            (LEVELS, "inventoryItems", 400),
        ):
            nodes = served.all_nodes(
                query, root, first=250, query="updated_at:>='2011-03-01'" if root == "orders" else None
            )
            assert len(nodes) >= fewest > 200
            assert max(moments(nodes)) <= "2011-03-15T06:00:00Z"
    finally:
        served.set_clock(CLOCK)


def test_an_order_moves_when_its_parcel_leaves_and_when_units_come_back(served: Served):
    placed = served.all_nodes(
        ORDERS, "orders", first=250, query="created_at:>='2011-06-14' AND created_at:<'2011-06-15'"
    )
    returned = next(order for order in placed if order["refunds"] and order["fulfillments"])
    query = f"id:{returned['id'].rpartition('/')[2]}"
    try:
        served.set_clock(returned["createdAt"])
        fresh = served.ask(ORDERS, first=1, query=query)["data"]["orders"]["nodes"][0]
        served.set_clock(returned["fulfillments"][0]["createdAt"])
        sent = served.ask(ORDERS, first=1, query=query)["data"]["orders"]["nodes"][0]
    finally:
        served.set_clock(CLOCK)

    assert fresh["updatedAt"] == fresh["createdAt"]
    assert fresh["refunds"] == fresh["fulfillments"] == []
    assert all(line["currentQuantity"] == line["quantity"] for line in fresh["lineItems"]["nodes"])
    assert fresh["updatedAt"] < sent["updatedAt"] < returned["updatedAt"]
    assert sent["fulfillments"]
    assert sent["refunds"] == []


def test_what_is_refunded_is_no_longer_current(every_order: list[dict[str, Any]]):
    for order in every_order:
        gone: dict[str, int] = {}
        for refund in order["refunds"]:
            for line in refund["refundLineItems"]["nodes"]:
                gone[line["lineItem"]["id"]] = gone.get(line["lineItem"]["id"], 0) + line["quantity"]
        for line in order["lineItems"]["nodes"]:
            assert line["currentQuantity"] == line["quantity"] - gone.get(line["id"], 0) >= 0
        kinds = {line["restockType"] for refund in order["refunds"] for line in refund["refundLineItems"]["nodes"]}
        if order["cancelledAt"]:
            assert kinds == {"CANCEL"}
            assert order["fulfillments"] == []


def test_every_refund_that_is_served_is_one_that_is_booked_and_the_other_way_round(world: World):
    clock = parse_moment(CLOCK)
    shop = ShopAt(world, clock, SHOP_URL)
    refunds, seen = world.refunds, world.refunds.at <= clock
    columns = (refunds.order[seen], refunds.line[seen], refunds.restock_type[seen], refunds.units[seen])
    booked: Counter[tuple[str, str, str]] = Counter()
    for order, line, restock_type, units in zip(*(column.tolist() for column in columns), strict=True):
        line_id = f"gid://shopify/LineItem/{LINE_IDS + int(world.lines.source_row[line])}"
        booked[f"#{world.orders.number[order]}", line_id, RESTOCK_TYPES[restock_type]] += units
    served: Counter[tuple[str, str, str]] = Counter()
    for order in map(shop.order, sorted(set(columns[0].tolist()))):
        for refund in order["refunds"]:
            # By its own id, as a client asks for the further pages of a long refund.
            again = shop.by_gid(refund["id"], "Refund")
            assert again is not None
            for line in again["refundLineItems"]:
                served[order["name"], line["lineItem"]["id"], line["restockType"]] += line["quantity"]

    assert len(booked) > 1_000
    assert served == booked


def test_two_parcels_hold_each_line_once(every_order: list[dict[str, Any]]):
    twice = [order for order in every_order if len(order["fulfillments"]) == 2]

    assert len(twice) > 300
    for order in twice:
        sent = [
            (line["lineItem"]["id"], line["quantity"])
            for parcel in order["fulfillments"]
            for line in parcel["fulfillmentLineItems"]["nodes"]
        ]
        assert len({line for line, _ in sent}) == len(sent)


def test_a_line_that_is_no_product_has_no_variant_and_one_in_another_case_has(every_order: list[dict[str, Any]]):
    lines = [line for order in every_order for line in order["lineItems"]["nodes"]]
    postage = [line for line in lines if line["sku"] == "POST"]
    lower = [line for line in lines if line["variant"] and line["sku"] != line["variant"]["sku"]]

    assert postage
    assert all(line["variant"] is None and not line["requiresShipping"] for line in postage)
    assert lower
    assert all(line["sku"].upper() == line["variant"]["sku"] for line in lower)


def test_fragments_aliases_directives_and_edges_are_honoured(served: Served):
    query = """
    query both($with: Boolean!) {
      newest: orders(first: 2, reverse: true, sortKey: CREATED_AT) {
        edges { cursor node { ...Short number: name @include(if: $with) } }
        pageInfo { hasNextPage endCursor }
      }
      node(id: "gid://shopify/Location/61001") { __typename id ... on Location { name } ... on Order { test } }
    }
    fragment Short on Order { __typename key: id name @skip(if: $with) }
    """
    data = served.ask(query, **{"with": True})["data"]

    edges = data["newest"]["edges"]
    assert [sorted(edge["node"]) for edge in edges] == [["__typename", "key", "number"]] * 2
    assert edges[1]["cursor"] == data["newest"]["pageInfo"]["endCursor"]
    assert data["node"] == {"__typename": "Location", "id": "gid://shopify/Location/61001", "name": "London"}


def test_a_query_that_the_schema_does_not_know_gets_an_error_with_its_place(served: Served):
    answer = served.ask("{ orders(first: 1) { nodes { id colour } } }")

    assert "data" not in answer
    assert "colour" in answer["errors"][0]["message"]
    assert answer["errors"][0]["locations"] == [{"line": 1, "column": 33}]


def test_a_field_without_records_is_an_error_and_not_a_guess(served: Served):
    answer = served.ask("{ orders(first: 1) { nodes { id totalPriceSet { shopMoney { amount } } } } }")

    assert "Order.totalPriceSet" in answer["errors"][0]["message"]
    assert "data" not in answer


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("{ orders { nodes { id } } }", "first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "250"),
        ('{ orders(first: 1, after: "bm8=") { nodes { id } } }', "cursor"),
        ('{ orders(first: 1, query: "updated_at:>=soon") { nodes { id } } }', "timestamp"),
        ('{ orders(first: 1, query: "tag:blue") { nodes { id } } }', "tag"),
        ("query a($n: Int!) { orders(first: $n) { nodes { id } } }", "$n"),
        ("{ orders(first: 1) { nodes { id } }", "Syntax Error"),
    ],
)
def test_a_bad_question_is_told_what_is_wrong(served: Served, query: str, says: str):
    assert says in served.ask(query)["errors"][0]["message"]


def test_a_wrong_token_is_refused_as_shopify_refuses_it(served: Served):
    answer = served.post(LOCATIONS, {"first": 1}, token="another")

    assert answer.status_code == 401
    assert answer.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


def test_every_answer_carries_the_stores_own_time(served: Served):
    dates = {
        answer.headers["Date"] for answer in (httpx.get(f"{served.url}/clock"), served.post(LOCATIONS, {"first": 1}))
    }

    assert dates == {"Thu, 30 Jun 2011 05:00:00 GMT"}


@pytest.mark.parametrize(
    ("query", "points"),
    [
        ('{ product(id: "x") { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }', 25),
        (
            '{ location(id: "x") { inventoryLevels(first: 100) { pageInfo { hasNextPage } edges { cursor node { id'
            ' quantities(names: "available") { quantity } item { id variant { id product { id } } } } } } } }',
            48,
        ),
        (
            "{ products(first: 100) { pageInfo { hasNextPage } edges { cursor node { legacyResourceId media(first: 1)"
            " { edges { node { mediaContentType ... on MediaImage { id image { url } } } } } } } } }",
            47,
        ),
        (
            '{ catalog(id: "x") { id priceList { id currency prices(first: 100) { edges { cursor node { variant { id'
            " product { id } } price { amount } compareAtPrice { amount } } } pageInfo { hasNextPage } } } } }",
            31,
        ),
        (
            '{ catalog(id: "x") { id publication { id products(first: 250) { edges { cursor node { id } } pageInfo'
            " { hasNextPage } } } } }",
            15,
        ),
        (
            "{ orders(first: 150) { pageInfo { hasNextPage } edges { cursor node { legacyResourceId channel { name }"
            " totalPriceSet { shopMoney { amount currencyCode } } customAttributes { key value } risk { assessments"
            " { riskLevel } } displayAddress { countryCodeV2 } shippingAddress { countryCodeV2 } billingAddress"
            " { countryCodeV2 } totalTaxSet { presentmentMoney { amount } shopMoney { amount } }"
            " taxLines { channelLiable } purchasingEntity { ... on PurchasingCompany { company { id } } } } } } }",
            112,
        ),
    ],
)
def test_queries_cost_what_was_published_for_them(query: str, points: int):
    schema = published_schema()
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(schema, (), {})
    assert not isinstance(variables, list)
    assert schema.query_type is not None

    assert requested_cost(Planner(schema, {}, variables).select(schema.query_type, [operation.selection_set])) == points


def test_a_query_over_a_thousand_points_is_refused(served: Served):
    lines = "lineItems(first: 50) { nodes { id } }"
    deep = f"{{ orders(first: 250) {{ nodes {{ fulfillmentOrders(first: 250) {{ nodes {{ {lines} }} }} }} }} }}"
    answer = served.ask(deep)

    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert answer["errors"][0]["extensions"]["cost"] > 1_000
    assert "data" not in answer


def test_an_empty_bucket_throttles_and_fills_again(tmp_path: Path):
    lend_world(tmp_path / "root")
    for store in serve(tmp_path / "root", "--bucket-points", "1000", "--restore-rate", "100"):
        answers = [store.ask(ORDERS, first=250) for _ in range(8)]
        refused = next(answer for answer in answers if "errors" in answer)
        assert refused["errors"][0]["message"] == "Throttled"
        assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
        cost = refused["extensions"]["cost"]
        assert cost["actualQueryCost"] is None
        status = cost["throttleStatus"]
        assert status["maximumAvailable"] == 1000
        assert status["restoreRate"] == 100
        assert status["currentlyAvailable"] < cost["requestedQueryCost"] <= 1000
        spent = answers[0]["extensions"]["cost"]
        assert 0 < spent["actualQueryCost"] <= spent["requestedQueryCost"]


@pytest.mark.parametrize(("kind", "status"), [("status_429", 429), ("status_500", 500), ("status_401", 401)])
def test_a_fault_happens_as_often_as_ordered(served: Served, kind: str, status: int):
    httpx.post(f"{served.url}/faults", json={"kind": kind, "times": 2})

    assert [served.post(LOCATIONS, {"first": 1}).status_code for _ in range(3)] == [status, status, 200]


def test_a_hanging_store_says_nothing_and_a_broken_one_half(served: Served):
    httpx.post(f"{served.url}/faults", json={"kind": "hang", "times": 1})
    body = {"query": LOCATIONS, "variables": {"first": 3}}
    headers = {"X-Shopify-Access-Token": TOKEN}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(served.url + GRAPHQL, json=body, headers=headers, timeout=0.5)

    httpx.post(f"{served.url}/faults", json={"kind": "close_mid_body", "times": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(served.url + GRAPHQL, json=body, headers=headers)

    assert served.post(LOCATIONS, {"first": 3}).status_code == 200


def test_the_shops_front_page_says_what_is_there_and_leads_to_products(served: Served):
    page = httpx.get(f"{served.url}/")
    assert page.status_code == 200
    assert "/admin/api/2026-07/graphql.json" in page.text
    first = page.text.partition('<li><a href="')[2].partition('"')[0]
    assert httpx.get(f"{served.url}{first}").status_code == 200


def test_the_public_pages_are_those_that_the_catalogue_links_to(served: Served):
    product = next(
        each
        for each in served.all_nodes(PRODUCTS, "products", first=250, query="updated_at:>='2011-01-01'")
        if each["status"] == "ACTIVE"
    )
    image = product["featuredMedia"]["preview"]["image"]["url"]
    variant = product["variants"]["nodes"][0]["id"].rpartition("/")[2]

    assert product["title"] in httpx.get(f"{served.url}/products/{product['handle']}").text
    assert httpx.get(image).headers["Content-Type"] == "image/svg+xml"
    assert "2 x" in httpx.get(f"{served.url}/cart/{variant}:2").text
    assert httpx.get(f"{served.url}/products/nothing-like-it").status_code == 404
    assert httpx.get(f"{served.url}/cart/{variant}:0").status_code == 404


def test_a_clock_that_is_no_time_moves_nothing(served: Served):
    before = httpx.get(f"{served.url}/clock").json()
    for moment in ("tomorrow", "2009-01-01T00:00", None):
        assert httpx.post(f"{served.url}/clock", json={"clock": moment}).status_code == 400

    assert httpx.get(f"{served.url}/clock").json() == before
    assert iso(json.loads((served.root / "state.json").read_text())["clock"]) == before["clock"]


def test_the_other_shops_have_pages_and_carts_of_their_own(served: Served):
    products = served.all_nodes(PRODUCTS, "products", first=250, query="updated_at:>='2011-01-01'")
    carts = {"woocommerce": "/?add-to-cart=", "bigcommerce": "/cart.php?action=add&product_id="}
    for shop, cart in carts.items():
        pages = (httpx.get(f"{served.url}/{shop}/products/{each['handle']}/").text for each in products)
        page = unescape(next(page for page in pages if "Add to cart" in page))
        link = page.partition(f"/{shop}{cart}")[2].partition('"')[0]
        assert link.isdigit()
        title = page.partition("<h1>")[2].partition("</h1>")[0]
        assert f"1 x {title}" in unescape(httpx.get(f"{served.url}/{shop}{cart}{link}").text)
        assert httpx.get(f"{served.url}/{shop}/products/nothing-like-it").status_code in (401, 404)
