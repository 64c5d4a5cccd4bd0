"""How many hear of a restock: one a unit until it is learned how many of those told buy, then more, within bounds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockroom.planning import (
    Expected,
    PastNotices,
    RestockRequests,
    Told,
    choose_restock_recipients,
    expected_of,
    learn_takes,
)
from stockroom.planning.restock_take import MOST_PEOPLE_A_UNIT, NOBODY, Take

TENTH = Take(share=0.1, people=1_000, visits_per_buyer=4.0, log_hours=0.0, log_hours_sd=1.0)
"""One in ten buys, half of them within the hour; four follow the link for one who buys."""


def told(
    take: Take | None, *, units: int, quantity: list[int], before: Told = NOBODY, percent: float = 5
) -> list[bool]:
    n = len(quantity)
    requests = RestockRequests(
        request_id=[f"{number:04}" for number in range(n)],
        sku=np.full(n, "A"),
        quantity=np.array(quantity),
        requested_at=np.datetime64("2026-01-01") + np.arange(n),
    )
    expected = {"A": expected_of(take, before)}
    chosen = choose_restock_recipients(
        requests, free_units={"A": units}, expected=expected, sold_out_share=percent / 100
    )
    return [bool(one) for one in chosen]


def past(**more: Any) -> PastNotices:
    nothing = np.zeros(len(more.get("category", ["Lights"])))
    given: dict[str, Any] = {"category": ["Lights"], "told": [500], "followed": [150], "bought": [30]}
    given |= {"log_hours": nothing, "log_hours_squares": nothing}
    return PastNotices(**{**given, **more})


def earlier(hours: float, *, people: int = 60, bought: int = 0, found: int = 0) -> Told:
    return Told(quantity=[1], people=[people], hours=[hours], bought=[bought], found_sold_out=[found])


def test_before_anything_is_learned_one_is_told_for_each_unit_and_waited_for() -> None:
    assert sum(told(None, units=10, quantity=[1] * 100)) == 10
    assert sum(told(None, units=10, quantity=[1] * 100, before=earlier(47, people=7))) == 3
    assert sum(told(None, units=10, quantity=[1] * 100, before=earlier(47, people=7, bought=2))) == 5


def test_where_one_in_ten_buys_more_are_told_than_there_are_units_and_at_most_eight_for_each() -> None:
    assert 40 < sum(told(TENTH, units=10, quantity=[1] * 1_000)) < 100
    assert sum(told(replace(TENTH, share=0.001), units=10, quantity=[1] * 1_000)) == 10 * MOST_PEOPLE_A_UNIT


def test_the_wave_leaves_no_more_before_an_empty_shelf_than_is_allowed() -> None:
    def many(percent: float) -> int:
        return sum(told(TENTH, units=10, quantity=[1] * 1_000, percent=percent))

    assert many(0) == 10, "and where nobody may, one is told for each unit"
    assert many(2) < many(10) < many(50)


def test_what_is_expected_is_what_chance_would_bring() -> None:
    # 90 are told of 10 units. One in ten buys in the category; the product's own share is known like from 20 people.
    rng = np.random.default_rng(1)
    share = rng.beta(2, 18, 200_000)
    missing = np.maximum(rng.binomial(90, share) - 10, 0).mean()
    expected = expected_of(TENTH, NOBODY).told_also(1, people=90)
    assert expected.finds_sold_out(10) == pytest.approx(4 * missing / 90, rel=0.1)


def test_who_did_not_come_in_the_first_hours_is_hardly_waited_for() -> None:
    # After 1 hour half of the buyers have come, after 10 hours 99 of 100.
    assert expected_of(TENTH, earlier(0)).units == pytest.approx(6.0)
    assert expected_of(replace(TENTH, people=1), earlier(1, bought=3)).units == pytest.approx(3.0, rel=0.1)
    assert expected_of(TENTH, earlier(10)).units < 0.1


def test_a_restock_that_nobody_wants_lowers_its_own_share_and_one_that_goes_fast_raises_it() -> None:
    def share(bought: int) -> float:
        take = expected_of(TENTH, earlier(10, bought=bought)).take
        assert take is not None
        return take.share

    assert share(0) < 0.07
    assert share(6) == pytest.approx(0.1, abs=0.002)
    assert share(30) > 0.2


def test_who_found_it_sold_out_already_counts_until_there_is_a_unit_for_each() -> None:
    before = earlier(47, people=100, bought=50, found=10)
    assert not any(told(TENTH, units=20, quantity=[1] * 100, before=before))
    assert any(told(TENTH, units=60, quantity=[1] * 100, before=before))


def test_a_category_begins_like_its_shop_and_goes_its_own_way() -> None:
    takes = learn_takes(past(category=["Few", "Many"], told=[30, 3_000], followed=[3, 900], bought=[0, 300]))
    assert takes is not None
    assert takes.of("New") == takes.shop
    assert takes.of("Many").share == pytest.approx(0.1, abs=0.001)
    assert takes.of("Few").share == pytest.approx(takes.shop.share / 2, abs=0.001), "30 of its own weigh as the shop's"


def test_what_cannot_be_seen_teaches_nothing() -> None:
    assert learn_takes(past(bought=[4])) is None, "orders may not name their notice there"
    assert learn_takes(past(followed=[0])) is None, "no storefront sees who follows the link"
    assert learn_takes(past(category=[], told=[], followed=[], bought=[])) is None


def test_hours_to_buy_are_learned_from_purchases() -> None:
    at_once = learn_takes(past(log_hours=[30 * np.log(0.5)], log_hours_squares=[30 * np.log(0.5) ** 2]))
    slowly = learn_takes(past(log_hours=[30 * np.log(20)], log_hours_squares=[30 * np.log(20) ** 2]))
    assert at_once is not None
    assert slowly is not None
    hour = np.array([1.0])
    assert at_once.shop.heard(hour)[0] > 0.5 > slowly.shop.heard(hour)[0]


takes = st.builds(
    lambda share, visits, people: Take(share, people, visits, 0.7, 1.3),
    st.floats(0.02, 0.6),
    st.floats(1, 8),
    st.integers(30, 2_000),
)
units = st.integers(1, 40)
befores = st.builds(
    lambda hours, people, bought: earlier(hours, people=people, bought=min(bought, people)),
    st.floats(0, 48),
    st.integers(0, 60),
    st.integers(0, 10),
)


@given(takes, units, befores)
def test_more_units_never_tell_fewer(take: Take, some: int, before: Told) -> None:
    one_more = sum(told(take, units=some + 1, quantity=[1] * 450, before=before))
    assert sum(told(take, units=some, quantity=[1] * 450, before=before)) <= one_more


@given(takes, st.floats(1, 1.5), units)
def test_who_buy_more_often_are_never_more(take: Take, times: float, some: int) -> None:
    keener = replace(take, share=take.share * times, visits_per_buyer=take.visits_per_buyer / times)
    assert sum(told(keener, units=some, quantity=[1] * 450)) <= sum(told(take, units=some, quantity=[1] * 450))


@given(takes | st.none(), st.lists(st.integers(1, 6), min_size=1, max_size=60), st.integers(0, 20), befores)
def test_nobody_is_told_of_less_than_they_want_or_of_an_empty_shelf(
    take: Take | None, quantity: list[int], some: int, before: Told
) -> None:
    chosen = told(take, units=some, quantity=quantity, before=before)
    assert all(wants <= some for wants, is_told in zip(quantity, chosen, strict=True) if is_told)


@given(takes, st.lists(st.integers(1, 6), min_size=1, max_size=60), units)
def test_one_for_each_unit_is_always_told(take: Take, quantity: list[int], some: int) -> None:
    are_told = told(take, units=some, quantity=quantity)
    first = int((np.cumsum(quantity) <= some).sum())
    assert all(are_told[:first])


@given(takes, befores, units)
def test_shares_stay_shares(take: Take, before: Told, some: int) -> None:
    expected: Expected = expected_of(take, before).told_also(2, people=7)
    assert 0 <= expected.units <= expected.wanted + 1e-9
    assert expected.finds_sold_out(some) >= 0
