from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.replay.builders import Fixed, past

from stockroom.documents.replay_report import ReplayReport, replay_html, replay_json
from stockroom.replay import STORE, Scenario, built_in_policies, replay_policies, simulate

HOSTILE = '<script>alert("=1+1")</script>{{ 7 * 7 }}'


def report(*, families: tuple[str, ...] = ("stockroom", "simple", "classic"), with_store: bool = True) -> ReplayReport:
    random = np.random.default_rng(4)
    scenario = Scenario(
        past=past(random.poisson(2, (3, 60)), on_hand=[5, 30, 60]),
        demand=random.poisson(2, (3, 40)),
        lead_time_days=random.integers(3, 9, (3, 40)),
    )
    store = simulate(scenario, Fixed(9, 30, STORE)) if with_store else None
    return ReplayReport(
        company="Gifts & Co",
        currency="GBP",
        first=date(2011, 4, 1),
        last=date(2011, 5, 10),
        seed=0,
        replay=replay_policies(scenario, built_in_policies(scenario, families), store=store),
        sku=np.array(["A", "B", "C"]),
        title=np.array([HOSTILE, "Cup", "Pot"]),
        location_id=np.array(["LONDON"] * 3),
        imputed_day_share=0.081,
        imputed_unit_share=0.138,
        left_out={"not on sale any more": 2},
    )


def text_of(page: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())).replace("\xa0", " ")


def test_every_policy_stands_in_the_table_cheapest_first() -> None:
    made = report()
    rows = re.findall(r'<td><span class="mark"[^>]*></span>([^<]+)</td>', replay_html(made).decode())
    names = [row.replace("\xa0", " ") for row in rows]
    assert names[0] == "clairvoyant"
    cheapest_first = sorted(made.replay.outcomes, key=lambda outcome: outcome.cost.sum())
    assert names[1:] == [
        {"stockroom": "Stockroom"}.get(outcome.name, outcome.name.replace("%", " %")) for outcome in cheapest_first
    ]


def test_the_page_says_how_demand_was_imputed_and_what_was_left_out() -> None:
    text = text_of(replay_html(report()))
    assert "On days that sold out or had no stock (8.1 % of item-days) it is drawn again" in text
    assert "never from a forecast of ours; 13.8 % of all units demanded are such draws" in text
    assert "2 SKUs at locations, not on sale any more" in text


def test_what_comes_out_of_data_is_text() -> None:
    made = report()
    # Ours is the dearer one on every item, so that each of them is listed.
    dear = replace(made.replay.ours, lost_margin=made.replay.ours.lost_margin + 1000)
    outcomes = tuple(dear if outcome is made.replay.ours else outcome for outcome in made.replay.outcomes)
    page = replay_html(replace(made, replay=replace(made.replay, outcomes=outcomes, ours=dear))).decode()
    assert "&lt;script&gt;alert(" in page
    assert "<script" not in page
    assert "{{ 7 * 7 }}" in page
    assert "Gifts &amp; Co" in page


def test_nothing_is_fetched_from_outside() -> None:
    page = replay_html(report()).decode()
    assert re.findall(r"(?:src|href|url)\s*[=(]|@import|http", page) == []
    assert page.count("<svg") == 3


@pytest.mark.parametrize("families", [("stockroom",), ("simple",), ("classic", "simple")])
def test_a_replay_of_few_policies_is_a_report_too(families: tuple[str, ...]) -> None:
    page = replay_html(report(families=families, with_store=False)).decode()
    assert ("Where Stockroom did worse" in page) == ("stockroom" in families and len(families) > 1)
    assert "nan" not in page


def test_the_json_adds_up() -> None:
    made = report()
    facts = json.loads(replay_json(made))
    assert (facts["first_date"], facts["last_date"], facts["items"]) == ("2011-04-01", "2011-05-10", 3)
    for policy in facts["policies"]:
        parts = policy["lost_margin"] + policy["carrying"] + policy["ordering"]
        assert policy["cost"] == pytest.approx(parts, abs=0.001)
        assert len(policy["stock_value_by_day"]) == 40
        assert sum(policy["stockouts_by_day"]) == policy["stockout_days"]
    assert [worse["than"] for worse in facts["done_worse"]] == [made.replay.best_other.name, STORE]
    for worse in facts["done_worse"]:
        assert all(item["more"] > 0 for item in worse["items"])
