"""Airflow's public API as we use it: log in, start runs, ask how far they are, read a task's error, end a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})
"""States that a task does not leave by itself."""
PAGE = 100
"""As many as Airflow hands out at once, whatever is asked for."""


class AirflowApiError(RuntimeError):
    """The API refused a request; the message carries its answer."""


@dataclass(frozen=True)
class DagRun:
    """One run of one DAG."""

    dag_id: str
    run_id: str
    state: str
    partition_key: str | None
    queued_at: datetime


@dataclass(frozen=True)
class TaskRun:
    """One task of one run; ``map_index`` is -1 where the task is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    label: str
    state: str | None
    try_number: int
    duration_seconds: float

    @property
    def name(self) -> str:
        """Return the name that a person reads, such as ``sync_channels.extract[shopify]``."""
        return f"{self.dag_id}.{self.task_id}" + (f"[{self.label}]" if self.map_index >= 0 else "")

    @property
    def path(self) -> str:
        """Return where the API keeps it."""
        return f"/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}/taskInstances/{self.task_id}"


def log_in(url: str, user: str, password: str) -> httpx.Client:
    """Return a client of the API at ``url`` that carries the user's token."""
    answer = httpx.post(f"{url}/auth/token", json={"username": user, "password": password}, timeout=30)
    if answer.status_code != httpx.codes.CREATED:
        raise AirflowApiError(f"{url} does not let {user} in: {answer.status_code} {answer.text}")
    token = answer.json()["access_token"]
    return httpx.Client(base_url=f"{url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def unpause_all(client: httpx.Client) -> None:
    """Let every DAG run; a DAG that somebody paused would leave its runs queued for ever."""
    _ask(client, "PATCH", "/dags", params={"dag_id_pattern": "%"}, json={"is_paused": False})


def start_run(client: httpx.Client, dag_id: str, *, partition_key: str | None = None) -> DagRun:
    """Start a run of a DAG now and return it."""
    body: dict[str, Any] = {"logical_date": None}
    if partition_key:
        body["partition_key"] = partition_key
    return _run(_ask(client, "POST", f"/dags/{dag_id}/dagRuns", json=body))


def list_runs(client: httpx.Client, *, since: datetime) -> list[DagRun]:
    """Return the runs of all DAGs that are due since a time, oldest first."""
    answer = _ask(client, "GET", "/dags/~/dagRuns", params={"run_after_gte": since.isoformat(), "limit": 100})
    return sorted((_run(run) for run in answer["dag_runs"]), key=lambda run: run.queued_at)


def list_unfinished_runs(client: httpx.Client) -> list[DagRun]:
    """Return all runs that are queued or running."""
    answer = _ask(client, "GET", "/dags/~/dagRuns", params={"state": ["queued", "running"], "limit": 100})
    return [_run(run) for run in answer["dag_runs"]]


def give_up_run(client: httpx.Client, run: DagRun) -> None:
    """Mark a run as failed, with every task of it that has not ended."""
    _ask(client, "PATCH", f"/dags/{run.dag_id}/dagRuns/{quote(run.run_id, safe='')}", json={"state": "failed"})


def list_tasks(client: httpx.Client, run: DagRun) -> list[TaskRun]:
    """Return the tasks of a run, however many: 34 waiting orders are more than a page."""
    path = f"/dags/{run.dag_id}/dagRuns/{quote(run.run_id, safe='')}/taskInstances"
    found: list[Any] = []
    while True:
        params = {"limit": PAGE, "offset": len(found), "order_by": "id"}
        answer = _ask(client, "GET", path, params=params)
        found += answer["task_instances"]
        if not answer["task_instances"] or len(found) >= answer["total_entries"]:
            return [_task(task) for task in found]


def list_open_questions(client: httpx.Client, *, about: str) -> list[TaskRun]:
    """Return the tasks that wait for an answer to a question whose subject holds ``about``."""
    params = {"subject_search": about, "response_received": False, "state": "awaiting_input", "limit": PAGE}
    answer = _ask(client, "GET", "/dags/~/dagRuns/~/hitlDetails", params=params)
    return [_task(question["task_instance"]) for question in answer["hitl_details"]]


def answer_question(client: httpx.Client, question: TaskRun, choice: str) -> None:
    """Answer a task that waits for it, in the name of whoever the client is logged in as."""
    body = {"chosen_options": [choice], "params_input": {}}
    _ask(client, "PATCH", f"{question.path}/{question.map_index}/hitlDetails", json=body)


def end_question(client: httpx.Client, question: TaskRun, *, note: str) -> None:
    """Skip a task that waits for an answer; ``note`` stands beside it for whoever wonders."""
    _ask(client, "PATCH", f"{question.path}/{question.map_index}", json={"new_state": "skipped", "note": note})


def read_result(client: httpx.Client, task: TaskRun) -> str:
    """Return the line that a task handed back, or nothing."""
    answer = client.get(f"{task.path}/xcomEntries/return_value", params={"map_index": task.map_index})
    if answer.status_code != httpx.codes.OK:
        return ""
    value = answer.json()["value"]
    return value if isinstance(value, str) else ""


def read_error(client: httpx.Client, task: TaskRun) -> str | None:
    """Return the exception that ended a task's last try, as its log tells it; ``None`` if the log tells of none."""
    params = {"map_index": task.map_index, "full_content": True}
    headers = {"Accept": "application/json"}
    answer = client.get(f"{task.path}/logs/{task.try_number}", params=params, headers=headers)
    if answer.status_code != httpx.codes.OK:
        return "(no log)"
    found, last = [], ""
    for line in answer.json()["content"]:
        if not isinstance(line, Mapping):
            continue
        found += [f"{error['exc_type']}: {error['exc_value']}" for error in line.get("error_detail") or ()]
        if str(line.get("level", "")).lower() in ("error", "critical"):
            last = str(line.get("event", ""))
    return found[-1] if found else last or None


def _ask(client: httpx.Client, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401  # JSON has any shape
    """Return the JSON answer to a request, or raise AirflowApiError."""
    answer = client.request(method, path, **request)
    if answer.is_error:
        raise AirflowApiError(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json()


def _run(found: Mapping[str, Any]) -> DagRun:
    """Return a run from the API's JSON."""
    return DagRun(
        dag_id=found["dag_id"],
        run_id=found["dag_run_id"],
        state=found["state"],
        partition_key=found["partition_key"],
        queued_at=datetime.fromisoformat(found["queued_at"] or found["run_after"]),
    )


def _task(found: Mapping[str, Any]) -> TaskRun:
    """Return a task from the API's JSON."""
    return TaskRun(
        dag_id=found["dag_id"],
        run_id=found["dag_run_id"],
        task_id=found["task_id"],
        map_index=found["map_index"],
        label=str(found["rendered_map_index"] or found["map_index"]),
        state=found["state"],
        try_number=found["try_number"],
        duration_seconds=found["duration"] or 0.0,
    )
