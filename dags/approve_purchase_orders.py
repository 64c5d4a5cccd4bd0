"""Put each waiting purchase order before named people, and do what their answers say.

Starts when a plan leaves orders that a person must see. Every order is its own group of tasks, so that each goes as
soon as its own question is answered. A large one is put before a second person once the first said yes.

If nobody acts, "no answer" is recorded at the next cut-off and the next plan asks again. There is no limit on runs: a
question left open blocks neither tomorrow's plan nor tomorrow's questions. Safe to rerun: an answer counts only for the
version it was given for and only while that version waits; a second answer is recorded without effect.
"""

from typing import Any, cast

from airflow.sdk import PartitionedAssetTimetable, dag, task, task_group

from stockroom.orchestration import approvals, this_run
from stockroom.orchestration.assets import orders_waiting
from stockroom.orchestration.policies import PATIENT, TIER_1
from stockroom.orchestration.question import AskForApproval, AskSecondPerson

ORDER_NUMBER = "{{ task.order['po_number'] }}"


@dag(
    schedule=PartitionedAssetTimetable(assets=orders_waiting),
    default_args=PATIENT,
    tags=[TIER_1],
    doc_md=__doc__,
)
def approve_purchase_orders() -> None:
    """Ask about each order, record the answers, deliver."""

    @task
    def list_waiting() -> list[dict[str, str]]:
        return approvals.waiting_questions(this_run.settings())

    @task(map_index_template="{{ task.op_kwargs['order']['po_number'] }}")
    def record(order: dict[str, str], response: dict[str, Any]) -> str:
        return approvals.record_answer(this_run.settings(), order, response)

    @task
    def deliver() -> str:
        from stockroom.jobs.deliver_outbox import deliver_outbox

        return str(deliver_outbox(this_run.settings(), now=this_run.now()))

    @task_group
    def approve(order: dict[str, str]) -> None:
        ask = AskForApproval(task_id="ask", order=order, map_index_template=ORDER_NUMBER)
        recorded = record(order=order, response=cast("dict[str, Any]", ask.output))
        second = AskSecondPerson(task_id="ask_second", order=order, map_index_template=ORDER_NUMBER)
        again = record.override(task_id="record_second")(order=order, response=cast("dict[str, Any]", second.output))
        recorded >> [deliver(), second]
        second >> again >> deliver.override(task_id="deliver_second")()

    approve.expand(order=list_waiting())


approve_purchase_orders()
