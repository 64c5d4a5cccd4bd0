"""A shop with a long history, for ``bench_backfill.py``: its own files are on disk, its pages in memory.

``python history_shop.py FOLDER ORDERS file|pages`` makes what it serves, prints its port and serves until it is killed.
Every order has two lines and one parcel, every twentieth a refund; order ``n`` changed ``n`` steps after the beginning.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BEGINNING = NOW - timedelta(days=12 * 365)
PRICE = '{"shopMoney":{"amount":"2.50","currencyCode":"GBP"}}'
SEARCH = re.compile(r"updated_at:(>=|<)'([^']+)'")
COST = {
    "requestedQueryCost": 1000,
    "throttleStatus": {"maximumAvailable": 1e9, "currentlyAvailable": 1e9, "restoreRate": 1e9},
}
"""As dear as a query may be, so that the client asks for the 250 records of its first try and no more."""


def moment(number: int, orders: int) -> str:
    """Return when an order changed."""
    return f"{BEGINNING + (NOW - timedelta(days=1) - BEGINNING) * (number / orders):%Y-%m-%dT%H:%M:%SZ}"


def head(number: int, at: str) -> str:
    """Return an order's own fields but for those that stand behind its connections, open at the end."""
    return (
        f'{{"id":"gid://shopify/Order/{number}","name":"#{number}","createdAt":"{at}","processedAt":"{at}",'
        f'"updatedAt":"{at}","cancelledAt":null,"cancelReason":null,"test":false,"currencyCode":"GBP"'
    )


def lines(number: int) -> list[str]:
    """Return an order's two lines, open at the end."""
    return [
        f'{{"id":"gid://shopify/LineItem/{number}{place}","sku":"S{number % 4000}",'
        f'"name":"WHITE HANGING HEART T-LIGHT HOLDER","quantity":{place},"currentQuantity":{place},'
        f'"requiresShipping":true,"variant":{{"id":"gid://shopify/ProductVariant/{number % 4000}"}},'
        f'"originalUnitPriceSet":{PRICE},"discountedUnitPriceSet":{PRICE}'
        for place in (1, 2)
    ]


def place_of(number: int) -> str:
    """Return an order's order for fulfilment, open at the end."""
    return (
        f'{{"id":"gid://shopify/FulfillmentOrder/{number}",'
        '"assignedLocation":{"location":{"id":"gid://shopify/Location/1"}}'
    )


def parcel(number: int, at: str) -> str:
    """Return an order's parcel, open at the end."""
    return (
        f'{{"id":"gid://shopify/Fulfillment/{number}","createdAt":"{at}","status":"SUCCESS",'
        '"location":{"id":"gid://shopify/Location/1"}'
    )


def parcel_lines(number: int) -> list[str]:
    """Return the lines of an order's parcel, open at the end."""
    return [
        f'{{"id":"gid://shopify/FulfillmentLineItem/{number}{place}","quantity":{place},'
        f'"lineItem":{{"id":"gid://shopify/LineItem/{number}{place}"}}'
        for place in (1, 2)
    ]


def refund_line(number: int) -> str:
    """Return the one line of a refund, closed."""
    return (
        f'{{"id":"gid://shopify/RefundLineItem/{number}","quantity":1,"restockType":"RETURN",'
        f'"lineItem":{{"id":"gid://shopify/LineItem/{number}2"}},"location":{{"id":"gid://shopify/Location/1"}}}}'
    )


def refunds(number: int, at: str, *, whole: bool) -> str:
    """Return an order's refunds, with their lines or without."""
    if number % 20:
        return "[]"
    within = f',"refundLineItems":{{"nodes":[{refund_line(number)}]}}' if whole else ""
    return f'[{{"id":"gid://shopify/Refund/{number}","createdAt":"{at}"{within}}}]'


def write_files(folder: Path, orders: int) -> None:
    """Write the files of two operations: orders, and the parcels' lines."""
    with (folder / "orders.jsonl").open("w") as file, (folder / "fulfillmentOrders.jsonl").open("w") as aside:
        for number in range(1, orders + 1):
            at, above = moment(number, orders), f',"__parentId":"gid://shopify/Order/{number}"}}\n'
            found = [f'{head(number, at)},"refunds":{refunds(number, at, whole=False)},"fulfillments":[']
            found += [f"{parcel(number, at)}}}]}}\n", place_of(number), above]
            for line in lines(number):
                found += [line, above]
            file.write("".join(found))
            sent = f',"__parentId":"gid://shopify/Fulfillment/{number}"}}\n'
            found = [f'{{"id":"gid://shopify/FulfillmentOrder/{number}"}}\n{{"id":"gid://shopify/Fulfillment/{number}"']
            found += [f',"__parentId":"gid://shopify/FulfillmentOrder/{number}"}}\n']
            for line in parcel_lines(number):
                found += [line, sent]
            aside.write("".join(found))


