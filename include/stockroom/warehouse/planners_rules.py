"""The planners' rules as the marts show them, ready to be looked up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import Policy
from stockroom.planning.policy_rules import PolicyBook, PolicyRule, open_policy_book

_RULE_TERMS = ("service_level", "service_kind", "method", "review_days", "target_days_of_supply", "is_seasonal")


def read_policy_book(connection: psycopg.Connection, *, as_of_date: date, default: Policy) -> PolicyBook:
    """Return the planners' rules that hold on a day, on top of ``default``; those that cannot be meant are named."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute("select * from marts.dim_policies order by scope, key").fetchall()
    rules = (
        PolicyRule(
            scope=row.scope,
            key=row.key,
            terms={name: _plain(getattr(row, name)) for name in _RULE_TERMS if getattr(row, name) is not None},
            valid_until=row.valid_until,
        )
        for row in rows
    )
    return open_policy_book(rules, default=default, as_of_date=as_of_date)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
