"""Check a plan's decisions before any order from it is released."""

from __future__ import annotations

from datetime import date

from stockroom.jobs.gate_keeping import GateSummary, keep_gate
from stockroom.quality.decisions import decisions_gate
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.gate_runs import newest_landing_file_id


def check_decisions(settings: Settings, *, as_of_date: date) -> GateSummary:
    """Return what the gate on decisions found in the plan of ``as_of_date`` and in the orders it proposes.

    Raises:
        GateFailedError: a decision contradicts itself or what is known; the report names the rows.
    """
    with connect(settings.warehouse_url) as connection:
        return keep_gate(
            settings,
            connection,
            decisions_gate(),
            as_of_date=as_of_date,
            parameters={"as_of_date": as_of_date},
            last_landing_file_id=newest_landing_file_id(connection),
        )
