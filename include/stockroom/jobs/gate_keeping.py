"""Run a quality gate: read its rows, leave its report, record its verdict, stop what follows when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import count
from pathlib import Path

import pandas as pd
import psycopg

from stockroom.quality import Gate, GateResult, Table, render_report, run_gate
from stockroom.settings import Settings
from stockroom.warehouse.gate_runs import record_gate_run

FINDINGS_IN_ERROR = 5


class GateFailedError(Exception):
    """A quality gate does not hold; the message names the first rows, the mend and the report."""


@dataclass(frozen=True)
class GateSummary:
    """What a gate that let the data through had looked at."""

    gate: str
    expectations: int
    rows_checked: int
    report: Path

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"gate {self.gate}: {self.expectations} expectations hold over {self.rows_checked:,} rows; {self.report}"


def keep_gate(
    settings: Settings,
    connection: psycopg.Connection,
    gate: Gate,
    *,
    as_of_date: date,
    parameters: Mapping[str, object],
    last_landing_file_id: int,
) -> GateSummary:
    """Return the summary of ``gate``, or stop what follows.

    ``parameters`` are the values that the gate's SQL files name; ``last_landing_file_id`` is how far a passed gate has
    looked.

    Raises:
        GateFailedError: an expectation does not hold.
    """
    result = run_gate(gate, lambda table: _read(connection, table, parameters))
    report = _keep_report(
        settings.reports_dir, f"{gate.name}-{as_of_date}", render_report(result, as_of_date=as_of_date)
    )
    record_gate_run(
        connection,
        gate=gate.name,
        as_of_date=as_of_date,
        passed=result.passed,
        last_landing_file_id=last_landing_file_id,
        report_path=str(report),
    )
    connection.commit()
    if not result.passed:
        raise GateFailedError(_message(result, report))
    checked = {finding.table: finding.rows_checked for finding in result.findings}
    return GateSummary(gate.name, len(result.findings), sum(checked.values()), report)


def _keep_report(folder: Path, name: str, page: str) -> Path:
    """Return the file that holds ``page``; one that says something else stays, and the new one gets the next number.

    A second look at a day sees less, because what was released is no longer proposed: it must not take away the report
    that the orders were released on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        report = folder / (f"{name}.html" if number == 1 else f"{name}-{number}.html")
        if not report.exists():
            break
        if report.read_text(encoding="utf-8") == page:
            return report
    unfinished = report.with_suffix(".part")
    unfinished.write_text(page, encoding="utf-8")
    unfinished.replace(report)
    return report


def _read(connection: psycopg.Connection, table: Table, parameters: Mapping[str, object]) -> pd.DataFrame:
    statement = resources.files("stockroom.quality").joinpath("sql", f"{table.name}.sql").read_bytes()
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        columns = [column.name for column in cursor.description or ()]
        return pd.DataFrame(cursor.fetchall(), columns=columns)


def _message(result: GateResult, report: Path) -> str:
    lines = [f"gate {result.gate} failed; nothing after it has run. Report: {report}"]
    for finding in result.failures[:FINDINGS_IN_ERROR]:
        row = ", ".join(f"{name} {value}" for name, value in finding.named_rows[0].items())
        lines.append(
            f"- {finding.expected.sentence} {finding.rows_failed:,} of {finding.rows_checked:,} rows do not, "
            f"first: {row}. To mend it: {finding.expected.mend}."
        )
    if len(result.failures) > FINDINGS_IN_ERROR:
        lines.append(f"- and {len(result.failures) - FINDINGS_IN_ERROR} more")
    return "\n".join(lines)
