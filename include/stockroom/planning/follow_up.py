"""What was done about an earlier list of actions, and what it brought, as far as stock, orders and prices show it."""

from __future__ import annotations

from dataclasses import dataclass

from stockroom.planning.action_words import BUNDLE, CANCEL, POSTPONE, PRICE_ACTIONS
from stockroom.planning.ways_out import STOP_BUYING

ENOUGH_SHARE = 0.5
"""What happened to at least half of the units, or by half of the discount, counts as done."""
BUNDLE_SHARE = 0.25
"""Of a bundle only some get the discount, so its mean price falls by less."""
LATER_DAYS = 7.0


@dataclass(frozen=True)
class Since:
    """What was known of an item then, and what has happened to it since."""

    days: float
    price_then: float
    price_now: float
    units_per_day_then: float
    """Forecast."""
    units_sold: float
    revenue: float
    units_received: float
    on_hand_then: float
    on_hand_now: float
    on_order_then: float
    on_order_now: float
    due_later_days: float
    """How much later what is on order is due now, in calendar days, on average."""
    left_for_others: float = 0.0
    """Units of the item's smaller lines that leave the shelf unsold: what is gone counts for these first."""


@dataclass(frozen=True)
class FollowUp:
    """What came of one action."""

    was_done: bool
    brought: float | None
    """Money against what was expected of doing nothing; ``None`` where nothing was done, or nothing can be told."""


def follow_up(kind: str, units: int, *, percent: float, gain: float, takes_days: float, since: Since) -> FollowUp:
    """Return whether an action was done and what it brought.

    A price is done if units went for less on average; it brought the sales beyond those forecast at the old price. Of
    units that left another way, or were not taken in, the share that is gone brought that share of the expected gain.
    A postponed order saves day by day, ``saved_so_far``; ``takes_days`` is by how much it was to be postponed.

    Ten a day were expected at 5.00; in a week 100 went for 4.00, which is 50.00 more:

    >>> since = Since(7, 5.0, 4.0, 10.0, 100, 400.0, 0, 900, 800, 0, 0, 0)
    >>> follow_up("mark down", 500, percent=20.0, gain=900.0, takes_days=60.0, since=since)
    FollowUp(was_done=True, brought=50.0)
    """
    if kind in PRICE_ACTIONS:
        price = since.revenue / since.units_sold if since.units_sold > 0 else since.price_now
        share = BUNDLE_SHARE if kind == BUNDLE else ENOUGH_SHARE
        if price > since.price_then * (1.0 - share * percent / 100.0):
            return FollowUp(False, None)
        expected = min(since.units_per_day_then * since.days, since.on_hand_then + since.units_received)
        return FollowUp(True, round(since.revenue - expected * since.price_then, 2))
    if kind == STOP_BUYING:
        return FollowUp(since.on_order_now + since.units_received <= since.on_order_then, None)
    if kind == POSTPONE and since.due_later_days >= LATER_DAYS:
        return FollowUp(True, saved_so_far(gain, takes_days=takes_days, days=since.days))
    if kind in (CANCEL, POSTPONE):
        gone = since.on_order_then - since.on_order_now - since.units_received
    else:
        gone = since.on_hand_then + since.units_received - since.units_sold - since.on_hand_now
        gone -= since.left_for_others  # or one transfer would have done what two lines ask for
    if gone < ENOUGH_SHARE * units:
        return FollowUp(False, None)
    return FollowUp(True, round(gain * min(gone / units, 1.0), 2))


def saved_so_far(gain: float, *, takes_days: float, days: float) -> float:
    """Return what a postponed order has saved: its gain, spread evenly over the days that it is postponed by.

    >>> saved_so_far(100.0, takes_days=70.0, days=7.0), saved_so_far(100.0, takes_days=70.0, days=77.0)
    (10.0, 100.0)
    """
    return round(gain * min(days / takes_days, 1.0), 2)
