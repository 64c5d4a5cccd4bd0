"""Find what is overstocked and write the week's digest.

Starts on Monday morning, in the store's time zone, after the night's marts are built; it values what stands above the
target against the newest plan, lists what to do about it and says what came of the list before. Price signals go with
it: to their file and, where a pricing system listens, to that.

If nobody acts, nothing is marked down and nothing is lost: the digest only recommends. Safe to rerun: a week has one
digest, and writing it again replaces it; a pricing system hears of a week once.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.policies import PATIENT, TIER_3, finish_within
from stockroom.orchestration.schedules import by_plan_date


@dag(
    schedule=by_plan_date("30 6 * * 1"),
    default_args=PATIENT,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=4)),
    tags=[TIER_3],
    doc_md=__doc__,
)
def flag_overstock() -> None:
    """Write the digest, then deliver it."""

    @task
    def flag() -> str:
        from stockroom.jobs.flag_overstock import flag_overstock

        return str(flag_overstock(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def deliver() -> str:
        from stockroom.jobs.deliver_outbox import deliver_outbox

        return str(deliver_outbox(this_run.settings(), now=this_run.now()))

    flag() >> deliver()


flag_overstock()
