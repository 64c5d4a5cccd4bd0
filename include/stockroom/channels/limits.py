"""Keeps a channel's limits before they are hit: one token bucket per operation, and waits that a channel asks for.

The buckets are those of ``throttled-py`` (GCRA, which is a token bucket that stores one number). A limit that an answer
states replaces the declared one, so that a shop on a larger plan is not slowed down by the smallest.

A process ends after a minute; what it took of a day's quota does not come back by that. Such limits are kept in a
ledger that all processes share, where somebody lends one (``kept_in``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from throttled import RateLimiterType, Throttled, rate_limiter, store

EVERYTHING = "everything"
"""The operation of channels that count all requests together."""
MARGIN_SECONDS = 0.01
A_DAY = 86_400


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

    @property
    def outlives_a_process(self) -> bool:
        """Return whether what one process took is still missed by the next: a day's quota, or slower than a second."""
        return self.seconds >= A_DAY or self.requests < self.seconds


class Ledger(Protocol):
    """Buckets that all processes share, by channel and operation."""

    def take(self, channel_id: str, operation: str, limit: Limit, *, cost: int) -> float:
        """Take what one request costs and return 0, or return the seconds after which to ask again."""

    def hold(self, channel_id: str, operation: str, limit: Limit, seconds: float) -> None:
        """Let nobody take anything for so long: the channel said that nothing is left."""

    def learn(self, channel_id: str, operation: str, limit: Limit) -> None:
        """Keep what an answer states."""

    def learned(self, channel_id: str) -> Mapping[str, Limit]:
        """Return what answers stated of a channel, by operation."""


_ledger: ContextVar[Ledger | None] = ContextVar("ledger", default=None)


@contextmanager
def kept_in(ledger: Ledger) -> Iterator[None]:
    """Let connections that are opened in this block share their limits with all processes."""
    token = _ledger.set(ledger)
    try:
        yield
    finally:
        _ledger.reset(token)


@dataclass
class Limits:
    """The limits of one channel, by operation; an operation without one is not held back."""

    declared: Mapping[str, Limit] = field(default_factory=dict)
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    channel_id: str = ""
    """Under which slow limits are shared; empty: they are this process's own."""
    _ledger: Ledger | None = field(default=None, init=False)
    _buckets: dict[str, Throttled] = field(default_factory=dict)
    _held_until: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the ledger that is lent, and what it knows."""
        self._ledger = _ledger.get() if self.channel_id else None
        if self._ledger is not None:
            known = self._ledger.learned(self.channel_id)
            self.declared = {name: known.get(name, limit) for name, limit in self.declared.items()}

    def wait(self, operation: str = EVERYTHING, *, cost: int = 1) -> None:
        """Return once ``operation`` may be asked for again."""
        if (held := self._held_until.pop(operation, 0.0) - self.monotonic()) > 0:
            self.sleep(held)
        limit = self.declared.get(operation)
        if self._ledger is not None and limit is not None and limit.outlives_a_process:
            while seconds := self._ledger.take(self.channel_id, operation, limit, cost=cost):
                self.sleep(seconds + MARGIN_SECONDS)
            return
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
            if self._ledger is not None:
                self._ledger.learn(self.channel_id, operation, limit)

    def hold(self, operation: str, seconds: float) -> None:
        """Ask for ``operation`` no sooner than in ``seconds``: an answer said that nothing is left until then."""
        limit = self.declared.get(operation)
        if self._ledger is not None and limit is not None and limit.outlives_a_process:
            self._ledger.hold(self.channel_id, operation, limit, seconds)
            return
        self._held_until[operation] = max(self._held_until.get(operation, 0.0), self.monotonic() + seconds)

    def _bucket(self, operation: str) -> Throttled | None:
        limit = self.declared.get(operation)
        if limit is not None and operation not in self._buckets:
            quota = rate_limiter.per_duration(timedelta(seconds=limit.seconds), limit.requests, limit.burst)
            self._buckets[operation] = Throttled(
                using=RateLimiterType.GCRA.value, quota=quota, store=store.MemoryStore()
            )
        return self._buckets.get(operation)
