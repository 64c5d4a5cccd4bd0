"""Plan a day: freeze what is known, decide every item, propose the orders."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from stockroom.planning import Explanation, Plan, Policy, fit_pools, plan_items
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.orders import Proposals, ProposedLine, ProposedOrder, propose_orders
from stockroom.warehouse.plans import is_planned, later_plan_date, take_turns, terms_json, write_decisions
from stockroom.warehouse.plans_exceptions import PlanException, replace_exceptions
from stockroom.warehouse.plans_inputs import Freeze, FrozenInputs, OrderingTerms, freeze_inputs, read_inputs

DEFAULT_POLICY = Policy()
"""What holds where the planners' file says nothing."""


@dataclass(frozen=True)
class PlanSummary:
    """What planning a day did."""

    plan_date: date
    items: int
    items_to_order: int
    questions: int
    """Items and rules that a person has to decide on."""
    proposals: Proposals
    was_planned: bool
    """The day had been decided before: read again, nothing written."""
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


def plan_orders(settings: Settings, *, as_of_date: date) -> PlanSummary:
    """Freeze the day's inputs, decide, write decisions with reasons, and propose one order per supplier and ship-to.

    All in one transaction, and one at a time (an advisory lock), so that two schedulers give one plan.

    * A day that was decided before is read from its frozen inputs and decided to the same answer; nothing is written.
    * The open proposals are what the plan decides anew: they are left out of what is on order, and afterwards they are
      exactly what is needed now. Everything else in flight counts as on order.
    * A day before one that is planned already gets its decisions, for study, and **no orders**: orders belong to the
      newest plan, and what it proposed or released neither counts for the earlier day nor is touched by it.

    Raises:
        PlanNotReadyError: the marts were not built for this day.
    """
    with connect(settings.warehouse_url) as connection:
        take_turns(connection)
        was_planned = is_planned(connection, as_of_date)
        freeze = None if was_planned else _freeze(connection, settings, as_of_date)
        inputs = read_inputs(connection, as_of_date)
        plan = _decide(inputs)
        later = later_plan_date(connection, as_of_date)
        proposals, questions = Proposals((), (), (), ()), 0
        if freeze is not None:
            explanations = [plan.explain(item) for item in range(inputs.history.items)]
            write_decisions(connection, inputs, plan, explanations)
            if later is None:
                orders = _orders(inputs, plan, explanations, freeze.ordering_terms)
                proposals = propose_orders(connection, plan_date=as_of_date, orders=orders)
                questions = _raise_questions(connection, inputs, plan, explanations, freeze)
        return PlanSummary(
            plan_date=as_of_date,
            items=inputs.history.items,
            items_to_order=int((plan.order_units > 0).sum()),
            questions=questions,
            proposals=proposals,
            was_planned=was_planned,
            later_plan_date=later,
        )


def _freeze(connection: psycopg.Connection, settings: Settings, plan_date: date) -> Freeze:
    return freeze_inputs(
        connection,
        plan_date=plan_date,
        time_zone=settings.time_zone,
        currency=settings.currency,
        default_policy=DEFAULT_POLICY,
    )


def _decide(inputs: FrozenInputs) -> Plan:
    pools = fit_pools(inputs.history, inputs.lead_times, inputs.policies, as_of_date=inputs.plan_date)
    return plan_items(inputs.history, inputs.lead_times, inputs.policies, as_of_date=inputs.plan_date, pools=pools)


def _orders(
    inputs: FrozenInputs, plan: Plan, explanations: Sequence[Explanation], terms: dict[str, OrderingTerms]
) -> list[ProposedOrder]:
    """Return one order per supplier, ship-to and currency, its lines by SKU."""
    items: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for item in (plan.order_units > 0).nonzero()[0].tolist():
        key = (str(inputs.history.supplier[item]), str(inputs.location_id[item]), terms[str(inputs.sku[item])].currency)
        items[key].append(item)
    return [
        ProposedOrder(
            supplier_id=supplier_id,
            location_id=location_id,
            currency=currency,
            # The rule that the buyer's annex states. A shorter time would be promised by nobody, and never be kept.
            requested_date=inputs.plan_date
            + timedelta(days=max(math.ceil(plan.lead_time_mean_days[item]) for item in rows)),
            lines=tuple(_line(inputs, plan, explanations[item], item, terms[str(inputs.sku[item])]) for item in rows),
        )
        for (supplier_id, location_id, currency), rows in sorted(items.items())
    ]


def _line(inputs: FrozenInputs, plan: Plan, explanation: Explanation, item: int, terms: OrderingTerms) -> ProposedLine:
    return ProposedLine(
        sku=str(inputs.sku[item]),
        supplier_sku=terms.supplier_sku,
        units=int(plan.order_units[item]),
        pack_units=int(inputs.history.pack_units[item]),
        unit_cost=terms.unit_cost,
        reason=explanation.sentence,
        terms_json=terms_json(explanation),
    )


def _raise_questions(
    connection: psycopg.Connection,
    inputs: FrozenInputs,
    plan: Plan,
    explanations: Sequence[Explanation],
    freeze: Freeze,
) -> int:
    too_large = [
        PlanException(
            key=f"smallest_lot/{inputs.sku[item]}/{inputs.location_id[item]}",
            subject=f"{inputs.sku[item]} {inputs.location_id[item]}",
            detail=explanations[item].sentence,
            mend="agree on a smaller lot with the supplier, raise maximum_cover_days, or let the item go",
        )
        for item in plan.needs_person.nonzero()[0].tolist()
    ]
    rules = [
        PlanException(
            key=f"policy_rule/{rule.scope}/{rule.key}",
            subject=f"{rule.scope} {rule.key}".strip(),
            detail=f"the planners' rule was left out: {rule.why}",
            mend="correct the line in policies.xlsx; until then the wider rule holds",
        )
        for rule in freeze.unusable_rules
    ]
    return replace_exceptions(connection, kind="smallest_lot", found=too_large) + replace_exceptions(
        connection, kind="policy_rule", found=rules
    )
