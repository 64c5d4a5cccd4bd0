"""From what was learned and what is wanted to the one row of numbers per item that is decided on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from stockroom.planning.arrays import FloatArray, IntArray, TextArray
from stockroom.planning.causes import planned_changes
from stockroom.planning.decision_inputs import DecisionInputs
from stockroom.planning.demand import Demand
from stockroom.planning.history import ItemHistory
from stockroom.planning.lead_time import LeadTime
from stockroom.planning.policy import Policy
from stockroom.planning.supplier_calendar import Delays
from stockroom.planning.velocity import ENOUGH_DAYS_IN_STOCK

HORIZON_SPREADS = 3.0
"""What is due within the mean lead time and this many standard deviations covers the same days as an order of today."""


def gather_inputs(
    history: ItemHistory,
    policies: Sequence[Policy],
    demand: Demand,
    lead_time: LeadTime,
    delays: Delays,
    planned_times: FloatArray,
) -> DecisionInputs:
    """Return what the decision depends on; ``planned_times (n, horizon)`` is what is planned for the days ahead.

    The textbook's methods know no promotions.
    """

    def numbers(name: str) -> FloatArray:
        return np.array([getattr(policy, name) for policy in policies], dtype=np.float64)

    def words(name: str) -> TextArray:
        return np.array([getattr(policy, name) for policy in policies], dtype=np.str_)

    review_days = numbers("review_days")
    learns = np.array([policy.method == "quantile" for policy in policies], dtype=np.bool_)
    changes = planned_changes(np.where(learns[:, None], planned_times, 1.0))
    return DecisionInputs(
        forecast_units_per_day=demand.pace_units_per_day,
        demand_variance=demand.variance,
        dispersion=demand.dispersion,
        wandering=demand.wandering,
        planned_from_days=_in_columns(changes, 0),
        planned_until_days=_in_columns(changes, 1),
        planned_times=_in_columns(changes, 2),
        is_stopped=demand.stopped_days > 0,
        returns_per_year=demand.returns_per_year,
        # A rate that leans on its category rests on more days than its own few.
        days_in_stock=np.maximum(demand.days_in_stock, float(ENOUGH_DAYS_IN_STOCK)),
        lead_time_mean_days=lead_time.mean_days,
        lead_time_sd_days=lead_time.sd_days,
        lead_time_cases_days=lead_time.cases_days,
        delay_from_days=delays.from_days,
        delay_until_days=delays.until_days,
        delay_most_days=delays.most_days,
        review_days=review_days,
        method=words("method"),
        service_level=numbers("target"),
        service_kind=words("kind"),
        order_cost=numbers("order_cost"),
        unit_cost=history.unit_cost,
        loss_per_unit=_margin(history, policies) + numbers("goodwill"),
        carrying_rate=numbers("carrying_rate"),
        maximum_cover_days=numbers("maximum_cover_days"),
        greatest_lot_days=numbers("greatest_lot_days"),
        available_units=history.on_hand - history.committed - history.backorders,
        on_order_units=_on_order_units(history, lead_time, review_days),
        waiting_units=np.ceil(history.waiting * numbers("waiting_share")).astype(np.int64),
        minimum_order_units=history.minimum_order_units,
        pack_units=history.pack_units,
        price_break_units=_in_columns(history.price_breaks, 0),
        price_break_unit_cost=_in_columns(history.price_breaks, 1),
        may_order=words("not_ordered_because") == "",
    )


def _in_columns(lists: Sequence[Sequence[tuple[float, ...]]], part: int) -> FloatArray:
    """Return one part of each item's list in columns, NaN where an item has fewer."""
    columns = np.full((len(lists), max(map(len, lists), default=0)), np.nan)
    for row, entries in enumerate(lists):
        columns[row, : len(entries)] = [entry[part] for entry in entries]
    return columns


def _margin(history: ItemHistory, policies: Sequence[Policy]) -> FloatArray:
    own = np.array([np.nan if policy.margin is None else policy.margin for policy in policies], dtype=np.float64)
    return np.where(np.isnan(own), np.maximum(history.unit_price - history.unit_cost, 0.0), own)


def _on_order_units(history: ItemHistory, lead_time: LeadTime, review_days: FloatArray) -> IntArray:
    """Return the units due inside the horizon that an order of today covers; what is overdue counts as due.

    The horizon reaches three spreads beyond the mean, and at least to the quoted time: an order that was just sent
    at the supplier's usual terms must count, or tomorrow would order it again. Goods promised far beyond that do
    not help until then.
    """
    typical = lead_time.mean_days + HORIZON_SPREADS * lead_time.sd_days
    horizon = review_days + np.ceil(np.fmax(typical, history.quoted_lead_time_days))
    return np.array(
        [
            sum(int(units) for units, due_in_days in lines if due_in_days <= limit)
            for lines, limit in zip(history.on_order, horizon.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
