"""From a draft to the order that is proposed: lines with prices, reasons and the terms that rebuild them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from stockroom.jobs.central_orders import Pooled
from stockroom.jobs.order_drafts import Draft, find_override, wanted_date
from stockroom.jobs.refused_lines import said_of_held
from stockroom.planning import Term
from stockroom.planning.central_buying import said_of_split
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.joint_words import line_terms, said_of_line
from stockroom.planning.overrides import OverrideBook
from stockroom.planning.sentences import units
from stockroom.planning.transfers import Move
from stockroom.warehouse.orders import ProposedLine, ProposedOrder

Reasons = Mapping[tuple[str, str], tuple[str, str]]
"""The reason and the terms (JSON) of an item, by SKU and location."""
Moved = Mapping[tuple[str, str], Sequence[Move]]
"""What comes from other locations, likewise."""
_SHOWN = ("policy", "date")


@dataclass(frozen=True)
class Because:
    """All that says why a line is as it is."""

    reasons: Reasons
    wanted: OverrideBook
    choices: Mapping[str, str]
    """Why a SKU is bought from its supplier, where there was a choice."""
    moved: Moved
    rates: ExchangeRates
    pooled: Mapping[tuple[str, str], Pooled]
    """For whom a SKU is bought, by it and its ship-to, where that is not the ship-to alone."""


def order_of(draft: Draft, because: Because, plan_date: date) -> ProposedOrder | None:
    """Return the order of a draft; ``None`` where nothing is left of it."""
    places = [place for place, ordered in enumerate(draft.units) if ordered > 0]
    if not places:
        return None
    rows = [draft.items[place] for place in places]
    # The rule that the buyer's annex states. A shorter time would be promised by nobody, and never be kept.
    usual = plan_date + timedelta(days=max(math.ceil(row.lead_time_mean_days) for row in rows))
    wanted = wanted_date(because.wanted, rows)
    rate = because.rates.of(draft.key.currency)
    return ProposedOrder(
        supplier_id=draft.key.supplier_id,
        location_id=draft.key.location_id,
        currency=draft.key.currency,
        requested_date=wanted or usual,
        lines=tuple(_line(draft, place, because) for place in places),
        exchange_rate=None if rate is None else rate.rate,
        rate_date=None if rate is None else rate.rate_date,
        note=said_of_held(draft.held),
        is_date_wanted=wanted is not None,
    )


def packing(row: Any) -> dict[str, int]:  # noqa: ANN401 -- a candidate
    """Return an item's pack and minimum."""
    return {"pack_units": row.pack_units, "minimum_order_units": row.minimum_order_units}


def unit_cost(row: Any, ordered: int) -> Decimal:  # noqa: ANN401 -- a candidate
    """Return what a unit costs in an order of so many: the last price break that it reaches, else the usual price.

    A contract's price may be under both.
    """
    usual = Decimal(row.order_unit_cost)
    reached = [Decimal(cost) for from_units, cost in row.price_breaks if from_units <= ordered]
    return min(reached[-1], usual) if reached else usual


def _line(draft: Draft, place: int, because: Because) -> ProposedLine:
    row, ordered = draft.items[place], draft.units[place]
    reason, terms_json = because.reasons[row.sku, row.location_id]
    more: list[Term] = []
    pooled = because.pooled.get((row.sku, row.location_id))
    moves = because.moved.get((row.sku, row.location_id), ())
    if pooled is not None:
        more += pooled.terms
        reason = f"{units(row.order_units)} {said_of_split(row.order_units, pooled.places)}. {pooled.override.said}."
    elif moves:
        units_moved = sum(one.units for one in moves)
        more.append(Term("transferred_units", units_moved, "units"))
        reason = f"{units(row.order_units)} after {units_moved:,} from other locations. By itself: {reason}"
    if (forced := draft.forced.get(place)) is not None:
        reason = f"{units(ordered)}: {forced.said}. By itself: {reason}"
        more += [Term("override_units", ordered, "units"), Term("override", forced.override_id, "")]
    elif (limit := draft.within_budget.get(place)) is not None:
        reason = f"{units(ordered)} within the budget {limit.override_id} of {limit.wanted}. By itself: {reason}"
        more += [Term("budget_units", ordered, "units")]
    elif draft.joint is not None and ordered != row.order_units:
        reason = said_of_line(draft.joint, draft.terms, decided=row.order_units, ordered=ordered, reason=reason)
        more += line_terms(draft.joint)
    said = list(_said_by_buyers(because.wanted, row))
    if pooled is not None and ordered != row.order_units:
        said.insert(0, f"Bought {said_of_split(ordered, pooled.places)}.")
    if row.sku in because.choices:
        said.append(f"Chosen among suppliers: {because.choices[row.sku]}.")
    if (rate := because.rates.of(draft.key.currency)) is not None:
        said.append(f"Weighed at {rate.rate.normalize():f} {because.rates.base} for one {rate.currency}.")
    return ProposedLine(
        sku=row.sku,
        supplier_sku=row.supplier_sku,
        units=ordered,
        pack_units=row.pack_units,
        unit_cost=unit_cost(row, ordered),
        reason=" ".join((reason, *said)),
        terms_json=json.dumps([*json.loads(terms_json), *map(asdict, more)]) if more else terms_json,
        places=() if pooled is None else pooled.places,
    )


def _said_by_buyers(wanted: OverrideBook, row: Any) -> Iterator[str]:  # noqa: ANN401 -- a candidate
    for kind in _SHOWN if wanted.overrides else ():
        one = find_override(wanted, kind, row)
        if one is not None:
            yield f"With {kind} {one.wanted}: {one.said}."
