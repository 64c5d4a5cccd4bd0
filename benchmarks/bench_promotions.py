"""What knowing the calendar of promotions is worth: the same shop planned with it and without.

An invented shop, as no open data carry a calendar: 200 items, 540 days, a week's promotion of 10 to 30 % every 40 to 70
days, to which items answer by category and each in its own way; the last 120 days are judged, lead times are gamma
around 14 days, margins 40 %.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stockroom.planning import ItemHistory, Policy
from stockroom.replay import Costs, Scenario, Shipments, cut_scenario, gamma_days, measure, totals, uniforms
from stockroom.replay.ours import Planned
from stockroom.replay.simulator import simulate

ITEMS, DAYS, JUDGED_DAYS, AHEAD = 200, 540, 120, 60
ORDER_COST = 0.5
SEED = 7


def main() -> None:
    """Play both and print."""
    history = invented_shop()
    for replan_days in (1, 7):
        for name, known in (("without", replace(history, promotion=None)), ("with", history)):
            scenario = judge(known, replan_days)
            outcome = totals(measure(scenario, simulate(scenario, Planned(policy=Policy(order_cost=ORDER_COST)))))
            print(
                f"re-planned every {replan_days} days {name} the calendar: cost {outcome.cost:,.0f}, "
                f"lost units {outcome.units_lost:,}, average stock {outcome.average_stock_value:,.0f}"
            )


def invented_shop() -> ItemHistory:
    """Return sales and the calendar of promotions behind them, beyond the last day too."""
    draw = np.random.default_rng(SEED)
    promotion = np.zeros((ITEMS, DAYS + AHEAD))
    for row in promotion:
        first = int(draw.integers(0, 60))
        while first < row.size:
            row[first : first + 7] = draw.choice([0.1, 0.2, 0.3])
            first += int(draw.integers(40, 70))
    category = draw.choice(["calm", "keen"], ITEMS)
    elasticity = np.where(category == "calm", 1.5, 3.0)[:, None]
    uplift = np.where(category == "calm", 1.3, 1.0)[:, None]
    answer = (np.where(promotion > 0, uplift, 1.0) * (1 - promotion) ** -elasticity) ** draw.lognormal(
        0, 0.3, (ITEMS, 1)
    )
    wandering = np.exp(np.cumsum(draw.normal(0, 0.01, promotion.shape), axis=1))
    mean = draw.lognormal(0.8, 1.0, (ITEMS, 1)) * wandering * answer
    return ItemHistory(
        dates=np.datetime64("2010-01-01") + np.arange(DAYS),
        units_sold=draw.negative_binomial(mean[:, :DAYS], 0.5),
        unit_price=np.full(ITEMS, 5.0),
        unit_cost=np.full(ITEMS, 3.0),
        supplier=np.full(ITEMS, "S"),
        category=category,
        promotion=promotion,
    )


def judge(history: ItemHistory, replan_days: int) -> Scenario:
    """Return the last 120 days as a scenario; suppliers had shown before what they show then."""
    draws = uniforms(np.arange(ITEMS).astype(np.str_), JUDGED_DAYS, seed=SEED)
    before = uniforms(np.array(["before"]), 40, seed=SEED)
    return cut_scenario(
        history,
        gamma_days(draws, mean=14, cv=0.4),
        first_judged_day=DAYS - JUDGED_DAYS,
        costs=Costs(order_cost=ORDER_COST),
        replan_days=replan_days,
        shipments=Shipments(
            supplier=np.full(40, "S"),
            sent_day=-40 - 3 * np.arange(40),
            days=gamma_days(before, mean=14, cv=0.4)[0].astype(np.float64),
        ),
    )


if __name__ == "__main__":
    main()
