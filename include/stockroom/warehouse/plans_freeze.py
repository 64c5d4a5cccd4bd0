"""Freezing what a plan knows: copied from the marts once, under its plan date."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import Policy
from stockroom.planning.exchange import ExchangeRates
from stockroom.planning.overrides import UnusableOverride
from stockroom.planning.policy_rules import UnusableRule
from stockroom.warehouse.exchange_rates import rates_as_json
from stockroom.warehouse.planners_overrides import overrides_as_json, read_overrides
from stockroom.warehouse.planners_rules import (
    read_carrier_peaks,
    read_planned_prices,
    read_policy_book,
    read_promotions,
)
from stockroom.warehouse.plans_dates import read_suppliers_dates
from stockroom.warehouse.plans_input_rows import HISTORY_DAYS, Knowledge, write_inputs
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

SHARD_ITEMS = 25_000
"""SKU-locations that one task decides at most: with three years of days each, about 300 MB."""


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
    said = _read_words(items)
    known = Knowledge(
        plan_date=plan_date,
        history_start=history_start,
        rates=rates,
        book=read_policy_book(
            connection, as_of_date=plan_date, default=default_policy, overrides=wanted.policy_rules()
        ),
        wanted=wanted,
        calendar=read_promotions(connection, since=history_start),
        prices=read_planned_prices(connection, since=history_start),
        price_breaks=said.price_breaks,
        reviews=review_days_of(said.terms, said.closures, plan_date),
        dates=dates,
    )
    shards = max(-(-len(items) // SHARD_ITEMS), 1)
    run_policy = _run_policy(items, known, said, read_carrier_peaks(connection)) | {"supplier_choices": choices}
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
    digest = write_inputs(connection, items, known, shards=shards)
    connection.execute("update plan.runs set inputs_sha256 = %s where plan_date = %s", (digest, plan_date))
    connection.execute(_statement("plans_lead_times.sql"), {"plan_date": plan_date, "cut_off": cut_off})
    unpriced = {
        item.supplier_id: item.unit_cost_currency
        for item in items
        if item.supplier_id and item.unit_cost and rates.worth(item.unit_cost_currency) is None
    }
    return Freeze(len(items), shards, known.book.unusable, said.unreadable, wanted.unusable, unpriced)


def _run_policy(
    items: list[Any], known: Knowledge, said: _Words, peaks: Iterable[tuple[str, date, date, float]]
) -> dict[str, Any]:
    """Return what a run keeps of its terms, those of single items aside."""
    book = known.book
    return {
        "default": asdict(book.default),
        "lanes": {item.supplier_id: item.lane for item in items if item.lane},
        "closures": [
            [supplier, first.isoformat(), last.isoformat()]
            for supplier, closures in sorted(said.closures.items())
            for first, last in closures
        ],
        "carrier_peaks": [
            [lane, first.isoformat(), last.isoformat(), added_days] for lane, first, last, added_days in peaks
        ],
        "order_terms": {supplier: terms.as_json() for supplier, terms in sorted(said.terms.items())},
        "review_days": known.reviews,
        "overrides": overrides_as_json(known.wanted),
        "exchange_rates": rates_as_json(known.rates),
        "promotes": any(known.calendar.of(category=item.category, sku=item.sku) for item in items),
        "prices": any(known.prices.get(item.sku) for item in items),
        # Who is of which class is known once the pools are fitted; only then such rules can be looked up.
        "rules": [[*place, terms] for place, terms in book.terms.items()] if book.has_rules_for_classes else [],
    }


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


def _statement(name: str) -> bytes:
    return resources.files("stockroom.warehouse").joinpath(name).read_bytes()
