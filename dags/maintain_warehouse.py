"""Keep the warehouse small: months ahead, old versions, plans and logs out, erased addresses out of files.

Starts on Sunday at 4 in the morning, in the store's time zone. Versions of records that a newer one supersedes leave
raw 90 days after they landed (the newest of each stays, and landing keeps all); what a plan was made from goes after 60
days, plans but the first of each week after 90 (`STOCKROOM_KEEP_*`). What was done stands in `ops.maintenance_runs`.

If nobody acts on a failure, tables grow and no number is wrong; after two months without a run the loads make their
months themselves. Safe to rerun: each part is a transaction, and done again finds nothing to do. `stockroom
replay-landing` brings back what left raw.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.policies import PATIENT, TIER_3, finish_within
from stockroom.orchestration.schedules import by_plan_date


@dag(
    schedule=by_plan_date("0 4 * * 0"),
    default_args=PATIENT,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=6)),
    tags=[TIER_3],
    doc_md=__doc__,
)
def maintain_warehouse() -> None:
    """Do what is due."""

    @task
    def maintain() -> str:
        from stockroom.jobs.maintain_warehouse import maintain_warehouse

        return str(maintain_warehouse(this_run.settings(), as_of_date=this_run.plan_date()))

    maintain()


maintain_warehouse()
