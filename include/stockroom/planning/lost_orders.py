"""Orders that never came: how long an open one is believed to be slow, and not lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stockroom.planning.arrays import BoolArray
from stockroom.planning.history import LeadTimeHistory

GREATEST_OVER_QUOTED = 4.0
"""No lead time is believed beyond this multiple of the quoted one, or of the usual one where that is longer or none is
quoted: an order of years ago that never came is lost, not slow."""
DAYS_WITHOUT_ANY_EVIDENCE = 14.0


def usual_log_days(lead_times: LeadTimeHistory, rows: BoolArray) -> float:
    """Return the median of those shipments, all arrived; the stated default without any."""
    return float(np.median(np.log(lead_times.days[rows]))) if rows.any() else float(np.log(DAYS_WITHOUT_ANY_EVIDENCE))


def without_the_lost(lead_times: LeadTimeHistory) -> LeadTimeHistory:
    """Return the shipments with open ones cut down to four times what usually arrives in their lane.

    By what has arrived, and not by the lane's mean: lost orders would raise that, and with it the bound, and so on.
    """
    if not lead_times.is_open.any():
        return lead_times
    arrived, lane = ~lead_times.is_open, lead_times.lane
    usual = np.full(lane.size, usual_log_days(lead_times, arrived))
    for name in np.unique(lane[arrived]).tolist():
        usual[lane == name] = usual_log_days(lead_times, arrived & (lane == name))
    greatest = GREATEST_OVER_QUOTED * np.exp(usual)
    return replace(lead_times, days=np.where(arrived, lead_times.days, np.minimum(lead_times.days, greatest)))
