"""The terms of a decision as a sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass

from stockroom.planning.demand import ENOUGH

Value = float | int | str | bool | None

FEW_SHIPMENTS = 3
"""Under this many arrivals an explanation says how much the supplier's own ones count."""


@dataclass(frozen=True)
class Words:
    """The terms of one item as a person would say them."""

    values: dict[str, Value]

    def number(self, name: str) -> float:
        """Return a term that is a number, NaN where it is none."""
        value = self.values[name]
        return float(value) if isinstance(value, int | float) else math.nan

    def whole(self, name: str) -> str:
        """Return a term as a whole number, thousands apart."""
        return f"{round(self.number(name)):,}"

    @property
    def break_units(self) -> int:
        """Return the price break that is taken, 0 for none."""
        return round(self.number("taken_break_units")) if "taken_break_units" in self.values else 0

    @property
    def rate(self) -> str:
        """Return what the item sells a day."""
        return _rate(self.number("forecast_units_per_day"))

    @property
    def supplier_days(self) -> str:
        """Return how long the supplier needs, and what of it is owed to closed days or to what it is out of."""
        spread = max(1, round(self.number("lead_time_sd_days")))
        said = f"{days(self.number('lead_time_mean_days'))} (±{spread})"
        delay = round(self.number("lead_time_delay_days")) if "lead_time_delay_days" in self.values else 0
        if delay and "supplier_out_days" in self.values:
            return f"{said}, {days(delay)} of it until the supplier has it again"
        return f"{said}, {days(delay)} of it for closed days or carriers at their peak" if delay else said


def days(number: float) -> str:
    """Return a number of days as a person says it.

    >>> days(1.2), days(18.4)
    ('1 day', '18 days')
    """
    rounded = round(number)
    return "1 day" if rounded == 1 else f"{rounded:,} days"


def sentence_of(values: dict[str, Value]) -> str:
    """Return why an item is ordered, or not, for a person who never saw this project."""
    words = Words(values)
    if words.number("order_units") > 0:
        said = _ordered(words)
    elif words.values["not_ordered_because"] and words.number("needed_units") > 0:
        said = (
            f"No order, although {words.whole('needed_units')} units are needed: {words.values['not_ordered_because']}."
        )
    elif words.values["not_ordered_because"]:
        said = f"No order: {words.values['not_ordered_because']}."
    elif words.values["needs_person"]:
        said = _left_to_a_person(words)
    elif words.values["is_stopped"]:
        said = _stopped(words)
    else:
        said = _not_needed(words)
    return said + _evidence(words)


def _stopped(words: Words) -> str:
    silent = f"No order: it sold {words.rate} a day, then nothing for {days(words.number('stopped_days'))} in stock"
    returns = words.number("returns_per_year")
    if words.number("order_up_to_units") <= 0:
        return f"{silent}; items come back too rarely from that ({returns:.1f} times a year) to be worth stock."
    return (
        f"{silent}; {words.whole('available_units')} available and {words.whole('on_order_units')} on order are enough "
        f"for a comeback ({returns:.1f} times a year)."
    )


def _ordered(words: Words) -> str:
    order = f"{units(words.number('order_units'))}: "
    if words.values["is_stopped"] and words.number("order_up_to_units") > 0:
        return (
            f"{order}it sold {words.rate} a day, then nothing for {days(words.number('stopped_days'))} in stock; items "
            f"come back {words.number('returns_per_year'):.1f} times a year from that, and this much is worth keeping "
            f"for it{_rounding(words)}."
        )
    if words.number("forecast_units_per_day") == 0 or words.values["is_stopped"]:
        promised = units(words.number("needed_units"))
        return f"{order}{promised} promised without stock; no further demand is expected{_rounding(words)}."
    available, needs = words.number("available_units"), words.number("lead_time_mean_days")
    if available > 0:
        lasts = available / words.number("forecast_units_per_day")
        joined = "but" if lasts < needs else "and"
        stock = f"stock lasts {days(lasts)} at {words.rate} a day, {joined} the supplier needs {words.supplier_days}"
    else:
        stock = f"nothing is left at {words.rate} a day, and the supplier needs {words.supplier_days}"
    return f"{order}{stock}; {_reorder_point(words)}; {_shortage(words)}{_rounding(words)}{_break(words)}."


def _reorder_point(words: Words) -> str:
    point = f"reorder point {words.whole('reorder_point_units')}"
    if words.values["method"] == "simple":
        return f"{point} is one and a half times the demand of that time"
    if words.values["method"] == "classic":
        covered = words.number("lead_time_mean_days")
    elif words.values["method"] == "quantile":
        covered = words.number("lead_time_mean_days") + 0.5 * words.number("review_days")
    else:
        covered = words.number("lead_time_mean_days") + words.number("review_days")
    demand = f"{point} covers {days(covered)} of demand ({words.whole('expected_demand_units')}{_planned(words)})"
    safety = round(words.number("safety_stock_units"))
    if safety < 0 and words.values["service_kind"] != "fill":
        return f"{demand} less {-safety:,}: a sale earns too little to hold more for it"
    if safety < 0:
        return f"{demand} less {-safety:,}, because large lots reach the service target with less"
    if words.values["service_kind"] == "money":
        return f"{demand} plus {safety:,} for surprises, as many as cost less to hold than the sales they save"
    return f"{demand} plus {safety:,} for surprises"


