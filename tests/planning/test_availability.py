"""What a channel leaves unshown, where an order ships from, and which promises stand beyond stock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning.allocation import allocate
from stockroom.planning.availability import Lags, Offers, kept_units, shown_units, size_buffers
from stockroom.planning.oversell import Coming, Elsewhere, Promise, remedies, unfold

UNMEASURED = float("inf")
NO_SHARE = np.full(6, np.nan)


def offers_of(*rates: float, units_per_sale: float = 1.0) -> Offers:
    """Return one item on as many channels as there are rates."""
    number = len(rates)
    return Offers(
        np.arange(number),
        np.zeros(number, np.int64),
        np.array(rates, float),
        np.full(number, units_per_sale),
        np.full(number, True),
    )


def lags_of(known: list[float], told: list[float]) -> Lags:
    return Lags(np.array(known), np.array(told))


def test_a_slow_channel_keeps_more_back_than_a_quick_one() -> None:
    buffers = size_buffers(offers_of(96.0, 96.0), lags_of([60.0, 60.0], [0.0, 3600.0]))
    assert buffers.lag_seconds.tolist() == [60.0, 3660.0]
    assert buffers.units[0] < buffers.units[1]


def test_a_channel_that_sells_alone_keeps_nothing_back() -> None:
    assert size_buffers(offers_of(500.0, 0.0), lags_of([900.0] * 2, [900.0] * 2)).units.tolist()[0] == 0


def test_without_a_measured_lag_nothing_is_held_back() -> None:
    offers, lags = offers_of(500.0, 500.0), lags_of([UNMEASURED] * 2, [UNMEASURED] * 2)
    buffers = size_buffers(offers, lags)
    assert buffers.units.tolist() == [0, 0]
    assert kept_units(offers, lags, buffers.units, NO_SHARE[:2]).tolist() == [0, 0]


def test_who_sells_by_the_dozen_takes_more_at_once() -> None:
    single = size_buffers(offers_of(96.0, 96.0), lags_of([900.0] * 2, [0.0] * 2))
    dozens = size_buffers(offers_of(96.0, 96.0, units_per_sale=12.0), lags_of([900.0] * 2, [0.0] * 2))
    assert single.expected_units.tolist() == dozens.expected_units.tolist() == [1.0, 1.0]
    assert (dozens.units > single.units).all()


def test_the_buffer_holds_as_often_as_it_says() -> None:
    """Sales elsewhere are drawn; of 20,000 times that news were under way, 99 of 100 saw no more than the buffer."""
    buffers = size_buffers(offers_of(96.0, 96.0), lags_of([1800.0] * 2, [1800.0] * 2))
    drawn = np.random.default_rng(1).poisson(96.0 * 3600 / 86_400, 20_000)
    assert (drawn <= buffers.units[0]).mean() >= 0.99
    assert (drawn <= buffers.units[0] - 2).mean() < 0.99


def test_the_last_units_are_shown_by_the_channel_that_sells_most_of_them() -> None:
    offers, lags = offers_of(48.0, 96.0, 24.0), lags_of([1800.0] * 3, [0.0] * 3)
    buffers = size_buffers(offers, lags)
    assert buffers.units.min() > 1
    kept = kept_units(offers, lags, buffers.units, NO_SHARE[:3])
    assert shown_units(np.ones(3, np.int64), buffers.units, kept).tolist() == [0, 1, 0]


def test_a_channel_that_is_told_nothing_keeps_no_last_unit() -> None:
    offers, lags = offers_of(48.0, 96.0), lags_of([1800.0] * 2, [0.0] * 2)
    offers = replace(offers, is_told=np.array([True, False]))
    assert kept_units(offers, lags, np.array([3, 0]), NO_SHARE[:2]).tolist() == [3, 0]


def test_a_channel_that_may_show_nothing_keeps_no_last_unit() -> None:
    offers, lags = offers_of(96.0, 48.0), lags_of([1800.0] * 2, [0.0] * 2)
    buffer, nothing_here = np.array([0, 3]), np.array([0.0, np.nan])
    assert kept_units(offers, lags, buffer, nothing_here).tolist() == [0, 3]
    assert kept_units(offers, lags, buffer, np.zeros(2)).tolist() == [0, 0]


def test_a_share_of_one_unit_is_somewhere_a_whole_one() -> None:
    offers, lags = offers_of(48.0, 96.0), lags_of([0.0] * 2, [0.0] * 2)
    share, none = np.array([0.5, 0.25]), np.zeros(2, np.int64)
    kept = kept_units(offers, lags, none, share)
    assert shown_units(np.array([1, 1]), none, kept, share).tolist() == [0, 1]
    assert shown_units(np.array([8, 8]), none, kept, share).tolist() == [4, 2]


@given(
    rates=st.lists(st.floats(0, 1000), min_size=1, max_size=6),
    seconds=st.floats(0, 86_400),
    available=st.integers(-5, 300),
    shares=st.lists(st.sampled_from([np.nan, 0.1, 0.5, 1.0]), min_size=6, max_size=6),
)
def test_something_is_shown_somewhere_whenever_something_is_there(
    rates: list[float], seconds: float, available: int, shares: list[float]
) -> None:
    number = len(rates)
    offers, lags = offers_of(*rates), lags_of([seconds] * number, [seconds] * number)
    buffers = size_buffers(offers, lags)
    share = np.array(shares[:number])
    kept = kept_units(offers, lags, buffers.units, share)
    shown = shown_units(np.full(number, available), buffers.units, kept, share)
    assert (shown.max() > 0) == (available > 0)
    assert (shown >= 0).all()
    assert (shown <= max(available, 0)).all()


@given(
    wanted=st.lists(st.integers(1, 9), min_size=1, max_size=8),
    stock=st.lists(st.integers(-2, 12), min_size=3, max_size=3),
)
def test_no_unit_is_allocated_twice_and_no_line_is_split_that_fits_somewhere(
    wanted: list[int], stock: list[int]
) -> None:
    lines = len(wanted)
    far = np.array([[1.0, 2.0, 3.0]] * lines)
    found = allocate(np.array(wanted), np.zeros(lines, np.int64), np.array([stock]), far)
    assert (found.units.sum(axis=0) <= np.maximum(stock, 0)).all()
    assert (found.units.sum(axis=1) + found.missing_units == wanted).all()
    left = np.maximum(stock, 0)
    for line in range(lines):
        if found.is_split[line]:
            assert (left < wanted[line]).all()
        left = left - found.units[line]


def test_a_line_ships_from_the_nearest_place_that_has_all_of_it() -> None:
    far = np.array([[10.0, 300.0, np.inf]] * 2)
    found = allocate(np.array([2, 3]), np.array([0, 1]), np.array([[1, 2, 9], [1, 1, 9]]), far)
    assert found.place.tolist() == [1, -1]
    assert found.units.tolist() == [[0, 2, 0], [1, 1, 0]]
    assert found.missing_units.tolist() == [0, 1], "it may not ship from the third place, whatever that has"


def test_the_youngest_orders_are_those_that_are_short() -> None:
    found = unfold(-3, np.array([2, 1, 2, 2]))
    assert found.before_units.tolist() == [4, 2, 1, -1]
    assert found.beyond_units.tolist() == [0, 0, 1, 2]
    assert found.is_told.tolist() == [False, False, True, True]


def test_a_unit_that_came_back_makes_good_for_one_that_was_short() -> None:
    assert unfold(0, np.array([1, 1, -1])).beyond_units.tolist() == [0, 0, 0]


@given(taken=st.lists(st.integers(-3, 5).filter(bool), min_size=1, max_size=12), available=st.integers(-6, 6))
def test_what_is_short_is_what_the_orders_lack(taken: list[int], available: int) -> None:
    found = unfold(available, np.array(taken))
    sold = sum(units for units in taken if units > 0)
    assert found.beyond_units.sum() == min(max(-available, 0), sold)
    assert found.after_units[-1] == available


def test_the_cheapest_way_out_comes_first() -> None:
    promises = [Promise("1001", "ebay", 1, 4.0), Promise("1002", "amazon", 1, 4.0)]
    ways = remedies(
        promises,
        elsewhere=[Elsewhere("LEEDS", 1), Elsewhere("YORK", 2)],
        coming=[Coming("PO-000007", 50, 2.0)],
        location_id="LONDON",
        transfer_cost=10.0,
        goodwill=0.0,
        is_place_fixed=True,
    )
    assert [way.action for way in ways] == ["expedite", "cancel", "transfer"]
    assert ways[1].says == "cancel the youngest orders 1002 (amazon), 1001 (ebay): loses 8.00"
    assert "from YORK, which has 2, to LONDON: costs 10.00" in ways[2].says


@pytest.mark.parametrize(("days", "when"), [(0.0, "is due already"), (1.0, "is due in 1 day")], ids=["today", "1 day"])
def test_a_delivery_is_due_already_on_its_day_and_not_the_day_before(days: float, when: str) -> None:
    way = remedies(
        [], elsewhere=[], coming=[Coming("PO-000007", 5, days)], location_id="LONDON", transfer_cost=0.0, goodwill=0.0,
        is_place_fixed=True,
    )[0]  # fmt: skip
    assert f"whose 5 {when}, and let" in way.says
