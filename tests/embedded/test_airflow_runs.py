"""Airflow as one machine runs it: real processes, a small DAG, an answer that only the right person may give."""

from __future__ import annotations

import os
import socket
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest

from stockroom.embedded import postgres
from stockroom.embedded.airflow import ADMIN, AirflowPlan, airflow_environment, read_logins, start_airflow
from stockroom.embedded.airflow_api import DagRun, log_in, start_run
from stockroom.embedded.children import Children
from stockroom.embedded.follow import Follower, TaskFailedError
from stockroom.embedded.installation import Installation
from stockroom.embedded.ports import choose_ports
from stockroom.embedded.questions import end_questions, end_questions_here
from stockroom.warehouse import connect
from stockroom.warehouse.hints import HintRow, remember_hint

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DAGS = {
    "greet": """
        from airflow.sdk import Asset, dag, task
        from stockroom.orchestration import this_run
        from stockroom.orchestration.policies import QUICK
        from stockroom.orchestration.schedules import by_plan_date

        @dag(schedule=by_plan_date("0 0 1 1 *"), default_args=QUICK)
        def greet():
            @task(outlets=[Asset("greeting")])
            def say() -> str:
                this_run.stamp_outlets()
                return f"good morning of {this_run.plan_date()}"

            say()

        greet()
    """,
    "ask": """
        from airflow.sdk import Asset, PartitionedAssetTimetable, dag, task
        from stockroom.orchestration import this_run
        from stockroom.orchestration.policies import QUICK
        from stockroom.orchestration.question import AskForApproval, read_answer

        @dag(schedule=PartitionedAssetTimetable(assets=Asset("greeting")), default_args=QUICK)
        def ask():
            @task
            def hear(response: dict) -> str:
                return f"{read_answer(response).choice} by {read_answer(response).who} for {this_run.plan_date()}"

            question = {"po_number": "PO-000001", "version": "1", "subject": "PO-000001, version 1?", "body": "60"}
            hear(AskForApproval(task_id="question", order=question).output)

        ask()
    """,
    "hear": """
        from airflow.sdk import dag, task
        from stockroom.orchestration import this_run
        from stockroom.orchestration.assets import channel_events
        from stockroom.orchestration.policies import QUICK
        from stockroom.orchestration.schedules import by_clock_and_at_once

        @dag(schedule=by_clock_and_at_once("0 0 1 1 *", channel_events), default_args=QUICK, max_active_runs=1)
        def hear():
            @task
            def listen() -> str:
                from stockroom.warehouse import connect
                from stockroom.warehouse.hints import take_hints

                with connect(this_run.settings().warehouse_url) as connection:
                    return f"called: {this_run.is_called()}, by {take_hints(connection)}"

            @task
            def rest() -> str:
                this_run.leave_to_the_clock()
                return "what has time was done"

            @task
            def hurry() -> str:
                this_run.leave_to_the_clock(unless=lambda: True)
                return "what cannot wait was done"

            listen() >> [rest(), hurry()]

        hear()
    """,
    "fail": """
        from airflow.sdk import dag, task
        from stockroom.orchestration.policies import QUICK

        @dag(schedule=None, default_args=QUICK)
        def fail():
            @task
            def break_off() -> None:
                raise LookupError("no warehouse holds ROTTERDAM")

            break_off()

        fail()
    """,
    "stumble": """
        import os
        from datetime import timedelta
        from airflow.sdk import dag, get_current_context, task

        @dag(schedule=None, default_args={"owner": "test"})
        def stumble():
            @task(retries=1, retry_delay=timedelta(seconds=1))
            def end_once() -> str:
                if get_current_context()["ti"].try_number == 1:
                    os._exit(1)  # as Airflow loses an attempt: nothing in its log
                return "here all the same"

            end_once()

        stumble()
    """,
}


@dataclass(frozen=True)
class Running:
    plan: AirflowPlan
    children: Children
    said: list[str]
    settings: dict[str, str]


