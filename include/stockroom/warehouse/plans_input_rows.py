"""The rows of ``plan.inputs``: one per item, with all that a plan knows of it."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg

from stockroom.planning import Policy
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.overrides import OverrideBook
from stockroom.planning.policy_rules import PolicyBook
from stockroom.warehouse.planners_rules import AHEAD_DAYS, PlannedPrice, PromotionCalendar
from stockroom.warehouse.plans_arrays import use_numpy_arrays
from stockroom.warehouse.plans_dates import SuppliersDates, due_dates, out_days

HISTORY_DAYS = 3 * 365
"""The shape of the year shows from two years on; a third makes it steadier."""
_IN_STOCK, _SOLD_OUT, _OUT_ALL_DAY = 0, 1, 2
# A day in stock at its close, a day that ran out at an unknown hour, a day without stock.
_FRACTIONS = np.array([b"1  ,", b"NaN,", b"0  ,"])
_FLAGS = np.array([b"f,", b"t,"])


@dataclass(frozen=True)
class Knowledge:
    """What a plan knows beside its items, the same for all of them."""

    plan_date: date
    history_start: date
    """The first day that is looked at, ``HISTORY_DAYS`` before."""
    rates: ExchangeRates
    book: PolicyBook
    wanted: OverrideBook
    calendar: PromotionCalendar
    prices: Mapping[str, Sequence[PlannedPrice]]
    """By SKU."""
    price_breaks: Mapping[str, list[tuple[int, str]]]
    """By SKU."""
    reviews: Mapping[str, float]
    """Days between two looks, by supplier whose order days say so."""
    dates: SuppliersDates


@dataclass(frozen=True, eq=False)
class _Panel:
    """What was sold and how each day was, both (items, days)."""

    units: npt.NDArray[np.int32]
    days: npt.NDArray[np.int8]


def write_inputs(connection: psycopg.Connection, items: Sequence[Any], known: Knowledge, *, shards: int) -> str:
    """Copy one row per item into ``plan.inputs`` and return the digest of them all; the caller commits."""
    panel = _read_panel(connection, items, known)
    digest = hashlib.sha256()
    statement = """
        copy plan.inputs (
            plan_date, sku, location_id, supplier_id, category, first_date, units_sold, fraction_in_stock, sold_out,
            unit_price, unit_cost, on_hand_units, committed_units, backorder_units, on_order, quoted_lead_time_days,
            pack_units, minimum_order_units, policy, shard, supplier_sku, order_unit_cost, order_currency,
            promotions, price_breaks, pallet_units, supplier_out_days, waiting_units,
            planned_prices, exchange_rate
        ) from stdin
        """
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _input_rows(items, panel, known, shards=shards):
            digest.update(repr(row).encode())
            copy.write_row(row)
    return digest.hexdigest()


def shard_of(sku: str, shards: int) -> int:
    """Return the part of a plan that decides a SKU, at all its locations.

    >>> {shard_of(sku, 1) for sku in ("MUG", "CUP")}, shard_of("MUG", 8) == shard_of("MUG", 8)
    ({0}, True)
    """
    return zlib.crc32(sku.encode()) % shards


def _read_panel(connection: psycopg.Connection, items: Sequence[Any], known: Knowledge) -> _Panel:
    """Return what was sold and how each day was: the marts hold few rows, so only those travel."""
    connection.execute("create temporary table planned_items (item integer, sku text, location_id text) on commit drop")
    with connection.cursor() as cursor, cursor.copy("copy planned_items from stdin") as copy:
        for number, item in enumerate(items):
            copy.write_row((number, item.sku, item.location_id))
    connection.execute("analyze planned_items")
    units = np.zeros((len(items), HISTORY_DAYS), dtype=np.int32)
    days = np.full((len(items), HISTORY_DAYS), _IN_STOCK, dtype=np.int8)
    window = {"plan_date": known.plan_date, "history_start": known.history_start}
    with connection.cursor(binary=True) as cursor:
        use_numpy_arrays(cursor)
        for item, sold_days, sold_units in cursor.execute(_statement("plans_sales.sql"), window):
            units[item, sold_days] = sold_units
        for item, sold_out_days, empty_days in cursor.execute(_statement("plans_stock_days.sql"), window):
            days[item, sold_out_days] = _SOLD_OUT
            days[item, empty_days] = _OUT_ALL_DAY
    return _Panel(units, days)


def _input_rows(items: Sequence[Any], panel: _Panel, known: Knowledge, *, shards: int) -> Iterator[tuple[object, ...]]:
    """Yield one row of ``plan.inputs`` per item, its days from the item's first one to the eve of the plan."""
    for number, item in enumerate(items):
        start = HISTORY_DAYS if item.first_date is None else (item.first_date - known.history_start).days
        seen, sold = panel.days[number, start:], panel.units[number, start:]
        policy = known.book.policy_for(category=item.category, supplier=item.supplier_id or "", sku=item.sku)
        terms = {
            field.name: getattr(policy, field.name)
            for field in fields(Policy)
            if getattr(policy, field.name) != getattr(known.book.default, field.name)
        }
        rate = known.rates.of(item.unit_cost_currency)
        worth = known.rates.worth(item.unit_cost_currency)
        if item.supplier_id in known.reviews:
            terms["review_days"] = known.reviews[item.supplier_id]
        if why := _not_ordered_because(item) or _held_because(item, known.wanted):
            terms["not_ordered_because"] = why
        yield (
            known.plan_date,
            item.sku,
            item.location_id,
            item.supplier_id,
            item.category,
            item.first_date,
            "{" + ",".join(map(str, sold.tolist())) + "}",
            "{" + _FRACTIONS[seen].tobytes()[:-1].decode() + "}",
            "{" + _FLAGS[(seen == _SOLD_OUT).astype(np.int8)].tobytes()[:-1].decode() + "}",
            item.unit_price,
            # Without an exchange rate a foreign cost says nothing in our money: no lot is economic, none is assumed.
            None if item.unit_cost is None or worth is None else round(item.unit_cost * worth, 4),
            item.on_hand_units,
            item.committed_units,
            item.backorder_units,
            json.dumps(due_dates(item.on_order, known.dates)),
            None if item.quoted_lead_time_days is None else float(item.quoted_lead_time_days),
            item.pack_units,
            item.minimum_order_units,
            json.dumps(terms),
            shard_of(item.sku, shards),
            item.supplier_sku,
            item.unit_cost,
            item.unit_cost_currency,
            _promotions_json(known.calendar, item.category, item.sku),
            json.dumps(known.price_breaks.get(item.sku, [])),
            item.pallet_units or 0,
            out_days(item, known.dates.promised),
            item.waiting_units,
            _prices_json(known.prices.get(item.sku, ()), item.unit_price, known.plan_date),
            None if rate is None else rate.rate,
        )


