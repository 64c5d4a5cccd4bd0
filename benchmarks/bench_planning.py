"""Time and memory of planning: 10,000 items x 365 days, from history to orders, and every explanation.

Prints medians of five runs after import; the peak is of what planning itself allocates, beside the history it is given.
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np

from stockroom.planning import ItemHistory, LeadTimeHistory, Plan, Policy, fit_pools, plan_items
from stockroom.planning.quantiles import interval_quantiles

ITEMS, DAYS, SUPPLIERS, RUNS = 10_000, 365, 40, 5
AS_OF_DATE = date(2011, 6, 30)


def main() -> None:
    """Measure and print."""
    history, lead_times = invented_history(ITEMS), invented_lead_times()
    half = history.take(np.arange(ITEMS // 2))

    def plan(items: ItemHistory) -> Plan:
        pools = fit_pools(items, lead_times, Policy(), as_of_date=AS_OF_DATE)
        return plan_items(items, lead_times, Policy(), as_of_date=AS_OF_DATE, pools=pools)

    whole_s, half_s = median_seconds(lambda: plan(history)), median_seconds(lambda: plan(half))
    planned = plan(history)
    quantiles_s = median_seconds(lambda: interval_quantiles(planned.inputs, planned.decision.lot_units))
    explain_s = median_seconds(lambda: [planned.explain(item) for item in range(ITEMS)])
    promoted = replace(history, promotion=invented_calendar(ITEMS))
    promoted_s = median_seconds(lambda: plan(promoted))
    tracemalloc.start()
    plan(history)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    print(f"plan {ITEMS:,} items x {DAYS} days: {whole_s:.2f} s ({ITEMS / whole_s:,.0f} items/s)")
    print(f"plan half of them: {half_s:.2f} s (whole / half = {whole_s / half_s:.2f}, linear is 2)")
    print(f"the same with a calendar of promotions: {promoted_s:.2f} s")
    print(f"quantiles of their demand: {quantiles_s:.2f} s")
    print(f"explain all of them: {explain_s:.2f} s")
    print(
        f"peak beside the history: {peak_bytes / 1e6:.0f} MB, {peak_bytes / (ITEMS * DAYS):.0f} bytes per item and day"
    )


def median_seconds(work: Callable[[], object]) -> float:
    """Return the median time of ``work`` over the runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def invented_history(items: int) -> ItemHistory:
    """Return a history of mostly slow items, a tenth of whose days are without stock."""
    draw = np.random.default_rng(1)
    rate = draw.lognormal(-1.0, 1.3, items)
    units = draw.poisson(rate[:, None], (items, DAYS)).astype(np.int32)
    is_out = draw.random((items, DAYS)) < 0.1
    units[is_out] = 0
    return ItemHistory(
        dates=np.arange(DAYS) + np.datetime64(AS_OF_DATE) - DAYS,
        units_sold=units,
        unit_price=draw.uniform(2, 20, items),
        unit_cost=draw.uniform(1, 10, items),
        supplier=np.char.add("S", draw.integers(0, SUPPLIERS, items).astype(np.str_)),
        category=np.char.add("C", draw.integers(0, 30, items).astype(np.str_)),
        fraction_in_stock=np.where(is_out, np.float32(0), np.float32(np.nan)),
        sold_out=np.zeros((items, DAYS), dtype=np.bool_),
        on_hand=draw.integers(0, 60, items),
        on_order=[[(12, 5.0)] if item % 7 == 0 else [] for item in range(items)],
        quoted_lead_time_days=draw.choice([7.0, 14.0, 40.0], items),
        pack_units=draw.choice([1, 6, 12], items),
        minimum_order_units=draw.choice([1, 12, 24], items),
    )


def invented_calendar(items: int) -> np.ndarray:
    """Return promotions by the week, a fifth of them all, to a month beyond the plan date."""
    draw = np.random.default_rng(3)
    weeks = draw.choice([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.3], (items, (DAYS + 30) // 7 + 1))
    return np.repeat(weeks.astype(np.float32), 7, axis=1)[:, : DAYS + 30]


def invented_lead_times() -> LeadTimeHistory:
    """Return some shipments per supplier, a tenth of them still under way."""
    draw = np.random.default_rng(2)
    supplier = draw.integers(0, SUPPLIERS, 600)
    return LeadTimeHistory(
        supplier=np.char.add("S", supplier.astype(np.str_)),
        lane=np.char.add("L", (supplier % 3).astype(np.str_)),
        days=np.exp(draw.normal(2.0 + 0.5 * (supplier % 3), 0.3)),
        age_days=draw.uniform(0, 180, 600),
        is_open=draw.random(600) < 0.1,
    )


if __name__ == "__main__":
    main()
