"""Bring Airflow's metadata up to date: ``python -m stockroom.embedded.prepare_airflow``.

A process of its own, because importing Airflow costs seconds and memory that the runner can do without, and one
process for both steps, because each ``airflow …`` command would pay for the import again. It prints ``SCHEMA_READY``
as soon as the other processes may start.
"""

from __future__ import annotations

import sys

SCHEMA_READY = "schema ready"
DAGS_READY = "dags ready"


def main() -> int:
    """Migrate the metadata, then write down what the DAG files say; return 1 if one of them cannot be read."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import BundleDagBag, sync_bag_to_db
    from airflow.utils.db import initdb

    if "--migrate" in sys.argv:
        initdb()
    print(SCHEMA_READY, flush=True)
    manager = DagBundlesManager()  # type: ignore[no-untyped-call]  # Airflow leaves its constructor untyped
    manager.sync_bundles_to_db()
    for bundle in manager.get_all_dag_bundles():
        bundle.initialize()
        bag = BundleDagBag(bundle.path, bundle_path=bundle.path, bundle_name=bundle.name)
        if bag.import_errors:
            for file, error in bag.import_errors.items():
                print(f"{file} cannot be read:\n{error}", file=sys.stderr)
            return 1
        sync_bag_to_db(bag, bundle.name, bundle_version=None)
    print(DAGS_READY, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
