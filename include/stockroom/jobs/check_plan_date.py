"""Refuse a plan date that nothing is known about, before a job makes zeros of it."""

from __future__ import annotations

from datetime import date

from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.held_days import held_days


class OutsideDataError(ValueError):
    """A plan date lies outside the data; the message names the days that there are."""


def check_plan_date(settings: Settings, *, as_of_date: date) -> None:
    """Return if the warehouse holds a past for that morning; a warehouse without sales refuses no date.

    Raises:
        OutsideDataError: it does not.
    """
    with connect(settings.warehouse_url) as connection:
        held = held_days(connection, time_zone=settings.time_zone)
    if held is not None and not held.first <= as_of_date <= held.last:
        raise OutsideDataError(
            f"the warehouse holds nothing to plan the morning of {as_of_date} from; "
            f"give a day from {held.first} to {held.last}, or bring in newer records first (`stockroom sync`)"
        )
