"""Airflow on one machine: its configuration as environment variables, its secrets, its processes.

As few processes as the work needs: the API server and a scheduler that runs tasks itself (``ReadyExecutor``). A DAG
processor and a triggerer join them only when everything is to stay up: the runner writes the DAG files' content into
the metadata itself, and no task of ours waits in a trigger. (What channels and partners do meanwhile is found by the
clock.) Every port is free, on loopback and remembered; the log and health servers, which would open three more on all
interfaces, are off.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from stockroom.embedded.children import ChildEndedError, Children, tail
from stockroom.embedded.ports import HOST
from stockroom.embedded.prepare_airflow import SCHEMA_READY
from stockroom.embedded.private_files import keep_private

BOOT_TIMEOUT_SECONDS = 120.0
TASKS_AT_ONCE = 3
ADMIN = "admin"


@dataclass(frozen=True)
class AirflowPlan:
    """Where one Airflow lives and what it is to run."""

    home: Path
    """``AIRFLOW_HOME``, with secrets and logins."""
    project: Path
    """The folder that holds ``dags/`` and ``plugins/``."""
    logs: Path
    database_url: str
    """SQLAlchemy URL of the metadata."""
    port: int
    approvers: tuple[str, ...]

    @property
    def url(self) -> str:
        """Return the address of the web pages and the API."""
        return f"http://{HOST}:{self.port}"

    @property
    def passwords_file(self) -> Path:
        """Return the file that holds each login's password."""
        return self.home / "logins.json"


def read_logins(plan: AirflowPlan) -> dict[str, str]:
    """Return the password of every login; missing ones are generated. Only the owner can read the file."""
    return keep_private(plan.passwords_file, dict.fromkeys((ADMIN, *plan.approvers), _new_password))


