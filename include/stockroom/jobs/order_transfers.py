"""Move instead of buying: transfer orders between our own locations, and what is left to buy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

import psycopg

from stockroom.planning import Term
from stockroom.planning.overrides import OverrideBook
from stockroom.planning.transfers import Move, Stock, Way, find_moves, read_way
from stockroom.warehouse.orders import ProposedLine, ProposedOrder
from stockroom.warehouse.plans_orders import read_transfer_items


def find_transfers(connection: psycopg.Connection, plan_date: date, wanted: OverrideBook) -> list[Move]:
    """Return what is moved between locations, over the ways that buyers' files name; none are named, nothing is."""
    ways = [read_way(one.key, one.wanted) for one in wanted.of_kind("way")]
    if not ways:
        return []
    rows = read_transfer_items(connection, plan_date, locations=sorted({way.to_location for way in ways}))
    return find_moves((_stock(row) for row in rows), ways)


def transfer_orders(moves: Sequence[Move], *, plan_date: date, currency: str) -> list[ProposedOrder]:
    """Return one order for each way; the giver stands in the supplier's place."""

    def by_way(move: Move) -> tuple[str, str]:
        return move.way.from_location, move.way.to_location

    return [
        _order(of_one_way[0].way, of_one_way, plan_date, currency)
        for of_one_way in (list(group) for _, group in groupby(sorted(moves, key=by_way), key=by_way))
    ]


def _order(way: Way, moves: Sequence[Move], plan_date: date, currency: str) -> ProposedOrder:
    by_sku = sorted(moves, key=lambda one: one.sku)
    return ProposedOrder(
        supplier_id=way.from_location,
        location_id=way.to_location,
        currency=currency,
        requested_date=plan_date + timedelta(days=round(way.days)),
        lines=tuple(
            ProposedLine(
                sku=one.sku,
                supplier_sku=None,
                units=one.units,
                pack_units=1,
                unit_cost=Decimal(f"{one.unit_cost:.4f}"),
                reason=one.reason,
                terms_json=json.dumps([asdict(term) for term in _terms(one)]),
            )
            for one in by_sku
        ),
        kind="transfer",
    )


def _terms(move: Move) -> list[Term]:
    return [
        Term("transfer_units", move.units, "units"),
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
    )
