"""Shopify's limit: a bucket of points that refills by the second, and a bound on what one query may ask for.

https://shopify.dev/docs/api/usage/limits#graphql-admin-api-rate-limits. Every answer reports the bucket, so that the
client waits before it is empty; ``THROTTLED`` answers say the same once it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

QUERY_POINTS = 1_000
"""Most that a single query may ask for, whatever the shop's plan."""
RECORDS_A_PAGE = 250
"""Most that a connection gives."""
MARGIN_SECONDS = 0.02
"""Added to every wait: the shop's clock and ours round differently, and a wait a hair too short is a refusal."""


class TooCostlyError(Exception):
    """Shopify refuses the query because it might return too much; a smaller page may pass."""


@dataclass(frozen=True)
class Bucket:
    """The bucket as an answer reported it."""

    maximum_points: float
    available_points: float
    points_per_second: float
    seen_at: float
    """Seconds of the same monotonic clock that is asked how long to wait."""

    def seconds_until(self, points: float, *, now: float) -> float:
        """Return how long to wait until the bucket holds ``points``.

        >>> Bucket(1000, 100, 50, seen_at=0).seconds_until(400, now=2)
        4.02
        """
        points = min(points, self.maximum_points)
        available = self.available_points + (now - self.seen_at) * self.points_per_second
        if available >= points:
            return 0.0
        return (points - available) / max(self.points_per_second, 1.0) + MARGIN_SECONDS

    @property
    def query_points(self) -> float:
        """Return the most that one query may ask of this bucket."""
        return min(QUERY_POINTS, self.maximum_points)


@dataclass(frozen=True)
class Cost:
    """What a query asked for, and what that left."""

    requested_points: float
    bucket: Bucket


def cost_of(answer: dict[str, Any], *, now: float) -> Cost | None:
    """Return the cost that an answer reports, or None where it reports none."""
    try:
        cost = answer["extensions"]["cost"]
        status = cost["throttleStatus"]
        return Cost(
            requested_points=float(cost["requestedQueryCost"]),
            bucket=Bucket(
                maximum_points=float(status["maximumAvailable"]),
                available_points=float(status["currentlyAvailable"]),
                points_per_second=float(status["restoreRate"]),
                seen_at=now,
            ),
        )
    except (KeyError, TypeError, ValueError):
        return None


def next_page_size(size: int, cost: Cost) -> int:
    """Return how many records to ask for next, given what ``size`` records cost.

    A page's cost grows at most in proportion to its records, so the next one stays within what a query may ask for.

    >>> next_page_size(10, Cost(300, Bucket(2000, 1700, 100, seen_at=0)))
    33
    """
    affordable = int(size * cost.bucket.query_points / max(cost.requested_points, 1.0))
    return max(1, min(RECORDS_A_PAGE, affordable))
