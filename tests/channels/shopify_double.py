"""A loopback shop that answers the published schema, counts its points, and misbehaves when asked to.

Written from the contract alone: it shares no code with the client, and every request is validated with graphql-core.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    build_client_schema,
    execute,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

TOKEN = "shpat_double"
SCHEMA_FILE = files("sample_store") / "data" / "shopify_admin_graphql_2026-07.introspection.json.gz"


@cache
def schema() -> GraphQLSchema:
    return build_client_schema(json.loads(gzip.decompress(SCHEMA_FILE.read_bytes()))["data"], assume_valid=True)


@cache
def checked(query: str) -> tuple[Any, list[str]]:
    """Return the parsed query and what the published schema has against it."""
    document = parse(query)
    return document, [error.message for error in validate(schema(), document)]


def gid(kind: str, number: int | str) -> str:
    return f"gid://shopify/{kind}/{number}"


def order(number: int, *, updated_at: str = "2011-06-01T10:00:00Z", lines: int = 2, parcels: int = 1) -> dict[str, Any]:
    """Return an order whose line ``i`` sells ``i`` units of ``SKU-i``; parcels split its lines between them."""
    money = {"shopMoney": {"amount": "2.50", "currencyCode": "GBP"}}
    items = [
        {
            "id": gid("LineItem", f"{number}-{i}"), "sku": f"SKU-{i}", "name": f"Thing {i}", "quantity": i,
            "currentQuantity": i,
            "requiresShipping": True, "variant": {"id": gid("ProductVariant", i)},
            "originalUnitPriceSet": money, "discountedUnitPriceSet": money,
        }
        for i in range(1, lines + 1)
    ]  # fmt: skip
    return {
        "id": gid("Order", number), "name": f"#{number}", "createdAt": updated_at, "processedAt": updated_at,
        "updatedAt": updated_at, "cancelledAt": None, "cancelReason": None, "test": False, "currencyCode": "GBP",
        "customAttributes": [
            {"key": "gift note", "value": "For Ada"}, {"key": "stockroom_notice", "value": f"{number:032x}"},
        ],
        "customer": None, "shippingAddress": {"countryCodeV2": "GB"},
        "fulfillmentOrders": [
            {"id": gid("FulfillmentOrder", number), "assignedLocation": {"location": {"id": gid("Location", 1)}}}
        ],
        "lineItems": items,
        "refunds": [],
        "fulfillments": [
            {
                "id": gid("Fulfillment", f"{number}-{p}"), "createdAt": updated_at, "status": "SUCCESS",
                "location": {"id": gid("Location", 1)},
                "fulfillmentLineItems": [
                    {"id": gid("FulfillmentLineItem", f"{number}-{p}-{i}"), "quantity": i + 1, "lineItem": item}
                    for i, item in enumerate(items) if i % parcels == p
                ],
            }
            for p in range(parcels)
        ],
    }  # fmt: skip


def product(number: int, *, updated_at: str = "2011-06-01T10:00:00Z", variants: int = 1) -> dict[str, Any]:
    return {
        "id": gid("Product", number), "title": f"Thing {number}", "handle": f"thing-{number}", "productType": "Gifts",
        "vendor": "S01", "status": "ACTIVE", "updatedAt": updated_at, "featuredMedia": None,
        "variants": [
            {
                "id": gid("ProductVariant", f"{number}{v:02}"), "sku": f"SKU-{number}-{v}", "title": "Default",
                "price": "2.50",
                "barcode": None, "updatedAt": updated_at,
                "inventoryItem": {
                    "id": gid("InventoryItem", f"{number}{v:02}"), "unitCost": {"amount": "1.00", "currencyCode": "GBP"}
                },
            }
            for v in range(variants)
        ],
    }  # fmt: skip


def inventory_item(number: int, *, available: int = 5) -> dict[str, Any]:
    return {
        "id": gid("InventoryItem", number), "sku": f"SKU-{number}", "updatedAt": "2011-06-01T10:00:00Z",
        "inventoryLevels": [
            {
                "id": gid("InventoryLevel", f"{number}-1"), "updatedAt": "2011-06-01T10:00:00Z",
                "location": {"id": gid("Location", 1)}, "quantities": [{"name": "available", "quantity": available}],
            }
        ],
    }  # fmt: skip


def location(number: int, name: str = "London") -> dict[str, Any]:
    return {
        "id": gid("Location", number), "name": name, "isActive": True, "fulfillsOnlineOrders": True,
        "address": {"address1": "1 High Street", "city": name, "zip": "N1", "countryCode": "GB"},
    }  # fmt: skip


@dataclass
class Asked:
    """One request as the shop saw it."""

    operation: str
    variables: dict[str, Any]
    points: float


@dataclass
class Shop:
    """What the shop holds, how it behaves, and what it was asked."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    inventory_items: list[dict[str, Any]] = field(default_factory=list)
    locations: list[dict[str, Any]] = field(default_factory=lambda: [location(1)])
    clock: datetime = datetime(2011, 6, 30, 5, 0, tzinfo=UTC)
    growth: float = 1.0
    """Cost of a connection of n objects grows with n ** growth: 1 is the strictest published rule."""
    bucket_points: float = 20_000
    points_per_second: float = 10_000
    available_points: float = 20_000
    monotonic: Callable[[], float] = time.monotonic
    faults: list[Callable[[Answerer], None]] = field(default_factory=list)
    """Each spoils one answer, in turn."""
    before_answer: Callable[[Shop, Asked], None] | None = None
    asked: list[Asked] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Error codes that the shop answered."""
    roots: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """What else queries and mutations name at their outermost."""
    files: Callable[[BaseHTTPRequestHandler], None] | None = None
    """Answers GET, where the shop has files."""
    url: str = ""
    _filled_at: float | None = None

    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def take(self, points: float) -> bool:
        now = self.monotonic()
        if self._filled_at is not None:
            refill = (now - self._filled_at) * self.points_per_second
            self.available_points = min(self.bucket_points, self.available_points + refill)
        self._filled_at = now
        if points > self.available_points:
            return False
        self.available_points -= points
        return True

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        document, errors = checked(request["query"])
        if errors:
            self.refused.append("INVALID")
            return {"errors": [{"message": message} for message in errors]}
        asked = Asked(request["operationName"], request["variables"], self._points(document, request["variables"]))
        self.asked.append(asked)
        if self.before_answer:
            self.before_answer(self, asked)
        if asked.points > 1000:
            return self._error(
                "MAX_COST_EXCEEDED", f"Query cost is {asked.points}, which exceeds the single query max cost"
            )
        if not self.take(asked.points):
            return self._error("THROTTLED", "Throttled", asked.points)
        result = execute(
            schema(), document, root_value=self, variable_values=request["variables"], field_resolver=_resolve
        )
        assert not result.errors, result.errors
        return {"data": result.data, **self._cost(asked.points)}

    def _error(self, code: str, message: str, points: float | None = None) -> dict[str, Any]:
        self.refused.append(code)
        cost = self._cost(points) if points is not None else {}
        return {"errors": [{"message": message, "extensions": {"code": code}}], **cost}

    def _cost(self, points: float) -> dict[str, Any]:
        status = {
            "maximumAvailable": self.bucket_points,
            "currentlyAvailable": self.available_points,
            "restoreRate": self.points_per_second,
        }
        return {
            "extensions": {"cost": {"requestedQueryCost": points, "actualQueryCost": points, "throttleStatus": status}}
        }

    def _points(self, document: Any, variables: dict[str, Any]) -> float:
        fragments = {item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)}
        operation = next(item for item in document.definitions if isinstance(item, OperationDefinitionNode))

        def cost(selections: Any, parent: GraphQLObjectType) -> float:
            total = 0.0
            for node in selections.selections:
                if isinstance(node, InlineFragmentNode):
                    total += cost(node.selection_set, schema().type_map[node.type_condition.name.value])
                    continue
                if not isinstance(node, FieldNode):
                    total += cost(fragments[node.name.value].selection_set, parent)
                    continue
                if node.selection_set is None or node.name.value == "pageInfo":
                    continue
                kind = get_named_type(parent.fields[node.name.value].type)
                below = cost(node.selection_set, kind) if not is_leaf_type(kind) else 0.0
                if kind.name.endswith("Connection"):
                    total += 2 + argument(node, "first") ** self.growth * below
                else:
                    total += 1 + below
            return total

        def argument(node: FieldNode, name: str) -> int:
            value = next(item.value for item in node.arguments if item.name.value == name)
            if isinstance(value, VariableNode):
                return int(variables[value.name.value])
            assert isinstance(value, IntValueNode)
            return int(value.value)

        is_mutation = operation.operation is OperationType.MUTATION
        return cost(operation.selection_set, schema().mutation_type if is_mutation else schema().query_type)


def _resolve(source: Any, info: Any, **arguments: Any) -> Any:
    kind = info.return_type.of_type if isinstance(info.return_type, GraphQLNonNull) else info.return_type
    if isinstance(source, Shop) and info.field_name in source.roots:
        return source.roots[info.field_name](**arguments)
    if isinstance(source, Shop):
        if info.field_name in ("ordersCount", "productsCount"):
            records = source.orders if info.field_name == "ordersCount" else source.products
            return {"count": min(len(records), arguments["limit"]), "precision": "EXACT"}
        if "id" in arguments:
            return _by_id(source, arguments["id"])
        records = {
            "orders": source.orders, "products": source.products,
            "inventoryItems": source.inventory_items, "locations": source.locations,
        }[info.field_name]  # fmt: skip
        for sign, moment in re.findall(r"updated_at:(>=|<)'([^']+)'", arguments.get("query") or ""):
            records = [
                item
                for item in records
                if (item["updatedAt"] >= moment if sign == ">=" else item["updatedAt"] < moment)
            ]
        records = sorted(records, key=lambda item: (item.get("updatedAt", ""), item["id"]))
        return _page(records, arguments)
    value = source.get(info.field_name)
    if not isinstance(kind, GraphQLList) and get_named_type(kind).name.endswith("Connection"):
        return _page(value, arguments)
    return value


def _page(records: list[dict[str, Any]], arguments: dict[str, Any]) -> dict[str, Any]:
    def cursor(item: dict[str, Any]) -> str:
        return f"{item.get('updatedAt', '')}|{item['id']}"

    if arguments.get("after"):
        cursors = [cursor(item) for item in records]
        if arguments["after"] in cursors:
            records = records[cursors.index(arguments["after"]) + 1 :]
        else:  # the record behind the cursor has changed and stands elsewhere now
            records = [item for item in records if cursor(item) > arguments["after"]]
    nodes = records[: arguments["first"]]
    return {
        "nodes": nodes,
        "pageInfo": {"hasNextPage": len(records) > len(nodes), "endCursor": cursor(nodes[-1]) if nodes else None},
    }


def _by_id(shop: Shop, wanted: str) -> Any:
    found = [shop.orders, shop.products, shop.inventory_items]
    for item in shop.orders:
        found += [item["refunds"], item["fulfillments"]]
    return next((item for items in found for item in items if item["id"] == wanted), None)


class Answerer(BaseHTTPRequestHandler):
    """Speaks HTTP for the shop that the server holds."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second would wait 40 ms for the first's receipt

    def do_POST(self) -> None:
        shop: Shop = self.server.shop
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if shop.faults:
            shop.faults.pop(0)(self)
            return
        if self.headers.get("X-Shopify-Access-Token") != TOKEN:
            self.reply(401, {"errors": "[API] Invalid API key or access token"})
            return
        self.reply(200, shop.answer(json.loads(body)))

    def do_GET(self) -> None:
        shop: Shop = self.server.shop
        assert shop.files is not None
        shop.files(self)

    def reply(self, status: int, answer: Any, *, headers: dict[str, str] | None = None) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.head(status, len(content), headers or {})
        self.wfile.write(content)

    def head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Date", format_datetime(self.server.shop.clock, usegmt=True))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def status(code: int, **headers: str) -> Callable[[Answerer], None]:
    """Spoil an answer: this status, with headers such as ``retry_after="2"``."""
    return lambda answerer: answerer.reply(
        code, {}, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


def hang(seconds: float) -> Callable[[Answerer], None]:
    """Spoil an answer: silence, then the line goes dead."""

    def fault(answerer: Answerer) -> None:
        time.sleep(seconds)
        answerer.close_connection = True

    return fault


def close_mid_body(answerer: Answerer) -> None:
    """Spoil an answer: half of one."""
    answerer.head(200, 1000, {})
    answerer.wfile.write(b'{"data": {"orders": {"nodes": [')
    answerer.close_connection = True


def says(content: bytes | dict[str, Any]) -> Callable[[Answerer], None]:
    """Spoil an answer: status 200 with this instead."""
    return lambda answerer: answerer.reply(200, content)


@contextmanager
def serve(shop: Shop) -> Iterator[Shop]:
    """Let ``shop`` answer on a free loopback port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answerer)
    server.daemon_threads = True
    server.shop = shop
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
