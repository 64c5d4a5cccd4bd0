"""What Airflow is started with on one machine, without starting it."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import psutil
import pytest

from stockroom.embedded.airflow import AirflowPlan, airflow_environment, read_logins
from stockroom.embedded.children import ChildEndedError, Children, end_marked
from stockroom.embedded.installation import PORTS, Installation, local_settings
from stockroom.embedded.ports import HOST, choose_ports
from stockroom.embedded.postgres import Server
from stockroom.embedded.private_files import keep_private, write_private


def _plan(tmp_path: Path) -> AirflowPlan:
    url = "postgresql+psycopg2://airflow:secret@127.0.0.1:1/airflow"
    return AirflowPlan(tmp_path / "airflow", tmp_path, tmp_path / "logs", url, 18080, ("buyer", "second buyer"))


def test_everybody_has_a_login_of_their_own_that_only_the_owner_reads(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    logins = read_logins(plan)
    assert set(logins) == {"admin", "buyer", "second buyer"}
    assert len(set(logins.values())) == 3
    assert stat.S_IMODE(plan.passwords_file.stat().st_mode) == 0o600
    assert read_logins(plan) == logins


def test_nobody_is_admin_without_a_login_and_nothing_phones_home(tmp_path: Path) -> None:
    environment = airflow_environment(_plan(tmp_path))
    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] == "False"
    assert environment["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"] == "admin:admin,buyer:user,second buyer:user"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert environment["AIRFLOW__API__HOST"] == HOST


def test_keys_are_generated_once_and_differ_between_installations(tmp_path: Path) -> None:
    first, again = airflow_environment(_plan(tmp_path / "a")), airflow_environment(_plan(tmp_path / "a"))
    other = airflow_environment(_plan(tmp_path / "b"))
    for name in ("AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"):
        assert first[name] == again[name] != other[name]
    assert stat.S_IMODE((tmp_path / "a" / "airflow" / "secrets.json").stat().st_mode) == 0o600


def test_airflow_settings_of_the_surroundings_do_not_leak_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "mail.example")
    environment = airflow_environment(_plan(tmp_path))
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "stockroom.embedded.ready_executor.ReadyExecutor"
    assert "AIRFLOW__SMTP__SMTP_HOST" not in environment


def test_tasks_run_on_this_machine_by_workers_that_have_imported_what_a_round_needs(tmp_path: Path) -> None:
    looked_at = """
        import sys
        from airflow.executors.executor_loader import ExecutorLoader
        from airflow.executors.local_executor import LocalExecutor
        LocalExecutor.start = lambda _: print("stockroom.jobs.finish_round" in sys.modules, "numpy" in sys.modules)
        executor = ExecutorLoader.get_default_executor()
        print(isinstance(executor, LocalExecutor), "stockroom.jobs.finish_round" in sys.modules)
        executor.start()
    """
    command, environment = [sys.executable, "-c", textwrap.dedent(looked_at)], airflow_environment(_plan(tmp_path))
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120).stdout
    assert said.splitlines()[-2:] == ["True False", "True False"], "it knows them once it starts, and no more than them"


def test_a_damaged_file_of_secrets_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text('{"a": "tor')
    assert keep_private(file, {"a": lambda: "new"}) == {"a": "new"}
    assert json.loads(file.read_text()) == {"a": "new"}


def test_ports_are_kept_while_they_are_free(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = choose_ports(file, ("airflow", "store"))
    assert len(set(first.values())) == 2
    assert choose_ports(file, ("airflow", "store")) == first


def test_a_port_that_somebody_took_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = choose_ports(file, ("airflow", "store"))
    with socket.socket() as taken:
        taken.bind((HOST, first["airflow"]))
        taken.listen()
        second = choose_ports(file, ("airflow", "store"))
    assert second["airflow"] != first["airflow"]
    assert second["store"] == first["store"]


def test_nonsense_in_the_file_of_ports_is_ignored(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    file.write_text('{"airflow": 99999999, "store": "x"}')
    assert 0 < choose_ports(file, ("airflow",))["airflow"] < 65536


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_children_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from stockroom.embedded.children import Children\n"
        "children = Children(mark=sys.argv[1], logs=Path(sys.argv[1]))\n"
        "child = children.start('sleeper', ['sleep', '60'], {'PATH': '/usr/bin:/bin'})\n"
        "print(child.pid, flush=True); time.sleep(60)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.send_signal(signal.SIGKILL)
    _wait_until_gone(child)


def test_what_left_the_group_is_found_by_its_mark(tmp_path: Path) -> None:
    environment = {**os.environ, "STOCKROOM_RUN_OF": str(tmp_path)}
    with subprocess.Popen(["sleep", "60"], env=environment, start_new_session=True) as stray:
        assert end_marked(str(tmp_path), patience_seconds=5) == 1
        _wait_until_gone(stray.pid)
    assert end_marked(str(tmp_path)) == 0


def test_a_child_that_ends_by_itself_is_reported_with_its_last_words(tmp_path: Path) -> None:
    children = Children(mark=str(tmp_path), logs=tmp_path)
    child = children.start("short", ["/bin/sh", "-c", "echo no such table; exit 3"], {"PATH": "/usr/bin:/bin"})
    child.wait(5)
    with pytest.raises(ChildEndedError, match=r"short ended with code 3(.|\n)*no such table"):
        children.check()
    children.stop()


def test_settings_of_what_is_up_name_the_ports_that_it_holds(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    ports = choose_ports(installation.directory / "ports.json", PORTS)
    server = SimpleNamespace(warehouse_url=lambda role: f"postgresql://{role}@{HOST}/warehouse")
    with socket.socket() as shop:
        shop.bind((HOST, ports["store"]))
        shop.listen()
        for is_up in (False, True):
            if is_up:
                write_private(installation.up_file, {"as_of_date": "2011-06-30"})
            settings = local_settings(installation, cast("Server", server), as_of_date=date(2011, 6, 30))
            assert settings["STOCKROOM_SHOP_URL"] == f"http://{HOST}:{ports['store']}"
    assert choose_ports(installation.directory / "ports.json", PORTS) == ports
