"""What holds of every plan, whatever the store."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gamma
from tests.planning.stores import AHEAD, AS_OF_DATE, DATES, DAYS, REVIEWS, policies, stores

from stockroom.planning import (
    DEMAND_QUANTILES,
    Closure,
    ItemHistory,
    Plan,
    Policy,
    SupplierCalendar,
    fit_pools,
    plan_items,
    recompute,
)
from stockroom.planning.decision import decide
from stockroom.planning.decision_inputs import CASE_NAMES, LISTS, DecisionInputs
from stockroom.replay.scenario import first_days

ARRAYS = (
    "reorder_point_units", "order_up_to_units", "order_units", "safety_stock_units", "position_units",
    "forecast_units_per_day", "days_of_supply", "lead_time_mean_days", "lead_time_sd_days", "lead_time_own_evidence",
)  # fmt: skip
CLASSES = ("abc_class", "xyz_class", "demand_class", "is_fast_mover")

law = settings(deadline=None, max_examples=60)  # a busy machine must not fail a law


def plan(store, policy, pools=None) -> Plan:
    return plan_items(*store, policy, as_of_date=AS_OF_DATE, pools=pools)


@law
@given(stores(), policies)
def test_an_order_reaches_its_level_in_whole_packs_of_at_least_the_minimum(store, policy):
    planned, history = plan(store, policy), store[0]
    ordered = planned.order_units > 0
    assert np.all((planned.position_units + planned.order_units >= planned.order_up_to_units)[ordered])
    assert np.all(planned.order_units % history.pack_units == 0)
    assert np.all((planned.order_units >= history.minimum_order_units)[ordered])
    least = np.maximum(history.minimum_order_units, planned.decision.taken_break_units)
    wanted = np.maximum(planned.order_up_to_units - planned.position_units, least)
    assert np.all((planned.order_units - history.pack_units < wanted)[ordered])
    assert np.all((planned.order_units >= planned.decision.taken_break_units)[ordered])


@law
@given(stores(), policies)
def test_whoever_is_at_or_under_the_reorder_point_orders_or_asks_a_person(store, policy):
    planned = plan(store, policy)
    is_short = (planned.position_units <= planned.reorder_point_units) & (
        planned.order_up_to_units > planned.position_units
    )
    assert np.array_equal(is_short, (planned.order_units > 0) | planned.needs_person)


@law
@given(stores(), policies, st.integers(1, 40))
def test_more_stock_never_orders_more(store, policy, more):
    history, lead_times = store
    pools = fit_pools(history, lead_times, policy, as_of_date=AS_OF_DATE)
    richer = replace(history, on_hand=history.on_hand + more)
    assert np.all(plan((richer, lead_times), policy, pools).order_units <= plan(store, policy, pools).order_units)


@law
@given(stores(), policies)
def test_integers_only_no_nan_no_negative_order(store, policy):
    planned = plan(store, policy)
    for name in ("order_units", "reorder_point_units", "order_up_to_units", "safety_stock_units", "position_units"):
        assert getattr(planned, name).dtype == np.int64
    assert planned.order_units.min() >= 0
    assert planned.reorder_point_units.min() >= 0
    for name in ARRAYS:
        assert not np.isnan(getattr(planned, name)).any(), name


@law
@given(stores(), policies)
def test_a_higher_quantile_is_never_fewer_units_and_none_is_negative(store, policy):
    planned = plan(store, policy)
    for quantiles in (planned.demand_quantiles_units, planned.demand_quantiles_over(planned.interval_days)):
        assert quantiles.shape == (store[0].items, len(DEMAND_QUANTILES))
        assert quantiles.min() >= 0
        assert np.all(np.diff(quantiles, axis=1) >= 0)


@law
@given(stores(), policies, st.randoms(use_true_random=False))
def test_permuting_items_permutes_the_plan(store, policy, shuffle):
    history, lead_times = store
    order = list(range(history.items))
    shuffle.shuffle(order)
    rows = np.array(order)
    direct, permuted = plan(store, policy), plan((history.take(rows), lead_times), policy)
    for name in (*ARRAYS, *CLASSES, "evidence"):
        assert np.array_equal(getattr(direct, name)[rows], getattr(permuted, name)), name


@law
@given(stores(), policies)
def test_one_shard_per_item_gives_the_same_bits_as_one_for_all(store, policy):
    history, lead_times = store
    pools = fit_pools(history, lead_times, policy, as_of_date=AS_OF_DATE)
    whole = plan(store, policy, pools)
    for item in range(history.items):
        alone = plan((history.take(np.array([item])), lead_times), policy, pools)
        for name in ARRAYS:
            assert getattr(alone, name)[0].tobytes() == getattr(whole, name)[item].tobytes(), name
        for name in CLASSES:
            assert getattr(alone, name)[0] == getattr(whole, name)[item], name
        assert np.array_equal(alone.demand_quantiles_units[0], whole.demand_quantiles_units[item])
        assert alone.explain(0) == whole.explain(item)


@law
@given(stores(), policies, st.floats(1.0, 4.0))
def test_a_longer_lead_time_never_lowers_a_reorder_point(store, policy, times):
    history, lead_times = store
    pools = fit_pools(history, lead_times, policy, as_of_date=AS_OF_DATE)
    planned = plan(store, policy, pools)
    slower_pools = replace(pools, lead_time=replace(
        pools.lead_time,
        lane_mean=pools.lead_time.lane_mean + math.log(times),
        all_mean=pools.lead_time.all_mean + math.log(times),
    ))  # fmt: skip
    slower = plan_items(
        replace(history, quoted_lead_time_days=history.quoted_lead_time_days * times),
        replace(lead_times, days=lead_times.days * times),
        policy,
        as_of_date=AS_OF_DATE,
        pools=slower_pools,
    )
    assert np.all(slower.lead_time_mean_days >= planned.lead_time_mean_days * (1 - 1e-12))
    if policy.service_kind == "cycle":
        assert np.all(slower.reorder_point_units >= planned.reorder_point_units)


def gamma_cases(mean_days: float, cv: float) -> np.ndarray:
    """Return the means of twelve equal shares of a gamma's lead times."""
    shape, edges = cv**-2, np.arange(13) / 12
    reached = gamma.cdf(gamma.ppf(edges, shape), shape + 1)
    return mean_days * 12 * np.diff(reached)


