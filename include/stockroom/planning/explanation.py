"""Say why: one sentence for a person who never saw this project, and the terms from which the number is rebuilt."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass, fields

from stockroom.planning.decision import Decision, decide
from stockroom.planning.decision_inputs import DecisionInputs, inputs_of_row, row_of_inputs
from stockroom.planning.demand import Demand
from stockroom.planning.lead_time import LeadTime
from stockroom.planning.policy import Policy
from stockroom.planning.sentences import Value, Words, sentence_of
from stockroom.planning.what_if import WhatIf, what_would_change_it

_ONLY_WITH = {
    "price_break_1_units": ("taken_break_units", "paid_unit_cost", "break_saves_per_year"),
    "planned_change_1_times": ("planned_units",),
}
"""What follows from inputs that few items have is said of those alone."""
_UNITS = {
    "demand_variance": "units squared",
    "forecast_units_per_day": "units per day",
    "service_level": "share",
    "aimed_service_level": "share",
    "dispersion": "units",
    "wandering": "share squared",
    "returns_per_year": "per year",
    "loss_per_unit": "money",
    "level_units_per_day": "units per day",
    "carrying_rate": "share per year",
    "order_cost": "money",
    "unit_cost": "money",
    "paid_unit_cost": "money",
    "break_saves_per_year": "money per year",
    "lead_time_own_evidence": "share",
    "lead_time_shipments": "shipments",
}


@dataclass(frozen=True)
class Term:
    """One number of an explanation."""

    name: str
    value: Value
    unit: str
    """``units``, ``days``, ``units per day``, …; empty for words."""


@dataclass(frozen=True)
class Explanation:
    """Why an item was ordered, or not."""

    sentence: str
    what_would_change_it: str
    """More stock, a slower supplier, brisker sales: what each would make of the order."""
    terms: tuple[Term, ...]
    """In the order in which a person would follow them: what is known, what is wanted, what follows."""


@dataclass(frozen=True)
class Rebuilt:
    """What the terms give when they are decided again."""

    safety_stock_units: int
    reorder_point_units: int
    order_up_to_units: int
    position_units: int
    order_units: int


def recompute(terms: Iterable[Term]) -> Rebuilt:
    """Return the decision rebuilt from an explanation's terms; it equals the plan's, to the unit.

    Raises:
        KeyError: a term is missing.
    """
    values = {term.name: term.value for term in terms if term.value is not None}
    decision = decide(inputs_of_row(values))
    return Rebuilt(**{field.name: int(getattr(decision, field.name)[0]) for field in fields(Rebuilt)})


def explain_row(
    inputs: DecisionInputs,
    decision: Decision,
    demand: Demand,
    lead_time: LeadTime,
    *,
    row: int,
    days_of_supply: float,
    policy: Policy,
    what_if: WhatIf,
) -> Explanation:
    """Return the explanation of one item."""
    given = row_of_inputs(inputs, row)
    follows = {name: getattr(decision, name)[row].item() for name in Decision.__dataclass_fields__}
    for first, of_it in _ONLY_WITH.items():
        if first not in given:
            for name in of_it:
                del follows[name]
    about: dict[str, Value] = {
        "evidence": str(demand.evidence[row]),
        "days_in_stock_seen": float(demand.days_in_stock[row]),
        "stopped_days": int(demand.stopped_days[row]),
        "sold_out_days": int(demand.sold_out_days[row]),
        "lead_time_own_evidence": float(lead_time.own_evidence[row]),
        "lead_time_shipments": int(lead_time.shipments[row]),
        "days_of_supply": days_of_supply if math.isfinite(days_of_supply) else None,
        "not_ordered_because": policy.not_ordered_because,
    }
    if lead_time.delay_days[row] > 0:
        about["lead_time_delay_days"] = float(lead_time.delay_days[row])
    if lead_time.out_days[row] > 0:
        about["supplier_out_days"] = float(lead_time.out_days[row])
    values: dict[str, Value] = {**given, **about, **follows}
    change = what_would_change_it(
        Words(values), slower_units=int(what_if.slower_units[row]), brisker_units=int(what_if.brisker_units[row])
    )
    if follows["order_units"] > 0:  # whoever reads the order's line reads this beside it
        values["what_would_change_it"] = change
    terms = tuple(Term(name, value, _unit(name, isinstance(value, str | bool))) for name, value in values.items())
    return Explanation(sentence_of(values), change, terms)


@functools.cache
def _unit(name: str, is_word: bool) -> str:
    if is_word:
        return ""
    if name in _UNITS:
        return _UNITS[name]
    endings = {"_units": "units", "_unit_cost": "money", "_times": "times"}
    return next((unit for ending, unit in endings.items() if name.endswith(ending)), "days")
