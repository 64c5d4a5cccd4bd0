"""What every DAG file keeps to, so that whoever is called at night finds them all alike."""

from __future__ import annotations

import ast
import importlib
import os
import warnings
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "dags"
FILES = sorted(FOLDER.glob("*.py"))
STEMS = [file.stem for file in FILES]
WAITS_FOR_PEOPLE = {"approve_purchase_orders"}
ALLOWED_IMPORTS = (
    "airflow.sdk",
    "airflow.providers",
    "stockroom.orchestration",
    "stockroom.jobs",
    "datetime",
    "typing",
)


@pytest.fixture(scope="module", autouse=True)
def airflow_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep Airflow from writing its configuration into the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        patch.setenv("AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE", "False")
        yield


@cache
def _bag() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from airflow.dag_processing.dagbag import BundleDagBag

        return BundleDagBag(FOLDER, bundle_path=FOLDER, bundle_name="dags-folder")


def _dag(stem: str) -> Any:
    return _bag().dags[stem]


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_the_folder_holds_the_dags_that_are_named_here() -> None:
    assert STEMS == [
        "announce_restocks",
        "approve_purchase_orders",
        "build_planning_marts",
        "flag_overstock",
        "maintain_warehouse",
        "measure_results",
        "plan_purchase_orders",
        "sync_channels",
        "sync_suppliers",
        "take_in_dropped_files",
        "watch_supply",
    ]


def test_every_file_can_be_read_and_holds_the_one_dag_of_its_name() -> None:
    assert _bag().import_errors == {}
    assert {dag_id: Path(dag.fileloc).stem for dag_id, dag in _bag().dags.items()} == {stem: stem for stem in STEMS}


