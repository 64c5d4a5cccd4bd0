"""Which day a run plans for. See docs/adr/0003-plan-date.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from stockroom.settings import Settings

KEY_FORMAT = "%Y-%m-%d"
"""How a plan date is written as the partition key of a DAG run."""

STORE_TIME_ZONE = Settings.time_zone
"""The zone of the DAGs' schedules. Not the environment's: a DAG file must read the same on every machine."""


class Run(Protocol):
    """What of a DAG run decides its plan date."""

    @property
    def run_type(self) -> str:
        """Return how it was started: ``scheduled`` is the clock."""

    @property
    def partition_key(self) -> str | None:
        """Return the date it was started for, if any."""


def choose_plan_date(run: Run, settings: Settings, *, now: datetime) -> date:
    """Return the plan date of ``run``; ``now`` is an aware time.

    A partition key that somebody gave, or that came with the asset, decides. A key that only the clock gave yields to
    the pinned date (a sample store lives in 2011 whatever the clock says). Without either, today in the store's zone.

    >>> from types import SimpleNamespace as Record
    >>> pinned = Record(as_of_date=date(2011, 6, 30), time_zone="Europe/London")
    >>> now = datetime(2026, 1, 5, 4, tzinfo=UTC)
    >>> choose_plan_date(Record(run_type="manual", partition_key="2011-06-20"), pinned, now=now)
    datetime.date(2011, 6, 20)
    >>> choose_plan_date(Record(run_type="scheduled", partition_key="2026-01-05"), pinned, now=now)
    datetime.date(2011, 6, 30)
    """
    is_from_clock = run.run_type == "scheduled"
    if run.partition_key and not (is_from_clock and settings.as_of_date):
        return date.fromisoformat(run.partition_key)
    return settings.as_of_date or now.astimezone(ZoneInfo(settings.time_zone)).date()


def time_to_next_cut_off(settings: Settings, *, now: datetime) -> timedelta:
    """Return how long it is until the next midnight in the store's time zone, by the clock on the wall.

    >>> from types import SimpleNamespace as Record
    >>> time_to_next_cut_off(Record(time_zone="Europe/London"), now=datetime(2011, 6, 30, 22, tzinfo=UTC))
    datetime.timedelta(seconds=3600)
    """
    zone = ZoneInfo(settings.time_zone)
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC) - now.astimezone(UTC)
