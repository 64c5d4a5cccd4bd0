"""What a plan knew, as it was frozen: read from under its plan date, by whoever decides, and ever after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import CarrierPeak, Classes, Closure, ItemHistory, LeadTimeHistory, Policy, SupplierCalendar
from stockroom.planning.policy_rules import PolicyBook
from stockroom.warehouse.planners_rules import Promotion, price_panel, promotion_panel
from stockroom.warehouse.plans_arrays import use_numpy_arrays


@dataclass(frozen=True, eq=False)
class FrozenInputs:
    """All that a plan is decided from; items are ordered by SKU and location."""

    plan_date: date
    sku: npt.NDArray[np.str_]
    location_id: npt.NDArray[np.str_]
    category: npt.NDArray[np.str_]
    """As the shop names it."""
    history: ItemHistory
    lead_times: LeadTimeHistory
    policies: Sequence[Policy]
    """Without rules for classes: those that the pools are fitted with."""
    book: PolicyBook | None
    """Where planners made rules for classes: what ``policies_of`` looks them up in."""
    review_days: Mapping[str, float]
    """By supplier, of those that take orders on some days only: no rule says otherwise."""

    def policies_of(self, classes: Classes) -> Sequence[Policy]:
        """Return each item's policy, rules for its classes included; equal ones share one object."""
        if self.book is None:
            return self.policies
        made: dict[Policy, Policy] = {}
        found = []
        for item, plain in enumerate(self.policies):
            policy = self.book.policy_for(
                category=str(self.category[item]),
                supplier=str(self.history.supplier[item]),
                sku=str(self.sku[item]),
                classes=classes.of(item),
            )
            policy = replace(policy, not_ordered_because=plain.not_ordered_because)
            if (supplier := str(self.history.supplier[item])) in self.review_days:
                policy = replace(policy, review_days=self.review_days[supplier])
            made.setdefault(policy, policy)
            found.append(made[policy])
        return found


_IS_KEPT = "select 1 from plan.inputs where plan_date = %(plan_date)s limit 1"


def read_inputs(
    connection: psycopg.Connection, plan_date: date, *, shard: int | None = None, skus: Sequence[str] | None = None
) -> FrozenInputs:
    """Return the frozen inputs of a plan date; reading them twice gives the same bits.

    ``shard`` or ``skus`` restrict the items. Each of them gets as many days as in the whole, so that it is decided to
    the same bits in any company.

    Raises:
        LookupError: nothing is frozen for that day, or is not kept any more.
    """
    run = connection.execute("select policy, history_days from plan.runs where plan_date = %s", (plan_date,)).fetchone()
    if run is None:
        raise LookupError(f"{plan_date} was never planned, so nothing is frozen for it")
    wanted = {"plan_date": plan_date, "shard": shard, "skus": None if skus is None else list(skus)}
    with connection.cursor(binary=True, row_factory=namedtuple_row) as cursor:
        use_numpy_arrays(cursor)
        rows: list[Any] = cursor.execute(_statement("plans_read_inputs.sql"), wanted).fetchall()
        if not rows and not cursor.execute(_IS_KEPT, wanted).fetchone():
            raise LookupError(f"what the plan of {plan_date} was made from is not kept any more")
        shipments: list[Any] = cursor.execute(
            """
            select shipment_id, supplier_id, lane, days, age_days, is_open
            from plan.lead_times where plan_date = %(plan_date)s order by shipment_id collate "C"
            """,
            {"plan_date": plan_date},
        ).fetchall()
    return FrozenInputs(
        plan_date=plan_date,
        sku=np.array([row.sku for row in rows], dtype=np.str_),
        location_id=np.array([row.location_id for row in rows], dtype=np.str_),
        category=np.array([row.category for row in rows], dtype=np.str_),
        history=_history(rows, plan_date, run[0], days=run[1]),
        lead_times=LeadTimeHistory(
            supplier=np.array([row.supplier_id for row in shipments], dtype=np.str_),
            lane=np.array([row.lane for row in shipments], dtype=np.str_),
            days=np.array([row.days for row in shipments], dtype=np.float64),
            age_days=np.array([row.age_days for row in shipments], dtype=np.float64),
            is_open=np.array([row.is_open for row in shipments], dtype=np.bool_),
            calendar=_calendar(run[0]),
        ),
        policies=_policies(rows, run[0]["default"]),
        book=_book(run[0]),
        review_days=run[0].get("review_days", {}),
    )


