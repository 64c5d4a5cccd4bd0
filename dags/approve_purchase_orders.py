"""Put each waiting purchase order before a named person, and do what the answer says.

Starts when a plan leaves orders above the approval threshold. Every order is its own group of tasks, so that each goes
as soon as its own question is answered.

If nobody acts, "no answer" is recorded at the next cut-off and the next plan asks again. There is no limit on runs: a
question left open blocks neither tomorrow's plan nor tomorrow's questions. Safe to rerun: an answer counts only for the
version it was given for and only while that version waits; a second answer is recorded without effect.
"""

from typing import Any, cast

from airflow.sdk import PartitionedAssetTimetable, dag, task, task_group

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import orders_waiting
from stockroom.orchestration.policies import PATIENT, TIER_1
from stockroom.orchestration.question import AskForApproval


@dag(
    schedule=PartitionedAssetTimetable(assets=orders_waiting),
    default_args=PATIENT,
    tags=[TIER_1],
    doc_md=__doc__,
)
def approve_purchase_orders() -> None:
    """Ask about each order, record the answer, deliver."""

    @task
    def list_waiting() -> list[dict[str, str]]:
        from stockroom.orchestration.approvals import waiting_questions

        return waiting_questions(this_run.settings())

    @task(map_index_template="{{ task.op_kwargs['order']['po_number'] }}")
    def record(order: dict[str, str], response: dict[str, Any]) -> str:
        from stockroom.orchestration.approvals import record_answer

        return record_answer(this_run.settings(), order, response)

    @task
    def deliver() -> str:
        from stockroom.jobs.deliver_outbox import deliver_outbox

        return str(deliver_outbox(this_run.settings(), now=this_run.now()))

    @task_group
    def approve(order: dict[str, str]) -> None:
        ask = AskForApproval(task_id="ask", order=order, map_index_template="{{ task.order['po_number'] }}")
        record(order=order, response=cast("dict[str, Any]", ask.output)) >> deliver()

    approve.expand(order=list_waiting())


approve_purchase_orders()
