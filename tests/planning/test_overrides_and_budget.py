"""What buyers want otherwise, read and checked; and which packs a spending limit buys first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockroom.planning.budget import Wishes, spend_within
from stockroom.planning.overrides import Catalogue, Override, open_overrides

DAY = date(2011, 6, 30)
CATALOGUE = Catalogue({"MUG": {"LONDON", "ROTTERDAM"}, "CUP": {"LONDON"}}, {"S01", "S02"}, {"mugs"})
ONE = Override("O-1", "sku", "CUP", "quantity", "60", "ann", date(2011, 6, 1), "a fair", date(2011, 7, 15), "o.csv", 2)
law = settings(deadline=None, max_examples=60)


def opened(*overrides: Override):
    return open_overrides(overrides, as_of_date=DAY, catalogue=CATALOGUE)


def test_an_override_holds_from_its_first_to_its_last_day():
    assert opened(ONE).overrides == (ONE,)
    assert opened(replace(ONE, valid_until=date(2011, 6, 29))).overrides == ()
    assert opened(replace(ONE, set_on=date(2011, 7, 1))).overrides == ()


def test_the_narrowest_that_says_something_wins():
    book = opened(
        replace(ONE, kind="hold", scope="category", key="Mugs", wanted=""),
        replace(ONE, kind="hold", scope="sku", key="mug london", wanted="", why="repackaged"),
    )
    london = book.find("hold", sku="MUG", location_id="LONDON", supplier="S01", category="mugs")
    rotterdam = book.find("hold", sku="MUG", location_id="ROTTERDAM", supplier="S01", category="mugs")
    assert (london.why, rotterdam.why) == ("repackaged", "a fair")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"kind": "wish"}, "is none of quantity, date"),
        ({"scope": "category", "key": "mugs"}, "scope 'category' does not fit a quantity"),
        ({"set_by": ""}, "set_by and why are needed"),
        ({"why": ""}, "set_by and why are needed"),
        ({"key": "BAG"}, "SKU 'BAG' is not planned"),
        ({"key": "CUP ROTTERDAM"}, "SKU 'CUP ROTTERDAM' is not planned"),
        ({"key": "MUG"}, "stands at LONDON, ROTTERDAM; write MUG LONDON"),
        ({"wanted": "sixty"}, "'sixty' is no quantity"),
        ({"kind": "date", "wanted": "soon"}, "'soon' is no day"),
        ({"kind": "date", "wanted": "2011-06-01"}, "2011-06-01 is past"),
        ({"kind": "supplier", "wanted": "S09"}, "supplier 'S09' is not known"),
        ({"kind": "hold", "scope": "supplier", "key": "S09"}, "supplier 'S09' is not known"),
        ({"kind": "policy", "wanted": "service_level=2"}, "service_level: 2.0 is not from 0.5"),
        ({"kind": "policy", "wanted": "velocity_days=0.5"}, "velocity_days: 0.5 is not a whole number of days"),
        ({"kind": "policy", "wanted": "luck=1"}, "'luck=1' is no term of a policy"),
        ({"kind": "budget", "scope": "*", "key": "", "wanted": "much"}, "'much' is no amount"),
    ],
)
def test_one_that_cannot_be_meant_is_named_with_file_line_key_and_mend(changed, why):
    [unusable] = opened(replace(ONE, **changed)).unusable
    assert why in unusable.why
    assert str(unusable).startswith("o.csv, line 2, O-1 (")


def wishes(**given) -> Wishes:
    """Return a mug of which 10 are owed and a cup with plenty, 3.00 each, sold once a day."""
    whole = {"units": [10, 10], "pack_units": [5, 5], "minimum_order_units": [1, 1], "position_units": [-10, 50]}
    numbers = {"unit_cost": [3, 3], "units_per_day": [1, 1], "cover_days": [10, 10], "demand_sd_units": [3, 3],
               "loss_per_unit": [4, 4], "carrying_rate": [0.25, 0.25]}  # fmt: skip
    return Wishes(
        **{name: np.array(given.get(name, value), dtype=np.int64) for name, value in whole.items()},
        **{name: np.array(given.get(name, value), dtype=np.float64) for name, value in numbers.items()},
    )


def test_the_last_money_goes_where_it_saves_most():
    spent = spend_within(wishes(), 45.0)
    assert spent.units.tolist() == [10, 5]
    assert spent.left_out_units.tolist() == [0, 5]
    assert spent.left_out_value.tolist() == [0.0, 15.0]


def test_what_is_left_out_says_what_it_costs():
    # All ten mugs that are owed, and the next ten days' sales, are lost without an order: 10 x 4.00 at least.
    spent = spend_within(wishes(units=[10, 0]), 0.0)
    assert spent.units.tolist() == [0, 0]
    assert spent.left_out_costs[0] == pytest.approx(40.0, rel=0.05)


@law
@given(st.integers(0, 2**32 - 1), st.floats(0, 3000))
def test_a_limit_is_kept_and_more_money_never_costs_more_sales(seed, limit):
    numbers = np.random.default_rng(seed)
    n, pack = 6, numbers.choice([1, 6, 12], 6)
    shelf = wishes(
        units=pack * numbers.integers(0, 8, n), pack_units=pack, minimum_order_units=numbers.choice([1, 10], n),
        unit_cost=numbers.uniform(0.5, 9, n), position_units=numbers.integers(-20, 60, n),
        units_per_day=numbers.choice([0.0, 0.3, 4.0], n), cover_days=np.full(n, 12), demand_sd_units=np.full(n, 4.0),
        loss_per_unit=numbers.uniform(0, 8, n), carrying_rate=np.full(n, 0.25),
    )  # fmt: skip
    spent = spend_within(shelf, limit)
    assert (spent.units * shelf.unit_cost).sum() <= limit + 1e-6
    assert np.all((spent.units >= 0) & (spent.units <= shelf.units))
    assert np.array_equal(spent.units + spent.left_out_units, shelf.units)
    everything = spend_within(shelf, 1e9)
    assert np.array_equal(everything.units, shelf.units)
