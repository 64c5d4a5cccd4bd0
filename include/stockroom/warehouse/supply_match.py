"""What suppliers and the warehouse say of our orders, brought to their lines and states. Set-based; a rerun is idle."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from importlib import resources
from typing import get_args

import psycopg

from stockroom.planning.supply_signs import STANDS_DAYS
from stockroom.warehouse.built import are_built
from stockroom.warehouse.order_states import State, move_orders
from stockroom.warehouse.plans_exceptions import PlanException

UNMATCHED = "unmatched_answer"
_SAID = {
    "acknowledged": ("supplier", "it answered"),
    "shipped": ("supplier", "it sent goods"),
    "part_received": ("warehouse", "some of it was booked in"),
    "received": ("warehouse", "all of it was booked in"),
    "closed": ("supplier", "what it does not send was refused"),
}


def are_answers_read(connection: psycopg.Connection) -> bool:
    """Return whether dbt has built what answers are read through; it has not before the first day is planned."""
    return are_built(
        connection,
        "staging.stg_suppliers__acknowledgement_lines",
        "staging.stg_suppliers__shipment_lines",
        "intermediate.int_receipts",
        "intermediate.int_supplier_names",
    )


def match_answers(connection: psycopg.Connection, *, moment: datetime) -> int:
    """Bring answers and shipments up to ``moment`` to order lines; return how many lines say something new.

    The caller commits.
    """
    return connection.execute(_statement("supply_match.sql"), {"moment": moment}).rowcount


def list_answered_in_doubt(connection: psycopg.Connection) -> list[tuple[str, str]]:
    """Return the orders of which nobody knew whether they left, and that their suppliers have answered: they did.

    Each as message key and subject. Where an earlier version left, the answer may be to that: people are asked.
    """
    return connection.execute(
        """
        select messages.message_key, messages.subject_key
        from ops.outbox as messages
        where
            messages.kind = 'purchase_order'
            and messages.state in ('sending', 'failed')
            and exists (
                select from ops.purchase_order_line_answers as answers
                where answers.po_number = split_part(messages.subject_key, '/v', 1)
            )
            and not exists (
                select from ops.outbox as earlier
                where
                    earlier.kind = messages.kind
                    and earlier.state = 'sent'
                    and split_part(earlier.subject_key, '/v', 1) = split_part(messages.subject_key, '/v', 1)
            )
        order by messages.message_key
        for update skip locked
        """
    ).fetchall()


def unmatched_answers(connection: psycopg.Connection, *, moment: datetime) -> list[PlanException]:
    """Return the answers and shipments of the last days that no order line takes, as questions for a person."""
    parameters = {"moment": moment, "since": moment - timedelta(days=STANDS_DAYS)}
    found = []
    for supplier_id, order, line, item, is_known in connection.execute(
        _statement("supply_unmatched.sql"), parameters
    ).fetchall():
        place = f"{order}/{line}" if line else f"{order}, {item}" if item else order
        why = "that order has no such line" if is_known else "no order has that number"
        found.append(
            PlanException(
                key=f"{UNMATCHED}/{supplier_id}/{order}/{line or 0}/{item or ''}",
                subject=f"{supplier_id} {place}",
                detail=f"{supplier_id} answered {place}, but {why}",
                mend="ask the supplier which order it means; its next answer replaces this one",
            )
        )
    for supplier_id, shipment, order, line, sku, units in connection.execute(
        _statement("supply_struck.sql"), parameters
    ).fetchall():
        found.append(
            PlanException(
                key=f"{UNMATCHED}/{supplier_id}/{order}/{line}/{shipment}",
                subject=f"{supplier_id} {order}/{line}",
                detail=f"{supplier_id} sent {units:,} units of {sku} for {order}/{line} in shipment {shipment}, "
                "but that line was struck",
                mend="ask the supplier to take them back, or book them in when they come; no plan counts them before",
            )
        )
    return found


def move_orders_on(connection: psycopg.Connection, *, moment: datetime) -> int:
    """Bring orders to the states that their lines have come to, and return how many moved; the caller commits."""
    settled_before = moment - timedelta(days=STANDS_DAYS)
    parameters = {"moment": moment, "settled_before": settled_before}
    reached: dict[State, list[str]] = defaultdict(list)
    for po_number, state in connection.execute(_statement("supply_moves.sql"), parameters):
        reached[state].append(po_number)
    moved = 0
    for state in (state for state in get_args(State) if state in reached):
        by, note = _SAID[state]
        moved += len(move_orders(connection, reached[state], state, by=by, note=note))
    return moved


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
