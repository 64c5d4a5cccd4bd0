"""What each shop shows as its stock, which is not what stands on the shelves.

Until the store is opened for somebody to look after it, its owner copies every change from shop to shop by hand. From
then on nobody does: each shop knows what it is told and what it sells itself, and Shopify besides what the warehouse
books there (receipts, counts, wholesale).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_store.world.books import levels_at
from sample_store.world.build import World
from sample_store.world.demand import CHANNELS, SHOPIFY, WHOLESALE
from sample_store.world.tables import Integers

BOOKED_BY_THE_WAREHOUSE = -1
KNOWN_TO = {"shopify": (SHOPIFY, WHOLESALE, BOOKED_BY_THE_WAREHOUSE)}
"""Whose movements a shop learns of by itself; of a shop that is not named here, its own alone."""
NEVER_BELOW_NOTHING = ("amazon",)
"""Shops that show 0 where they sold more than they knew of; the others show a debt."""


@dataclass(frozen=True)
class Told:
    """One figure that somebody wrote to a shop."""

    channel: str
    item: int
    """``product * 3 + location``."""
    change: int
    """What it showed afterwards less what it showed before."""
    at: int


def shown_at(world: World, channel: str, told: Sequence[Told], clock: int, *, alone_since: int) -> Integers:
    """Return what a shop shows as available, one value per item; what it was told after ``clock`` is not there yet.

    ``alone_since`` is the moment from which its owner copies nothing any more.
    """
    since = min([alone_since, *(each.at for each in told)])
    if clock <= since and not told:
        return levels_at(world, clock).available
    shown = levels_at(world, min(since, clock)).available.copy()
    moves = world.movements
    span = slice(*np.searchsorted(moves.at, [since, max(since, clock)], side="right").tolist())
    known = np.isin(moves.channel[span], KNOWN_TO.get(channel, (CHANNELS.index(channel),)))
    np.add.at(shown, moves.item[span][known], moves.available_change[span][known])
    own = [each for each in told if each.channel == channel and each.at <= clock]
    np.add.at(shown, [each.item for each in own], [each.change for each in own])
    return shown
