"""Kill planning and sending 200 times between decision and sent: no order lost, none sent twice, none counted twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

KILLS = "200"
TEST = Path(__file__).parents[1] / "tests" / "jobs" / "test_orders_survive_kills.py"


def main() -> int:
    """Run the test with so many kills; ``--minutes``, which the other soaks take, changes nothing here."""
    environment = os.environ | {"STOCKROOM_ORDER_KILLS": KILLS}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--timeout", "900", str(TEST)]
    return subprocess.run(command, cwd=TEST.parents[2], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
