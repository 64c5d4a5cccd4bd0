"""Kills deliveries of the outbox at random moments: each in a fork, which has everything read in already."""

from __future__ import annotations

import os
import random
import signal
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import airflow.providers.smtp.hooks.smtp  # read in before there is anything to kill
import airflow.sdk  # noqa: F401  # read in before there is anything to kill

from stockroom.jobs.deliver_outbox import deliver_outbox
from stockroom.settings import Settings

LONGEST_SECONDS = 0.1


def kill_while_delivering(settings: Settings, *, kills: int, has_begun: Callable[[], int], seed: int = 7) -> None:
    """Begin to deliver and kill the process a moment after its first message, so many times."""
    moments = random.Random(seed)  # noqa: S311  # moments, not secrets
    for _ in range(kills):
        before = has_begun()
        child = os.fork()
        if child == 0:
            try:
                deliver_outbox(settings, now=datetime.now(UTC))
            except BaseException:
                traceback.print_exc()
            os._exit(0)
        until = time.monotonic() + 20
        while has_begun() == before and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(moments.uniform(0, LONGEST_SECONDS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
