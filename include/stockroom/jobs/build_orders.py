"""Build orders from a plan's decisions: the lines of a supplier, ship-to and currency together, as its terms ask."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import compress
from typing import Any

import numpy as np
import psycopg

from stockroom.planning.joint_orders import JointOrder, OrderItems, OrderTerms, join_lines
from stockroom.planning.joint_words import line_terms, said_of_line, said_of_order
from stockroom.warehouse.orders import ProposedLine, ProposedOrder
from stockroom.warehouse.plans_exceptions import PlanException
from stockroom.warehouse.plans_order_terms import FrozenTerms, read_frozen_terms
from stockroom.warehouse.plans_orders import (
    OrderKey,
    OrderOutcome,
    read_candidates,
    read_open_proposals,
    read_reasons,
)

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class BuiltOrders:
    """The orders of a plan, and what became of each supplier's needs."""

    orders: tuple[ProposedOrder, ...]
    outcomes: tuple[OrderOutcome, ...]

    def questions(self) -> list[PlanException]:
        """Return what waits because of its minimum: a person may know better. A wait for an order day is none."""
        return [
            PlanException(
                key=f"order_waits/{one.key.supplier_id}/{one.key.location_id}/{one.key.currency}",
                subject=f"{one.key.supplier_id} {one.key.location_id} {one.key.currency}",
                detail=one.reason,
                mend="nothing need be done; to order all the same, set minimum_order_value or small_order_fee in terms",
            )
            for one in self.outcomes
            if one.outcome == "waits" and one.terms
        ]


@dataclass(frozen=True)
class _Draft:
    """One order without its words."""

    key: OrderKey
    items: list[Any]
    units: list[int]
    joint: JointOrder | None
    terms: OrderTerms
    waits_because: str


def build_orders(connection: psycopg.Connection, plan_date: date, *, currency: str) -> BuiltOrders:
    """Return what is to be proposed of a plan whose items are all decided; ``currency`` is the store's.

    Minimums and freight are weighed only in the store's own currency: without a rate nobody can say what pays. What is
    open already is built anew on any day; a new order begins on the supplier's order days only.
    """
    frozen, open_ones = read_frozen_terms(connection, plan_date), read_open_proposals(connection)
    candidates = read_candidates(connection, plan_date)
    drafts = [
        _draft(key, items, frozen, is_open=key in open_ones, currency=currency) for key, items in candidates.items()
    ]
    bought = [
        (row.sku, row.location_id) for draft in drafts for row in compress(draft.items, draft.units)
    ]  # fmt: skip
    reasons = read_reasons(connection, plan_date, bought)
    orders = tuple(order for draft in drafts if (order := _order(draft, reasons, plan_date)) is not None)
    values = {(order.supplier_id, order.location_id, order.currency): order.value for order in orders}
    return BuiltOrders(orders, tuple(_outcome(draft, values) for draft in drafts))


def _draft(key: OrderKey, items: list[Any], frozen: FrozenTerms, *, is_open: bool, currency: str) -> _Draft:
    decided = [int(row.order_units) for row in items]
    cycle, said = frozen.cycle_of(key.supplier_id), frozen.of(key.supplier_id)
    terms = OrderTerms() if said is None else said.for_orders(wait_days=float(cycle.days_to_next))
    if cycle.first_date > frozen.plan_date and not is_open:
        days = " and ".join(WEEKDAYS[day] for day in said.order_days) if said else ""
        why = f"Waits: the supplier takes orders on {days}, next on {cycle.first_date}."
        return _Draft(key, items, [0] * len(items), None, terms, why)
    if said is None or key.currency != currency or said.currency != currency:
        return _Draft(key, items, decided, None, terms, "")
    joint = join_lines(order_items(items), terms)
    why = said_of_order(joint, terms, currency) if joint.waits else ""
    return _Draft(key, items, joint.units.tolist(), joint, terms, why)


