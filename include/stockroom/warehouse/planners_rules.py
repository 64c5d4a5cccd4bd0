"""The planners' rules and their calendar of promotions as the marts show them, ready to be looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg.rows import namedtuple_row

from stockroom.planning import Policy
from stockroom.planning.policy_rules import PolicyBook, PolicyRule, open_policy_book

AHEAD_DAYS = 182
"""How far ahead a plan looks at what is promoted: longer than lead time and lot together, of most suppliers."""
_RULE_TERMS = (
    "service_level",
    "service_kind",
    "method",
    "review_days",
    "target_days_of_supply",
    "is_seasonal",
    "maximum_cover_days",
    "margin",
    "goodwill",
    "order_cost",
    "carrying_rate",
)


def read_policy_book(
    connection: psycopg.Connection, *, as_of_date: date, default: Policy, overrides: Sequence[PolicyRule] = ()
) -> PolicyBook:
    """Return the planners' rules that hold on a day, on top of ``default``, and the buyers' ``overrides`` over them.

    Those that cannot be meant are named.
    """
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute("select * from marts.dim_policies order by scope, key").fetchall()
    rules = (
        PolicyRule(
            scope=row.scope,
            key=row.key,
            terms={name: _plain(getattr(row, name)) for name in _RULE_TERMS if getattr(row, name) is not None},
            valid_until=row.valid_until,
        )
        for row in rows
    )
    return open_policy_book([*rules, *overrides], default=default, as_of_date=as_of_date)


@dataclass(frozen=True)
class Promotion:
    """One line of the planners' calendar."""

    first: date
    last: date
    discount_percent: float


@dataclass(frozen=True)
class PromotionCalendar:
    """Promotions by what they are for: one SKU, or a whole category."""

    by_sku: Mapping[str, Sequence[Promotion]]
    by_category: Mapping[str, Sequence[Promotion]]

    def of(self, *, category: str, sku: str) -> list[Promotion]:
        """Return the promotions of one item, its own and its category's, by their first day."""
        found = [*self.by_sku.get(sku, ()), *self.by_category.get(category.casefold(), ())]
        return sorted(found, key=lambda one: (one.first, one.last, one.discount_percent))


def read_promotions(connection: psycopg.Connection, *, since: date) -> PromotionCalendar:
    """Return the promotions that end on ``since`` or later, planned ones too.

    A line with a SKU is for that SKU alone, whatever category stands beside it.
    """
    rows = connection.execute(
        """
        select sku, category, starts_on, ends_on, coalesce(discount_percent, 0)
        from marts.dim_promotions
        where ends_on >= %s and ends_on >= starts_on
        """,
        (since,),
    )
    by_sku: dict[str, list[Promotion]] = defaultdict(list)
    by_category: dict[str, list[Promotion]] = defaultdict(list)
    for sku, category, first, last, discount_percent in rows:
        one = Promotion(first, last, float(discount_percent))
        if sku is not None:
            by_sku[sku].append(one)
        elif category is not None:
            by_category[category.casefold()].append(one)
    return PromotionCalendar(by_sku, by_category)


def read_carrier_peaks(connection: psycopg.Connection) -> list[tuple[str, date, date, float]]:
    """Return lane (empty: every lane), first day, last day and added days of each time at which carriers are slow."""
    return [
        (lane or "", first, last, float(added_days))
        for lane, first, last, added_days in connection.execute(
            """
            select lane, first_date, last_date, added_days
            from marts.dim_carrier_peaks
            where last_date >= first_date and added_days > 0
            order by first_date, last_date, lane nulls first
            """
        )
    ]


@dataclass(frozen=True)
class PlannedPrice:
    """One line of the planners' prices."""

    first: date
    last: date | None
    """``None``: until further notice."""
    price: float
    usual_price: float | None
    """``None``: the catalogue's."""

    def percent_off(self, catalogue_price: float | None) -> float:
        """Return how far it lies under the usual price, in percent; 0 where that is not known.

        >>> PlannedPrice(date(2011, 7, 1), None, 4.0, None).percent_off(5.0)
        20.0
        """
        usual = self.usual_price or catalogue_price
        return round(100.0 * (1.0 - self.price / float(usual)), 4) if usual and self.price > 0 else 0.0


def read_planned_prices(connection: psycopg.Connection, *, since: date) -> Mapping[str, Sequence[PlannedPrice]]:
    """Return by SKU the planned prices that hold on ``since`` or later, those to come too, by their first day."""
    rows = connection.execute(
        """
        select sku, first_date, last_date, price, usual_price
        from marts.dim_planned_prices
        where coalesce(last_date, %(since)s) >= %(since)s and coalesce(last_date, first_date) >= first_date
        order by sku, first_date, last_date nulls last
        """,
        {"since": since},
    )
    found: dict[str, list[PlannedPrice]] = defaultdict(list)
    for sku, first, last, price, usual_price in rows:
        usual = None if usual_price is None else float(usual_price)
        found[sku].append(PlannedPrice(first, last, float(price), usual))
    return found


def price_panel(
    prices: Sequence[Sequence[tuple[date, date, float]]], *, first: date, days: int
) -> npt.NDArray[np.float32]:
    """Return ``(n, days + AHEAD_DAYS)`` the share that planned prices lie under the usual ones from ``first`` on.

    Each is ``(first day, last day, percent off)``. Where two overlap, the one that begins later holds.
    """
    panel = np.zeros((len(prices), days + AHEAD_DAYS), dtype=np.float32)
    for item, found in enumerate(prices):
        for begins, ends, percent in found:
            panel[item, max((begins - first).days, 0) : max((ends - first).days + 1, 0)] = percent / 100.0
    return panel


def promotion_panel(promotions: Sequence[Sequence[Promotion]], *, first: date, days: int) -> npt.NDArray[np.float32]:
    """Return ``(n, days + AHEAD_DAYS)`` the share that promotions take off each item's price from ``first`` on.

    Where two overlap, the deeper cut holds.
    """
    panel = np.zeros((len(promotions), days + AHEAD_DAYS), dtype=np.float32)
    for item, found in enumerate(promotions):
        for one in found:
            begins, ends = (one.first - first).days, (one.last - first).days + 1
            part = panel[item, max(begins, 0) : max(ends, 0)]
            np.maximum(part, one.discount_percent / 100.0, out=part)
    return panel


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal | int) and not isinstance(value, bool) else value
