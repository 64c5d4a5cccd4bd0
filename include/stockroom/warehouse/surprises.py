"""Earlier forecasts to hold the last days against, and what left them, before people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import psycopg

from stockroom.planning.surprises import Forecasts
from stockroom.warehouse.plans_inputs import FrozenInputs

SPIKE, DIP = "demand_spike", "demand_dip"
OLDEST_DAYS = 14
"""A forecast that is older says little about the last days."""


class FoundSurprise(NamedTuple):
    """One surprise as a person reads it."""

    key: str
    kind: str
    subject: str
    detail: str
    mend: str
    sku: str
    location_id: str
    money: float


def read_forecasts_before(
    connection: psycopg.Connection, inputs: FrozenInputs, *, window_days: int
) -> Forecasts | None:
    """Return what the newest plan from before the window forecast of these items; ``None``: there is none."""
    latest = inputs.plan_date - timedelta(days=window_days)
    row = connection.execute(
        """
        select max(plan_date) from plan.runs
        where plan_date <= %s and plan_date > %s and decided_at is not null
        """,
        (latest, latest - timedelta(days=OLDEST_DAYS)),
    ).fetchone()
    if row is None or row[0] is None:
        return None
    said: dict[tuple[str, str], tuple[float, float, float]] = {
        (sku, location_id): (rate, dispersion, wandering)
        for sku, location_id, rate, dispersion, wandering in connection.execute(
            """
            select sku, location_id, units_per_day, dispersion, wandering from plan.forecasts
            where plan_date = %s and dispersion is not null and wandering is not null
            """,
            (row[0],),
        )
    }
    unknown = (np.nan, np.nan, np.nan)
    places = zip(inputs.sku.tolist(), inputs.location_id.tolist(), strict=True)
    columns = np.array([said.get(place, unknown) for place in places], dtype=np.float64).reshape(-1, 3).T
    return Forecasts(*columns)


def open_surprises(connection: psycopg.Connection) -> set[tuple[str, str]]:
    """Return the SKUs and locations whose episode goes on."""
    rows = connection.execute(
        "select sku, location_id from ops.exceptions where kind = any(%s) and resolved_at is null", ([SPIKE, DIP],)
    )
    return {(sku, location_id) for sku, location_id in rows}


def replace_surprises(
    connection: psycopg.Connection, found: Sequence[FoundSurprise], *, plan_date: date, currency: str
) -> int:
    """Make the open episodes exactly those found, and return how many are new; the caller commits.

    One that goes on keeps its time and its answer; its words and its money are today's.
    """
    before = connection.execute(
        "select exception_key from ops.exceptions where kind = any(%s) and resolved_at is null", ([SPIKE, DIP],)
    ).fetchall()
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            insert into ops.exceptions (
                exception_key, kind, subject, detail, mend, sku, location_id, money_at_risk, currency, put_forward_on
            )
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (exception_key) do update set
                detail = excluded.detail,
                mend = excluded.mend,
                money_at_risk = excluded.money_at_risk,
                raised_at = case when ops.exceptions.resolved_at is null then ops.exceptions.raised_at else now() end,
                answer = case when ops.exceptions.resolved_at is null then ops.exceptions.answer end,
                resolved_at = null
            """,
            [
                (
                    one.key,
                    one.kind,
                    one.subject,
                    one.detail,
                    one.mend,
                    one.sku,
                    one.location_id,
                    round(one.money, 2),
                    currency,
                    plan_date,
                )
                for one in found
            ],
        )
    keys = [one.key for one in found]
    connection.execute(
        """
        update ops.exceptions set resolved_at = now()
        where kind = any(%s) and resolved_at is null and exception_key <> all(%s)
        """,
        ([SPIKE, DIP], keys),
    )
    return len(set(keys) - {row[0] for row in before})
