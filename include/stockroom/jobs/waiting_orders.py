"""List the purchase orders that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from stockroom.settings import Settings
from stockroom.warehouse import connect, order_answers
from stockroom.warehouse.order_answers import WaitingOrder


def waiting_orders(settings: Settings) -> tuple[WaitingOrder, ...]:
    """Return the orders that wait for a named person, by number; each prints itself as one line."""
    with connect(settings.warehouse_url) as connection:
        return order_answers.waiting_orders(connection)


def describe_waiting(waiting: Sequence[WaitingOrder], *, now: datetime) -> str:
    """Return a table for a person: what to answer with (number, version), to whom, how much, since when."""
    if not waiting:
        return "no order waits for an answer"
    rows = [("order", "version", "supplier", "value", "planned for", "waits"), *(_cells(one, now) for one in waiting)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(_padded(row, widths)).rstrip() for row in rows)


def _cells(order: WaitingOrder, now: datetime) -> tuple[str, ...]:
    return (
        order.po_number,
        str(order.version),
        f"{order.supplier_name} to {order.location_id}",
        f"{order.value:,.2f} {order.currency}",
        order.plan_date.isoformat(),
        _age(now - order.waiting_since),
    )


def _padded(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return the cells of a row, each as wide as its column; the value stands to the right."""
    return [
        text.rjust(width) if number == 3 else text.ljust(width)
        for number, (text, width) in enumerate(zip(row, widths, strict=True))
    ]


def _age(waited: timedelta) -> str:
    """Return how long an order has waited, in the largest unit of which there are at least two.

    >>> _age(timedelta(seconds=50)), _age(timedelta(hours=30)), _age(timedelta(days=3))
    ('0 minutes', '30 hours', '3 days')
    """
    if waited >= timedelta(days=2):
        return f"{waited.days:,} days"
    if waited >= timedelta(hours=2):
        return f"{waited // timedelta(hours=1)} hours"
    return f"{waited // timedelta(minutes=1)} minutes"
