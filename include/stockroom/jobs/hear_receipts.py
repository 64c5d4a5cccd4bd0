"""Hear what suppliers' programs say of the X12 orders that they were sent; a refused one is put before a person."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from stockroom.jobs.settle_message import note_arrived
from stockroom.suppliers.receipts_997 import TAKEN_WITH_ERRORS, VERDICTS
from stockroom.warehouse.order_receipts import (
    DoubtedOrder,
    UnknownReceipt,
    list_doubted_orders,
    list_heard_in_doubt,
    list_unknown_receipts,
    note_receipts,
)
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions

REFUSED, UNKNOWN = "refused_order_document", "unknown_order_document"


@dataclass(frozen=True)
class ReceiptsHeard:
    """What the 997s of suppliers said."""

    noted: int = 0
    """Interchanges of which something new is known."""
    doubted: int = 0
    unknown: int = 0
    settled: int = 0
    """Messages that had been in doubt: whoever answers one has it."""

    def __bool__(self) -> bool:
        return bool(self.noted or self.doubted or self.unknown or self.settled)

    def __str__(self) -> str:
        """Return one line for a person to read."""
        settled = f", {self.settled:,} no longer in doubt" if self.settled else ""
        return (
            f"X12 orders: {self.noted:,} newly answered, {self.doubted:,} refused or taken with errors, "
            f"{self.unknown:,} answers to none of ours{settled}"
        )


def hear_receipts(connection: psycopg.Connection) -> ReceiptsHeard:
    """Note what was said and make the open exceptions exactly what is refused or belongs to no order."""
    with connection.transaction():
        in_doubt = list_heard_in_doubt(connection)
        for message in in_doubt:
            note_arrived(connection, message.message_key, message.subject_key, by="supplier", says="its 997 says")
        return ReceiptsHeard(
            note_receipts(connection),
            replace_exceptions(connection, kind=REFUSED, found=map(_doubted, list_doubted_orders(connection))),
            replace_exceptions(connection, kind=UNKNOWN, found=map(_unknown, list_unknown_receipts(connection))),
            settled=len(in_doubt),
        )


def _doubted(order: DoubtedOrder) -> PlanException:
    what = VERDICTS[order.code]
    if order.code == TAKEN_WITH_ERRORS:
        mend = f"ask {order.supplier_id} whether it can fill the order so"
    elif order.state == "cancelled":
        mend = f"tell {order.supplier_id} otherwise that the order is cancelled, and settle this"
    else:
        mend = (
            f"tell {order.supplier_id}, which has no order yet; correct what is named and send it anew: "
            f"`stockroom amend {order.po_number} --because …`, or another way first, "
            f"`stockroom order-way {order.supplier_id}`"
        )
    return PlanException(
        key=f"{REFUSED}/{order.message_key}",
        subject=f"{order.po_number} to {order.supplier_id}",
        detail=f"the 997 for interchange {order.control_number} says {order.code}, {what}: "
        f"{order.says or 'it does not say where'}",
        mend=mend,
    )


def _unknown(receipt: UnknownReceipt) -> PlanException:
    whose = f": it is {receipt.po_number} to {receipt.supplier_id}" if receipt.po_number else ""
    return PlanException(
        key=f"{UNKNOWN}/{receipt.sender}/{receipt.group_kind}/{receipt.group_control}",
        subject=f"{receipt.sender} {receipt.group_kind} {receipt.group_control}",
        detail=f"a 997 ({receipt.file_name}) answers group {receipt.group_control} ({receipt.group_kind}), which "
        f"{receipt.sender} never got from us{whose}",
        mend=f"ask its sender what it answers; if {receipt.sender} is how a supplier calls itself, give it that "
        "`stockroom order-way … --x12-id`",
    )
