"""What is wrong with an order line under way: refused, back-ordered, short, late, unanswered, at another price."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np

from stockroom.planning.sentences import days, units

Kind = Literal[
    "rejected_supply",
    "backordered_supply",
    "short_supply",
    "late_supply",
    "unanswered_order",
    "over_supply",
    "changed_price",
]
ANSWER_WORKING_DAYS = 2
STANDS_DAYS = 14
"""What a supplier refused is put before people for so long; then plans have ordered anew what is still needed."""
LEAST_PRICE_CHANGE = Decimal("0.005")
"""Less on a unit is rounding."""


@dataclass(frozen=True)
class OpenLine:
    """A line of an order that has left and did not come as ordered so far, with what was heard of it."""

    po_number: str
    line_number: int
    supplier_id: str
    supplier_name: str
    lane: str | None
    location_id: str
    sku: str
    title: str
    units_ordered: int
    units_received: int
    units_rejected: int
    """Refused in words, or left out of the answer."""
    units_backordered: int
    units_shipped: int
    units_to_come: int
    """Those that are still expected."""
    unit_cost: Decimal | None
    answered_price: Decimal | None
    currency: str | None
    worth: Decimal | None
    """What one of the currency is worth in the base currency; ``None``: nobody knows."""
    sent_at: datetime
    last_received_at: datetime | None
    answered_at: datetime | None
    first_shipped_at: datetime | None
    backordered_at: datetime | None
    backorder_date: date | None
    requested_date: date | None
    promised_date: date | None
    is_ours: bool
    released_by: str | None
    """The person or policy that released it."""

    @property
    def is_unheard(self) -> bool:
        """Return whether the supplier has given no sign of life to this line."""
        return self.answered_at is None and self.first_shipped_at is None and self.units_received == 0


@dataclass(frozen=True)
class Sign:
    """One thing that is wrong, since when, and which units it is about."""

    kind: Kind
    first_at: datetime
    said: str
    units: int
    needs_new_order: bool = False
    """These units come only if somebody orders them again."""


def signs_of(line: OpenLine, *, moment: datetime, late_from: datetime, time_zone: ZoneInfo) -> tuple[Sign, ...]:
    """Return what is wrong with a line at ``moment``: at most one sign for its goods, and those for money.

    What says most about the units comes first: refused, back-ordered, cut short, late, come in part.
    """
    goods = next(_goods(line, moment, late_from, time_zone), None)
    price = _price(line) if _is_news(line, moment) else None
    return tuple(sign for sign in (goods, _over(line), price) if sign is not None)


def _goods(line: OpenLine, moment: datetime, late_from: datetime, time_zone: ZoneInfo) -> Iterator[Sign]:
    today = moment.astimezone(time_zone).date()
    name, coming = line.supplier_name, line.units_to_come
    if line.units_received > line.units_ordered:
        return
    is_refused = line.units_rejected > 0 and _is_news(line, moment)
    if is_refused and line.units_rejected >= line.units_ordered and line.answered_at:
        yield Sign("rejected_supply", line.answered_at, f"{name} sends none of {units(line.units_ordered)}",
                   line.units_ordered, needs_new_order=True)  # fmt: skip
    promised = line.backorder_date or line.promised_date
    if line.units_backordered and coming and line.backordered_at and not (promised and promised < today):
        until = f"until {promised}" if line.backorder_date else "without a date"
        owed = min(line.units_backordered, coming)
        yield Sign("backordered_supply", line.backordered_at, f"{name} owes {units(owed)} {until}", owed)
    if is_refused and line.answered_at:
        kept = line.units_ordered - line.units_rejected
        yield Sign("short_supply", line.answered_at, f"{name} sends {kept:,} of {units(line.units_ordered)}",
                   line.units_rejected, needs_new_order=True)  # fmt: skip
    if coming and promised and promised < today and late_from > _end_of(promised, time_zone):
        yield Sign(
            "late_supply", _end_of(promised, time_zone), f"{units(coming)} of {name}, promised for {promised}", coming
        )
    if coming and late_from <= moment:
        out = days((moment - line.sent_at) / timedelta(days=1))
        usual = days((late_from - line.sent_at) / timedelta(days=1))
        yield Sign("late_supply", late_from, f"{units(coming)} of {name}, out for {out}; four of five of its orders "
                   f"come within {usual}", coming)  # fmt: skip
    if coming and line.units_received and line.last_received_at and line.units_shipped <= line.units_received:
        came = line.last_received_at.astimezone(time_zone).date()
        yield Sign("short_supply", line.last_received_at, f"{line.units_received:,} of {units(line.units_ordered)} of "
                   f"{name} came, the last on {came}; of the rest nothing is said", coming)  # fmt: skip


def _over(line: OpenLine) -> Sign | None:
    over = line.units_received - line.units_ordered
    if over <= 0 or line.last_received_at is None:
        return None
    said = f"{line.supplier_name} sent {line.units_received:,} of {units(line.units_ordered)}"
    return Sign("over_supply", line.last_received_at, said, over)


def _is_news(line: OpenLine, moment: datetime) -> bool:
    return line.answered_at is not None and moment - line.answered_at < timedelta(days=STANDS_DAYS)


def _price(line: OpenLine) -> Sign | None:
    if line.answered_price is None or line.unit_cost is None or line.answered_at is None:
        return None
    if abs(line.answered_price - line.unit_cost) < LEAST_PRICE_CHANGE:
        return None
    kept = line.units_ordered - line.units_rejected
    return Sign(
        "changed_price",
        line.answered_at,
        f"{line.supplier_name} charges {line.answered_price:,.2f} {line.currency} instead of {line.unit_cost:,.2f} for "
        f"each of {units(kept)}",
        kept,
    )


def unanswered(
    lines: Sequence[OpenLine], *, moment: datetime, closed: Sequence[tuple[date, date]], time_zone: ZoneInfo
) -> Sign | None:
    """Return the sign of an order of ours, given by its open lines, of which its supplier said nothing in time.

    Two of the supplier's working days may pass: Monday to Friday, but not the days on which it is closed.
    """
    if not all(line.is_ours and line.is_unheard for line in lines):
        return None
    sent_at = min(line.sent_at for line in lines)
    answer_by = after_working_days(sent_at.astimezone(time_zone), ANSWER_WORKING_DAYS, closed)
    if answer_by > moment:
        return None
    said = f"{lines[0].supplier_name} has not answered the order of {sent_at.astimezone(time_zone):%Y-%m-%d}"
    return Sign("unanswered_order", answer_by, said, sum(line.units_to_come for line in lines))


def after_working_days(moment: datetime, working_days: int, closed: Sequence[tuple[date, date]]) -> datetime:
    """Return the same time of day so many working days later.

    >>> monday, friday = datetime(2011, 6, 27, 12), datetime(2011, 7, 1, 12)
    >>> str(after_working_days(monday, 2, ())), str(after_working_days(friday, 2, ()))
    ('2011-06-29 12:00:00', '2011-07-05 12:00:00')
    >>> str(after_working_days(friday, 2, [(date(2011, 7, 4), date(2011, 7, 8))]))
    '2011-07-12 12:00:00'
    """
    holidays = [np.datetime64(first, "D") + day for first, last in closed for day in range((last - first).days + 1)]
    begins = np.datetime64(moment.date(), "D")
    calendar = np.busdaycalendar(holidays=np.array(holidays, dtype="datetime64[D]"))
    day = np.busday_offset(begins, working_days, roll="backward", busdaycal=calendar)
    return moment + timedelta(days=int((day - begins).astype(int)))


def _end_of(day: date, time_zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), time_zone)
