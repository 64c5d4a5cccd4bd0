"""Children that stand elsewhere than behind their parents, kept on disk until they are asked for.

Shopify promises that a child comes after its parent and that those of one connection keep their order, not that they
follow at once. A table on disk holds any number of them in the memory of a few pages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson

Json = dict[str, Any]
GROUPS_AT_ONCE = 1000


class Spool:
    """Children by the id of their parent, in the order in which they came."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiting: list[tuple[str, bytes]] = []
        self._kinds: set[str] = set()

    def add(self, parent: str, children: Iterable[bytes]) -> None:
        """Keep children of one parent: a line of JSON each."""
        self._waiting.append((parent, b",".join(children)))
        self._kinds.add(_kind_of(parent))
        if len(self._waiting) >= GROUPS_AT_ONCE:
            self._write()

    def complete(self) -> None:
        """Say that nothing more is added: what is kept can be asked for from now on."""
        self._write()
        self._database.execute("create index if not exists by_parent on children (parent)")

    def of(self, parent: str) -> list[Json]:
        """Return a parent's children; one that two files hold, or one file twice, comes once."""
        if _kind_of(parent) not in self._kinds:  # most files hold no strays: nobody has to look
            return []
        rows = self._database.execute("select documents from children where parent = ? order by rowid", (parent,))
        found: dict[str, Json] = {}
        for (documents,) in rows:
            for child in orjson.loads(b"[%b]" % documents):
                found.setdefault(child["id"], child)
        return list(found.values())

    def _write(self) -> None:
        self._database.executemany("insert into children values (?, ?)", self._waiting)
        self._waiting.clear()


def _kind_of(parent: str) -> str:
    """Return what an id is of: the ``Order`` of ``gid://shopify/Order/1``."""
    return parent.rpartition("/")[0]


@contextmanager
def open_spool(folder: Path) -> Iterator[Spool]:
    """Lend an empty spool; whoever lends the folder deletes it."""
    with closing(sqlite3.connect(folder / "children.sqlite", isolation_level=None)) as database:
        # Nothing of it outlives the process, so nothing is kept safe.
        for pragma in ("journal_mode = off", "synchronous = off", "temp_store = file"):
            database.execute(f"pragma {pragma}")
        database.execute("create table children (parent text, documents blob)")
        database.execute("begin")
        yield Spool(database)
