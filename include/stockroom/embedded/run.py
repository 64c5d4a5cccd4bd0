"""``stockroom run`` and ``stockroom up``: the whole job on one machine, by Airflow's own scheduler."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise

import httpx

from stockroom.embedded import postgres
from stockroom.embedded.airflow import (
    ADMIN,
    AirflowPlan,
    airflow_environment,
    read_logins,
    start_airflow,
    start_watchers,
)
from stockroom.embedded.airflow_api import give_up_run, list_unfinished_runs, log_in, start_run, unpause_all
from stockroom.embedded.children import ChildEndedError, Children, end_marked, is_marked_running
from stockroom.embedded.follow import Follower
from stockroom.embedded.installation import PORTS, Installation, local_settings
from stockroom.embedded.lock import hold_lock
from stockroom.embedded.ports import HOST, choose_ports, remembered_ports
from stockroom.embedded.private_files import write_private
from stockroom.embedded.sample_days import SampleDay, choose_days
from stockroom.jobs.follow_orders import follow_orders
from stockroom.jobs.summarise_run import summarise_run
from stockroom.settings import Settings
from stockroom.warehouse.migrate import migrate

SERVICE_TIMEOUT_SECONDS = 180.0


class AlreadyUpError(RuntimeError):
    """``stockroom up`` has left everything running; the message says what to do."""


@dataclass(frozen=True)
class Machine:
    """Everything that runs for one installation."""

    installation: Installation
    server: postgres.Server
    children: Children
    environment: dict[str, str]
    """Of every process: Airflow's variables and the jobs' settings."""
    airflow: AirflowPlan
    settings: Settings
    stays_up: bool
    days: tuple[date, ...]
    """The mornings to go through; the last is the one that the run is about."""


def run(
    installation: Installation,
    *,
    as_of_date: date,
    stays_up: bool,
    say: Callable[[str], None],
    earlier: date | None = None,
) -> None:
    """Run the main job for ``as_of_date`` and say how it goes; leave everything running if ``stays_up``.

    The morning of ``earlier``, if given, is gone through first, unless a day after it was planned before: its orders
    are answered by a person and by suppliers until ``as_of_date``.

    Raises:
        AlreadyRunningError: another run of this installation is going on.
        AlreadyUpError: everything is up already.
        TaskFailedError: a task failed; the message carries its error.
        EmbeddedPostgresError: the database ended; the message names its log.
    """
    with hold_lock(installation.directory / "run.lock", what="a run"), ExitStack() as stack:
        if installation.up_file.exists() and is_marked_running(installation.mark):
            raise AlreadyUpError("`stockroom up` has left everything running. Stop it first: `make down`.")
        down(installation)
        started, since = time.monotonic(), datetime.now(UTC)
        machine = _start(installation, as_of_date, earlier=earlier, stays_up=stays_up, stack=stack)
        say(f"started Postgres, the sample store and Airflow in {time.monotonic() - started:.1f} s")
        with blaming_postgres_first(machine.server):
            _run_dags(machine, say)
        say("")
        say(str(summarise_run(machine.settings, as_of_date=as_of_date, since=since)))
        if earlier is not None:
            say(str(follow_orders(machine.settings, plan_date=earlier, as_of_date=as_of_date)))
        if stays_up:
            start_watchers(machine.children, machine.environment)
            write_private(installation.up_file, {"as_of_date": as_of_date.isoformat()})
            stack.pop_all()
            say("")
            say(describe_up(installation))


def down(installation: Installation) -> bool:
    """Stop what ``stockroom up`` left running, or a crashed run; return whether there was anything."""
    ended = end_marked(installation.mark, patience_seconds=3.0)
    installation.up_file.unlink(missing_ok=True)
    server = postgres.find(installation.directory)
    if server is not None:
        server.stop()
    (installation.directory / "postgres" / "detached").unlink(missing_ok=True)
    return ended > 0 or server is not None


def describe_up(installation: Installation) -> str:
    """Return the addresses of what is up and where the logins stand."""
    ports = remembered_ports(installation.directory / "ports.json")
    logins = installation.directory / "airflow" / "logins.json"
    return (
        f"Airflow     http://{HOST}:{ports['airflow']}   (logins: {logins})\n"
        f"Shop        http://{HOST}:{ports['store']}   (lists what is sold out: ask there to be told)\n"
        f"Warehouse   {_warehouse_address(installation)}\n"
        f"Storefront  http://{HOST}:{ports['storefront']}   (mails and texts: {installation.directory / 'outbox'})\n"
        f"Files       {installation.directory}\n"
        "Stop with `make down`."
    )


def _warehouse_address(installation: Installation) -> str:
    """Return where BI users find the marts, and where their password stands; never the password."""
    server = postgres.find(installation.directory)
    port = server.port if server else "?"
    passwords = installation.directory / "postgres-passwords.json"
    return f"postgresql://bi_reader@{HOST}:{port}/warehouse   (password: bi_reader in {passwords})"


@contextmanager
def blaming_postgres_first(server: postgres.Server) -> Iterator[None]:
    """Where the database has ended, say that, and not what its end did to Airflow and to tasks."""
    try:
        yield
    except Exception:
        server.check()
        raise


def _start(
    installation: Installation, as_of_date: date, *, earlier: date | None, stays_up: bool, stack: ExitStack
) -> Machine:
    """Start Postgres, then the sample store and Airflow beside one another; ``stack`` stops them again."""
    server = postgres.start(installation.directory, detached=stays_up)
    stack.callback(server.stop)
    children = Children(mark=installation.mark, logs=installation.logs, detached=stays_up)
    stack.callback(children.stop)
    ports = choose_ports(installation.directory / "ports.json", PORTS)
    variables = local_settings(installation, server, as_of_date=as_of_date)
    settings = Settings.from_environment(variables)
    airflow = AirflowPlan(
        home=installation.directory / "airflow",
        project=installation.project,
        logs=installation.logs,
        database_url=server.airflow_url(),
        port=ports["airflow"],
        approvers=tuple(dict.fromkeys((*settings.approvers, *settings.second_approvers))),
    )
    environment = airflow_environment(airflow) | variables
    with ThreadPoolExecutor(1) as pool:
        booting = pool.submit(start_airflow, airflow, children, environment)
        try:
            migrate(server.warehouse_url())
            days = choose_days(settings, as_of_date, earlier=earlier)
            machine = Machine(installation, server, children, environment, airflow, settings, stays_up, days)
            _start_store(machine)
            if stays_up or len(days) > 1:  # shoppers follow the links of their mails
                _start_storefront(machine)
        finally:
            booting.result()
    return machine


def _start_store(machine: Machine) -> None:
    """Start the sample store with its clock at six in the first morning, and wait until it answers."""
    port = machine.settings.shop_url.rsplit(":", 1)[1]
    command = [
        *(sys.executable, "-m", "sample_store"),
        *("--root", str(machine.installation.directory / "store")),
        *("--port", port),
        *("--orders-inbox", str(machine.settings.outbox_dir / "purchase_orders")),
        *("--mailbox", str(machine.settings.outbox_dir / "mail")),
        *("--clock", f"{machine.days[0].isoformat()}T06:00"),
    ]
    environment = machine.environment | {
        "SAMPLE_STORE_TOKEN": machine.settings.value("shopify_token"),
        "SAMPLE_STORE_NOTIFY_URL": machine.settings.storefront_url,
        "SAMPLE_STORE_LISTING_KEY": machine.settings.storefront_listing_key,
    }
    machine.children.start("sample-store", command, environment)
    _wait_until_answers(machine.children, f"{machine.settings.shop_url}/clock")


def _start_storefront(machine: Machine) -> None:
    """Start the service behind the links in the mails, and wait until it answers."""
    port = machine.settings.storefront_url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "stockroom.storefront", "--port", port]
    machine.children.start("storefront", command, machine.environment)
    _wait_until_answers(machine.children, machine.settings.storefront_url)


def _wait_until_answers(children: Children, url: str) -> None:
    """Return when something answers at ``url``, whatever it answers."""
    start = time.monotonic()
    while True:
        try:
            httpx.get(url, timeout=5)
        except httpx.HTTPError:
            children.check()
            if time.monotonic() - start > SERVICE_TIMEOUT_SECONDS:
                raise ChildEndedError(f"nothing answers at {url}; see {children.logs}") from None
            time.sleep(0.1)
        else:
            return


def _run_dags(machine: Machine, say: Callable[[str], None]) -> None:
    """Go through the mornings, one after another."""
    logins = read_logins(machine.airflow)
    person, *_ = machine.settings.approvers or (ADMIN,)
    url = machine.airflow.url
    with log_in(url, ADMIN, logins[ADMIN]) as client, log_in(url, person, logins[person]) as answering:
        for unfinished in list_unfinished_runs(client):  # cut off by a crash, or questions, which this run asks anew
            give_up_run(client, unfinished)
        unpause_all(client)
        follower = Follower(client, since=datetime.now(UTC), say=say, check=machine.children.check)
        for day, following in pairwise(machine.days):
            SampleDay(client, answering, follower, machine.settings, say).go_through(day, until=following)
        _run_day(machine, client, follower)


def _run_day(machine: Machine, client: httpx.Client, follower: Follower) -> None:
    """Start the DAGs as a day would, follow what assets start, and return when only people are waited for."""
    key = machine.days[-1].isoformat()
    suppliers = start_run(client, "sync_suppliers")
    channels = start_run(client, "sync_channels")
    follower.wait_for(suppliers, channels)
    announce = follower.find_started("announce_restocks", after=channels)
    if len(machine.days) > 1:  # which finds out what was bought by the notices of the morning before: the marts say so
        follower.wait_for(announce)
    heard = [start_run(client, "watch_supply")] if len(machine.days) > 1 else []  # the plan counts what it hears
    build = start_run(client, "build_planning_marts", partition_key=key)
    follower.wait_for(build, *heard)
    plan = follower.find_started("plan_purchase_orders", after=build)
    follower.wait_for(plan)
    answers = start_run(client, "sync_suppliers")  # what suppliers say to the orders that have just left
    told = start_run(client, "sync_channels")  # only now is known what each shop should show
    overstock = start_run(client, "flag_overstock", partition_key=key)
    approvals = follower.find_started("approve_purchase_orders", after=plan)
    follower.wait_for(answers)
    watch = start_run(client, "watch_supply")
    if machine.stays_up:
        follower.wait_for_people(approvals)
    else:  # nobody can answer what is stopped in a moment: `up` puts all of them again
        follower.wait_for_question(approvals)
    follower.wait_for(overstock, announce, told, watch, follower.find_started("announce_restocks", after=told))
