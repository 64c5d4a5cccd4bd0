"""What suppliers' programs say of the X12 that they were sent, kept beside its control number."""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple

import psycopg

ASKED_WITHIN_DAYS = 30
"""What nobody can place is put before a person for so long."""


class DoubtedOrder(NamedTuple):
    """An order whose newest document the supplier's program refused, or took with errors."""

    po_number: str
    supplier_id: str
    state: str
    message_key: str
    control_number: int
    code: str
    says: str
    """Segments and elements with what is wrong; may be empty."""


class UnknownReceipt(NamedTuple):
    """What is said of an interchange that its sender never got from us."""

    sender: str
    group_kind: str
    group_control: str


def note_receipts(connection: psycopg.Connection) -> int:
    """Bring what suppliers said to the interchanges they were sent; return how many say something new.

    The newest counts; the caller commits.
    """
    statement = resources.files("stockroom.warehouse").joinpath("order_receipts_note.sql").read_bytes()
    return connection.execute(statement).rowcount


def list_doubted_orders(connection: psycopg.Connection) -> list[DoubtedOrder]:
    """Return the orders that their suppliers' programs did not simply take.

    An order that was sent anew since, or that its supplier has answered by other means, is no longer in doubt.
    """
    rows = connection.execute(
        """
        select
            orders.po_number, orders.supplier_id, orders.state, interchanges.message_key,
            interchanges.control_number, interchanges.answer_code, interchanges.answer_says
        from ops.order_interchanges as interchanges
        inner join ops.outbox on interchanges.message_key = outbox.message_key
        inner join ops.purchase_orders as orders on split_part(outbox.subject_key, '/v', 1) = orders.po_number
        where
            interchanges.answer_code <> 'A'
            and orders.state in ('released', 'sent', 'cancelled')
            and not exists (
                select from ops.outbox as later
                where
                    later.subject_key like orders.po_number || '/v%'
                    and later.message_key <> outbox.message_key
                    and later.created_at > outbox.created_at
            )
        order by orders.po_number
        """
    )
    return [DoubtedOrder(*row) for row in rows]


def list_unknown_receipts(connection: psycopg.Connection) -> list[UnknownReceipt]:
    """Return what lately came for interchanges that were never sent to whoever answers them."""
    rows = connection.execute(
        """
        select distinct
            receipts.document ->> 'sender', receipts.document ->> 'group_kind', receipts.document ->> 'group_control'
        from raw.suppliers_order_receipts as receipts
        where
            receipts.landed_at > now() - make_interval(days => %s)
            and not exists (
                select from ops.order_interchanges as interchanges
                inner join ops.outbox on interchanges.message_key = outbox.message_key
                inner join ops.purchase_orders as orders on split_part(outbox.subject_key, '/v', 1) = orders.po_number
                where
                    receipts.document ->> 'group_kind' = 'PO'
                    and interchanges.control_number = (receipts.document ->> 'group_control')::numeric
                    and (
                        receipts.document ->> 'sender' = orders.supplier_id
                        or exists (
                            select from ops.order_ways as ways
                            where
                                ways.supplier_id = orders.supplier_id
                                and regexp_replace(ways.x12_address, '^[^:]*:', '') = receipts.document ->> 'sender'
                        )
                    )
            )
        order by 1, 2, 3
        """,
        (ASKED_WITHIN_DAYS,),
    )
    return [UnknownReceipt(*row) for row in rows]
