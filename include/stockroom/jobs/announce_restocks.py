"""Choose the shoppers who are told that a product is back; their mails wait in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from stockroom.planning import RestockRequests, choose_restock_recipients
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions
from stockroom.warehouse.restock_notices import (
    answerable_requests,
    choose,
    expire_requests,
    take_turns,
    waiting_by_phone_alone,
)

LONGEST_WAIT = timedelta(days=90)
"""A mail about something asked for last season is a nuisance; the request ends instead."""


@dataclass(frozen=True)
class AnnounceSummary:
    """What the shelf allowed."""

    told: int
    products: int
    expired: int
    by_phone_alone: int

    def __str__(self) -> str:
        """Return one line for a person to read."""
        parts = [f"{self.told:,} shoppers are told of {self.products:,} products" if self.told else "nobody to tell"]
        if self.expired:
            parts.append(f"{self.expired:,} requests expired")
        if self.by_phone_alone:
            parts.append(f"{self.by_phone_alone:,} wait by phone alone, which nothing is sent to yet")
        return "; ".join(parts)


def announce_restocks(settings: Settings, *, as_of_date: date, now: datetime) -> AnnounceSummary:
    """Tell as many waiting shoppers as there are units, oldest request first, each once.

    Stock is read from the newest levels of the channel, so that minutes do not wait for dbt, and once more before each
    mail is written. Choosing is a change of state and a message in the outbox, in one transaction. ``now`` is an aware
    time: units stay reserved for whoever was told within two days of it.
    """
    cut_off = datetime.combine(as_of_date, time(), ZoneInfo(settings.time_zone))
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        expired = expire_requests(connection, made_before=cut_off - LONGEST_WAIT)
        waiting = answerable_requests(connection, now=now)
        by_phone_alone = waiting_by_phone_alone(connection)
        _raise_phone_alone(connection, by_phone_alone)
        if not waiting:
            return AnnounceSummary(0, 0, expired, by_phone_alone)
        is_told = choose_restock_recipients(
            RestockRequests(
                request_id=np.array([one.request_id for one in waiting]),
                sku=np.array([one.sku for one in waiting]),
                quantity=np.array([one.quantity for one in waiting]),
                requested_at=np.array([one.requested_at.replace(tzinfo=None) for one in waiting], "datetime64[us]"),
            ),
            free_units={one.sku: one.free_units for one in waiting},
        )
        chosen = [one for one, told in zip(waiting, is_told.tolist(), strict=True) if told]
        told = choose(connection, [one.request_id for one in chosen], now=now)
        return AnnounceSummary(told, len({one.sku for one in chosen}), expired, by_phone_alone)


def _raise_phone_alone(connection: psycopg.Connection, shoppers: int) -> None:
    """Put the requests that nothing can be sent to before a person; resolved once there are none."""
    waiting = PlanException(
        key="restock_requests/phone_alone",
        subject="restock requests by phone alone",
        detail=f"{shoppers:,} active requests gave a phone number and no e-mail address; no text message is sent yet",
        mend="write to them by hand, or ask for an e-mail address where requests are taken; they end after 90 days",
    )
    replace_exceptions(connection, kind="phone_alone", found=[waiting] if shoppers else [])
