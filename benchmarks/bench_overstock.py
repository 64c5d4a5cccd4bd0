"""What the overstock list is worth: its actions, the same discount on everything, and nothing, on the same shoppers.

The sample store's items, past, stock and open orders on its last morning; from there on its demand model
(``sample_store/world/prices.py``), which the product never sees: the list rests on what the past half year's markdowns
and promotions let it learn. Two years are played day by day; nothing is bought again, so that every policy sells
the same units. Money is sales and credits, less what arriving orders cost, less carrying 25 % of cost a year, and a
tenth of cost for what is left. A unit sent elsewhere saves its purchase there if it is wanted within two years.

    .venv/bin/python benchmarks/bench_overstock.py
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from overstock_shop import AS_OF_DATE, Shop, build_shop, come_true

from stockroom.planning import Excess, LeadTimeHistory, Policy, find_excess, fit_pools, plan_items
from stockroom.planning.action_words import BUNDLE, CANCEL, DONATE, POSTPONE, PROMOTE, TRANSFER
from stockroom.planning.actions import Action, choose_actions
from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.planning.candidates import ClearingTerms
from stockroom.planning.price_response import price_response
from stockroom.planning.ways_out import ASSUMED_SALVAGE_SHARE, CLEAR_OUT, MARK_DOWN, STOP_BUYING

DAYS = 730
CARRYING_A_YEAR = 0.25
BLANKET_SHARE_OFF = 0.18
SEEDS = (1, 2, 3)
OTHER_SHOPS = ((0.35, 0.7), (0.35, 1.3), (0.1, 1.0), (0.7, 1.0))
"""How far rates wander, and how many times the store's its elasticities are."""
CENT = 0.01


@dataclass(frozen=True, eq=False)
class Way:
    """What a policy does to each overstocked item."""

    share_off: FloatArray
    """(n,) while more than ``down_to`` units are there."""
    down_to: IntArray
    promoted_share_off: FloatArray
    promoted_days: IntArray
    gone_today: IntArray
    """Units that leave on the first day."""
    paid_today: float
    not_taken_in: IntArray
    postponed: IntArray
    """Units that come later: those that would come last."""
    later_days: FloatArray


@dataclass
class Told:
    """What one kind of action was said to gain, and gained."""

    expected: float = 0.0
    got: float = 0.0
    judged: int = 0
    below: int = 0
    """How many of those judged gained less than their range says."""
    above: int = 0


def main() -> None:
    """Print what each policy leaves, seed by seed and in all."""
    total: Counter[str] = Counter()
    expected = 0.0
    kinds_told: defaultdict[str, Told] = defaultdict(Told)
    store = build_shop()
    excess, actions = recommend(store)
    rows = np.flatnonzero(excess.is_excess)
    kinds = Counter(action.kind for action in actions)
    print(f"{rows.size:,} overstocked items; {dict(kinds.most_common())}")
    for seed in SEEDS:
        shop = come_true(store, seed)
        uniform = np.random.default_rng(seed + 1000).random((DAYS, rows.size))
        played = {
            "nothing": play(shop, rows, uniform, nothing(rows)),
            "18 % off everything": play(shop, rows, uniform, blanket(rows, excess)),
            "the list": play(shop, rows, uniform, listed(shop, rows, excess, actions)),
        }
        left = {name: float(money.sum()) + paid for name, (money, paid) in played.items()}
        total.update(left)
        expected += sum(action.gain.expected for action in actions)
        compare(kinds_told, shop, excess, actions, seed)
        print(f"seed {seed}: " + "; ".join(f"{name} leaves {money:,.0f}" for name, money in left.items()))
    gained = {name: money - total["nothing"] for name, money in total.items()}
    print(
        f"against doing nothing, {len(SEEDS)} seeds together: the list gains {gained['the list']:,.0f} "
        f"(it expected {expected:,.0f}), 18 % off everything {gained['18 % off everything']:,.0f}"
    )
    for kind, told in sorted(kinds_told.items()):
        print(f"  {kind}: {in_words(told)}")
    for wandering_sd, elasticity_times in OTHER_SHOPS:
        other: defaultdict[str, Told] = defaultdict(Told)
        for seed in SEEDS:
            shop = come_true(store, seed, wandering_sd=wandering_sd, elasticity_times=elasticity_times)
            compare(other, shop, excess, actions, seed)
        print(f"rates that wander by {wandering_sd}, elasticities {elasticity_times} times the store's")
        for kind, told in sorted(other.items()):
            print(f"  {kind}: {in_words(told)}")
    if not gained["the list"] > max(gained["18 % off everything"], 0):
        sys.exit("the list is not worth its paper")


