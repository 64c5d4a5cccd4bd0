"""Laws of a line that is bought for several locations: nothing is lost, nobody waits for who needs it later."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning.central_buying import (
    Needs,
    Place,
    PriceBreaks,
    break_worth_taking,
    said_of_split,
    split_line,
)

PLACES = st.lists(
    st.builds(
        Place,
        location_id=st.sampled_from(["LEEDS", "LONDON", "YORK"]),
        wanted_units=st.integers(0, 40),
        position_units=st.integers(-10, 60),
        units_per_day=st.sampled_from([0.0, 0.1, 1.0, 3.0]),
        may_have_more=st.booleans(),
    ),
    min_size=1,
    max_size=4,
)


@given(PLACES, st.integers(0, 200))
def test_each_unit_of_a_line_is_one_places(places, units):
    turns = split_line(units, places)
    assert sorted(np.concatenate(turns).tolist()) == list(range(1, units + 1))


@given(PLACES, st.integers(1, 100))
def test_who_is_short_of_his_need_gets_nothing_beyond_it_elsewhere(places, units):
    shares = [turns.size for turns in split_line(units, places)]
    if any(share < place.wanted_units for share, place in zip(shares, places, strict=True)):
        assert all(share <= place.wanted_units for share, place in zip(shares, places, strict=True))


@given(PLACES, st.integers(1, 100))
def test_of_two_short_places_none_runs_out_a_unit_before_the_other(places, units):
    shares = [turns.size for turns in split_line(units, places)]
    short = [
        (place, share)
        for place, share in zip(places, shares, strict=True)
        if share < place.wanted_units and place.units_per_day > 0
    ]
    for place, share in short:
        for other, given_units in short:
            if given_units:  # its last unit was needed no later than the one that the place misses
                last = (other.position_units + given_units - 1) / other.units_per_day
                assert last <= (place.position_units + share) / place.units_per_day


def test_what_was_promised_comes_first_where_nothing_sells():
    london, york = Place("LONDON", 5, 0, 1.0, True), Place("YORK", 2, -2, 0.0, False)
    assert said_of_split(2, [london, york]) == "for YORK 2"
    assert said_of_split(9, [london, york]) == "for LONDON 7, YORK 2"


def test_what_nobody_may_have_stays_where_it_is_bought():
    assert said_of_split(5, [Place("LONDON", 1, 0, 0.0, False), Place("YORK", 1, 0, 0.0, False)]) == (
        "for LONDON 4, YORK 1"
    )


def test_a_lower_price_is_taken_only_while_it_lasts_no_longer_than_a_lot_may():
    prices = PriceBreaks(2.0, [(96, 1.8)], 0.25)
    assert break_worth_taking(Needs(90, 0, 40, 90, 2.0, 365.0), 90, prices) == 96
    assert break_worth_taking(Needs(90, 0, 40, 90, 2.0, 20.0), 90, prices) == 0
    assert break_worth_taking(Needs(60, 0, 40, 60, 2.0, 365.0), 60, prices) == 0
