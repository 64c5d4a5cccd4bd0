"""What is sold out is likely back within an interval, which is said only while such intervals have held."""

from __future__ import annotations

import numpy as np

from stockroom.planning.history import LeadTimeHistory
from stockroom.planning.likely_back import Coverage, interval_days, past_coverage


def shipments(days: np.ndarray, age_days: np.ndarray, supplier: str = "S01") -> LeadTimeHistory:
    return LeadTimeHistory(supplier=np.full(days.size, supplier), days=days, age_days=age_days)


def drawn(count: int, *, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return lead times around 20 days, and how long ago each came."""
    random = np.random.default_rng(seed)
    return np.exp(random.normal(np.log(20.0), 0.25, count)), random.uniform(0, 400, count)


def test_steady_suppliers_arrive_as_often_as_is_said() -> None:
    found = past_coverage(shipments(*drawn(600)), half_life_days=60.0)
    assert found["*"] == found["S01"]
    assert found["*"].arrivals > 100
    assert found["*"].is_calibrated


def test_a_supplier_that_became_slower_is_not_believed() -> None:
    days, age = drawn(600)
    found = past_coverage(shipments(np.where(age < 100, days * 2.5, days), age), half_life_days=1000.0)
    assert not found["*"].is_calibrated


def test_few_arrivals_say_nothing() -> None:
    few = past_coverage(shipments(*drawn(60)), half_life_days=60.0)["*"]
    assert 0 < few.arrivals < 50
    assert not few.is_calibrated
    assert not past_coverage(LeadTimeHistory.empty(), half_life_days=60.0)["*"].is_calibrated


def test_what_is_known_today_does_not_help_in_the_past() -> None:
    days, age = drawn(300)
    later = np.where(age < 14, 80.0, days)  # sent long before, and came after the last look
    before, after = (past_coverage(shipments(one, age), half_life_days=60.0)["*"] for one in (days, later))
    assert after.share < before.share, "nobody could have foreseen them"


def test_an_order_that_may_never_come_has_no_interval() -> None:
    assert interval_days([np.full(12, 90.0)]) is None
    assert interval_days([]) is None


def test_bands_are_kept_to_the_letter() -> None:
    assert Coverage(50, 100, 70).is_calibrated
    assert Coverage(50, 100, 90).is_calibrated
    assert not Coverage(50, 100, 91).is_calibrated
    assert not Coverage(49, 100, 80).is_calibrated
    assert Coverage(10, 10, 5).is_of_bad_supplier
    assert not Coverage(9, 9, 0).is_of_bad_supplier
