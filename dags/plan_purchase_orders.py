"""Plan purchase orders from the day's marts and release the small ones.

Starts when the marts of a plan date are built; the date comes with them as the partition key. The plan freezes its
inputs, fits once what all items say together, decides the items shard by shard, and proposes one order per supplier,
ship-to and currency; a check of the decisions stands before anything leaves. Orders up to the approval threshold are
released at once, the others wait for a named person. Last, what sold far more or less than was forecast is put before
people.

If nobody acts, waiting proposals still count as on order, and the next plan replaces them version by version. Safe to
rerun, from any task: each step of a day is done once and found by whoever comes later; a message leaves once.
"""

from datetime import timedelta

from airflow.sdk import PartitionedAssetTimetable, dag, task

from stockroom.orchestration import plan_steps as steps
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
    """Freeze, fit, decide shard by shard, propose, check, release, deliver."""
    freeze = task(steps.freeze)()
    shards = task(steps.fit_pools)()
    decide = task(map_index_template="shard {{ task.op_kwargs['shard'] }}")(steps.decide).expand(shard=shards)
    check = task(steps.check_decisions)()
    release = task(outlets=[orders_waiting])(steps.release)()
    deliver, notice = task(steps.deliver)(), task(steps.notice_surprises)()
    freeze >> shards >> decide >> task(steps.propose)() >> check >> release >> deliver >> notice


plan_purchase_orders()
