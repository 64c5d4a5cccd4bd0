"""Order lines under way, what the newest plan knew of their items, and what could help them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from psycopg.rows import class_row, namedtuple_row

from stockroom.planning import CarrierPeak, Closure, LeadTimeHistory, SupplierCalendar
from stockroom.planning.arrays import FloatArray
from stockroom.planning.arrival_odds import NEVER_SHARE, never_share
from stockroom.planning.decision_inputs import CASE_NAMES, inputs_of_row
from stockroom.planning.supply_signs import STANDS_DAYS, OpenLine
from stockroom.planning.supply_watch import Facts, Place
from stockroom.warehouse.built import are_built


@dataclass(frozen=True)
class Offer:
    """What another supplier asks for an item."""

    sku: str
    supplier_id: str
    supplier_name: str
    unit_cost: float | None
    currency: str | None


@dataclass(frozen=True)
class Elsewhere:
    """What another location has of an item beyond its reorder point."""

    sku: str
    location_id: str
    units: int


@dataclass(frozen=True)
class LikeIt:
    """The product of the same kind, nearest in price, of which a location has more than its reorder point."""

    sku: str
    location_id: str
    similar_sku: str
    title: str


def are_lines_known(connection: psycopg.Connection) -> bool:
    """Return whether marts and staging hold what lines under way are read from."""
    names = ("marts.fct_purchase_order_lines", "intermediate.int_receipts", "staging.stg_suppliers__backorders")
    return are_built(connection, *names)


def take_turn(connection: psycopg.Connection) -> None:
    """Let others who look wait until this transaction ends: two at once would write the same odds twice."""
    connection.execute("lock table plan.arrival_odds in share row exclusive mode")


def read_open_lines(
    connection: psycopg.Connection, *, as_of_date: date, moment: datetime, time_zone: str, currency: str
) -> list[OpenLine]:
    """Return every line under way at ``moment``, and those of which too much came lately, by order and line number."""
    since = moment - timedelta(days=STANDS_DAYS)
    parameters = {
        "as_of_date": as_of_date,
        "moment": moment,
        "since": since,
        "time_zone": time_zone,
        "currency": currency,
    }
    with connection.cursor(row_factory=class_row(OpenLine)) as cursor:
        return cursor.execute(_statement("supply_lines.sql"), parameters).fetchall()


def read_facts(
    connection: psycopg.Connection, places: Iterable[Place], *, as_of_date: date, moment: datetime, time_zone: str
) -> Facts | None:
    """Return what the newest plan up to ``as_of_date`` knew of these items and of suppliers; ``None`` without one."""
    run = connection.execute(
        """
        select plan_date, policy from plan.runs
        where plan_date <= %s and decided_at is not null order by plan_date desc limit 1
        """,
        (as_of_date,),
    ).fetchone()
    if run is None:
        return None
    plan_date, policy = run
    wanted = sorted(set(places))
    rows = connection.execute(
        """
        select decisions.sku, decisions.location_id, decisions.terms
        from plan.decisions as decisions
        inner join unnest(%(skus)s::text[], %(locations)s::text[]) as wanted (sku, location_id)
            on decisions.sku = wanted.sku and decisions.location_id = wanted.location_id
        where decisions.plan_date = %(plan_date)s
        """,
        {
            "skus": [sku for sku, _ in wanted],
            "locations": [location for _, location in wanted],
            "plan_date": plan_date,
        },
    ).fetchall()
    suppliers = connection.execute(
        """
        select distinct on (supplier_id) supplier_id, terms from plan.decisions
        where plan_date = %s and supplier_id is not null
        order by supplier_id, sku, location_id
        """,
        (plan_date,),
    ).fetchall()
    return Facts(
        moment=moment,
        plan_date=plan_date,
        time_zone=ZoneInfo(time_zone),
        items={(sku, location): inputs_of_row(_values(terms)) for sku, location, terms in rows},
        lead_times={supplier: _cases(_values(terms)) for supplier, terms in suppliers},
        calendar=_calendar(policy),
        never=_never_share(connection, plan_date),
    )


def read_ways_out(
    connection: psycopg.Connection, lines: Sequence[OpenLine], *, plan_date: date
) -> tuple[list[Offer], list[Elsewhere], list[LikeIt]]:
    """Return who else offers these lines' items, where else they lie, and what is like them."""
    parameters = {
        "skus": [line.sku for line in lines],
        "locations": [line.location_id for line in lines],
        "plan_date": plan_date,
    }
    found: list[list[Any]] = []
    for kind, name in ((Offer, "supply_offers.sql"), (Elsewhere, "supply_elsewhere.sql"), (LikeIt, "supply_like.sql")):
        with connection.cursor(row_factory=class_row(kind)) as cursor:
            found.append(cursor.execute(_statement(name), parameters).fetchall())
    return found[0], found[1], found[2]


def write_odds(connection: psycopg.Connection, rows: Iterable[tuple[object, ...]], *, as_of_date: date) -> int:
    """Replace the day's ``plan.arrival_odds``, rows in the order of its columns; the caller commits."""
    connection.execute("delete from plan.arrival_odds where as_of_date = %s", (as_of_date,))
    written = 0
    with connection.cursor() as cursor, cursor.copy("copy plan.arrival_odds from stdin") as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def _never_share(connection: psycopg.Connection, plan_date: date) -> float:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(
            "select supplier_id, lane, days, is_open from plan.lead_times where plan_date = %s", (plan_date,)
        ).fetchall()
    if not rows:
        return NEVER_SHARE
    return never_share(
        LeadTimeHistory(
            supplier=np.array([row.supplier_id or "" for row in rows], dtype=np.str_),
            days=np.array([row.days for row in rows], dtype=np.float64),
            lane=np.array([row.lane or "" for row in rows], dtype=np.str_),
            is_open=np.array([row.is_open for row in rows], dtype=np.bool_),
        )
    )


def _calendar(policy: dict[str, Any]) -> SupplierCalendar:
    day = date.fromisoformat
    return SupplierCalendar(
        tuple(Closure(supplier, day(first), day(last)) for supplier, first, last in policy.get("closures", ())),
        tuple(
            CarrierPeak(day(first), day(last), added_days, lane)
            for lane, first, last, added_days in policy.get("carrier_peaks", ())
        ),
    )


def _values(terms: list[dict[str, Any]] | str) -> dict[str, Any]:
    listed = json.loads(terms) if isinstance(terms, str) else terms
    return {term["name"]: term["value"] for term in listed if term["value"] is not None}


def _cases(values: dict[str, Any]) -> FloatArray:
    return np.array([values[name] for name in CASE_NAMES], dtype=np.float64)


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
