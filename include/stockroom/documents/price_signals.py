"""Price signals as a file and as a message to a pricing system."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from stockroom.tabular.spreadsheet import csv_bytes

CSV_COLUMNS = (
    "plan_date", "sku", "title", "signal", "change_percent", "price", "suggested_price", "currency",
    "days_until_empty", "days_until_goods", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class SignalLine:
    """What to do about one SKU's price."""

    sku: str
    title: str
    signal: str
    change_percent: Decimal
    price: Decimal
    suggested_price: Decimal
    days_until_empty: float | None
    """``None`` where nothing sells."""
    days_until_goods: float | None
    reason: str


def price_signals_file_name(plan_date: date) -> str:
    """Return the file's name, by the ISO week of the plan date.

    >>> price_signals_file_name(date(2011, 6, 30))
    'price-signals-2011-W26.csv'
    """
    year, week, _ = plan_date.isocalendar()
    return f"price-signals-{year}-W{week:02d}.csv"


def price_signals_csv(plan_date: date, currency: str, lines: Sequence[SignalLine]) -> bytes:
    """Return the signals as CSV, columns ``CSV_COLUMNS``, safe to open in a spreadsheet."""
    return csv_bytes(
        CSV_COLUMNS,
        (
            (
                plan_date,
                line.sku,
                line.title,
                line.signal,
                line.change_percent,
                line.price,
                line.suggested_price,
                currency,
                _rounded(line.days_until_empty),
                _rounded(line.days_until_goods),
                line.reason,
            )
            for line in lines
        ),
    )


def price_signals_json(plan_date: date, currency: str, lines: Sequence[SignalLine]) -> bytes:
    """Return the signals as one JSON document; prices are texts, as no money should be rounded on its way."""
    signals = [
        {
            "sku": line.sku,
            "signal": line.signal,
            "change_percent": str(line.change_percent),
            "price": str(line.price),
            "suggested_price": str(line.suggested_price),
            "days_until_empty": _rounded(line.days_until_empty),
            "days_until_goods": _rounded(line.days_until_goods),
            "reason": line.reason,
        }
        for line in lines
    ]
    document = {"kind": "price_signals", "plan_date": plan_date.isoformat(), "currency": currency, "signals": signals}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _rounded(days: float | None) -> float | None:
    return None if days is None else round(days, 1)
