"""Deliver 100,000 notices to a real mail server while deliveries are killed at random: none lost, none twice.

``bench_notices.py`` with so many; ``--minutes``, which the other soaks take, changes nothing here.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

NOTICES = "100000"

if __name__ == "__main__":
    command = [str(Path(__file__).with_name("bench_notices.py")), "--restocks", "1", "--notices", NOTICES]
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606  # in our place, so that signals reach it
