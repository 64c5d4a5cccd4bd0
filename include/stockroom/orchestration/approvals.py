"""Between the jobs and the question: what is asked about each waiting order, and what its answer is passed on as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from stockroom.orchestration.answer_options import APPROVE, NO_ANSWER, REFUSE
from stockroom.orchestration.question import read_answer
from stockroom.settings import Settings

ANSWERS: dict[str, Literal["release", "refuse", "no answer"]] = {
    APPROVE: "release",
    REFUSE: "refuse",
    NO_ANSWER: "no answer",
}
"""Each option on the page, as the job takes it."""
FIRST, SECOND = "first", "second"
"""Whether an order's first or second person is asked."""


def waiting_questions(settings: Settings, *, only: str | None = None) -> list[dict[str, str]]:
    """Return one question for each purchase order that waits for an answer, or for one of them."""
    from stockroom.jobs.order_questions import order_questions

    return [
        {
            "po_number": one.order.po_number,
            "version": str(one.order.version),
            "subject": f"Release purchase order {one.order.po_number}, version {one.order.version}?",
            "body": one.body,
            "asked": ",".join(one.asked),
            "step": SECOND if one.order.first_yes else FIRST,
        }
        for one in order_questions(settings, only=only, desk_url=desk_url())
    ]


def second_question(settings: Settings, order: Mapping[str, str]) -> dict[str, str] | None:
    """Return the question for the second of two people; ``None`` where one was enough, or the first said no."""
    if order["step"] == SECOND:
        return None
    questions = waiting_questions(settings, only=order["po_number"])
    return next((one for one in questions if one["step"] == SECOND and one["version"] == order["version"]), None)


def desk_url() -> str:
    """Return where Airflow shows the operators' desk, whatever stands in front of it."""
    from airflow.configuration import conf

    return conf.get("api", "base_url", fallback="").rstrip("/") + "/operators-desk"


def record_answer(settings: Settings, order: Mapping[str, str], response: Mapping[str, Any]) -> str:
    """Record what came back for one order and return what that changed."""
    from stockroom.jobs.answer_order import answer_order

    answer = read_answer(response)
    return str(answer_order(settings, order["po_number"], int(order["version"]), ANSWERS[answer.choice], answer.who))
