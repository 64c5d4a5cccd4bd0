"""One run at a time, and a dead one never in the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from stockroom.embedded.lock import AlreadyRunningError, hold_lock

HOLD = """
import sys, time
from pathlib import Path
from stockroom.embedded.lock import hold_lock
with hold_lock(Path(sys.argv[1]), what="make run"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLD, tmp_path / "run.lock"], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_refused_and_told_which_process_runs(tmp_path, holder):
    expected = rf"make run is already going on .*\(process {holder.pid}\)"
    with pytest.raises(AlreadyRunningError, match=expected), hold_lock(tmp_path / "run.lock", what="make run"):
        pass


def test_a_killed_run_lets_go(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold_lock(tmp_path / "run.lock", what="make run"):
        assert (tmp_path / "run.lock").read_text() == f"{os.getpid()}\n"


def test_a_finished_run_lets_go(tmp_path):
    for _ in range(2):
        with hold_lock(tmp_path / "run.lock", what="make run"):
            pass


def test_children_of_the_run_do_not_hold_its_lock(tmp_path):
    with hold_lock(tmp_path / "run.lock", what="make run"):
        child = subprocess.Popen(["sleep", "60"])
    try:
        with hold_lock(tmp_path / "run.lock", what="make run"):
            pass
    finally:
        child.kill()
        child.wait()
