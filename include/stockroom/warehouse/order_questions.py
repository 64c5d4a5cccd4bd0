"""What whoever is asked about an order should see of its lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True)
class QuestionRow:
    """One line of an order that waits."""

    po_number: str
    line_number: int
    sku: str
    units: int
    unit_cost: Decimal
    line_value: Decimal
    reason: str
    description: str | None
    days_of_supply: float | None
    """Until what is there and under way is used up; ``None`` where no demand is forecast."""
    margin_per_day: float | None
    """What a day without the item costs, in the base currency; ``None`` where price or cost are not known in it."""


def read_question_lines(connection: psycopg.Connection, po_numbers: Sequence[str]) -> dict[str, list[QuestionRow]]:
    """Return the lines of orders by number, those of most value first."""
    statement = resources.files("stockroom.warehouse").joinpath("order_questions.sql").read_bytes()
    lines: dict[str, list[QuestionRow]] = defaultdict(list)
    with connection.cursor(row_factory=class_row(QuestionRow)) as cursor:
        for row in cursor.execute(statement, {"po_numbers": list(po_numbers)}):
            lines[row.po_number].append(row)
    return lines
