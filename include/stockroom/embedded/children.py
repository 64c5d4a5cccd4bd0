"""Child processes that end with us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LOG_KEPT_BYTES = 10_000_000


class ChildEndedError(RuntimeError):
    """A child ended although it is still needed; the message carries the end of its log."""


@dataclass
class Children:
    """The processes that one run started, marked by ``mark`` in their environment and all they start themselves.

    A guard leads their process group and waits for the end of a pipe from us: when we are killed it kills the group.
    What has left the group (Airflow gives every task its own) is found by the mark when the next run starts.
    """

    mark: str
    """A value of the variable ``STOCKROOM_RUN_OF``, such as the folder the run works in."""
    logs: Path
    detached: bool = False
    """The children outlive us, until ``stop`` or ``end_marked`` ends them."""
    _guard: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict, repr=False)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Start ``command`` with exactly this environment; its output goes to ``logs/<name>.log``."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log_path = self.log(name)
        if log_path.exists() and log_path.stat().st_size > LOG_KEPT_BYTES:
            log_path.replace(log_path.with_suffix(".log.old"))
        with log_path.open("ab") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**environment, "STOCKROOM_RUN_OF": self.mark},
                start_new_session=self.detached,
                process_group=None if self.detached else self._group(),
            )
        self._running[name] = child
        return child

    def log(self, name: str) -> Path:
        """Return the file that takes the output of the child ``name``."""
        return self.logs / f"{name}.log"

    def check(self) -> None:
        """Raise ChildEndedError if a child has ended by itself."""
        for name, child in list(self._running.items()):
            if child.poll() is not None:
                raise ChildEndedError(
                    f"{name} ended with code {child.returncode}. The end of {self.log(name)}:\n{tail(self.log(name))}"
                )

    def forget(self, name: str) -> None:
        """Take a child that has ended as it should off the list that ``check`` looks at."""
        self._running.pop(name, None)

    def stop(self, *, patience_seconds: float = 2.0) -> None:
        """Ask all to end, wait, then kill what is left; stopping twice is fine."""
        for child in self._running.values():
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + patience_seconds
        for child in self._running.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        end_marked(self.mark, patience_seconds=0.0)
        for child in self._running.values():
            child.wait()
        self._running.clear()
        if self._guard is not None:
            self._guard.wait()
            if self._guard.stdin is not None:
                self._guard.stdin.close()
            self._guard = None

    def _group(self) -> int:
        """Return the process group of the guard, started now if there is none."""
        if self._guard is None:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", "trap '' TERM; read -r _; kill -KILL 0", "stockroom-guard"],
                stdin=subprocess.PIPE,
                env={"PATH": "/usr/bin:/bin", "STOCKROOM_RUN_OF": self.mark},
                process_group=0,
            )
        return self._guard.pid


def end_marked(mark: str, *, patience_seconds: float = 10.0) -> int:
    """End every process of this user that carries ``mark``, and return how many there were.

    They are asked first and killed after ``patience_seconds``; with 0 they are killed at once.
    """
    own_line = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = [process for process in psutil.process_iter() if process.pid not in own_line and _carries(process, mark)]
    if patience_seconds > 0:
        _signal_all(found, signal.SIGTERM)
        _, left = psutil.wait_procs(found, timeout=patience_seconds)
    else:
        left = found
    # A process may have started another one in between, so look again before the end.
    left = left + [
        process for process in psutil.process_iter() if process.pid not in own_line and _carries(process, mark)
    ]
    _signal_all(left, signal.SIGKILL)
    psutil.wait_procs(left, timeout=10)
    return len(found)


def is_marked_running(mark: str) -> bool:
    """Return whether any process carries ``mark``."""
    return any(_carries(process, mark) for process in psutil.process_iter())


def _carries(process: psutil.Process, mark: str) -> bool:
    """Return whether the process was started with the mark; one of another user cannot be read and does not count."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE and process.environ().get("STOCKROOM_RUN_OF") == mark
    except (psutil.Error, OSError):
        return False


def _signal_all(processes: list[psutil.Process], order: signal.Signals) -> None:
    """Send a signal to those that still live."""
    for process in processes:
        try:
            process.send_signal(order)
        except psutil.NoSuchProcess:
            continue


def tail(log: Path, lines: int = 25) -> str:
    """Return the last lines of a log file."""
    try:
        return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"
