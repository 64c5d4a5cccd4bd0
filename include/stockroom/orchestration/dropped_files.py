"""Watches the drops on S3 and SFTP servers from the triggerer: no worker waits for a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from asgiref.sync import sync_to_async

from stockroom.settings import Settings, SettingsError

EVERY_SECONDS = 30.0
NAMED = 10


class FilesDropped(BaseEventTrigger):
    """Fires when a drop holds a file that it did not hold at the last look.

    The first look after a start is only remembered: what came while nobody looked is taken in by the clock. Where no
    drop is far away there is nothing to look at, and it sleeps. Which drops there are is read here and not where the
    DAG is, so that a DAG file reads the same on every machine.
    """

    def __init__(self, *, every_seconds: float = EVERY_SECONDS) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's
        self.every_seconds = every_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return what the triggerer makes it from again."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"every_seconds": self.every_seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look, compare, and yield an event for each drop with something new; one that failed is looked at again."""
        known: dict[str, frozenset[tuple[str, str]]] = {}
        while True:
            for look in await sync_to_async(_look, thread_sensitive=False)():
                if look.failed:
                    self.log.warning("not listed: %s", look.failed)
                    continue
                before = known.get(look.setting, look.files)
                known[look.setting] = look.files
                if new := sorted(name for name, _ in look.files - before):
                    payload = {"drop": look.setting, "files": new[:NAMED], "count": len(new)}
                    yield TriggerEvent(payload)  # type: ignore[no-untyped-call]  # Airflow's
            await asyncio.sleep(self.every_seconds)


def _look() -> tuple[Any, ...]:
    from stockroom.jobs.list_drops import list_drops  # whatever reads a DAG file imports this module

    try:
        return list_drops(Settings.from_environment())
    except SettingsError:  # every task says so; a watcher that dies would be started again at once
        return ()
