"""Start and stop the PostgreSQL server of the one-machine default.

PostgreSQL 18 comes from the binaries of a wheel and serves two databases on a loopback port: ``warehouse`` and
``airflow``. Clients log in with generated passwords (SCRAM), kept in a file that only the owner reads. No Unix socket
is opened: its path must fit in some hundred bytes, a project's folder need not.

A server ends with the process that started it, also when that is killed: a shell that costs a megabyte waits for the
end of a pipe from the owner and then stops the server. A server that was started ``detached`` stays until ``stop``.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from stockroom.embedded.lock import take_lock
from stockroom.embedded.postgres_home import ROOT_HOME, EmbeddedPostgresError, PostgresHome, open_home, remove_tree
from stockroom.embedded.postgres_roles import OPTIONS, ROLES, ensure_roles_and_databases

HOST = "127.0.0.1"
MAJOR_VERSION = "18"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0
LOG_KEPT_BYTES = 10_000_000

PARAMETERS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "synchronous_commit": "on",  # off lost acknowledged orders at a crash, some of them already sent
    "jit": "off",
    "log_min_error_statement": "panic",  # a statement may carry documents or contact data: never in the log
    "log_parameter_max_length_on_error": "0",
}


@dataclass
class Server:
    """A running server. Its text form shows no password."""

    port: int
    home: PostgresHome = field(repr=False)
    passwords: Mapping[str, str] = field(repr=False)
    postmaster_pid: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _watch: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _lock: int | None = field(default=None, repr=False)

    def url(self, *, database: str = "warehouse", role: str = "stockroom_owner", driver: str = "postgresql") -> str:
        """Return the URL under which ``role`` reaches ``database``; ``driver`` may name SQLAlchemy's driver."""
        return f"{driver}://{role}:{quote(self.passwords[role], safe='')}@{HOST}:{self.port}/{database}"

    def warehouse_url(self, role: str = "stockroom_owner") -> str:
        """Return the warehouse's URL for ``stockroom_owner``, ``stockroom_app`` or ``bi_reader``."""
        return self.url(database="warehouse", role=role)

    def airflow_url(self) -> str:
        """Return the URL of Airflow's metadata, as Airflow's ``sql_alchemy_conn`` wants it."""
        return self.url(database="airflow", role="airflow", driver="postgresql+psycopg2")

    def check(self) -> None:
        """Raise EmbeddedPostgresError, with the log and its end, if the server has ended by itself."""
        if _postmaster(self.home) is None:
            raise EmbeddedPostgresError(f"Postgres ended. The end of {self.home.log}:\n{_log_tail(self.home)}")

    def stop(self) -> None:
        """Stop the server: connections are cut, everything committed stays. Stopping twice is fine."""
        if self._watch is not None:
            self._watch.kill()  # before the server ends, so that it never stops a later one
            self._watch.wait()
            if self._watch.stdin is not None:
                self._watch.stdin.close()
            self._watch = None
        _stop_processes(self.home)
        if self._process is not None:
            self._process.wait()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def start(
    directory: Path,
    *,
    detached: bool = False,
    parameters: Mapping[str, str] | None = None,
    root_home: Path = ROOT_HOME,
) -> Server:
    """Start the server that belongs to ``directory`` (the project's ``.stockroom``), set up on first use.

    What a crashed run left is put right: a half-made data directory is made anew, a stale ``postmaster.pid`` is
    removed, an orphaned server is stopped. A detached server that still runs is returned as it is. The port of last
    time is used again if it is free.

    Args:
        directory: holds ``postgres`` (the data, or for root a link to it), the passwords and the lock.
        detached: the server outlives this process.
        parameters: server parameters beside ``PARAMETERS``.
        root_home: where data and programs live when root starts the server.

    Raises:
        AlreadyRunningError: another process owns this directory's server.
        EmbeddedPostgresError: the server cannot be set up or does not come up; the message carries its last words.
    """
    directory = directory.resolve()
    lock = take_lock(directory / "postgres.lock", what="a run with this database")
    try:
        home = open_home(directory, root_home=root_home)
        marker = home.path / "detached"
        server = _running(directory, home) if marker.exists() else None
        if server is None:
            _stop_processes(home)
            marker.unlink(missing_ok=True)
            server = _start_fresh(directory, home, {**PARAMETERS, **(parameters or {})})
            if detached:
                marker.touch()
            else:
                server._watch = _watch_owner(home, server.postmaster_pid)
    except BaseException:
        os.close(lock)
        raise
    if marker.exists():
        os.close(lock)
    else:
        server._lock = lock
    return server


def find(directory: Path, *, root_home: Path = ROOT_HOME) -> Server | None:
    """Return the server that runs for ``directory``, or ``None``; starts and changes nothing."""
    if not (directory / "postgres").exists():
        return None
    return _running(directory.resolve(), open_home(directory, root_home=root_home))


def remove(directory: Path, *, root_home: Path = ROOT_HOME) -> None:
    """Stop the server of ``directory`` and delete its data and passwords."""
    place = directory.resolve() / "postgres"
    if place.exists():
        home = open_home(directory, root_home=root_home)
        _stop_processes(home)
        remove_tree(home.path)
    if place.is_symlink():
        place.unlink()
    (directory / "postgres-passwords.json").unlink(missing_ok=True)


