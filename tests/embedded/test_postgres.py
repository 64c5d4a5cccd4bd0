"""The embedded Postgres: who runs it, where it lives, and what a crash leaves."""

from __future__ import annotations

import codecs
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from stockroom.embedded import postgres
from stockroom.embedded.airflow_api import AirflowApiError
from stockroom.embedded.lock import AlreadyRunningError
from stockroom.embedded.postgres_home import EmbeddedPostgresError
from stockroom.embedded.run import blaming_postgres_first

OWN = """
import sys, time
from pathlib import Path
from stockroom.embedded import postgres
server = postgres.start(Path(sys.argv[1]), root_home=Path(sys.argv[2]), parameters={"fsync": "off"})
print(server.postmaster_pid, flush=True)
time.sleep(120)
"""


@pytest.fixture(scope="module")
def root_home():
    """Lend a stand-in for /var/lib/stockroom: any user can enter it, which pytest's own folders do not allow."""
    home = Path(tempfile.mkdtemp(prefix="stockroom-"))
    home.chmod(0o755)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def directory(tmp_path, root_home):
    yield tmp_path / ".stockroom"
    postgres.remove(tmp_path / ".stockroom", root_home=root_home)


@pytest.fixture
def start(root_home):
    servers = []

    def started(directory, **arguments):
        server = postgres.start(directory, root_home=root_home, parameters={"fsync": "off"}, **arguments)
        servers.append(server)
        return server

    yield started
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def running(root_home, tmp_path_factory):
    """Lend a server to tests that only look at it."""
    server = postgres.start(tmp_path_factory.mktemp("run"), root_home=root_home, parameters={"fsync": "off"})
    query(server, "select 1")
    yield server
    server.stop()


def start_after_crash(crashed, start, directory):
    """Start as the next run would, after the owner of the crashed server is gone too."""
    crashed._watch.kill()
    crashed._watch.wait()
    crashed._process.wait()
    os.close(crashed._lock)
    crashed._watch, crashed._lock = None, None
    return start(directory)


def query(server, statement, role="stockroom_owner"):
    with psycopg.connect(server.warehouse_url(role), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone() if cursor.description else None


def wait_until_gone(pid, seconds=20):
    deadline = time.monotonic() + seconds
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, f"process {pid} is still there"
        time.sleep(0.05)


def owner_process(directory, root_home):
    """Start a process that owns a server; return it and the server's pid."""
    process = subprocess.Popen([sys.executable, "-c", OWN, directory, root_home], stdout=subprocess.PIPE, text=True)
    with process.stdout:
        return process, int(process.stdout.readline())


def test_what_was_committed_is_there_after_a_restart_on_the_same_port(directory, start):
    first = start(directory)
    query(first, "create table kept as select 60 as units")
    first.stop()
    second = start(directory)
    assert query(second, "select units from kept") == (60,)
    assert second.port == first.port


def test_both_databases_take_their_owners_and_nobody_else(running):
    server = running
    assert query(server, "select current_database(), current_user") == ("warehouse", "stockroom_owner")
    with psycopg.connect(server.url(database="airflow", role="airflow")) as connection:
        connection.execute("create table public.dag (dag_id text)")
    for database, role in (("airflow", "stockroom_owner"), ("warehouse", "airflow"), ("airflow", "bi_reader")):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(server.url(database=database, role=role))
    assert server.airflow_url().startswith("postgresql+psycopg2://airflow:")


def test_commits_wait_for_the_disk():
    assert postgres.PARAMETERS["synchronous_commit"] == "on"
    assert "fsync" not in postgres.PARAMETERS


def test_it_listens_on_loopback_only_and_opens_no_socket_file(running):
    addresses = {item.laddr.ip for item in psutil.Process(running.postmaster_pid).net_connections("tcp")}
    assert addresses == {"127.0.0.1"}
    with psycopg.connect(running.url(database="postgres", role="postgres")) as connection:
        assert connection.execute("show unix_socket_directories").fetchone() == ("",)


def test_a_login_needs_the_password(running):
    url = f"postgresql://stockroom_owner:wrong@127.0.0.1:{running.port}/warehouse"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_passwords_stand_in_one_private_file_and_nowhere_else(directory, start):
    server = start(directory)
    query(server, "select 1")
    file = directory / "postgres-passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    passwords = json.loads(file.read_text())
    assert len(set(passwords.values())) == 5
    assert not [word for word in passwords.values() if word in repr(server)]
    home = server.home.path
    for path in home.rglob("*"):
        if path.is_file() and path.stat().st_size < 50_000_000:
            content = path.read_bytes()
            assert not [role for role, word in passwords.items() if word.encode() in content], path


def test_the_data_is_private(running):
    assert stat.S_IMODE(running.home.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(running.home.data.stat().st_mode) == 0o700


def test_a_lost_password_file_is_made_anew_and_the_data_stays(directory, start):
    first = start(directory)
    query(first, "create table kept as select 60 as units")
    first.stop()
    (directory / "postgres-passwords.json").unlink()
    second = start(directory)
    assert second.passwords != first.passwords
    assert query(second, "select units from kept") == (60,)


def test_a_second_owner_is_refused_and_told_which_process_owns_it(directory, start):
    start(directory)
    with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}"):
        start(directory)


def test_a_taken_port_is_left_alone(directory, start):
    first = start(directory)
    first.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", first.port))
        other.listen()
        second = start(directory)
        assert second.port != first.port
        assert query(second, "select 1") == (1,)


def test_other_projects_servers_are_left_alone(directory, start, running):
    server = start(directory)
    server.stop()
    assert query(running, "select 1") == (1,)


def test_stopping_twice_is_fine(directory, start):
    server = start(directory)
    server.stop()
    server.stop()
    wait_until_gone(server.postmaster_pid)


def test_the_server_ends_with_its_killed_owner_and_the_next_run_starts(directory, start, root_home):
    owner, pid = owner_process(directory, root_home)
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    wait_until_gone(pid)
    assert query(start(directory), "select 1") == (1,)


def test_the_next_run_starts_at_once_while_the_old_server_still_ends(directory, start, root_home):
    for _ in range(3):
        owner, pid = owner_process(directory, root_home)
        owner.send_signal(signal.SIGKILL)
        owner.wait()
        server = start(directory)
        assert server.postmaster_pid != pid
        time.sleep(0.3)  # a late watch of the killed owner must not stop the new server
        assert query(server, "select 1") == (1,)
        server.stop()


def test_an_orphan_whose_watch_was_killed_too_is_stopped(directory, start, root_home):
    owner, pid = owner_process(directory, root_home)
    for child in psutil.Process(owner.pid).children():
        if child.pid != pid:
            child.kill()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    time.sleep(0.3)
    assert psutil.pid_exists(pid)
    server = start(directory)
    assert server.postmaster_pid != pid
    wait_until_gone(pid)


def test_a_killed_server_is_told_of_with_its_log(directory, start):
    server = start(directory)
    server.check()
    os.kill(server.postmaster_pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(server.postmaster_pid)], timeout=10)
    with (
        pytest.raises(EmbeddedPostgresError, match=r"Postgres ended\. The end of .*/server\.log:\n.*\S"),
        blaming_postgres_first(server),
    ):
        raise AirflowApiError("GET /dags: 500")


