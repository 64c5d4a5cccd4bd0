"""How long suppliers take, learned from shipments: own evidence first, the lane and all suppliers where it is thin.

On the logarithm of days. A supplier's mean is the precision-weighted mean of three voices: its lane, its own quoted
time (one pseudo-observation, scaled by what the lane's suppliers really took over what they quoted), and its
shipments, recent ones first (``shipment_times``). Sources: Gelman et al., *Bayesian Data Analysis*, chapter 5 (normal
hierarchy); DerSimonian & Laird 1986 (variance between groups).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from stockroom.planning.arrays import FloatArray, IntArray, TextArray
from stockroom.planning.history import ItemHistory, LeadTimeHistory
from stockroom.planning.lost_orders import GREATEST_OVER_QUOTED, usual_log_days, without_the_lost
from stockroom.planning.shipment_times import (
    NEWTON_STEPS,
    SUPPLIERS_SD,
    WITHIN_SD,
    between_variance,
    posterior,
    recency_weights,
    shipment_means,
    squared_residuals,
    within_variance,
)

LEAST_DAYS = 0.5
CASES = 12
"""Equally likely lead times that stand for the whole distribution: the means of its twelve equal shares, so that the
mean is kept and a rare hump shows in the last."""
_GROUP_POINTS = 24
# On the log scale, as those of ``shipment_times``: for lanes, and for the spread of one supplier.
LANES_SD = 0.60
SUPPLIER_SPREAD_WORTH = 4.0


@dataclass(frozen=True, eq=False)
class LeadTimePools:
    """What all shipments say together, on log days; small enough to be stored by plan date."""

    lanes: TextArray
    lane_mean: FloatArray
    lane_over_quoted: FloatArray
    """Per lane the log of actual over quoted time."""
    all_mean: float
    all_over_quoted: float
    within_variance: float
    """Of one supplier's shipments."""
    supplier_variance: float
    """Between suppliers of one lane."""


@dataclass(frozen=True, eq=False)
class LeadTime:
    """The lead time of each item's supplier, in days."""

    mean_days: FloatArray
    sd_days: FloatArray
    """Of the next shipment: its own spread, and what is not known of the mean."""
    cases_days: FloatArray
    """(n, 12) equally likely, ascending: the supplier's own shipments mixed with what is known of its lane."""
    own_evidence: FloatArray
    """Share of the mean that comes from the supplier's own shipments, 0 to 1."""
    shipments: IntArray
    """Arrived shipments of that supplier."""
    delay_days: FloatArray
    """How much of the mean is owed to closed days, carriers' peaks and what suppliers are out of."""
    out_days: FloatArray
    """Days until the supplier has the item again; 0: it has it."""


@dataclass(frozen=True, eq=False)
class _Suppliers:
    """Per supplier: weight and mean of its shipments (log days), its spread, lane (a row of the pools) and counts."""

    names: TextArray
    lane: IntArray
    weight: FloatArray
    mean: FloatArray
    variance: FloatArray
    shipments: IntArray


def fit_lead_time_pools(lead_times: LeadTimeHistory, history: ItemHistory, *, half_life_days: float) -> LeadTimePools:
    """Return what lanes and all suppliers say together; without any shipment a stated default of 14 days."""
    lead_times = without_the_lost(lead_times)
    lanes, lane_of_shipment = np.unique(lead_times.lane, return_inverse=True)
    names, supplier_of_shipment = np.unique(lead_times.supplier, return_inverse=True)
    lane_of_supplier = np.zeros(names.size, dtype=np.int64)
    lane_of_supplier[supplier_of_shipment] = lane_of_shipment
    within = WITHIN_SD**2
    arrived = ~lead_times.is_open
    start = usual_log_days(lead_times, arrived)
    all_mean, between = start, SUPPLIERS_SD**2
    lane_mean = np.full(lanes.size, start)
    weight = mean = np.zeros(names.size)
    for _ in range(NEWTON_STEPS):
        prior = lane_mean[lane_of_supplier]
        weight, mean = shipment_means(lead_times, supplier_of_shipment, prior, within, between, half_life_days)
        heard = weight > 0
        if not heard.any():
            break
        between = between_variance(weight[heard], mean[heard], lane_of_supplier[heard], within)
        precision = np.where(heard, 1 / (between + within / np.where(heard, weight, 1.0)), 0.0)
        lane_precision = np.bincount(lane_of_supplier, precision, lanes.size)
        lane_sum = np.bincount(lane_of_supplier, precision * mean, lanes.size)
        spoken = lane_precision > 0
        lane_voice = 1 / (LANES_SD**2 + 1 / np.where(spoken, lane_precision, 1.0)) * spoken
        if arrived.any():  # "longer than so far" alone has no upper end: it moves suppliers and lanes, never all
            all_mean = float((lane_voice * lane_sum / np.where(spoken, lane_precision, 1.0)).sum() / lane_voice.sum())
        lane_mean = (lane_sum + all_mean / LANES_SD**2) / (lane_precision + 1 / LANES_SD**2)
        centre = posterior(lane_mean[lane_of_supplier], weight, mean, within, between)
        within = within_variance(lead_times, supplier_of_shipment, centre, within, half_life_days)
    lane_over, all_over = _over_quoted(history, names, lane_of_supplier, weight, mean, within, between, lanes.size)
    return LeadTimePools(
        lanes=lanes,
        lane_mean=lane_mean,
        lane_over_quoted=lane_over,
        all_mean=all_mean,
        all_over_quoted=all_over,
        within_variance=within,
        supplier_variance=between,
    )


