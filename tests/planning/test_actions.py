"""What is done about too much stock: one list within the money, and no unit on it twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning import Policy, find_excess
from stockroom.planning.actions import choose_actions, headline
from stockroom.planning.candidates import ClearingTerms, Partner, Surroundings, ways_for
from stockroom.planning.gains import Case, expected_gain, marked_down, taken_in_later
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


def test_an_order_is_postponed_no_longer_than_the_others_last(actions_of):
    # 40 here and 1,000 due in 20 days at 2 a day: the 180 that stay last 90 days, 70 of them after those 20.
    (first, *_) = actions_of([[2] * 60], on_hand=[40], on_order=[[(1000, 20.0)]])
    assert (first.kind, first.units, first.takes_days) == ("postpone the open order", 860, 70)


def test_what_the_others_do_not_last_for_is_not_postponed(actions_of):
    # 220 here last 110 days, and 10 more come in 300.
    actions = actions_of([[2] * 60], on_hand=[220], on_order=[[(10, 300.0)]])
    assert sorted((one.kind, one.units) for one in actions) == [("stop buying", 10), ("stop buying", 40)]


def test_a_postponement_saves_least_where_most_sells():
    # 100 for 2.00 at 25 % a year, 73 days later: 10.00. At 4 a day the 180 others last 45 days, 25 of them after 20.
    slow, fast = (Case(Surplus(0, rate, 5.0, 2.0, 0.25, 2.0), 0.0, 0.0, 0.0, rate_cv=0.0) for rate in (1.0, 4.0))
    saved = [taken_in_later(one, 100, others=180, due_in_days=20.0, later_days=73.0) for one in (slow, fast)]
    assert saved == [pytest.approx(10), pytest.approx(10 * 25 / 73)]


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
    sure = Case(surplus, elasticity_cv=0.0, uplift=0.0, uplift_sd=0.0, rate_cv=0.0)
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


def test_an_assumption_names_that_a_rate_counts_more_than_was_seen(actions_of):
    (only,) = actions_of([[2] * 60], on_hand=[220])
    assert (only.kind, only.percent) == ("stop buying", 0)
    assert "Let 40 units sell down: at today's price they last 20 days" in only.reason
    assert "2 a day sell, half an order more than was seen, give or take" in only.assumes


def test_what_would_last_decades_at_half_price_is_cleared_out_and_not_marked_down(actions_of):
    # 1 in 30 days, at half price 4 in 30 days: 7,500 last 154 years. A tenth of 2.00 is the salvage.
    (only,) = actions_of([[1] * 2 + [0] * 58], on_hand=[7500])
    assert (only.kind, only.percent) == ("clear out or write off", 0)
    assert "A return is better if the supplier credits more than 0.20 a unit" in only.reason


def test_what_is_not_sold_above_cost_is_not_marked_down(actions_of):
    # 120 for 1.50 are 180.00, less 4.9 for carrying 60 of them for 60 days: 1.46 a unit.
    (only,) = actions_of([[2] * 60], on_hand=[300], unit_price=[1.5])
    assert only.kind == "stop buying"
    assert "the price is not above cost. A return is better if the supplier credits more than 1.46" in only.reason


def test_a_few_units_of_dead_stock_are_marked_down_and_many_are_cleared_out(actions_of):
    (few,) = actions_of([[0] * 60], on_hand=[40], terms=ClearingTerms(promotions_at_once=0))
    assert few.kind == "mark down"
    assert "one sells in 60 days, as none has in that time" in few.assumes
    (many,) = actions_of([[0] * 60], on_hand=[4000])
    assert many.kind == "clear out or write off"


def test_what_was_never_in_stock_here_is_not_judged(actions_of):
    (only,) = actions_of([[0] * 60], on_hand=[40], fraction_in_stock=np.zeros((1, 60)))
    assert only.kind == "stop buying"
    assert "nothing is known of what sells" in only.reason


def test_christmas_goods_wait_for_their_season(actions_of):
    # 1,000 were sold half a year ago and none for 60 days; 400 more are there for the next season.
    units, given = [[50] * 20 + [0] * 180], {"on_hand": [400]}
    assert actions_of(units, **given)[0].kind == "clear out or write off"
    (seasonal,) = actions_of(units, policy=replace(TEXTBOOK, is_seasonal=True), **given)
    assert seasonal.kind == "stop buying"


surpluses = st.builds(
    Surplus,
    units=st.integers(1, 10_000),
    units_per_day=st.floats(0.001, 100),
    price=st.floats(0, 100),
    unit_cost=st.floats(0, 100),
    carrying_rate=st.floats(0, 1),
    elasticity=st.floats(0.2, 5),
    never_sold_in_days=st.sampled_from([0.0, 60.0]),
)


@given(surpluses, st.floats(0, 1.5))
def test_no_way_sells_under_cost_or_half_price_nor_leaves_less_than_waiting(surplus, rate_cv):
    case = Case(surplus, elasticity_cv=0.5, uplift=0.2, uplift_sd=0.1, rate_cv=rate_cv)
    for way in ways_for(case, int(surplus.units), 0, Surroundings(), ClearingTerms()):
        assert way.expected >= 0
        if way.percent:
            assert surplus.price * (1 - way.percent / 100) >= max(surplus.unit_cost, surplus.price / 2) * (1 - 1e-9)
        assert way.kind != "mark down" or surplus.elasticity > 1
