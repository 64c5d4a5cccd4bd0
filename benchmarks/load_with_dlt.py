"""Load a landing file of Shopify orders with dlt; prints the seconds that its pipeline took, imports not counted.

Runs in `.venv-bench`, where dlt lives: `.venv-bench/bin/python benchmarks/load_with_dlt.py FILE DATABASE_URL FORMAT`.
FORMAT is `insert_values`, dlt's own choice for Postgres, or `csv`, which loads by COPY.
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt  # installed in .venv-bench, which mypy does not read
import orjson

BATCH = 5_000


def main() -> None:
    """Load the file into the schema ``peer`` and print the seconds."""
    file, database_url, file_format = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "stockroom_bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(database_url),
            dataset_name="peer",
        )
        began = time.perf_counter()
        resource = dlt.resource(batches(file), name="orders")
        pipeline.run(resource, loader_file_format=file_format, write_disposition="append").raise_on_failed_jobs()
        print(time.perf_counter() - began)


def batches(file: str) -> Iterator[list[Any]]:
    """Yield the documents in lists, which dlt takes faster than one by one."""
    with gzip.open(file) as lines:
        batch = []
        for line in lines:
            batch.append(orjson.loads(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


if __name__ == "__main__":
    main()
