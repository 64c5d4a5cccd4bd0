"""Answer "why 60?": the sentence, its steps, the rows behind it, the same integer again, and what is new since."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import psycopg

from stockroom.jobs.decide_items import decide_items
from stockroom.planning.explanation import Term
from stockroom.planning.line_account import call_to_account, differences, said_of_account
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_line_sources import (
    ExplainedLine,
    Sources,
    read_explained_lines,
    read_sources,
    terms_of,
)
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_pools import read_pools

DAYS_SHOWN, ROWS_SHOWN = 90, 5


class UnknownLineError(LookupError):
    """No order line of ours has that number."""


def explain_order_line(settings: Settings, wanted: str) -> str:
    """Return the account of ``PO-000123/2``, line 2 of that order; of ``PO-000123``, a sentence for each line.

    Raises:
        UnknownLineError: there is no such line; the message says how one is written.
    """
    number = re.fullmatch(r"(PO-\d{6,})(?:/(\d{1,6}))?", wanted.strip().upper(), re.ASCII)
    if number is None:
        raise UnknownLineError(f"{wanted} is no order line of ours; they are written like PO-000123/2, order and line")
    with connect(settings.warehouse_url) as connection:
        lines = read_explained_lines(connection, number[1], int(number[2]) if number[2] else None)
        if not lines:
            raise UnknownLineError(f"there is no {wanted}; the operators' desk and `stockroom waiting` list orders")
        if number[2] is None:
            return "\n".join(_listed(lines))
        sources = read_sources(connection, lines[0], days=DAYS_SHOWN, rows=ROWS_SHOWN)
        return "\n".join(_account(connection, lines[0], sources))


def _listed(lines: list[ExplainedLine]) -> Iterator[str]:
    head = lines[0]
    yield f"{head.po_number} version {head.version}, {head.state}: {head.supplier_name} to {head.location_id}"
    for line in lines:
        yield f"  {line.line_number}. {line.title} ({line.sku}): {line.reason}"
    yield f"More of a line: stockroom explain {head.po_number}/{head.line_number}"


def _account(connection: psycopg.Connection, line: ExplainedLine, sources: Sources) -> Iterator[str]:
    """Yield the whole account of a line."""
    terms = terms_of(line.terms)
    account = call_to_account(terms)
    yield (
        f"{line.po_number}/{line.line_number}, version {line.version}, {line.state}: {line.units:,} of {line.title} "
        f"({line.sku}) from {line.supplier_name} to {line.location_id}"
    )
    yield line.reason
    yield "Step by step"
    yield from (f"  {step}" for step in account.steps)
    yield f"  {said_of_account(account, line.units)}"
    yield f"  {_from_frozen(connection, line, terms)}"
    yield "What would change it"
    change = next((str(term.value) for term in terms if term.name == "what_would_change_it"), None)
    yield f"  {change or 'Orders of this age do not say.'}"
    yield "What it rests on"
    yield from (f"  {row}" for row in _rows(line, sources))
    yield "Since then"
    yield from (f"  {row}" for row in _since(line, terms))
    yield "Terms"
    yield "  " + ", ".join(f"{term.name} {_shown(term)}" for term in terms if term.name != "what_would_change_it")


def _from_frozen(connection: psycopg.Connection, line: ExplainedLine, terms: tuple[Term, ...]) -> str:
    """Return whether the plan's frozen inputs, decided again, still say the same of the item."""
    try:
        inputs = read_inputs(connection, line.plan_date, skus=[line.sku])
    except LookupError as error:
        return f"It is not decided again: {error}."
    row = next((row for row in range(inputs.sku.size) if inputs.location_id[row] == line.location_id), None)
    if row is None:
        return f"The plan of {line.plan_date} froze nothing of it."
    again = decide_items(inputs, read_pools(connection, line.plan_date)).explain(row).terms
    decided = {term.name: term.value for term in terms}
    now = {term.name: term.value for term in again}
    if now["order_units"] == decided.get("order_units"):
        return f"Decided again from what the plan of {line.plan_date} froze: {now['order_units']:,} needed, the same."
    changed = "; ".join(differences(terms, again)) or "its rules differ"
    return f"Decided again from what the plan of {line.plan_date} froze: {now['order_units']:,} needed now. {changed}."


def _rows(line: ExplainedLine, sources: Sources) -> Iterator[str]:
    """Yield the rows behind the terms."""
    if not sources.days:
        yield f"the days that the plan of {line.plan_date} froze are not kept any more"
    else:
        sold = sum(day.units_sold for day in sources.days)
        selling = sum(day.units_sold > 0 for day in sources.days)
        whole = sum(day.fraction_in_stock == 1 for day in sources.days)
        yield (
            f"{sold:,} units sold on {selling} of {len(sources.days)} days up to {sources.days[0].frozen_date}, in "
            f"stock all day on {whole}"
        )
        for words, found in (
            ("sold out on", [day for day in sources.days if day.sold_out]),
            ("without stock on", [day for day in sources.days if day.fraction_in_stock == 0]),
        ):
            if found:
                yield f"{words} {_days([f'{day.frozen_date:%d %b}' for day in found])}"
    for order in sources.sold:
        where = f"{order.channel_id} {order.order_name or ''}".rstrip()
        yield f"sold: {order.units_ordered:,} on {order.ordered_at:%Y-%m-%d %H:%M} UTC, {where}"
    for units, due in sources.on_order:
        yield f"on order then: {units:,}, due in {due:g} days" if due >= 0 else f"on order then: {units:,}, overdue"
    for arrival in sources.arrivals:
        if arrival.is_open:
            yield f"shipment {arrival.shipment_id}: out for {arrival.days:.0f} days"
        else:
            yield f"shipment {arrival.shipment_id}: took {arrival.days:.0f} days, came {arrival.age_days} days before"
    if not sources.arrivals:
        yield f"no shipment of {line.supplier_name}: its own quote and other suppliers speak for its days"


def _since(line: ExplainedLine, terms: tuple[Term, ...]) -> Iterator[str]:
    """Yield what happened to the line since it was decided, and what the newest plan says."""
    if line.answered_at is not None:
        said = f"{line.supplier_name} accepted {line.units_accepted:,} on {line.answered_at:%Y-%m-%d}"
        if line.units_backordered:
            until = f" until {line.backorder_date}" if line.backorder_date else ""
            said += f", owes {line.units_backordered:,}{until}"
        if line.units_rejected:
            said += f", sends none of {line.units_rejected:,}"
        yield said
    if line.units_shipped:
        yield f"{line.units_shipped:,} shipped"
    if line.chance_by_due is not None:
        yield f"comes by {line.due_date} with a chance of {math.floor(100 * line.chance_by_due)} %"
    if line.newest_plan_date is None:
        yield "no later day has been planned"
        return
    changed = differences(terms, terms_of(line.newest_terms))
    yield f"the plan of {line.newest_plan_date} orders {line.newest_order_units:,} more" + (
        f": {'; '.join(changed)}" if changed else ""
    )


def _days(days: list[str]) -> str:
    shown = ", ".join(days[:10])
    return shown if len(days) <= 10 else f"{shown} and {len(days) - 10} more days"


def _shown(term: Term) -> str:
    if isinstance(term.value, float):
        return f"{term.value:.4g}"
    return str(term.value)
