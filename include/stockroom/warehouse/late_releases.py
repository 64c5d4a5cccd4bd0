"""What follows when people release an order after its supplier's time for orders: it is one of the next order day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import psycopg

from stockroom.planning.order_cycle import placed_on
from stockroom.warehouse.plans_order_terms import read_frozen_terms

LONGEST_DELAY_DAYS = 31
"""Later than that no answer is given to a plan's order: it belongs to a store whose days are not ours."""


def follow_late_release(connection: psycopg.Connection, po_number: str, *, moment: datetime) -> str | None:
    """Move the day on which a released order is wanted by as many days as it left late; say so, ``None`` if in time.

    By the terms that its plan froze; ``moment`` is local. A day that a buyer asked for stays. The caller commits, in
    the transaction of the release, so that the supplier's document names the day that holds.
    """
    plan_date, supplier_id, version, requested_date, usual_days = connection.execute(
        """
        select
            orders.plan_date, orders.supplier_id, orders.version, orders.requested_date,
            max(ceil(decisions.lead_time_mean_days))::integer
        from ops.purchase_orders as orders
        left join ops.purchase_order_lines as lines
            on orders.po_number = lines.po_number and orders.version = lines.version
        left join plan.decisions
            on decisions.plan_date = orders.plan_date and decisions.sku = lines.sku
            and decisions.location_id = orders.location_id
        where orders.po_number = %s
        group by orders.po_number
        """,
        (po_number,),
    ).fetchall()[0]
    frozen = read_frozen_terms(connection, plan_date)
    terms = frozen.of(supplier_id)
    if terms is None:  # a transfer, or the plan knew none
        return None
    cut_off = None if terms.cut_off is None else time.fromisoformat(terms.cut_off)
    closed = frozen.closures.get(supplier_id, ()) if terms.order_days else ()
    placed = placed_on(moment, terms.order_days, cut_off=cut_off, closed=closed)
    late_days = (placed - frozen.cycle_of(supplier_id).first_date).days
    if not 0 < late_days <= LONGEST_DELAY_DAYS:
        return None
    until = f"takes orders until {terms.cut_off}" if terms.cut_off else "takes orders on certain days"
    said = f"{supplier_id} {until}: an order of {placed}" if terms.cut_off or terms.order_days else f"of {placed}"
    if requested_date is not None and requested_date == plan_date + timedelta(days=usual_days or 0):
        wanted = requested_date + timedelta(days=late_days)
        connection.execute(
            "update ops.purchase_orders set requested_date = %s where po_number = %s", (wanted, po_number)
        )
        said += f", wanted by {wanted}"
    connection.execute(
        """
        insert into ops.purchase_order_events (po_number, version, from_state, to_state, actor, note)
        values (%s, %s, 'released', 'released', 'policy', %s)
        """,
        (po_number, version, said),
    )
    return said
