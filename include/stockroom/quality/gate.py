"""Run Great Expectations over tables in memory and say which rows failed, in words.

The library costs seconds and 280 MB to import, so it is imported inside ``run_gate`` alone: one process per gate.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

ROWS_NAMED = 20
"""How many failing rows a result names; the report says how many there are in all."""


@dataclass(frozen=True)
class Expected:
    """One thing that must hold of a column, and what to do where it does not."""

    sentence: str
    kind: str
    """Class name in ``great_expectations.expectations``."""
    arguments: Mapping[str, Any]
    mend: str


@dataclass(frozen=True)
class Table:
    """A set of rows to check: the file in ``sql/`` that reads it, the columns that name a row, what must hold."""

    name: str
    row_name: tuple[str, ...]
    expected: tuple[Expected, ...]


@dataclass(frozen=True)
class Gate:
    """The tables that stand at one boundary of the pipeline."""

    name: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Finding:
    """How one expectation came out."""

    table: str
    expected: Expected
    rows_checked: int
    rows_failed: int
    named_rows: tuple[Mapping[str, object], ...]
    """The first ``ROWS_NAMED`` failing rows: the columns that name them and the column that failed."""

    @property
    def passed(self) -> bool:
        """Return whether every row met the expectation."""
        return self.rows_failed == 0


@dataclass(frozen=True)
class GateResult:
    """What a gate found, in the order of its declaration."""

    gate: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Return whether every expectation was met."""
        return all(finding.passed for finding in self.findings)

    @property
    def failures(self) -> tuple[Finding, ...]:
        """Return what failed."""
        return tuple(finding for finding in self.findings if not finding.passed)


class UnusableExpectationError(Exception):
    """An expectation could not be evaluated at all: the gate is wrong, not the data."""


def run_gate(gate: Gate, read: Callable[[Table], pd.DataFrame]) -> GateResult:
    """Return what ``gate`` finds in the rows that ``read`` gives for each of its tables.

    Raises:
        UnusableExpectationError: an expectation raised inside the library, for example on a missing column.
    """
    # Nothing may phone home; the library reads these when it is imported.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    os.environ["TQDM_DISABLE"] = "1"
    # It narrates its own assembly; a task's log is for what a person should read.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("rows")
    findings: list[Finding] = []
    for table in gate.tables:
        rows = read(table)
        batch = source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("all")
        suite = gx.ExpectationSuite(
            name=table.name,
            expectations=[getattr(gx.expectations, expected.kind)(**expected.arguments) for expected in table.expected],
        )
        definition = gx.ValidationDefinition(name=table.name, data=batch, suite=context.suites.add(suite))
        outcome = context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": rows},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(table.row_name)},
        )
        # Results come back grouped by column; the configuration alone ties a result to its declaration.
        results = {_signature(one.expectation_config): one for one in outcome.results}
        for expected, expectation in zip(table.expected, suite.expectations, strict=True):
            findings.append(_finding(table, expected, results[_signature(expectation.configuration)], len(rows)))
    return GateResult(gate=gate.name, findings=tuple(findings))


def _signature(configuration: ExpectationConfiguration | None) -> str:
    """Return what tells one expectation of a table from another."""
    if configuration is None:
        return ""
    kwargs = {key: value for key, value in configuration.kwargs.items() if key != "batch_id"}
    return f"{configuration.type} {sorted(kwargs.items())}"


def _finding(table: Table, expected: Expected, result: ExpectationValidationResult, rows_checked: int) -> Finding:
    if result.exception_info.get("raised_exception"):
        raise UnusableExpectationError(
            f"{table.name}: {expected.sentence!r} could not be evaluated: {result.exception_info['exception_message']}"
        )
    detail = result.result
    named: Sequence[Mapping[str, object]] = detail.get("unexpected_index_list") or []
    failed = detail.get("unexpected_count", 0) or 0
    if not result.success and failed == 0:
        # Expectations about a whole table or an aggregate name no row: the observed value stands in for them.
        failed, named = 1, [{"observed": detail.get("observed_value")}]
    return Finding(
        table=table.name,
        expected=expected,
        rows_checked=rows_checked,
        rows_failed=0 if result.success else failed,
        named_rows=() if result.success else tuple(dict(row) for row in named[:ROWS_NAMED]),
    )
