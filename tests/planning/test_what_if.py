"""What would change a decision, in the words of its explanation."""

from __future__ import annotations

import numpy as np

from stockroom.planning import Policy

NO_LOT = Policy(method="both_variances", order_cost=0.0)


def test_an_order_says_what_would_spare_it_and_what_would_swell_it(plan_of):
    plan = plan_of([[4] * 60], on_hand=[38], pack_units=[12], policy=NO_LOT)
    assert plan.order_units[0] == 48
    assert plan.explain(0).what_would_change_it == (
        "With 37 more available or on order, none would be ordered. Today's order would be 60 if the supplier "
        "took 5 days longer and 60 if a fifth more were sold a day."
    )
    assert plan_of([[4] * 60] * 2, on_hand=[38 + 37, 38 + 36], policy=NO_LOT).order_units.tolist() == [0, 1]


def test_what_is_not_ordered_says_when_it_will_be(plan_of):
    # Orders are of what is needed, and at the reorder point of 75 nothing is: 41 more to sell at 4 a day.
    plan = plan_of([[4] * 60] * 2, on_hand=[115, 80], policy=NO_LOT)
    assert plan.explain(0).what_would_change_it == "It is ordered once 41 more are sold, in about 10 days."
    assert plan.explain(1).what_would_change_it == (
        "It is ordered once 6 more are sold, in about 2 days. Today's order would be 18 if the supplier took 5 "
        "days longer and 9 if a fifth more were sold a day."
    )


def test_a_lot_is_ordered_as_soon_as_the_reorder_point_is_reached(plan_of):
    lots = Policy(method="both_variances")
    plan = plan_of([[4] * 60] * 3, on_hand=[115, 75, 76], policy=lots)
    assert plan.explain(0).what_would_change_it == "It is ordered once 40 more are sold, in about 10 days."
    assert plan.explain(1).what_would_change_it.startswith("With 1 more available or on order, none would be ordered.")
    assert [units > 0 for units in plan.order_units.tolist()] == [False, True, False]


def test_what_a_person_has_to_decide_says_what_would_spare_the_question(plan_of):
    plan = plan_of([[1] + [0] * 19] * 2, minimum_order_units=[500, 1], policy=NO_LOT)
    assert plan.needs_person[0]
    assert plan.explain(0).what_would_change_it == (
        "A smallest lot of 18 or less would be ordered without asking."  # a year at 1 in 20 days
    )


def test_what_is_not_bought_any_more_says_what_is_needed(plan_of):
    gone = Policy(method="both_variances", not_ordered_because="the supplier has discontinued it", order_cost=0.0)
    plan = plan_of([[4] * 60] * 2, on_hand=[0, 500], policy=gone)
    assert plan.explain(0).what_would_change_it == "75 units would be needed if that no longer held."
    assert plan.explain(1).what_would_change_it == "It is not needed either."


def test_a_sale_changes_what_is_thought_of_an_item_without_any(plan_of):
    units = np.full((6, 200), 3)
    units[0, 100:] = 0
    assert plan_of(units, policy=Policy()).explain(0).what_would_change_it == "A sale would show that it is back."
    assert plan_of([[0] * 60]).explain(0).what_would_change_it == "A first sale would."