def _running(directory: Path, home: PostgresHome) -> Server | None:
    """Return the server of this home if it runs and takes our passwords."""
    process = _postmaster(home)
    passwords = _read_passwords(directory)
    if process is None or passwords is None:
        return None
    port = int((home.path / "port").read_text(encoding="ascii"))
    server = Server(port, home, passwords, process.pid)
    try:
        psycopg.connect(server.url(database="postgres", role="postgres"), connect_timeout=5, options=OPTIONS).close()
    except psycopg.OperationalError:
        return None
    return server


def _start_fresh(directory: Path, home: PostgresHome, parameters: Mapping[str, str]) -> Server:
    """Start a server where none runs, and make what it lacks: data directory, roles, databases."""
    passwords = _read_passwords(directory)
    passwords_are_new = passwords is None
    if passwords is None:
        passwords = _write_passwords(directory)
    if not home.data.exists():
        _initialise(home, passwords["postgres"], to_disk=parameters.get("fsync") != "off")
    elif passwords_are_new:
        _set_superuser_password(home, passwords["postgres"])
    version = (home.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if version != MAJOR_VERSION:
        raise EmbeddedPostgresError(
            f"{home.data} was written by PostgreSQL {version}, this is {MAJOR_VERSION}. Dump it with the old version, "
            "or delete it: landing files load again."
        )
    (home.data / "postmaster.pid").unlink(missing_ok=True)  # no process of this data directory is left by now
    for port in _candidate_ports(home):
        process = _launch(home, port, parameters)
        if process is not None:
            (home.path / "port").write_text(str(port), encoding="ascii")
            server = Server(port, home, passwords, process.pid, process)
            try:
                ensure_roles_and_databases(server.url(database="postgres", role="postgres"), passwords)
            except BaseException:
                _stop_processes(home)
                raise
            return server
    raise EmbeddedPostgresError(f"PostgreSQL did not start. The end of {home.log}:\n{_log_tail(home)}")


def _initialise(home: PostgresHome, superuser_password: str, *, to_disk: bool) -> None:
    """Make the data directory; one that is interrupted has another name and is made anew next time."""
    unfinished = home.path / "data.unfinished"
    if unfinished.exists():
        remove_tree(unfinished)
    password_file = home.path / "superuser-password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    try:
        password_file.write_text(superuser_password, encoding="ascii")
        home.give(password_file)
        made = home.run(
            "initdb",
            f"--pgdata={unfinished}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",  # sorts and folds the same on every machine
            "--builtin-locale=C.UTF-8",
            "--set=timezone=UTC",
            "--set=log_timezone=UTC",
            "--no-instructions",
            *([] if to_disk else ["--no-sync"]),
        )
    finally:
        password_file.unlink()
    if made.returncode != 0:
        raise EmbeddedPostgresError(f"initdb failed in {home.path}: {made.stderr.strip() or made.stdout.strip()}")
    unfinished.rename(home.data)


def _set_superuser_password(home: PostgresHome, password: str) -> None:
    """Give the superuser a new password through single-user mode (the file with the old one was lost)."""
    (home.data / "postmaster.pid").unlink(missing_ok=True)
    done = home.run(
        "postgres",
        "--single",
        "-D",
        str(home.data),
        "postgres",
        text=f"alter role postgres password '{password}'\n",  # generated by us: letters, digits, - and _
    )
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"PostgreSQL's password in {home.path} could not be renewed: {done.stderr.strip()}")


def _launch(home: PostgresHome, port: int, parameters: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
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
                f"The end of {home.log}:\n{_log_tail(home)}"
            )
        time.sleep(0.02)
    return None


def _says_ready(home: PostgresHome, pid: int) -> bool:
    """Return whether ``postmaster.pid`` (pid first, status on line 8) reports this server as ready."""
    try:
        lines = (home.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def _watch_owner(home: PostgresHome, postmaster_pid: int) -> subprocess.Popen[bytes]:
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


def _candidate_ports(home: PostgresHome) -> Iterator[int]:
    """Yield the port of last time if it is free, then free ones; another program may take one in between."""
    try:
        last = int((home.path / "port").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        last = 0
    for wanted in (last, 0, 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
        yield port


def _postmaster(home: PostgresHome) -> psutil.Process | None:
    """Return the live postmaster of this home; a pid that now belongs to another program does not count."""
    try:
        pid = int((home.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()[0])
        process = psutil.Process(pid)
        return process if _serves(process, home) else None
    except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
        return None


def _serves(process: psutil.Process, home: PostgresHome) -> bool:
    """Return whether the process is a PostgreSQL process of this data directory (all of them work inside it)."""
    try:
        if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()) == home.data.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _stop_processes(home: PostgresHome) -> None:
    """Stop the postmaster of this home, and backends that a killed postmaster left behind."""
    postmaster = _postmaster(home)
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


def _read_passwords(directory: Path) -> dict[str, str] | None:
    """Return the passwords by role, or ``None`` if the file is missing, torn or lacks a role."""
    try:
        found = json.loads((directory / "postgres-passwords.json").read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) and {"postgres", *ROLES} <= found.keys() else None


def _write_passwords(directory: Path) -> dict[str, str]:
    """Generate a password for each role and keep them in a file of mode 0600, there whole or not at all."""
    passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", *ROLES)}
    unfinished = directory / "postgres-passwords.unfinished"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(passwords, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(directory / "postgres-passwords.json")
    return passwords


def _log_tail(home: PostgresHome, lines: int = 15) -> str:
    """Return the last lines of the server's log."""
    try:
        return "\n".join(home.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"
