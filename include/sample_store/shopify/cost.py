"""What a query costs and what a client may spend, by Shopify's published rule.

Scalars and enums are free, an object costs 1, a connection costs 2 and its nodes as often as ``first`` or ``last`` asks for
(shopify.dev, "GraphQL Admin API rate limits"; Shopify Engineering, "Rate Limiting GraphQL APIs by Calculating Query Complexity").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sample_store.shopify.plan import CONNECTION, LEAF, LIST, OBJECT, Selection

SINGLE_QUERY_LIMIT = 1_000
CONNECTION_COST = 2


def requested_cost(selection: Selection) -> int:
    """Return what a query costs at most, known before it runs."""
    if selection.by_type is not None:
        return max((requested_cost(each) for each in selection.by_type.values()), default=0)
    cost = 0
    for field in selection.fields:
        if field.selection is None:
            continue
        if field.kind in (OBJECT, LIST):
            cost += 1 + requested_cost(field.selection)
        elif field.kind == CONNECTION:
            size = field.arguments.get("first") or field.arguments.get("last") or 0
            cost += CONNECTION_COST + size * _node_cost(field.selection)
    return cost


def _node_cost(connection: Selection) -> int:
    """Return the cost of one node of a connection, however it is reached (``nodes`` or ``edges { node }``)."""
    cost = 0
    for field in connection.fields:
        if field.selection is None or field.kind == LEAF:
            continue
        if field.name == "nodes":
            cost += 1 + requested_cost(field.selection)
        elif field.name == "edges":
            cost += requested_cost(field.selection)
    return cost


@dataclass
class Bucket:
    """A leaky bucket of points, refilled as real seconds pass."""

    size: float
    restore_rate: float
    """Points a second."""
    available: float
    seen_at: float
    """Monotonic seconds at which ``available`` was true."""

    def refill(self, now: float) -> None:
        """Let the points in that came back since the last look."""
        self.available = min(self.size, self.available + (now - self.seen_at) * self.restore_rate)
        self.seen_at = now

    def status(self) -> dict[str, Any]:
        """Return Shopify's ``throttleStatus``."""
        return {
            "maximumAvailable": float(self.size),
            "currentlyAvailable": int(self.available),
            "restoreRate": float(self.restore_rate),
        }