def learn_lead_times(
    history: ItemHistory, lead_times: LeadTimeHistory, pools: LeadTimePools, *, half_life_days: float
) -> LeadTime:
    """Return each item's lead time; it depends on the item, its supplier's shipments and the pools alone."""
    lead_times = without_the_lost(lead_times)
    suppliers = _learn_suppliers(lead_times, pools, half_life_days)
    known = np.searchsorted(suppliers.names, history.supplier)
    known = np.where(known < suppliers.names.size, known, 0)
    is_known = suppliers.names[known] == history.supplier
    lane = np.where(is_known, suppliers.lane[known], _row_of(pools.lanes, history.lane))
    prior = np.where(lane >= 0, pools.lane_mean[lane], pools.all_mean) if pools.lanes.size else pools.all_mean
    over = np.where(lane >= 0, pools.lane_over_quoted[lane], pools.all_over_quoted) if pools.lanes.size else 0.0
    weight = np.where(is_known, suppliers.weight[known], 0.0)
    own_mean = np.where(is_known, suppliers.mean[known], 0.0)
    variance = np.where(is_known, suppliers.variance[known], pools.within_variance)

    quoted = history.quoted_lead_time_days
    has_quoted = ~np.isnan(quoted)
    prior_precision = 1 / pools.supplier_variance
    quoted_precision = np.where(has_quoted, 1 / pools.within_variance, 0.0)
    own_precision = weight / pools.within_variance
    quoted_voice = np.log(np.where(has_quoted, quoted, 1.0)) + over
    precision = prior_precision + quoted_precision + own_precision
    centre = (prior_precision * prior + quoted_precision * quoted_voice + own_precision * own_mean) / precision
    spread = np.minimum(variance + 1 / precision, 1.0)
    usual = np.where(has_quoted, quoted, np.exp(prior))
    usual = np.maximum(usual, np.where(weight > 0, np.exp(own_mean), LEAST_DAYS))  # what arrives outdoes what is quoted
    mean_days = np.clip(np.exp(centre + spread / 2), LEAST_DAYS, GREATEST_OVER_QUOTED * usual)
    group_precision = prior_precision + quoted_precision
    cases = _Cases(
        supplier=np.where(is_known, known, -1),
        own_share=own_precision / precision,
        group_centre=(prior_precision * prior + quoted_precision * quoted_voice) / group_precision,
        group_spread=np.minimum(pools.within_variance + 1 / group_precision, 1.0),
        greatest_days=GREATEST_OVER_QUOTED * usual,
    )
    return LeadTime(
        mean_days=mean_days,
        sd_days=np.minimum(mean_days * np.sqrt(np.expm1(spread)), GREATEST_OVER_QUOTED * usual),
        cases_days=_cases_days(cases, suppliers, lead_times, half_life_days),
        own_evidence=own_precision / precision,
        shipments=np.where(is_known, suppliers.shipments[known], 0).astype(np.int64),
        delay_days=np.zeros(history.items),
        out_days=history.supplier_out_days,
    )


@dataclass(frozen=True, eq=False)
class _Cases:
    """What each item's distribution of days is mixed from."""

    supplier: IntArray
    """A row of the suppliers, -1 for one without shipments."""
    own_share: FloatArray
    group_centre: FloatArray
    group_spread: FloatArray
    greatest_days: FloatArray


