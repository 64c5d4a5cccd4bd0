"""The weekly overstock digest: what is too much, what it ties up, and the cheapest way out."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jinja2 import Template

from stockroom.documents.pages import page_template
from stockroom.tabular.spreadsheet import csv_bytes

CSV_COLUMNS = (
    "plan_date", "sku", "title", "location_id", "position_units", "target_units", "excess_units", "days_of_supply",
    "value_tied_up", "monthly_carrying_cost", "currency", "action", "markdown_percent", "reason",
)  # fmt: skip
LONGEST_DAYS_SHOWN = 3650
LINES_IN_DIGEST = 100
"""A digest is read on a Monday morning; the CSV beside it holds every line."""


@dataclass(frozen=True)
class ExcessLine:
    """One SKU at one location that lasts longer than its target. Money in the digest's currency."""

    sku: str
    title: str
    location_id: str
    position_units: int
    target_units: int
    excess_units: int
    days_of_supply: float | None
    """``None`` where nothing sells."""
    value_tied_up: Decimal
    monthly_carrying_cost: Decimal
    action: str
    markdown_percent: Decimal
    reason: str


@dataclass(frozen=True)
class OverstockDigest:
    """All excess of one plan date, most money first."""

    plan_date: date
    company: str
    currency: str
    lines: Sequence[ExcessLine]

    @property
    def value_tied_up(self) -> Decimal:
        """Return the cost of all units beyond their targets."""
        return sum((line.value_tied_up for line in self.lines), Decimal(0))

    @property
    def monthly_carrying_cost(self) -> Decimal:
        """Return what holding them costs a month."""
        return sum((line.monthly_carrying_cost for line in self.lines), Decimal(0))


def overstock_file_name(plan_date: date, suffix: str) -> str:
    """Return the digest's file name, by the ISO week of the plan date.

    >>> overstock_file_name(date(2011, 6, 30), "html")
    'overstock-2011-W26.html'
    """
    year, week, _ = plan_date.isocalendar()
    return f"overstock-{year}-W{week:02d}.{suffix}"


def overstock_csv(digest: OverstockDigest) -> bytes:
    """Return every line as CSV, columns ``CSV_COLUMNS``, safe to open in a spreadsheet."""
    return csv_bytes(
        CSV_COLUMNS,
        (
            (
                digest.plan_date,
                line.sku,
                line.title,
                line.location_id,
                line.position_units,
                line.target_units,
                line.excess_units,
                None if line.days_of_supply is None else round(line.days_of_supply, 1),
                line.value_tied_up,
                line.monthly_carrying_cost,
                digest.currency,
                line.action,
                line.markdown_percent,
                line.reason,
            )
            for line in digest.lines
        ),
    )


def overstock_html(digest: OverstockDigest) -> bytes:
    """Return the digest as one HTML page for mail client and paper; whatever comes out of data is escaped."""
    actions: dict[str, tuple[int, Decimal]] = {}
    for line in digest.lines:
        items, value = actions.get(line.action, (0, Decimal(0)))
        actions[line.action] = (items + 1, value + line.value_tied_up)
    return (
        _template()
        .render(
            digest=digest,
            week=overstock_file_name(digest.plan_date, "").removeprefix("overstock-").removesuffix("."),
            shown=digest.lines[:LINES_IN_DIGEST],
            actions=sorted(actions.items(), key=lambda action: -action[1][1]),
            csv_name=overstock_file_name(digest.plan_date, "csv"),
        )
        .encode()
    )


@functools.cache
def _template() -> Template:
    return page_template("overstock.html", lasts=_lasts)


def _lasts(days: float | None) -> str:
    """Return how long stock lasts, for a reader: nobody plans for decades."""
    if days is None:
        return "does not sell"
    return "over 10 years" if days > LONGEST_DAYS_SHOWN else f"{days:,.0f} days"
