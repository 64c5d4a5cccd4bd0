"""Price signals of a plan date, kept and read with the words that a reader needs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

from stockroom.planning.price_signals import PriceSignal

Line = TypeVar("Line")
"""What a document lists: its fields are the columns that are read for it."""


def write_price_signals(connection: psycopg.Connection, plan_date: date, signals: Sequence[PriceSignal]) -> None:
    """Replace the price signals of a plan date; the caller commits."""
    connection.execute("delete from plan.price_signals where plan_date = %s", (plan_date,))
    statement = """
        copy plan.price_signals (
            plan_date, sku, price_signal, change_percent, price, suggested_price, days_until_empty, days_until_goods,
            reason
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in signals:
            copy.write_row(
                (
                    plan_date,
                    one.sku,
                    one.signal,
                    round(one.change_percent, 2),
                    round(one.price, 4),
                    round(one.suggested_price, 4),
                    _finite(one.days_until_empty),
                    _finite(one.days_until_goods),
                    one.reason,
                )
            )


def read_price_signals(connection: psycopg.Connection, plan_date: date, line: type[Line]) -> list[Line]:
    """Return the price signals of a plan date with titles, by signal and SKU, each as a ``line`` of such fields."""
    with connection.cursor(row_factory=class_row(line)) as cursor:
        return cursor.execute(
            """
            select
                signals.sku, coalesce(skus.title, signals.sku) as title, signals.price_signal as signal,
                signals.change_percent, signals.price, signals.suggested_price, signals.days_until_empty,
                signals.days_until_goods, signals.reason
            from plan.price_signals as signals
            left join marts.dim_skus as skus on signals.sku = skus.sku
            where signals.plan_date = %s
            order by signals.change_percent desc, signals.price_signal, signals.sku
            """,
            (plan_date,),
        ).fetchall()


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
