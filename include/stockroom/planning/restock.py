"""Who hears that a product is back: oldest request first, as many as the units are expected to do for."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from stockroom.planning.arrays import BoolArray, IntArray, PlanningError, TextArray, integers, texts
from stockroom.planning.restock_take import Expected

UNLEARNED = Expected(take=None)


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
    channel_id: TextArray | None = None
    """The shop each asks at, where shops sell from the same shelves; ``None``: there is one."""
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
        if self.channel_id is not None:
            object.__setattr__(self, "channel_id", texts("channel_id", self.channel_id, (n,)))
        if self.shopper_id is not None:
            object.__setattr__(self, "shopper_id", integers("shopper_id", self.shopper_id, (n,), least=None))


def choose_restock_recipients(
    requests: RestockRequests,
    *,
    free_units: Mapping[str, int] | Mapping[tuple[str, str], int],
    expected: Mapping[str, Expected] | None = None,
    sold_out_share: float = 0.0,
    notices_left: Mapping[int, int] | None = None,
) -> BoolArray:
    """Return which requests are told now, one value per row.

    Per SKU the oldest come first (equal times by request id), as long as the units do for all who were told
    (``Expected.fits``). One who wants more than that is passed over and keeps the place, so that a wish for 500 does
    not hold up the others. ``free_units`` are units that can be sold now; a SKU that is missing there has none. Where
    requests name the shop that they were made at, it is by shop and SKU: all of them sell the same units, and one that
    somebody was told of is gone for the others. ``expected`` says by SKU what those who were told before may still buy;
    one that is missing there has told nobody and learned nothing: each gets one who wants it. ``notices_left`` says of
    how many more products each shopper may hear today; who is missing there may hear of any. Who has heard enough is
    passed over too, and the units go to the next.

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
    >>> told = choose_restock_recipients(
    ...     RestockRequests(request_id=["a", "b", "c"], sku=["M1", "M1", "M1"], quantity=[2, 1, 1],
    ...                     channel_id=["shopify", "woocommerce", "shopify"],
    ...                     requested_at=["2011-06-01", "2011-06-02", "2011-06-03"]),
    ...     free_units={("shopify", "M1"): 3, ("woocommerce", "M1"): 2})
    >>> told.tolist()
    [True, False, True]
    """
    is_told = np.zeros(requests.request_id.size, dtype=np.bool_)
    free: Mapping[Any, int] = free_units
    told = dict(expected or {})
    too_many: dict[Any, int] = {}
    hears = dict(notices_left or {})
    shoppers = [None] * is_told.size if requests.shopper_id is None else requests.shopper_id.tolist()
    for row in np.lexsort((requests.request_id, requests.requested_at)).tolist():
        sku, quantity = str(requests.sku[row]), int(requests.quantity[row])
        shopper = shoppers[row]
        shelf = sku if requests.channel_id is None else (str(requests.channel_id[row]), sku)
        units = free.get(shelf, 0)
        # What did not fit before will not with more people told: thousands may wait for a shelf that is spoken for.
        if quantity > units or quantity >= too_many.get(shelf, quantity + 1) or hears.get(shopper, 1) <= 0:
            continue
        with_this = told.get(sku, UNLEARNED).told_also(quantity)
        if with_this.fits(units, sold_out_share=sold_out_share):
            told[sku] = with_this
            if shopper in hears:
                hears[shopper] -= 1
            is_told[row] = True
        else:
            too_many[shelf] = quantity
    return is_told


def is_held_out(request_id: str, *, percent: int, key: str) -> bool:
    """Return whether a request is among those of which so many percent are not told, to measure what telling brings.

    Drawn by a keyed digest: always the same for a request, and nobody can ask so often until they are in or out.

    >>> drawn = [is_held_out(f"S-{number}", percent=5, key="of this shop") for number in range(10_000)]
    >>> 400 < sum(drawn) < 600
    True
    >>> is_held_out("S-1", percent=0, key="of this shop"), is_held_out("S-1", percent=100, key="of this shop")
    (False, True)
    """
    digest = hmac.digest(key.encode(), f"hold out {request_id}".encode(), "sha256")
    return int.from_bytes(digest[:8]) % 100 < percent
