"""The processes of an embedded Postgres: launched, watched, found again by their data directory, stopped."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from stockroom.embedded.postgres_home import EmbeddedPostgresError, PostgresHome

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0
LOG_KEPT_BYTES = 10_000_000


def launch(home: PostgresHome, port: int, parameters: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
    """Start the postmaster on ``port`` and wait until it is ready; return it, or ``None`` if it ended."""
    if home.log.exists() and home.log.stat().st_size > LOG_KEPT_BYTES:
        home.log.replace(home.log.with_suffix(".log.old"))
    arguments = [str(home.programs / "postgres"), "-D", str(home.data), "-p", str(port)]
    arguments += [part for name, value in parameters.items() for part in ("-c", f"{name}={value}")]
    account = home.account
    with home.log.open("ab") as log:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,  # Ctrl-C in the terminal reaches us, and we stop the server in order
            user=account.user_id if account.is_other else None,
            group=account.group_id if account.is_other else None,
            extra_groups=[] if account.is_other else None,
        )
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while process.poll() is None:
        if _says_ready(home, process.pid):
            return process
        if time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise EmbeddedPostgresError(
                f"PostgreSQL was not ready after {START_TIMEOUT_SECONDS:.0f} s. "
                f"The end of {home.log}:\n{log_tail(home)}"
            )
        time.sleep(0.02)
    return None


def watch_owner(home: PostgresHome, postmaster_pid: int) -> subprocess.Popen[bytes]:
    """Start the shell that stops the server when this process ends without having done so.

    It compares the pid first: by then a later run may have started another server on the same data.
    """
    script = 'read -r _; read -r pid < "$1"; [ "$pid" = "$2" ] && kill -INT "$2"'
    account = home.account
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "stockroom-postgres-watch", str(home.data / "postmaster.pid"), str(postmaster_pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        start_new_session=True,
        user=account.user_id if account.is_other else None,
        group=account.group_id if account.is_other else None,
        extra_groups=[] if account.is_other else None,
    )


def find_postmaster(home: PostgresHome) -> psutil.Process | None:
    """Return the live postmaster of this home; a pid that now belongs to another program does not count."""
    try:
        pid = int((home.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()[0])
        process = psutil.Process(pid)
        return process if _serves(process, home) else None
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def stop_processes(home: PostgresHome) -> None:
    """Stop the postmaster of this home, and backends that a killed postmaster left behind."""
    postmaster = find_postmaster(home)
    if postmaster is not None:
        for order in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            try:
                postmaster.send_signal(order)
                postmaster.wait(STOP_TIMEOUT_SECONDS)
            except psutil.NoSuchProcess:
                break
            except psutil.TimeoutExpired:
                continue
            break
    # Without a postmaster a busy backend goes on for a while and holds the shared memory that the next server needs.
    left = [process for process in psutil.process_iter(["name"]) if _serves(process, home)]
    for process in left:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(left, timeout=STOP_TIMEOUT_SECONDS)
    if alive:
        raise EmbeddedPostgresError(f"PostgreSQL processes do not end: {[process.pid for process in alive]}")


def log_tail(home: PostgresHome, lines: int = 15) -> str:
    """Return the last lines of the server's log."""
    try:
        return "\n".join(home.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"


def _says_ready(home: PostgresHome, pid: int) -> bool:
    """Return whether ``postmaster.pid`` (pid first, status on line 8) reports this server as ready."""
    try:
        lines = (home.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _serves(process: psutil.Process, home: PostgresHome) -> bool:
    """Return whether the process is a PostgreSQL process of this data directory (all of them work inside it)."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()) == home.data.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
