"""What a polling round over every channel costs when nothing is new: in Airflow, and of our own.

In Airflow: a scratch project is brought up on the sample store, and the runs that its scheduler starts every two
minutes are read from Airflow's own tables. Of our own: the same extracts and pushes in one process, without Airflow.
"""

from __future__ import annotations

import resource
import time
from datetime import date

import numpy as np
import psycopg
from scratch import brought_up, connected_shop

from stockroom.channels import CHANNELS
from stockroom.jobs.build_marts import LAYERS, build_marts
from stockroom.jobs.extract_channel import extract_channel
from stockroom.jobs.push_availability import push_availability
from stockroom.settings import Settings

ROUNDS, DAY = 5, date(2011, 6, 30)


def main() -> None:
    """Measure both and print a line for each."""
    by_ourselves()
    in_airflow()


def by_ourselves() -> None:
    """Extract and push every channel in this process, after everything was read, built and pushed once."""
    with connected_shop(f"{DAY}T05:00") as (settings, shop):
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


def one_round(settings: Settings) -> None:
    """Do what ``sync_channels`` does."""
    for channel in CHANNELS:
        extract_channel(settings, channel)
    push_availability(settings)


def in_airflow() -> None:
    """Wait for runs that find nothing new, and read how long they took."""
    query = """
        select extract(epoch from end_date - start_date)::float from dag_run
        where dag_id = 'sync_channels' and state = 'success' order by start_date desc limit %s
    """
    with brought_up() as (_, server):
        with psycopg.connect(server.url(database="airflow", role="airflow"), autocommit=True) as airflow:
            known = len(airflow.execute(query, [1_000]).fetchall())
            while len(airflow.execute(query, [1_000]).fetchall()) < known + ROUNDS + 1:
                time.sleep(5)
            seconds = [found for (found,) in airflow.execute(query, [ROUNDS]).fetchall()]
        print(f"in Airflow: {np.median(seconds):.1f} s a round, the longest of {ROUNDS} {max(seconds):.1f} s")


def cpu() -> float:
    """Return the seconds of CPU that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
