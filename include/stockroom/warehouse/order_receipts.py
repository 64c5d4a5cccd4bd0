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
    file_name: str
    po_number: str | None
    """The order that left under this number; None: none did."""
    supplier_id: str | None
    """Whose order that is."""


class HeardMessage(NamedTuple):
    """A message that arrived, as its supplier's 997 shows, though here it counts as not gone."""

    message_key: str
    kind: str
    subject_key: str


def note_receipts(connection: psycopg.Connection) -> int:
    """Bring what suppliers said to the interchanges they were sent; return how many say something new.

    The newest counts; the caller commits.
    """
    statement = resources.files("stockroom.warehouse").joinpath("order_receipts_note.sql").read_bytes()
    return connection.execute(statement).rowcount


def list_heard_in_doubt(connection: psycopg.Connection) -> list[HeardMessage]:
    """Return the messages that count as not gone here, and that their suppliers' programs have answered since.

    One that was answered before and waits again is to leave again: somebody wants it so.
    """
    rows = connection.execute(
        """
        select messages.message_key, messages.kind, messages.subject_key
        from ops.outbox as messages
        inner join ops.order_interchanges as interchanges on messages.message_key = interchanges.message_key
        where
            messages.state in ('pending', 'sending', 'failed')
            and interchanges.answered_at is null
            and exists (
                select from ops.order_receipts as receipts
                where receipts.is_from_supplier and receipts.message_key = messages.message_key
            )
        order by messages.message_key
        for update of messages
        """
    )
    return [HeardMessage(*row) for row in rows]


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
        select distinct on (receipts.sender, receipts.group_kind, receipts.group_control)
            receipts.sender, receipts.group_kind, receipts.group_control,
            files.file_name, receipts.po_number, receipts.supplier_id
        from ops.order_receipts as receipts
        inner join raw.landing_files as files on receipts.landing_file_id = files.landing_file_id
        where
            receipts.landed_at > now() - make_interval(days => %s)
            and not exists (
                select from ops.order_receipts as own
                where
                    own.is_from_supplier
                    and own.sender = receipts.sender
                    and own.group_kind = receipts.group_kind
                    and own.group_control = receipts.group_control
            )
        order by receipts.sender, receipts.group_kind, receipts.group_control, receipts.landing_file_id desc
        """,
        (ASKED_WITHIN_DAYS,),
    )
    return [UnknownReceipt(*row) for row in rows]
