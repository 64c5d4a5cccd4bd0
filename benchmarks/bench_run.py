"""Time and memory of `make run` with the environment installed: a first run from nothing, a second with nothing new.

Runs in a scratch project whose folders are links to this one's, so that the project's own `.stockroom` is left alone.
Memory is the sum over all processes of the run of their proportional share (PSS), sampled four times a second.
"""

from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import psutil
from scratch import STOCKROOM, scratch_project

SAMPLE_SECONDS = 0.25


def main() -> None:
    """Measure both runs and print a line for each."""
    with scratch_project() as scratch:
        for title in ("first run", "second run"):
            seconds, peak_bytes = run_once(scratch)
            print(f"{title}: {seconds:.1f} s, peak memory of all processes {peak_bytes / 1e9:.2f} GB")


def run_once(scratch: Path) -> tuple[float, int]:
    """Return the seconds and the peak bytes of one run; stop the benchmark when the run fails."""
    began = time.perf_counter()
    running = subprocess.Popen([STOCKROOM, "run"], cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    peak = [0]
    sampler = threading.Thread(target=sample_memory, args=(running, scratch, peak), daemon=True)
    sampler.start()
    output = running.communicate()[0].decode(errors="replace")
    seconds = time.perf_counter() - began
    if running.returncode != 0:
        raise SystemExit(output)
    return seconds, peak[0]


def sample_memory(running: subprocess.Popen[bytes], scratch: Path, peak: list[int]) -> None:
    """Keep the highest sum of memory in ``peak[0]`` until the run ends."""
    while running.poll() is None:
        total = 0
        for process in psutil.process_iter():
            try:
                if process.pid == running.pid or belongs(process, scratch):
                    total += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        peak[0] = max(peak[0], total)
        time.sleep(SAMPLE_SECONDS)


def belongs(process: psutil.Process, scratch: Path) -> bool:
    """Return whether a process is part of the run: marked in its environment, or Postgres (and its children) of it."""
    if process.environ().get("STOCKROOM_RUN_OF", "").startswith(str(scratch)):
        return True
    family = [process, *process.parents()[:1]]
    return any(one.name() == "postgres" and str(scratch) in " ".join(one.cmdline()) for one in family)


if __name__ == "__main__":
    main()
