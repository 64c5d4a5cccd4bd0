"""Airflow's ``LocalExecutor`` with workers that know from the start what the tasks of every round import.

Each task is a process forked from a worker: what a worker has imported, none of its tasks has to import again. A round
of ``sync_channels`` is nine short tasks, and imports were half of what they cost.
"""

from __future__ import annotations

from importlib import import_module

from airflow.executors.local_executor import LocalExecutor

WANTED = (
    "stockroom.jobs.begin_round",
    "stockroom.jobs.extract_channel",
    "stockroom.jobs.finish_round",
    "stockroom.jobs.record_restock_requests",
    "stockroom.channels.amazon.reader",  # brings Amazon's library, a quarter of a second by itself
)
"""Light ones: what only a day's tasks need (dbt, arrays, gates) would cost every worker its memory."""


class ReadyExecutor(LocalExecutor):
    """Runs tasks in processes of this machine that need not import what all of them need."""

    def start(self) -> None:
        """Import, then make the workers."""
        for name in WANTED:
            import_module(name)
        super().start()
