"""What a plan wants of suppliers and of people, read from its decisions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any, Literal

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.warehouse.plans_exceptions import PlanException


@dataclass(frozen=True)
class OrderKey:
    """What one order is of; at most one proposal of each is open."""

    supplier_id: str
    location_id: str
    currency: str


def read_candidates(
    connection: psycopg.Connection, plan_date: date, *, skus: Sequence[str] = (), places: Sequence[str] = ()
) -> dict[OrderKey, list[Any]]:
    """Return what could stand in each order of a plan, by supplier, ship-to and currency, its items by SKU.

    ``skus`` are wanted by a buyer whether or not the plan orders them; at ``places`` it is bought for others.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        wanted = {"plan_date": plan_date, "skus": list(skus), "places": list(places)}
        rows: Any = cursor.execute(_statement("plans_order_candidates.sql"), wanted)
        found: dict[OrderKey, list[Any]] = defaultdict(list)
        for row in rows:
            found[OrderKey(row.supplier_id, row.location_id, row.order_currency)].append(row)
    return found


def read_reasons(
    connection: psycopg.Connection, plan_date: date, items: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the reason and the terms (JSON) of each item, by SKU and location."""
    rows = connection.execute(
        """
        select decisions.sku, decisions.location_id, decisions.reason, decisions.terms::text
        from unnest(%(skus)s::text[], %(locations)s::text[]) as wanted (sku, location_id)
        inner join plan.decisions
            on decisions.plan_date = %(plan_date)s
            and decisions.sku = wanted.sku and decisions.location_id = wanted.location_id
        """,
        {
            "plan_date": plan_date,
            "skus": [sku for sku, _ in items],
            "locations": [location_id for _, location_id in items],
        },
    )
    return {(sku, location_id): (reason, terms) for sku, location_id, reason, terms in rows}


def read_transfer_items(connection: psycopg.Connection, plan_date: date, *, locations: Sequence[str]) -> list[Any]:
    """Return every location of the SKUs that a plan orders at one of those."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        wanted = {"plan_date": plan_date, "locations": list(locations)}
        rows: list[Any] = cursor.execute(_statement("plans_transfer_items.sql"), wanted).fetchall()
    return rows


def read_open_proposals(connection: psycopg.Connection) -> set[OrderKey]:
    """Return what a proposal is open of."""
    rows = connection.execute(
        """
        select orders.supplier_id, orders.location_id, orders.currency
        from ops.purchase_orders as orders
        inner join ops.purchase_order_states as states on orders.state = states.state
        where states.is_proposal
        """
    )
    return {OrderKey(*row) for row in rows}


@dataclass(frozen=True)
class OrderOutcome:
    """What became of what one supplier's items needed."""

    key: OrderKey
    outcome: Literal["proposed", "waits"]
    decided_value: Decimal
    value: Decimal
    reason: str
    terms: Mapping[str, float | str | None]


def write_outcomes(connection: psycopg.Connection, plan_date: date, outcomes: Iterable[OrderOutcome]) -> None:
    """Keep what became of each order; the caller commits."""
    statement = """
        copy plan.order_outcomes (
            plan_date, supplier_id, location_id, currency, outcome, decided_value, value, reason, terms
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for one in outcomes:
            key = one.key
            copy.write_row(
                (plan_date, key.supplier_id, key.location_id, key.currency, one.outcome, one.decided_value, one.value,
                 one.reason, json.dumps(one.terms, allow_nan=False))
            )  # fmt: skip


def read_too_large_lots(connection: psycopg.Connection, plan_date: date) -> list[PlanException]:
    """Return a question for every item whose supplier's smallest lot lasts longer than its policy allows."""
    rows = connection.execute(
        "select sku, location_id, reason from plan.decisions where plan_date = %s and needs_person", (plan_date,)
    )
    return [
        PlanException(
            key=f"smallest_lot/{sku}/{location_id}",
            subject=f"{sku} {location_id}",
            detail=reason,
            mend="agree on a smaller lot with the supplier, raise maximum_cover_days in policies.xlsx, or let it go",
        )
        for sku, location_id, reason in rows
    ]


def count_what_was_released(connection: psycopg.Connection, plan_date: date) -> list[str]:
    """Put on order what people released since the plan's inputs were frozen; return the SKUs that this changes.

    When they were frozen these orders were open, for the plan to decide anew; now they are under way. Without this a
    plan would order the same again beside them, and move once more what a transfer takes. The caller holds the turn,
    decides those SKUs again, and commits.
    """
    changed = connection.execute(_statement("plans_answered.sql"), {"plan_date": plan_date}).fetchall()
    return sorted({row[0] for row in changed})


def forget_decisions(connection: psycopg.Connection, plan_date: date, skus: Sequence[str]) -> None:
    """Delete what a plan that is still under way decided for some SKUs; the caller decides them again."""
    connection.execute("delete from plan.decisions where plan_date = %s and sku = any(%s)", (plan_date, list(skus)))


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
