"""Measure what decisions were worth: forecasts against what sold, stockouts and stock in money, policies in replay.

Starts on Monday morning, in the store's time zone, after the night's marts are built. Three tasks that do not need one
another judge the weeks behind: forecasts per class of items, lost margin and carrying cost per month, and what each
policy would have cost on the newest days, with a report. `replay_days` and `replay_policies` can be chosen when a run
is started by hand.

If nobody acts on a failure, no order is late and no number is wrong: the marts of this DAG stay as last week left them
(runbook: results are not measured). Safe to rerun: the same marts give the same rows, and each run replaces its own.
"""

from datetime import timedelta

from airflow.sdk import Param, dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.policies import PATIENT, TIER_3, finish_within
from stockroom.orchestration.schedules import by_plan_date


@dag(
    schedule=by_plan_date("0 7 * * 1"),
    default_args=PATIENT,
    max_active_runs=1,
    deadline=finish_within(timedelta(hours=4)),
    params={
        "replay_days": Param(90, type="integer", minimum=7, description="Newest days that the policies are played on"),
        "replay_policies": Param("", type="string", description="Families such as stockroom,classic; empty: all"),
    },
    tags=[TIER_3],
    doc_md=__doc__,
)
def measure_results() -> None:
    """Judge forecasts, cost the stock, replay policies."""

    @task
    def accuracy() -> str:
        from stockroom.jobs.measure_accuracy import measure_accuracy

        return str(measure_accuracy(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def stock_costs() -> str:
        from stockroom.jobs.measure_stock_costs import measure_stock_costs

        return str(measure_stock_costs(this_run.settings(), as_of_date=this_run.plan_date()))

    @task
    def replay() -> str:
        from stockroom.jobs.replay_week import replay_week

        return str(replay_week(this_run.settings(), as_of_date=this_run.plan_date(), **this_run.replay_wishes()))

    accuracy(), stock_costs(), replay()


measure_results()
