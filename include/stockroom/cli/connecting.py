"""Commands for connecting a shop: what works and what is missing, what stands where, and which SKUs are live."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from stockroom.cli.command import Commands, channel_settings_of, settings_of
from stockroom.settings import SettingsError


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    check = commands.add("check", _check, "say whether channels can be worked with, and what is missing")
    check.add_argument("channel", nargs="?", help="only this one, connected or not, such as shopify")
    check.add_argument("--blank", action="store_true", help="print a blank channels.env with every field instead")
    commands.add("audit", _audit, "say where stock comes from, what exists where, and what a first push would change")
    cohort = commands.add("cohort", _cohort, "choose which SKUs are live and which only watched; alone: say which are")
    which = cohort.add_mutually_exclusive_group()
    which.add_argument("--top", type=_share, metavar="20%", help="the best share of the SKUs on sale")
    which.add_argument("--list", type=Path, metavar="FILE", help="the SKUs of a file, one a line")
    which.add_argument("--all", action="store_true", help="all SKUs, also those that appear later")
    cohort.add_argument("--by", choices=("velocity", "revenue"), default="velocity", help="what is best (with --top)")
    cohort.add_argument("--who", help="your name, for the record")


def _check(given: argparse.Namespace) -> int:
    """Look at connected channels; return 1 where something is missing."""
    from stockroom.channels import CHANNELS
    from stockroom.channels.blank import blank_of
    from stockroom.jobs.check_channels import check_channels

    if given.channel and given.channel not in CHANNELS:
        raise SettingsError(f"there is no channel {given.channel!r}; give one of {', '.join(CHANNELS)}")
    if given.blank:
        print(blank_of([CHANNELS[given.channel]] if given.channel else CHANNELS.values()))
        return 0
    settings = channel_settings_of(given)
    checked = check_channels(settings, now=datetime.now(UTC), channel_id=given.channel)
    print(checked)
    return 0 if checked.is_complete else 1


def _audit(given: argparse.Namespace) -> int:
    """Look at all connected shops; nothing is written to them."""
    from stockroom.jobs.audit_shop import audit_shop

    print(audit_shop(channel_settings_of(given), now=datetime.now(UTC)))
    return 0


def _cohort(given: argparse.Namespace) -> int:
    """Choose the live SKUs, or say which are."""
    from stockroom.jobs.switch_cohort import all_live, listed_live, show_cohort, top_live

    settings = settings_of(given)
    is_choice = given.all or given.list or given.top is not None
    if is_choice and not given.who:
        raise SettingsError("name yourself with --who: what is pushed and ordered hangs on this")
    if given.all:
        print(all_live(settings, who=given.who))
    elif given.list:
        print(listed_live(settings, given.list, who=given.who))
    elif given.top is not None:
        print(top_live(settings, share=given.top, by=given.by, who=given.who))
    else:
        print(show_cohort(settings))
    return 0


def _share(text: str) -> float:
    """Return a share as a person types it, such as ``20%``."""
    try:
        return float(text.strip().removesuffix("%")) / 100
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write it as 20%") from None
