"""Build orders from a plan's decisions: the lines of a supplier, ship-to and currency together, as its terms ask."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import compress
from typing import Any

import psycopg

from stockroom.jobs.central_orders import buying_places, pool_candidates
from stockroom.jobs.keep_within_budgets import keep_within_budgets
from stockroom.jobs.order_drafts import Draft, draft_order
from stockroom.jobs.order_lines import Because, order_of, packing, unit_cost
from stockroom.jobs.order_transfers import find_transfers, transfer_orders
from stockroom.jobs.refused_lines import said_of_held
from stockroom.planning.joint_words import said_of_order
from stockroom.planning.transfers import Move, left_to_buy, moved_to
from stockroom.warehouse.budgets import LeftOut
from stockroom.warehouse.exchange_rates import read_frozen_rates
from stockroom.warehouse.order_refusals import read_refusals
from stockroom.warehouse.orders import ProposedOrder
from stockroom.warehouse.planners_overrides import read_frozen_overrides, read_ordered_overrides
from stockroom.warehouse.plans_exceptions import PlanException
from stockroom.warehouse.plans_order_terms import FrozenTerms, read_frozen_terms
from stockroom.warehouse.plans_orders import OrderOutcome, read_candidates, read_open_proposals, read_reasons
from stockroom.warehouse.plans_own_orders import read_owed_units


@dataclass(frozen=True)
class BuiltOrders:
    """The orders of a plan, and what became of each supplier's needs."""

    orders: tuple[ProposedOrder, ...]
    outcomes: tuple[OrderOutcome, ...]
    left_out: tuple[LeftOut, ...]

    def waiting(self) -> list[PlanException]:
        """Return what waits because of its minimum: a person may know better. A wait for an order day is none."""
        return [
            PlanException(
                key=f"order_waits/{one.key.supplier_id}/{one.key.location_id}/{one.key.currency}",
                subject=f"{one.key.supplier_id} {one.key.location_id} {one.key.currency}",
                detail=one.reason,
                mend="nothing need be done; to order all the same, want a quantity in overrides.csv",
            )
            for one in self.outcomes
            if one.outcome == "waits" and one.terms
        ]

    def beyond_budgets(self) -> list[PlanException]:
        """Return one question for every spending limit that leaves something out."""
        found = []
        for budget in sorted({one.override_id for one in self.left_out}):
            lines = [one for one in self.left_out if one.override_id == budget]
            value, costs = sum(one.value for one in lines), sum(one.lost_margin for one in lines)
            found.append(
                PlanException(
                    key=f"budget/{budget}",
                    subject=budget,
                    detail=f"{len(lines):,} lines are left out or shortened by {value:,.2f}; that is expected to cost "
                    f"{costs:,.2f} until the next order. They stand in plan.left_out.",
                    mend="raise the amount of this budget in overrides.csv, or let it be",
                )
            )
        return found


def build_orders(
    connection: psycopg.Connection, plan_date: date, *, currency: str, refusal_days: int = 0
) -> BuiltOrders:
    """Return what is to be proposed of a plan whose items are all decided; ``currency`` is the store's.

    What a person refused is left out for ``refusal_days``.
    """
    frozen, wanted = read_frozen_terms(connection, plan_date), read_frozen_overrides(connection, plan_date)
    open_ones = read_open_proposals(connection)
    quantities = wanted.of_kind("quantity")
    done = read_ordered_overrides(connection, quantities)
    skus = [one.key.upper().partition(" ")[0] for one in quantities] + [one.key.upper() for one in quantities]
    candidates = read_candidates(connection, plan_date, skus=skus, places=buying_places(wanted))
    moves = find_transfers(connection, plan_date, wanted)
    moved = moved_to(moves)
    rates = read_frozen_rates(connection, plan_date, base=currency)
    needed = {key: _less_what_is_moved(items, moved) for key, items in candidates.items()}
    needed, pooled = pool_candidates(needed, wanted, moved=moved, done=done, wanted_skus=skus)
    refusals = read_refusals(connection, as_of_date=plan_date, refusal_days=refusal_days)
    drafts = [
        draft_order(
            key,
            items,
            frozen,
            wanted,
            ordered_already=done,
            is_open=key in open_ones,
            rates=rates,
            refusals=refusals.get(key, {}),
        )
        for key, items in needed.items()
    ]
    drafts, left_out = keep_within_budgets(connection, drafts, wanted, rates)
    bought = [(row.sku, row.location_id) for draft in drafts for row in compress(draft.items, draft.units)]
    because = Because(read_reasons(connection, plan_date, bought), wanted, frozen.choices, moved, rates, pooled)
    orders = tuple(order for draft in drafts if (order := order_of(draft, because, plan_date)) is not None)
    values = {(order.supplier_id, order.location_id, order.currency): order.value for order in orders}
    owed = read_owed_units(connection, plan_date)
    orders += tuple(transfer_orders(moves, owed, plan_date=plan_date, currency=currency))
    return BuiltOrders(orders, tuple(_outcome(draft, values, frozen) for draft in drafts), tuple(left_out))


def _less_what_is_moved(items: list[Any], moved: Mapping[tuple[str, str], list[Move]]) -> list[Any]:
    """Return candidates of which less is bought, as the rest comes from elsewhere."""
    return [
        row._replace(order_units=left_to_buy(row.order_units, units, **packing(row)))
        if (units := sum(one.units for one in moved.get((row.sku, row.location_id), ())))
        else row
        for row in items
    ]


def _outcome(draft: Draft, values: dict[tuple[str, str, str], Decimal], frozen: FrozenTerms) -> OrderOutcome:
    key, joint = draft.key, draft.joint
    needed = [(row, row.order_units) for row in draft.items if row.order_units > 0]
    needed += [(draft.items[place], held.decided_units) for place, held in draft.held.items()]
    terms: dict[str, float | str | None] = {}
    if joint is not None:
        told = ("reaches", "run_out_days", "limit_days", "adding_costs", "saves", "fee")
        terms = {name: _finite(getattr(joint, name)) for name in told}
    as_it_is = (
        said_of_order(joint, draft.terms, key.currency) if joint else "As the items need it, or a buyer wants it."
    )
    said = frozen.of(key.supplier_id)
    if said is not None and said.cut_off:
        as_it_is += f" To be sent by {said.cut_off}."
    value = values.get((key.supplier_id, key.location_id, key.currency), Decimal(0))
    if without := said_of_held(draft.held):
        as_it_is += f" {without[0].upper()}{without[1:]}."
    return OrderOutcome(
        key=key,
        outcome="proposed" if value else "waits",
        decided_value=sum((units * unit_cost(row, units) for row, units in needed), Decimal(0)),
        value=value,
        reason=draft.waits_because or ("Waits: the budget leaves nothing of it." if not value else as_it_is),
        terms=terms,
    )


def _finite(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value
