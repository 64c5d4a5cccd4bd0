"""Choose the shoppers who are told that a product is back; their mails wait in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from stockroom.planning import RestockRequests, choose_restock_recipients
from stockroom.settings import Settings
from stockroom.warehouse import connect
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


def announce_restocks(settings: Settings, *, as_of_date: date) -> AnnounceSummary:
    """Tell as many waiting shoppers as there are units, oldest request first, each once.

    Stock is read from the newest levels of the channel, so that minutes do not wait for dbt. Choosing is a change of
    state and a message in the outbox, in one transaction.
    """
    cut_off = datetime.combine(as_of_date, time(), ZoneInfo(settings.time_zone))
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        expired = expire_requests(connection, made_before=cut_off - LONGEST_WAIT)
        waiting = answerable_requests(connection)
        if not waiting:
            return AnnounceSummary(0, 0, expired, waiting_by_phone_alone(connection))
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
        told = choose(connection, [one.request_id for one in chosen])
        return AnnounceSummary(told, len({one.sku for one in chosen}), expired, waiting_by_phone_alone(connection))
