"""Take files in as soon as they arrive on S3 or an SFTP server, without waiting for the clock.

Starts when the triggerer sees a file in a drop that was not there at its last look, half a minute before; no worker
waits. It starts `sync_suppliers` and `sync_channels`, which look into every drop themselves: the event is a hint, and
what is new is decided by names, versions and content. Where all drops are folders of this machine it never starts.
The names of the first files stand in the event's extra, for whoever asks why a run began.

If nobody acts on a failure, the clock starts both all the same: this only saves the time until then. Safe to rerun:
a file that is known by its name and content is not loaded again.
"""

from datetime import timedelta

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import dag

from stockroom.orchestration.assets import dropped_files
from stockroom.orchestration.policies import QUICK, TIER_3, finish_within


@dag(
    schedule=dropped_files,
    default_args=QUICK,
    max_active_runs=1,
    deadline=finish_within(timedelta(minutes=15)),
    tags=[TIER_3],
    doc_md=__doc__,
)
def take_in_dropped_files() -> None:
    """Start what takes files in; each takes turns with its own runs of the clock."""
    TriggerDagRunOperator(task_id="sync_suppliers", trigger_dag_id="sync_suppliers")
    TriggerDagRunOperator(task_id="sync_channels", trigger_dag_id="sync_channels")


take_in_dropped_files()
