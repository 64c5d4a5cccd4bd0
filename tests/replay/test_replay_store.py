from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from tests.replay.conftest import FIRST, FIRST_JUDGED, LAST, Marts

from stockroom.cli import main
from stockroom.jobs.replay_policies import NothingToReplayError, ReplaySummary, ReplayWish, replay_store
from stockroom.replay import STORE, ReplayError, totals
from stockroom.settings import Settings

RULES = ("stockroom", "classic")


def replayed(settings: Settings, first: date = FIRST_JUDGED, families: tuple[str, ...] = RULES) -> ReplaySummary:
    return replay_store(settings, ReplayWish(first=first, families=families))


def test_the_past_is_replayed_as_the_store_knew_it(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.shipment(date(2011, 4, 1), 6)
    marts.shipment(date(2011, 4, 28), 10)
    marts.sku(pack_units=12, minimum_order_units=24)
    scenario = replayed(settings).replay.scenario
    assert (scenario.items, scenario.days, str(scenario.first_day)) == (1, 29, "2011-05-01")
    assert scenario.past.units_sold.tolist() == [[2] * 61]
    assert scenario.past.on_hand.tolist() == [40]
    assert (scenario.past.pack_units.tolist(), scenario.past.minimum_order_units.tolist()) == ([12], [24])
    # The second shipment was sent for three days before the first judged day, and arrives within them.
    assert scenario.shipments.sent_day.tolist() == [-30, -3]
    assert set(scenario.lead_time_days.ravel().tolist()) == {6, 10}


def test_demand_of_days_without_stock_is_drawn_from_days_like_them(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    summary = replayed(settings)
    assert summary.replay.scenario.demand.tolist() == [[2] * 29]
    facts = json.loads(summary.data.read_text())
    assert facts["imputed_day_share"] == pytest.approx(7 / 29, abs=1e-4)
    assert facts["imputed_unit_share"] == pytest.approx(7 / 29, abs=1e-4)


def test_what_the_store_did_is_measured_by_the_same_costs(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    marts.order(date(2011, 5, 2), units=30, received=30)
    marts.order(date(2011, 5, 16), units=30, received=0)
    store = next(outcome for outcome in replayed(settings).replay.outcomes if outcome.name == STORE)
    total = totals(store)
    # Seven days without stock lose two units each, at a margin of 2.
    assert (total.units_lost, total.stockout_days, total.lost_margin) == (14, 7, 28.0)
    assert (total.orders, total.ordering) == (2, 20.0)
    assert total.average_stock_value == pytest.approx(40 * 3 * 22 / 29)
    # Empty from the 9th to the 15th of May.
    assert np.flatnonzero(store.stock_value_by_day == 0).tolist() == list(range(8, 15))


def test_units_that_were_under_way_arrive_for_every_policy(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    # 61 days of receipts came to 122 units. 125 were ordered before: 3 are still to come.
    marts.order(date(2011, 4, 20), units=200, received=125)
    marts.order(date(2011, 5, 2), units=50, received=41)
    assert replayed(settings).replay.scenario.inbound[0].tolist() == [2, 1, *[0] * 27]


def test_items_of_one_supplier_wait_together_and_its_quote_stands_in_for_receipts(
    marts: Marts, settings: Settings
) -> None:
    marts.supplier()
    marts.supplier("S02", quoted_lead_time_days=20)
    for days, ordered in ((4, date(2011, 3, 1)), (15, date(2011, 3, 2))):
        marts.shipment(ordered, days)
    marts.shipment(date(2011, 3, 3), None, supplier_id="S02")
    for sku, supplier in (("MUG", "S01"), ("CUP", "S01"), ("POT", "S02")):
        marts.sku(sku, supplier_id=supplier)
    scenario = replayed(settings).replay.scenario
    cup, mug, pot = scenario.lead_time_days
    assert np.array_equal(cup, mug)
    assert set(cup.tolist()) == {4, 15}
    assert set(pot.tolist()) == {20}


def test_what_cannot_be_replayed_is_counted_by_reason(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    marts.sku("LATE", first=FIRST_JUDGED)
    marts.sku("GONE", is_discontinued=True)
    marts.sku("NOBODY", supplier_id=None)
    marts.sku("FREE", unit_cost=None)
    marts.sku("EURO", unit_cost_currency="EUR")
    summary = replayed(settings)
    assert summary.replay.scenario.items == 1
    assert json.loads(summary.data.read_text())["left_out"] == {
        "listed after the first judged day": 1,
        "not on sale any more": 1,
        "no supplier is known": 1,
        "no price or no cost is known": 1,
        "bought in another currency, of which no rate is known": 1,
    }


def test_a_drop_shippers_place_is_left_out_and_says_so(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    marts.sku("CUP")
    marts.connection.execute("update marts.fct_stock_daily set location_id = 'MUGWORKS' where sku = 'CUP'")
    marts.connection.execute("insert into intermediate.int_drop_shippers values ('S01', 'MUGWORKS')")
    marts.connection.commit()
    summary = replayed(settings)
    assert json.loads(summary.data.read_text())["left_out"] == {
        "its stock is a drop-shipper's, and nothing is bought for that place": 1
    }


def test_a_rerun_gives_the_same_bytes_and_another_seed_others(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    for day in range(5):
        marts.shipment(FIRST + timedelta(days=day), 3 + 4 * day)
    marts.sku()
    first = replayed(settings)
    before = first.page.read_bytes(), first.data.read_bytes()
    again = replayed(settings)
    assert (again.page.read_bytes(), again.data.read_bytes()) == before
    other = replay_store(settings, ReplayWish(first=FIRST_JUDGED, families=RULES, seed=1))
    assert other.data.read_bytes() != before[1]


def test_the_summary_names_the_files_and_the_bar_reaches_its_end(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    seen: list[tuple[int, int]] = []
    summary = replay_store(
        settings,
        ReplayWish(first=FIRST_JUDGED, families=RULES),
        on_progress=lambda done, total: seen.append((done, total)),
    )
    # Stockroom and four targets of the classic form, 29 days each.
    assert seen[-1] == (5 * 29, 5 * 29)
    assert str(summary).startswith("2011-05-01 to 2011-05-29: 1 SKU-locations under 6 policies")
    assert str(summary.page) in str(summary)
    assert summary.page.parent == settings.reports_dir


def test_the_command_prints_what_came_of_it_and_where_it_lies(
    marts: Marts,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    marts.supplier()
    marts.sku()
    for name in ("warehouse_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir"):
        monkeypatch.setenv(f"STOCKROOM_{name.upper()}", str(getattr(settings, name)))
    monkeypatch.setenv("STOCKROOM_LANDING_URL", tmp_path.as_uri())
    window = ["--from", "2011-05-01", "--to", "2011-05-20"]
    assert main(["replay", *window, "--policies", "simple", "--out", str(tmp_path / "here")]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("2011-05-01 to 2011-05-20: 1 SKU-locations under 2 policies")
    for suffix in ("html", "json"):
        file = tmp_path / "here" / f"replay-2011-05-01-to-2011-05-20.{suffix}"
        assert file.exists()
        assert str(file) in printed


def test_days_that_the_marts_do_not_know_are_refused(marts: Marts, settings: Settings) -> None:
    with pytest.raises(NothingToReplayError, match="the marts are empty"):
        replayed(settings)
    marts.supplier()
    marts.sku()
    with pytest.raises(NothingToReplayError, match="choose days from 2011-03-29 to 2011-05-29"):
        replayed(settings, first=FIRST)
    with pytest.raises(NothingToReplayError, match="choose days from"):
        replay_store(settings, ReplayWish(last=LAST + timedelta(days=1)))
    with pytest.raises(ReplayError, match="there is no croston"):
        replayed(settings, families=("croston",))


def test_ninety_days_are_judged_unless_the_past_is_too_short(marts: Marts, settings: Settings) -> None:
    marts.supplier()
    marts.sku()
    summary = replay_store(settings, ReplayWish(families=("simple",)))
    assert (summary.window.first, summary.window.last) == (date(2011, 3, 29), LAST)
