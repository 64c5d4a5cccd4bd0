"""A shop with a great many orders, for measuring alone: WooCommerce's list of orders, made up as it is asked for.

Order n comes in n x 86,400 / ORDERS_A_DAY seconds after midnight and is completed six hours later, which changes it.
Written from the contract; shares nothing with the client. ``python busy_shop.py PORT``.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs

import orjson
import uvicorn

ORDERS_A_DAY, COMPLETED_AFTER, LINES, PRODUCTS = 100_000, 6 * 3600, 3, 2_000
MIDNIGHT = int(datetime(2011, 7, 1, tzinfo=UTC).timestamp())
SECONDS_AN_ORDER = 86_400 / ORDERS_A_DAY

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class BusyShop:
    """An ASGI application with a clock that only its asker moves."""

    def __init__(self) -> None:
        self.clock = MIDNIGHT

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        found = 0
        document: list[dict[str, Any]] = []
        if scope["path"] == "/clock":
            self.clock = int(query["at"])
        elif scope["path"].endswith("/orders"):
            found, document = self.orders(query)
        pages = -(-found // int(query.get("per_page", 10)))
        headers = {
            "Content-Type": "application/json",
            "Date": format_datetime(datetime.fromtimestamp(self.clock, UTC), usegmt=True),
            "X-WP-Total": str(found),
            "X-WP-TotalPages": str(pages),
        }
        coded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": coded})
        await send({"type": "http.response.body", "body": orjson.dumps(document)})

    def orders(self, query: dict[str, str]) -> tuple[int, list[dict[str, Any]]]:
        """Return how many orders changed within a window, and one page of them, by number."""
        after, before = (self._moment(query, name) for name in ("modified_after", "modified_before"))
        before = min(before, self.clock + 1)
        done_before = max(0, self.clock - COMPLETED_AFTER)
        # Made within the window and not completed yet; completed within it. Numbers rise with both.
        made = range(_first_after(max(after, done_before)), _first_after(before - 1))
        done = range(_first_after(after - COMPLETED_AFTER), _first_after(min(before - 1, self.clock) - COMPLETED_AFTER))
        size, page = int(query.get("per_page", 10)), int(query.get("page", 1))
        chosen = range((page - 1) * size, page * size)
        numbers = [
            done[place] if place < len(done) else made[place - len(done)]
            for place in chosen
            if place < len(done) + len(made)
        ]
        return len(done) + len(made), [self._order(number) for number in numbers]

    def _moment(self, query: dict[str, str], name: str) -> int:
        return (
            int(datetime.fromisoformat(query[name]).replace(tzinfo=UTC).timestamp()) if name in query else MIDNIGHT - 1
        )

    def _order(self, number: int) -> dict[str, Any]:
        made = made_at(number)
        completed = made + COMPLETED_AFTER if made + COMPLETED_AFTER <= self.clock else None
        lines = [
            {
                "id": number * LINES + line,
                "name": "A product",
                "product_id": (number * 7 + line) % PRODUCTS,
                "variation_id": 0,
                "quantity": 1 + (number + line) % 3,
                "subtotal": "9.90",
                "total": "9.90",
                "sku": f"SKU-{(number * 7 + line) % PRODUCTS:05}",
                "price": 9.9,
                "meta_data": [],
                "taxes": [],
            }
            for line in range(LINES)
        ]
        return {
            "id": number + 1,
            "number": str(number + 1),
            "status": "completed" if completed else "processing",
            "currency": "GBP",
            "date_created_gmt": _iso(made),
            "date_modified_gmt": _iso(completed or made),
            "date_completed_gmt": _iso(completed) if completed else None,
            "total": "29.70",
            "billing": {"country": "GB"},
            "shipping": {"country": "GB"},
            "line_items": lines,
            "shipping_lines": [],
            "fee_lines": [],
            "refunds": [],
            "meta_data": [],
        }


def made_at(number: int) -> int:
    """Return the second in which an order came in."""
    return MIDNIGHT + int(number * SECONDS_AN_ORDER)


def _first_after(moment: float) -> int:
    """Return the number of the first order that came in after a second, never below 0."""
    number = max(0, int((moment + 1 - MIDNIGHT) / SECONDS_AN_ORDER) - 2)
    while made_at(number) <= moment:
        number += 1
    return number


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S")


if __name__ == "__main__":
    uvicorn.run(BusyShop(), port=int(sys.argv[1]), log_level="error", date_header=False)
