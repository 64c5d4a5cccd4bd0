"""Commands that look back: overstock, what forecasts and policies were worth, what a day came to."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from pathlib import Path

from stockroom.cli.command import Commands, job_named, settings_of


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    commands.dated("flag-overstock", job_named("flag_overstock"), "write the overstock digest")
    commands.dated("surprises", job_named("notice_surprises"), "say what left its forecast in the last days")
    commands.dated("measure", job_named("measure_results"), "measure what forecasts, stock and policies were worth")
    commands.dated("summary", job_named("summarise_run"), "say what a plan date came to")
    replay = commands.add(
        "replay", _replay, "play policies on the store's own past and report what each would have cost"
    )
    replay.add_argument("--from", dest="first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="first judged day")
    replay.add_argument("--to", dest="last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="last judged day")
    replay.add_argument("--policies", metavar="NAMES", help="families such as stockroom,classic (default: all)")
    replay.add_argument("--seed", type=int, default=0, help="of the lead times and of demand behind stockouts")
    replay.add_argument("--out", type=Path, metavar="FOLDER", help="where page and JSON go (default: the reports)")


def _replay(given: argparse.Namespace) -> int:
    """Play the policies, with a bar while it takes minutes."""
    from rich.console import Console
    from rich.progress import Progress

    from stockroom.jobs.replay_policies import ReplayWish, replay_store

    wish = ReplayWish(first=given.first, last=given.last, seed=given.seed, out=given.out)
    if given.policies:
        wish = replace(wish, families=given.policies.split(","))
    settings = settings_of(given)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=None)
        summary = replay_store(
            settings, wish, on_progress=lambda done, total: bar.update(task, completed=done, total=total)
        )
    print(summary)
    return 0
