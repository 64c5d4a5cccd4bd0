"""Measure, month by month, what being out of stock lost and what holding stock cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from stockroom.jobs.freeze_plan import default_policy
from stockroom.jobs.past_demand import PastDemand, read_demand
from stockroom.jobs.witness_lost_sales import witness_lost_sales
from stockroom.planning import Policy
from stockroom.planning.arrays import FloatArray, IntArray
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.planners_rules import read_policy_book
from stockroom.warehouse.plans import take_turn_at
from stockroom.warehouse.replays import built_span
from stockroom.warehouse.stock_costs import (
    CostedItem,
    StockCost,
    StockMonth,
    first_month_to_measure,
    read_costed_items,
    read_stock_months,
    replace_stock_costs,
)

DAYS_OF_YEAR = 365.0
NEAR_DAYS = 56
"""Days before the first month that stand in for its days without stock."""


@dataclass(frozen=True)
class StockCostSummary:
    """What the measured months came to."""

    since: date | None
    rows: int
    lost_margin: float
    carrying_cost: float
    currency: str
    witness: str = ""
    """What shoppers who asked to be told say of the lost units."""
    why: str = "the marts hold no day of stock yet"
    """Why nothing was measured, if nothing was."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if self.since is None:
            return self.why
        costs = (
            f"months since {self.since:%Y-%m}: {self.lost_margin:,.2f} {self.currency} of margin lost to stockouts, "
            f"{self.carrying_cost:,.2f} {self.currency} spent on holding stock; {self.rows:,} rows"
        )
        return "; ".join(filter(None, (costs, self.witness)))


def measure_stock_costs(settings: Settings, *, as_of_date: date) -> StockCostSummary:
    """Measure every month from the last that was not over, and keep one row per month, SKU and location.

    * Lost margin is the units that shoppers wanted beyond what sold, on days that sold out or were empty, times margin
      and goodwill. Those units are drawn from the item's own days, as in a replay.
    * Carrying cost is the average stock value of the evenings times the yearly rate, for the days known of the month.
    * Shoppers who asked to be told of a restock are held against the units lost (``witness_lost_sales``).

    Margin, goodwill and rate are those of each item's policy, at today's prices and costs, and stand beside the result.
    """
    with connect(settings.warehouse_url) as connection:
        span = built_span(connection)
        if span is None:
            return StockCostSummary(None, 0, 0.0, 0.0, settings.currency)
        end = min(as_of_date, span[1] + timedelta(days=1))
        take_turn_at(connection, "stock costs", end)
        since = first_month_to_measure(connection, first_known=span[0], end=end)
        if since is None:
            return StockCostSummary(None, 0, 0.0, 0.0, settings.currency, why=f"days after {end} are measured already")
        items = read_costed_items(connection)
        book = read_policy_book(connection, as_of_date=as_of_date, default=default_policy(settings))
        policies = [
            book.policy_for(category=item.category or "", supplier=item.supplier_id or "", sku=item.sku)
            for item in items
        ]
        first = since - timedelta(days=NEAR_DAYS)
        demand = read_demand(connection, [(item.sku, item.location_id) for item in items], first=first, end=end)
        months = read_stock_months(connection, since=since, until=end)
        costs = list(_costs(items, policies, months, demand, first=first, measured_on=end))
        replace_stock_costs(connection, costs, since=since)
        witness = witness_lost_sales(settings, connection, since=since, measured_on=end)
        return StockCostSummary(
            since,
            rows=len(costs),
            lost_margin=sum(cost.lost_margin for cost in costs),
            carrying_cost=sum(cost.carrying_cost for cost in costs),
            currency=settings.currency,
            witness=str(witness),
        )


def _costs(
    items: Sequence[CostedItem],
    policies: Sequence[Policy],
    months: Sequence[StockMonth],
    demand: PastDemand,
    *,
    first: date,
    measured_on: date,
) -> Iterator[StockCost]:
    wanted, sold = _reached(demand.units), _reached(demand.units_sold)
    for month in months:
        item, policy = items[month.item], policies[month.item]
        start = max((month.month_start_date - first).days, 0)
        beyond = min((_next_month(month.month_start_date) - first).days, wanted.shape[1] - 1)
        units_sold = int(sold[month.item, beyond] - sold[month.item, start])
        units_lost = float(wanted[month.item, beyond] - wanted[month.item, start]) - units_sold
        margin = policy.margin if policy.margin is not None else max(item.unit_price - item.unit_cost, 0.0)
        value = month.average_units * item.unit_cost
        yield StockCost(
            month_start_date=month.month_start_date,
            sku=item.sku,
            location_id=item.location_id,
            measured_on=measured_on,
            days=month.days,
            stockout_days=month.stockout_days,
            units_sold=units_sold,
            units_lost=units_lost,
            margin_per_unit=margin,
            goodwill_per_unit=policy.goodwill,
            lost_margin=round(units_lost * (margin + policy.goodwill), 2),
            average_stock_value=round(value, 2),
            carrying_rate=policy.carrying_rate,
            carrying_cost=round(value * policy.carrying_rate * month.days / DAYS_OF_YEAR, 2),
        )


def _reached(units: IntArray) -> FloatArray:
    """Return ``(n, d + 1)`` the units of the first 0, 1, 2, … days."""
    return np.hstack([np.zeros((units.shape[0], 1)), units.cumsum(axis=1)])


def _next_month(month_start: date) -> date:
    return (month_start + timedelta(days=31)).replace(day=1)
