"""What is done about too much stock: one list within the money, and no unit on it twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from stockroom.planning import Policy, find_excess
from stockroom.planning.actions import choose_actions, headline
from stockroom.planning.candidates import ClearingTerms, Partner, Surroundings
from stockroom.planning.gains import Case, expected_gain, marked_down
from stockroom.planning.price_response import ASSUMED, LEARNED, price_response
from stockroom.planning.ways_out import Surplus

TEXTBOOK = Policy(method="both_variances")


@pytest.fixture
def actions_of(plan_of, history_of):
    def choose(units_sold, *, policy=TEXTBOOK, sku=None, around=None, terms=None, elasticity=None, uplift=0.0, **given):
        history = history_of(units_sold, **given)
        plan = plan_of(units_sold, policy=policy, **given)
        excess = find_excess(history, plan)
        response = price_response(history.category, plan.policies)
        n = history.items
        response = replace(response, uplift=np.full(n, uplift), uplift_sd=np.full(n, 0.1))
        if elasticity is not None:
            response = replace(response, elasticity=np.full(n, float(elasticity)), source=np.full(n, LEARNED))
        names = np.array([f"SKU-{item}" for item in range(n)] if sku is None else sku)
        actions = choose_actions(history, plan, excess, response, sku=names, around=around, terms=terms)
        units = Counter()
        for action in actions:
            units[action.item] += action.units
            assert action.gain.low <= action.gain.expected <= action.gain.high
        assert units == Counter(dict(enumerate(excess.excess_units.tolist()))) - Counter()
        return actions

    return choose


def test_an_open_order_that_would_sell_in_time_is_postponed_and_saves_its_carrying(actions_of):
    # 100 here and 180 to come at 2 a day: 100 beyond 180, needed 50 days later: 100 x 2.00 at 25 % a year.
    (only,) = actions_of([[2] * 60], on_hand=[100], on_order=[[(180, 20.0)]])
    assert (only.kind, only.units, only.takes_days) == ("postpone the open order", 100, 50)
    assert only.gain.expected == pytest.approx(100 * 2 * 0.25 * 50 / 365)
    assert only.gain.low < only.gain.expected  # did more sell, they would have gone sooner and cost less to carry
    assert "50 days later" in only.reason


def test_an_open_order_of_what_sells_once_in_a_month_is_cancelled(actions_of):
    (only,) = actions_of([[1] * 2 + [0] * 58], on_hand=[2], on_order=[[(400, 20.0)]])
    assert only.kind == "cancel the open order"
    assert only.units == 399  # three of them are 90 days' worth
    # Of 400 in two years 24 sell, and 376 would be carried and then cleared.
    assert only.gain.expected > 399 * 2


def test_nobody_cancels_the_first_order_of_what_was_never_there(actions_of):
    for fraction in (0.0, 1.0):  # whatever was recorded of a shelf on which nothing ever stood
        never = {"on_order": [[(40, 5.0)]], "fraction_in_stock": np.full((1, 60), fraction)}
        (only,) = actions_of([[0] * 60], **never)
        assert (only.kind, only.gain.expected) == ("stop buying", 0)


def test_what_another_location_lacks_is_sent_there_before_anything_is_marked_down(actions_of):
    # Three years' worth here; there 2 a day sell and nothing is left: 180 go, and each saves a purchase.
    actions = actions_of([[1] * 60, [2] * 60], sku=["MUG", "MUG"], on_hand=[1000, 0], elasticity=2)
    moved = next(one for one in actions if one.kind == "transfer")
    assert (moved.item, moved.units, moved.to_item) == (0, 180, 1)
    # Those 180 would have been cleared at a tenth of 2.00 after two years: 2.00 are worth more.
    assert moved.gain.expected > 180 * (2 - 0.2 - 0.1) - 5
    assert {one.kind for one in actions} - {"transfer"} <= {
        "mark down",
        "promote",
        "clear out or write off",
        "stop buying",
    }


def test_two_locations_do_not_both_fill_the_same_gap(actions_of):
    actions = actions_of([[1] * 60, [1] * 60, [2] * 60], sku=["MUG"] * 3, on_hand=[1000, 1000, 80])
    assert sum(one.units for one in actions if one.kind == "transfer") == 100


def test_another_sku_is_no_place_to_send_things_to(actions_of):
    assert "transfer" not in {one.kind for one in actions_of([[1] * 60, [2] * 60], on_hand=[1000, 0])}


def test_what_the_supplier_credits_well_goes_back(actions_of):
    around = Surroundings(return_credit=np.array([0.9]))
    (only,) = actions_of([[1] * 2 + [0] * 58], on_hand=[500], around=around)
    assert only.kind == "return to supplier"
    (other,) = actions_of([[1] * 2 + [0] * 58], on_hand=[500], around=Surroundings(return_credit=np.array([np.nan])))
    assert other.kind != "return to supplier"


def test_a_markdown_says_what_it_gains_and_less_price_that_brings_less_is_no_markdown(actions_of):
    years = {"on_hand": [1500], "terms": ClearingTerms(promotions_at_once=0)}
    (down,) = actions_of([[1] * 60], elasticity=3, **years)
    assert down.kind == "mark down"
    assert down.percent > 0
    assert down.gain.expected > 5
    (wait,) = actions_of([[1] * 60], elasticity=0.9, **years)
    assert (wait.kind, wait.percent) == ("stop buying", 0)
    assert "do not mark down, less price brings less money" in wait.reason


def test_promotions_go_to_where_they_gain_most_while_there_are_any(actions_of):
    # Four years' worth each, near cost. A promotion sells six times as much: ten weeks' units more in a fortnight.
    items = [[1] * 60, [10] * 60]
    given = {"on_hand": [1500, 15000], "unit_price": [2.3, 2.3], "uplift": np.log(6), "elasticity": 1.1}
    kinds = {one.item: one.kind for one in actions_of(items, terms=ClearingTerms(promotions_at_once=2), **given)}
    assert kinds == {0: "promote", 1: "promote"}
    kinds = {one.item: one.kind for one in actions_of(items, terms=ClearingTerms(promotions_at_once=1), **given)}
    assert kinds[1] == "promote"
    assert kinds[0] != "promote"
    none = actions_of(items, terms=ClearingTerms(promotion_budget=0.5), **given)
    assert "promote" not in {one.kind for one in none}


def test_a_bundle_gives_its_discount_only_to_whoever_buys_the_partner(actions_of):
    # Half of all buyers buy the lamp too: a bundle sells them twice as many and leaves the price tag to the others.
    around = Surroundings(partners={0: Partner("LAMP", lift=4.0, together_per_day=0.5)})
    given = {"on_hand": [1500], "elasticity": 1.2, "uplift": np.log(2)}
    (only,) = actions_of([[1] * 60], around=around, terms=ClearingTerms(promotions_at_once=0), **given)
    assert (only.kind, only.with_sku) == ("bundle", "LAMP")
    assert "bought together 4.0 times as often as by chance" in only.reason


def test_too_few_for_a_clearance_buyer_are_given_away(actions_of):
    # Two that would not sell for years are worth 0.40 to a clearance buyer, and cost more than that to keep.
    (only,) = actions_of([[0] * 60], on_hand=[60], unit_price=[0.1], terms=ClearingTerms(least_gain=0))
    assert only.kind == "donate"


def test_the_doubt_of_a_guess_is_wider_than_that_of_what_was_learned(actions_of):
    years = {"on_hand": [1500], "terms": ClearingTerms(promotions_at_once=0)}
    (guessed,) = actions_of([[1] * 60], **years)
    (known,) = actions_of([[1] * 60], policy=replace(TEXTBOOK, price_elasticity=2.0), **years)
    assert guessed.gain.high - guessed.gain.low > known.gain.high - known.gain.low
    assert "1 % less price sells 2 % more, assumed" in guessed.assumes
    assert "stated by the planners" in known.assumes


def test_the_most_money_stands_first_and_each_item_has_one_headline(actions_of):
    actions = actions_of([[1] * 60, [2] * 60, [3] * 60], on_hand=[2000, 2500, 9000])
    gains = [one.gain.expected for one in actions]
    assert gains == sorted(gains, reverse=True)
    assert set(headline(actions)) == {0, 1, 2}


def test_only_what_promotions_have_shown_counts_as_learned():
    category = np.array(["mugs"])
    assert price_response(category, [TEXTBOOK]).source[0] == ASSUMED


def test_what_does_not_answer_to_its_price_may_still_be_promoted(actions_of):
    # A price tag does nothing for it, an announcement trebles it.
    (only,) = actions_of([[1] * 60], on_hand=[1500], elasticity=0.5, uplift=np.log(3))
    assert only.kind == "promote"
    assert only.percent == 10


def test_a_discount_that_nobody_comes_for_is_no_promotion(actions_of):
    (only,) = actions_of([[5] * 60], on_hand=[4500], elasticity=0.1)
    assert only.kind == "stop buying"


def test_a_rate_in_doubt_makes_a_markdown_worth_less_than_at_the_expected_rate():
    # 1 a day would sell 730 of 1,000 in two years. Twice as fast, all sell at the full price; half as fast, few do.
    surplus = Surplus(1000, 1.0, price=5.0, unit_cost=2.0, carrying_rate=0.25, elasticity=2.0)
    sure = Case(surplus, elasticity_sd=0.0, uplift=0.0, uplift_sd=0.0, rate_cv=0.0)
    by_doubt = [
        expected_gain(lambda one: marked_down(one, 1000, 20.0), replace(sure, rate_cv=cv)) for cv in (0.0, 0.5, 1.0)
    ]
    assert by_doubt[0] == pytest.approx(marked_down(sure, 1000, 20.0))
    assert by_doubt[0] > by_doubt[1] > by_doubt[2]


def test_an_item_that_sold_once_is_thought_to_sell_half_an_order_more(actions_of):
    # One in 60 days, and orders of about one: one and a half in 60 days, 40 days for each of the 298 too many.
    (only,) = actions_of(
        [[0] * 30 + [1] + [0] * 29], on_hand=[300], elasticity=0.5, terms=ClearingTerms(least_gain=1e9)
    )
    assert (only.units, only.takes_days) == (298, pytest.approx(298 * 40, rel=0.03))
