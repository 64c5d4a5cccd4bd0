"""Keeps a channel's limits before they are hit: one token bucket per operation, and waits that a channel asks for.

The buckets are those of ``throttled-py`` (GCRA, which is a token bucket that stores one number). A limit that an answer
states replaces the declared one, so that a shop on a larger plan is not slowed down by the smallest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from throttled import RateLimiterType, Throttled, rate_limiter, store

EVERYTHING = "everything"
"""The operation of channels that count all requests together."""
MARGIN_SECONDS = 0.01


@dataclass(frozen=True)
class Limit:
    """So many requests in so many seconds, of which ``burst`` may come at once."""

    requests: int
    seconds: float
    burst: int | None = None
    """None: all of them."""

    def __post_init__(self) -> None:
        """Refuse what the buckets would quietly take for something else: they drop a second's fraction."""
        if self.seconds < 1 or self.seconds % 1:
            raise ValueError(
                f"a limit of {self.requests} requests in {self.seconds} seconds: state it for whole seconds, such as "
                "Limit(20, 1) for ten in half a second"
            )


@dataclass
class Limits:
    """The limits of one channel, by operation; an operation without one is not held back."""

    declared: Mapping[str, Limit] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _buckets: dict[str, Throttled] = field(default_factory=dict)
    _held_until: dict[str, float] = field(default_factory=dict)

    def wait(self, operation: str = EVERYTHING, *, cost: int = 1) -> None:
        """Return once ``operation`` may be asked for again."""
        if (held := self._held_until.pop(operation, 0.0) - self.monotonic()) > 0:
            self.sleep(held)
        bucket = self._bucket(operation)
        while bucket is not None:
            found = bucket.limit(operation, cost)
            if not found.limited:
                return
            self.sleep(found.state.retry_after + MARGIN_SECONDS)

    def learn(self, operation: str, limit: Limit) -> None:
        """Go by what an answer states from now on."""
        if self.declared.get(operation) != limit:
            self.declared = {**self.declared, operation: limit}
            self._buckets.pop(operation, None)

    def hold(self, operation: str, seconds: float) -> None:
        """Ask for ``operation`` no sooner than in ``seconds``: an answer said that nothing is left until then."""
        self._held_until[operation] = max(self._held_until.get(operation, 0.0), self.monotonic() + seconds)

    def _bucket(self, operation: str) -> Throttled | None:
        limit = self.declared.get(operation)
        if limit is not None and operation not in self._buckets:
            quota = rate_limiter.per_duration(timedelta(seconds=limit.seconds), limit.requests, limit.burst)
            self._buckets[operation] = Throttled(
                using=RateLimiterType.GCRA.value, quota=quota, store=store.MemoryStore()
            )
        return self._buckets.get(operation)
