"""The rates at which Amazon's operations may be asked: as published, then as each answer states them."""

from __future__ import annotations

from math import ceil

import httpx

from stockroom.channels.limits import Limit, Limits

PRECISION_SECONDS = 10_000
"""Buckets are stated for whole seconds; over so many of them a rate of 0.0056 requests a second is a whole number."""
HEADER = "x-amzn-ratelimit-limit"


def usage_plan(per_second: float, burst: int) -> Limit:
    """Return a rate, and how many requests may come at once, as a bucket.

    >>> usage_plan(0.0056, 20)
    Limit(requests=56, seconds=10000, burst=20)
    """
    return Limit(max(1, round(per_second * PRECISION_SECONDS)), PRECISION_SECONDS, burst=burst)


USAGE_PLANS = {
    "searchOrders": usage_plan(0.0056, 20),
    "getOrder": usage_plan(0.5, 30),
    "searchListingsItems": usage_plan(5, 5),
    "getListingsItem": usage_plan(5, 10),
    "patchListingsItem": usage_plan(5, 5),
    "getInventorySummaries": usage_plan(2, 2),
    "createFeedDocument": usage_plan(0.5, 15),
    "createFeed": usage_plan(0.0083, 15),
    "getFeed": usage_plan(2, 15),
    "getFeedDocument": usage_plan(0.0222, 10),
    "createReport": usage_plan(0.0167, 15),
    "getReports": usage_plan(0.0222, 10),
    "getReport": usage_plan(2, 15),
    "getReportDocument": usage_plan(0.0167, 15),
}
"""The default plans, as the contract states them."""


def learn(limits: Limits, operation: str, headers: httpx.Headers) -> None:
    """Go by the rate that an answer states; how many may come at once it never says."""
    try:
        per_second = float(headers.get(HEADER, ""))
    except ValueError:
        return
    known = limits.declared.get(operation)
    if known is not None and 0 < per_second < float("inf"):
        burst = max(USAGE_PLANS[operation].burst or 1, ceil(per_second))
        limits.learn(operation, usage_plan(per_second, burst))


def hold(limits: Limits, operation: str) -> None:
    """Wait as long as one request takes to come back: the bucket is empty, whoever emptied it.

    Somebody else may use the same application, and Amazon says no time to wait.
    """
    limit = limits.declared.get(operation)
    if limit is not None:
        limits.hold(operation, limit.seconds / limit.requests)
