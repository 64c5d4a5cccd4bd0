"""Bring what the channels sold and have into the warehouse, name what is oversold, tell them what can be sold.

Starts every two minutes, with a task a channel: one that is down delays no other; when channels call, one does it all.
If nobody acts, the next run goes on; a push that would empty a shop asks. Safe to rerun: rows and files have names.
"""

from datetime import timedelta

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import channel_events, channel_records, stock_positions
from stockroom.orchestration.policies import QUICK, TIER_1, finish_within
from stockroom.orchestration.schedules import by_clock_and_at_once


@dag(
    schedule=by_clock_and_at_once("*/2 * * * *", channel_events),
    default_args=QUICK,
    max_active_runs=1,
    deadline=finish_within(timedelta(minutes=15)),
    tags=[TIER_1],
    doc_md=__doc__,
)
def sync_channels() -> None:
    """Extract every channel, record restock requests, push availability."""

    @task
    def begin_round() -> list[str]:
        from stockroom.jobs.begin_round import begin_round

        return begin_round(this_run.settings(), is_called=this_run.is_called(), now=this_run.now)

    @task(map_index_template="{{ task.op_kwargs['channel_id'] }}")
    def extract(channel_id: str) -> str:
        from stockroom.jobs.extract_channel import extract_channel

        return str(extract_channel(this_run.settings(), channel_id))

    @task(outlets=[channel_records, stock_positions], trigger_rule="all_done_min_one_success")
    def record_restock_requests() -> str:
        from stockroom.jobs.announce_restocks import is_somebodys_turn
        from stockroom.jobs.record_restock_requests import record_restock_requests

        this_run.leave_to_the_clock(unless=lambda: is_somebodys_turn(this_run.settings(), now=this_run.now()))
        return str(record_restock_requests(this_run.settings()))

    @task(trigger_rule="all_done_min_one_success")
    def push_availability() -> str:
        from stockroom.jobs.finish_round import finish_round

        return finish_round(this_run.settings())

    read = extract.expand(channel_id=(begun := begin_round()))
    read >> [begun >> record_restock_requests(), push_availability(), EmptyOperator(task_id="every_channel_answered")]


sync_channels()
