"""Between the jobs and the question: what is asked about each waiting order, and what its answer is passed on as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from stockroom.orchestration.question import APPROVE, NO_ANSWER, REFUSE, read_answer
from stockroom.settings import Settings

ANSWERS: dict[str, Literal["release", "refuse", "no answer"]] = {
    APPROVE: "release",
    REFUSE: "refuse",
    NO_ANSWER: "no answer",
}
"""Each option on the page, as the job takes it."""


def waiting_questions(settings: Settings) -> list[dict[str, str]]:
    """Return one question for each purchase order that waits for an answer."""
    from stockroom.jobs.waiting_orders import waiting_orders

    return [
        {
            "po_number": order.po_number,
            "version": str(order.version),
            "subject": f"Release purchase order {order.po_number}, version {order.version}?",
            "body": str(order),
        }
        for order in waiting_orders(settings)
    ]


def record_answer(settings: Settings, order: Mapping[str, str], response: Mapping[str, Any]) -> str:
    """Record what came back for one order and return what that changed."""
    from stockroom.jobs.answer_order import answer_order

    answer = read_answer(response)
    return str(answer_order(settings, order["po_number"], int(order["version"]), ANSWERS[answer.choice], answer.who))
