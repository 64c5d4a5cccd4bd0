"""What a polling round over every channel costs when nothing is new: in Airflow, and of our own.

In Airflow: a scratch project is brought up on the sample store, and the runs that its scheduler starts every two
minutes are read from Airflow's own tables. Of our own: the same extracts and pushes in one process, without Airflow.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench_run import LINKED, PROJECT, stockroom
from tests.jobs.sample_shop import SampleShop

from stockroom.channels import CHANNELS
from stockroom.embedded import postgres
from stockroom.embedded.installation import Installation
from stockroom.jobs.build_marts import LAYERS, build_marts
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.push_availability import push_availability
from stockroom.settings import Settings
from stockroom.warehouse.migrate import migrate

ROUNDS, DAY = 5, date(2011, 6, 30)


def main() -> None:
    """Measure both and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="stockroom-bench-") as folder:
        by_ourselves(Path(folder))
    with tempfile.TemporaryDirectory(prefix="stockroom-bench-") as folder:
        in_airflow(Path(folder))


def by_ourselves(folder: Path) -> None:
    """Extract and push every channel in this process, after everything was read, built and pushed once."""
    root_home = Path(tempfile.mkdtemp(prefix="stockroom-bench-"))
    root_home.chmod(0o755)
    server = postgres.start(folder / "postgres", root_home=root_home)
    shop = SampleShop(folder / "store", f"{DAY}T05:00", log=folder / "store.log")
    try:
        migrate(server.warehouse_url())
        warehouse = SimpleNamespace(url=server.warehouse_url(), url_of=lambda _: server.warehouse_url("stockroom_app"))
        settings = shop.settings(warehouse, folder)
        one_round(settings)
        for layer in LAYERS[:2]:
            build_marts(settings, as_of_date=DAY, layer=layer)
        one_round(settings)
        walls, before = [], cpu()
        for _ in range(ROUNDS):
            shop.post("/clock/advance", {"minutes": 2})
            start = time.perf_counter()
            one_round(settings)
            walls.append(time.perf_counter() - start)
        spent = (cpu() - before) / ROUNDS
        print(
            f"{len(CHANNELS)} channels by ourselves: {np.median(walls):.1f} s a round, {spent:.1f} s of CPU", flush=True
        )
    finally:
        shop.stop()
        server.stop()
        postgres.remove(folder / "postgres", root_home=root_home)
        shutil.rmtree(root_home, ignore_errors=True)


def one_round(settings: Settings) -> None:
    """Do what ``sync_channels`` does."""
    for channel in CHANNELS:
        extract_channel(settings, channel)
    push_availability(settings)


def in_airflow(scratch: Path) -> None:
    """Wait for runs that find nothing new, and read how long they took."""
    for name in LINKED:
        (scratch / name).symlink_to(PROJECT / name)
    query = """
        select extract(epoch from end_date - start_date)::float from dag_run
        where dag_id = 'sync_channels' and state = 'success' order by start_date desc limit %s
    """
    try:
        subprocess.run([stockroom(), "up"], cwd=scratch, check=True, capture_output=True)
        server = postgres.find(Installation(scratch).directory)
        if server is None:
            raise RuntimeError("nothing is up")
        with psycopg.connect(server.url(database="airflow", role="airflow"), autocommit=True) as airflow:
            known = len(airflow.execute(query, [1_000]).fetchall())
            while len(airflow.execute(query, [1_000]).fetchall()) < known + ROUNDS + 1:
                time.sleep(5)
            seconds = [found for (found,) in airflow.execute(query, [ROUNDS]).fetchall()]
        print(f"in Airflow: {np.median(seconds):.1f} s a round, the longest of {ROUNDS} {max(seconds):.1f} s")
    finally:
        subprocess.run([stockroom(), "clean"], cwd=scratch, check=False, capture_output=True)


def cpu() -> float:
    """Return the seconds of CPU that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
