"""Which mornings a run goes through, and which orders the buyer of the sample store answers how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from stockroom.embedded.airflow_api import DagRun
from stockroom.embedded.follow import Follower
from stockroom.embedded.sample_days import SampleDay, choose_answers, choose_days
from stockroom.settings import Settings
from stockroom.warehouse.order_answers import WaitingOrder
from stockroom.warehouse.order_list import ListedOrder

EARLIER, LAST = date(2011, 6, 28), date(2011, 6, 30)


def waiting(
    number: int, supplier_id: str, *, value: int = 900, lines: int = 10, rate: str | None = None
) -> WaitingOrder:
    return WaitingOrder(
        po_number=f"PO-{number:06}",
        version=1,
        supplier_id=supplier_id,
        supplier_name=supplier_id,
        location_id="LONDON",
        currency="EUR" if rate else "GBP",
        value=Decimal(value),
        exchange_rate=Decimal(rate) if rate else None,
        rate_date=EARLIER if rate else None,
        lines=lines,
        units=100,
        plan_date=EARLIER,
        waiting_since=datetime(2026, 1, 1, tzinfo=UTC),
        requested_date=None,
        why=None,
        first_yes=None,
    )


def answers(orders: Sequence[WaitingOrder], before: Sequence[ListedOrder] = ()) -> dict[str, str]:
    return choose_answers(orders, before, up_to=Decimal(25_000), currency="GBP")


def listed(number: int, supplier_id: str, state: str, kind: str = "purchase") -> ListedOrder:
    return ListedOrder(f"PO-{number:06}", 1, supplier_id, "LONDON", EARLIER, state, Decimal(900), "GBP", kind)


@pytest.fixture
def settings(warehouse, tmp_path: Path) -> Settings:
    return Settings(warehouse.url, tmp_path.as_uri(), tmp_path, tmp_path, tmp_path, tmp_path)


def plan(warehouse, *days: date) -> None:
    for day in days:
        warehouse.connection.execute(
            """
            insert into plan.runs (plan_date, planned_at, inputs_sha256, policy, items, decided_at)
            values (%(day)s, now(), 'x', '{}', 1, now())
            """,
            {"day": day},
        )
    warehouse.connection.commit()


@pytest.mark.parametrize(
    ("planned", "days"),
    [
        ((), (EARLIER, LAST)),
        ((EARLIER,), (EARLIER, LAST)),
        ((EARLIER, LAST), (LAST,)),
        ((date(2011, 6, 29),), (LAST,)),
        ((date(2011, 6, 20),), (EARLIER, LAST)),
    ],
    ids=["nothing is planned", "cut off between them", "both are planned", "a day between is", "a day before is"],
)
def test_the_earlier_morning_comes_first_while_nothing_after_it_is_planned(
    planned: tuple[date, ...], days: tuple[date, ...], settings: Settings, warehouse
) -> None:
    plan(warehouse, *planned)
    assert choose_days(settings, LAST, earlier=EARLIER) == days


def test_a_day_that_somebody_names_stands_for_itself(settings: Settings) -> None:
    assert choose_days(settings, LAST, earlier=None) == (LAST,)


def test_the_longest_order_of_each_kind_of_supplier_goes_and_the_smallest_of_another_does_not() -> None:
    orders = [
        waiting(1, "S01"), waiting(2, "S01", lines=12), waiting(3, "S04"), waiting(4, "S05"), waiting(5, "S11"),
        waiting(6, "S07", value=50), waiting(7, "S07", value=40),
    ]  # fmt: skip
    assert answers(orders) == {
        "PO-000002": "Approve",
        "PO-000003": "Approve",
        "PO-000004": "Approve",
        "PO-000005": "Approve",
        "PO-000007": "Refuse",
    }


def test_what_two_people_must_agree_to_is_left_to_them() -> None:
    assert answers([waiting(1, "S01", value=25_001), waiting(2, "S07", value=25_001)]) == {}


def test_orders_in_other_money_are_weighed_by_their_rate() -> None:
    assert answers([waiting(1, "S01", value=30_000, rate="0.8")]) == {"PO-000001": "Approve"}
    assert answers([waiting(1, "S01", value=30_000, rate="0.9")]) == {}


def test_a_run_that_was_cut_off_goes_on_where_it_was() -> None:
    orders = [waiting(1, "S01"), waiting(2, "S04"), waiting(3, "S07")]
    before = [listed(9, "S01", "sent"), listed(8, "S07", "refused")]
    assert answers(orders, before) == {"PO-000002": "Approve"}


def test_a_shoppers_order_that_was_passed_on_is_not_its_suppliers_answered_one() -> None:
    assert answers([waiting(1, "S01")], [listed(9, "S01", "sent", "drop_ship")]) == {"PO-000001": "Approve"}


def test_where_nobody_may_answer_nobody_does(settings: Settings) -> None:
    with httpx.Client() as client:  # that would have nothing to talk to
        follower = Follower(client, since=datetime(2026, 1, 1, tzinfo=UTC), say=print, check=lambda: None)
        day = SampleDay(client, client, follower, replace(settings, approvers=()), print)
        day.answer(DagRun("approve_purchase_orders", "a", "running", None, datetime(2026, 1, 1, tzinfo=UTC)), EARLIER)
    assert follower.runs == {}
