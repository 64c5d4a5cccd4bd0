"""What suppliers ask of whole orders, as a plan froze it: minimums, freight, order days."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

import psycopg

from stockroom.planning.joint_orders import OrderTerms
from stockroom.planning.order_cycle import OrderCycle, order_cycle

Closures = Mapping[str, Sequence[tuple[date, date]]]


@dataclass(frozen=True)
class SupplierTerms:
    """One supplier's terms for a whole order, in its own currency."""

    currency: str
    minimum_value: float
    small_order_fee: float | None
    free_freight_value: float
    freight_cost: float
    maximum_pallets: float | None
    order_days: tuple[int, ...]
    """Weekdays, Monday as 0; none: every day."""
    cut_off: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the terms as a plan keeps them."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def for_orders(self, *, wait_days: float, times: float = 1.0) -> OrderTerms:
        """Return them as orders are joined by; amounts ``times`` as much, for orders in another currency."""
        return OrderTerms(
            minimum_value=self.minimum_value * times,
            small_order_fee=None if self.small_order_fee is None else self.small_order_fee * times,
            free_freight_value=self.free_freight_value * times,
            freight_cost=self.freight_cost * times,
            maximum_pallets=math.inf if self.maximum_pallets is None else self.maximum_pallets,
            wait_days=wait_days,
        )


def supplier_terms(row: Any, order_days: frozenset[int], cut_off: time | None) -> SupplierTerms:  # noqa: ANN401 -- a row of plans_items.sql
    """Return the terms that stand on one of the supplier's items."""
    return SupplierTerms(
        currency=row.terms_currency or row.unit_cost_currency,
        minimum_value=_amount(row.minimum_order_value) or 0.0,
        small_order_fee=_amount(row.small_order_fee),
        free_freight_value=_amount(row.free_freight_value) or 0.0,
        freight_cost=_amount(row.freight_cost) or 0.0,
        maximum_pallets=_amount(row.maximum_pallets),
        order_days=tuple(sorted(order_days)),
        cut_off=None if cut_off is None else f"{cut_off:%H:%M}",
    )


def review_days_of(terms: Mapping[str, SupplierTerms], closures: Closures, plan_date: date) -> dict[str, float]:
    """Return how long an order must last until the next can be placed, of each supplier that names its order days."""
    return {
        supplier: float(order_cycle(plan_date, said.order_days, closures.get(supplier, ())).days_to_next)
        for supplier, said in sorted(terms.items())
        if said.order_days
    }


@dataclass(frozen=True)
class FrozenTerms:
    """What a plan froze of its suppliers."""

    plan_date: date
    terms: Mapping[str, SupplierTerms]
    closures: Closures
    choices: Mapping[str, str]
    """Why an item is bought from its supplier, by SKU, where there was a choice."""

    def of(self, supplier_id: str) -> SupplierTerms | None:
        """Return a supplier's terms; ``None``: the plan knew none."""
        return self.terms.get(supplier_id)

    def cycle_of(self, supplier_id: str) -> OrderCycle:
        """Return when orders can be placed with a supplier; without order days, any day."""
        terms = self.terms.get(supplier_id)
        if terms is None or not terms.order_days:
            return OrderCycle(self.plan_date, 1)
        return order_cycle(self.plan_date, terms.order_days, self.closures.get(supplier_id, ()))


def read_frozen_terms(connection: psycopg.Connection, plan_date: date) -> FrozenTerms:
    """Return the terms that a plan froze; one of before they were frozen knows none."""
    row = connection.execute("select policy from plan.runs where plan_date = %s", (plan_date,)).fetchone()
    frozen: dict[str, Any] = row[0] if row else {}
    closures: dict[str, list[tuple[date, date]]] = {}
    for supplier, first, last in frozen.get("closures", ()):
        closures.setdefault(supplier, []).append((date.fromisoformat(first), date.fromisoformat(last)))
    return FrozenTerms(
        plan_date=plan_date,
        terms={
            supplier: SupplierTerms(**{**said, "order_days": tuple(said["order_days"])})
            for supplier, said in frozen.get("order_terms", {}).items()
        },
        closures=closures,
        choices=frozen.get("supplier_choices", {}),
    )


def _amount(value: Decimal | int | None) -> float | None:
    return None if value is None else float(value)
