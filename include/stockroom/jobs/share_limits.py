"""Lend channels' connections the warehouse's buckets: what one process takes of a quota no other takes again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from stockroom.channels.limits import Limit, kept_in
from stockroom.settings import Settings
from stockroom.warehouse.channel_limits import BucketRow, SharedBuckets, open_buckets


@contextmanager
def shared_limits(settings: Settings) -> Iterator[None]:
    """Share the slow limits of every connection that is opened in this block."""
    with open_buckets(settings.warehouse_url) as buckets, kept_in(_Ledger(buckets)):
        yield


@dataclass(frozen=True)
class _Ledger:
    """What ``channels.limits`` asks, answered by the warehouse."""

    buckets: SharedBuckets

    def take(self, channel_id: str, operation: str, limit: Limit, *, cost: int) -> float:
        """Take what one request costs, or return how long to wait."""
        interval, burst = _measures(limit)
        return self.buckets.take(channel_id, operation, interval=interval, burst=burst, cost=cost)

    def hold(self, channel_id: str, operation: str, limit: Limit, seconds: float) -> None:
        """Let nobody take anything for so long."""
        interval, burst = _measures(limit)
        self.buckets.hold(channel_id, operation, interval=interval, burst=burst, seconds=seconds)

    def learn(self, channel_id: str, operation: str, limit: Limit) -> None:
        """Keep what an answer states."""
        self.buckets.learn(channel_id, BucketRow(operation, limit.requests, limit.seconds, limit.burst))

    def learned(self, channel_id: str) -> Mapping[str, Limit]:
        """Return what answers stated."""
        return {row.operation: Limit(row.requests, row.seconds, row.burst) for row in self.buckets.learned(channel_id)}


def _measures(limit: Limit) -> tuple[float, int]:
    """Return the seconds in which one request comes back, and how many may be taken at once."""
    return limit.seconds / limit.requests, limit.burst or limit.requests