def test_an_error_is_not_blamed_on_a_server_that_lives(running):
    with pytest.raises(AirflowApiError), blaming_postgres_first(running):
        raise AirflowApiError("GET /dags: 500")


def test_a_killed_server_starts_again_with_everything_committed(directory, start):
    first = start(directory)
    query(first, "create table kept as select 60 as units")
    connected = psycopg.connect(first.warehouse_url())
    os.kill(first.postmaster_pid, signal.SIGKILL)
    first.stop()
    assert query(start(directory), "select units from kept") == (60,)
    connected.close()


def test_a_backend_that_outlives_a_killed_server_does_not_stop_the_next(directory, start):
    first = start(directory)
    query(first, "create table kept as select 60 as units")
    busy = psycopg.connect(first.warehouse_url(), autocommit=True)
    backend = psutil.Process(busy.info.backend_pid)
    busy.pgconn.send_query(b"select count(*) from generate_series(1, 10000000000)")
    busy.pgconn.flush()
    backend.suspend()  # it cannot see that its server is gone, and holds the shared memory
    os.kill(first.postmaster_pid, signal.SIGKILL)
    assert query(start_after_crash(first, start, directory), "select units from kept") == (60,)
    assert not backend.is_running()
    busy.close()


def test_a_stale_pid_file_does_not_stop_the_next_run(directory, start):
    server = start(directory)
    stale = server.home.data / "postmaster.pid"
    other = subprocess.Popen(["sleep", "60"])
    for pid in (os.getpid(), other.pid, 4194303, "torn"):
        server.stop()
        stale.write_text(f"{pid}\n{server.home.data}\n0\n{server.port}\n\n127.0.0.1\n0 0\nready\n")
        server.home.give(stale)
        server = start(directory)
        assert query(server, "select 1") == (1,)
    assert other.poll() is None
    other.kill()
    other.wait()


def test_an_interrupted_set_up_is_made_anew(directory, start):
    first = start(directory)
    first.stop()
    first.home.data.rename(first.home.path / "data.unfinished")
    assert query(start(directory), "select 1") == (1,)
    assert not (first.home.path / "data.unfinished").exists()


def test_a_detached_server_outlives_its_starter_and_is_found_again(directory, start, root_home):
    script = OWN.replace('parameters={"fsync": "off"}', "detached=True").replace("time.sleep(120)", "")
    arguments = [sys.executable, "-c", script, directory, root_home]
    pid = int(subprocess.run(arguments, capture_output=True, text=True, check=True).stdout)
    found = postgres.find(directory, root_home=root_home)
    assert found is not None
    assert found.postmaster_pid == pid
    assert start(directory).postmaster_pid == pid
    found.stop()
    assert postgres.find(directory, root_home=root_home) is None


def test_find_starts_nothing(directory, root_home):
    assert postgres.find(directory, root_home=root_home) is None
    assert not directory.exists()