def compare(
    kinds_told: defaultdict[str, Told], shop: Shop, excess: Excess, actions: Sequence[Action], seed: int
) -> None:
    """Add what each kind of action gains when it is all that is done; a transfer's money is elsewhere too."""
    rows = np.unique([action.item for action in actions if action.kind != STOP_BUYING])
    uniform = np.random.default_rng(seed + 2000).random((DAYS, rows.size))
    nothing_leaves, _ = play(shop, rows, uniform, nothing(rows))
    for kind in {action.kind for action in actions} - {STOP_BUYING}:
        alone = [action for action in actions if action.kind == kind]
        money, paid = play(shop, rows, uniform, listed(shop, rows, excess, alone))
        told, gained = kinds_told[kind], money - nothing_leaves
        told.expected += sum(action.gain.expected for action in alone)
        told.got += float(gained.sum()) + paid
        if kind == TRANSFER:
            continue
        for action in alone:
            got = float(gained[np.searchsorted(rows, action.item)])
            if kind == CLEAR_OUT:
                got += action.units * ASSUMED_SALVAGE_SHARE * float(shop.history.unit_cost[action.item])
            told.judged += 1
            told.below += got < action.gain.low - CENT
            told.above += got > action.gain.high + CENT


def in_words(told: Told) -> str:
    """Return what a kind of action was said to gain and gained, and how many of those judged lay in their range."""
    said = f"expected {told.expected:,.0f}, got {told.got:,.0f}"
    if not told.judged:
        return said
    share = 1.0 - (told.below + told.above) / told.judged
    return f"{said}; of {told.judged:,} {share:.0%} within their range, {told.below} below, {told.above} above"


def recommend(shop: Shop) -> tuple[Excess, tuple[Action, ...]]:
    """Return what the product finds and says, from what it is told alone."""
    shipments = LeadTimeHistory(supplier=np.full(30, "S01"), days=np.full(30, 20.0))
    history, policy = shop.history, Policy()
    pools = fit_pools(history, shipments, policy, as_of_date=AS_OF_DATE)
    plan = plan_items(history, shipments, policy, as_of_date=AS_OF_DATE, pools=pools)
    excess = find_excess(history, plan, pools)
    response = price_response(history.category, plan.policies, pools.forecast.causes)
    # The calendar of promotions is open: no week's capacity stands in the way of either policy.
    terms = ClearingTerms(promotions_at_once=10**6, promotion_budget=1e12)
    return excess, choose_actions(history, plan, excess, response, sku=shop.sku, terms=terms)


def nothing(rows: IntArray) -> Way:
    """Return doing nothing."""
    none, nothing_off = np.zeros(rows.size, dtype=np.int64), np.zeros(rows.size)
    return Way(nothing_off, none, nothing_off, none, none, 0.0, none, none, nothing_off)


def blanket(rows: IntArray, excess: Excess) -> Way:
    """Return the same discount on everything until its excess is gone."""
    way = nothing(rows)
    return Way(
        np.full(rows.size, BLANKET_SHARE_OFF),
        excess.target_units[rows],
        way.promoted_share_off,
        way.promoted_days,
        way.gone_today,
        way.paid_today,
        way.not_taken_in,
        way.postponed,
        way.later_days,
    )


