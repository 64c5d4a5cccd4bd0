"""Judge the signs of trouble among goods under way: how likely a stockout, how much money, and what helps most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import psycopg

from stockroom.planning.sentences import units
from stockroom.planning.supply_remedies import OtherSupplier, Remedy, Similar, Spare, WaysOut, best_remedy
from stockroom.planning.supply_signs import OpenLine, Sign
from stockroom.planning.supply_watch import (
    Facts,
    Place,
    Waiting,
    WatchedLine,
    risks,
    unanswered_orders,
    waiting_for,
)
from stockroom.warehouse.supply_lines import read_ways_out

LEAST_MONEY = 1.0
"""For less, no way out is looked for."""
LEAVE_IT = Remedy("leave it: hardly a sale hangs on it", 0.0)
ASK_AGAIN = Remedy("call the supplier and ask whether the order came", 0.0)
CHECK_PRICE = Remedy("check the price with the supplier before its invoice comes", 0.0)
SEND_BACK = Remedy("send back what is too much, or keep it and settle the price", 0.0)
ABOUT_MONEY = ("changed_price", "over_supply")


@dataclass(frozen=True, eq=False)
class JudgedSign:
    """One sign with what it may cost; ``None`` where no stock hangs on it or the plan does not know the item."""

    sign: Sign
    lines: Sequence[WatchedLine]
    """Of a whole order, the gravest first."""
    stockout_probability: float | None
    money: float | None
    remedy: Remedy


def judge(connection: psycopg.Connection, watched: Sequence[WatchedLine], facts: Facts) -> list[JudgedSign]:
    """Return every sign among lines under way (by order and line), judged."""
    everything: Mapping[Place, list[WatchedLine]] = defaultdict(list)
    for one in watched:
        everything[one.place].append(one)
    of_goods = [(sign, [one]) for one in watched for sign in one.signs if sign.kind not in ABOUT_MONEY]
    silent = unanswered_orders(watched, facts)
    waiting = {
        id(one): found
        for sign, lines in [*of_goods, *silent]
        for one in lines
        if (found := waiting_for(one, _of_line(sign, one), everything, facts)) is not None
    }
    if not waiting:
        unknown = [_of_goods(sign, lines, {}, {}) for sign, lines in [*of_goods, *silent]]
        return _late_by_order(unknown) + _about_money(watched)
    risk = risks(list(waiting.values()))
    weighed = {key: (float(risk.stockout_probability[row]), float(risk.money[row])) for row, key in enumerate(waiting)}
    helped = {id(lines[0]) for _, lines in of_goods if weighed.get(id(lines[0]), (0.0, 0.0))[1] >= LEAST_MONEY}
    remedies = _remedies(
        connection,
        {key: one for key, one in waiting.items() if key in helped},
        {key: money for key, (_, money) in weighed.items()},
        facts,
    )
    judged = [_of_goods(sign, lines, weighed, remedies) for sign, lines in [*of_goods, *silent]]
    return _late_by_order(judged) + _about_money(watched)


def _of_line(sign: Sign, one: WatchedLine) -> Sign:
    """Return an order's sign as it is about one of its lines."""
    return replace(sign, units=one.line.units_to_come) if sign.kind == "unanswered_order" else sign


def _of_goods(
    sign: Sign,
    lines: Sequence[WatchedLine],
    weighed: Mapping[int, tuple[float, float]],
    remedies: Mapping[int, Remedy],
) -> JudgedSign:
    """Return a sign with the risk of its lines: their money added up, the likeliest stockout."""
    known = [weighed[id(one)] for one in lines if id(one) in weighed]
    probability = max((chance for chance, _ in known), default=None)
    money = sum(money for _, money in known) if known else None
    if sign.kind == "unanswered_order":
        return JudgedSign(sign, lines, probability, money, ASK_AGAIN)
    remedy = remedies.get(id(lines[0]), LEAVE_IT)
    return JudgedSign(sign, lines, probability, money, remedy)


def _late_by_order(found: Sequence[JudgedSign]) -> list[JudgedSign]:
    """Return the same with the late lines of an order as one: its supplier is called once, about the whole of it."""
    late: dict[str, list[JudgedSign]] = defaultdict(list)
    for one in found:
        if one.sign.kind == "late_supply":
            late[one.lines[0].line.po_number].append(one)
    others = [one for one in found if one.sign.kind != "late_supply"]
    return [_joined(sorted(lines, key=lambda one: -(one.money or 0.0))) for lines in late.values()] + others


def _joined(lines: Sequence[JudgedSign]) -> JudgedSign:
    gravest, known = lines[0], [one.money for one in lines if one.money is not None]
    total = sum(one.sign.units for one in lines)
    said = gravest.sign.said.replace(units(gravest.sign.units), units(total), 1)
    return JudgedSign(
        replace(gravest.sign, first_at=min(one.sign.first_at for one in lines), said=said, units=total),
        [one.lines[0] for one in lines],
        max((one.stockout_probability for one in lines if one.stockout_probability is not None), default=None),
        sum(known) if known else None,
        replace(gravest.remedy, gain=sum(one.remedy.gain for one in lines)),
    )


def _about_money(watched: Sequence[WatchedLine]) -> list[JudgedSign]:
    """Return the signs on which no stockout hangs: what a line costs more, and what units cost that nobody ordered."""
    found = []
    for one in watched:
        for sign in one.signs:
            cost = float(one.line.unit_cost or 0)
            # A lower price puts nothing at risk; what nobody knows the worth of is said all the same, unranked.
            if sign.kind == "changed_price":
                more = max(float(one.line.answered_price or 0) - cost, 0.0) * sign.units
                found.append(JudgedSign(sign, [one], None, _in_base(more, one.line), CHECK_PRICE))
            elif sign.kind == "over_supply":
                found.append(JudgedSign(sign, [one], None, _in_base(cost * sign.units, one.line), SEND_BACK))
    return found


def _in_base(amount: float, line: OpenLine) -> float | None:
    return None if line.worth is None else amount * float(line.worth)


def _remedies(
    connection: psycopg.Connection, waiting: Mapping[int, Waiting], money: Mapping[int, float], facts: Facts
) -> dict[int, Remedy]:
    lines = [one.watched.line for one in waiting.values()]
    offers, elsewhere, like_it = read_ways_out(connection, lines, plan_date=facts.plan_date)
    offers_of, spares_of = defaultdict(list), defaultdict(list)
    for offer in offers:
        offers_of[offer.sku].append(offer)
    for spare in elsewhere:
        spares_of[spare.sku].append(Spare(spare.location_id, spare.units))
    similar = {(one.sku, one.location_id): Similar(one.similar_sku, one.title) for one in like_it}

    def ways_out(line: OpenLine) -> WaysOut:
        return WaysOut(
            suppliers=[
                OtherSupplier(
                    offer.supplier_name,
                    facts.lead_times[offer.supplier_id],
                    ((offer.unit_cost or 0.0) - float(line.unit_cost or 0)) * float(line.worth),
                )
                for offer in offers_of[line.sku]
                if offer.supplier_id != line.supplier_id
                and offer.supplier_id in facts.lead_times
                and offer.currency == line.currency
                and line.worth is not None
            ],
            spares=[spare for spare in spares_of[line.sku] if spare.location_id != line.location_id],
            similar=similar.get((line.sku, line.location_id)),
        )

    return {key: best_remedy(one, money[key], ways_out(one.watched.line)) for key, one in waiting.items()}
