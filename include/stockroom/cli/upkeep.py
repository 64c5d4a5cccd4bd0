"""Commands for keeping the warehouse small, and for bringing back what left it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from stockroom.cli.command import Commands, day, plan_date_of, progress_line, settings_of


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    commands.dated("maintain", _maintain, "make months ahead, drop old versions, plans and logs, clean files")
    replay = commands.add("replay-landing", _replay_landing, "load into raw again what it lacks of what landed")
    replay.add_argument("--from", dest="start", type=day, metavar="YYYY-MM-DD", help="only files landed from this day")


def _maintain(given: argparse.Namespace) -> int:
    """Keep the warehouse small."""
    from stockroom.jobs.maintain_warehouse import maintain_warehouse

    settings = settings_of(given)
    with progress_line() as tell:
        done = maintain_warehouse(settings, as_of_date=plan_date_of(given, settings), tell=tell)
    print(done)
    return 0


def _replay_landing(given: argparse.Namespace) -> int:
    """Load landing files again."""
    from stockroom.jobs.replay_landing import replay_landing

    settings = settings_of(given)
    since = None
    if given.start:
        since = datetime.combine(given.start, time(), ZoneInfo(settings.time_zone)).astimezone(UTC)
    with progress_line() as tell:
        replayed = replay_landing(settings, since=since, tell=tell)
    print(replayed)
    return 0