def listed(shop: Shop, rows: IntArray, excess: Excess, actions: Sequence[Action]) -> Way:
    """Return the list, done to the letter."""
    at = {item: place for place, item in enumerate(rows.tolist())}
    cost = shop.history.unit_cost
    way = nothing(rows)
    down_to, off = excess.target_units[rows].copy(), way.share_off.copy()
    promoted_off, promoted_days = way.promoted_share_off.copy(), way.promoted_days.copy()
    gone, refused, paid = way.gone_today.copy(), way.not_taken_in.copy(), 0.0
    postponed, later = way.postponed.copy(), way.later_days.copy()
    received: Counter[int] = Counter()
    for action in actions:
        place, kind = at[action.item], action.kind
        if kind == CANCEL:
            refused[place] += action.units
        elif kind == POSTPONE:
            postponed[place], later[place] = action.units, action.takes_days
        elif kind == MARK_DOWN:
            off[place] = action.percent / 100
        elif kind == PROMOTE:
            promoted_off[place], promoted_days[place] = action.percent / 100, 14
        elif kind in (CLEAR_OUT, DONATE, TRANSFER):
            gone[place] += action.units
            if kind == CLEAR_OUT:
                paid += action.units * ASSUMED_SALVAGE_SHARE * float(cost[action.item])
            if kind == TRANSFER and action.to_item is not None:
                paid += saved_there(shop, excess, action, received[action.to_item])
                received[action.to_item] += action.units
        elif kind == BUNDLE:
            raise ValueError("nobody's orders are known here, so no bundle can be recommended")
    return Way(off, down_to, promoted_off, promoted_days, gone, paid, refused, postponed, later)


def saved_there(shop: Shop, excess: Excess, action: Action, before: int) -> float:
    """Return what units save where they go: purchases that would be made, as far as they are wanted there at all."""
    there, terms = action.to_item, ClearingTerms()
    wanted = max(float(shop.true_rate[there]) * DAYS - float(excess.position_units[there]) - before, 0.0)
    used = min(float(action.units), wanted)
    cost = float(shop.history.unit_cost[there])
    worth = used * cost + (action.units - used) * ASSUMED_SALVAGE_SHARE * cost
    return worth - action.units * terms.transfer_unit_cost - terms.transfer_cost


def play(shop: Shop, rows: IntArray, uniform: FloatArray, way: Way) -> tuple[FloatArray, float]:
    """Return the money that a policy leaves of each item, and what is paid for what leaves on the first day."""
    history = shop.history
    price, cost = history.unit_price[rows], history.unit_cost[rows]
    part = Shop(history, shop.sku[rows], shop.true_rate[rows], shop.elasticity[rows])
    units = np.maximum(history.on_hand[rows] - way.gone_today, 0)
    arrivals = arrivals_of(shop, rows, way)
    money = np.zeros(rows.size)
    for day in range(DAYS):
        arrived = arrivals[day]
        units = units + arrived
        money -= arrived * cost
        is_promoted = day < way.promoted_days
        off = np.where(is_promoted, way.promoted_share_off, np.where(units > way.down_to, way.share_off, 0.0))
        sold = np.minimum(part.demand(uniform[day], off), units)
        units = units - sold
        money += sold * price * (1.0 - off)
        money -= units * cost * CARRYING_A_YEAR / 365
    return money + units * cost * ASSUMED_SALVAGE_SHARE, way.paid_today


def arrivals_of(shop: Shop, rows: IntArray, way: Way) -> IntArray:
    """Return ``(days, n)`` the units that come in: what is refused or comes later is what would come last."""
    arrivals = np.zeros((DAYS, rows.size), dtype=np.int64)
    for place, item in enumerate(rows.tolist()):
        refused, postponed = int(way.not_taken_in[place]), int(way.postponed[place])
        for units, due in sorted(shop.history.on_order[item], key=lambda line: -line[1]):
            kept = max(units - refused, 0)
            refused -= units - kept
            later = min(kept, postponed)
            postponed -= later
            for count, days in ((kept - later, 0), (later, int(way.later_days[place]))):
                arrivals[min(int(max(due, 0)) + days, DAYS - 1), place] += count
    return arrivals


if __name__ == "__main__":
    main()