def _planned(words: Words) -> str:
    """Return what of the demand is owed to what is planned."""
    planned = round(words.number("planned_units")) if "planned_units" in words.values else 0
    if planned == 0:
        return ""
    if planned < 0:
        return f", {-planned:,} fewer for planned prices"
    return f", {planned:,} of them for planned promotions or prices"


def _shortage(words: Words) -> str:
    available = round(words.number("available_units"))
    owned = f"{available:,} available" if available >= 0 else f"{-available:,} owed to customers"
    short = round(words.number("reorder_point_units") - words.number("position_units"))
    left = f"leave {short:,} short" if short > 0 else "just reach it"
    waiting = round(words.number("waiting_units")) if "waiting_units" in words.values else 0
    if waiting:
        left = f"less {waiting:,} for shoppers who wait {left}"
    lot = round(words.number("lot_units"))
    more = f", and {lot:,} on top make the order worth its cost" if lot > 0 else ""
    return f"{owned} and {words.whole('on_order_units')} on order {left}{more}"


def _rounding(words: Words) -> str:
    order, needed = round(words.number("order_units")), round(words.number("needed_units"))
    minimum, pack = round(words.number("minimum_order_units")), round(words.number("pack_units"))
    raised = max(needed, minimum, words.break_units)
    said = f", raised to the supplier's minimum of {minimum:,}" if raised > needed else ""
    if raised == words.break_units > max(needed, minimum):
        said = f", raised to {raised:,} for a lower price"
    if order > raised:
        said += f"{' and' if said else ','} rounded up to packs of {pack:,}"
    return said


def _break(words: Words) -> str:
    """Return what a price break does, if one is taken."""
    if not words.break_units:
        return ""
    usual, paid = words.number("unit_cost"), words.number("paid_unit_cost")
    return (
        f"; at least {words.break_units:,} at a time cost {paid:,.2f} each instead of {usual:,.2f}, which saves "
        f"{words.whole('break_saves_per_year')} a year"
    )


def _left_to_a_person(words: Words) -> str:
    minimum, pack = round(words.number("minimum_order_units")), round(words.number("pack_units"))
    least = -(-minimum // pack) * pack
    rate = words.number("forecast_units_per_day")
    lasts = f", which lasts {days(least / rate)} at {words.rate} a day" if rate > 0 else ", and nothing sells any more"
    needed = units(words.number("needed_units"))
    return (
        f"No order until a person decides: {needed} needed, but the least that the supplier sells is {least:,}{lasts}."
    )


def _not_needed(words: Words) -> str:
    if words.number("forecast_units_per_day") == 0:
        if words.number("days_in_stock_seen") == 0:
            return "No order: it was never in stock here, so nothing is known of its demand."
        return f"No order: nothing was sold in {days(words.number('days_in_stock_seen'))} in stock."
    if words.number("order_up_to_units") <= 0:
        return f"No order: at {words.rate} a day, it reaches its service without any stock."
    available = round(words.number("available_units"))
    owned = f"{available:,} available" if available >= 0 else f"{-available:,} owed to customers"
    return (
        f"No order: {owned} and {words.whole('on_order_units')} on order are above the "
        f"reorder point {words.whole('reorder_point_units')}, "
        f"which covers the supplier's {words.supplier_days} at {words.rate} a day."
    )


def _evidence(words: Words) -> str:
    if words.number("forecast_units_per_day") == 0:
        return ""
    said = ""
    if words.values["evidence"] != ENOUGH:
        seen = days(words.number("days_in_stock_seen"))
        said += f" Not enough evidence: it was in stock on {seen} only, so the rate leans on its category."
    if words.number("sold_out_days") > 0:
        learns = words.values["method"] == "quantile"
        hidden = "and the rate counts what that hid" if learns else "so people wanted at least this much"
        said += f" It sold out on {days(words.number('sold_out_days'))}, {hidden}."
    shipments = round(words.number("lead_time_shipments"))
    own = words.number("lead_time_own_evidence")
    if shipments == 0:
        said += (
            " Nothing has arrived from this supplier yet: its days are judged by its own quote and by other suppliers."
        )
    elif own < 0.5 or shipments < FEW_SHIPMENTS:
        arrived = "1 shipment counts" if shipments == 1 else f"{shipments} shipments count"
        said += f" This supplier's {arrived} for {own:.0%} of its days, other suppliers and its own quote for the rest."
    return said


def units(number: float) -> str:
    """Return a number of units as a person says it."""
    return "1 unit" if round(number) == 1 else f"{round(number):,} units"


def _rate(units_per_day: float) -> str:
    """Return a rate with as many digits as it deserves.

    >>> _rate(4.123), _rate(0.0512), _rate(123.4), _rate(0.0004)
    ('4.1', '0.05', '123', '0.0004')
    """
    if units_per_day >= 100:
        return f"{units_per_day:,.0f}"
    if units_per_day >= 0.995:
        return f"{units_per_day:.1f}"
    if units_per_day >= 0.01:
        return f"{units_per_day:.2f}"
    return f"{units_per_day:.1g}"