@pytest.fixture(scope="module")
def airflow(postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # A socket's path ends at 107 characters; nothing of ours may depend on how deep a project lies.
    project = tmp_path_factory.mktemp("airflow") / ("a folder with a long name " * 4).strip() / ("deeper " * 6).strip()
    (project / "dags").mkdir(parents=True)
    (project / "plugins").symlink_to(ROOT / "plugins")
    for name, text in DAGS.items():
        (project / "dags" / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    port = choose_ports(project / "ports.json", ("airflow",))["airflow"]
    plan = AirflowPlan(project / "home", project, project / "logs", postgres_server.airflow_url(), port, ("buyer",))
    children = Children(mark=str(project), logs=project / "logs")
    folders = {
        f"STOCKROOM_{name}_DIR": str(project / name.lower()) for name in ("DOCUMENTS", "OUTBOX", "REPORTS", "DBT")
    }
    settings = {"STOCKROOM_WAREHOUSE_URL": postgres_server.warehouse_url(), "STOCKROOM_LANDING_URL": project.as_uri()}
    try:
        start_airflow(plan, children, airflow_environment(plan) | settings | folders)
        yield Running(plan, children, [], settings | folders)
    finally:
        children.stop()


def _client(airflow: Running, user: str) -> httpx.Client:
    return log_in(airflow.plan.url, user, read_logins(airflow.plan)[user])


def _follower(airflow: Running, client: httpx.Client) -> Follower:
    return Follower(client, since=datetime.now(UTC), say=airflow.said.append, check=airflow.children.check)


def _wait_until_let_go(airflow: Running, run: DagRun, task_id: str) -> None:
    """Return when the scheduler has taken note that the attempt which put the question is over.

    It would take a task that an earlier answer resumed for an attempt that died, and end it (apache/airflow#67287); a
    person is never that quick, a test is.
    """
    line = f"TaskInstance Finished: dag_id={run.dag_id}, task_id={task_id}, run_id={run.run_id},"
    deadline = time.monotonic() + 60
    while line not in airflow.children.log("airflow-scheduler").read_text(encoding="utf-8", errors="replace"):
        assert time.monotonic() < deadline, f"the scheduler's log never said: {line}"
        airflow.children.check()
        time.sleep(0.1)


def test_a_plan_date_travels_over_an_asset_to_a_question_that_only_the_named_person_answers(airflow: Running) -> None:
    with _client(airflow, ADMIN) as admin, _client(airflow, "buyer") as buyer:
        follower = _follower(airflow, admin)
        greeting = start_run(admin, "greet", partition_key="2011-06-20")
        follower.wait_for(greeting)
        assert any("good morning of 2011-06-20" in line for line in airflow.said)
        asked = follower.find_started("ask", after=greeting)
        assert asked.partition_key == "2011-06-20"
        follower.wait_for_people(asked)
        _wait_until_let_go(airflow, asked, "question")
        path = f"/dags/ask/dagRuns/{asked.run_id}/taskInstances/question/-1/hitlDetails"
        answer = {"chosen_options": ["Refuse"], "params_input": {}}
        assert admin.patch(path, json=answer).status_code == httpx.codes.FORBIDDEN
        assert buyer.patch(path, json=answer).status_code == httpx.codes.OK
        follower.wait_for(asked)
        assert any("Refuse by buyer for 2011-06-20" in line for line in airflow.said)


def test_a_channel_that_calls_starts_a_run_within_seconds(airflow: Running, warehouse_template: str) -> None:
    plan, url = airflow.plan, airflow.settings["STOCKROOM_WAREHOUSE_URL"]
    assert warehouse_template in url
    command = [sys.executable, str(Path(sys.executable).with_name("airflow")), "triggerer", "--skip-serve-logs"]
    triggerer = airflow.children.start("airflow-triggerer", command, airflow_environment(plan) | airflow.settings)
    try:
        call = DagRun("shopify", "a webhook", "success", None, datetime.now(UTC))
        with connect(url) as connection:
            remember_hint(connection, HintRow("shopify", "1", "orders/create", None), is_waiting=True)
        with _client(airflow, ADMIN) as admin:
            follower = _follower(airflow, admin)
            run = follower.find_started("hear", after=call)
            follower.wait_for(run)
            assert {task.task_id: task.state for task in follower.tasks[run.run_id]} == {
                "listen": "success",
                "rest": "skipped",
                "hurry": "success",
            }
            follower.wait_for(start_run(admin, "hear"))
        assert any("called: True, by ['shopify']" in line for line in airflow.said)
        assert [line for line in airflow.said if "what has time was done" in line], "a run that nobody called does it"
    finally:
        triggerer.terminate()
        triggerer.wait(90)  # it lets its own process end first, which takes a busy machine a while
        airflow.children.forget("airflow-triggerer")
        with connect(url) as connection:  # other tests copy this database
            connection.execute("delete from ops.channel_hints")


def test_a_question_ends_when_its_order_was_answered_elsewhere(airflow: Running) -> None:
    with _client(airflow, ADMIN) as admin:
        follower = _follower(airflow, admin)
        asked = start_run(admin, "ask", partition_key="2011-06-21")
        follower.wait_for_people(asked)
        assert end_questions(admin, "PO-000002", because="another order") == 0
        assert end_questions(admin, "PO-000001", because="refused by ann on the command line") == 1
        follower.wait_for(asked)
        assert {task.state for task in follower.tasks[asked.run_id]} == {"skipped"}
        assert end_questions(admin, "PO-000001", because="again") == 0


def test_an_airflow_that_is_not_there_is_said_to_go_on_asking(tmp_path: Path) -> None:
    said = end_questions_here(Installation(tmp_path), "PO-000001", because="refused by ann")
    assert said.startswith("Airflow goes on asking about PO-000001 until midnight")


def test_a_key_that_is_no_date_is_refused(airflow: Running) -> None:
    with _client(airflow, ADMIN) as admin:
        answer = admin.post("/dags/greet/dagRuns", json={"logical_date": None, "partition_key": "30.6.2011"})
        assert answer.is_client_error


def test_a_failed_task_tells_its_error(airflow: Running) -> None:
    with _client(airflow, ADMIN) as admin:
        follower = _follower(airflow, admin)
        run = start_run(admin, "fail")
        with pytest.raises(TaskFailedError, match=r"fail\.break_off failed: LookupError: no warehouse holds ROTTERDAM"):
            follower.wait_for(run)


def test_an_attempt_that_ended_without_an_error_is_told_of_and_tried_again(airflow: Running) -> None:
    with _client(airflow, ADMIN) as admin:
        follower = _follower(airflow, admin)
        follower.wait_for(start_run(admin, "stumble"))
        said = [line for line in airflow.said if line.startswith("stumble.end_once")]
        assert "ended without an error; Airflow tries it again" in said[0]
        assert "here all the same" in said[-1]


def test_nothing_listens_but_the_api_and_that_on_loopback(airflow: Running) -> None:
    listening = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get("STOCKROOM_RUN_OF") == airflow.children.mark:
                listening |= {c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN}
        except psutil.Error:
            continue
    assert listening == {("127.0.0.1", airflow.plan.port)}


def test_the_operators_desk_is_closed_to_strangers_and_open_to_the_buyer(
    airflow: Running, warehouse_template: str
) -> None:
    assert warehouse_template
    address = f"{airflow.plan.url}/operators-desk/"
    assert httpx.get(address).status_code == httpx.codes.UNAUTHORIZED
    assert httpx.get(f"{address}documents/PO-000001.pdf").status_code == httpx.codes.UNAUTHORIZED
    with _client(airflow, "buyer") as buyer:
        page = buyer.get(address)
        assert page.status_code == httpx.codes.OK
        assert "0 orders, 0 waiting" in page.text
        assert buyer.get(f"{address}documents/PO-000001.pdf").status_code == httpx.codes.NOT_FOUND


def test_a_second_start_needs_no_preparation_and_everything_ends(airflow: Running) -> None:
    airflow.children.stop()
    deadline = time.monotonic() + 10
    while any(_is_ours(process, airflow.children.mark) for process in psutil.process_iter()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", airflow.plan.port))
    log = airflow.children.log("airflow-prepare")
    log.unlink()
    start_airflow(airflow.plan, airflow.children, airflow_environment(airflow.plan))
    assert not log.exists()


def _is_ours(process: psutil.Process, mark: str) -> bool:
    try:
        alive = process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid()
        return alive and process.environ().get("STOCKROOM_RUN_OF") == mark
    except psutil.Error:
        return False
