"""Put before a person what suppliers do not send to shoppers in time, by the shopper's own order."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import psycopg

from stockroom.warehouse.drop_ships import FollowedDropShip, read_followed
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions

SHORT, LATE = "short_drop_ship", "late_drop_ship"
SEND_WITHIN = timedelta(hours=48)
"""On the clock, weekends too: a shopper waits through them."""
MEND = "tell the shopper, send it from another place, or cancel the line"


def follow_drop_ships(connection: psycopg.Connection, *, moment: datetime, time_zone: ZoneInfo) -> int:
    """Make the open exceptions about drop-ship orders exactly what is owed, refused or late; return their number.

    Late is what its supplier has not sent when the day that it promised is over; where it names none, 48 hours after
    the order left. The caller commits.
    """
    lines = read_followed(connection, moment=moment, time_zone=time_zone.key)
    return replace_exceptions(
        connection, kind=SHORT, found=[_short(line) for line in lines if line.units_backordered or line.units_rejected]
    ) + replace_exceptions(
        connection, kind=LATE, found=[_late(line) for line in lines if _is_late(line, moment, time_zone)]
    )


def _is_late(line: FollowedDropShip, moment: datetime, time_zone: ZoneInfo) -> bool:
    if line.units_shipped >= line.units - line.units_backordered - line.units_rejected:
        return False
    if line.promised_date is not None:
        return datetime.combine(line.promised_date + timedelta(days=1), time(), time_zone) <= moment
    return line.sent_at + SEND_WITHIN <= moment


def _short(line: FollowedDropShip) -> PlanException:
    said = []
    if line.units_rejected:
        said.append(f"refuses {line.units_rejected:,}")
    if line.units_backordered:
        again = f", expected {line.backorder_date}" if line.backorder_date else ", and does not say until when"
        said.append(f"back-orders {line.units_backordered:,}{again}")
    return PlanException(
        key=f"{SHORT}/{line.po_number}/{line.sku}",
        subject=_subject(line),
        detail=f"of {line.units:,} units of {line.sku} {line.supplier_id} {' and '.join(said)} ({line.po_number})",
        mend=MEND,
    )


def _late(line: FollowedDropShip) -> PlanException:
    due = f"promised for {line.promised_date}" if line.promised_date else f"ordered on {line.sent_at:%Y-%m-%d}"
    heard = "" if line.answered_at else ", and has not answered"
    return PlanException(
        key=f"{LATE}/{line.po_number}/{line.sku}",
        subject=_subject(line),
        detail=f"{line.supplier_id} has not sent {line.units - line.units_shipped:,} units of {line.sku}, {due}{heard} "
        f"({line.po_number})",
        mend=f"ask {line.supplier_id} when it leaves; else {MEND}",
    )


def _subject(line: FollowedDropShip) -> str:
    return f"{line.channel_id} order {line.order_name}"
