"""What was done about restock requests, and what would decide about them now."""

from __future__ import annotations

from datetime import datetime
from importlib import resources
from typing import NamedTuple

import psycopg

from stockroom.warehouse.restock_notices import HELD_FOR
from stockroom.warehouse.restock_takes import RESERVED_FOR


class RequestFacts(NamedTuple):
    """All that decides whether a request is told."""

    request_id: str
    sku: str
    channel_id: str
    quantity: int
    requested_at: datetime
    state: str
    last_event_note: str | None
    answered_by: str | None
    confirmed_addresses: int
    suppressed_by: str | None
    notices_today: int
    units_wanted_before: int
    was_told_lately: bool
    is_live: bool
    """Else its SKU is only watched."""
    held_out_until: datetime | None
    """It is not told before, so that what notices bring can be measured."""


class RequestEvent(NamedTuple):
    """One change of a request."""

    request_id: str
    to_state: str
    reason: str | None
    occurred_at: datetime


class Wave(NamedTuple):
    """One round of choosing."""

    wave_id: int
    free_units: int
    told_requests: int
    promised_units: int
    expected_units: float
    """Of these the units that were expected to be bought."""
    chosen_at: datetime
    clicked: int
    """Notices whose link was followed, by a person or by a mail program."""
    found_sold_out: int
    bought: int
    units_kept: int
    """Units of these purchases, less what was cancelled or given back."""
    held_out: int
    """Requests whose turn had come and that were not told, to measure."""


def read_facts(
    connection: psycopg.Connection, *, now: datetime, sku: str | None = None, contact_sha256: str | None = None
) -> list[RequestFacts]:
    """Return the requests for a SKU, or of the address with a digest, oldest first."""
    rows = connection.execute(
        resources.files(__package__).joinpath("restock_explain.sql").read_bytes(),
        {
            "sku": sku,
            "contact_sha256": contact_sha256,
            "now": now,
            "reserved_since": now - RESERVED_FOR,
            "held_for": HELD_FOR,
        },
    ).fetchall()
    return [RequestFacts(*row) for row in rows]


def read_events(connection: psycopg.Connection, request_ids: list[str]) -> list[RequestEvent]:
    """Return every change of these requests, in order."""
    rows = connection.execute(
        """
        select request_id, to_state, reason, occurred_at from ops.restock_request_events
        where request_id = any(%s) order by event_id
        """,
        (request_ids,),
    ).fetchall()
    return [RequestEvent(*row) for row in rows]


def read_waves(connection: psycopg.Connection, sku: str) -> list[Wave]:
    """Return the waves of a SKU, oldest first."""
    rows = connection.execute(
        """
        with kept as (
            select outcome_id, sum(units_kept) as units from ops.restock_purchases
            where found_by = 'link' group by outcome_id
        )

        select
            waves.wave_id, waves.free_units, waves.told_requests, waves.promised_units,
            coalesce(sum(outcomes.expected_units), waves.promised_units)::float8, waves.chosen_at,
            count(outcomes.clicked_at), count(outcomes.found_sold_out_at), count(outcomes.bought_at),
            coalesce(sum(kept.units), 0)::integer, count(*) filter (where outcomes.is_held_out)
        from ops.restock_waves as waves
        left join ops.restock_outcomes as outcomes using (wave_id)
        left join kept using (outcome_id)
        where waves.sku = %s
        group by waves.wave_id
        order by waves.wave_id
        """,
        (sku,),
    ).fetchall()
    return [Wave(*row) for row in rows]
