"""Buy at one location for several, where buyers want it so: their needs become one line there."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stockroom.jobs.order_drafts import find_override
from stockroom.planning import Term
from stockroom.planning.central_buying import (
    USUAL_WAY_DAYS,
    Needs,
    Place,
    PriceBreaks,
    break_worth_taking,
    line_units,
)
from stockroom.planning.overrides import Override, OverrideBook
from stockroom.planning.transfers import Move, read_way
from stockroom.warehouse.plans_orders import OrderKey

Candidates = dict[OrderKey, list[Any]]
Item = tuple[str, str]
"""A SKU and a location."""


@dataclass(frozen=True)
class Pooled:
    """One line that is bought for several locations."""

    places: tuple[Place, ...]
    """Where it is bought comes first, the others by name."""
    needs: Needs
    break_units: int
    override: Override

    @property
    def terms(self) -> list[Term]:
        """Return what, beside the terms of its own location, the line is rebuilt from."""
        return [
            Term("pooled_locations", len(self.places), "locations"),
            Term("pooled_wanted_units", self.needs.wanted_units, "units"),
            Term("pooled_break_units", self.break_units, "units"),
            Term("pooled_position_units", self.needs.position_units, "units"),
            Term("pooled_reorder_point_units", self.needs.reorder_point_units, "units"),
            Term("pooled_order_up_to_units", self.needs.order_up_to_units, "units"),
            Term("pooled_units_per_day", self.needs.units_per_day, "units per day"),
            Term("pooled_greatest_lot_days", self.needs.greatest_lot_days, "days"),
        ]


def buying_places(wanted: OverrideBook) -> list[str]:
    """Return the locations at which something is bought for others."""
    return sorted({one.wanted.upper() for one in wanted.of_kind("buy_at")})


def pool_candidates(
    candidates: Candidates,
    wanted: OverrideBook,
    *,
    moved: Mapping[Item, Sequence[Move]],
    done: set[str],
    wanted_skus: Sequence[str],
) -> tuple[Candidates, dict[Item, Pooled]]:
    """Return candidates with one row for each SKU that is bought in one place, and for whom, by SKU and that place.

    A location wants what it lacks to its level, at most what it would order; packs, minimums and price breaks come
    on the sum. A SKU of which a buyer wants a quantity at one place is bought as he says, each location by itself, and
    so is one that is not planned at the place where it should be bought.
    """
    if not wanted.of_kind("buy_at"):
        return candidates, {}
    ways = {(way.from_location, way.to_location): way.days for way in _ways(wanted)}
    at: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(dict)
    for rows in candidates.values():
        for row in rows:
            at[row.sku, row.supplier_id, row.order_currency][row.location_id] = row
    replaced: dict[tuple[OrderKey, str], Any] = {}
    pooled: dict[Item, Pooled] = {}
    for (sku, supplier_id, currency), rows_at in at.items():
        for place, (override, givers) in _groups(rows_at, wanted, done).items():
            row, found = _pool(rows_at[place], [rows_at[one] for one in givers], override, moved, ways)
            pooled[sku, place] = found
            replaced[OrderKey(supplier_id, place, currency), sku] = row
            replaced |= {(OrderKey(supplier_id, one, currency), sku): None for one in givers}
    built = {
        key: [now for row in rows if (now := replaced.get((key, row.sku), row)) is not None]
        for key, rows in candidates.items()
    }
    skus = set(wanted_skus)
    # Read for the sake of others; by itself such a supplier is asked for nothing there.
    left = {key: rows for key, rows in built.items() if any(row.order_units > 0 or row.sku in skus for row in rows)}
    return left, pooled


def _ways(wanted: OverrideBook) -> list[Any]:
    return [read_way(one.key, one.wanted) for one in wanted.of_kind("way")]


def _groups(rows_at: Mapping[str, Any], wanted: OverrideBook, done: set[str]) -> dict[str, tuple[Override, list[str]]]:
    """Return by place where a SKU is bought who wants that, and the other locations that it is bought for."""
    for row in rows_at.values():
        quantity = find_override(wanted, "quantity", row)
        if quantity is not None and quantity.override_id not in done:
            return {}
    said = {location: find_override(wanted, "buy_at", row) for location, row in rows_at.items()}
    groups: dict[str, tuple[Override, list[str]]] = {}
    for location, override in sorted(said.items()):
        place = override.wanted.upper() if override else location
        # Who is bought for elsewhere buys for nobody: goods go one way and no further.
        elsewhere = said.get(place)
        is_end = elsewhere is None or elsewhere.wanted.upper() == place
        if override is not None and place != location and place in rows_at and is_end:
            groups.setdefault(place, (override, []))[1].append(location)
    return groups


def _pool(
    row: Any,  # noqa: ANN401 -- a candidate, where it is bought
    others: Sequence[Any],
    override: Override,
    moved: Mapping[Item, Sequence[Move]],
    ways: Mapping[tuple[str, str], float],
) -> tuple[Any, Pooled]:
    rows = [row, *others]
    places = tuple(_place(one, row.location_id, moved, ways) for one in rows)
    # Who wants nothing and may have nothing takes no part: its stock is nobody else's.
    taking = [(one, place) for one, place in zip(rows, places, strict=True) if place.wanted_units or one.may_add]
    needs = Needs(
        wanted_units=sum(place.wanted_units for _, place in taking),
        position_units=sum(place.position_units for _, place in taking),
        reorder_point_units=sum(one.reorder_point_units for one, _ in taking),
        order_up_to_units=sum(one.order_up_to_units for one, _ in taking),
        units_per_day=math.fsum(place.units_per_day for _, place in taking),
        greatest_lot_days=float(min((one.greatest_lot_days for one, _ in taking), default=0.0)),
    )
    packs = {"minimum_order_units": row.minimum_order_units, "pack_units": row.pack_units}
    units = line_units(needs.wanted_units, break_units=0, **packs)
    taken = break_worth_taking(needs, units, _prices(row))
    weight = needs.units_per_day or 1.0
    return (
        row._replace(
            order_units=line_units(needs.wanted_units, break_units=taken, **packs),
            position_units=needs.position_units,
            reorder_point_units=needs.reorder_point_units,
            order_up_to_units=needs.order_up_to_units,
            units_per_day=needs.units_per_day,
            lead_time_demand_sd_units=math.sqrt(math.fsum(one.lead_time_demand_sd_units**2 for one, _ in taking)),
            loss_per_unit=math.fsum(one.loss_per_unit * one.units_per_day for one, _ in taking) / weight
            or row.loss_per_unit,
            greatest_lot_days=needs.greatest_lot_days,
            may_add=any(one.may_add for one, _ in taking),
        ),
        Pooled(places, needs, taken, override),
    )


def _place(
    row: Any,  # noqa: ANN401 -- a candidate
    bought_at: str,
    moved: Mapping[Item, Sequence[Move]],
    ways: Mapping[tuple[str, str], float],
) -> Place:
    comes = sum(one.units for one in moved.get((row.sku, row.location_id), ()))
    position = row.position_units + comes
    is_here = row.location_id == bought_at
    return Place(
        location_id=row.location_id,
        wanted_units=max(min(row.order_up_to_units - position, row.order_units), 0),
        position_units=position,
        units_per_day=row.units_per_day,
        may_have_more=row.may_add,
        way_days=0.0 if is_here else ways.get((bought_at, row.location_id), USUAL_WAY_DAYS),
    )


def _prices(row: Any) -> PriceBreaks:  # noqa: ANN401 -- a candidate
    usual = float(row.order_unit_cost)
    breaks = [(int(from_units), min(float(cost), usual)) for from_units, cost in row.price_breaks or ()]
    return PriceBreaks(usual, breaks, row.carrying_rate)
