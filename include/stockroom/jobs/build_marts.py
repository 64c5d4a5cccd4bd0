"""Build the marts from raw with dbt, in this process."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import orjson
from psycopg.conninfo import conninfo_to_dict

from stockroom.jobs.note_channels import note_channels
from stockroom.jobs.question_listings import question_listings
from stockroom.jobs.take_in_stock import take_in_stock
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.connection import WarehouseError
from stockroom.warehouse.run_summary import record_build
from stockroom.warehouse.stock_ledger import is_built

if TYPE_CHECKING:
    from dbt.artifacts.schemas.run import RunExecutionResult
    from dbt.cli.main import dbtRunnerResult

Layer = Literal["staging", "intermediate", "marts"]
LAYERS: tuple[Layer, ...] = get_args(Layer)

DBT_PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
LEDGER = "+path:models/intermediate/ledger"
"""The views by which the ledger of stock reads raw, and what they stand on."""
COMPILED_CHARACTERS_SHOWN = 4000
"""A task's log must stay readable; the whole statement lies in the file that the error names."""

_PROFILE_VARIABLES = {
    "STOCKROOM_WAREHOUSE_HOST": "host",
    "STOCKROOM_WAREHOUSE_PORT": "port",
    "STOCKROOM_WAREHOUSE_USER": "user",
    "STOCKROOM_WAREHOUSE_PASSWORD": "password",
    "STOCKROOM_WAREHOUSE_DBNAME": "dbname",
    "STOCKROOM_WAREHOUSE_SSLMODE": "sslmode",
}


class BuildFailedError(RuntimeError):
    """A model or a test failed; the message names it, why, and its compiled SQL. What stands on it was not rebuilt."""


@dataclass(frozen=True)
class BuildSummary:
    """What one build did."""

    as_of_date: date
    layer: Layer | None
    """``None``: all of them."""
    models: int
    tests: int
    seconds: float
    """As dbt counts them, without its start-up."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return (
            f"{self.layer or 'all layers'} for {self.as_of_date}: "
            f"{self.models} models built, {self.tests} tests passed in {self.seconds:.1f} s"
        )


def build_marts(
    settings: Settings,
    *,
    as_of_date: date,
    layer: Layer | None = None,
    full_refresh: bool = False,
    with_tests: bool = True,
) -> BuildSummary:
    """Build one layer (or all) from what raw holds, with its tests, counting what occurred before ``as_of_date``.

    Building for an earlier date than last time is safe: the incremental models forget what they counted later.
    ``full_refresh`` builds them from nothing; maintenance leaves in raw what that needs. ``with_tests=False``
    leaves out the tests of the data, for whoever compares what was built himself.

    Raises:
        BuildFailedError: a model or a test failed, or the project cannot be parsed.
    """
    if not (DBT_PROJECT / "dbt_project.yml").is_file():
        raise BuildFailedError(f"there is no dbt project in {DBT_PROJECT}; run from a checkout or the project's image")
    settings.dbt_dir.mkdir(parents=True, exist_ok=True)
    try:
        with connect(settings.warehouse_url) as connection:
            note_channels(settings, connection)  # staging reads the tables of channels that were never extracted too
    except WarehouseError as error:
        raise BuildFailedError(str(error)) from error
    flags = ["--full-refresh"] if full_refresh else []
    flags += [] if with_tests else ["--exclude-resource-type", "test"]
    if layer is None and not _ledger_is_built(settings):
        _run_dbt(settings, as_of_date, "staging", flags)
    if layer in (None, "intermediate"):
        _bring_stock_up_to_date(settings)
    run = _run_dbt(settings, as_of_date, layer, flags)
    if layer in (None, "intermediate"):
        _question_listings(settings)
    nodes = [str(result.node.resource_type) for result in run.results]
    models, tests = nodes.count("model"), nodes.count("test")
    with connect(settings.warehouse_url) as connection:
        record_build(connection, plan_date=as_of_date, layer=layer or "all", models=models, tests=tests)
    return BuildSummary(as_of_date=as_of_date, layer=layer, models=models, tests=tests, seconds=float(run.elapsed_time))


def _ledger_is_built(settings: Settings) -> bool:
    with connect(settings.warehouse_url) as connection:
        return is_built(connection)


def _bring_stock_up_to_date(settings: Settings) -> None:
    """Take in what landed since the last round: levels and positions of the marts are the ledger's."""
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True
        take_in_stock(connection)


def _question_listings(settings: Settings) -> None:
    with connect(settings.warehouse_url) as connection:
        connection.autocommit = True
        question_listings(connection)


