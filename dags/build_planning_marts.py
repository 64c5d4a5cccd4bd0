"""Build the marts that a day is planned from.

Starts five minutes after the daily cut-off, midnight in the store's time zone. It waits until every stream reaches the
cut-off, checks the raw records, lets dbt build layer by layer and hands the plan date on as the partition key.

If nobody acts on a late stream, the first task tries every ten minutes for three hours, names the laggard each time
and then fails: yesterday's marts and orders stay. The same holds for a failed check or model. Safe to rerun: facts are
those that occurred before the cut-off, and a build replaces what it built before.
"""

from datetime import timedelta
from typing import Literal

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import planning_marts
from stockroom.orchestration.policies import PATIENT, TIER_2, finish_within
from stockroom.orchestration.schedules import by_plan_date


@dag(
    schedule=by_plan_date("5 0 * * *"),
    default_args=PATIENT,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=4)),
    tags=[TIER_2],
    doc_md=__doc__,
)
def build_planning_marts() -> None:
    """Wait, check, then build layer by layer."""

    @task(retries=18, retry_delay=timedelta(minutes=10), retry_exponential_backoff=False)
    def wait_for_streams() -> str:
        from stockroom.jobs.wait_for_streams import wait_for_streams

        return str(wait_for_streams(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def check_raw() -> str:
        from stockroom.jobs.check_raw import check_raw

        return str(check_raw(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def build(layer: Literal["staging", "intermediate", "marts"]) -> str:
        from stockroom.jobs.build_marts import build_marts

        this_run.stamp_outlets()
        return str(build_marts(this_run.settings(), as_of_date=this_run.plan_date(), layer=layer))

    staging = build.override(task_id="build_staging")("staging")
    intermediate = build.override(task_id="build_intermediate")("intermediate")
    marts = build.override(task_id="build_marts", outlets=[planning_marts])("marts")
    wait_for_streams() >> check_raw() >> staging >> intermediate >> marts


build_planning_marts()
