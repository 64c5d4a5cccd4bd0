"""What suppliers say in words that a column cannot hold: price breaks, closed days, order days, from their sheets."""

from __future__ import annotations

import re
from datetime import date, time
from itertools import pairwise

from stockroom.planning.supplier_calendar import GREATEST_CLOSURE_DAYS

_BREAK = re.compile(r"(\d{1,9})\s*(?:at|@|:)\s*(\d{1,9}(?:\.\d{1,4})?)")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s*(?:to|\.\.)\s*(\d{4}-\d{2}-\d{2}))?")


class UnreadableWordsError(ValueError):
    """A supplier's words cannot be read; the message says how to write them."""


def read_price_breaks(words: str | None) -> list[tuple[int, str]]:
    """Return from how many units on a unit costs how much, the amounts as they were written.

    >>> read_price_breaks("48 at 1.90; 96 at 1.80"), read_price_breaks(None)
    ([(48, '1.90'), (96, '1.80')], [])

    Raises:
        UnreadableWordsError: other words, or more units at no lower cost.
    """
    found = []
    for part in _parts(words):
        match = _BREAK.fullmatch(part)
        if match is None:
            raise UnreadableWordsError(f"price_breaks: {part!r} is not like 48 at 1.90; part several by a semicolon")
        found.append((int(match[1]), match[2]))
    if any(more[0] <= less[0] or float(more[1]) >= float(less[1]) for less, more in pairwise(found)):
        raise UnreadableWordsError(f"price_breaks: in {words!r} more units do not cost less; write the fewest first")
    if found and found[0][0] < 1:
        raise UnreadableWordsError("price_breaks: 0 units are no quantity; give the price itself as unit_cost")
    return found


def read_closed_days(words: str | None) -> list[tuple[date, date]]:
    """Return the first and the last day of each time a supplier is closed.

    >>> read_closed_days("2011-12-24 to 2012-01-02; 2012-04-06")
    [(datetime.date(2011, 12, 24), datetime.date(2012, 1, 2)), (datetime.date(2012, 4, 6), datetime.date(2012, 4, 6))]

    Raises:
        UnreadableWordsError: other words, no such day, or an end before its beginning.
    """
    found = []
    for part in _parts(words):
        try:
            begins, ends = _DAYS.fullmatch(part).groups()  # type: ignore[union-attr]  # None has no groups
            first, last = date.fromisoformat(begins), date.fromisoformat(ends or begins)
        except (AttributeError, ValueError):
            raise UnreadableWordsError(f"closed_days: {part!r} is not like 2011-12-24 to 2012-01-02") from None
        if last < first:
            raise UnreadableWordsError(f"closed_days: {part!r} ends before it begins")
        if (last - first).days >= GREATEST_CLOSURE_DAYS:
            raise UnreadableWordsError(f"closed_days: {part!r} is more than a year; whoever is gone is discontinued")
        found.append((first, last))
    return found


def read_order_days(words: str | None) -> frozenset[int]:
    """Return the weekdays on which a supplier takes orders, Monday as 0; none are said: every day.

    >>> sorted(read_order_days("Tue, Thursday")), read_order_days(None)
    ([1, 3], frozenset())

    Raises:
        UnreadableWordsError: other words.
    """
    found = set()
    for part in re.split(r"[,;/]|\band\b", words or ""):
        name = part.strip().casefold()
        if not name:
            continue
        days = [number for number, weekday in enumerate(_WEEKDAYS) if len(name) >= 3 and weekday.startswith(name)]
        if not days:
            raise UnreadableWordsError(f"order_days: {part.strip()!r} is no weekday; write them like Tue, Thu")
        found.add(days[0])
    return frozenset(found)


def read_cut_off(words: str | None) -> time | None:
    """Return the hour until which an order counts as that day's; ``None``: nobody says.

    >>> read_cut_off("10:30")
    datetime.time(10, 30)

    Raises:
        UnreadableWordsError: no hour of a day.
    """
    if not (words or "").strip():
        return None
    try:
        hour, minute = (int(part) for part in str(words).strip().split(":"))
        return time(hour, minute)
    except ValueError:
        raise UnreadableWordsError(f"order_cut_off: {words!r} is not like 10:30") from None


def _parts(words: str | None) -> list[str]:
    return [part.strip() for part in (words or "").split(";") if part.strip()]
