"""Two mornings at the sample store: what is ordered on the earlier one is answered before the later one is planned.

A person answers in Airflow, as one would; shoppers who were told read their mails, and some buy; then the store's clock
goes on, and its suppliers say each in its own way what they make of their orders. Only the sample store has a clock to
move: nothing of this happens anywhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import httpx

from stockroom.embedded.airflow_api import DagRun, answer_question, end_question, start_run
from stockroom.embedded.follow import Follower
from stockroom.jobs.waiting_orders import waiting_orders
from stockroom.orchestration.answer_options import APPROVE, REFUSE
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.order_answers import WaitingOrder
from stockroom.warehouse.order_list import ListedOrder, list_orders
from stockroom.warehouse.order_states import LEFT
from stockroom.warehouse.run_summary import list_planned_dates

APPROVED_OF = ("S01", "S04", "S05", "S11")
"""Takes an order as it is; shortens it; owes part of it; says nothing (the sample store's README)."""
ORDERS_LOOKED_AT = 500
ANSWERS_TIMEOUT_SECONDS = 180.0
STORE_TIMEOUT_SECONDS = 120.0
"""Taking orders in lets the store's suppliers and shelves be played anew."""


class UnansweredError(RuntimeError):
    """Answers given in Airflow did not reach the orders; the message names these."""


@dataclass
class SampleDay:
    """One morning that is gone through before the one that a run is about."""

    client: httpx.Client
    """Of whoever may start DAGs."""
    person: httpx.Client
    """Of whoever answers for orders."""
    follower: Follower
    settings: Settings
    say: Callable[[str], None]
    _answered: set[tuple[str, int]] = field(default_factory=set)
    """Order and attempt: an answer that Airflow lost with its attempt is given again."""

    def go_through(self, day: date, *, until: date) -> None:
        """Plan the day, answer orders, tell shoppers; let the store's clock go on to the morning of ``until``."""
        suppliers, channels = start_run(self.client, "sync_suppliers"), start_run(self.client, "sync_channels")
        self.follower.wait_for(suppliers, channels)
        build = start_run(self.client, "build_planning_marts", partition_key=day.isoformat())
        announce = self.follower.find_started("announce_restocks", after=channels)
        self.follower.wait_for(build)
        plan = self.follower.find_started("plan_purchase_orders", after=build)
        self.follower.wait_for(plan)
        questions = self.follower.find_started("approve_purchase_orders", after=plan)
        self.follower.wait_for_people(questions)
        self.answer(questions, day)
        for question in self.follower.open_questions(questions):
            end_question(self.client, question, note=f"{day} is over; the plan of {until} asks again")
        self.follower.wait_for(announce)
        self.read_mails()
        self.move_clock(until)

    def answer(self, questions: DagRun, day: date) -> None:
        """Let the person answer, and return when the orders have left, or are refused. Where nobody may, nobody does.

        Raises:
            UnansweredError: they are not after minutes.
        """
        if not self.settings.approvers:
            return
        with connect(self.settings.warehouse_url) as connection:
            orders = [one for one in list_orders(connection, limit=ORDERS_LOOKED_AT) if one.plan_date == day]
        limit, currency = self.settings.second_approval_threshold, self.settings.currency
        choices = choose_answers(waiting_orders(self.settings), orders, up_to=limit, currency=currency)
        start = time.monotonic()

        def has_effect() -> bool:
            missing = self._give(questions, choices)
            if missing and time.monotonic() - start > ANSWERS_TIMEOUT_SECONDS:
                raise UnansweredError(f"answered in Airflow, but as before in ops: {', '.join(missing)}")
            return not missing

        self.follower.wait_until(has_effect)

    def read_mails(self) -> None:
        """Let the store's shoppers read what they were told; what some of them buy comes with the shop's orders."""
        done = self._tell_store("shoppers", {})
        self.say(
            f"the sample store's shoppers read {done['read']:,} notices, follow {done['followed']:,} links "
            f"and buy by {done['bought']:,}"
        )

    def move_clock(self, day: date) -> None:
        """Let the store's clock go on to six in the morning of a day; it takes in the orders that have left."""
        moment = f"{day.isoformat()}T06:00"
        stands = self._tell_store("clock", {"clock": moment})
        taken, refused = stands["orders_taken"], stands["orders_refused"]
        self.say(f"the sample store's clock goes on to {moment}; its suppliers have {len(taken)} orders")
        for po_number, reason in refused.items():
            self.say(f"  not {po_number}: {reason}")

    def _tell_store(self, path: str, document: Mapping[str, str]) -> dict[str, Any]:
        """Tell the sample store something, and return what it answers."""
        url = f"{self.settings.shop_url}/{path}"
        answer: dict[str, Any] = httpx.post(url, json=document, timeout=STORE_TIMEOUT_SECONDS).raise_for_status().json()
        return answer

    def _give(self, questions: DagRun, choices: Mapping[str, str]) -> list[str]:
        """Answer what is asked and not answered yet; return the orders on which no answer has had its effect."""
        with connect(self.settings.warehouse_url) as connection:
            states = {one.po_number: one.state for one in list_orders(connection, limit=ORDERS_LOOKED_AT)}
        missing = [
            one for one, choice in choices.items() if states[one] != ("sent" if choice == APPROVE else "refused")
        ]
        for question in self.follower.open_questions(questions):
            attempt = (question.label, question.try_number)
            if question.label in missing and attempt not in self._answered:
                answer_question(self.person, question, choices[question.label])
                self._answered.add(attempt)
                self.say(f"{question.name:<48} answered over Airflow's API: {choices[question.label]}")
        return missing


def choose_days(settings: Settings, last: date, *, earlier: date | None) -> tuple[date, ...]:
    """Return the mornings to go through, oldest first: the earlier one only while nothing after it was planned."""
    with connect(settings.warehouse_url) as connection:
        planned = list_planned_dates(connection)
    return (last,) if earlier is None or any(day > earlier for day in planned) else (earlier, last)


def choose_answers(
    waiting: Sequence[WaitingOrder], orders: Collection[ListedOrder], *, up_to: Decimal, currency: str
) -> dict[str, str]:
    """Return what is answered, by order: yes to some suppliers' longest, no to the smallest of another.

    Only orders that one person may let go, worth ``up_to`` an amount in ``currency``; ``orders`` are all of the day,
    those answered already (by a run that was cut off) with them; a shopper's order that is passed on nobody answers.
    """
    gone = {order.supplier_id for order in orders if order.state in LEFT and order.kind != "drop_ship"}
    worth = {one.po_number: value for one in waiting if (value := one.worth_in(currency)) is not None}
    small = [one for one in waiting if worth.get(one.po_number, Decimal("inf")) <= up_to]
    yes = {}
    for supplier_id in APPROVED_OF:
        own = [one for one in small if one.supplier_id == supplier_id]
        if own and supplier_id not in gone:
            yes[min(own, key=lambda one: (-one.lines, one.po_number)).po_number] = APPROVE
    others = [one for one in small if one.supplier_id not in APPROVED_OF]
    if others and not any(order.state == "refused" for order in orders):
        return yes | {min(others, key=lambda one: (worth[one.po_number], one.po_number)).po_number: REFUSE}
    return yes
