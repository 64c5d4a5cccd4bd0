"""The bulk operations of the loopback shop: what they come to, in turn, and the files that they make."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.channels.shopify_double import Answerer, Shop, checked, gid


def refund(number: int, lines: int) -> dict[str, Any]:
    return {
        "id": gid("Refund", number), "createdAt": "2011-06-02T10:00:00Z",
        "refundLineItems": [
            {
                "id": gid("RefundLineItem", f"{number}-{i}"), "quantity": 1, "restockType": "RETURN",
                "lineItem": {"id": gid("LineItem", f"{number}-{i}")}, "location": {"id": gid("Location", 1)},
            }
            for i in range(lines)
        ],
    }  # fmt: skip


CONNECTIONS = ("fulfillmentOrders", "lineItems", "variants")
MADE_WITH: dict[str, list[str]] = {
    "lineItem": ["id"], "location": ["id"], "refunds": ["id", "createdAt"],
    "fulfillments": ["id", "createdAt", "status", "location"],
}  # fmt: skip


def only(value: Any, fields: list[str]) -> Any:
    """Return a document, or each of a list, with these fields alone."""
    return [only(each, fields) for each in value] if isinstance(value, list) else {name: value[name] for name in fields}


def lines_of(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a first file as Shopify makes it, each child right behind its parent."""
    found = []
    for record in records:
        found.append(
            {
                name: only(value, MADE_WITH[name]) if name in MADE_WITH else value
                for name, value in record.items()
                if name not in CONNECTIONS
            }
        )
        for name in CONNECTIONS:
            found += [{**child, "__parentId": record["id"]} for child in record.get(name, ())]
    return found


def parcels_of(orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a second file: orders for fulfilment, their parcels, the parcels' lines."""
    found: list[dict[str, Any]] = []
    for each in orders:
        above = each["fulfillmentOrders"][0]["id"]
        found.append({"id": above})
        for parcel in each["fulfillments"]:
            found.append({"id": parcel["id"], "__parentId": above})
            found += [
                {
                    "id": line["id"], "quantity": line["quantity"], "lineItem": {"id": line["lineItem"]["id"]},
                    "__parentId": parcel["id"],
                }
                for line in parcel["fulfillmentLineItems"]
            ]  # fmt: skip
    return found


@dataclass
class Bulk:
    """The operations of a shop: what they come to, in turn, and the files that they make."""

    shop: Shop
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the connection that is asked for: the lines."""
    ends: list[tuple[str, str | None]] = field(default_factory=list)
    """Status and error code of the first operations for orders or products; the others complete."""
    denied_aside: bool = False
    refusals: list[str] = field(default_factory=list)
    """What the first tries to begin one are answered."""
    gone: int = 0
    """So many of the first files cannot be fetched."""
    breaks_after: list[int] = field(default_factory=list)
    """Bytes after which the first answers with a file break off."""
    operations: list[dict[str, Any]] = field(default_factory=list)
    fetched: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request for a file."""

    def run(self, query: str, **_: Any) -> dict[str, Any]:
        assert checked(query)[1] == []
        if self.refusals:
            error = {"code": self.refusals.pop(0), "field": None, "message": "not now"}
            return {"bulkOperation": None, "userErrors": [error]}
        root = next(name for name in ("fulfillmentOrders(", "orders(", "products(") if f" {name}" in query)[:-1]
        status, code = ("COMPLETED", None)
        if root == "fulfillmentOrders":
            status, code = ("FAILED", "ACCESS_DENIED") if self.denied_aside else (status, code)
        elif self.ends:
            status, code = self.ends.pop(0)
        number = len(self.operations) + 1
        lines = self.files[root]
        self.operations.append(
            {
                "id": gid("BulkOperation", number), "status": status, "errorCode": code, "query": query,
                "createdAt": f"2011-06-30T04:{number:02}:00Z", "objectCount": str(len(lines)),
                "rootObjectCount": str(sum("__parentId" not in line for line in lines)),
                "url": f"{self.shop.url}/{root}-{number}.jsonl" if status == "COMPLETED" and lines else None,
            }
        )  # fmt: skip
        return {"bulkOperation": {**self.operations[-1], "status": "CREATED", "url": None}, "userErrors": []}

    def nodes(self, ids: list[str]) -> list[Any]:
        parts = [each for order in self.shop.orders for each in (*order["refunds"], *order["fulfillments"])]
        holders = {each["id"]: {**each, "__typename": each["id"].split("/")[3]} for each in parts}
        return [holders.get(wanted) for wanted in ids]

    def serve_file(self, answerer: Answerer) -> None:
        self.fetched.append(dict(answerer.headers.items()))
        if self.gone:
            self.gone -= 1
            answerer.reply(403, b"AccessDenied")
            return
        lines = self.files[answerer.path.strip("/").partition("-")[0]]
        content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        start = int(answerer.headers.get("Range", "bytes=0-")[6:-1])
        content = content[start:]
        answerer.head(206 if start else 200, len(content), {})
        if self.breaks_after:
            content = content[: self.breaks_after.pop(0)]
            answerer.close_connection = True
        answerer.wfile.write(content)


def in_bulk(shop: Shop) -> Bulk:
    """Let a shop make files of the orders that it holds now."""
    made = Bulk(shop, {"orders": lines_of(shop.orders), "fulfillmentOrders": parcels_of(shop.orders)})
    shop.files = made.serve_file
    shop.roots |= {
        "bulkOperationRunQuery": made.run,
        "bulkOperation": lambda id: next(each for each in made.operations if each["id"] == id),
        "bulkOperations": lambda **_: {"nodes": made.operations[::-1]},
        "nodes": made.nodes,
    }
    return made
