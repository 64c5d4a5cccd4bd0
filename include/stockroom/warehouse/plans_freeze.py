"""Freezing what a plan knows: copied from the marts once, under its plan date."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import Policy
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.overrides import OverrideBook, UnusableOverride
from stockroom.planning.policy_rules import PolicyBook, UnusableRule
from stockroom.warehouse.exchange_rates import rates_as_json
from stockroom.warehouse.planners_overrides import overrides_as_json, read_overrides
from stockroom.warehouse.planners_rules import (
    AHEAD_DAYS,
    PlannedPrice,
    PromotionCalendar,
    read_carrier_peaks,
    read_planned_prices,
    read_policy_book,
    read_promotions,
)
from stockroom.warehouse.plans_arrays import use_numpy_arrays
from stockroom.warehouse.plans_dates import SuppliersDates, due_dates, out_days, read_suppliers_dates
from stockroom.warehouse.plans_order_terms import SupplierTerms, review_days_of, supplier_terms
from stockroom.warehouse.plans_own_orders import keep_own_orders
from stockroom.warehouse.plans_suppliers import choose_offers
from stockroom.warehouse.suppliers_words import (
    UnreadableWordsError,
    read_closed_days,
    read_cut_off,
    read_order_days,
    read_price_breaks,
)

HISTORY_DAYS = 3 * 365
"""The shape of the year shows from two years on; a third makes it steadier."""
SHARD_ITEMS = 25_000
"""SKU-locations that one task decides at most: with three years of days each, about 300 MB."""
_IN_STOCK, _SOLD_OUT, _OUT_ALL_DAY = 0, 1, 2
# A day in stock at its close, a day that ran out at an unknown hour, a day without stock.
_FRACTIONS = np.array([b"1  ,", b"NaN,", b"0  ,"])
_FLAGS = np.array([b"f,", b"t,"])


class PlanNotReadyError(RuntimeError):
    """The marts do not show the day to be planned; the message says what to build."""


@dataclass(frozen=True)
class Freeze:
    """What freezing a day found beside the inputs themselves."""

    items: int
    shards: int
    unusable_rules: tuple[UnusableRule, ...]
    unreadable_words: Mapping[str, str]
    """What suppliers said and nobody can read, by whose sheet or which SKU it is: why, and how to write it."""
    unusable_overrides: tuple[UnusableOverride, ...]
    unpriced: Mapping[str, str]
    """Suppliers by id whose prices are in a currency that nobody knows the worth of, with that currency."""


@dataclass(frozen=True)
class _Words:
    """What suppliers said in words, read."""

    price_breaks: Mapping[str, list[tuple[int, str]]]
    """By SKU."""
    closures: Mapping[str, list[tuple[date, date]]]
    """By supplier, as the next."""
    terms: Mapping[str, SupplierTerms]
    unreadable: Mapping[str, str]


def freeze_inputs(
    connection: psycopg.Connection, *, plan_date: date, time_zone: str, rates: ExchangeRates, default_policy: Policy
) -> Freeze:
    """Copy what the marts say about the plan date into ``plan.runs``, ``plan.inputs`` and ``plan.lead_times``.

    Only facts from before the plan date are taken, whatever else the marts may hold. The caller commits.

    Raises:
        PlanNotReadyError: the marts were not built for this plan date.
    """
    history_start = plan_date - timedelta(days=HISTORY_DAYS)
    wanted = read_overrides(connection, as_of_date=plan_date)
    dates = read_suppliers_dates(connection, plan_date=plan_date, time_zone=time_zone)
    choices = choose_offers(
        connection, plan_date=plan_date, rates=rates, default=default_policy, wanted=wanted, kept=dates.promised
    )
    cut_off = datetime.combine(plan_date, time(), tzinfo=ZoneInfo(time_zone))
    owed = keep_own_orders(connection, plan_date=plan_date, cut_off=cut_off)
    items = _read_items(connection, plan_date, time_zone, rates.base, history_start)
    if not items:
        built = connection.execute("select max(as_of_date) from marts.fct_stock_positions").fetchone()
        shown = f"they show {built[0]}" if built and built[0] else "they are empty"
        raise PlanNotReadyError(
            f"the marts hold no stock positions of {plan_date}: {shown}. Build them for {plan_date} first"
        )
    book = read_policy_book(connection, as_of_date=plan_date, default=default_policy, overrides=wanted.policy_rules())
    calendar = read_promotions(connection, since=history_start)
    prices = read_planned_prices(connection, since=history_start)
    said = _read_words(items)
    reviews = review_days_of(said.terms, said.closures, plan_date)
    units, days = _panel(connection, items, plan_date, history_start)
    shards = max(-(-len(items) // SHARD_ITEMS), 1)
    run_policy = {
        "default": asdict(book.default),
        "lanes": {item.supplier_id: item.lane for item in items if item.lane},
        "closures": [
            [supplier, first.isoformat(), last.isoformat()]
            for supplier, closures in sorted(said.closures.items())
            for first, last in closures
        ],
        "carrier_peaks": [
            [lane, first.isoformat(), last.isoformat(), added_days]
            for lane, first, last, added_days in read_carrier_peaks(connection)
        ],
        "order_terms": {supplier: terms.as_json() for supplier, terms in sorted(said.terms.items())},
        "review_days": reviews,
        "overrides": overrides_as_json(wanted),
        "supplier_choices": choices,
        "exchange_rates": rates_as_json(rates),
        "promotes": any(calendar.of(category=item.category, sku=item.sku) for item in items),
        "prices": any(prices.get(item.sku) for item in items),
        # Who is of which class is known once the pools are fitted; only then such rules can be looked up.
        "rules": [[*place, terms] for place, terms in book.terms.items()] if book.has_rules_for_classes else [],
    }
    if owed:
        run_policy["owed_units"] = owed
    connection.execute(
        """
        insert into plan.runs
            (plan_date, planned_at, inputs_sha256, policy, items, shards, history_days, open_proposals)
        select %s, now(), '', %s, %s, %s, %s, coalesce(array_agg(po_number order by po_number), '{}')
        from ops.purchase_orders where state in ('proposed', 'waiting')
        """,
        (plan_date, json.dumps(run_policy), len(items), shards, _longest_days(items, plan_date)),
    )
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
        rows = _input_rows(
            items,
            units,
            days,
            book,
            wanted,
            calendar,
            prices,
            said,
            reviews,
            dates,
            plan_date,
            history_start,
            rates,
            shards,
        )
        for row in rows:
            digest.update(repr(row).encode())
            copy.write_row(row)
    connection.execute("update plan.runs set inputs_sha256 = %s where plan_date = %s", (digest.hexdigest(), plan_date))
    connection.execute(_statement("plans_lead_times.sql"), {"plan_date": plan_date, "cut_off": cut_off})
    unpriced = {
        item.supplier_id: item.unit_cost_currency
        for item in items
        if item.supplier_id and item.unit_cost and rates.worth(item.unit_cost_currency) is None
    }
    return Freeze(len(items), shards, book.unusable, said.unreadable, wanted.unusable, unpriced)


def shard_of(sku: str, shards: int) -> int:
    """Return the part of a plan that decides a SKU, at all its locations.

    >>> {shard_of(sku, 1) for sku in ("MUG", "CUP")}, shard_of("MUG", 8) == shard_of("MUG", 8)
    ({0}, True)
    """
    return zlib.crc32(sku.encode()) % shards


def _read_words(items: list[Any]) -> _Words:
    """Return price breaks and closed days; what cannot be read is left out, as if it had not been said."""
    breaks: dict[str, list[tuple[int, str]]] = {}
    closures: dict[str, list[tuple[date, date]]] = {}
    terms: dict[str, SupplierTerms] = {}
    unreadable: dict[str, str] = {}
    for item in items:
        if item.supplier_id and item.is_supplier_known and item.supplier_id not in terms:
            try:
                terms[item.supplier_id] = supplier_terms(
                    item, read_order_days(item.order_days), read_cut_off(item.order_cut_off)
                )
            except UnreadableWordsError as error:
                terms[item.supplier_id] = supplier_terms(item, frozenset(), None)
                unreadable[f"supplier {item.supplier_id}"] = str(error)
        try:
            if item.price_breaks and item.sku not in breaks:
                breaks[item.sku] = read_price_breaks(item.price_breaks)
        except UnreadableWordsError as error:
            unreadable[f"sku {item.sku}"] = str(error)
        try:
            if item.closed_days and item.supplier_id not in closures:
                closures[item.supplier_id] = read_closed_days(item.closed_days)
        except UnreadableWordsError as error:
            unreadable[f"supplier {item.supplier_id}"] = str(error)
    return _Words(breaks, closures, terms, unreadable)


def _longest_days(items: list[Any], plan_date: date) -> int:
    """Return the days of the item that is known longest, at least one: what every shard's panel holds."""
    return max(((plan_date - item.first_date).days for item in items if item.first_date is not None), default=1) or 1


