"""Follow DAG runs to their end, telling a person about every task that ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from stockroom.embedded.airflow_api import (
    ENDED,
    DagRun,
    TaskRun,
    list_runs,
    list_tasks,
    read_error,
    read_result,
)

POLL_SECONDS = 1.0
START_TIMEOUT_SECONDS = 60.0
WAITING = "awaiting_input"


class TaskFailedError(RuntimeError):
    """A task failed; the message carries its error."""


class NotStartedError(RuntimeError):
    """A run that an asset should have started has not come; the message names it."""


@dataclass
class Follower:
    """What has been seen so far of the runs that are due since ``since``."""

    client: httpx.Client
    since: datetime
    say: Callable[[str], None]
    check: Callable[[], None]
    """Raises if a process that is needed has ended."""
    runs: dict[str, DagRun] = field(default_factory=dict)
    tasks: dict[str, list[TaskRun]] = field(default_factory=dict)
    _told: set[tuple[str, int, int, str | None]] = field(default_factory=set)

    def wait_for(self, *runs: DagRun) -> None:
        """Return when all these runs have succeeded.

        Raises:
            TaskFailedError: a task of any run failed with an error, also one that Airflow would try again: here a
                person watches.
        """
        self.wait_until(lambda: all(self._has_ended(run) for run in runs))

    def open_questions(self, run: DagRun) -> list[TaskRun]:
        """Return the questions of the run that waited for an answer at the last look."""
        return [task for task in self.tasks.get(run.run_id, []) if task.state == WAITING]

    def wait_for_people(self, run: DagRun) -> None:
        """Return when nothing of the run goes on but questions that wait for an answer."""
        self.wait_until(lambda: self._has_ended(run) or self._only_waits(run))

    def wait_for_question(self, run: DagRun) -> None:
        """Return when the run has put its first question, or has ended without one."""
        self.wait_until(lambda: self._has_ended(run) or bool(self.open_questions(run)))

    def find_started(self, dag_id: str, *, after: DagRun) -> DagRun:
        """Return the first run of ``dag_id`` that was queued after the run ``after``; an asset starts it.

        Raises:
            NotStartedError: none came within a minute.
        """
        start = time.monotonic()
        found: list[DagRun] = []

        def is_there() -> bool:
            if time.monotonic() - start > START_TIMEOUT_SECONDS:
                raise NotStartedError(f"{dag_id} was not started by what {after.dag_id} produced ({after.run_id})")
            found.extend(r for r in self.runs.values() if r.dag_id == dag_id and r.queued_at > after.queued_at)
            return bool(found)

        self.wait_until(is_there)
        return found[0]

    def wait_until(self, is_reached: Callable[[], bool]) -> None:
        """Look again and again until the condition holds."""
        self._look()
        while not is_reached():
            time.sleep(POLL_SECONDS)
            self.check()
            self._look()

    def _look(self) -> None:
        """Ask Airflow once and tell what is new."""
        for run in list_runs(self.client, since=self.since):
            before = self.runs.get(run.run_id)
            if before is None or before.state not in ENDED:
                tasks = list_tasks(self.client, run)
                for task in tasks:
                    self._tell(task)
                self.tasks[run.run_id] = tasks
            self.runs[run.run_id] = run  # only after its tasks: a run that ended has told all of them

    def _tell(self, task: TaskRun) -> None:
        """Say how a task ended, once; raise TaskFailedError if it failed."""
        key = (task.path, task.map_index, task.try_number, task.state)
        if key in self._told:
            return
        self._told.add(key)
        if task.state in ("failed", "up_for_retry"):
            self._tell_failure(task)
        elif task.state == "success" and task.duration_seconds:
            self.say(f"{task.name:<48} {task.duration_seconds:5.1f} s  {read_result(self.client, task)}".rstrip())
        elif task.state == WAITING:
            self.say(f"{task.name:<48} waits for an answer")

    def _tell_failure(self, task: TaskRun) -> None:
        """Raise TaskFailedError; only say so of an attempt that ended without an error and is tried again.

        Such an attempt says nothing of the job. An answer within a second of its question is one way to lose it: there
        Airflow takes the resumed task for the attempt that asked, ends it (apache/airflow#67287) and asks again.
        """
        error = read_error(self.client, task)
        if error is None:
            time.sleep(POLL_SECONDS)  # the state may be there before the log's last lines
            error = read_error(self.client, task)
        if error is None and task.state == "up_for_retry":
            self.say(f"{task.name:<48} ended without an error; Airflow tries it again")
            return
        reason = error or "its log holds no error: the process was probably killed"
        raise TaskFailedError(f"{task.name} failed: {reason}")

    def _has_ended(self, run: DagRun) -> bool:
        """Return whether the run has succeeded; raise if it failed without a task that says why."""
        state = self.runs[run.run_id].state if run.run_id in self.runs else run.state
        if state == "failed":
            raise TaskFailedError(f"{run.dag_id} failed: {run.run_id}")
        return state in ENDED

    def _only_waits(self, run: DagRun) -> bool:
        """Return whether at least one question of the run waits and no task of it is on its way."""
        tasks = self.tasks.get(run.run_id, [])
        asked = {task.task_id for task in tasks if task.state == WAITING}
        is_moving = any(
            task.state
            in ("scheduled", "queued", "running", "restarting", "up_for_reschedule", "up_for_retry", "deferred")
            or (task.state is None and task.task_id in asked)  # mapped, but not yet started
            for task in tasks
        )
        return bool(asked) and not is_moving
