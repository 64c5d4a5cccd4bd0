"""What a store knows on an evening of the replay: its own sales, its own stock, and the shipments that have arrived.

A policy is handed this and nothing else. What shoppers wanted beyond the shelf, what they will want, and how long open
orders will still take stay with the simulator.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stockroom.planning import ItemHistory, LeadTimeHistory
from stockroom.replay.scenario import IntArray, Scenario, Shipments

_SHORTEST_DAYS = 0.5
"""A shipment sent for and received within hours still took some time."""


class Diary:
    """Sales, stock days and shipments of one policy's store, filled in evening by evening."""

    def __init__(self, scenario: Scenario) -> None:
        past = scenario.past
        self._scenario = scenario
        self._past_days = past.dates.size
        shape = (past.items, self._past_days + scenario.days)
        self._dates = past.dates[0] + np.arange(shape[1])
        self._units: npt.NDArray[np.int32] = np.zeros(shape, dtype=np.int32)
        self._sold_out = np.zeros(shape, dtype=np.bool_)
        # A past that never counted its stock stays unknown: a plan would not be told more.
        self._fraction = np.full(shape, np.nan)
        self._units[:, : self._past_days] = past.units_sold
        if past.sold_out is not None:
            self._sold_out[:, : self._past_days] = past.sold_out
        if past.fraction_in_stock is not None:
            self._fraction[:, : self._past_days] = past.fraction_in_stock
        self._sent = [scenario.shipments]

    def record_day(self, day: int, *, stock_at_opening: IntArray, sold: IntArray) -> None:
        """Write down what the store itself can see of judged day ``day``: a day that sold out may have lost sales."""
        column = self._past_days + day
        is_sold_out = (sold > 0) & (sold == stock_at_opening)
        self._units[:, column] = sold
        self._sold_out[:, column] = is_sold_out
        # At which hour the last unit went is not known; a shelf that was empty all day is.
        self._fraction[:, column] = np.where(stock_at_opening == 0, 0.0, np.where(is_sold_out, np.nan, 1.0))

    def record_orders(self, day: int, ordered: IntArray) -> None:
        """Write down which shipments were sent for on the evening of judged day ``day``."""
        rows = ordered.nonzero()[0]
        if self._scenario.travels_together:
            rows = rows[np.unique(self._scenario.past.supplier[rows], return_index=True)[1]]
        self._sent.append(
            Shipments(
                supplier=self._scenario.past.supplier[rows],
                lane=self._scenario.past.lane[rows],
                sent_day=np.full(rows.size, day),
                days=self._scenario.lead_time_days[rows, day].astype(np.float64),
            )
        )

    def items(self, day: int, *, on_hand: IntArray, on_order: IntArray) -> ItemHistory:
        """Return the items as known on the evening of judged day ``day``; the plan date is the day after.

        Nobody promised a date, so what is on order counts as due at once, inside every horizon.
        """
        known = slice(0, self._past_days + day + 1)
        return replace(
            self._scenario.past,
            dates=self._dates[known],
            units_sold=self._units[:, known],
            sold_out=self._sold_out[:, known],
            fraction_in_stock=self._fraction[:, known],
            on_hand=on_hand,
            on_order=[((units, 0.0),) if units else () for units in on_order.tolist()],
        )

    def lead_times(self, day: int) -> LeadTimeHistory:
        """Return the shipments as known on the evening of judged day ``day``: open ones only by their days so far."""
        sent_day = np.concatenate([shipments.sent_day for shipments in self._sent])
        days = np.concatenate([shipments.days for shipments in self._sent])
        arrival_day = sent_day + days
        # Units usable in the morning of a day have arrived by its evening.
        is_open = np.floor(arrival_day) > day
        return LeadTimeHistory(
            supplier=np.concatenate([shipments.supplier for shipments in self._sent]),
            lane=np.concatenate([shipments.lane for shipments in self._sent]),
            days=np.maximum(np.where(is_open, day - sent_day, days), _SHORTEST_DAYS),
            age_days=np.where(is_open, 0.0, np.maximum(day + 1 - arrival_day, 0.0)),
            is_open=is_open,
        )
