"""What stands under the question whether an order may go, as Markdown: enough to answer it on the spot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.documents import formats

LINES_SHOWN = 10
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~-])")


@dataclass(frozen=True)
class QuestionLine:
    """One line of the order."""

    line_number: int
    sku: str
    description: str
    units: int
    unit_cost: Decimal
    line_value: Decimal
    reason: str


@dataclass(frozen=True)
class OrderQuestion:
    """An order, as whoever has to answer should see it."""

    po_number: str
    version: int
    supplier_name: str
    location_id: str
    currency: str
    value: Decimal
    requested_date: date | None
    units: int
    why: str
    first_yes: str
    """Who agreed already, where two people must; else empty."""
    base_currency: str
    exchange_rate: Decimal | None
    """What one of the currency is worth in the base currency; ``None``: it is that, or nobody knows."""
    rate_date: date | None
    margin_per_day: float
    """In the base currency: what every day costs on which the lines that run out are not there."""
    first_out_in_days: float | None
    """When the first of them runs out; ``None`` when none does before the goods are wanted."""
    lines: tuple[QuestionLine, ...]
    """Those of most value first."""
    links: tuple[tuple[str, str], ...] = ()
    """Words and address of the documents."""


def order_question(question: OrderQuestion) -> str:
    """Return the text under the question."""
    wanted = f", wanted by {formats.long_day(question.requested_date)}" if question.requested_date else ""
    value = f"**{formats.money(question.value, question.currency)}**{_in_base(question)}"
    paragraphs = [
        f"{value} to **{_plain(question.supplier_name)}** for "
        f"{_plain(question.location_id)}{wanted}: {_counted(len(question.lines), 'line')}, "
        f"{_counted(question.units, 'unit')}.",
        f"**Why a person is asked:** {_plain(question.why)}.",
    ]
    if question.first_yes:
        paragraphs.append(f"**{_plain(question.first_yes)} agreed.** An order of this size needs a second person.")
    if question.first_out_in_days is not None and question.margin_per_day > 0:
        paragraphs.append(_if_late(question))
    shown = question.lines[:LINES_SHOWN]
    paragraphs.append("\n".join(_table(shown)))
    if len(question.lines) > len(shown):
        paragraphs.append(f"These are the {len(shown)} lines of most value out of {len(question.lines):,}.")
    if question.links:
        paragraphs.append(" · ".join(f"[{words}]({address})" for words, address in question.links))
    return "\n\n".join(paragraphs)


def _if_late(question: OrderQuestion) -> str:
    first = max(question.first_out_in_days or 0.0, 0.0)
    when = "the first of them is out already" if first < 1 else f"the first of them lasts {_counted(int(first), 'day')}"
    margin = formats.money(Decimal(f"{question.margin_per_day:.2f}"), question.base_currency)
    return f"**If the goods come late:** up to {margin} of margin a day on lines that run out before; {when}."


def _in_base(question: OrderQuestion) -> str:
    if question.currency == question.base_currency:
        return ""
    if question.exchange_rate is None or question.rate_date is None:
        return f" (no exchange rate to {question.base_currency} is known)"
    worth = formats.money(question.value * question.exchange_rate, question.base_currency)
    return f" ({worth} at {question.exchange_rate.normalize():f} of {formats.long_day(question.rate_date)})"


def _table(lines: Sequence[QuestionLine]) -> list[str]:
    rows = ["| | item | units | price | total | why |", "|--:|---|--:|--:|--:|---|"]
    for line in lines:
        item = f"**{_plain(line.sku)}** {_plain(line.description)}".strip()
        cells = (
            str(line.line_number),
            item,
            formats.count(line.units),
            formats.unit_price(line.unit_cost),
            f"{line.line_value:,.2f}",
            _plain(line.reason),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _plain(text: str) -> str:
    r"""Return a text from data as Markdown that shows just that.

    >>> print(_plain("Mug | *blue* <b>"))
    Mug \| \*blue\* \<b\>
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