def test_remove_leaves_nothing(directory, start, root_home):
    server = start(directory)
    postgres.remove(directory, root_home=root_home)
    assert not psutil.pid_exists(server.postmaster_pid) or query_fails(server)
    assert [path.name for path in directory.iterdir()] == ["postgres.lock"]
    assert not server.home.path.exists()


def query_fails(server):
    try:
        query(server, "select 1")
    except psycopg.OperationalError:
        return True
    return False


def test_a_path_longer_than_a_socket_allows_works(tmp_path, start, root_home):
    directory = tmp_path / ("long-" * 15) / ("name with 'quotes', $signs and ünïcode " * 2) / ".stockroom"
    assert len(os.fsencode(directory)) > 150
    assert query(start(directory), "select 1") == (1,)
    postgres.remove(directory, root_home=root_home)


def test_an_old_data_directory_is_refused_with_the_mend(directory, start):
    server = start(directory)
    server.stop()
    (server.home.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 17"):
        start(directory)
    (server.home.data / "PG_VERSION").write_text("18\n")


def test_a_server_that_does_not_come_up_shows_its_last_words(directory, start):
    server = start(directory)
    server.stop()
    (server.home.data / "postgresql.conf").write_text("no_such_parameter = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_parameter"):
        start(directory)


def test_environment_of_other_postgres_installations_is_ignored(directory, start, monkeypatch):
    for name, value in {"PGDATA": "/nowhere", "PGPORT": "1", "PGOPTIONS": "-c nonsense=1", "TZ": "Mars"}.items():
        monkeypatch.setenv(name, value)
    server = start(directory)
    monkeypatch.delenv("PGOPTIONS")
    assert query(server, "show timezone") == ("UTC",)


NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be refused by Postgres, or become somebody else")


@as_root
def test_root_runs_it_as_somebody_who_is_not_root(directory, start):
    server = start(directory)
    process = psutil.Process(server.postmaster_pid)
    assert process.uids().real != 0
    assert process.gids().real != 0
    assert (directory / "postgres").is_symlink()
    assert server.home.path.stat().st_uid == process.uids().real


@as_root
def test_it_works_in_a_folder_that_only_root_can_enter(tmp_path, start, root_home):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert query(start(private / ".stockroom"), "select 1") == (1,)
    postgres.remove(private / ".stockroom", root_home=root_home)


@as_root
def test_programs_out_of_reach_are_copied_once(directory, start, root_home, monkeypatch, tmp_path):
    wheel = postgres.open_home(directory, root_home=root_home).programs.parents[1]
    hidden = tmp_path / "root-only"
    hidden.mkdir(mode=0o700)
    (hidden / wheel.name).symlink_to(wheel)
    (hidden / f"{wheel.name}.libs").symlink_to(wheel.with_name(f"{wheel.name}.libs"))
    monkeypatch.setattr("stockroom.embedded.postgres_home._wheel_folder", lambda: hidden / wheel.name)
    server = start(directory)
    assert server.home.programs.is_relative_to(root_home)
    assert query(server, "select 1") == (1,)
    copied = (server.home.programs / "postgres").stat().st_ino
    server.stop()
    assert (start(directory).home.programs / "postgres").stat().st_ino == copied


@as_root
def test_a_moved_project_keeps_its_data_and_a_copied_one_gets_its_own(tmp_path, start):
    original = tmp_path / "original" / ".stockroom"
    first = start(original)
    query(first, "create table kept as select 60 as units")
    first.stop()
    subprocess.run(["cp", "-a", tmp_path / "original", tmp_path / "copy"], check=True)
    copy = start(tmp_path / "copy" / ".stockroom")
    assert query(copy, "select to_regclass('kept')") == (None,)
    copy.stop()
    (tmp_path / "original").rename(tmp_path / "moved")
    moved = start(tmp_path / "moved" / ".stockroom")
    assert query(moved, "select units from kept") == (60,)


@as_root
def test_a_new_clone_at_an_old_path_starts_empty(tmp_path, start):
    project = tmp_path / "project"
    first = start(project / ".stockroom")
    query(first, "create table kept as select 60 as units")
    first.stop()
    subprocess.run(["rm", "-rf", project], check=True)
    assert query(start(project / ".stockroom"), "select to_regclass('kept')") == (None,)


@as_root
def test_an_ordinary_user_runs_it_inside_the_project(root_home):
    """The whole life of a server as ``nobody``, then root going on with the same data."""
    project = root_home / "project"
    project.mkdir()
    os.chown(project, NOBODY, NOBODY)
    codecs.lookup("ascii")  # read in from Python's own folder when first asked for, which nobody might not do
    child = os.fork()  # not a new Python: nobody may not be able to enter the folder of this one
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            server = postgres.start(project / ".stockroom", parameters={"fsync": "off"})
            query(server, "create table kept as select 60 as units")
            server.stop()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (project / ".stockroom/postgres/data").stat().st_uid == NOBODY
    server = postgres.start(project / ".stockroom", root_home=root_home, parameters={"fsync": "off"})
    assert query(server, "select units from kept") == (60,)
    assert psutil.Process(server.postmaster_pid).uids().real == NOBODY
    server.stop()
