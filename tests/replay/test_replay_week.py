"""The week's replay: under the planners' rules, kept in the warehouse for whoever compares weeks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.replay.conftest import FIRST_JUDGED, LAST, Marts

from stockroom.jobs.replay_policies import ReplayWish, replay_store
from stockroom.jobs.replay_week import replay_week
from stockroom.settings import Settings

ROWS = """
    select policy, total_cost, units_demanded, first_date, last_date, items, currency from plan.policy_replays
    order by last_date, policy
"""


@pytest.fixture
def shop(marts: Marts) -> Marts:
    """Return a shop with two items that are alike but for their names."""
    marts.supplier()
    for day in range(0, 28, 4):
        marts.shipment(date(2011, 4, 1) + timedelta(days=day), 5 + day % 3)
    marts.sku("CUP")
    marts.sku("MUG")
    return marts


def stock_value(settings: Settings) -> list[float]:
    """Return the average stock value of cup and mug under our policy."""
    replay = replay_store(settings, ReplayWish(first=FIRST_JUDGED, families=("stockroom",))).replay
    assert replay.ours is not None
    return [float(value) for value in replay.ours.average_stock_value]


@pytest.mark.usefixtures("shop")
def test_without_rules_two_like_items_are_held_alike(settings: Settings) -> None:
    cup, mug = stock_value(settings)
    assert cup == mug


def test_a_planners_rule_holds_for_its_item_in_the_replay(shop: Marts, settings: Settings) -> None:
    shop.insert("dim_policies", scope="sku", key="MUG", method="simple")
    cup, mug = stock_value(settings)
    assert mug < 0.9 * cup  # the spreadsheet's rule lays in no lot


def test_a_rule_that_ended_before_the_judged_days_does_not_hold(shop: Marts, settings: Settings) -> None:
    shop.insert("dim_policies", scope="sku", key="MUG", method="simple", valid_until=FIRST_JUDGED - timedelta(days=1))
    cup, mug = stock_value(settings)
    assert cup == mug


def test_a_rule_for_a_class_holds_as_soon_as_items_are_classed(shop: Marts, settings: Settings) -> None:
    before, _ = stock_value(settings)
    shop.insert("dim_policies", scope="demand_class", key="smooth", method="simple")
    cup, mug = stock_value(settings)
    assert cup == mug < 0.9 * before


def test_what_planners_say_that_holding_costs_changes_no_judge(shop: Marts, settings: Settings) -> None:
    before = stock_value(settings)
    shop.insert("dim_policies", scope="default", key="*", carrying_rate=0.9, order_cost=500, goodwill=30)
    assert stock_value(settings) == before


def test_the_calendar_of_promotions_is_known_to_every_policy(shop: Marts, settings: Settings) -> None:
    shop.insert(
        "dim_promotions", promotion_id="1", category="mugs", starts_on=FIRST_JUDGED,
        ends_on=FIRST_JUDGED + timedelta(days=1), discount_percent=20,
    )  # fmt: skip
    replay = replay_store(settings, ReplayWish(first=FIRST_JUDGED, families=("simple",))).replay
    promotion = replay.scenario.past.promotion
    assert promotion is not None
    # 61 days of past, then the two days that were planned ahead.
    assert promotion[0].nonzero()[0].tolist() == [61, 62]
    assert promotion[0, 61] == pytest.approx(0.2)


@pytest.mark.usefixtures("shop")
def test_a_week_leaves_a_row_for_every_policy_and_for_what_the_store_did(settings: Settings, marts: Marts) -> None:
    week = replay_week(settings, as_of_date=LAST, days=14, families=("stockroom", "simple"))
    rows = marts.connection.execute(ROWS).fetchall()
    assert [row[0] for row in rows] == ["simple", "stockroom", "the store itself"]
    assert {row[3:] for row in rows} == {(date(2011, 5, 15), date(2011, 5, 28), 2, "GBP")}
    assert {row[2] for row in rows} == {2 * 14 * 2}
    assert "2011-05-15 to 2011-05-28" in str(week)
    assert "\n" not in str(week)
    kept = marts.connection.execute("select distinct page from plan.policy_replays").fetchall()
    assert kept == [(str(settings.reports_dir / "replay-2011-05-15-to-2011-05-28.html"),)]


@pytest.mark.usefixtures("shop")
def test_replaying_a_week_again_replaces_its_rows_and_another_week_stands_beside(
    settings: Settings, marts: Marts
) -> None:
    for last in (LAST, LAST, LAST - timedelta(days=7)):
        replay_week(settings, as_of_date=last, days=14, families=("simple",))
    rows = marts.connection.execute(ROWS).fetchall()
    assert [(row[0], row[4]) for row in rows] == [
        ("simple", date(2011, 5, 21)),
        ("the store itself", date(2011, 5, 21)),
        ("simple", date(2011, 5, 28)),
        ("the store itself", date(2011, 5, 28)),
    ]


def test_a_store_too_young_for_a_replay_is_told_so(marts: Marts, settings: Settings) -> None:
    assert str(replay_week(settings, as_of_date=LAST)).startswith("nothing replayed: the marts are empty")
    assert marts
