"""Check raw records before dbt builds from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockroom.jobs.gate_keeping import GateSummary, keep_gate
from stockroom.quality.raw import LINES_TO_JUDGE_BY, REJECTED_LINES_ALLOWED, raw_gate
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.gate_runs import last_passed_landing_file_id, newest_landing_file_id


@dataclass(frozen=True)
class NothingToCheck:
    """No file has landed since this gate last let everything through."""

    gate: str

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"gate {self.gate}: nothing has landed since it last passed"


def check_raw(settings: Settings, *, as_of_date: date) -> GateSummary | NothingToCheck:
    """Return what the gate on raw found in the files that landed since it last passed.

    Raises:
        GateFailedError: something landed that cannot be believed; the report names the rows.
    """
    with connect(settings.warehouse_url) as connection:
        newest = newest_landing_file_id(connection)
        last_passed = last_passed_landing_file_id(connection, gate="raw")
        if last_passed is not None and newest <= last_passed:
            return NothingToCheck("raw")
        return keep_gate(
            settings,
            connection,
            raw_gate(),
            as_of_date=as_of_date,
            parameters={
                "after_landing_file_id": last_passed or 0,
                "time_zone": settings.time_zone,
                "rejected_lines_allowed": REJECTED_LINES_ALLOWED,
                "lines_to_judge_by": LINES_TO_JUDGE_BY,
            },
            last_landing_file_id=newest,
        )
