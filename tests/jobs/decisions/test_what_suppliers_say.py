"""What suppliers say changes what a plan does: their own stock, and dates read by what became of earlier ones."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from stockroom.jobs.plan_orders import plan_orders
from stockroom.jobs.release_orders import release_orders

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


NEXT = DAY + timedelta(days=1)
ANSWERED = datetime.combine(DAY, datetime.min.time(), LONDON) + timedelta(hours=10)


@pytest.fixture
def ordered(marts, settings, ask):
    """Release an order of the mug and return its units; stock then stands for the next morning's plan."""
    marts.sku("MUG", on_hand=20)
    plan_orders(settings, as_of_date=DAY)
    release_orders(settings, as_of_date=DAY)
    marts.rebuild(NEXT)
    [(units,)] = ask("select units from ops.purchase_order_lines")
    return units


@pytest.fixture
def answered(warehouse):
    """Note what the supplier answered to that order."""

    def answer(*, answered_at: datetime | None = ANSWERED, **said: object) -> None:
        row = {"po_number": "PO-000001", "line_number": 1, "answered_at": answered_at, **said}
        names, slots = ", ".join(row), ", ".join(["%s"] * len(row))
        warehouse.connection.execute(
            f"insert into ops.purchase_order_line_answers ({names}) values ({slots})",  # noqa: S608 -- the test's own
            tuple(row.values()),
        )
        warehouse.connection.commit()

    return answer


@pytest.fixture
def tomorrow(settings, ask):
    """Return what the next morning's plan counts as on order, and what it orders."""

    def plan() -> tuple[list[list[float]], int]:
        plan_orders(settings, as_of_date=NEXT)
        query = "select on_order, order_units from plan.inputs join plan.decisions using (plan_date, sku, location_id)"
        [(on_order, units)] = ask(query + " where plan_date = %s", NEXT)
        return on_order, units

    return plan


def test_an_order_that_nobody_answered_counts_as_it_was_sent(ordered, tomorrow):
    on_order, units = tomorrow()
    assert [entry[0] for entry in on_order] == [ordered]
    assert units == 0


def test_an_acknowledgement_that_shortens_a_line_leaves_less_on_order(ordered, answered, tomorrow):
    answered(units_accepted=12, units_backordered=0, units_rejected=ordered - 12, promised_date=NEXT)
    on_order, units = tomorrow()
    assert on_order == [[12, 0]]
    assert units > 0, "what does not come is ordered again"


def test_an_answer_of_the_plan_date_itself_is_not_known_yet(ordered, answered, tomorrow):
    answered(answered_at=ANSWERED + timedelta(days=1), units_accepted=0, units_backordered=0, units_rejected=ordered)
    assert [entry[0] for entry in tomorrow()[0]] == [ordered]


def test_an_acknowledgement_that_moves_a_line_far_away_lets_the_plan_order_for_the_time_until_then(
    ordered, answered, tomorrow
):
    answered(
        units_accepted=12,
        units_backordered=ordered - 12,
        units_rejected=0,
        promised_date=NEXT + timedelta(days=9),
        backorder_date=NEXT + timedelta(days=80),
    )
    on_order, units = tomorrow()
    assert on_order == [[12, 9], [ordered - 12, 80]]
    assert units > 0


def test_a_notice_that_it_was_sent_brings_back_what_was_owed_for_later(ordered, answered, tomorrow):
    """Said to come in eighty days, sent after all: it comes as the notice says, and nothing is ordered twice."""
    answered(
        units_accepted=0,
        units_backordered=ordered,
        units_rejected=0,
        backorder_date=NEXT + timedelta(days=80),
        units_shipped=ordered,
        first_shipped_at=ANSWERED,
        expected_date=NEXT + timedelta(days=4),
    )
    on_order, units = tomorrow()
    assert on_order == [[ordered, 4]]
    assert units == 0
