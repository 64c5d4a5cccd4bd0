"""Propose the orders that a plan decided: its last step, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import psycopg

from stockroom.jobs.build_orders import build_orders
from stockroom.jobs.decide_items import decide_items
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.budgets import write_left_out
from stockroom.warehouse.orders import Proposals, propose_orders
from stockroom.warehouse.plans import (
    PlanRun,
    StepMissingError,
    count_to_order,
    finish_plan,
    get_run,
    later_plan_date,
    list_missing_shards,
    take_turns,
    write_decisions,
)
from stockroom.warehouse.plans_exceptions import replace_exceptions
from stockroom.warehouse.plans_inputs import read_inputs
from stockroom.warehouse.plans_orders import (
    count_what_was_released,
    forget_decisions,
    read_too_large_lots,
    write_outcomes,
)
from stockroom.warehouse.plans_pools import read_pools


@dataclass(frozen=True)
class ProposalSummary:
    """What planning a day came to."""

    plan_date: date
    items: int
    items_to_order: int
    questions: int
    """Items that a person has to decide on."""
    proposals: Proposals
    was_planned: bool
    """The day had been decided before: nothing written."""
    later_plan_date: date | None
    """A later day is planned already, so this one proposed no orders."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        planned = f"{self.plan_date}: {self.items:,} SKU-locations planned, {self.items_to_order:,} to order"
        if self.was_planned:
            return f"{planned}; decided before, nothing new"
        if self.later_plan_date is not None:
            return f"{planned}; no orders proposed, as {self.later_plan_date} is planned already"
        done = self.proposals
        return (
            f"{planned}; orders: {len(done.created)} new, {len(done.changed)} changed, "
            f"{len(done.unchanged)} as before, {len(done.cancelled)} cancelled; "
            f"{self.questions:,} questions for a person"
        )


def propose_plan_orders(settings: Settings, *, as_of_date: date) -> ProposalSummary:
    """Make the open proposals exactly what the plan decided: one order per supplier, ship-to and currency.

    * The open proposals are what the plan decides anew: they were left out of what is on order. One that a person
      released since the inputs were frozen counts as on order after all, and its items are decided again.
    * A day before one that is planned already gets its decisions, for study, and **no orders**: orders belong to the
      newest plan, and what it proposed or released is not touched.
    * Orders, questions and the note that the day is decided come in one transaction, one plan at a time.

    Raises:
        StepMissingError: some items are not decided yet.
    """
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        run = get_run(connection, as_of_date)
        proposals, questions, later = Proposals((), (), (), ()), 0, later_plan_date(connection, as_of_date)
        if not run.is_decided:
            _check_all_decided(connection, run)
            if later is None:
                _decide_again(connection, as_of_date, count_what_was_released(connection, as_of_date))
                built = build_orders(
                    connection, as_of_date, currency=settings.currency, refusal_days=settings.refusal_days
                )
                proposals = propose_orders(connection, plan_date=as_of_date, orders=built.orders)
                write_outcomes(connection, as_of_date, built.outcomes)
                write_left_out(connection, as_of_date, built.left_out)
                found = read_too_large_lots(connection, as_of_date)
                questions = replace_exceptions(connection, kind="smallest_lot", found=found)
                questions += replace_exceptions(connection, kind="order_waits", found=built.waiting())
                questions += replace_exceptions(connection, kind="budget", found=built.beyond_budgets())
            finish_plan(connection, as_of_date)
        return ProposalSummary(
            plan_date=as_of_date,
            items=run.items,
            items_to_order=count_to_order(connection, as_of_date),
            questions=questions,
            proposals=proposals,
            was_planned=run.is_decided,
            later_plan_date=later,
        )


def _check_all_decided(connection: psycopg.Connection, run: PlanRun) -> None:
    """Raise StepMissingError if a shard is missing: its items' open orders would be cancelled as if unneeded."""
    if missing := list_missing_shards(connection, run):
        numbers = ", ".join(map(str, missing))
        raise StepMissingError(f"{run.plan_date}: shard {numbers} of {run.shards} is not decided yet; decide it first")


def _decide_again(connection: psycopg.Connection, plan_date: date, skus: list[str]) -> None:
    if not skus:
        return
    inputs, pools = read_inputs(connection, plan_date, skus=skus), read_pools(connection, plan_date)
    forget_decisions(connection, plan_date, skus)
    write_decisions(connection, inputs, decide_items(inputs, pools))
