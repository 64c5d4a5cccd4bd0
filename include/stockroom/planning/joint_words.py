"""What was done to a supplier's lines together, in words, and the terms that rebuild each line."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from stockroom.planning.central_buying import line_units
from stockroom.planning.decision_inputs import inputs_of_row
from stockroom.planning.explanation import Term, recompute
from stockroom.planning.joint_orders import JointOrder, OrderItems, OrderTerms, cut_units, filled_units
from stockroom.planning.sentences import days, units
from stockroom.planning.transfers import left_to_buy

_RUN_OUT, _LIMIT = "joint_run_out_days", "joint_limit_days"


def said_of_order(order: JointOrder, terms: OrderTerms, currency: str) -> str:
    """Return why an order is as it is, or why there is none."""
    minimum = _money(terms.minimum_value, currency)
    if order.waits:
        by_now = "nothing sensible reaches it" if math.isinf(order.adding_costs) else (
            f"reaching it today costs {_money(order.adding_costs, currency)}"
        )  # fmt: skip
        return (
            f"Waits: {_money(order.decided_value, currency)} is under the supplier's minimum of {minimum}; {by_now}, "
            f"waiting {days(terms.wait_days)} costs {_money(order.saves, currency)}."
        )
    said = ["As the items need it."]
    if order.reaches:
        goal = f"the supplier's minimum of {minimum}"
        if order.reaches == "free freight":
            goal = f"free freight from {_money(terms.free_freight_value, currency)}"
        added = order.value - order.decided_value
        said = [
            f"Filled up by {_money(added, currency)} to {goal}: that costs {_money(order.adding_costs, currency)} to "
            f"hold and saves {_money(order.saves, currency)}; all that was added lasts {days(order.run_out_days)}."
        ]
    if order.fee > 0:
        less = ", which is less than filling up costs" if math.isinf(order.limit_days) else ""
        said.append(f"It pays {_money(order.fee, currency)} beside the goods{less}.")
    if not math.isinf(order.limit_days):
        said.append(
            f"Cut to {terms.maximum_pallets:g} pallets, each line to {days(order.limit_days)}; the rest waits for the "
            "next order."
        )
    return " ".join(said)


def said_of_line(order: JointOrder, terms: OrderTerms, *, decided: int, ordered: int, reason: str) -> str:
    """Return why a line is of so many: what its item needs, and what the order as a whole made of it."""
    if ordered == decided:
        return reason
    if ordered < decided:
        return (
            f"{units(ordered)} instead of {decided:,}: the order takes {terms.maximum_pallets:g} pallets, so each line "
            f"lasts {days(order.limit_days)}. By itself: {reason}"
        )
    goal = "minimum" if order.reaches == "minimum" else "free freight"
    needed = f"{decided:,} needed and {ordered - decided:,} more" if decided else "bought ahead of need"
    return (
        f"{units(ordered)}: {needed} to reach the supplier's {goal}; all that was added lasts "
        f"{days(order.run_out_days)}. By itself: {reason}"
    )


def line_terms(order: JointOrder) -> tuple[Term, ...]:
    """Return what, beside its own terms, a line is rebuilt from."""
    found = [Term(_RUN_OUT, order.run_out_days, "days")] if order.reaches else []
    return (*found, *([] if math.isinf(order.limit_days) else [Term(_LIMIT, order.limit_days, "days")]))


def recompute_line(terms: Iterable[Term]) -> int:
    """Return the units of an order line rebuilt from its terms alone; equal to what was ordered.

    Raises:
        KeyError: a term is missing.
    """
    terms = tuple(terms)
    values = {term.name: term.value for term in terms if term.value is not None}
    for name in ("transfer_units", "override_units", "budget_units"):
        if name in values:
            return int(values[name])
    rebuilt, given = recompute(terms), inputs_of_row(values)
    bought = left_to_buy(
        rebuilt.order_units,
        int(values.get("transferred_units", 0)),
        pack_units=int(given.pack_units[0]),
        minimum_order_units=int(given.minimum_order_units[0]),
    )
    pooled = "pooled_wanted_units" in values
    if pooled:
        bought = line_units(
            int(values["pooled_wanted_units"]),
            break_units=int(values["pooled_break_units"]),
            minimum_order_units=int(given.minimum_order_units[0]),
            pack_units=int(given.pack_units[0]),
        )
    decided = np.array([bought], dtype=np.int64)
    one, none = np.zeros(1), np.zeros(1, dtype=np.int64)

    def of_line(name: str, alone: float) -> Any:  # noqa: ANN401 -- a number of the item, or of all that it is bought for
        return float(values[f"pooled_{name}"]) if pooled else alone

    items = OrderItems(
        order_units=decided,
        position_units=none + int(of_line("position_units", rebuilt.position_units)),
        reorder_point_units=none + int(of_line("reorder_point_units", rebuilt.reorder_point_units)),
        order_up_to_units=none + int(of_line("order_up_to_units", rebuilt.order_up_to_units)),
        units_per_day=one + of_line("units_per_day", float(given.forecast_units_per_day[0])),
        lead_time_days=given.lead_time_mean_days,
        lead_time_demand_sd_units=one,
        unit_cost=given.unit_cost,
        price_break_units=np.empty((1, 0)),
        price_break_unit_cost=np.empty((1, 0)),
        loss_per_unit=given.loss_per_unit,
        carrying_rate=given.carrying_rate,
        greatest_lot_days=one + of_line("greatest_lot_days", float(given.greatest_lot_days[0])),
        pack_units=given.pack_units,
        minimum_order_units=given.minimum_order_units,
        pallet_units=none,
        may_add=np.ones(1, dtype=np.bool_),
    )
    filled = filled_units(items, decided, float(values[_RUN_OUT])) if _RUN_OUT in values else decided
    return int(cut_units(items, filled, float(values.get(_LIMIT, math.inf)))[0])


def _money(amount: float, currency: str) -> str:
    return f"{amount:,.2f} {currency}"
