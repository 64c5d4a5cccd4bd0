"""Commands for one machine: the whole job, what is up, and the warehouse's schemas."""

from __future__ import annotations

import argparse
import os

from stockroom.cli.command import Commands, settings_of

LOGINS = {"stockroom_app": "STOCKROOM_APP_PASSWORD", "bi_reader": "STOCKROOM_BI_PASSWORD"}
"""Roles that `migrate` gives a login to, where the environment holds a password for them."""


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    once = commands.dated("run", _run, "run the main job on the sample store, then stop")
    once.add_argument(
        "--two-mornings",
        action="store_true",
        help="go through 2011-06-28 first: a buyer and suppliers answer its orders before 2011-06-30 is planned",
    )
    commands.dated("up", _run, "run the main job and leave everything running").set_defaults(stays_up=True)
    commands.add("down", _down, "stop what `up` left running")
    commands.add("status", _status, "say what is running")
    commands.add("clean", _clean, "stop everything and delete what the runs produced")
    commands.add("migrate", _migrate, "bring the warehouse's schemas to their newest version")


def _run(given: argparse.Namespace) -> int:
    """Run the main job, and leave everything up for ``up``."""
    from stockroom.embedded.installation import (
        SAMPLE_AS_OF_DATE,
        SAMPLE_EARLIER_DATE,
        check_sample_date,
        find_installation,
    )

    as_of_date = given.as_of or SAMPLE_AS_OF_DATE
    check_sample_date(as_of_date)
    has_two = getattr(given, "two_mornings", False)
    if has_two and given.as_of:
        raise ValueError("a day that is named is one morning; leave --as-of or --two-mornings out")
    from stockroom.embedded.run import run  # imports Airflow's client and takes a second

    run(
        find_installation(),
        as_of_date=as_of_date,
        earlier=SAMPLE_EARLIER_DATE if has_two else None,
        stays_up=getattr(given, "stays_up", False),
        say=print,
    )
    return 0


def _down(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Stop everything."""
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import down

    print("stopped" if down(find_installation()) else "nothing was running")
    return 0


def _status(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Say what is up."""
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import describe_up

    installation = find_installation()
    print(describe_up(installation) if installation.up_file.exists() else "nothing is up; `make up` starts everything")
    return 0


def _clean(given: argparse.Namespace) -> int:  # noqa: ARG001  # every command takes what was given
    """Delete everything that runs produced."""
    import shutil

    from stockroom.embedded import postgres
    from stockroom.embedded.installation import find_installation
    from stockroom.embedded.run import down

    installation = find_installation()
    down(installation)
    postgres.remove(installation.directory)
    shutil.rmtree(installation.directory, ignore_errors=True)
    print(f"deleted {installation.directory}")
    return 0


def _migrate(given: argparse.Namespace) -> int:
    """Bring the warehouse to its newest version."""
    from stockroom.warehouse.migrate import let_in, migrate

    settings = settings_of(given)
    migrate(settings.owner_url)
    for role, variable in LOGINS.items():
        if os.environ.get(variable):
            let_in(settings.owner_url, role, os.environ[variable])
    return 0