def _read_items(
    connection: psycopg.Connection, plan_date: date, time_zone: str, currency: str, history_start: date
) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        parameters = {
            "plan_date": plan_date,
            "time_zone": time_zone,
            "currency": currency,
            "history_start": history_start,
        }
        return list(cursor.execute(_statement("plans_items.sql"), parameters).fetchall())


def _panel(
    connection: psycopg.Connection, items: list[Any], plan_date: date, history_start: date
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Return units sold and the kind of each day, both (items, days): the marts hold few rows, so only those travel."""
    connection.execute("create temporary table planned_items (item integer, sku text, location_id text) on commit drop")
    with connection.cursor() as cursor, cursor.copy("copy planned_items from stdin") as copy:
        for number, item in enumerate(items):
            copy.write_row((number, item.sku, item.location_id))
    connection.execute("analyze planned_items")
    units = np.zeros((len(items), HISTORY_DAYS), dtype=np.int32)
    days = np.full((len(items), HISTORY_DAYS), _IN_STOCK, dtype=np.int8)
    window = {"plan_date": plan_date, "history_start": history_start}
    with connection.cursor(binary=True) as cursor:
        use_numpy_arrays(cursor)
        for item, sold_days, sold_units in cursor.execute(_statement("plans_sales.sql"), window):
            units[item, sold_days] = sold_units
        for item, sold_out_days, empty_days in cursor.execute(_statement("plans_stock_days.sql"), window):
            days[item, sold_out_days] = _SOLD_OUT
            days[item, empty_days] = _OUT_ALL_DAY
    return units, days


def _input_rows(
    items: list[Any],
    units: npt.NDArray[np.int32],
    days: npt.NDArray[np.int8],
    book: PolicyBook,
    wanted: OverrideBook,
    calendar: PromotionCalendar,
    prices: Mapping[str, Sequence[PlannedPrice]],
    said: _Words,
    reviews: Mapping[str, float],
    dates: SuppliersDates,
    plan_date: date,
    history_start: date,
    rates: ExchangeRates,
    shards: int,
) -> Iterator[tuple[object, ...]]:
    """Yield one row of ``plan.inputs`` per item, its days from the item's first one to the eve of the plan."""
    for number, item in enumerate(items):
        start = HISTORY_DAYS if item.first_date is None else (item.first_date - history_start).days
        known, sold = days[number, start:], units[number, start:]
        policy = book.policy_for(category=item.category, supplier=item.supplier_id or "", sku=item.sku)
        terms = {
            field.name: getattr(policy, field.name)
            for field in fields(Policy)
            if getattr(policy, field.name) != getattr(book.default, field.name)
        }
        rate = rates.of(item.unit_cost_currency)
        worth = rates.worth(item.unit_cost_currency)
        if item.supplier_id in reviews:
            terms["review_days"] = reviews[item.supplier_id]
        if why := _not_ordered_because(item) or _held_because(item, wanted):
            terms["not_ordered_because"] = why
        yield (
            plan_date,
            item.sku,
            item.location_id,
            item.supplier_id,
            item.category,
            item.first_date,
            "{" + ",".join(map(str, sold.tolist())) + "}",
            "{" + _FRACTIONS[known].tobytes()[:-1].decode() + "}",
            "{" + _FLAGS[(known == _SOLD_OUT).astype(np.int8)].tobytes()[:-1].decode() + "}",
            item.unit_price,
            # Without an exchange rate a foreign cost says nothing in our money: no lot is economic, none is assumed.
            None if item.unit_cost is None or worth is None else round(item.unit_cost * worth, 4),
            item.on_hand_units,
            item.committed_units,
            item.backorder_units,
            json.dumps(due_dates(item.on_order, dates)),
            None if item.quoted_lead_time_days is None else float(item.quoted_lead_time_days),
            item.pack_units,
            item.minimum_order_units,
            json.dumps(terms),
            shard_of(item.sku, shards),
            item.supplier_sku,
            item.unit_cost,
            item.unit_cost_currency,
            _promotions_json(calendar, item.category, item.sku),
            json.dumps(said.price_breaks.get(item.sku, [])),
            item.pallet_units or 0,
            out_days(item, dates.promised),
            item.waiting_units,
            _prices_json(prices.get(item.sku, ()), item.unit_price, plan_date),
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
