"""Moving what lies too much elsewhere before buying more of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockroom.planning import PlanningError
from stockroom.planning.transfers import Stock, Way, find_moves, read_way

NEED = Stock("MUG", "LONDON", 60, 20, 20, 60, 80, 4.0, 18.0, 10.0, 2.0, 0.25, 3.0)
SPARE = replace(
    NEED, location_id="ROTTERDAM", order_units=0, available_units=300, position_units=300, units_per_day=0.5
)
WAY = Way("ROTTERDAM", "LONDON", 3.0, 10.0, 0.10)


def test_what_lies_too_much_elsewhere_is_moved_as_far_as_it_is_needed():
    [move] = find_moves([NEED, SPARE], [WAY])
    assert (move.units, move.spare_units, move.costs) == (60, 220, pytest.approx(6.0))
    assert move.saves > move.costs + WAY.order_cost
    assert move.reason.startswith(
        "60 units from ROTTERDAM, which has 220 beyond its order-up-to level: there in 3 days"
    )


def test_what_is_on_order_or_needed_there_stays():
    [move] = find_moves([NEED, replace(SPARE, available_units=15)], [WAY])
    assert move.units == 15
    assert find_moves([NEED, replace(SPARE, position_units=80)], [WAY]) == []


def test_what_the_smallest_lot_brings_all_the_same_is_not_moved():
    # With 50 of the 60 moved, 24 would be bought for the other 10: so 36 are moved, and 24 bought.
    spare = replace(SPARE, available_units=50)
    [move] = find_moves([replace(NEED, pack_units=12, minimum_order_units=24), spare], [WAY])
    assert move.units == 36
    assert find_moves([replace(NEED, pack_units=12, minimum_order_units=60), spare], [WAY]) == []


def test_a_way_that_is_slower_or_dearer_than_buying_is_not_taken():
    assert find_moves([NEED, SPARE], [replace(WAY, days=19.0)]) == []
    assert find_moves([NEED, SPARE], [replace(WAY, unit_cost=90.0)]) == []
    assert find_moves([NEED, SPARE], [replace(WAY, order_cost=9_000.0)]) == []
    assert find_moves([NEED, SPARE], [replace(WAY, from_location="LONDON", to_location="ROTTERDAM")]) == []


@pytest.mark.parametrize("words", ["ROTTERDAM", "ROTTERDAM; soon; 1; 1", "; 3 days; 1; 1", "ROTTERDAM; -3 days; 1; 1"])
def test_ways_that_make_no_sense_are_refused(words):
    with pytest.raises(PlanningError, match="is no way"):
        read_way("LONDON", words)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 90), min_size=4, max_size=4), st.lists(st.integers(-20, 400), min_size=4, max_size=4))
def test_no_unit_is_moved_twice_and_no_giver_falls_under_its_level(needs, positions):
    places = [
        replace(NEED, location_id=f"L{number}", order_units=units, available_units=max(position, 0),
                position_units=position)
        for number, (units, position) in enumerate(zip(needs, positions, strict=True))
    ]  # fmt: skip
    ways = [Way(f"L{a}", f"L{b}", 1.0, 0.0, 0.01) for a in range(4) for b in range(4) if a != b]
    moves = find_moves(places, ways)
    for place in places:
        given_away = sum(one.units for one in moves if one.way.from_location == place.location_id)
        got = sum(one.units for one in moves if one.way.to_location == place.location_id)
        assert given_away <= place.spare_units
        assert got <= place.order_units
