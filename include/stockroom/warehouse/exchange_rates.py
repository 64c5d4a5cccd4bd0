"""The planners' exchange rates: as the marts show them on a day, and as a plan froze them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from stockroom.planning.exchange import ExchangeRate, ExchangeRates, rates_on


def read_rates(connection: psycopg.Connection, *, as_of_date: date, base: str, most_days: int) -> ExchangeRates:
    """Return the rates that hold on a day."""
    rows = connection.execute(
        "select currency, rate_date, rate from marts.dim_exchange_rates where rate_date <= %s", (as_of_date,)
    )
    return rates_on(as_of_date, [ExchangeRate(*row) for row in rows], base=base, most_days=most_days)


def rates_as_json(rates: ExchangeRates) -> dict[str, list[str]]:
    """Return rates as a plan keeps them: day and rate by currency."""
    return {currency: [one.rate_date.isoformat(), str(one.rate)] for currency, one in sorted(rates.rates.items())}


def read_frozen_rates(connection: psycopg.Connection, plan_date: date, *, base: str) -> ExchangeRates:
    """Return the rates that a plan froze; one of before there were any knows none."""
    row = connection.execute(
        "select coalesce(policy -> 'exchange_rates', '{}') from plan.runs where plan_date = %s", (plan_date,)
    ).fetchone()
    frozen: dict[str, Any] = row[0] if row else {}
    return ExchangeRates(
        base,
        {
            currency: ExchangeRate(currency, date.fromisoformat(day), Decimal(rate))
            for currency, (day, rate) in frozen.items()
        },
    )
