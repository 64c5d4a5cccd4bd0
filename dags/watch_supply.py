"""Watch what suppliers owe: answers, shipments, receipts, silence.

Starts every hour, half an hour after suppliers' files are fetched: silence is a sign too. It brings answers to the
lines of orders, moves orders on, and says of each line under way how likely it comes in time. What is late, short,
back-ordered, refused or unanswered becomes an exception, once, with its chance of a stockout, its money at risk and
what would help.

If nobody acts on a failure, the next hour sees the same signs; 48 hours are allowed. If nobody acts on an exception, it
stands until its cause is gone. Safe to rerun: what stands keeps its time, its place and its answer.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.policies import QUICK, TIER_2, finish_within
from stockroom.orchestration.schedules import by_clock


@dag(
    schedule=by_clock("50 * * * *"),
    default_args=QUICK,
    max_active_runs=1,
    deadline=finish_within(timedelta(minutes=45)),
    tags=[TIER_2],
    doc_md=__doc__,
)
def watch_supply() -> None:
    """Look once."""

    @task
    def watch() -> str:
        from stockroom.jobs.watch_supply import watch_supply

        return str(watch_supply(this_run.settings(), as_of_date=this_run.plan_date(), now=this_run.now()))

    watch()


watch_supply()
