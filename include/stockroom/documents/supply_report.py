"""What is wrong with goods under way, for the operators: ranked by money, with what would help and what came of it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from jinja2 import Template

from stockroom.documents import formats
from stockroom.documents.pages import page_template
from stockroom.planning.standing_exceptions import StandingException
from stockroom.tabular.spreadsheet import csv_bytes

CSV_COLUMNS = (
    "exception_key", "kind", "subject", "detail", "stockout_probability", "money_at_risk", "currency", "proposal",
    "proposal_gain", "owner", "first_sign_at", "raised_at", "put_forward_on", "state", "answered_by", "answer_note",
)  # fmt: skip


@dataclass(frozen=True)
class SupplyReport:
    """What stands on a day, the gravest first, and what came of all that was raised in the last ``days``."""

    day: date
    company: str
    currency: str
    exceptions: Sequence[StandingException]
    days: int
    raised: int
    in_time: int
    put_forward: int
    acted: int
    dismissed: int
    resolved: int
    open: int

    @property
    def shown(self) -> list[StandingException]:
        """Return what is put before people and open."""
        return [one for one in self.exceptions if one.put_forward_on and one.state == "open"]

    @property
    def waiting(self) -> list[StandingException]:
        """Return what waits behind graver ones."""
        return [one for one in self.exceptions if not one.put_forward_on and one.state == "open"]

    @property
    def money_at_risk(self) -> Decimal:
        """Return what all open ones put at risk, in the report's currency."""
        return sum(
            (
                one.money_at_risk
                for one in self.exceptions
                if one.money_at_risk and one.state == "open" and one.currency == self.currency
            ),
            Decimal(0),
        )


def supply_report_file_name(day: date, suffix: str) -> str:
    """Return the report's file name.

    >>> supply_report_file_name(date(2011, 6, 30), "html")
    'supply-2011-06-30.html'
    """
    return f"supply-{day}.{suffix}"


def supply_report_csv(report: SupplyReport) -> bytes:
    """Return every exception that stands as CSV, columns ``CSV_COLUMNS``, safe to open in a spreadsheet."""
    return csv_bytes(
        CSV_COLUMNS,
        ([_cell(getattr(one, column)) for column in CSV_COLUMNS] for one in report.exceptions),
    )


def supply_report_html(report: SupplyReport) -> bytes:
    """Return the report as one HTML page; whatever comes out of data is escaped."""
    page = _template().render(report=report, csv_name=supply_report_file_name(report.day, "csv"))
    return page.encode()


def _cell(value: object) -> str | int | float | Decimal | date | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return round(value, 3)
    return value  # type: ignore[return-value]  # fields of a StandingException


@functools.cache
def _template() -> Template:
    return page_template("supply_report.html", percent=formats.percent, sentence=_sentence, words=_words)


def _sentence(text: str) -> str:
    """Return words as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def _words(kind: str) -> str:
    """Return a kind as words."""
    return kind.replace("_", " ").capitalize()
