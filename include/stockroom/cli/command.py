"""What all commands share: how one is declared, the settings and the plan date that it works with."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import import_module
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from stockroom.settings import PREFIX, Settings, SettingsError

if TYPE_CHECKING:
    Parsers = argparse._SubParsersAction[argparse.ArgumentParser]
    Command = Callable[[argparse.Namespace], int]


@dataclass(frozen=True)
class Commands:
    """The commands so far."""

    parsers: Parsers

    def add(self, name: str, command: Command, text: str) -> argparse.ArgumentParser:
        """Add a command and return its parser, for arguments of its own."""
        added = self.parsers.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    def dated(self, name: str, command: Command, text: str) -> argparse.ArgumentParser:
        """Add a command that takes a plan date."""
        added = self.add(name, command, text)
        added.add_argument("--as-of", type=day, metavar="YYYY-MM-DD", help="the plan date")
        return added


def job_named(name: str) -> Callable[[argparse.Namespace], int]:
    """Return the command for a job that takes nothing but the plan date; module and function bear its name."""

    def command(given: argparse.Namespace) -> int:
        settings = settings_of(given)
        job = getattr(import_module(f"stockroom.jobs.{name}"), name)
        print(job(settings, as_of_date=plan_date_of(given, settings)))
        return 0

    return command


def settings_of(given: argparse.Namespace) -> Settings:
    """Return the environment's settings, or those of this machine's installation.

    Its database is started for the time of the command where nothing is up: orders can be looked at and answered after
    a run as well.
    """
    if f"{PREFIX}WAREHOUSE_URL" in os.environ:
        return Settings.from_environment()
    from stockroom.embedded import postgres
    from stockroom.embedded.installation import SAMPLE_AS_OF_DATE, find_installation, local_settings

    installation = find_installation()
    server = postgres.find(installation.directory)
    if server is None:
        if not (installation.directory / "postgres").exists():
            raise SettingsError(
                f"{PREFIX}WAREHOUSE_URL is not set and nothing ran here yet; `make run` runs the main job"
            )
        server = postgres.start(installation.directory)
        given.stack.callback(server.stop)
    as_of_date = getattr(given, "as_of", None) or installation.up_date() or SAMPLE_AS_OF_DATE
    return Settings.from_environment(local_settings(installation, server, as_of_date=as_of_date))


def channel_settings_of(given: argparse.Namespace) -> Settings:
    """Return the settings for a command that talks to channels: what Airflow's connections hold belongs to them.

    Outside a task Airflow looks into its own database only if it is told that this is a process of its own.
    """
    settings = settings_of(given)
    has_database = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in os.environ
    if not has_database and not any(name.startswith("AIRFLOW_CONN_") for name in os.environ):
        return settings
    if has_database:
        os.environ.setdefault("_AIRFLOW_PROCESS_CONTEXT", "server")
    from stockroom.orchestration.this_run import with_connections

    return with_connections(settings)


def plan_date_of(given: argparse.Namespace, settings: Settings) -> date:
    """Return the plan date that was given, if anything is known of it, else the pinned one, else the store's today."""
    if given.as_of:
        from stockroom.jobs.check_plan_date import check_plan_date

        check_plan_date(settings, as_of_date=given.as_of)
    today = datetime.now(UTC).astimezone(ZoneInfo(settings.time_zone)).date()
    return given.as_of or settings.as_of_date or today


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """Lend a function that shows how far something has come: on one line of a terminal, else a line each time."""
    is_terminal = sys.stderr.isatty()
    start, end = ("\r\x1b[K", "") if is_terminal else ("", "\n")
    try:
        yield lambda line: print(f"{start}{line}", end=end, file=sys.stderr, flush=True)
    finally:
        if is_terminal:
            print(file=sys.stderr)


def day(text: str) -> date:
    """Return a day as a person types it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no day; write it as year, month and day, such as 2011-06-20"
        ) from None
