"""Kill planning and sending 200 times between decision and sent: no order lost, none sent twice, none counted twice.

The test of that, with so many kills; ``--minutes``, which the other soaks take, changes nothing here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

KILLS = "200"
TEST = Path(__file__).parents[1] / "tests" / "jobs" / "test_orders_survive_kills.py"

if __name__ == "__main__":
    os.environ["STOCKROOM_ORDER_KILLS"] = KILLS
    os.chdir(TEST.parents[2])
    command = ["-m", "pytest", "-q", "-s", "--timeout", "900", str(TEST)]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606  # in our place, so that signals reach it
