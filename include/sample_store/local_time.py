"""Moments and days: everything inside the store is whole seconds since 1970 in UTC; days are cut in London."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import formatdate
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

STORE_TIME_ZONE = ZoneInfo("Europe/London")
DAY_SECONDS = 86_400

_SUMMER_STARTS = (datetime(2011, 3, 27, 2, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)

BANK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2010-12-27",
        "2010-12-28",
        "2011-01-03",
        "2011-04-22",
        "2011-04-25",
        "2011-04-29",
        "2011-05-02",
        "2011-05-30",
        "2011-08-29",
    )
)


@lru_cache(maxsize=4096)
def midnight(day: date) -> int:
    """Return the second at which a local day begins."""
    return int(datetime.combine(day, time(), tzinfo=STORE_TIME_ZONE).timestamp())


def local_moment(day: date, hour: float) -> int:
    """Return the second at which the local wall clock shows ``hour`` (12.5 is half past noon) on ``day``."""
    whole, fraction = divmod(round(hour * 60), 60)
    return int(datetime.combine(day, time(whole, fraction), tzinfo=STORE_TIME_ZONE).timestamp())


def local_date(moment: int) -> date:
    """Return the local day on which a moment falls."""
    return datetime.fromtimestamp(moment, STORE_TIME_ZONE).date()


def wall_clock_to_utc(wall_seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return moments for the source's wall-clock times (December 2010 to June 2011: one change of the clock)."""
    return wall_seconds - np.where(wall_seconds >= _SUMMER_STARTS, 3600, 0)


@lru_cache(maxsize=65_536)
def iso(moment: int) -> str:
    """Return a moment as channels write it: ``2011-06-30T05:00:00Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_minute(moment: int) -> str:
    """Return a moment as a spreadsheet writes it, local: ``2011-06-30 06:00``."""
    return datetime.fromtimestamp(moment, STORE_TIME_ZONE).strftime("%Y-%m-%d %H:%M")


def local_time(moment: int) -> str:
    """Return a moment as a shop's local clock shows it: ``2011-06-30T06:00:00``."""
    return datetime.fromtimestamp(moment, STORE_TIME_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def http_date(moment: int) -> str:
    """Return a moment as the ``Date`` header writes it."""
    return formatdate(moment, usegmt=True)


def parse_moment(text: str) -> int:
    """Return the moment a text means; without an offset it is local time. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=STORE_TIME_ZONE)
    return int(moment.timestamp())


def is_working_day(day: date) -> bool:
    """Say whether warehouses and suppliers work on a day: Monday to Friday without English bank holidays."""
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def working_day_on_or_after(day: date) -> date:
    """Return the first working day from ``day`` on."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def next_working_day(day: date) -> date:
    """Return the first working day after ``day``."""
    return working_day_on_or_after(day + timedelta(days=1))
