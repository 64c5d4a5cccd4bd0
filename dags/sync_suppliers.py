"""Bring in what suppliers, warehouses and planners keep in files.

Starts every hour: supplier terms, catalogues, earlier purchase orders, what suppliers answer, send, charge and have
(X12 is answered by a 997), receipts, counts, promotions and policies; lists that suppliers keep on servers of their own
are fetched. What of it nobody can read or agreed to is put before a person. `build_planning_marts` picks the rest up at
the cut-off.

If nobody acts, the next hour takes the files that this one missed. Safe to rerun: a file that is already known by its
name and content is not loaded again.
"""

from datetime import timedelta

from airflow.sdk import dag, task

from stockroom.orchestration import this_run
from stockroom.orchestration.assets import supplier_records
from stockroom.orchestration.policies import QUICK, TIER_2, finish_within
from stockroom.orchestration.schedules import by_clock


@dag(
    schedule=by_clock("20 * * * *"),
    default_args=QUICK,
    max_active_runs=1,
    deadline=finish_within(timedelta(minutes=45)),
    tags=[TIER_2],
    doc_md=__doc__,
)
def sync_suppliers() -> None:
    """Take in what is new in the folders."""

    @task(outlets=[supplier_records])
    def sync() -> str:
        from stockroom.jobs.sync_suppliers import sync_suppliers

        return str(sync_suppliers(this_run.settings()))

    sync()


sync_suppliers()