def order_items(rows: Sequence[Any]) -> OrderItems:
    """Return rows of ``plans_order_candidates.sql`` as arrays."""

    def numbers(name: str) -> Any:  # noqa: ANN401 -- an array of floats
        return np.array([getattr(row, name) for row in rows], dtype=np.float64)

    def whole(name: str) -> Any:  # noqa: ANN401 -- an array of integers
        return np.array([getattr(row, name) for row in rows], dtype=np.int64)

    breaks = np.full((2, len(rows), max((len(row.price_breaks or ()) for row in rows), default=0)), np.nan)
    for number, row in enumerate(rows):
        for column, (units, cost) in enumerate(row.price_breaks or ()):
            breaks[:, number, column] = units, min(float(cost), float(row.order_unit_cost))
    return OrderItems(
        order_units=whole("order_units"),
        position_units=whole("position_units"),
        reorder_point_units=whole("reorder_point_units"),
        order_up_to_units=whole("order_up_to_units"),
        units_per_day=numbers("units_per_day"),
        lead_time_days=numbers("lead_time_mean_days"),
        lead_time_demand_sd_units=numbers("lead_time_demand_sd_units"),
        unit_cost=numbers("order_unit_cost"),
        price_break_units=breaks[0],
        price_break_unit_cost=breaks[1],
        loss_per_unit=numbers("loss_per_unit"),
        carrying_rate=numbers("carrying_rate"),
        greatest_lot_days=numbers("greatest_lot_days"),
        pack_units=whole("pack_units"),
        minimum_order_units=whole("minimum_order_units"),
        pallet_units=whole("pallet_units"),
        may_add=np.array([row.may_add for row in rows], dtype=np.bool_),
    )


def _order(draft: _Draft, reasons: dict[tuple[str, str], tuple[str, str]], plan_date: date) -> ProposedOrder | None:
    lines = [(row, units) for row, units in zip(draft.items, draft.units, strict=True) if units > 0]
    if not lines:
        return None
    return ProposedOrder(
        supplier_id=draft.key.supplier_id,
        location_id=draft.key.location_id,
        currency=draft.key.currency,
        # The rule that the buyer's annex states. A shorter time would be promised by nobody, and never be kept.
        requested_date=plan_date + timedelta(days=max(math.ceil(row.lead_time_mean_days) for row, _ in lines)),
        lines=tuple(_line(draft, row, units, *reasons[row.sku, row.location_id]) for row, units in lines),
    )


def _line(draft: _Draft, row: Any, units: int, reason: str, terms_json: str) -> ProposedLine:  # noqa: ANN401 -- a candidate
    joint = draft.joint
    if joint is not None and units != row.order_units:
        reason = said_of_line(joint, draft.terms, decided=row.order_units, ordered=units, reason=reason)
        terms_json = json.dumps([*json.loads(terms_json), *(asdict(term) for term in line_terms(joint))])
    return ProposedLine(
        sku=row.sku,
        supplier_sku=row.supplier_sku,
        units=units,
        pack_units=row.pack_units,
        unit_cost=_unit_cost(row, units),
        reason=reason,
        terms_json=terms_json,
    )


def _unit_cost(row: Any, units: int) -> Decimal:  # noqa: ANN401 -- a candidate
    """Return what a unit costs in an order of so many: the last price break that it reaches, else the usual price.

    A contract's price may be under both.
    """
    reached = [Decimal(cost) for from_units, cost in row.price_breaks if from_units <= units]
    return min(reached[-1], Decimal(row.order_unit_cost)) if reached else Decimal(row.order_unit_cost)


def _outcome(draft: _Draft, values: dict[tuple[str, str, str], Decimal]) -> OrderOutcome:
    key, joint = draft.key, draft.joint
    decided = sum(
        ((row.order_units * _unit_cost(row, row.order_units)) for row in draft.items if row.order_units > 0), Decimal(0)
    )
    terms: dict[str, float | str | None] = {}
    if joint is not None:
        told = ("reaches", "run_out_days", "limit_days", "adding_costs", "saves", "fee")
        terms = {name: _finite(getattr(joint, name)) for name in told}
    as_it_is = said_of_order(joint, draft.terms, key.currency) if joint else "As the items need it."
    return OrderOutcome(
        key=key,
        outcome="waits" if draft.waits_because else "proposed",
        decided_value=decided,
        value=values.get((key.supplier_id, key.location_id, key.currency), Decimal(0)),
        reason=draft.waits_because or as_it_is,
        terms=terms,
    )


def _finite(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value
