"""How often lead-time demand stays within its 90 % and 98 % quantiles, on open data that the forecast had not seen.

The stores and judged days of `bench_decisions.py`, lead time 14 days, a plan every fortnight from what was known that
day. A quantile of whole units covers more than it is asked for, where one unit more or less is many per cent of demand:
so the share strictly below and the share within stand side by side, and what was asked for belongs between them.

    .venv/bin/python benchmarks/bench_coverage.py FOLDER_WITH_THE_OPEN_DATA
"""

from __future__ import annotations

from datetime import date

import numpy as np
from bench_decisions import Store, read_stores

from stockroom.planning import LeadTimeHistory, Policy, plan_items
from stockroom.replay import first_days

LEAD_TIME_DAYS = 14
EVERY_DAYS = 14
LEVELS = (0.90, 0.98)
JUST_NOW_DAYS = 0.001
"""A review that takes no time: the quantile is of the lead time alone."""


def main() -> None:
    """Print the coverage of both levels in both stores."""
    for store in read_stores():
        for level in LEVELS:
            below, within, items = cover(store, level)
            print(
                f"{store.name}: {level:.0%} quantile: {below:.1%} below it, {within:.1%} within, "
                f"of {items:,} item-plans"
            )


def cover(store: Store, level: float) -> tuple[float, float, int]:
    """Return the shares of item-plans whose demand stayed below and within the quantile; items that sell alone."""
    last = store.history.dates.size - LEAD_TIME_DAYS
    below, within = [], []
    for day in range(store.first_judged_day, last + 1, EVERY_DAYS):
        known = first_days(store.history, day)
        plan_date: date = (known.dates[-1] + np.timedelta64(1, "D")).astype(date)
        shipments = LeadTimeHistory(supplier=np.full(40, "S"), days=np.full(40, float(LEAD_TIME_DAYS)))
        policy = Policy(service_level=level, review_days=JUST_NOW_DAYS)
        plan = plan_items(known, shipments, policy, as_of_date=plan_date)
        demand = store.history.units_sold[:, day : day + LEAD_TIME_DAYS].sum(axis=1)
        sells = (plan.demand.stopped_days == 0) & (plan.forecast_units_per_day > 0)
        below.append((demand < plan.reorder_point_units)[sells])
        within.append((demand <= plan.reorder_point_units)[sells])
    return float(np.concatenate(below).mean()), float(np.concatenate(within).mean()), sum(map(len, within))


if __name__ == "__main__":
    main()
