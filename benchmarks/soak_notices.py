"""Deliver 100,000 notices to a real mail server while deliveries are killed at random: none lost, none twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NOTICES = "100000"


def main() -> int:
    """Run the benchmark with so many; ``--minutes``, which the other soaks take, changes nothing here."""
    command = [
        sys.executable,
        str(Path(__file__).with_name("bench_notices.py")),
        "--restocks",
        "1",
        "--notices",
        NOTICES,
    ]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
