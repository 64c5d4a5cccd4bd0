"""Faults on demand: the next answers go wrong in the ways real channels go wrong."""

from __future__ import annotations

from collections import deque

KINDS = ("status_429", "status_401", "status_500", "hang", "close_mid_body")


class Faults:
    """A queue of faults; each API request takes one, until none is left."""

    def __init__(self) -> None:
        self.waiting: deque[str] = deque()

    def order(self, kind: str, times: int) -> None:
        """Queue a fault ``times`` times; 0 clears the queue. Raises ``ValueError`` for a fault nobody knows."""
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(KINDS)}")
        if times <= 0:
            self.waiting.clear()
        self.waiting.extend([kind] * times)

    def next(self) -> str | None:
        """Return the fault of this request, if it has one."""
        return self.waiting.popleft() if self.waiting else None
