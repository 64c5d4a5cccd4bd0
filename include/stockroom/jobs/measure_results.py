"""Measure what decisions were worth, in one call: all that the DAG does in tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockroom.jobs.measure_accuracy import AccuracySummary, measure_accuracy
from stockroom.jobs.measure_stock_costs import StockCostSummary, measure_stock_costs
from stockroom.jobs.replay_week import WeekReplayed, replay_week
from stockroom.settings import Settings


@dataclass(frozen=True)
class ResultsSummary:
    """What measuring came to."""

    accuracy: AccuracySummary
    stock_costs: StockCostSummary
    replay: WeekReplayed

    def __str__(self) -> str:
        """Return a line for each, for a person to read."""
        return f"{self.accuracy}\n{self.stock_costs}\n{self.replay}"


def measure_results(settings: Settings, *, as_of_date: date) -> ResultsSummary:
    """Judge forecasts, cost the stock, replay policies. Safe to rerun."""
    return ResultsSummary(
        measure_accuracy(settings, as_of_date=as_of_date),
        measure_stock_costs(settings, as_of_date=as_of_date),
        replay_week(settings, as_of_date=as_of_date),
    )
