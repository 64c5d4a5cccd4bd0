"""Render what a gate found as a page that a person reads before anything else is done."""

from __future__ import annotations

from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from stockroom.quality.gate import GateResult


def render_report(result: GateResult, *, as_of_date: date) -> str:
    """Return the gate's findings as one HTML page; everything that comes from data is escaped."""
    environment = Environment(
        loader=PackageLoader("stockroom.quality"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("report.html").render(result=result, as_of_date=as_of_date)
