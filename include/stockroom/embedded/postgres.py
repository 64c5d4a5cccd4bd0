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
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg

from stockroom.embedded.lock import take_lock
from stockroom.embedded.postgres_home import ROOT_HOME, EmbeddedPostgresError, PostgresHome, open_home, remove_tree
from stockroom.embedded.postgres_process import find_postmaster, launch, log_tail, stop_processes, watch_owner
from stockroom.embedded.postgres_roles import OPTIONS, ROLES, ensure_roles_and_databases

HOST = "127.0.0.1"
MAJOR_VERSION = "18"

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
        if find_postmaster(self.home) is None:
            raise EmbeddedPostgresError(f"Postgres ended. The end of {self.home.log}:\n{log_tail(self.home)}")

    def stop(self) -> None:
        """Stop the server: connections are cut, everything committed stays. Stopping twice is fine."""
        if self._watch is not None:
            self._watch.kill()  # before the server ends, so that it never stops a later one
            self._watch.wait()
            if self._watch.stdin is not None:
                self._watch.stdin.close()
            self._watch = None
        stop_processes(self.home)
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
            stop_processes(home)
            marker.unlink(missing_ok=True)
            server = _start_fresh(directory, home, {**PARAMETERS, **(parameters or {})})
            if detached:
                marker.touch()
            else:
                server._watch = watch_owner(home, server.postmaster_pid)
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
        stop_processes(home)
        remove_tree(home.path)
    if place.is_symlink():
        place.unlink()
    (directory / "postgres-passwords.json").unlink(missing_ok=True)


def _running(directory: Path, home: PostgresHome) -> Server | None:
    """Return the server of this home if it runs and takes our passwords."""
    process = find_postmaster(home)
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
        process = launch(home, port, parameters)
        if process is not None:
            (home.path / "port").write_text(str(port), encoding="ascii")
            server = Server(port, home, passwords, process.pid, process)
            try:
                ensure_roles_and_databases(server.url(database="postgres", role="postgres"), passwords)
            except BaseException:
                stop_processes(home)
                raise
            return server
    raise EmbeddedPostgresError(f"PostgreSQL did not start. The end of {home.log}:\n{log_tail(home)}")


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
