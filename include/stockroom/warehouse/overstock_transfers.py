"""What transfer orders move already, so that the list against overstock does not name the same units again."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import psycopg

from stockroom.warehouse.plans_inputs import FrozenInputs


def count_transfers(connection: psycopg.Connection, inputs: FrozenInputs) -> FrozenInputs:
    """Return the inputs with what the plan's transfer orders move: gone where it leaves, on order where it goes."""
    statement = resources.files("stockroom.warehouse").joinpath("overstock_transfers.sql").read_bytes()
    moved = connection.execute(statement, {"plan_date": inputs.plan_date}).fetchall()
    if not moved:
        return inputs
    places = zip(inputs.sku.tolist(), inputs.location_id.tolist(), strict=True)
    row_of = {place: row for row, place in enumerate(places)}
    on_hand = inputs.history.on_hand.copy()
    on_order = [list(lines) for lines in inputs.history.on_order]
    for sku, from_location, to_location, units, due_in_days in moved:
        if (giver := row_of.get((sku, from_location))) is not None:
            on_hand[giver] = max(on_hand[giver] - units, 0)
        if (taker := row_of.get((sku, to_location))) is not None:
            on_order[taker].append((units, float(due_in_days)))
    return replace(inputs, history=replace(inputs.history, on_hand=on_hand, on_order=on_order))
