"""Suppose something of a planned day, and say which SKUs run out when and what to order now; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from stockroom.jobs.decide_items import decide_items
from stockroom.planning.arrays import IntArray
from stockroom.planning.scenarios import Outcome, Scenario, play_scenario
from stockroom.settings import Settings
from stockroom.tabular.spreadsheet import csv_bytes
from stockroom.warehouse import connect
from stockroom.warehouse.plans_inputs import FrozenInputs, read_inputs
from stockroom.warehouse.plans_pools import read_pools

SHOWN = 20
COLUMNS = (
    "sku", "location_id", "supplier_id", "runs_out_on", "runs_out_on_as_it_is", "empty_days", "lost_margin",
    "order_now", "order_as_it_is",
)  # fmt: skip


@dataclass(frozen=True)
class WhatIfReport:
    """What a supposition comes to."""

    plan_date: date
    rows: tuple[tuple[str | int, ...], ...]
    """As ``COLUMNS``, the dearest first."""
    touched: int
    lost_margin: float
    path: Path

    def __str__(self) -> str:
        """Return what a person reads."""
        emptied = sum(1 for row in self.rows if row[5])
        head = (
            f"{self.plan_date}: {self.touched:,} SKU-locations touched; {emptied:,} run out before an order of today "
            f"would be there, which costs {self.lost_margin:,.2f} of margin. All of them: {self.path}"
        )
        shown = [
            f"  {row[0]} at {row[1]}: runs out on {row[3]} (else {row[4]}), empty for {row[5]} days, "
            f"{row[6]} lost; order {row[7]} now (else {row[8]})"
            for row in self.rows[:SHOWN]
        ]
        return "\n".join((head, *shown))


def what_if(settings: Settings, scenario: Scenario, *, as_of_date: date) -> WhatIfReport:
    """Play a scenario on what the plan of a day knew, and write the answer as a CSV file beside the reports.

    Raises:
        LookupError: the day was never planned, or what it was planned from is not kept any more.
    """
    with connect(settings.warehouse_url) as connection:
        inputs, pools = read_inputs(connection, as_of_date), read_pools(connection, as_of_date)
    plan = decide_items(inputs, pools)
    outcome = play_scenario(inputs.history, plan, scenario)
    touched = np.flatnonzero(outcome.is_touched & np.isfinite(outcome.runs_out_days))
    ranked = touched[np.lexsort((touched, outcome.runs_out_days[touched], -outcome.lost_margin[touched]))]
    rows = tuple(_row(inputs, outcome, plan.order_units, item) for item in ranked.tolist())
    path = settings.reports_dir / f"what-if-{as_of_date}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(COLUMNS, rows))
    return WhatIfReport(as_of_date, rows, int(outcome.is_touched.sum()), float(outcome.lost_margin.sum()), path)


def _row(inputs: FrozenInputs, outcome: Outcome, as_it_is: IntArray, item: int) -> tuple[str | int, ...]:
    return (
        str(inputs.sku[item]),
        str(inputs.location_id[item]),
        str(inputs.history.supplier[item]),
        _day(inputs.plan_date, outcome.runs_out_days[item]),
        _day(inputs.plan_date, outcome.ran_out_days[item]),
        round(float(outcome.empty_days[item])),
        f"{outcome.lost_margin[item]:.2f}",
        int(outcome.order_units[item]),
        int(as_it_is[item]),
    )


def _day(plan_date: date, days: float) -> str:
    return (plan_date + timedelta(days=int(days))).isoformat() if days < 3650 else "never"
