"""List what wants a person, in words that say what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.exceptions import OpenException, list_open_exceptions

SHOWN_OF_A_KIND = 5


@dataclass(frozen=True)
class OpenExceptions:
    """Everything open, or everything of one kind."""

    found: Sequence[OpenException]
    """Ordered by kind."""
    kind: str | None
    """Given: all of it is shown; else the first few of each kind."""

    def __str__(self) -> str:
        """Return a block of lines for each kind."""
        if not self.found:
            return "nothing wants a person" + (f" among {self.kind!r}" if self.kind else "")
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for kind, group in groupby(self.found, key=lambda one: one.kind):
            listed = list(group)
            shown = listed if self.kind else listed[:SHOWN_OF_A_KIND]
            yield f"{kind.replace('_', ' ')}: {len(listed):,} open"
            for one in shown:
                yield f"  {one.subject} (since {one.raised_at:%Y-%m-%d}): {one.detail}"
                yield f"    mend: {one.mend}"
                yield f"    key: {shlex.quote(one.key)}"  # as a shell takes it, behind `stockroom settle`
            if len(listed) > len(shown):
                yield f"  and {len(listed) - len(shown):,} more: stockroom exceptions --kind {kind}"


def open_exceptions(settings: Settings, *, kind: str | None = None) -> OpenExceptions:
    """Return what stands open in ``ops.exceptions``, which a later run resolves when its cause is gone."""
    with connect(settings.warehouse_url) as connection:
        return OpenExceptions(list_open_exceptions(connection, kind=kind), kind)
