"""Builders with defaults, so that a test shows only what matters to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from stockroom.planning import ItemHistory, LeadTimeHistory, Plan, Policy, plan_items

AS_OF_DATE = date(2011, 6, 30)
TEXTBOOK = Policy(method="both_variances")
"""What can be reckoned by hand; what is learned has tests of its own."""


def build_history(units_sold, **given) -> ItemHistory:
    units = np.atleast_2d(np.asarray(units_sold))
    n, d = units.shape
    defaults = {
        "dates": np.arange(d) + np.datetime64(AS_OF_DATE) - d,
        "unit_price": np.full(n, 5.0),
        "unit_cost": np.full(n, 2.0),
        "supplier": np.full(n, "S01"),
        "category": np.full(n, "mugs"),
        "on_hand": np.zeros(n, dtype=np.int64),
    }
    return ItemHistory(units_sold=units, **{**defaults, **given})


def build_lead_times(days=(14.0,) * 30, **given) -> LeadTimeHistory:
    days = np.asarray(days, dtype=float)
    return LeadTimeHistory(**{"supplier": np.full(days.size, "S01"), "days": days, **given})


def build_plan(units_sold, *, lead_times=None, policy=None, **given) -> Plan:
    lead_times = build_lead_times() if lead_times is None else lead_times
    history = build_history(units_sold, **given)
    return plan_items(history, lead_times, policy or TEXTBOOK, as_of_date=AS_OF_DATE)


@pytest.fixture(scope="session")
def history_of() -> Callable[..., ItemHistory]:
    return build_history


@pytest.fixture(scope="session")
def shipments() -> Callable[..., LeadTimeHistory]:
    return build_lead_times


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """Return the textbook's plan of one supplier that always takes 14 days, unless the test says otherwise."""
    return build_plan


@pytest.fixture(scope="session")
def as_of_date() -> date:
    return AS_OF_DATE
