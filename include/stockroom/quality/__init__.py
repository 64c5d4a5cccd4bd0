"""Quality gates: what must hold of raw records before dbt, and of decisions before release."""

from stockroom.quality.gate import Expected, Gate, GateResult, Table, run_gate
from stockroom.quality.report import render_report

__all__ = ["Expected", "Gate", "GateResult", "Table", "render_report", "run_gate"]
