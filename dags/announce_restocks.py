"""Tell waiting shoppers that a product is back.

Starts when new stock positions are known. It looks again at what is available, chooses as many requests as there are
units to sell, oldest first, and sends each shopper one message. Who bounced, complained or said STOP is left out.

If nobody acts on a failure, shoppers hear with the next positions, minutes later; more than an hour late raises the
deadline. Safe to rerun: a request is answered once, and each mail leaves the outbox once.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import stock_positions
from stockroom.orchestration.policies import QUICK, TIER_1, finish_within


@dag(
    schedule=stock_positions,
    default_args=QUICK,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=1)),
    tags=[TIER_1],
    doc_md=__doc__,
)
def announce_restocks() -> None:
    """Take in who bounced or said STOP, choose who is told, then deliver."""

    @task
    def take_in_feedback() -> str:
        from stockroom.jobs.take_in_feedback import take_in_feedback

        return str(take_in_feedback(this_run.settings()))

    @task
    def announce() -> str:
        from stockroom.jobs.announce_restocks import announce_restocks

        return str(announce_restocks(this_run.settings(), as_of_date=this_run.plan_date(), now=this_run.now()))

    @task
    def deliver() -> str:
        from stockroom.jobs.deliver_outbox import deliver_outbox

        return str(deliver_outbox(this_run.settings(), now=this_run.now()))

    take_in_feedback() >> announce() >> deliver()


announce_restocks()