@law
@given(
    stores(),
    st.sampled_from([0.9, 0.95, 0.98, 0.99]),
    st.sampled_from(["classic", "both_variances", "quantile"]),
    st.floats(3.0, 60.0),
    st.tuples(st.floats(0.02, 0.7), st.floats(0.02, 0.7)).map(sorted),
)
def test_a_wilder_lead_time_never_lowers_a_reorder_point_at_targets_of_90_percent_and_more(
    store, target, method, mean_days, spreads
):
    # Of orders that come one at a time, with nothing ahead. The quick shipments of a wilder supplier come in before a
    # closure or a promotion that all of a steady supplier's meet, and its late ones are overtaken by the next orders.
    history, lead_times = store
    plain = replace(history, promotion=None, price=None), replace(lead_times, calendar=SupplierCalendar())
    inputs = plan(plain, Policy(method=method, service_level=target)).inputs
    year = np.ceil(400 * inputs.forecast_units_per_day).astype(np.int64) + 1
    points = [
        decide(
            replace(
                inputs,
                minimum_order_units=year,
                lead_time_mean_days=np.full(history.items, mean_days),
                lead_time_sd_days=np.full(history.items, cv * mean_days),
                lead_time_cases_days=np.tile(gamma_cases(mean_days, cv), (history.items, 1)),
            )
        ).reorder_point_units
        for cv in spreads
    ]
    # Of less than two units the law itself does not hold: of 0.11 units in mean nothing is wanted with probability
    # exp(-0.11) = 0.896 when the lead time is fixed, and 1 / 1.11 = 0.901 when it varies by its mean. At 90 % that is
    # one unit and none.
    one_at_most = inputs.forecast_units_per_day * mean_days < 2
    assert np.all(points[1] >= points[0] - one_at_most)


@law
@given(stores(), st.sampled_from([2, 4, 16]), REVIEWS)
def test_classic_orders_as_many_times_more_as_there_are_more_units(store, times, review_days):
    history, lead_times = store
    # Forty at a time and never out: no item whose days would vary less than chance, which is not believed.
    history = replace(history, units_sold=40 * history.units_sold, fraction_in_stock=None, price_breaks=None)
    larger = replace(
        history,
        **{
            name: times * getattr(history, name)
            for name in ("units_sold", "on_hand", "committed", "backorders", "pack_units", "minimum_order_units")
        },
        on_order=[[(times * units, due) for units, due in lines] for lines in history.on_order],
    )
    policy = Policy(method="classic", service_level=0.95, review_days=review_days, order_cost=0.0)
    orders = [plan((one, lead_times), policy).order_units for one in (history, larger)]
    assert np.array_equal(orders[1], times * orders[0])


@law
@given(stores(), policies, st.integers(0, 2**32 - 1))
def test_scrambling_what_comes_after_the_plan_date_changes_nothing(store, policy, seed):
    history, lead_times = store
    numbers = np.random.default_rng(seed)

    def went_on() -> ItemHistory:
        shape = (history.items, AHEAD)
        whole = replace(
            history,
            dates=DATES[0] + np.arange(DAYS + AHEAD),
            units_sold=np.hstack([history.units_sold, numbers.integers(0, 90, shape)]),
            sold_out=np.hstack([history.sold_out, numbers.random(shape) < 0.5]),
            fraction_in_stock=np.hstack([history.fraction_in_stock, numbers.random(shape)]),
        )
        return first_days(whole, DAYS)

    one, other = plan((went_on(), lead_times), policy), plan((went_on(), lead_times), policy)
    for item in range(history.items):
        assert one.explain(item) == other.explain(item)