def _promotions_json(calendar: PromotionCalendar, category: str, sku: str) -> str:
    return json.dumps(
        [
            [one.first.isoformat(), one.last.isoformat(), one.discount_percent]
            for one in calendar.of(category=category, sku=sku)
        ]
    )


def _prices_json(prices: Sequence[PlannedPrice], catalogue_price: Decimal | None, plan_date: date) -> str:
    """Return planned prices as first day, last day and percent under the usual price; one without an end goes on."""
    usual = None if catalogue_price is None else float(catalogue_price)
    furthest = plan_date + timedelta(days=AHEAD_DAYS)
    return json.dumps(
        [[one.first.isoformat(), (one.last or furthest).isoformat(), one.percent_off(usual)] for one in prices]
    )


def _not_ordered_because(item: Any) -> str:  # noqa: ANN401 -- a row of plans_items.sql
    if item.is_discontinued:
        return "the supplier has discontinued it"
    if not item.is_active:
        return "it is not on sale any more"
    if item.supplier_id is None:
        return "no supplier offers it"
    if not item.is_supplier_known:
        return f"the terms of supplier {item.supplier_id} are not known"
    if not item.unit_cost:
        return "the supplier's price is not known"
    if not item.is_live:
        return "it is only watched; stockroom cohort makes it live"
    return ""


def _held_because(item: Any, wanted: OverrideBook) -> str:  # noqa: ANN401 -- a row of plans_items.sql
    place = {"location_id": item.location_id, "supplier": item.supplier_id or "", "category": item.category}
    hold = wanted.find("hold", sku=item.sku, **place)
    return f"{hold.set_by} holds it until {hold.valid_until}: {hold.why}" if hold else ""


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
