"""The dbt project as text: its unit tests hold, and no model reads a clock."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dbt.cli.main import dbtRunner

from stockroom.jobs import build_marts as job

if TYPE_CHECKING:
    from conftest import Marts

CLOCKS = re.compile(
    r"\b(current_date|current_timestamp|current_time|localtime|localtimestamp|getdate|sysdate|run_started_at|modules\.datetime)\b"
    r"|\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(",
    re.IGNORECASE,
)


def test_no_model_macro_or_test_reads_the_clock() -> None:
    files = [path for path in job.DBT_PROJECT.rglob("*.sql") if "target" not in path.parts]
    assert len(files) > 50
    readers = [
        f"{path.name}: {found[0]}" for path in files if (found := CLOCKS.search(path.read_text(encoding="utf-8")))
    ]
    assert readers == []


@pytest.mark.parametrize("clock", ["current_date", "select now()", "{{ run_started_at }}", "Current_Timestamp"])
def test_a_clock_would_be_seen(clock: str) -> None:
    assert CLOCKS.search(clock)


def test_exposures_name_what_the_product_reads_and_give_bi_users_every_mart() -> None:
    marts = job.DBT_PROJECT / "models/marts"
    exposures = re.split(r"\n  - name: ", (marts / "_exposures.yml").read_text(encoding="utf-8"))[1:]
    used = {text.partition("\n")[0]: set(re.findall(r"ref\('(\w+)'\)", text)) for text in exposures}
    assert used.pop("business_intelligence") == {path.stem for path in marts.glob("*.sql")}
    root = job.DBT_PROJECT.parent
    files = [path for tree in ("include/stockroom", "plugins") for path in (root / tree).rglob("*")]
    code = [path for path in files if path.suffix in (".py", ".sql")]
    read = {mart for path in code for mart in re.findall(r"\bmarts\.((?:fct|dim)_[a-z_]+)", path.read_text("utf-8"))}
    assert len(read) > 15
    assert read - set().union(*used.values()) == set()


@pytest.mark.slow
def test_the_unit_tests_beside_the_models_hold(built_marts: Marts, tmp_path: Path) -> None:
    folders = [f"--{name}={job.DBT_PROJECT}" for name in ("project-dir", "profiles-dir")]
    folders += [f"--{name}={tmp_path}" for name in ("target-path", "log-path")]
    with job._environment(job._profile(built_marts.settings.warehouse_url)):
        outcome = dbtRunner().invoke(
            ["--quiet", "test", *folders, "--vars", "{as_of_date: 2011-06-30}", "--select", "test_type:unit"]
        )
    run = job._run_of(outcome)
    assert run is not None
    failed = {result.node.name: result.message for result in run.results if result.status != "pass"}
    assert failed == {}
    names = {result.node.name for result in run.results}
    assert len(names) >= 15
    assert {"two_parcels_count_a_sale_once", "a_return_is_not_a_sale", "velocity_counts_days_without_sales"} <= names
