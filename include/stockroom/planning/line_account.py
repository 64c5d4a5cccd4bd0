"""An order line called to account: rebuilt from its terms, its steps in order, and what is different by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from stockroom.planning.central_buying import line_units
from stockroom.planning.explanation import Term
from stockroom.planning.joint_words import recompute_line
from stockroom.planning.sentences import Value, days, units

TOLD = {
    "forecast_units_per_day": "sells a day",
    "lead_time_mean_days": "days the supplier takes",
    "available_units": "available",
    "on_order_units": "on order",
    "reorder_point_units": "reorder point",
    "order_up_to_units": "order-up-to level",
    "unit_cost": "cost of a unit",
    "pack_units": "units in a pack",
    "minimum_order_units": "supplier's minimum",
    "service_level": "service level",
    "review_days": "days between reviews",
}
"""What is compared between two decisions about the same item, and what each is called."""
_SAME = 1e-6


@dataclass(frozen=True)
class Account:
    """What the terms of a line give when they are worked through again."""

    units: int | None
    """``None``: the terms lack something, as those of an older version may."""
    missing: str
    """The term that is missing, if any."""
    steps: tuple[str, ...]
    """From what is there to what is ordered."""


def call_to_account(terms: Iterable[Term]) -> Account:
    """Return an order line rebuilt from its terms alone."""
    listed = tuple(terms)
    values = {term.name: term.value for term in listed}
    try:
        rebuilt, missing = recompute_line(listed), ""
    except KeyError as error:
        return Account(None, str(error.args[0]), tuple(_steps(values)))
    return Account(rebuilt, missing, tuple(_steps(values)))


def differences(before: Iterable[Term], now: Iterable[Term]) -> list[str]:
    """Return what of a decision's terms is another by now, in words, in the order of ``TOLD``.

    >>> then, later = [Term("available_units", 40, "units")], [Term("available_units", 12, "units")]
    >>> differences(then, later), differences(then, then)
    (['available: 40 then, 12 now'], [])
    """
    first, second = ({term.name: term.value for term in terms} for terms in (before, now))
    return [
        f"{words}: {_number(first[name])} then, {_number(second[name])} now"
        for name, words in TOLD.items()
        if name in first and name in second and not _are_same(first[name], second[name])
    ]


def _steps(values: dict[str, Value]) -> Iterator[str]:
    """Yield the way from need to order; a step that changes nothing is left out."""

    def whole(name: str) -> int:
        value = values.get(name)
        return round(value) if isinstance(value, int | float) else 0

    position, level, needed = whole("position_units"), whole("order_up_to_units"), whole("needed_units")
    yield f"{level:,} order-up-to level - {position:,} available and on order = {needed:,} needed"
    minimum, pack = whole("minimum_order_units"), max(whole("pack_units"), 1)
    taken, decided = whole("taken_break_units"), whole("order_units")
    if "pooled_wanted_units" in values:
        needed, taken = whole("pooled_wanted_units"), whole("pooled_break_units")
        decided = line_units(needed, break_units=taken, minimum_order_units=minimum, pack_units=pack)
        yield f"{needed:,} needed by {whole('pooled_locations')} locations together, for which it is bought here"
    raised = max(needed, minimum, taken)
    if raised > needed:
        why = "supplier's minimum" if raised == minimum else "lower price from there on"
        yield f"raised to {raised:,}: {why}"
    if decided > raised:
        yield f"rounded up to {decided:,}: {decided // pack:,} packs of {pack:,}"
    run_out, limit = values.get("joint_run_out_days"), values.get("joint_limit_days")
    if isinstance(run_out, int | float):
        yield f"filled up with the supplier's other lines, until all that was added lasts {days(run_out)}"
    if isinstance(limit, int | float):
        yield f"cut with the supplier's other lines, each to {days(limit)}"


def said_of_account(account: Account, ordered: int) -> str:
    """Return whether a line stands by its terms."""
    if account.units is None:
        return f"It cannot be rebuilt: its terms do not hold {account.missing}."
    if account.units == ordered:
        return f"Rebuilt from its terms: {units(account.units)}, as ordered."
    return f"Rebuilt from its terms: {units(account.units)}, but {ordered:,} were ordered."


def _are_same(first: Value, second: Value) -> bool:
    if isinstance(first, int | float) and isinstance(second, int | float):
        return abs(first - second) <= _SAME * max(abs(first), abs(second), 1.0)
    return first == second


def _number(value: Value) -> str:
    return (
        f"{value:,.3g}"
        if isinstance(value, float) and value != round(value)
        else f"{value:,}"
        if isinstance(value, int | float)
        else str(value)
    )
