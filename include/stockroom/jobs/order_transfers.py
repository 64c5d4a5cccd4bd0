"""Transfer orders between our own locations: what is moved instead of bought, and what was bought here for there."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from stockroom.planning import Term
from stockroom.planning.overrides import OverrideBook
from stockroom.planning.transfers import Move, Stock, find_moves, read_way
from stockroom.warehouse.orders import ProposedLine, ProposedOrder
from stockroom.warehouse.plans_orders import read_transfer_items
from stockroom.warehouse.plans_own_orders import OwedUnits


def find_transfers(connection: psycopg.Connection, plan_date: date, wanted: OverrideBook) -> list[Move]:
    """Return what is moved between locations, over the ways that buyers' files name; none are named, nothing is."""
    ways = [read_way(one.key, one.wanted) for one in wanted.of_kind("way")]
    if not ways:
        return []
    rows = read_transfer_items(connection, plan_date, locations=sorted({way.to_location for way in ways}))
    return find_moves((_stock(row) for row in rows), ways)


def transfer_orders(
    moves: Sequence[Move], owed: Sequence[OwedUnits], *, plan_date: date, currency: str
) -> list[ProposedOrder]:
    """Return one order for each way; the giver stands in the supplier's place."""
    by_way: dict[tuple[str, str], dict[str, tuple[Move | None, OwedUnits | None]]] = defaultdict(dict)
    for move in moves:
        by_way[move.way.from_location, move.way.to_location][move.sku] = (move, None)
    for one in owed:
        of_way = by_way[one.from_location_id, one.location_id]
        of_way[one.sku] = (of_way.get(one.sku, (None, None))[0], one)
    return [
        ProposedOrder(
            supplier_id=from_location,
            location_id=to_location,
            currency=currency,
            requested_date=plan_date + timedelta(days=max(_days(*both) for both in by_sku.values())),
            lines=tuple(_line(sku, *by_sku[sku]) for sku in sorted(by_sku)),
            kind="transfer",
        )
        for (from_location, to_location), by_sku in sorted(by_way.items())
    ]


def _days(move: Move | None, owed: OwedUnits | None) -> int:
    return math.ceil(max(move.way.days if move else 0.0, owed.way_days if owed else 0.0))


def _line(sku: str, move: Move | None, owed: OwedUnits | None) -> ProposedLine:
    split_units = owed.units if owed else 0
    units = split_units + (move.units if move else 0)
    said = [move.reason] if move else []
    if owed:
        said.append(
            f"{split_units:,} units that were bought at {owed.from_location_id} for {owed.location_id} and have come, "
            f"last with {owed.last_po_number}."
        )
    cost = move.unit_cost if move else owed.unit_cost if owed else Decimal(0)
    # The whole line stands under the name from which any transfer is rebuilt.
    terms = [Term("transfer_units", units, "units"), *(_terms(move) if move else ())]
    if owed:
        terms.append(Term("split_units", split_units, "units"))
    return ProposedLine(
        sku=sku,
        supplier_sku=None,
        units=units,
        pack_units=1,
        unit_cost=Decimal(f"{cost:.4f}"),
        reason=" ".join(said),
        terms_json=json.dumps([asdict(term) for term in terms]),
        split_units=split_units,
    )


def _terms(move: Move) -> list[Term]:
    return [
        Term("spare_units", move.spare_units, "units"),
        Term("transfer_days", move.way.days, "days"),
        Term("transfer_costs", move.costs, "money"),
        Term("transfer_saves", move.saves, "money"),
    ]


def _stock(row: Any) -> Stock:  # noqa: ANN401 -- a row of plans_transfer_items.sql
    return Stock(
        sku=row.sku,
        location_id=row.location_id,
        order_units=row.order_units,
        available_units=row.available_units,
        position_units=row.position_units,
        reorder_point_units=row.reorder_point_units,
        order_up_to_units=row.order_up_to_units,
        units_per_day=row.units_per_day,
        lead_time_days=row.lead_time_mean_days,
        demand_sd_units=row.lead_time_demand_sd_units,
        unit_cost=float(row.unit_cost),
        carrying_rate=row.carrying_rate,
        loss_per_unit=row.loss_per_unit,
        pack_units=row.pack_units,
        minimum_order_units=row.minimum_order_units,
    )
