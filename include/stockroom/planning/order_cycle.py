"""On which days a supplier takes orders, and how long one order has to last until the next can be placed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

LONGEST_SEARCH_DAYS = 400
"""Longer than any single closure: a supplier without an order day within it never takes orders."""
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class OrderCycle:
    """When orders can be placed."""

    first_date: date
    """The plan date itself, or the next day on which the supplier takes orders."""
    days_to_next: int
    """From that day to the one after it: what an order placed then has to bridge."""


def order_cycle(plan_date: date, weekdays: Collection[int], closed: Sequence[tuple[date, date]] = ()) -> OrderCycle:
    """Return the first order day from the plan date on, and the days from it to the one after.

    Orders are taken on ``weekdays`` (Monday is 0; an empty collection means every day), never on a day within
    ``closed``, whose pairs are first and last day. A supplier with no order day within ``LONGEST_SEARCH_DAYS`` is
    taken at its plan date.

    >>> thursday = date(2011, 6, 30)
    >>> order_cycle(thursday, {1, 3}), order_cycle(thursday, {1})  # Tuesdays and Thursdays; Tuesdays
    (OrderCycle(first_date=datetime.date(2011, 6, 30), days_to_next=5), \
OrderCycle(first_date=datetime.date(2011, 7, 5), days_to_next=7))
    """
    first = _next(plan_date, weekdays, closed)
    return OrderCycle(first, (_next(first + timedelta(days=1), weekdays, closed) - first).days)


def placed_on(
    moment: datetime, weekdays: Collection[int], *, cut_off: time | None, closed: Sequence[tuple[date, date]] = ()
) -> date:
    """Return the supplier's order day to which an order released at ``moment`` belongs.

    ``moment`` is in the supplier's local time. It is the same day if that is an order day and ``cut_off`` has not
    passed, else the next order day.

    >>> thursday = date(2011, 6, 30)
    >>> for clock in (time(10, 30), time(10, 31)):  # Tuesdays and Thursdays until half past ten
    ...     print(placed_on(datetime.combine(thursday, clock), {1, 3}, cut_off=time(10, 30)))
    2011-06-30
    2011-07-05
    """
    is_late = cut_off is not None and moment.time() > cut_off
    return _next(moment.date() + timedelta(days=is_late), weekdays, closed)


def _next(day: date, weekdays: Collection[int], closed: Sequence[tuple[date, date]]) -> date:
    for ahead in range(LONGEST_SEARCH_DAYS):
        candidate = day + timedelta(days=ahead)
        is_open = not any(first <= candidate <= last for first, last in closed)
        if candidate.weekday() in (weekdays or EVERY_DAY) and is_open:
            return candidate
    return day
