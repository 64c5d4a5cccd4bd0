from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.replay.builders import past

from stockroom.planning import ItemHistory
from stockroom.replay import LatentDemand, impute_demand


def imputed(sold: Any, *, sold_out: Any = (), out_all_day: Any = (), seed: int = 1) -> LatentDemand:
    """Return one item's demand; days are named by their number."""
    units = np.array([sold])
    flags = np.zeros((2, units.size), dtype=bool)
    flags[0, list(sold_out)], flags[1, list(out_all_day)] = True, True
    return impute_demand(history(units, sold_out=flags[:1], out_all_day=flags[1:]), seed=seed)


def history(units: Any, *, sold_out: Any, out_all_day: Any) -> ItemHistory:
    return past(units, sold_out=sold_out, fraction_in_stock=np.where(out_all_day, 0.0, 1.0))


def weekly(mondays: list[int], other_days: int = 0) -> list[int]:
    """Return weeks that sold these on their Mondays."""
    weeks = np.full((len(mondays), 7), other_days)
    weeks[:, 0] = mondays
    return [int(units) for units in weeks.ravel()]


def test_a_day_without_stock_is_drawn_from_the_same_weekday() -> None:
    demand = imputed(weekly([2, 2, 2, 0, 2, 2, 2], other_days=9), out_all_day=[21])
    assert demand.units[0, 21] == 2


def test_a_day_that_sold_out_wanted_at_least_what_sold() -> None:
    # Mondays sold 1 or 8: one that sold out at 3 was one of those with 8, an empty one may have been either.
    sold, empty = weekly([1, 8, 1, 3, 1, 8, 1]), weekly([1, 8, 1, 0, 1, 8, 1])
    assert {imputed(sold, sold_out=[21], seed=seed).units[0, 21] for seed in range(20)} == {8}
    assert {imputed(empty, out_all_day=[21], seed=seed).units[0, 21] for seed in range(20)} == {1, 8}


def test_nothing_is_assumed_where_no_day_says_more() -> None:
    assert imputed([5, 0, 1], sold_out=[0]).units[0].tolist() == [5, 0, 1]
    assert imputed([0, 0, 0], out_all_day=[0, 1, 2]).units[0].tolist() == [0, 0, 0]


def test_an_empty_day_is_not_drawn_from_one_that_sold_out() -> None:
    sold = [0] * 15
    sold[0] = 7
    assert imputed(sold, sold_out=[0], out_all_day=[7]).units[0, 7] == 0


def test_a_sale_beyond_all_days_exceeds_as_largest_days_exceed_the_next() -> None:
    # The two known days sold 2 and 6: a record is three times the next. A day of 7 was one of 21.
    assert imputed([2, 7, 6, 0], sold_out=[1]).units[0].tolist() == [2, 21, 6, 0]


def test_a_freak_day_says_nothing_of_records() -> None:
    assert imputed([2, 7, 74_215, 0, 80_000], sold_out=[1, 4]).units[0, 4] == 80_000


def test_a_sold_out_day_is_also_drawn_from_larger_ones_that_sold_out() -> None:
    # A day that sold out at 3 was the known 4, or as large as the one that sold out at 9: a record, twice as much.
    sold = weekly([2, 4, 3, 9])
    assert {imputed(sold, sold_out=[14, 21], seed=seed).units[0, 14] for seed in range(20)} == {4, 18}


def test_the_shares_say_how_much_is_drawn() -> None:
    demand = imputed([4, 0, 0, 0, 0, 0, 0, 0], out_all_day=[7])
    sold, last_week = np.array([[4, 0, 0, 0, 0, 0, 0, 0]]), slice(1, None)
    assert (demand.day_share(slice(None)), demand.unit_share(sold, slice(None))) == (1 / 8, 0.5)
    assert (demand.day_share(last_week), demand.unit_share(sold, last_week)) == (1 / 7, 1.0)


@given(st.integers(0, 2**32), st.integers(0, 5))
def test_demand_is_what_sold_on_every_day_that_is_known(draw: int, seed: int) -> None:
    random = np.random.default_rng(draw)
    sold = random.poisson(2, (3, 60))
    kind = random.integers(0, 4, sold.shape)
    out_all_day, sold_out = kind == 3, (kind == 2) & (sold > 0)
    sold[out_all_day] = 0
    store = history(sold, sold_out=sold_out, out_all_day=out_all_day)
    demand = impute_demand(store, seed=seed)
    known = ~(sold_out | out_all_day)
    assert np.array_equal(demand.units[known], sold[known])
    assert np.all(demand.units >= sold)
    alone, is_record = impute_demand(store.take(np.array([1])), seed=seed), sold[1] > sold[1, known[1]].max(initial=0)
    if not (sold_out[1] & is_record).any():
        assert np.array_equal(alone.units[0], demand.units[1])


def test_a_store_that_never_counted_its_stock_shows_its_sales() -> None:
    demand = impute_demand(past([[1, 0, 4]]), seed=1)
    assert demand.units.tolist() == [[1, 0, 4]]
    assert not demand.is_imputed.any()
