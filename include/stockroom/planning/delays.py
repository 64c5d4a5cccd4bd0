"""What closed days and carriers' peaks add to the lead time of the next orders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stockroom.planning.arrays import FloatArray, TextArray
from stockroom.planning.history import ItemHistory, LeadTimeHistory
from stockroom.planning.lead_time import LeadTime
from stockroom.planning.supplier_calendar import Delays, delayed, delays_ahead


def delays_of_items(
    history: ItemHistory, lead_times: LeadTimeHistory, lead_time: LeadTime, review_days: FloatArray
) -> Delays:
    """Return the closures and peaks that each item's orders of today and of the next review may meet.

    What a supplier is out of comes first: nothing moves until it has the item again, and what else it would have met
    until then is no further delay.
    """
    plan_date = np.datetime64(history.dates[-1] + np.timedelta64(1, "D"), "D")
    out_days = history.supplier_out_days
    within_days = out_days + review_days + lead_time.cases_days.max(axis=1, initial=0.0)
    delays = delays_ahead(history.supplier, _lanes(history, lead_times), within_days, lead_times.calendar, plan_date)
    return _after_waiting(delays, out_days) if out_days.any() else delays


def _after_waiting(delays: Delays, out_days: FloatArray) -> Delays:
    """Return the delays with the wait for what a supplier is out of before them.

    A closure that begins meanwhile goes on after it:

    >>> one = lambda value: np.array([[value]])
    >>> waiting = _after_waiting(Delays(one(5.0), one(15.0), one(0.0)), np.array([10.0]))
    >>> waiting.from_days.tolist(), waiting.until_days.tolist()
    ([[0.0, 10.0]], [[10.0, 15.0]])
    """
    out = out_days[:, None]
    waits = np.where(out > 0, out, np.nan)
    starts = np.where(out > 0, 0.0, np.nan)
    is_left = ~((out > 0) & (delays.until_days <= out))
    begins = np.where(out > 0, np.maximum(delays.from_days, out), delays.from_days)
    return Delays(
        np.hstack([starts, np.where(is_left, begins, np.nan)]),
        np.hstack([waits, np.where(is_left, delays.until_days, np.nan)]),
        np.hstack([starts, np.where(is_left, delays.most_days, np.nan)]),
    )


def longer_of_two_chances(days: FloatArray, review_days: FloatArray, delays: Delays) -> FloatArray:
    """Return ``(n, cases)`` what orders take: the longer of today's and that of the next review.

    If today's chance is passed, the next is a review later. So what is needed for a closure is asked for while an
    order still comes in before it, and not on the first day on which none does.
    """
    if delays.from_days.shape[1] == 0:
        return days
    today, next_time = delayed(days, np.zeros_like(review_days), delays), delayed(days, review_days, delays)
    return np.maximum(today, next_time)


def meet_delays(lead_time: LeadTime, delays: Delays, review_days: FloatArray) -> LeadTime:
    """Return mean and spread of the lead times that orders will meet; the learned cases stay as they are."""
    cases = longer_of_two_chances(lead_time.cases_days, review_days, delays)
    delay = (cases - lead_time.cases_days).mean(axis=1)
    is_met = delay > 0
    wider = cases.var(axis=1) - lead_time.cases_days.var(axis=1)
    return replace(
        lead_time,
        mean_days=np.where(is_met, lead_time.mean_days + delay, lead_time.mean_days),
        sd_days=np.where(is_met, np.sqrt(np.maximum(lead_time.sd_days**2 + wider, 0.0)), lead_time.sd_days),
        delay_days=np.where(is_met, delay, 0.0),
    )


def _lanes(history: ItemHistory, lead_times: LeadTimeHistory) -> TextArray:
    """Return each item's lane; of one that does not tell, its supplier's."""
    names, row = np.unique(lead_times.supplier, return_index=True)
    if names.size == 0:
        return history.lane
    known = np.minimum(np.searchsorted(names, history.supplier), names.size - 1)
    of_supplier = np.where(names[known] == history.supplier, lead_times.lane[row][known], "")
    return np.where(history.lane == "", of_supplier, history.lane)