def _cases_days(cases: _Cases, suppliers: _Suppliers, lead_times: LeadTimeHistory, half_life_days: float) -> FloatArray:
    """Return ``(n, 12)`` the means of equal shares of the mixture; worked out once per supplier and quote.

    Own shipments stay as they fell, so that two humps stay two; where open orders say that the arrived ones were the
    quick ones, all are stretched to the mean that counts both.
    """
    facts = np.column_stack(
        [cases.supplier, cases.own_share, cases.group_centre, cases.group_spread, cases.greatest_days]
    )
    kinds, kind_of_item = np.unique(facts, axis=0, return_inverse=True)
    arrived = ~lead_times.is_open
    recency = recency_weights(lead_times, half_life_days)
    normal = ndtri((np.arange(_GROUP_POINTS) + 0.5) / _GROUP_POINTS)
    edges = np.arange(CASES + 1) / CASES
    found = np.empty((kinds.shape[0], CASES))
    own_rows = {
        int(row): np.flatnonzero(arrived & (lead_times.supplier == suppliers.names[int(row)]))
        for row in np.unique(kinds[:, 0])
        if row >= 0
    }
    for kind, (supplier, own_share, centre, spread, greatest) in enumerate(kinds.tolist()):
        days, weight = np.exp(centre + normal * np.sqrt(spread)), np.full(_GROUP_POINTS, 1.0 / _GROUP_POINTS)
        own = own_rows.get(int(supplier))
        if own is not None and own.size:
            log_days, heard = np.log(lead_times.days[own]), recency[own] / np.sort(recency[own]).sum()
            stretch = suppliers.mean[int(supplier)] - (np.sort(log_days * heard)).sum()
            days = np.concatenate([np.exp(log_days + stretch), days])
            weight = np.concatenate([own_share * heard, (1.0 - own_share) * weight])
        order = np.lexsort((weight, days))
        days, weight = np.clip(days[order], LEAST_DAYS, greatest), weight[order]
        reached, total = (np.append(0.0, np.cumsum(column)) for column in (weight, weight * days))
        found[kind] = np.diff(np.interp(edges * reached[-1], reached, total)) * CASES / reached[-1]
    return found[kind_of_item.ravel()]


def _learn_suppliers(lead_times: LeadTimeHistory, pools: LeadTimePools, half_life_days: float) -> _Suppliers:
    """Return what each supplier's shipments say, around its lane; always at least one row, so that lookups work."""
    if lead_times.days.size == 0:
        nothing = np.zeros(1)
        none = np.full(1, -1, dtype=np.int64)
        return _Suppliers(np.array(["\0."]), none, nothing, nothing, nothing, np.zeros(1, dtype=np.int64))
    names, of_shipment = np.unique(lead_times.supplier, return_inverse=True)
    lane = np.full(names.size, -1, dtype=np.int64)
    lane[of_shipment] = _row_of(pools.lanes, lead_times.lane)
    prior = (
        np.where(lane >= 0, pools.lane_mean[lane], pools.all_mean)
        if pools.lanes.size
        else np.full(names.size, pools.all_mean)
    )
    within, between = pools.within_variance, pools.supplier_variance
    weight, mean = shipment_means(lead_times, of_shipment, prior, within, between, half_life_days)
    centre = posterior(prior, weight, mean, within, between)
    recency = recency_weights(lead_times, half_life_days)
    heard = np.bincount(of_shipment, recency, names.size)
    squares = np.bincount(of_shipment, recency * squared_residuals(lead_times, of_shipment, centre, within), names.size)
    variance = (SUPPLIER_SPREAD_WORTH * within + squares) / (SUPPLIER_SPREAD_WORTH + heard)
    shipments = np.bincount(of_shipment, ~lead_times.is_open, names.size).astype(np.int64)
    return _Suppliers(names, lane, weight, mean, variance, shipments)


def _over_quoted(
    history: ItemHistory,
    names: TextArray,
    lane: IntArray,
    weight: FloatArray,
    mean: FloatArray,
    within: float,
    between: float,
    lanes: int,
) -> tuple[FloatArray, float]:
    """Return log(actual / quoted) by lane and overall, each pulled towards "as quoted" by one supplier's worth."""
    quoted = np.full(names.size, np.nan)
    days = history.quoted_lead_time_days
    for row, name in enumerate(names.tolist()):
        said = days[(history.supplier == name) & ~np.isnan(days)]
        if said.size:
            quoted[row] = np.log(np.median(said))
    heard = ~np.isnan(quoted) & (weight > 0)
    over = np.where(heard, mean - np.where(heard, quoted, 0.0), 0.0)
    precision = np.where(heard, 1 / (between + within / np.where(heard, weight, 1.0)), 0.0)
    one = 1 / (between + within)
    total = float((precision * over).sum()) / (float(precision.sum()) + one)
    by_lane = (np.bincount(lane, precision * over, lanes) + one * total) / (np.bincount(lane, precision, lanes) + one)
    return by_lane, total


def _row_of(keys: TextArray, wanted: TextArray) -> IntArray:
    """Return the row of each wanted key among the sorted keys, or -1."""
    if keys.size == 0:
        return np.full(wanted.size, -1, dtype=np.int64)
    row = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where(keys[row] == wanted, row, -1).astype(np.int64)
