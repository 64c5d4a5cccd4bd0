"""Notice demand that left its forecast: a viral post, a competitor's sale, a page that is broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from stockroom.planning.causes import past_times
from stockroom.planning.surprises import DIP_DAYS, WINDOWS_DAYS, Surprise, find_surprises
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.plans import take_turn_at
from stockroom.warehouse.plans_inputs import FrozenInputs, read_inputs
from stockroom.warehouse.plans_pools import read_pools
from stockroom.warehouse.surprises import (
    DIP,
    SPIKE,
    FoundSurprise,
    open_surprises,
    read_forecasts_before,
    replace_surprises,
)

MENDS = {
    SPIKE: "Look what makes it sell. Order more now if that will last, and do not discount it",
    DIP: "Look whether it can be bought at all, and what others ask for it; then hold back the next order",
}


@dataclass(frozen=True)
class SurpriseSummary:
    """What the last days held."""

    plan_date: date
    spikes: int
    dips: int
    new: int
    judged: bool
    """There was an earlier forecast to hold them against."""

    def __str__(self) -> str:
        """Return one line for a person to read."""
        if not self.judged:
            return f"{self.plan_date}: no earlier plan to hold the last days against"
        return f"{self.plan_date}: {self.spikes:,} spikes and {self.dips:,} dips of demand, {self.new:,} of them new"


def notice_surprises(settings: Settings, *, as_of_date: date) -> SurpriseSummary:
    """Hold the days before a plan date against what was forecast of them; who left it stands in ``ops.exceptions``.

    Safe to rerun: an episode is raised once, and ends when demand is back. A day that is planned again later changes
    nothing of a newer one's.

    Raises:
        LookupError: the day's inputs are not frozen, or not kept any more.
    """
    with connect(settings.warehouse_url) as connection:
        take_turn_at(connection, "surprises", as_of_date)
        inputs = read_inputs(connection, as_of_date)
        pools = read_pools(connection, as_of_date)
        found = {window: read_forecasts_before(connection, inputs, window_days=window) for window in WINDOWS_DAYS}
        forecasts = {window: said for window, said in found.items() if said is not None}
        if pools is None or not forecasts:
            return SurpriseSummary(as_of_date, 0, 0, 0, judged=False)
        history = inputs.history
        last_days = history.dates[-DIP_DAYS:]
        index = pools.forecast.seasons.index(history.category, last_days)
        index = index / np.maximum(index.mean(axis=1, keepdims=True), 1e-9)
        times = past_times(history, pools.forecast.causes)
        if times is not None:
            index = index * times[:, -DIP_DAYS:]
        opened = open_surprises(connection)
        places = list(zip(inputs.sku.tolist(), inputs.location_id.tolist(), strict=True))
        surprises = find_surprises(
            history,
            forecasts,
            index=index,
            available_units=history.on_hand - history.committed - history.backorders,
            days_until_goods=_until_goods(inputs),
            was_open=np.array([place in opened for place in places], dtype=np.bool_),
        )
        rows = [_found(rank, one, inputs) for rank, one in enumerate(surprises, 1)]
        new = replace_surprises(connection, rows, plan_date=as_of_date, currency=settings.currency)
    spikes = sum(one.is_spike for one in surprises)
    return SurpriseSummary(as_of_date, spikes, len(surprises) - spikes, new, judged=True)


def _until_goods(inputs: FrozenInputs) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how long the next goods take: the first open order, or one of today as the supplier quotes it."""
    quoted = np.nan_to_num(inputs.history.quoted_lead_time_days, nan=14.0)
    due = [min((max(each, 0.0) for units, each in lines if units), default=np.inf) for lines in inputs.history.on_order]
    return np.asarray(np.minimum(np.array(due), quoted), dtype=np.float64)


def _found(rank: int, one: Surprise, inputs: FrozenInputs) -> FoundSurprise:
    sku, location_id = str(inputs.sku[one.item]), str(inputs.location_id[one.item])
    kind = SPIKE if one.is_spike else DIP
    return FoundSurprise(
        key=f"{kind}/{sku}/{location_id}",
        kind=kind,
        subject=f"{sku} at {location_id}",
        detail=f"No. {rank} of today's surprises: {one.sentence}",
        mend=MENDS[kind],
        sku=sku,
        location_id=location_id,
        money=one.money,
    )
