"""Who hears that a product is back: oldest request first, no more people than there are units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from stockroom.planning.arrays import BoolArray, IntArray, PlanningError, TextArray, integers, texts


@dataclass(frozen=True, eq=False)
class RestockRequests:
    """Shoppers who wait, one row each.

    Raises:
        PlanningError: a wrong shape, or a quantity under 1.
    """

    request_id: TextArray
    sku: TextArray
    quantity: IntArray
    requested_at: np.ndarray[tuple[int], np.dtype[np.datetime64]]
    """UTC."""
    shopper_id: IntArray | None = None
    """Who asks, where a shopper may hear of so many products only; ``None``: nobody is counted."""

    def __post_init__(self) -> None:
        n = np.asarray(self.request_id).size
        object.__setattr__(self, "request_id", texts("request_id", self.request_id, (n,)))
        object.__setattr__(self, "sku", texts("sku", self.sku, (n,)))
        object.__setattr__(self, "quantity", integers("quantity", self.quantity, (n,), least=1))
        asked = np.asarray(self.requested_at, dtype="datetime64[us]")
        if asked.shape != (n,) or np.isnat(asked).any():
            raise PlanningError(f"requested_at needs {n} times")
        object.__setattr__(self, "requested_at", asked)
        if self.shopper_id is not None:
            object.__setattr__(self, "shopper_id", integers("shopper_id", self.shopper_id, (n,), least=None))


def choose_restock_recipients(
    requests: RestockRequests, *, free_units: Mapping[str, int], notices_left: Mapping[int, int] | None = None
) -> BoolArray:
    """Return which requests are told now, one value per row.

    Per SKU the oldest come first (equal times by request id), as long as the units last. One who wants more than
    what is left is passed over and keeps the place, so that a wish for 500 does not hold up the others.
    ``free_units`` are units that can be sold now and that nobody who was told before may still be coming for; a SKU
    that is missing there has none. ``notices_left`` says of how many more products each shopper may hear today; who is
    missing there may hear of any. Who has heard enough is passed over too, and the units go to the next.

    >>> told = choose_restock_recipients(
    ...     RestockRequests(request_id=["a", "b", "c"], sku=["M1", "M1", "M1"], quantity=[2, 5, 1],
    ...                     requested_at=["2011-06-01", "2011-06-02", "2011-06-03"]),
    ...     free_units={"M1": 3})
    >>> told.tolist()
    [True, False, True]
    >>> told = choose_restock_recipients(
    ...     RestockRequests(request_id=["a", "b"], sku=["M1", "M2"], quantity=[1, 1],
    ...                     requested_at=["2011-06-01", "2011-06-02"], shopper_id=[7, 7]),
    ...     free_units={"M1": 3, "M2": 3}, notices_left={7: 1})
    >>> told.tolist()
    [True, False]
    """
    is_told = np.zeros(requests.request_id.size, dtype=np.bool_)
    left = dict(free_units)
    hears = dict(notices_left or {})
    shoppers = [None] * is_told.size if requests.shopper_id is None else requests.shopper_id.tolist()
    for row in np.lexsort((requests.request_id, requests.requested_at)).tolist():
        sku, quantity = str(requests.sku[row]), int(requests.quantity[row])
        shopper = shoppers[row]
        if quantity <= left.get(sku, 0) and hears.get(shopper, 1) > 0:
            left[sku] -= quantity
            if shopper in hears:
                hears[shopper] -= 1
            is_told[row] = True
    return is_told
