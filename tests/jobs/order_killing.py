"""A program that plans, releases and delivers in two processes at once, and kills both at random moments, many times.

Run as a process of its own: it reads everything in once and forks, so that a kill costs a fraction of a second.
Arguments: the warehouse's URL, a folder, how many kills, and a seed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import airflow.providers.smtp.hooks.smtp  # noqa: F401  # read in before there is anything to kill

from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.jobs.release_orders import release_orders
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.orders import ProposedLine, ProposedOrder, propose_orders
from stockroom.warehouse.plans import take_turns

DAY = date(2011, 6, 30)
SUPPLIERS = ("S01", "S02", "S03")
LONGEST_SECONDS = 0.7


def settings_for(url: str, folder: Path) -> Settings:
    """Return settings under which every order goes by itself, by mail."""
    return Settings(
        warehouse_url=url,
        landing_url="",
        documents_dir=folder / "documents",
        outbox_dir=folder / "outbox",
        reports_dir=folder,
        dbt_dir=folder,
        mail_sender="smtp:mails",
        order_way="mail",
        approval_threshold=Decimal(10**9),
    )


def wanted(supplier_id: str, units: int) -> ProposedOrder:
    """Return what a plan wants of one supplier."""
    line = ProposedLine("MUG", "X-MUG", units, 1, Decimal("2.5"), "few", "[]")
    return ProposedOrder(supplier_id, "LONDON", "GBP", DAY, (line,))


def plan_and_send(settings: Settings, seed: int) -> None:
    """Plan anew with other quantities, release, deliver; again and again, until somebody ends it."""
    numbers = random.Random(seed)  # noqa: S311  # quantities, not secrets
    for days in range(1, 1000):
        day = DAY + timedelta(days=days)
        orders = [wanted(name, numbers.randint(1, 5)) for name in SUPPLIERS if numbers.random() < 0.7]
        with connect(settings.warehouse_url) as connection:
            take_turns(connection)
            propose_orders(connection, plan_date=day, orders=orders)
        if numbers.random() < 0.8:
            release_orders(settings, as_of_date=day)
        deliver_outbox(settings, now=datetime.now(UTC))


def _forked(settings: Settings, seed: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            plan_and_send(settings, seed)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def main(url: str, folder: str, kills: str, seed: str) -> int:
    """Kill two at a time; return 1 if one ended by itself."""
    settings = settings_for(url, Path(folder))
    moments = random.Random(int(seed))  # noqa: S311  # moments, not secrets
    for number in range(int(kills) // 2):
        children = [_forked(settings, 1000 * number + place) for place in range(2)]
        for child in children:
            time.sleep(moments.uniform(0.02, LONGEST_SECONDS))
            os.kill(child, signal.SIGKILL)
            if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
