"""Keep orders within the spending limits that buyers set: what saves most for its cost is bought first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg

from stockroom.jobs.order_drafts import Draft, without
from stockroom.jobs.order_lines import unit_cost
from stockroom.planning.budget import Spending, Wishes, spend_within
from stockroom.planning.exchange import ONE, ExchangeRates
from stockroom.planning.overrides import Override, OverrideBook, amount_of
from stockroom.warehouse.budgets import LeftOut, read_spent

Place = tuple[int, int]
"""The number of a draft, and a line's place in it."""
_CENT = 0.005


def keep_within_budgets(
    connection: psycopg.Connection, drafts: Sequence[Draft], wanted: OverrideBook, rates: ExchangeRates
) -> tuple[list[Draft], list[LeftOut]]:
    """Return the drafts as far as every budget goes, and what is left out.

    A budget is an amount in the base currency for all that is ordered from its first day to its last; what left
    since is spent, at the rate of its day. Suppliers' budgets come before those for everything. What a buyer wants in
    units is not cut, and counts. Orders in money of which no rate is known are beside it.
    """
    worths = [rates.worth(draft.key.currency) for draft in drafts]
    kept, left_out = list(drafts), []
    for budget in sorted(wanted.of_kind("budget"), key=lambda one: one.scope == "*"):
        supplier = _supplier(budget, kept)
        inside = [
            number
            for number, draft in enumerate(kept)
            if worths[number] is not None and (supplier is None or draft.key.supplier_id == supplier)
        ]
        left = float(amount_of(budget.wanted) - read_spent(connection, budget, supplier=supplier, currency=rates.base))
        fixed = sum(
            _base_cost(kept[number], place, worths[number]) * kept[number].units[place]
            for number in inside
            for place in kept[number].forced
        )
        places = [
            (number, place)
            for number in inside
            for place, units in enumerate(kept[number].units)
            if units > 0 and place not in kept[number].forced
        ]
        found = _cut(kept, worths, places, max(left - fixed, 0.0), budget)
        by_draft: dict[int, dict[int, tuple[int, Override]]] = defaultdict(dict)
        for (number, place), units, missing in found:
            by_draft[number][place] = (units, budget)
            left_out.append(missing)
        for number, cut in by_draft.items():
            kept[number] = _not_under_its_minimum(without(kept[number], cut))
    return kept, left_out


def _supplier(budget: Override, drafts: Sequence[Draft]) -> str | None:
    """Return whose orders a budget is for, as the orders name it; ``None``: everybody's."""
    if budget.scope != "supplier":
        return None
    ids = (draft.key.supplier_id for draft in drafts)
    return next((one for one in ids if one.casefold() == budget.key.casefold()), budget.key)


def _base_cost(draft: Draft, place: int, worth: Decimal | None, *, units: int | None = None) -> float:
    """Return what a unit of a line costs in the base currency, in an order of ``units`` instead of the draft's."""
    ordered = draft.units[place] if units is None else units
    return float(unit_cost(draft.items[place], ordered) * (worth or ONE))


def _not_under_its_minimum(draft: Draft) -> Draft:
    """Return the draft, or one that waits: what a budget leaves of it, the supplier would not take."""
    pairs = zip(draft.items, draft.units, strict=True)
    value = sum(float(unit_cost(row, units)) * units for row, units in pairs)
    if draft.forced or draft.terms.small_order_fee is not None or not 0 < value < draft.terms.minimum_value:
        return draft
    why = f"Waits: within the budget {value:,.2f} are left, under the supplier's minimum."
    return replace(draft, units=[0] * len(draft.units), waits_because=why)


def _cut(
    drafts: Sequence[Draft],
    worths: Sequence[Decimal | None],
    places: Sequence[Place],
    limit: float,
    budget: Override,
) -> list[tuple[Place, int, LeftOut]]:
    """Return each line that is cut with its units, and what it misses."""
    rows: list[Any] = [drafts[number].items[place] for number, place in places]
    units = [drafts[number].units[place] for number, place in places]

    def cost_at(line: int, ordered: int) -> float:
        number, place = places[line]
        return _base_cost(drafts[number], place, worths[number], units=ordered)

    costs = [cost_at(line, ordered) for line, ordered in enumerate(units)]
    if sum(each * cost for each, cost in zip(units, costs, strict=True)) <= limit + _CENT:
        return []
    waits = [drafts[number].terms.wait_days for number, _ in places]
    spent = _spent_within(_wishes(rows, units, costs, waits), limit, cost_at)
    return [
        (
            places[line],
            int(spent.units[line]),
            LeftOut(
                sku=rows[line].sku,
                location_id=rows[line].location_id,
                supplier_id=rows[line].supplier_id,
                override_id=budget.override_id,
                units=int(spent.left_out_units[line]),
                value=Decimal(f"{spent.left_out_value[line]:.2f}"),
                lost_margin=Decimal(f"{spent.left_out_costs[line]:.2f}"),
            ),
        )
        for line in spent.left_out_units.nonzero()[0].tolist()
    ]


def _wishes(rows: Sequence[Any], units: Sequence[int], costs: Sequence[float], waits: Sequence[float]) -> Wishes:
    def numbers(name: str) -> Any:  # noqa: ANN401 -- an array of floats
        return np.array([getattr(row, name) for row in rows], dtype=np.float64)

    return Wishes(
        units=np.array(units, dtype=np.int64),
        pack_units=numbers("pack_units").astype(np.int64),
        minimum_order_units=numbers("minimum_order_units").astype(np.int64),
        unit_cost=np.array(costs, dtype=np.float64),
        position_units=numbers("position_units").astype(np.int64),
        units_per_day=numbers("units_per_day"),
        cover_days=numbers("lead_time_mean_days") + np.array(waits, dtype=np.float64),
        demand_sd_units=numbers("lead_time_demand_sd_units"),
        loss_per_unit=numbers("loss_per_unit"),
        carrying_rate=numbers("carrying_rate"),
    )


def _spent_within(wishes: Wishes, limit: float, cost_at: Callable[[int, int], float]) -> Spending:
    """Return what is bought at the prices of what is left; ``cost_at(line, units)`` is a unit's cost in such an order.

    A line that is cut below its price break costs more a unit: all are weighed again at that price, until they fit.
    Prices only rise from one round to the next, so it ends.
    """
    while True:
        spent = spend_within(wishes, limit)
        paid = wishes.unit_cost.copy()
        for line in spent.units.nonzero()[0].tolist():
            paid[line] = max(paid[line], cost_at(line, int(spent.units[line])))
        if float((paid * spent.units).sum()) <= limit + _CENT:
            return spent
        wishes = replace(wishes, unit_cost=paid)
