"""End a round of all channels: name what is oversold, pass drop-ships on, say what shops show amiss, tell channels."""

from __future__ import annotations

from collections.abc import Callable

import psycopg

from stockroom.jobs.notice_level_differences import notice_level_differences
from stockroom.jobs.notice_oversells import notice_oversells
from stockroom.jobs.push_availability import push_availability
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.channel_buffers import SIZED_FOR_HOURS, is_due
from stockroom.warehouse.drop_shippers import are_orders_passed_on


class RoundError(RuntimeError):
    """The channels were told, and something before that failed; the message names it."""


def finish_round(settings: Settings) -> str:
    """Return what was noticed and what channels were told; what fails first keeps nobody from being told.

    Raises:
        RoundError: something before failed; the channels were told all the same.
        PushError: rounds were held or channels did not answer; the others were told.
    """
    failures: list[str] = []
    said = _tried(lambda: str(notice_oversells(settings)), failures)
    passed = _tried(lambda: _pass_on(settings), failures)
    differing = _tried(lambda: str(notice_level_differences(settings)), failures)
    _tried(lambda: _size_buffers(settings), failures)
    told = str(push_availability(settings))
    if failures:
        raise RoundError(" | ".join([*failures, told]))
    return "\n".join(filter(None, (said, passed, differing, told)))


def _pass_on(settings: Settings) -> str:
    """Pass shoppers' orders on where any supplier takes them; what makes orders is imported only there."""
    with connect(settings.warehouse_url) as connection:
        if not are_orders_passed_on(connection):
            return ""
    from stockroom.jobs.pass_on_orders import pass_on_orders

    return str(pass_on_orders(settings))


def _size_buffers(settings: Settings) -> str:
    """Size what channels leave unshown, once a day; what sizes it is imported only then."""
    with connect(settings.warehouse_url) as connection:
        if not is_due(connection, hours=SIZED_FOR_HOURS):
            return ""
    from stockroom.jobs.size_buffers import size_channel_buffers

    return str(size_channel_buffers(settings))


def _tried(job: Callable[[], str], failures: list[str]) -> str:
    """Return what a job says; where the warehouse refuses, keep why."""
    try:
        return job()
    except psycopg.Error as error:
        failures.append(f"{type(error).__name__}: {error}")
        return ""
