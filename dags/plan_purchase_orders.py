"""Plan purchase orders from the day's marts and release the small ones.

Starts when the marts of a plan date are built; the date comes with them as the partition key. The plan freezes its
inputs, decides, and writes one proposal per supplier, ship-to and currency; a check of the decisions stands before
anything leaves. Orders up to the approval threshold are released at once, the others wait for a named person.

If nobody acts, waiting proposals still count as on order, and the next plan replaces them version by version. Safe to
rerun: a decided day reads its frozen inputs again, and each message leaves the outbox once.
"""

from datetime import timedelta

from airflow.sdk import PartitionedAssetTimetable, dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import orders_waiting, planning_marts
from stockroom.orchestration.policies import PATIENT, TIER_1, finish_within


@dag(
    schedule=PartitionedAssetTimetable(assets=planning_marts),
    default_args=PATIENT,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=1)),
    tags=[TIER_1],
    doc_md=__doc__,
)
def plan_purchase_orders() -> None:
    """Plan, check, release, deliver."""

    @task
    def plan() -> str:
        from stockroom.jobs.plan_orders import plan_orders

        return str(plan_orders(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def check_decisions() -> str:
        from stockroom.jobs.check_decisions import check_decisions

        return str(check_decisions(this_run.settings(), as_of_date=this_run.plan_date()))

    @task(outlets=[orders_waiting])
    def release() -> str:
        from stockroom.jobs.release_orders import release_orders

        this_run.stamp_outlets()
        return str(release_orders(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def deliver() -> str:
        from stockroom.jobs.deliver_outbox import deliver_outbox

        return str(deliver_outbox(this_run.settings()))

    plan() >> check_decisions() >> release() >> deliver()


plan_purchase_orders()
