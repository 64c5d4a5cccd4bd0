"""Plan all items: pools first, once; then each item from its own history and the pools alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from stockroom.planning.arrays import BoolArray, FloatArray, IntArray, TextArray
from stockroom.planning.causes import times_ahead
from stockroom.planning.classes import (
    Classes,
    ClassLimits,
    abc_classes,
    demand_classes,
    fast_movers,
    fit_class_limits,
    forecast_error_cv,
    xyz_classes,
)
from stockroom.planning.days_of_supply import walked_days_of_supply
from stockroom.planning.decision import Decision, decide
from stockroom.planning.decision_inputs import DecisionInputs
from stockroom.planning.delays import delays_of_items, meet_delays
from stockroom.planning.demand import Demand, DemandPools, fit_demand_pools, forecast_demand, velocity_by_policy
from stockroom.planning.explanation import Explanation, explain_row
from stockroom.planning.forecast import ForecastPools, fit_forecast_pools, forecast_items
from stockroom.planning.gathering import gather_inputs
from stockroom.planning.history import ItemHistory, LeadTimeHistory
from stockroom.planning.lead_time import LeadTime, LeadTimePools, fit_lead_time_pools, learn_lead_times
from stockroom.planning.policy import Policies, Policy, policy_of_each
from stockroom.planning.protection import interval_days, planned_share
from stockroom.planning.quantiles import fixed_quantiles, interval_quantiles
from stockroom.planning.what_if import WhatIf, ask_what_if


@dataclass(frozen=True, eq=False)
class Pools:
    """What all items say together; fitted once a plan, so that shards of items give the same bits as one run."""

    demand: DemandPools
    forecast: ForecastPools
    lead_time: LeadTimePools
    classes: ClassLimits


@dataclass(frozen=True, eq=False)
class Plan:
    """What was decided, one value per item of the history, in its order."""

    reorder_point_units: IntArray
    order_up_to_units: IntArray
    order_units: IntArray
    safety_stock_units: IntArray
    position_units: IntArray
    """On hand - committed - back-orders + what is due inside the horizon."""
    forecast_units_per_day: FloatArray
    """Expected on an average day of the interval that an order covers, with what is planned for it."""
    days_of_supply: FloatArray
    """Days until the position is used up at the forecast; infinite where nothing sells."""
    lead_time_mean_days: FloatArray
    lead_time_sd_days: FloatArray
    lead_time_own_evidence: FloatArray
    abc_class: TextArray
    """``A``, ``B`` or ``C`` by revenue."""
    xyz_class: TextArray
    """``X``, ``Y`` or ``Z`` by how far demand strays from its forecast."""
    demand_class: TextArray
    """``smooth``, ``erratic``, ``intermittent``, ``lumpy`` or ``none``."""
    is_fast_mover: BoolArray
    """Among the top 20 % by velocity of the items that sell."""
    forecast_error_cv: FloatArray
    """Coefficient of variation of the forecast's error over a fortnight; infinite where nothing sold."""
    evidence: TextArray
    needs_person: BoolArray
    """Needed, but the supplier's smallest lot is beyond the policy's cap."""
    method: TextArray
    inputs: DecisionInputs
    decision: Decision
    demand: Demand
    lead_time: LeadTime
    policies: Sequence[Policy]

    @cached_property
    def demand_quantiles_units(self) -> IntArray:
        """(n, 8) what demand over the protection interval stays within, at each of ``DEMAND_QUANTILES``.

        Of the distribution that the reorder point is taken from. Worked out when first asked for.
        """
        return interval_quantiles(self.inputs, self.decision.lot_units)

    @cached_property
    def interval_days(self) -> FloatArray:
        """(n,) mean days of the protection interval: lead time, and the wait for the next review."""
        learned = interval_days(self.inputs, self.decision.lot_units).mean(axis=1)
        textbook = self.inputs.lead_time_mean_days + np.where(
            self.method == "both_variances", self.inputs.review_days, 0.0
        )
        return np.where(self.method == "quantile", learned, textbook)

    def demand_quantiles_over(self, days: FloatArray) -> IntArray:
        """Return ``(n, 8)`` the same over exactly ``days (n,)`` from the plan date on, whatever the lead time."""
        return fixed_quantiles(self.inputs, np.asarray(days, dtype=np.float64))

    @cached_property
    def what_if(self) -> WhatIf:
        """What would be ordered if the supplier were slower or sales brisker. Worked out when first asked for."""
        return ask_what_if(self.inputs)

    def explain(self, item: int) -> Explanation:
        """Return why item number ``item`` got its order: a sentence, what would change it, and the terms behind it."""
        return explain_row(
            self.inputs,
            self.decision,
            self.demand,
            self.lead_time,
            row=item,
            days_of_supply=float(self.days_of_supply[item]),
            policy=self.policies[item],
            what_if=self.what_if,
        )


def fit_pools(history: ItemHistory, lead_times: LeadTimeHistory, policy: Policies, *, as_of_date: date) -> Pools:
    """Return what all items and shipments say together on ``as_of_date``, the first day not in ``history``.

    Raises:
        PlanningError: the history does not end the day before, or policies do not match the items.
    """
    history.check_plan_date(as_of_date)
    policies = policy_of_each(policy, history.items)
    velocity = velocity_by_policy(history, policies)
    return Pools(
        demand=fit_demand_pools(history, velocity),
        forecast=fit_forecast_pools(history),
        lead_time=fit_lead_time_pools(
            lead_times.without_delays(_plan_date(history)), history, half_life_days=_half_life_days(policies)
        ),
        classes=fit_class_limits(velocity.units_per_day * history.unit_price, velocity.units_per_day),
    )


