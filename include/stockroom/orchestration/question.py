"""The question that Airflow carries to an approver. What the answer does is decided in ``ops``, not here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk.exceptions import AirflowSkipException

from stockroom.orchestration.answer_options import APPROVE, NO_ANSWER, REFUSE
from stockroom.orchestration.plan_date import time_to_next_cut_off
from stockroom.settings import Settings

if TYPE_CHECKING:
    from airflow.sdk import Context

ASKED_AGAIN_AFTER = timedelta(seconds=10)
ASKED_AGAIN = "\n\n**Asked again.** No answer given to this question so far has counted."
"""An answer within a second of its question can be lost with the attempt that asked (apache/airflow#67287): whoever
gave it should see the question again at once, and why."""
NOBODY = "nobody"


@dataclass(frozen=True)
class Answer:
    """What came back: one of the three options, and who chose it."""

    choice: str
    who: str


class AskForApproval(HITLOperator):
    """Ask named people whether one purchase order may go; after the next cut-off nobody has answered.

    Not ``ApprovalOperator``: that one skips what follows a refusal, and a refusal is recorded like any answer.
    The task waits in the database; it holds no worker, no trigger and no slot.
    """

    template_fields = (*HITLOperator.template_fields, "order")

    def __init__(self, *, order: Mapping[str, Any], **kwargs: Any) -> None:  # noqa: ANN401  # an operator's own arguments
        own = {"retry_delay": ASKED_AGAIN_AFTER, "retry_exponential_backoff": False}
        own["execution_timeout"] = None  # the parent would take it for the time that people have to answer
        super().__init__(subject="", options=[APPROVE, REFUSE, NO_ANSWER], defaults=NO_ANSWER, **kwargs | own)
        self.order = order

    def execute(self, context: Context) -> None:
        """Write the question down and wait.

        ``order`` holds ``po_number``, ``version``, ``subject`` and ``body``, and in ``asked`` the names of those who
        may answer, parted by commas; without it the approvers may.
        """
        settings = Settings.from_environment()
        names = [name for name in str(self.order.get("asked", "")).split(",") if name] or settings.approvers
        self.subject = str(self.order["subject"])
        self.body = str(self.order["body"]) + (ASKED_AGAIN if context["ti"].try_number > 1 else "")
        self.assigned_users = [{"id": name, "name": name} for name in names]
        self.response_timeout = time_to_next_cut_off(settings, now=datetime.now(UTC))
        super().execute(context)


class AskSecondPerson(AskForApproval):
    """Ask a second person about an order that one said yes to; it is skipped where one was enough."""

    def execute(self, context: Context) -> None:
        """Put the second question, if there is one."""
        from stockroom.orchestration.approvals import second_question  # it needs this module's words

        question = second_question(Settings.from_environment(), self.order)
        if question is None:
            raise AirflowSkipException(f"{self.order['po_number']} needs no second person")
        self.order = question
        super().execute(context)


def read_answer(response: Mapping[str, Any]) -> Answer:
    """Return the answer in what ``AskForApproval`` hands on.

    >>> read_answer({"chosen_options": ["Approve"], "responded_by_user": {"id": "buyer", "name": "buyer"}})
    Answer(choice='Approve', who='buyer')
    >>> read_answer({"chosen_options": ["No answer"], "responded_by_user": None})
    Answer(choice='No answer', who='nobody')
    """
    user = response.get("responded_by_user")
    return Answer(choice=str(response["chosen_options"][0]), who=str(user["name"]) if user else NOBODY)
