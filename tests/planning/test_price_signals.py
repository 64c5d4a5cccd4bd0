"""Scarce fast movers keep their price or try a higher one; what is too much goes down; a SKU has one signal."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning.actions import Action
from stockroom.planning.gains import Gain
from stockroom.planning.price_signals import price_signals


@pytest.fixture
def signals_of(plan_of, history_of):
    def signals(units_sold, *, sku=None, actions=(), **given):
        history, plan = history_of(units_sold, **given), plan_of(units_sold, **given)
        names = np.array([f"SKU-{item}" for item in range(history.items)] if sku is None else sku)
        return {one.sku: one for one in price_signals(history, plan, actions, sku=names)}

    return signals


def down(item: int, percent: float = 20.0, kind: str = "mark down") -> Action:
    return Action(item, kind, 100, Gain(50.0, 10.0, 90.0), reason="Mark 100 units down.", percent=percent)


def test_what_runs_out_before_goods_can_come_is_tried_at_a_higher_price(signals_of):
    # 10 a day, 40 left: empty in 4 days; a supplier needs 14.
    signal = signals_of([[10] * 60], on_hand=[40])["SKU-0"]
    assert (signal.signal, signal.price, signal.suggested_price) == ("test +3 %", 5.0, 5.15)
    assert (signal.days_until_empty, signal.days_until_goods) == (pytest.approx(4), pytest.approx(14, abs=0.1))


def test_what_goods_just_reach_keeps_its_price(signals_of):
    signal = signals_of([[10] * 60], on_hand=[40], on_order=[[(500, 4.0)]])["SKU-0"]
    assert (signal.signal, signal.change_percent, signal.suggested_price) == ("hold, do not discount", 0, 5.0)


def test_enough_stock_is_no_signal_and_an_empty_shelf_none_either(signals_of):
    assert signals_of([[10] * 60], on_hand=[500]) == {}
    assert signals_of([[10] * 60], on_hand=[0]) == {}


def test_only_fast_movers_are_scarce(signals_of):
    # Of five items the first is the fastest fifth; the slow ones may run out without a word about their price.
    found = signals_of([[20] * 60, [1] * 60, [2] * 60, [3] * 60, [4] * 60], on_hand=[40, 2, 4, 6, 8])
    assert set(found) == {"SKU-0"}


def test_a_markdown_becomes_a_lower_price(signals_of):
    signal = signals_of([[1] * 60], on_hand=[900], actions=[down(0, 15.0)])["SKU-0"]
    assert (signal.signal, signal.change_percent, signal.suggested_price) == ("mark down", -15, 4.25)


def test_what_is_scarce_where_it_sells_is_not_marked_down_because_it_lies_elsewhere(signals_of):
    # London sells 10 a day and is nearly empty; Manchester has years' worth of what it hardly sells.
    found = signals_of([[10] * 60, [1] * 60], sku=["MUG", "MUG"], on_hand=[40, 900], actions=[down(1)])
    assert found["MUG"].signal == "test +3 %"


def test_an_excess_where_hardly_anything_sells_does_not_move_the_price_of_the_rest(signals_of):
    assert signals_of([[10] * 60, [1] * 60], sku=["MUG"] * 2, on_hand=[500, 900], actions=[down(1)]) == {}
