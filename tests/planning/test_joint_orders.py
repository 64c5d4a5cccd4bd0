"""One supplier's lines together: minimums, freight and containers, by equal run-out time and only where it pays."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockroom.planning.joint_orders import OrderItems, OrderTerms, join_lines, order_value

law = settings(deadline=None, max_examples=60)


def items(**given) -> OrderItems:
    """Return a mug that needs 20 and a cup with 10 left, each sold once a day, 2.00 each, lead time 10 days."""
    n = len(next(iter(given.values()), (0, 0)))
    whole = {
        "order_units": [20] + [0] * (n - 1), "position_units": [0] + [10] * (n - 1), "reorder_point_units": [10] * n,
        "order_up_to_units": [20] * n, "pack_units": [1] * n, "minimum_order_units": [1] * n, "pallet_units": [0] * n,
    }  # fmt: skip
    numbers = {
        "units_per_day": [1.0] * n, "lead_time_days": [10.0] * n, "lead_time_demand_sd_units": [3.0] * n,
        "unit_cost": [2.0] * n, "loss_per_unit": [3.0] * n, "carrying_rate": [0.25] * n,
        "greatest_lot_days": [365.0] * n,
    }  # fmt: skip
    return OrderItems(
        **{name: np.array(given.get(name, value), dtype=np.int64) for name, value in whole.items()},
        **{name: np.array(given.get(name, value), dtype=np.float64) for name, value in numbers.items()},
        price_break_units=np.full((n, 1), np.nan),
        price_break_unit_cost=np.full((n, 1), np.nan),
        may_add=np.array(given.get("may_add", [True] * n)),
    )


def test_what_is_added_runs_out_on_one_day():
    # 100.00 is 50 units: the mug then lasts 30 days, the cup 10 in stock and 20 bought, 30 days too.
    order = join_lines(items(), OrderTerms(minimum_value=100.0))
    assert order.units.tolist() == [30, 20]
    assert order.run_out_days == pytest.approx(30.0)


def test_an_order_that_nobody_needs_soon_waits_instead_of_being_filled():
    # Losing a sale costs nothing, so the day's delay costs nothing, and every unit ahead of its time costs something.
    order = join_lines(items(loss_per_unit=[0.0, 0.0]), OrderTerms(minimum_value=400.0))
    assert order.waits
    assert order.units.tolist() == [0, 0]
    assert order.saves < order.adding_costs


def test_a_fee_is_paid_where_it_costs_less_than_filling_up():
    order = join_lines(items(), OrderTerms(minimum_value=400.0, small_order_fee=0.5))
    assert (order.units.tolist(), order.fee, order.reaches) == ([20, 0], 0.5, "")
    dear = join_lines(items(), OrderTerms(minimum_value=100.0, small_order_fee=50.0))
    assert (dear.reaches, dear.fee) == ("minimum", 0.0)


def test_free_freight_is_reached_only_where_holding_costs_less_than_the_freight():
    # 30 more units, each a fortnight ahead on average: 2.00 x 0.25 / 365 x some hundred unit days, under 1.00.
    free = OrderTerms(free_freight_value=100.0, freight_cost=15.0)
    assert join_lines(items(), free).reaches == "free freight"
    assert join_lines(items(), free).saves == 15.0
    penny = join_lines(items(), replace(free, freight_cost=0.01))
    assert (penny.reaches, penny.fee, penny.units.tolist()) == ("", 0.01, [20, 0])


def test_who_fills_up_for_the_freight_but_not_to_the_minimum_pays_the_small_orders_fee():
    # 40.00 are filled up to 60.00, which travel free and are a small order still; 400.00 are none any more.
    terms = OrderTerms(minimum_value=400.0, small_order_fee=0.5, free_freight_value=60.0, freight_cost=15.0)
    order = join_lines(items(), terms)
    assert (order.reaches, order.value, order.fee, order.saves) == ("free freight", 60.0, 0.5, 15.0)
    order = join_lines(items(), replace(terms, free_freight_value=400.0))
    assert (order.reaches, order.value, order.fee, order.saves) == ("free freight", 400.0, 0.0, 15.5)


def test_what_does_not_fit_is_not_filled_up_with_and_pays_its_freight():
    # 20 units are two pallets, and a third is all there is room for: 30 units are 60.00.
    small = items(pallet_units=[10, 10])
    terms = OrderTerms(free_freight_value=100.0, freight_cost=15.0, maximum_pallets=3)
    order = join_lines(small, terms)
    assert (order.reaches, order.units.tolist(), order.fee) == ("", [20, 0], 15.0)
    # 30 and 20 units would have travelled free; of three pallets' worth, 60.00, the freight is paid.
    order = join_lines(items(order_units=[30, 20], pallet_units=[10, 10]), terms)
    assert (order.units.sum(), order.fee) == (30, 15.0)


def test_nothing_is_added_of_what_is_held_or_lasts_longer_than_its_greatest_lot():
    order = join_lines(items(may_add=[True, False]), OrderTerms(minimum_value=100.0))
    assert order.units.tolist() == [50, 0]
    # Ten days beyond the reorder point: 20 units each in all, so no more than 40.00 + 20.00 can be reached.
    short = join_lines(items(greatest_lot_days=[10.0, 10.0]), OrderTerms(minimum_value=100.0))
    assert short.waits
    assert math.isinf(short.adding_costs)


def test_a_container_takes_what_runs_out_first():
    # 30 and 20 units are 5 pallets of 10; three hold 30: stock then ends on one day, 20 days from now.
    full = items(order_units=[30, 20], pallet_units=[10, 10])
    order = join_lines(full, OrderTerms(maximum_pallets=3))
    assert order.units.tolist() == [20, 10]
    assert 20 <= order.limit_days < 21


def test_a_price_break_that_the_order_reaches_counts_in_its_value():
    offered = replace(items(), price_break_units=np.array([[40.0], [np.nan]]),
                      price_break_unit_cost=np.array([[1.5], [np.nan]]))  # fmt: skip
    assert order_value(offered, np.array([40, 1])) == 62.0
    order = join_lines(offered, OrderTerms(minimum_value=100.0))
    assert order.value >= 100.0


@st.composite
def shelves(draw) -> OrderItems:
    n = draw(st.integers(1, 8))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    point, lot = numbers.integers(0, 60, n), numbers.integers(0, 60, n)
    position, pack = numbers.integers(-10, 120, n), numbers.choice([1, 6, 12], n)
    least = numbers.choice([1, 24], n)
    need = np.where(position <= point, np.maximum(point + lot - position, 0), 0)
    return items(
        order_units=np.where(need > 0, -(-np.maximum(need, least) // pack) * pack, 0), position_units=position,
        reorder_point_units=point, order_up_to_units=point + lot, pack_units=pack, minimum_order_units=least,
        units_per_day=numbers.choice([0.0, 0.05, 1.0, 20.0], n), unit_cost=numbers.uniform(0.5, 9, n).round(2),
        loss_per_unit=numbers.uniform(0, 9, n), pallet_units=numbers.choice([0, 40], n),
        greatest_lot_days=numbers.choice([7.0, 90.0, 365.0], n), may_add=numbers.random(n) < 0.8,
    )  # fmt: skip


TERMS = st.builds(
    OrderTerms,
    minimum_value=st.sampled_from([0.0, 50.0, 400.0, 5000.0]),
    small_order_fee=st.sampled_from([None, 0.0, 15.0]),
    free_freight_value=st.sampled_from([0.0, 300.0]),
    freight_cost=st.sampled_from([0.0, 1.0, 40.0]),
    maximum_pallets=st.sampled_from([math.inf, 1, 4]),
    wait_days=st.sampled_from([1.0, 7.0]),
)


@law
@given(shelves(), TERMS)
def test_filling_up_never_orders_where_nothing_pays(shelf, terms):
    order = join_lines(shelf, terms)
    if order.reaches:
        assert order.adding_costs <= order.saves
    if not shelf.order_units.any() or order.waits:
        assert not order.units.any()
    if terms.minimum_value == terms.free_freight_value == 0:
        assert np.all(order.units <= shelf.order_units)


@law
@given(shelves(), TERMS)
def test_an_order_is_in_packs_over_its_minimum_and_inside_its_container(shelf, terms):
    order = join_lines(shelf, terms)
    bought = order.units > 0
    sells = shelf.units_per_day > 0
    assert np.all(order.units % shelf.pack_units == 0)
    assert np.all((order.units >= shelf.minimum_order_units)[bought & sells])
    assert not np.any((order.units > shelf.order_units) & ~(shelf.may_add & sells))
    is_cut = math.isfinite(order.limit_days)
    if terms.small_order_fee is None and bought.any() and not is_cut:
        assert order.value >= min(terms.minimum_value, order.decided_value) - 0.01
        assert order.value >= terms.minimum_value - 0.01
    if is_cut:
        takes = np.where(shelf.pallet_units > 0, order.units / np.maximum(shelf.pallet_units, 1), 0.0)
        assert takes[sells].sum() <= terms.maximum_pallets or takes[~sells].sum() > 0


@law
@given(shelves(), TERMS, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(shelf, terms, shuffle):
    rows = list(range(shelf.order_units.size))
    shuffle.shuffle(rows)
    mixed = OrderItems(**{name: getattr(shelf, name)[rows] for name in OrderItems.__dataclass_fields__})
    one, other = join_lines(shelf, terms), join_lines(mixed, terms)
    assert np.array_equal(one.units[rows], other.units) or abs(one.saves - one.adding_costs) < 1e-9