@pytest.mark.parametrize("file", FILES, ids=STEMS)
def test_a_dag_file_is_short_and_says_when_not_what(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert 35 <= len(text.splitlines()) < 60
    foreign = [name for name in _imports(ast.parse(text)) if not name.startswith(ALLOWED_IMPORTS)]
    assert foreign == []
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
    assert not calls & {"open", "print", "datetime.now", "date.today", "Variable.get", "os.getenv"}


@pytest.mark.parametrize("file", FILES, ids=STEMS)
def test_jobs_are_imported_inside_tasks_so_that_parsing_stays_quick(file: Path) -> None:
    top_level = ast.Module(
        [node for node in ast.parse(file.read_text()).body if not isinstance(node, ast.FunctionDef)], []
    )
    assert [name for name in _imports(top_level) if name.startswith("stockroom.jobs")] == []


@pytest.mark.parametrize("stem", STEMS)
def test_a_dag_says_what_it_does_what_starts_it_and_what_happens_if_nobody_acts(stem: str) -> None:
    words = _dag(stem).doc_md
    assert words == ast.get_docstring(ast.parse((FOLDER / f"{stem}.py").read_text())) + "\n"
    for part in ("Starts ", "If nobody acts", "Safe to"):
        assert part in words


@pytest.mark.parametrize("stem", STEMS)
def test_a_dag_has_a_tier_an_owner_retries_hopeless_errors_and_an_alarm(stem: str) -> None:
    dag = _dag(stem)
    assert {tag for tag in dag.tags if tag.startswith("tier:")} & {"tier:1", "tier:2", "tier:3"}
    for task in dag.tasks:
        assert task.owner == "inventory"
        assert task.retries >= 1
        assert task.has_retry_policy
        assert task.has_on_failure_callback
        assert task.retry_delay.total_seconds() >= 10
        if task.task_type.startswith("Ask"):
            assert task.execution_timeout is None, "people answer when they can"
        else:
            assert timedelta(minutes=30) < task.execution_timeout < timedelta(hours=12), "what hangs holds all up"


@pytest.mark.parametrize("stem", STEMS)
def test_runs_that_write_take_turns_and_those_that_wait_for_people_do_not(stem: str) -> None:
    dag = _dag(stem)
    if stem in WAITS_FOR_PEOPLE:
        assert dag.max_active_runs > 1
    else:
        assert dag.max_active_runs == 1
        assert dag.deadline


@pytest.mark.parametrize("stem", STEMS)
def test_switching_a_dag_on_does_not_start_it(stem: str) -> None:
    timetable = getattr(_dag(stem).timetable, "timetable", _dag(stem).timetable)
    assert not _dag(stem).catchup
    if hasattr(timetable, "run_immediately"):
        assert timetable.run_immediately is not True
        assert timetable.run_immediately.total_seconds() == 0


def test_every_asset_that_starts_a_dag_is_produced_by_another_or_watched_for() -> None:
    produced = {outlet.name for dag in _bag().dags.values() for task in dag.tasks for outlet in task.outlets}
    conditions = [getattr(dag.timetable, "asset_condition", None) for dag in _bag().dags.values()]
    assets = [asset for condition in conditions if condition for asset in getattr(condition, "objects", [condition])]
    watched = {asset.name for asset in assets if asset.watchers}
    assert watched == {"channel_events", "dropped_files"}
    assert {asset.name for asset in assets} - watched == {"stock_positions", "planning_marts", "orders_waiting"}
    assert {"stock_positions", "planning_marts", "orders_waiting"} <= produced


def test_the_channels_are_looked_at_by_the_clock_whether_they_say_something_or_not() -> None:
    assert _dag("sync_channels").timetable.timetable.expression == "*/2 * * * *"


def test_assets_are_written_once() -> None:
    for file in FILES:
        assert "Asset(" not in file.read_text(encoding="utf-8")


def test_one_task_per_dbt_layer_in_order_behind_the_gate() -> None:
    dag = _dag("build_planning_marts")
    order = ["wait_for_streams", "check_raw", "build_staging", "build_intermediate", "build_marts"]
    assert [task.task_id for task in dag.topological_sort()] == order


def test_nothing_is_released_before_the_gate_on_decisions() -> None:
    dag = _dag("plan_purchase_orders")
    assert [task.task_id for task in dag.topological_sort()] == [
        "freeze", "fit_pools", "decide", "propose", "check_decisions", "release", "deliver",
        "notice_surprises",
    ]  # fmt: skip


def test_each_shard_is_decided_by_a_task_of_its_own() -> None:
    decide = _dag("plan_purchase_orders").get_task("decide")
    assert decide.is_mapped
    assert decide.op_kwargs_expand_input.value["shard"].operator.task_id == "fit_pools"


def test_what_is_measured_does_not_wait_for_anything_else_that_is() -> None:
    tasks = _dag("measure_results").tasks
    assert {task.task_id for task in tasks} == {"accuracy", "stock_costs", "replay"}
    assert all(not task.upstream_task_ids for task in tasks)


def test_each_order_is_answered_by_itself() -> None:
    from airflow.sdk.definitions.taskgroup import MappedTaskGroup

    group = _dag("approve_purchase_orders").task_group.children["approve"]
    assert isinstance(group, MappedTaskGroup)
    assert set(group.children) == {
        f"approve.{name}" for name in ("ask", "record", "deliver", "ask_second", "record_second", "deliver_second")
    }


def test_the_channels_of_a_round_are_those_that_are_connected(tmp_path: Path) -> None:
    from stockroom.channels import CHANNELS
    from stockroom.jobs.note_channels import connected_channels
    from stockroom.settings import Settings

    upstream = _dag("sync_channels").get_task("extract").upstream_task_ids
    assert upstream == {"begin_round"}
    values = {channel.variable(field): "given" for channel in CHANNELS.values() for field in channel.fields}
    everything = Settings("", "", tmp_path, tmp_path, tmp_path, tmp_path, channel_values=values, wholesale_dir=tmp_path)
    assert connected_channels(everything) == sorted(CHANNELS)
    assert connected_channels(Settings("", "", tmp_path, tmp_path, tmp_path, tmp_path)) == []


def test_hopeless_errors_exist_under_the_names_by_which_they_are_known() -> None:
    from stockroom.orchestration.policies import HOPELESS_ERRORS

    for name in HOPELESS_ERRORS:
        module, _, error = name.rpartition(".")
        assert issubclass(getattr(importlib.import_module(module), error), Exception)


def test_a_hopeless_error_is_not_retried_and_any_other_is() -> None:
    from airflow.sdk import RetryAction

    from stockroom.orchestration.policies import RetryUnlessHopeless
    from stockroom.settings import SettingsError

    class NarrowerError(SettingsError):
        pass

    policy = RetryUnlessHopeless()
    assert policy.evaluate(NarrowerError(), 1, 3).action is RetryAction.FAIL
    assert policy.evaluate(ConnectionError(), 1, 3).action is RetryAction.DEFAULT


def test_the_embedded_airflow_reads_files_without_the_word_airflow() -> None:
    from stockroom.embedded.airflow import AirflowPlan, airflow_environment

    home = Path(os.environ["AIRFLOW_HOME"])
    plan = AirflowPlan(home, FOLDER.parent, home, "postgresql+psycopg2://nobody@127.0.0.1:1/none", 1, ("buyer",))
    assert airflow_environment(plan)["AIRFLOW__CORE__DAG_DISCOVERY_SAFE_MODE"] == "False"