def document(number: int, orders: int) -> bytes:
    """Return an order as a page holds it."""
    at = moment(number, orders)
    ended = '"pageInfo":{"hasNextPage":false,"endCursor":null}'
    own = ",".join(f"{line}}}" for line in lines(number))
    sent = ",".join(f"{line}}}" for line in parcel_lines(number))
    back = refunds(number, at, whole=True).replace('{"nodes"', f'{{{ended},"nodes"')
    return (
        f'{head(number, at)},"fulfillmentOrders":{{{ended},"nodes":[{place_of(number)}}}]}},'
        f'"lineItems":{{{ended},"nodes":[{own}]}},"refunds":{back},"fulfillments":[{parcel(number, at)},'
        f'"fulfillmentLineItems":{{{ended},"nodes":[{sent}]}}}}]}}'
    ).encode()


class HistoryShop(ThreadingHTTPServer):
    """What the shop holds and has begun."""

    daemon_threads = True

    def __init__(self, folder: Path, orders: int, *, has_files: bool) -> None:
        super().__init__(("127.0.0.1", 0), Answerer)
        self.folder, self.orders, self.has_files = folder, orders, has_files
        self.operations: list[dict[str, Any]] = []
        if has_files:
            write_files(folder, orders)
        self.moments = [] if has_files else [moment(number, orders) for number in range(1, orders + 1)]
        self.documents = [] if has_files else [document(number, orders) for number in range(1, orders + 1)]

    def answer(self, name: str, variables: dict[str, Any]) -> bytes:
        """Return what a query is answered."""
        if name == "orders":
            return self.page(variables)
        if name == "lines_within":
            wanted = [text.rpartition("/")[2] for text in variables["ids"]]
            nodes = ",".join(
                f'{{"id":"gid://shopify/Refund/{number}","refundLineItems":{{"pageInfo":{{"hasNextPage":false,'
                f'"endCursor":null}},"nodes":[{refund_line(int(number))}]}}}}'
                for number in wanted
            )
            return f'{{"data":{{"nodes":[{nodes}]}}}}'.encode()
        empty: dict[str, Any] = {"nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}
        known: dict[str, dict[str, Any]] = {
            "orders_count": {"ordersCount": {"count": 10_000 if self.has_files else 0}},
            "products_count": {"productsCount": {"count": 0}},
            "bulk_operations": {"bulkOperations": {"nodes": self.operations[::-1]}},
        }
        data = known.get(name, dict.fromkeys(("locations", "products", "inventoryItems"), empty))
        if name == "bulk_run":
            data = {"bulkOperationRunQuery": {"bulkOperation": self.begin(variables["query"]), "userErrors": []}}
        return orjson.dumps({"data": data})

    def begin(self, query: str) -> dict[str, Any]:
        """Return an operation, finished as soon as it is begun."""
        root = "fulfillmentOrders" if "includeClosed" in query else "orders"
        number = len(self.operations) + 1
        operation = {
            "id": f"gid://shopify/BulkOperation/{number}", "status": "COMPLETED", "errorCode": None, "query": query,
            "createdAt": f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "objectCount": str(4 * self.orders),
            "rootObjectCount": str(self.orders), "url": f"http://127.0.0.1:{self.server_port}/{root}.jsonl",
        }  # fmt: skip
        self.operations.append(operation)
        return operation

    def page(self, variables: dict[str, Any]) -> bytes:
        """Return one page of orders."""
        chosen = range(len(self.documents))
        for sign, text in SEARCH.findall(variables["query"] or ""):
            found = [each for each in chosen if (self.moments[each] >= text) == (sign == ">=")]
            chosen = range(found[0], found[-1] + 1) if found else range(0)
        start = int(variables["after"] or chosen.start)
        stop = min(start + 250, chosen.stop)
        info = f'{{"hasNextPage":{"true" if stop < chosen.stop else "false"},"endCursor":"{stop}"}}'
        nodes = b",".join(self.documents[start:stop])
        return b'{"data":{"orders":{"pageInfo":%b,"nodes":[%b]}},"extensions":{"cost":%b}}' % (
            info.encode(), nodes, orjson.dumps(COST)
        )  # fmt: skip


class Answerer(BaseHTTPRequestHandler):
    """Speaks HTTP for the shop."""

    server: HistoryShop
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer a query."""
        asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = self.server.answer(asked["operationName"], asked["variables"])
        self.head(len(content))
        self.wfile.write(content)

    def do_GET(self) -> None:
        """Send a file."""
        with (self.server.folder / self.path.strip("/")).open("rb") as file:
            size = Path(file.name).stat().st_size
            self.head(size)
            self.connection.sendfile(file)

    def head(self, length: int) -> None:
        """Send the head of an answer."""
        self.send_response_only(200)
        self.send_header("Date", format_datetime(NOW, usegmt=True))
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    shop = HistoryShop(Path(sys.argv[1]), int(sys.argv[2]), has_files=sys.argv[3] == "file")
    print(shop.server_port, flush=True)
    shop.serve_forever()