@law
@given(stores(), policies)
def test_adding_an_item_changes_no_other_while_the_pools_are_held(store, policy):
    history, lead_times = store
    pools = fit_pools(history, lead_times, policy, as_of_date=AS_OF_DATE)
    twice = plan((history.take(np.append(np.arange(history.items), 0)), lead_times), policy, pools)
    once = plan(store, policy, pools)
    for name in ARRAYS:
        assert np.array_equal(getattr(twice, name)[:-1], getattr(once, name)), name


@law
@given(stores(), policies)
def test_the_terms_of_an_explanation_give_the_same_integers(store, policy):
    planned = plan(store, policy)
    for item in range(store[0].items):
        rebuilt = recompute(planned.explain(item).terms)
        assert rebuilt.order_units == planned.order_units[item]
        assert rebuilt.reorder_point_units == planned.reorder_point_units[item]
        assert rebuilt.order_up_to_units == planned.order_up_to_units[item]
        assert rebuilt.safety_stock_units == planned.safety_stock_units[item]
        assert rebuilt.position_units == planned.position_units[item]


@law
@given(stores(), policies)
def test_every_explanation_is_a_sentence_without_words_of_machines(store, policy):
    planned = plan(store, policy)
    for item in range(store[0].items):
        sentence = planned.explain(item).sentence
        assert len(sentence) >= 20
        assert sentence.endswith(".")
        for word in ("nan", "inf", "None", "_", "-1 "):
            assert word not in sentence, sentence


@law
@given(stores(), policies)
def test_what_an_explanation_says_would_spare_an_order_spares_it(store, policy):
    history, lead_times = store
    pools = fit_pools(history, lead_times, policy, as_of_date=AS_OF_DATE)
    planned = plan(store, policy, pools)
    said = [planned.explain(item).what_would_change_it for item in range(history.items)]
    spares = [re.match(r"With ([\d,]+) more available or on order, none would", words) for words in said]
    more = np.array([int(spare[1].replace(",", "")) if spare else 0 for spare in spares])
    richer = plan((replace(history, on_hand=history.on_hand + more), lead_times), policy, pools)
    assert (richer.order_units[more > 0] == 0).all()
    for words in said:
        assert words.endswith(".")
        assert not {"nan", "inf", "None", "_"} & set(words.replace(".", " ").split())


@law
@given(stores(), policies)
def test_planning_again_gives_the_same_plan(store, policy):
    first, second = plan(store, policy), plan(store, policy)
    for name in ARRAYS:
        assert np.array_equal(getattr(first, name), getattr(second, name))


@law
@given(stores(), st.lists(policies, min_size=6, max_size=6))
def test_a_policy_for_each_item_plans_it_as_that_policy_alone_would(store, each):
    history, lead_times = store
    each = each[: history.items]
    pools = fit_pools(history, lead_times, each, as_of_date=AS_OF_DATE)
    together = plan(store, each, pools)
    for item, policy in enumerate(each):
        assert plan(store, policy, pools).explain(item) == together.explain(item)


def test_every_input_of_the_decision_is_a_term(plan_of, shipments):
    given = {
        "price_breaks": [[(50, 1.8), (100, 1.6)]],
        "promotion": np.array([[0.0] * 33 + [0.2] * 7]),
        "waiting": np.array([3.0]),
    }
    holiday = SupplierCalendar(closures=(Closure("S01", date(2011, 7, 5), date(2011, 7, 9)),))
    plan = plan_of([[1] * 30], policy=Policy(), lead_times=shipments(calendar=holiday), **given)
    terms = {term.name for term in plan.explain(0).terms}
    breaks = {"price_break_1_units", "price_break_1_unit_cost", "price_break_2_units", "price_break_2_unit_cost"}
    planned = {"planned_change_1_from_days", "planned_change_1_until_days", "planned_change_1_times"}
    delays = {"delay_1_from_days", "delay_1_until_days", "delay_1_most_days"}
    of_many = {"lead_time_cases_days", *LISTS}
    assert (set(DecisionInputs.__dataclass_fields__) - of_many) | set(CASE_NAMES) | breaks | planned | delays <= terms


@pytest.mark.parametrize("days", [1, 3, 365])
def test_a_store_of_any_age_can_be_planned(plan_of, days):
    assert plan_of([[3] * days]).order_units[0] > 0
