"""What suppliers say changes what a plan does: their own stock, and dates read by what became of earlier ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stockroom.jobs.plan_orders import plan_orders

DAY = date(2011, 6, 30)
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def says(marts):
    """Let S01 say what it has of the mug."""

    def say(units: int, *, back_in: int | None = None, days_ago: float = 1.0) -> None:
        marts.insert(
            "fct_supplier_availability",
            supplier_id="S01",
            sku="MUG",
            units=units,
            expected_date=None if back_in is None else DAY + timedelta(days=back_in),
            age_days=days_ago,
        )

    return say


@pytest.fixture
def decided(settings, ask):
    """Return units to order and the reason, once the day is planned."""

    def decide() -> tuple[int, str]:
        plan_orders(settings, as_of_date=DAY)
        [(units, reason)] = ask("select order_units, reason from plan.decisions")
        return units, reason

    return decide


def came(marts, *, late_days: int, orders: int = 12) -> None:
    """Add orders of S01 that came so many days after the promised one, a month ago."""
    for number in range(orders):
        received = datetime.combine(DAY, datetime.min.time(), LONDON) - timedelta(days=30, hours=-12)
        marts.shipment(f"KEPT-{number}", days=10, age_days=29.5)
        marts.order_line(
            f"H-KEPT-{number}",
            units_open=0,
            units_received=24,
            promised_date=received.date() - timedelta(days=late_days),
        )


def test_an_advice_that_the_supplier_is_out_makes_the_plan_order_for_the_wait(marts, says, decided):
    """Sixty mugs last fifteen days and ten are enough for the road; twenty more without any are not."""
    marts.sku("MUG", on_hand=200)
    says(0, back_in=40)
    units, reason = decided()
    assert units > 0
    assert "40 days of it until the supplier has it again" in reason


@pytest.mark.parametrize(
    "said",
    [
        {"units": 500},
        {"units": 0},
        {"units": 0, "back_in": -3},
        {"units": 0, "back_in": 40, "days_ago": 15.0},
    ],
    ids=["it has it", "no day is named", "it should be back", "said a fortnight ago"],
)
def test_an_advice_that_says_nothing_of_a_wait_changes_nothing(said, marts, says, decided):
    marts.sku("MUG", on_hand=200)
    says(**said)
    assert decided()[0] == 0


def test_a_supplier_that_is_always_late_has_it_again_later_too(marts, says, decided, ask):
    marts.sku("MUG", on_hand=200)
    came(marts, late_days=6)
    says(0, back_in=40)
    decided()
    assert ask("select supplier_out_days from plan.inputs") == [(46,)]


def test_a_promise_is_read_as_the_suppliers_promises_were_kept(marts, decided, ask):
    marts.sku("MUG", on_hand=200)
    marts.order_line("H-000007", units_open=24, promised_date=DAY + timedelta(days=3))
    came(marts, late_days=5)
    decided()
    assert ask("select on_order from plan.inputs") == [([[24, 8]],)]
