"""Which units of a purchase order's line are which location's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import psycopg

from stockroom.planning.central_buying import Place, split_line

LineKey = tuple[str, int, int]
"""Number, version and line of an order."""


def write_splits(connection: psycopg.Connection, lines: Sequence[tuple[LineKey, int, Sequence[Place]]]) -> None:
    """Write for whom each line is bought; the caller commits. The units of all places are the line's."""
    if not lines:
        return
    statement = """
        copy ops.purchase_order_line_splits (
            po_number, version, line_number, location_id, units, turns, wanted_units, position_units, units_per_day,
            may_have_more, way_days
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for key, units, places in lines:
            for place, turns in zip(places, split_line(units, places), strict=True):
                copy.write_row(
                    (*key, place.location_id, int(turns.size), turns.tolist(), place.wanted_units,
                     place.position_units, place.units_per_day, place.may_have_more, place.way_days)
                )  # fmt: skip


def read_places(connection: psycopg.Connection, po_number: str, version: int) -> dict[int, tuple[Place, ...]]:
    """Return for whom each split line of an order is bought, by its number; the ship-to first."""
    rows = connection.execute(
        """
        select splits.line_number, splits.location_id, splits.wanted_units, splits.position_units,
            splits.units_per_day, splits.may_have_more, splits.way_days
        from ops.purchase_order_line_splits as splits
        inner join ops.purchase_orders as orders on splits.po_number = orders.po_number
        where splits.po_number = %s and splits.version = %s
        order by
            splits.line_number, splits.location_id = orders.location_id desc, splits.location_id collate "C"
        """,
        (po_number, version),
    ).fetchall()
    found: dict[int, list[Place]] = defaultdict(list)
    for line_number, *place in rows:
        found[line_number].append(Place(*place))
    return {line_number: tuple(places) for line_number, places in found.items()}