def _run_dbt(settings: Settings, as_of_date: date, layer: Layer | None, flags: list[str]) -> RunExecutionResult:
    """Let dbt build and test a layer, and return what it ran."""
    # Two processes with one target path overwrite each other's manifest.
    target = Path(tempfile.mkdtemp(prefix="target-", dir=settings.dbt_dir))
    try:
        _lend_parsed_project(settings.dbt_dir, target)
        arguments = _arguments(settings, layer, target) + flags
        # The day is no variable of dbt's: the project is parsed once, whatever days are built.
        with _environment(_profile(settings.owner_url) | {"STOCKROOM_AS_OF_DATE": as_of_date.isoformat()}):
            outcome = _invoke(arguments)
        _keep_parsed_project(settings.dbt_dir, target)
        run = _run_of(outcome)
        if run is None:
            raise BuildFailedError(f"dbt could not start: {outcome.exception}")
        if not outcome.success:
            raise BuildFailedError(_explained(run, keep_in=settings.dbt_dir / "failed"))
        return run
    finally:
        shutil.rmtree(target, ignore_errors=True)


def _invoke(arguments: list[str]) -> dbtRunnerResult:
    """Return dbt's outcome; imported here because dbt takes two seconds to import and DAG files import this module."""
    from dbt.cli.main import dbtRunner

    with _collecting_no_garbage():
        return dbtRunner().invoke(arguments)


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """Leave cycles where they are: the parsed project lives on, and going through it again is a fifth of a build.

    It costs some 110 MB while the build lasts.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _run_of(outcome: dbtRunnerResult) -> RunExecutionResult | None:
    """Return what was run, or nothing when dbt stopped before running anything."""
    from dbt.artifacts.schemas.run import RunExecutionResult

    return outcome.result if isinstance(outcome.result, RunExecutionResult) else None


def _arguments(settings: Settings, layer: Layer | None, target: Path) -> list[str]:
    variables = {"store_time_zone": settings.time_zone, "store_currency": settings.currency}
    arguments = ["--log-level", "none", "--log-level-file", "warn", "--log-path", str(settings.dbt_dir / "logs")]
    arguments += ["--no-use-colors", "--no-write-json", "build"]
    arguments += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target)]
    arguments += ["--vars", orjson.dumps(variables).decode()]
    # Unit tests prove code, not data: the test suite runs them. A test that needs a later layer waits for it.
    arguments += ["--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"]
    if layer == "staging":  # and the views by which the ledger of stock reads it, before anything stands on positions
        arguments += ["--select", "path:models/staging", LEDGER]
    elif layer is not None:
        arguments += ["--select", f"path:models/{layer}"]
    if layer == "intermediate":  # they are views, and staging built them
        arguments += ["--exclude", LEDGER]
    return arguments


def _profile(warehouse_url: str) -> dict[str, str]:
    """Return the variables that profiles.yml reads, from the warehouse's URL."""
    parts = conninfo_to_dict(warehouse_url)
    profile = {name: str(parts[key]) for name, key in _PROFILE_VARIABLES.items() if parts.get(key) is not None}
    return profile | {
        "DO_NOT_TRACK": "1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # Read by libpq: a million-row group by must not spill to disk, and no statement is long enough for jit to pay.
        "PGOPTIONS": "-c work_mem=128MB -c jit=off",
    }


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, the only way a dbt profile takes values in, and put the old ones back."""
    names = {*_PROFILE_VARIABLES, *variables}
    before = {name: os.environ.get(name) for name in names}
    for name in names:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _lend_parsed_project(dbt_dir: Path, target: Path) -> None:
    """Give this build the project as an earlier one parsed it; dbt parses again whatever changed since."""
    parsed = dbt_dir / "partial_parse.msgpack"
    if parsed.is_file():
        shutil.copyfile(parsed, target / parsed.name)


def _keep_parsed_project(dbt_dir: Path, target: Path) -> None:
    """Keep the parsed project for the next process; replaced in one step, so that nobody reads half of it."""
    parsed = target / "partial_parse.msgpack"
    if parsed.is_file():
        parsed.replace(dbt_dir / parsed.name)


def _explained(run: RunExecutionResult, *, keep_in: Path) -> str:
    """Return what failed, why, and the SQL it ran, whose whole text is kept as a file in ``keep_in``."""
    failed = [result for result in run.results if result.status in ("error", "fail", "runtime error")]
    first = failed[0]
    parts = [f"{first.node.resource_type} {first.node.name} ({first.node.original_file_path}): {first.message}"]
    compiled = getattr(first.node, "compiled_code", None)
    if compiled:
        keep_in.mkdir(parents=True, exist_ok=True)
        path = keep_in / f"{first.node.name}.sql"
        path.write_text(compiled, encoding="utf-8")
        parts.append(f"Its compiled SQL, also in {path}:\n{_bounded(compiled.strip())}")
    if len(failed) > 1:
        parts.append("Failed too: " + ", ".join(result.node.name for result in failed[1:11]))
    return "\n".join(parts)


def _bounded(text: str) -> str:
    if len(text) <= COMPILED_CHARACTERS_SHOWN:
        return text
    return f"{text[:COMPILED_CHARACTERS_SHOWN]}\n... ({len(text) - COMPILED_CHARACTERS_SHOWN} more characters)"
