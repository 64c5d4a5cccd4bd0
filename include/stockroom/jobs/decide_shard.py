"""Decide one part of a plan's items, from its frozen inputs and its pools alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stockroom.jobs.decide_items import decide_items
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.forecasts import write_forecasts
from stockroom.warehouse.plans import (
    StepMissingError,
    finish_shard,
    get_run,
    is_shard_done,
    take_turn_at,
    write_decisions,
)
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_pools import read_pools


@dataclass(frozen=True)
class ShardSummary:
    """What deciding a part of a day's items did."""

    plan_date: date
    shard: int
    items: int
    items_to_order: int
    was_decided: bool

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if self.was_decided:
            return f"{self.plan_date}, shard {self.shard}: decided before, nothing new"
        return (
            f"{self.plan_date}, shard {self.shard}: {self.items:,} SKU-locations decided, "
            f"{self.items_to_order:,} to order"
        )


def decide_shard(settings: Settings, *, as_of_date: date, shard: int) -> ShardSummary:
    """Write the decisions and forecasts of a shard, all of them or none, once; whoever comes second finds them.

    Raises:
        StepMissingError: the plan's inputs are not frozen, or its pools not fitted.
    """
    with connect(settings.warehouse_url) as connection:
        run = get_run(connection, as_of_date)
        take_turn_at(connection, f"shard {shard}", as_of_date)
        if run.is_decided or is_shard_done(connection, as_of_date, shard):
            return ShardSummary(as_of_date, shard, items=0, items_to_order=0, was_decided=True)
        inputs = read_inputs(connection, as_of_date, shard=shard)
        pools = read_pools(connection, as_of_date)
        if pools is None:
            raise StepMissingError(f"the pools of {as_of_date} are not fitted; `stockroom plan` does all steps")
        plan = decide_items(inputs, pools)
        write_decisions(connection, inputs, plan)
        write_forecasts(connection, inputs, plan)
        items, to_order = inputs.history.items, int((plan.order_units > 0).sum())
        finish_shard(connection, as_of_date, shard, items=items)
        return ShardSummary(as_of_date, shard, items, to_order, was_decided=False)
