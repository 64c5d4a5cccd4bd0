"""Which day a run plans for, and when its questions run out of time."""

from __future__ import annotations

import doctest
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from stockroom.orchestration import plan_date, question
from stockroom.orchestration.plan_date import choose_plan_date, time_to_next_cut_off
from stockroom.settings import Settings

LATE_EVENING = datetime(2011, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight of 1 July in London


def _settings(as_of_date: date | None = None, time_zone: str = "Europe/London") -> Settings:
    return Settings("", "", Path(), Path(), Path(), Path(), time_zone=time_zone, as_of_date=as_of_date)


def _run(run_type: str, partition_key: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(run_type=run_type, partition_key=partition_key)


@pytest.mark.parametrize("run_type", ["manual", "asset_triggered", "backfill"])
def test_a_key_that_somebody_gave_decides_even_over_a_pinned_date(run_type: str) -> None:
    pinned = _settings(date(2011, 6, 30))
    assert choose_plan_date(_run(run_type, "2011-06-20"), pinned, now=LATE_EVENING) == date(2011, 6, 20)


def test_a_key_of_the_clock_decides_unless_the_date_is_pinned() -> None:
    run = _run("scheduled", "2011-07-01")
    assert choose_plan_date(run, _settings(), now=LATE_EVENING) == date(2011, 7, 1)
    assert choose_plan_date(run, _settings(date(2011, 6, 30)), now=LATE_EVENING) == date(2011, 6, 30)


def test_without_a_key_or_a_pin_it_is_today_where_the_store_is() -> None:
    run = _run("manual")
    assert choose_plan_date(run, _settings(), now=LATE_EVENING) == date(2011, 7, 1)
    assert choose_plan_date(run, _settings(time_zone="America/New_York"), now=LATE_EVENING) == date(2011, 6, 30)


def test_a_question_runs_until_the_next_local_midnight() -> None:
    assert time_to_next_cut_off(_settings(), now=LATE_EVENING) == timedelta(hours=23, minutes=30)


def test_a_day_of_25_hours_gives_25_hours_to_answer() -> None:
    midnight_before_clocks_go_back = datetime(2011, 10, 29, 23, tzinfo=UTC)
    assert time_to_next_cut_off(_settings(), now=midnight_before_clocks_go_back) == timedelta(hours=25)


@pytest.mark.parametrize("module", [plan_date, question])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    result = doctest.testmod(module)
    assert result.attempted
    assert result.failed == 0