def classify_items(history: ItemHistory, policy: Policies, pools: Pools, *, as_of_date: date) -> Classes:
    """Return the classes that ``plan_items`` will state, before any plan: service targets may hold for a class.

    ``policy`` is what holds without rules for classes; ``pools`` are fitted with it. Each item is classed by itself.

    Raises:
        PlanningError: the history does not end the day before, or policies do not match the items.
    """
    history.check_plan_date(as_of_date)
    velocity = velocity_by_policy(history, policy_of_each(policy, history.items)).units_per_day
    error_cv = forecast_error_cv(forecast_items(history, pools.forecast))
    return _classes(history, velocity, error_cv, pools.classes)


def plan_items(
    history: ItemHistory,
    lead_times: LeadTimeHistory,
    policy: Policies,
    *,
    as_of_date: date,
    pools: Pools | None = None,
) -> Plan:
    """Return reorder points, levels and orders of all items on ``as_of_date``, the first day not in ``history``.

    ``pools=None`` fits them on these very items; given pools, any split of the items into shards returns the same bits.

    Raises:
        PlanningError: the history does not end the day before, or policies do not match the items.
    """
    history.check_plan_date(as_of_date)
    policies = policy_of_each(policy, history.items)
    pools = pools or fit_pools(history, lead_times, policies, as_of_date=as_of_date)
    usual = _lead_times(history, lead_times.without_delays(_plan_date(history)), policies, pools.lead_time)
    review_days = np.array([policy.review_days for policy in policies], dtype=np.float64)
    delays = delays_of_items(history, lead_times, usual, review_days)
    lead_time = meet_delays(usual, delays, review_days)
    demand = forecast_demand(history, policies, pools.demand, pools.forecast, _interval_days(lead_time, policies))
    planned = times_ahead(history, pools.forecast.causes)
    inputs = gather_inputs(history, policies, demand, lead_time, delays, planned)
    decision = decide(inputs)
    classes = _classes(history, demand.velocity_units_per_day, demand.forecast_error_cv, pools.classes)
    return Plan(
        reorder_point_units=decision.reorder_point_units,
        order_up_to_units=decision.order_up_to_units,
        order_units=decision.order_units,
        safety_stock_units=decision.safety_stock_units,
        position_units=decision.position_units,
        forecast_units_per_day=demand.units_per_day * planned_share(inputs, _interval_days(lead_time, policies)),
        days_of_supply=walked_days_of_supply(history, decision.position_units, demand, pools.forecast, planned),
        lead_time_mean_days=lead_time.mean_days,
        lead_time_sd_days=lead_time.sd_days,
        lead_time_own_evidence=lead_time.own_evidence,
        abc_class=classes.abc_class,
        xyz_class=classes.xyz_class,
        demand_class=classes.demand_class,
        is_fast_mover=classes.is_fast_mover,
        forecast_error_cv=demand.forecast_error_cv,
        evidence=demand.evidence,
        needs_person=decision.needs_person,
        method=inputs.method,
        inputs=inputs,
        decision=decision,
        demand=demand,
        lead_time=lead_time,
        policies=policies,
    )


def _classes(history: ItemHistory, velocity: FloatArray, error_cv: FloatArray, limits: ClassLimits) -> Classes:
    return Classes(
        abc_class=abc_classes(velocity * history.unit_price, limits),
        xyz_class=xyz_classes(error_cv),
        demand_class=demand_classes(history),
        is_fast_mover=fast_movers(velocity, limits),
    )


def _lead_times(
    history: ItemHistory, lead_times: LeadTimeHistory, policies: Sequence[Policy], pools: LeadTimePools
) -> LeadTime:
    half_lives = np.array([policy.lead_time_half_life_days for policy in policies])
    wanted = np.unique(half_lives)
    chosen = learn_lead_times(history, lead_times, pools, half_life_days=float(wanted[0]) if wanted.size else 1.0)
    for half_life in wanted[1:].tolist():
        other = learn_lead_times(history, lead_times, pools, half_life_days=half_life)
        is_other = half_lives == half_life
        chosen = LeadTime(
            mean_days=np.where(is_other, other.mean_days, chosen.mean_days),
            sd_days=np.where(is_other, other.sd_days, chosen.sd_days),
            cases_days=np.where(is_other[:, None], other.cases_days, chosen.cases_days),
            own_evidence=np.where(is_other, other.own_evidence, chosen.own_evidence),
            shipments=np.where(is_other, other.shipments, chosen.shipments),
            delay_days=chosen.delay_days,
            out_days=chosen.out_days,
        )
    return chosen


def _plan_date(history: ItemHistory) -> np.datetime64:
    return np.datetime64(history.dates[-1] + np.timedelta64(1, "D"), "D")


def _interval_days(lead_time: LeadTime, policies: Sequence[Policy]) -> FloatArray:
    """Return the days that an order of today has to last, on average: lead time and half a review."""
    return lead_time.mean_days + 0.5 * np.array([policy.review_days for policy in policies])


def _half_life_days(policies: Sequence[Policy]) -> float:
    """Return the half-life that pools are fitted with; where policies differ, the most cautious with old news."""
    return min((policy.lead_time_half_life_days for policy in policies), default=Policy().lead_time_half_life_days)
