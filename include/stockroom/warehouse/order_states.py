"""The states of a purchase order and the ways between them.

``ops.purchase_order_states`` says what each means, ``ops.purchase_order_moves`` lists every move that there is; the
database refuses the others and writes one event a move. In a row:

``proposed`` → (``waiting``) → ``released`` or ``refused`` → ``sent`` → ``acknowledged`` → ``shipped`` →
``part_received`` → ``received`` → ``closed``; ``cancelled`` by a plan before it leaves, by people or the supplier
after.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import psycopg

State = Literal[
    "proposed", "waiting", "refused", "released", "sent", "acknowledged", "shipped", "part_received", "received",
    "closed", "cancelled",
]  # fmt: skip
LEFT: tuple[State, ...] = ("released", "sent", "acknowledged", "shipped", "part_received", "received", "closed")
"""The supplier has the order, or will have it with the next delivery of the outbox."""
DELIVERY = "delivery"
"""The actor who notes that an order left."""


def move_orders(
    connection: psycopg.Connection,
    po_numbers: Sequence[str],
    to_state: State,
    *,
    by: str,
    note: str,
    version: int | None = None,
) -> tuple[str, ...]:
    """Bring orders into a state, each with its event, and return those that moved; the caller commits.

    An order that is in that state already, or cannot be moved there, is left alone: an answer that comes late or twice
    changes nothing. So is an order whose present version is not ``version``, if that is given. ``note`` is the same for
    all: for a reason of its own each order takes a call of its own.
    """
    rows = connection.execute(
        """
        update ops.purchase_orders as orders
        set state = %(to_state)s, updated_at = now(), changed_by = %(by)s, change_note = %(note)s
        from ops.purchase_order_moves as moves
        where
            orders.po_number = any(%(po_numbers)s) and moves.to_state = %(to_state)s
            and orders.state = moves.from_state
            and (%(version)s::integer is null or orders.version = %(version)s)
        returning orders.po_number
        """,
        {"po_numbers": list(po_numbers), "to_state": to_state, "by": by, "note": note, "version": version},
    )
    return tuple(sorted(row[0] for row in rows))