def airflow_environment(plan: AirflowPlan) -> dict[str, str]:
    """Return the environment of every Airflow process: this one's, without other Airflow settings, and ours on top."""
    # Generated once, or sessions and stored connections break.
    keys = keep_private(
        plan.home / "secrets.json",
        {"fernet_key": _new_fernet_key, "jwt_secret": _new_key, "api_secret_key": _new_key},
    )
    simple = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
    users = ",".join([f"{ADMIN}:admin", *(f"{name}:user" for name in plan.approvers if name != ADMIN)])
    settings: Mapping[str, Mapping[str, object]] = {
        "core": {
            "executor": "stockroom.embedded.ready_executor.ReadyExecutor",
            "parallelism": TASKS_AT_ONCE,
            "dags_folder": plan.project / "dags",
            "plugins_folder": plan.project / "plugins",
            "load_examples": False,
            "dag_discovery_safe_mode": False,  # on, a file without the word "airflow" is dropped without a word
            "dags_are_paused_at_creation": False,
            "auth_manager": simple,
            "simple_auth_manager_users": users,
            "simple_auth_manager_all_admins": False,
            "simple_auth_manager_passwords_file": plan.passwords_file,
            "fernet_key": keys["fernet_key"],
            "execution_api_server_url": f"{plan.url}/execution/",
            "hostname_callable": "socket.gethostname",  # the default asks DNS, which may be slow or absent
        },
        "database": {"sql_alchemy_conn": plan.database_url, "sql_alchemy_pool_size": 5},
        "api": {
            "base_url": plan.url,
            "host": HOST,
            "port": plan.port,
            "workers": 1,
            "secret_key": keys["api_secret_key"],
            "expose_config": False,
        },
        "api_auth": {"jwt_secret": keys["jwt_secret"]},
        "scheduler": {
            # 1.0 by default, paid once between any two tasks. Less than this costs the tasks the processor they run on.
            "scheduler_idle_sleep_time": 0.3,
            "enable_health_check": False,
            "task_instance_heartbeat_timeout": 60,
            "orphaned_tasks_check_interval": 30,
        },
        "workers": {"min_heartbeat_interval": 1},  # a worker may wait this long beyond its task's end; 5 by default
        "dag_processor": {"min_file_process_interval": 30, "parsing_processes": 1},
        "triggerer": {"default_capacity": 100},
        "logging": {"base_log_folder": plan.logs / "airflow", "colored_console_log": False},
        "usage_data_collection": {"enabled": False},
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW_")}
    for section, options in settings.items():
        environment |= {f"AIRFLOW__{section}__{name}".upper(): str(value) for name, value in options.items()}
    environment |= {
        "AIRFLOW_HOME": str(plan.home),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
        "SPT_NOENV": "1",  # a process that renames itself must keep the environment it is found by
        "MALLOC_ARENA_MAX": "2",  # threads that wait for the network need no heap each
    }
    return environment


def start_airflow(plan: AirflowPlan, children: Children, environment: Mapping[str, str]) -> None:
    """Start the API server and the scheduler and return when both answer.

    ``environment`` is ``airflow_environment`` and the jobs' settings.

    Raises:
        ChildEndedError: a DAG file cannot be read, or a process ended; the message carries the end of its log.
    """
    read_logins(plan)
    _prepare(plan, children, environment)
    start = time.monotonic()
    while not (_is_warm(plan) and _is_healthy(plan)):
        children.check()
        if time.monotonic() - start > BOOT_TIMEOUT_SECONDS:
            raise ChildEndedError(f"Airflow was not ready after {BOOT_TIMEOUT_SECONDS:.0f} s; see {children.logs}")
        time.sleep(0.1)


def start_watchers(children: Children, environment: Mapping[str, str]) -> None:
    """Start what a long-lived Airflow has beside these: the DAG processor (and with it the clock) and the triggerer."""
    _start(children, environment, "dag-processor")
    _start(children, environment, "triggerer", "--skip-serve-logs")


def _prepare(plan: AirflowPlan, children: Children, environment: Mapping[str, str]) -> None:
    """Start the processes as soon as the metadata can carry them, and bring the DAGs up to date meanwhile."""
    wanted = {"schema": _schema_mark(), "dags": _dags_mark(plan)}
    known = _read_mark(plan)
    if known == wanted:
        _silence_clock(plan)
        _start_pair(children, environment)
        return
    command = [sys.executable, "-m", "stockroom.embedded.prepare_airflow"]
    if known.get("schema") != wanted["schema"]:
        command.append("--migrate")
    log = children.log("airflow-prepare")
    log.unlink(missing_ok=True)
    preparing = children.start("airflow-prepare", command, environment)
    while preparing.poll() is None and SCHEMA_READY not in tail(log):
        time.sleep(0.05)
    if preparing.poll() is None:
        _start_pair(children, environment)
    if preparing.wait() != 0:
        children.check()
    children.forget("airflow-prepare")
    _silence_clock(plan)
    _write_mark(plan, wanted)


def _start_pair(children: Children, environment: Mapping[str, str]) -> None:
    """Start the API server and the scheduler."""
    _start(children, environment, "api-server")
    _start(children, environment, "scheduler", "--skip-serve-logs")


def _start(children: Children, environment: Mapping[str, str], *arguments: str) -> None:
    """Start one of Airflow's own commands."""
    program = Path(sys.executable).with_name("airflow")
    children.start(f"airflow-{arguments[0]}", [sys.executable, str(program), *arguments], environment)


def _is_warm(plan: AirflowPlan) -> bool:
    """Return whether the API for tasks answers; its first answer takes seconds, which the first task would wait for."""
    try:
        return httpx.get(f"{plan.url}/execution/health", timeout=BOOT_TIMEOUT_SECONDS).is_success
    except httpx.HTTPError:
        return False


def _is_healthy(plan: AirflowPlan) -> bool:
    """Return whether the API answers and says that the scheduler's heart beats."""
    try:
        health = httpx.get(f"{plan.url}/api/v2/monitor/health", timeout=2).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(health["metadatabase"]["status"] == health["scheduler"]["status"] == "healthy")


def _schema_mark() -> str:
    """Return what the tables depend on."""
    return f"airflow {version('apache-airflow-core')}"


def _dags_mark(plan: AirflowPlan) -> str:
    """Return a digest of what the serialised DAGs depend on: Airflow, the DAG files, and what these import at once."""
    digest = hashlib.sha256(f"{_schema_mark()} {plan.project}".encode())
    for folder in (plan.project / "dags", Path(__file__).parents[1] / "orchestration"):
        for file in sorted(folder.glob("*.py")):
            digest.update(f"{file.name} ".encode() + file.read_bytes())
    digest.update((Path(__file__).parents[1] / "settings.py").read_bytes())
    return digest.hexdigest()


def _connect(plan: AirflowPlan) -> psycopg.Connection:
    """Return a connection to the metadata."""
    return psycopg.connect(plan.database_url.replace("+psycopg2", ""), autocommit=True)


def _read_mark(plan: AirflowPlan) -> dict[str, str]:
    """Return what the metadata was prepared for; it is written on the database itself, so it goes where that goes."""
    query = "select shobj_description(oid, 'pg_database') from pg_database where datname = current_database()"
    with _connect(plan) as connection:
        row = connection.execute(query).fetchone()
    try:
        found = json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write_mark(plan: AirflowPlan, mark: Mapping[str, str]) -> None:
    """Write on the database what it is prepared for."""
    with _connect(plan) as connection:
        name = sql.Identifier(connection.info.dbname)
        connection.execute(sql.SQL("comment on database {} is {}").format(name, sql.Literal(json.dumps(mark))))


def _silence_clock(plan: AirflowPlan) -> None:
    """Forget when the DAGs are next due, so that no tick of the clock runs beside what the runner starts.

    After a day's pause every DAG would otherwise be due at once. There is no setting for it: ``use_job_schedule`` also
    stops DAGs that start on assets. The DAG processor, which only ``stockroom up`` starts, works the times out again.
    """
    with _connect(plan) as connection:
        connection.execute("update dag set next_dagrun_create_after = null")


def _new_password() -> str:
    """Return a password that a person can copy."""
    return secrets.token_urlsafe(12)


def _new_key() -> str:
    """Return a key that signs."""
    return secrets.token_urlsafe(48)


def _new_fernet_key() -> str:
    """Return a key that encrypts stored connections."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode("ascii")
