"""Plan a day in one call: all the steps that the DAG takes one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from stockroom.jobs.decide_shard import decide_shard
from stockroom.jobs.fit_plan_pools import fit_plan_pools
from stockroom.jobs.freeze_plan import freeze_plan
from stockroom.jobs.propose_plan_orders import ProposalSummary, propose_plan_orders
from stockroom.settings import Settings


def plan_orders(settings: Settings, *, as_of_date: date) -> ProposalSummary:
    """Freeze the day's inputs, fit the pools, decide every item with its reason, and propose the orders.

    Every step is done once, whoever does it: a second call, a second scheduler or a call after a crash finds what is
    done and does the rest, to the same answer. A decided day is not decided again.

    Raises:
        PlanNotReadyError: the marts were not built for this day.
    """
    frozen = freeze_plan(settings, as_of_date=as_of_date)
    if not frozen.run.is_decided:
        fit_plan_pools(settings, as_of_date=as_of_date)
        for shard in range(frozen.run.shards):
            decide_shard(settings, as_of_date=as_of_date, shard=shard)
    proposed = propose_plan_orders(settings, as_of_date=as_of_date)
    return replace(proposed, questions=proposed.questions + frozen.questions)
