"""Buying more at a time for a lower price: only where a year then costs less."""

from __future__ import annotations

import numpy as np
import pytest

from stockroom.planning import Policy, recompute

TEXTBOOK = Policy(method="both_variances")  # an order costs 10, holding 25 % a year


def test_a_break_is_taken_where_the_year_costs_less(plan_of):
    # 4 a day, 1,460 a year, 2.00 each: a lot of 242, a year of 2,920 + 121. At 1.80 from 300: 2,628 + 116.
    plan = plan_of([[4] * 60], policy=TEXTBOOK, on_hand=[70], price_breaks=[[(300, 1.8)]])
    assert plan.order_units[0] >= 300
    assert plan.decision.taken_break_units[0] == 300
    assert plan.decision.paid_unit_cost[0] == 1.8
    assert plan.decision.break_saves_per_year[0] == pytest.approx(297, abs=1)
    assert plan_of([[4] * 60], policy=TEXTBOOK, on_hand=[70]).order_units[0] < 250


def test_a_break_that_ties_up_more_than_it_saves_is_left(plan_of):
    # 1 % off on a whole year's units: 29 saved a year, 190 more to hold them.
    plan = plan_of([[4] * 60], policy=TEXTBOOK, price_breaks=[[(1400, 1.98)]])
    assert plan.decision.taken_break_units[0] == 0
    assert plan.order_units[0] == plan_of([[4] * 60], policy=TEXTBOOK).order_units[0]


def test_no_discount_buys_more_than_the_policy_lets_lie(plan_of):
    offers = {"price_breaks": [[(300, 0.1)]]}
    month = Policy(method="both_variances", target_days_of_supply=30)
    assert plan_of([[4] * 60], policy=TEXTBOOK, **offers).decision.taken_break_units[0] == 300
    assert plan_of([[4] * 60], policy=month, **offers).decision.taken_break_units[0] == 0


def test_where_holding_costs_nothing_a_break_saves_its_discount_alone(plan_of):
    # 1,460 a year at 1.80 instead of 2.00.
    free = Policy(method="both_variances", carrying_rate=0.0)
    plan = plan_of([[4] * 60], policy=free, price_breaks=[[(300, 1.8)]])
    assert plan.decision.break_saves_per_year[0] == pytest.approx(292)


def test_the_deepest_break_is_not_always_the_best(plan_of):
    plan = plan_of([[4] * 60], policy=TEXTBOOK, price_breaks=[[(300, 1.8), (1200, 1.79)]])
    assert plan.decision.taken_break_units[0] == 300


def test_a_need_of_a_little_is_raised_to_the_break_and_the_sentence_says_what_that_saves(plan_of):
    policy = Policy(method="both_variances", order_cost=0.0)
    plan = plan_of([[4] * 60], policy=policy, on_hand=[70], price_breaks=[[(300, 1.8)]], pack_units=[12])
    said = plan.explain(0)
    assert plan.order_units[0] == 312
    assert "rounded up to packs of 12" in said.sentence
    assert "at least 300 at a time cost 1.80 each instead of 2.00, which saves" in said.sentence
    assert recompute(said.terms).order_units == 312


def test_an_item_that_has_stopped_is_not_stocked_up_for_a_discount(plan_of):
    units = np.full((6, 200), 3)
    units[0, 100:] = 0
    plan = plan_of(units, policy=Policy(), price_breaks=[[(40, 0.1)]] * 6)
    assert plan.decision.taken_break_units.tolist() == [0, 40, 40, 40, 40, 40]


def test_items_without_breaks_are_explained_without_a_word_of_them(plan_of):
    plan = plan_of([[4] * 60] * 2, price_breaks=[[(300, 1.8)], []])
    assert not [term.name for term in plan.explain(1).terms if "break" in term.name]
    assert plan.explain(1).sentence == plan_of([[4] * 60]).explain(0).sentence
    assert [term.name for term in plan.explain(0).terms if "break" in term.name] == [
        "price_break_1_units", "price_break_1_unit_cost", "taken_break_units", "break_saves_per_year",
    ]  # fmt: skip
