"""Fit what all items of a plan say together: once, so that any shard of them decides the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockroom.planning import fit_pools
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.plans import get_run, take_turn_at
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_pools import read_pools, write_pools


@dataclass(frozen=True)
class PoolsSummary:
    """What fitting the pools of a day did."""

    plan_date: date
    shards: int
    was_fitted: bool

    def __str__(self) -> str:
        """Return one line for a person to read."""
        return f"{self.plan_date}: pools {'fitted before' if self.was_fitted else 'fitted'}"


def fit_plan_pools(settings: Settings, *, as_of_date: date) -> PoolsSummary:
    """Fit the pools of a frozen plan and keep them; a second time, find them.

    Raises:
        StepMissingError: the plan's inputs are not frozen yet.
    """
    with connect(settings.warehouse_url) as connection:
        run = get_run(connection, as_of_date)
        take_turn_at(connection, "pools", as_of_date)
        was_fitted = run.is_decided or read_pools(connection, as_of_date) is not None
        if not was_fitted:
            inputs = read_inputs(connection, as_of_date)
            pools = fit_pools(inputs.history, inputs.lead_times, inputs.policies, as_of_date=as_of_date)
            write_pools(connection, as_of_date, pools)
        return PoolsSummary(as_of_date, run.shards, was_fitted)
