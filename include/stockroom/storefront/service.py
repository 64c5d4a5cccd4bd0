"""What the pages of one storefront share: settings, connections, limits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import psycopg
from fastapi.concurrency import run_in_threadpool
from psycopg_pool import ConnectionPool

from stockroom.settings import Settings
from stockroom.storefront.guards import Limits, limits_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CONNECTIONS = 6
Answer = TypeVar("Answer")


class Service:
    """One storefront's settings, connections and limits."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits: Limits = limits_of(settings)
        self._pool = ConnectionPool(
            settings.warehouse_url,
            min_size=1,
            max_size=CONNECTIONS,
            open=False,
            timeout=10,
            kwargs={"application_name": "stockroom storefront", "options": "-c timezone=UTC", "connect_timeout": 10},
            check=ConnectionPool.check_connection,  # the database may have been restarted
        )

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """Yield a connection: commit at the end, roll back on error."""
        self._pool.open()
        with self._pool.connection() as connection:
            yield connection

    async def do(self, job: Callable[[psycopg.Connection], Answer]) -> Answer:
        """Return what ``job`` makes of a connection, without holding up other requests."""
        return await run_in_threadpool(self._with_connection, job)

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def _with_connection(self, job: Callable[[psycopg.Connection], Answer]) -> Answer:
        with self.connection() as connection:
            return job(connection)
