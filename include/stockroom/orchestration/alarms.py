"""What people on call hear of: a task that failed for good, a run that is late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stockroom.settings import Settings

RUNBOOKS = "What to do, by what you see: docs/runbooks/README.md."


def report_failure(context: Mapping[str, Any]) -> None:
    """Sound the alarm for a task without tries left; Airflow calls it with the task's context."""
    task, dag = context["ti"], context["dag"]
    tier = next((tag for tag in sorted(dag.tags) if tag.startswith("tier:")), "")
    what = f"{task.dag_id}.{task.task_id}"
    parts = (what_it_said(context.get("exception")), f"Log: {task.log_url}", RUNBOOKS, dag.doc_md or "")
    _sound(what, f"{tier} {what} failed".strip(), "\n\n".join(part for part in parts if part))


def report_missed_deadline(limit: str, context: Mapping[str, Any] | None = None) -> None:
    """Sound the alarm for a run that takes too long; Airflow lists the missed deadline beside the run as well."""
    run = (context or {}).get("dag_run", {})
    what = str(run.get("dag_id", "a DAG"))
    late = f"{what} has not ended within {limit}"
    print(f"{late}: run {run.get('dag_run_id', 'unknown')}")
    where = f"Run {run.get('dag_run_id', 'unknown')}. It goes on; if it hangs, mark its running task as failed."
    _sound(f"{what} late", late, f"{late}.\n\n{where}\n\n{RUNBOOKS}")


def what_it_said(error: BaseException | str | None) -> str:
    """Return what may leave the house of an error: our own messages, of others the kind alone.

    A database's message can quote a row, and with it somebody's address.

    >>> what_it_said(KeyError("ada@mail.example"))
    'KeyError; its log says more.'
    """
    if isinstance(error, BaseException):
        own = type(error).__module__.startswith("stockroom.")
        return str(error) if own else f"{type(error).__qualname__}; its log says more."
    return "It was cut off, or ended without saying why; its log says more."


def _sound(about: str, subject: str, text: str) -> None:
    from stockroom.jobs.sound_alarm import Alarm, sound_alarm  # DAG files import this module by their policies

    settings = Settings.from_environment()
    if settings.alarm_mail:
        print(sound_alarm(settings, Alarm(about, subject, text), now=datetime.now(UTC)))