def _history(rows: list[Any], plan_date: date, frozen: dict[str, Any], *, days: int) -> ItemHistory:
    count, lanes = len(rows), frozen["lanes"]
    units = np.zeros((count, days), dtype=np.int32)
    fraction: npt.NDArray[Any] = np.zeros((count, days), dtype=np.float32)
    sold_out = np.zeros((count, days), dtype=np.bool_)
    for number, row in enumerate(rows):
        if row.units_sold.size:
            start = days - row.units_sold.size
            units[number, start:] = row.units_sold
            fraction[number, start:] = row.fraction_in_stock
            sold_out[number, start:] = row.sold_out
    return ItemHistory(
        dates=np.arange(-days, 0) + np.datetime64(plan_date, "D"),
        units_sold=units,
        fraction_in_stock=fraction,
        sold_out=sold_out,
        unit_price=_floats((row.unit_price for row in rows), 0.0),
        unit_cost=_floats((row.unit_cost for row in rows), 0.0),
        supplier=np.array([row.supplier_id or "" for row in rows], dtype=np.str_),
        lane=np.array([lanes.get(row.supplier_id, "") for row in rows], dtype=np.str_),
        # What is typical of mugs on the shop's own shelf says little about mugs sold by the pallet.
        category=np.array([f"{row.category} at {row.location_id}" for row in rows], dtype=np.str_),
        on_hand=np.array([row.on_hand_units for row in rows], dtype=np.int64),
        committed=np.array([row.committed_units for row in rows], dtype=np.int64),
        backorders=np.array([row.backorder_units for row in rows], dtype=np.int64),
        on_order=[[(int(units), float(due)) for units, due in row.on_order] for row in rows],
        waiting=np.array([row.waiting_units for row in rows], dtype=np.int64),
        supplier_out_days=np.array([row.supplier_out_days for row in rows], dtype=np.float64),
        quoted_lead_time_days=_floats((row.quoted_lead_time_days for row in rows), np.nan),
        pack_units=np.array([row.pack_units for row in rows], dtype=np.int64),
        minimum_order_units=np.array([row.minimum_order_units for row in rows], dtype=np.int64),
        item_key=np.array([f"{row.sku} {row.location_id}" for row in rows], dtype=np.str_),
        # Breaks are in the money of the order; where nobody knows its worth, they say nothing, as the cost.
        price_breaks=[
            [
                (int(units), float(cost) * float(row.exchange_rate or 1))
                for units, cost in (row.price_breaks if row.unit_cost is not None else ())
            ]
            for row in rows
        ],
        # Whether there is a calendar at all is the whole plan's to say: a shard without promotions decides as in it.
        promotion=_promotion(rows, plan_date - timedelta(days=days), days=days) if frozen.get("promotes") else None,
        price_off=_price_off(rows, plan_date - timedelta(days=days), days=days) if frozen.get("prices") else None,
    )


def _policies(rows: list[Any], default: dict[str, Any]) -> list[Policy]:
    """Return each item's policy; equal terms share one object, as few policies serve thousands of items."""
    made: dict[str, Policy] = {}
    for row in rows:
        if row.policy not in made:
            made[row.policy] = Policy(**{**default, **json.loads(row.policy)})
    return [made[row.policy] for row in rows]


def _promotion(rows: list[Any], first: date, *, days: int) -> npt.NDArray[np.float32]:
    promotions = [
        [Promotion(date.fromisoformat(begins), date.fromisoformat(ends), off) for begins, ends, off in row.promotions]
        for row in rows
    ]
    return promotion_panel(promotions, first=first, days=days)


def _price_off(rows: list[Any], first: date, *, days: int) -> npt.NDArray[np.float32]:
    prices = [
        [(date.fromisoformat(begins), date.fromisoformat(ends), off) for begins, ends, off in row.planned_prices or ()]
        for row in rows
    ]
    return price_panel(prices, first=first, days=days)


def _calendar(frozen: dict[str, Any]) -> SupplierCalendar:
    return SupplierCalendar(
        tuple(
            Closure(supplier, date.fromisoformat(first), date.fromisoformat(last))
            for supplier, first, last in frozen.get("closures", ())
        ),
        tuple(
            CarrierPeak(date.fromisoformat(first), date.fromisoformat(last), added_days, lane)
            for lane, first, last, added_days in frozen.get("carrier_peaks", ())
        ),
    )


def _book(frozen: dict[str, Any]) -> PolicyBook | None:
    if not frozen.get("rules"):
        return None
    terms = {(scope, key): said for scope, key, said in frozen["rules"]}
    return PolicyBook(Policy(**frozen["default"]), terms, unusable=())


def _floats(values: Iterable[Decimal | float | None], missing: float) -> npt.NDArray[np.float64]:
    return np.array([missing if value is None else float(value) for value in values], dtype=np.float64)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
