"""What to do about too much stock: one list within the money, no unit on it twice.

Item by item the combination of ways out that leaves the most is chosen: first of what is still on order, then of what
another location lacks, then of the rest. What a week cannot do (so many promotions, so much discount given away) goes
to the items where it gains most over their second best.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stockroom.planning import gains
from stockroom.planning.action_words import BUNDLE, CANCEL, POSTPONE, PROMOTE, TRANSFER, reason_of
from stockroom.planning.arrays import FloatArray, TextArray
from stockroom.planning.candidates import ClearingTerms, Surroundings, Way, ways_for
from stockroom.planning.excess import ROUNDING, Excess
from stockroom.planning.gains import Case, Gain, GainOf, gain_at_expected_rate, gain_with_doubt
from stockroom.planning.history import ItemHistory
from stockroom.planning.plan import Plan
from stockroom.planning.price_response import PriceResponse
from stockroom.planning.ways_out import DAYS_OF_YEAR, HORIZON_DAYS, STOP_BUYING, Surplus

LONGEST_POSTPONEMENT_DAYS = 180
"""No supplier keeps an order open for longer."""
LEAST_POSTPONEMENT_DAYS = 7
"""Nobody writes to a supplier for less."""
LEAST_ELASTICITY = 0.1
UNSEEN_ORDERS = 0.5
"""What is too much was picked for a low rate, and low rates are low by chance more often than high ones: the mean of
what the days in stock let believe is half an order above what they showed (Jeffreys' prior of a Poisson rate), an
order being as many units as the item's dispersion says come together."""


@dataclass(frozen=True)
class Action:
    """What to do with some units of one item, and why."""

    item: int
    kind: str
    units: int
    gain: Gain
    reason: str = ""
    assumes: str = ""
    percent: float = 0.0
    """Off the price; 0 unless marked down, promoted or bundled."""
    to_item: int | None = None
    """Where a transfer goes."""
    with_sku: str = ""
    """The partner of a bundle."""
    gives_away: float = 0.0
    """Discount given, expected; what a promotion budget is spent on."""
    takes_days: float = 0.0
    """Until these units are gone; infinite where they never are, 0 where they leave at once."""


def choose_actions(
    history: ItemHistory,
    plan: Plan,
    excess: Excess,
    response: PriceResponse,
    *,
    sku: TextArray,
    around: Surroundings | None = None,
    terms: ClearingTerms | None = None,
) -> tuple[Action, ...]:
    """Return the actions of all items, most expected gain first; together they hold each excess unit exactly once."""
    around, terms = around or Surroundings(), terms or ClearingTerms()
    selling = _units_per_day(history, plan)
    cases = _cases(history, plan, excess, response, selling)
    moved = _transfers(cases, history, plan, excess, sku, terms)
    chosen = [*moved]
    for item, case in cases.items():
        chosen += _of_the_order(item, case, history, excess, float(selling[item]))
    gone: dict[int, int] = {}
    for action in moved:
        gone[action.item] = gone.get(action.item, 0) + action.units
    left = {item: int(case.surplus.units) - gone.get(item, 0) for item, case in cases.items()}
    ways = {item: ways_for(case, left[item], item, around, terms) for item, case in cases.items() if left[item] > 0}
    for item, way in _within_capacity(ways, terms).items():
        chosen.append(_action(item, cases[item], left[item], way, around))
    worded = (_worded(one, cases[one.item], history, response, around, terms) for one in chosen)
    cost = history.unit_cost
    return tuple(
        sorted(worded, key=lambda one: (-one.gain.expected, -one.units * cost[one.item], one.item, one.units, one.kind))
    )


def headline(actions: Sequence[Action]) -> dict[int, Action]:
    """Return of each item the action that gains most; of equal gains the one with more units."""
    best: dict[int, Action] = {}
    for action in actions:
        known = best.get(action.item)
        if known is None or (action.gain.expected, action.units) > (known.gain.expected, known.units):
            best[action.item] = action
    return best


def _cases(
    history: ItemHistory, plan: Plan, excess: Excess, response: PriceResponse, selling: FloatArray
) -> dict[int, Case]:
    cases = {}
    for item in np.flatnonzero(excess.is_excess).tolist():
        here = int(excess.excess_units[item] - min(excess.on_order_units[item], excess.excess_units[item]))
        days_seen, rate = float(plan.demand.days_in_stock[item]), float(selling[item])
        if history.on_hand[item] == 0 and not history.units_sold[item].any():
            days_seen = rate = 0.0  # on order for the first time: a shelf that was never filled has proved nothing
        if rate and days_seen:
            rate += UNSEEN_ORDERS * float(plan.demand.dispersion[item]) / days_seen
        sells = rate or (1.0 / days_seen if days_seen else 0.0)
        surplus = Surplus(
            units=here,
            units_per_day=sells,
            price=float(history.unit_price[item]),
            unit_cost=float(history.unit_cost[item]),
            carrying_rate=float(plan.inputs.carrying_rate[item]),
            elasticity=float(response.elasticity[item]),
            never_sold_in_days=0.0 if rate else days_seen,
        )
        cases[item] = Case(
            surplus=surplus,
            elasticity_cv=float(response.elasticity_sd[item] / max(response.elasticity[item], LEAST_ELASTICITY)),
            uplift=float(response.uplift[item]),
            uplift_sd=float(response.uplift_sd[item]),
            rate_cv=_rate_cv(here, sells, float(plan.demand.dispersion[item]), float(plan.demand.wandering[item])),
        )
    return cases


def _units_per_day(history: ItemHistory, plan: Plan) -> FloatArray:
    """Return the rate that a surplus sells at: the forecast, for seasonal items at least their average over a year.

    Christmas goods that rest in June sell again in December; by June's rate they would all be cleared out. What a
    planned promotion sells is no rate that lasts.
    """
    over_a_year = history.units_sold[:, -int(DAYS_OF_YEAR) :].sum(axis=1) / DAYS_OF_YEAR
    is_seasonal = np.array([policy.is_seasonal for policy in plan.policies], dtype=np.bool_)
    return np.where(is_seasonal, np.maximum(plan.demand.units_per_day, over_a_year), plan.demand.units_per_day)


def _rate_cv(units: float, units_per_day: float, dispersion: float, wandering: float) -> float:
    """Return how far sales until the units are gone may lie from the rate's: it wanders, and who comes is chance."""
    sales = min(units or 1.0, units_per_day * HORIZON_DAYS)
    return math.sqrt(wandering + dispersion / max(sales, 0.5))


def _of_the_order(item: int, case: Case, history: ItemHistory, excess: Excess, forecast_per_day: float) -> list[Action]:
    """Return what to do about units on order that are too many: take them later, or not at all, whichever saves more.

    What sells within two years above its cost is worth having, only not now; and no later than the others last.
    """
    units = int(min(excess.on_order_units[item], excess.excess_units[item]))
    rate = float(case.surplus.units_per_day)
    if units == 0:
        return []
    if rate == 0:  # new here: nobody cancels the first order because nothing has been sold yet
        return [Action(item, STOP_BUYING, units, Gain(0.0, 0.0, 0.0))]
    others, due = int(excess.position_units[item]) - units, _due_in_days(history.on_order[item], units)
    sells = forecast_per_day or rate
    later = math.floor(
        min(float(excess.excess_units[item]) / sells, others / sells - due, LONGEST_POSTPONEMENT_DAYS) + ROUNDING
    )
    ways: dict[str, GainOf] = {
        CANCEL: lambda one: gains.not_taken_in(one, units, here=case.surplus.units),
        STOP_BUYING: lambda _: 0.0,
    }
    if later >= LEAST_POSTPONEMENT_DAYS:
        ways[POSTPONE] = lambda one: gains.taken_in_later(one, units, others=others, due_in_days=due, later_days=later)
    kind = max(ways, key=lambda name: ways[name](case))
    takes_days = float(later) if kind == POSTPONE else 0.0
    return [Action(item, kind, units, gain_at_expected_rate(ways[kind], case), takes_days=takes_days)]


def _due_in_days(lines: Sequence[tuple[int, float]], units: int) -> float:
    """Return in how many days the last ``units`` of what is on order come, on average.

    >>> _due_in_days([(10, 30.0), (40, 10.0)], 20)
    20.0
    """
    left, unit_days = units, 0.0
    for count, due in sorted(lines, key=lambda line: -line[1]):
        unit_days += min(count, left) * max(due, 0.0)
        left -= min(count, left)
    return unit_days / units


def _transfers(
    cases: Mapping[int, Case],
    history: ItemHistory,
    plan: Plan,
    excess: Excess,
    sku: TextArray,
    terms: ClearingTerms,
) -> list[Action]:
    """Return transfers to where the same SKU is short of its target, the most saving ones first.

    There a unit is worth what it would cost to buy, or what it sells for where it cannot be bought any more.
    """
    lacks = np.maximum(excess.target_units - excess.position_units, 0)
    lacks[excess.is_excess] = 0
    by_sku: dict[str, list[int]] = {}
    for item in np.flatnonzero(lacks > 0).tolist():
        by_sku.setdefault(str(sku[item]), []).append(item)
    offers = []
    for item, case in cases.items():
        here = int(case.surplus.units)
        for there in by_sku.get(str(sku[item]), ()):
            units = min(here, int(lacks[there]))
            if here == 0 or there == item:
                continue
            gain_of = _moved(units, _worth_there(history, plan, there), terms)
            if gain_of(case) >= terms.least_gain:
                offers.append((gain_of(case) / units, item, there))
    found: list[Action] = []
    left = {item: int(case.surplus.units) for item, case in cases.items()}
    for _, item, there in sorted(offers, key=lambda offer: (-offer[0], offer[1], offer[2])):
        units = min(left[item], int(lacks[there]))
        if units == 0:
            continue
        case = replace(cases[item], surplus=replace(cases[item].surplus, units=left[item]))
        gain = gain_at_expected_rate(_moved(units, _worth_there(history, plan, there), terms), case)
        if gain.expected >= terms.least_gain:
            found.append(Action(item, TRANSFER, units, gain, to_item=there))
            left[item] -= units
            lacks[there] -= units
    return found


def _worth_there(history: ItemHistory, plan: Plan, there: int) -> float:
    price, cost = float(history.unit_price[there]), float(history.unit_cost[there])
    return price if plan.policies[there].not_ordered_because else min(cost, price)


def _moved(units: int, worth: float, terms: ClearingTerms) -> GainOf:
    saved = units * (worth - terms.transfer_unit_cost) - terms.transfer_cost
    return lambda one: gains.taken_away(one, units, worth_elsewhere=saved)


def _within_capacity(ways: Mapping[int, list[Way]], terms: ClearingTerms) -> dict[int, Way]:
    """Return each item's best way; promotions go to whom they gain most over the second best, while there are any."""
    chosen = {item: found[0] for item, found in ways.items()}
    others = {item: next(way for way in ways[item] if way.kind != PROMOTE) for item in chosen}
    wanting = sorted(
        (item for item, way in chosen.items() if way.kind == PROMOTE),
        key=lambda item: (others[item].expected - chosen[item].expected, item),
    )
    slots, budget = terms.promotions_at_once, terms.promotion_budget
    for item in wanting:
        if slots > 0 and chosen[item].gives_away <= budget:
            slots, budget = slots - 1, budget - chosen[item].gives_away
        else:
            chosen[item] = others[item]
    return chosen


def _action(item: int, case: Case, units: int, way: Way, around: Surroundings) -> Action:
    return Action(
        item=item,
        kind=way.kind,
        units=units,
        gain=gain_with_doubt(way.gain_of, case),
        percent=way.percent,
        with_sku=around.partners[item].sku if way.kind == BUNDLE else "",
        gives_away=way.gives_away,
        takes_days=way.takes_days,
    )


def _worded(
    action: Action,
    case: Case,
    history: ItemHistory,
    response: PriceResponse,
    around: Surroundings,
    terms: ClearingTerms,
) -> Action:
    reason, assumes = reason_of(
        action.kind,
        case,
        action.units,
        str(response.source[action.item]),
        percent=action.percent,
        takes_days=action.takes_days,
        due_in_days=min((days for units, days in history.on_order[action.item] if units), default=0.0),
        promotion_days=terms.promotion_days,
        with_sku=action.with_sku,
        lift=around.partners[action.item].lift if action.with_sku else 0.0,
    )
    return replace(action, reason=reason, assumes=assumes)
