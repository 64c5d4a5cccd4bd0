"""Commands for connecting a shop: what works and what is missing, what stands where, and which SKUs are live."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime

from stockroom.cli.command import Commands, settings_of
from stockroom.settings import Settings, SettingsError


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    check = commands.add("check", _check, "say whether channels can be worked with, and what is missing")
    check.add_argument("channel", nargs="?", help="only this one, connected or not, such as shopify")


def _check(given: argparse.Namespace) -> int:
    """Look at connected channels; return 1 where something is missing."""
    from stockroom.channels import CHANNELS
    from stockroom.jobs.check_channels import check_channels

    if given.channel and given.channel not in CHANNELS:
        raise SettingsError(f"there is no channel {given.channel!r}; give one of {', '.join(CHANNELS)}")
    settings = _with_connections(settings_of(given))
    checked = check_channels(settings, now=datetime.now(UTC), channel_id=given.channel)
    print(checked)
    return 0 if checked.is_complete else 1


def _with_connections(settings: Settings) -> Settings:
    """Return the settings as a task sees them: with what Airflow's connections hold, where there is an Airflow."""
    if not any(name.startswith("AIRFLOW_") for name in os.environ):
        return settings
    from stockroom.orchestration.this_run import with_connections

    return with_connections(settings)
