"""An action against too much stock as a buyer would say it: what to do, what it leaves, and what is assumed."""

from __future__ import annotations

import math

from stockroom.planning.gains import Case
from stockroom.planning.price_response import ASSUMED, STATED
from stockroom.planning.sentences import days, units
from stockroom.planning.ways_out import (
    ASSUMED_SALVAGE_SHARE,
    CLEAR_OUT,
    MARK_DOWN,
    RETURN,
    STOP_BUYING,
    for_long,
    return_pays,
    sell,
)

CANCEL, POSTPONE = "cancel the open order", "postpone the open order"
TRANSFER, PROMOTE, BUNDLE, DONATE = "transfer", "promote", "bundle", "donate"
ACTIONS = (CANCEL, POSTPONE, TRANSFER, RETURN, PROMOTE, BUNDLE, MARK_DOWN, CLEAR_OUT, DONATE, STOP_BUYING)
ORDER_ACTIONS = (CANCEL, POSTPONE)
PRICE_ACTIONS = (PROMOTE, BUNDLE, MARK_DOWN)
SHELF_ACTIONS = (TRANSFER, RETURN, CLEAR_OUT, DONATE)
"""What leaves the shelf without being sold."""


def reason_of(
    kind: str,
    case: Case,
    count: int,
    source: str,
    *,
    percent: float = 0.0,
    takes_days: float = 0.0,
    due_in_days: float = 0.0,
    promotion_days: float = 0.0,
    with_sku: str = "",
    lift: float = 0.0,
) -> tuple[str, str]:
    """Return the reason and the assumptions of an action, a sentence each; ``source`` is the elasticity's."""
    today = f"at today's price they last {for_long(float(sell(case.units(count), 0.0).takes_days))}"
    sells = _sells(case)
    due = "overdue" if due_in_days < 0 else f"due in {days(due_in_days)} at the earliest"
    if kind == CANCEL:
        why = f"Do not take in {units(count)} of what is on order, {due}: beyond what is here {today}"
        return f"{why}.", f"the supplier agrees, without a fee; {sells}"
    if kind == POSTPONE:
        why = f"Take {units(count)} of what is on order, {due}, {days(takes_days)} later: the others last until then"
        return f"{why}.", f"the supplier agrees, at the same cost; {sells}"
    if kind == TRANSFER:
        why = f"Send {units(count)} to where they are short: what they save to buy there, they would not bring here"
        return f"{why}, where {today}.", f"the place they go to sells as forecast; {sells}"
    if kind == RETURN:
        return (
            f"Send {units(count)} back: the supplier's credit is more than they bring here, where {today}.",
            f"the supplier takes them at the terms on file; {sells}",
        )
    if kind == PROMOTE:
        why = f"Promote {units(count)} at {percent:.0f} % off for {days(promotion_days)}, then let the rest sell on"
        return (
            f"{why}: they last {for_long(takes_days)}; {today}.",
            f"{_response(case, source)}; {_uplift(case)}; {sells}",
        )
    if kind == BUNDLE:
        why = f"Offer {units(count)} at {percent:.0f} % off to whoever buys {with_sku}: the two are bought together"
        return (
            f"{why} {lift:.1f} times as often as by chance. They last {for_long(takes_days)}; {today}.",
            f"an offer beside the partner works like a promotion there; {_response(case, source)}; {sells}",
        )
    if kind == MARK_DOWN:
        why = f"Mark {units(count)} down by {percent:.0f} % until they are gone: they last {for_long(takes_days)}"
        return f"{why}; {today}.", f"{_response(case, source)}; {sells}"
    if kind in (DONATE, STOP_BUYING):
        return _without_money(kind, case, count, source, today, sells)
    why = f"Clear {units(count)} out: {today}, and no price that covers their cost moves them much sooner"
    pays = return_pays(case.units(count), case.surplus.salvage * count)
    return f"{why}. {pays}", f"a buyer pays {100 * ASSUMED_SALVAGE_SHARE:.0f} % of cost; {sells}"


def _without_money(kind: str, case: Case, count: int, source: str, today: str, sells: str) -> tuple[str, str]:
    if kind == DONATE:
        why = f"Give {units(count)} away: {today}, and the room costs more than they bring"
        return f"{why}.", f"too few for a clearance buyer; {sells}"
    if case.surplus.units_per_day == 0:
        return "Not in stock yet, so nothing is known of what sells; wait, and order no more.", ""
    if case.surplus.deepest_percent == 0:
        markdown = (
            "do not mark down, less price brings less money"
            if case.surplus.elasticity <= 1.0
            else "do not mark down, the price is not above cost"
        )
        pays = f" {return_pays(case.units(count), float(case.nothing(count)))}"
    else:
        markdown, pays = "do not mark down, no price leaves more", ""
    return f"Let {units(count)} sell down: {today}; {markdown}.{pays}", f"{_response(case, source)}; {sells}"


def _sells(case: Case) -> str:
    surplus = case.surplus
    if surplus.never_sold_in_days:
        return f"one sells in {days(surplus.never_sold_in_days)}, as none has in that time"
    rate = float(surplus.units_per_day)
    if rate == 0:
        return "nothing is known of what it sells"
    sells = f"{rate:.2g} a day sell" if rate >= 1.0 else f"one sells in {for_long(1.0 / rate)}"
    doubt = f"give or take {min(100 * case.rate_cv, 100):.0f} %"
    return f"{sells}, half an order more than was seen, {doubt}, for two years"


def _response(case: Case, source: str) -> str:
    response = f"1 % less price sells {case.surplus.elasticity:g} % more"
    if source == ASSUMED:
        return f"{response}, assumed"
    return f"{response}, {source}" if source == STATED else f"{response}, as past prices showed"


def _uplift(case: Case) -> str:
    return f"being promoted sells {100 * (math.exp(float(case.uplift)) - 1):.0f} % more by itself"
