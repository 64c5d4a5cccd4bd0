"""The two ends where the clock starts a DAG. Everything between them starts on assets."""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import Asset, AssetOrTimeSchedule, CronPartitionTimetable, CronTriggerTimetable

from stockroom.orchestration.plan_date import KEY_FORMAT, STORE_TIME_ZONE

NOT_AT_ONCE = timedelta(0)
"""A DAG that is switched on waits for its next time. Airflow's default starts it if its last time is minutes ago."""


def by_clock(cron: str) -> CronTriggerTimetable:
    """Return the schedule of a DAG that takes what is there, whatever the day (times in UTC)."""
    return CronTriggerTimetable(cron, timezone="UTC", run_immediately=NOT_AT_ONCE)


def by_clock_and_at_once(cron: str, asset: Asset) -> AssetOrTimeSchedule:
    """Return the schedule of a DAG that takes what is there, and need not wait for its time when ``asset`` calls."""
    return AssetOrTimeSchedule(timetable=by_clock(cron), assets=[asset])


def by_plan_date(cron: str) -> CronPartitionTimetable:
    """Return the schedule of a DAG whose runs carry their local day as partition key (times in the store's zone)."""
    return CronPartitionTimetable(cron, timezone=STORE_TIME_ZONE, key_format=KEY_FORMAT, run_immediately=NOT_AT_ONCE)
