"""Orders without words: what a plan's items need, what buyers want, and what suppliers' terms make of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from stockroom.jobs.refused_lines import HeldLine, leave_out_refused
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.joint_orders import JointOrder, OrderItems, OrderTerms, join_lines
from stockroom.planning.joint_words import said_of_order
from stockroom.planning.overrides import Override, OverrideBook, quantity_of
from stockroom.warehouse.order_refusals import Refusal
from stockroom.warehouse.plans_order_terms import FrozenTerms
from stockroom.warehouse.plans_orders import OrderKey

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Draft:
    """One order without its words; ``items`` are rows of ``plans_order_candidates.sql``, ``units`` one for each."""

    key: OrderKey
    items: list[Any]
    units: list[int]
    joint: JointOrder | None
    terms: OrderTerms
    waits_because: str
    forced: Mapping[int, Override] = field(default_factory=dict)
    """What buyers want of an item's quantity, by its place in ``items``."""
    within_budget: Mapping[int, Override] = field(default_factory=dict)
    """The limits that made a line smaller, likewise."""
    held: Mapping[int, HeldLine] = field(default_factory=dict)
    """What is left out as a person refused it, likewise."""


def draft_order(
    key: OrderKey,
    items: list[Any],
    frozen: FrozenTerms,
    wanted: OverrideBook,
    *,
    ordered_already: set[str],
    is_open: bool,
    rates: ExchangeRates,
    refusals: Mapping[str, Refusal],
) -> Draft:
    """Return one supplier's order: as decided, as a buyer wants it, filled up, or left waiting.

    Minimums and freight are weighed in the order's money; in money of which no rate is known they are not: nobody can
    say what pays. What is open already is built anew on any day; a new order begins on the supplier's order days only.
    What a buyer wants in units is ordered once, and never waits. What a person refused (``refusals``, by SKU) is left
    out.
    """
    forced = _forced(items, wanted, ordered_already)
    items, held = leave_out_refused(items, refusals, forced=forced)
    units = [int(row.order_units) for row in items]
    for place, override in forced.items():
        pack = items[place].pack_units
        units[place] = -(-quantity_of(override.wanted) // pack) * pack
    is_wanted = any(units[place] > 0 for place in forced)
    cycle, said = frozen.cycle_of(key.supplier_id), frozen.of(key.supplier_id)
    terms = OrderTerms() if said is None else said.for_orders(wait_days=float(cycle.days_to_next))
    if cycle.first_date > frozen.plan_date and not is_open and not is_wanted:
        days = " and ".join(WEEKDAYS[day] for day in said.order_days) if said else ""
        why = f"Waits: the supplier takes orders on {days}, next on {cycle.first_date}."
        return Draft(key, items, [0] * len(items), None, terms, why, forced, held=held)
    worth = rates.worth(key.currency)
    terms_worth = None if said is None else rates.worth(said.currency)
    if said is None or worth is None or terms_worth is None:
        return Draft(key, items, units, None, terms, "", forced, held=held)
    if worth != terms_worth:  # a supplier that asks in one currency and prices in another
        terms = said.for_orders(wait_days=float(cycle.days_to_next), times=float(terms_worth / worth))
    joint = join_lines(order_items(items, units, forced, worth=float(worth)), terms)
    if joint.waits and is_wanted:
        return Draft(key, items, units, None, terms, "", forced, held=held)
    why = said_of_order(joint, terms, key.currency) if joint.waits else ""
    return Draft(key, items, joint.units.tolist(), joint, terms, why, forced, held=held)


def without(draft: Draft, cut: Mapping[int, tuple[int, Override]]) -> Draft:
    """Return the draft with the units that a spending limit leaves, by place."""
    units = list(draft.units)
    for place, (left, _) in cut.items():
        units[place] = left
    return replace(draft, units=units, within_budget={place: override for place, (_, override) in cut.items()})


def order_items(
    rows: Sequence[Any], units: Sequence[int], forced: Mapping[int, Override], *, worth: float = 1.0
) -> OrderItems:
    """Return rows of ``plans_order_candidates.sql`` as arrays; ``worth`` is that of one of their currency in ours."""

    def numbers(name: str) -> Any:  # noqa: ANN401 -- an array of floats
        return np.array([getattr(row, name) for row in rows], dtype=np.float64)

    def whole(name: str) -> Any:  # noqa: ANN401 -- an array of integers
        return np.array([getattr(row, name) for row in rows], dtype=np.int64)

    breaks = np.full((2, len(rows), max((len(row.price_breaks or ()) for row in rows), default=0)), np.nan)
    for number, row in enumerate(rows):
        for column, (from_units, cost) in enumerate(row.price_breaks or ()):
            breaks[:, number, column] = from_units, min(float(cost), float(row.order_unit_cost))
    return OrderItems(
        order_units=np.array(units, dtype=np.int64),
        position_units=whole("position_units"),
        reorder_point_units=whole("reorder_point_units"),
        order_up_to_units=whole("order_up_to_units"),
        units_per_day=numbers("units_per_day"),
        lead_time_days=numbers("lead_time_mean_days"),
        lead_time_demand_sd_units=numbers("lead_time_demand_sd_units"),
        unit_cost=numbers("order_unit_cost"),
        price_break_units=breaks[0],
        price_break_unit_cost=breaks[1],
        loss_per_unit=numbers("loss_per_unit") / worth,
        carrying_rate=numbers("carrying_rate"),
        greatest_lot_days=numbers("greatest_lot_days"),
        pack_units=whole("pack_units"),
        minimum_order_units=whole("minimum_order_units"),
        pallet_units=whole("pallet_units"),
        may_add=np.array([row.may_add and place not in forced for place, row in enumerate(rows)], dtype=np.bool_),
    )


def find_override(wanted: OverrideBook, kind: str, row: Any) -> Override | None:  # noqa: ANN401 -- a candidate
    """Return what buyers want of a candidate, of one kind."""
    return wanted.find(
        kind, sku=row.sku, location_id=row.location_id, supplier=row.supplier_id, category=row.category or ""
    )


def wanted_date(wanted: OverrideBook, rows: Sequence[Any]) -> date | None:
    """Return the first day on which a buyer wants any of an order's lines; ``None``: nobody says."""
    found = (find_override(wanted, "date", row) for row in rows)
    return min((date.fromisoformat(one.wanted) for one in found if one), default=None)


def _forced(items: list[Any], wanted: OverrideBook, ordered_already: set[str]) -> dict[int, Override]:
    if not wanted.of_kind("quantity"):
        return {}
    found = ((place, find_override(wanted, "quantity", row)) for place, row in enumerate(items))
    return {place: one for place, one in found if one is not None and one.override_id not in ordered_already}
