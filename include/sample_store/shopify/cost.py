"""What a query costs and what a client may spend.

Shopify publishes the rule in words: scalars and enums are free, an object costs 1, a connection is "sized by the first
and last arguments" (shopify.dev, "GraphQL Admin API rate limits"). How a connection is sized is not published: 2 plus
``floor(2 ln n)`` times the cost of a node, with money free, meets all seven figures that could be found, to the point:

* 25 for 250 variants with their inventory items (community.shopify.dev, thread 23101);
* 48, 31, 47, 112, 23 and 15 for six queries that microsoft/BCApps (pull request 5926) audited against version 2025-07.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from sample_store.shopify.plan import CONNECTION, LEAF, LIST, OBJECT, Selection

SINGLE_QUERY_LIMIT = 1_000
CONNECTION_COST = 2
FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})


def sized(count: int) -> int:
    """Return how many times its node's cost a connection of so many nodes is charged.

    >>> sized(1), sized(100), sized(250)
    (1, 9, 11)
    """
    return 0 if count <= 0 else max(1, math.floor(2 * math.log(count)))


def object_cost(selection: Selection) -> int:
    """Return the points of one object for itself, whatever is asked of it."""
    return 0 if selection.type_name in FREE_TYPES else 1


def requested_cost(selection: Selection) -> int:
    """Return what is asked of an object costs at most, known before the query runs."""
    if selection.by_type is not None:
        return max((requested_cost(each) for each in selection.by_type.values()), default=0)
    cost = 0
    for field in selection.fields:
        if field.selection is None:
            continue
        if field.kind in (OBJECT, LIST):
            cost += object_cost(field.selection) + requested_cost(field.selection)
        elif field.kind == CONNECTION:
            size = field.arguments.get("first") or field.arguments.get("last") or 0
            cost += CONNECTION_COST + sized(size) * _node_cost(field.selection)
    return cost


def _node_cost(connection: Selection) -> int:
    """Return the cost of one node of a connection, however it is reached (``nodes`` or ``edges { node }``)."""
    cost = 0
    for field in connection.fields:
        if field.selection is None or field.kind == LEAF:
            continue
        if field.name == "nodes":
            cost += object_cost(field.selection) + requested_cost(field.selection)
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
