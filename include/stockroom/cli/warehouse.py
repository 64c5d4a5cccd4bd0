"""Commands for what comes in and what is made of it: channels, suppliers, marts; and what the channels are told."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from stockroom.cli.command import (
    Commands,
    channel_settings_of,
    day,
    job_named,
    plan_date_of,
    progress_line,
    settings_of,
)
from stockroom.settings import SettingsError

LAYERS = ("staging", "intermediate", "marts")


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    sync = commands.add("sync", _sync, "bring new records of a source into the warehouse")
    sync.add_argument("source", help="a channel such as shopify, or `suppliers`")
    backfill = commands.add("backfill", _backfill, "read the history of a channel again; after a kill it goes on")
    backfill.add_argument("channel", help="such as shopify")
    backfill.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD", help="the first day")
    backfill.add_argument("--to", dest="end", type=day, metavar="YYYY-MM-DD", help="the day after the last one")
    push = commands.add("push", _push, "tell the channels what can be sold")
    push.add_argument("channel", nargs="?", help="only this one, such as shopify")
    push.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    push.add_argument("--everything", action="store_true", help="look at every listing, not only at what changed")
    push.add_argument("--allow", action="store_true", help="let a round pass that is held; needs --who")
    push.add_argument("--who", help="your name, for the record")
    stock = commands.add("stock", _stock, "say how many units of a SKU can be sold, and why so many")
    stock.add_argument("sku")
    commands.dated("check-raw", job_named("check_raw"), "check the raw records")
    build = commands.dated("build", _build, "build the marts")
    build.add_argument("--layer", choices=LAYERS, help="only this layer")
    build.add_argument("--from-nothing", action="store_true", help="as if nothing had been built before")


def _stock(given: argparse.Namespace) -> int:
    """Explain the positions of a SKU."""
    from stockroom.jobs.explain_stock import explain_stock

    print(explain_stock(settings_of(given), given.sku))
    return 0


def _sync(given: argparse.Namespace) -> int:
    """Bring in one source."""
    if given.source == "suppliers":
        from stockroom.jobs.sync_suppliers import sync_suppliers

        print(sync_suppliers(settings_of(given)))
    else:
        from stockroom.channels import CHANNELS
        from stockroom.jobs.extract_channel import extract_channel

        if given.source not in CHANNELS:
            raise SettingsError(f"there is no source {given.source!r}; give one of {', '.join(CHANNELS)} or suppliers")
        print(extract_channel(channel_settings_of(given), given.source))
    return 0


def _backfill(given: argparse.Namespace) -> int:
    """Read a channel's history again, with its progress on one line."""
    from stockroom.channels import CHANNELS
    from stockroom.jobs.backfill_channel import backfill_channel

    if given.channel not in CHANNELS:
        raise SettingsError(f"there is no channel {given.channel!r}; give one of {', '.join(CHANNELS)}")
    settings = channel_settings_of(given)
    start, end = (
        datetime.combine(each, time(), ZoneInfo(settings.time_zone)).astimezone(UTC) if each else None
        for each in (given.start, given.end)
    )
    if start is None or (end is not None and end <= start):
        raise SettingsError(f"--to {given.end} is not after --from {given.start}")
    with progress_line() as tell:
        done = backfill_channel(settings, given.channel, start=start, end=end, tell=tell)
    print(done)
    return 0


def _push(given: argparse.Namespace) -> int:
    """Tell the channels what can be sold, or say what they would be told."""
    from stockroom.channels import CHANNELS
    from stockroom.jobs.push_availability import push_availability

    if given.channel and given.channel not in CHANNELS:
        raise SettingsError(f"there is no channel {given.channel!r}; give one of {', '.join(CHANNELS)}")
    if given.allow and not (given.who and given.channel):
        raise SettingsError("--allow lets one channel's round pass: name the channel, and yourself with --who")
    allowed_by = given.who if given.allow else None
    print(
        push_availability(
            channel_settings_of(given),
            channel_id=given.channel,
            is_dry=given.dry_run,
            everything=given.everything,
            allowed_by=allowed_by,
        )
    )
    return 0


def _build(given: argparse.Namespace) -> int:
    """Build one layer, or all of them."""
    from stockroom.jobs.build_marts import build_marts

    settings = settings_of(given)
    as_of_date = plan_date_of(given, settings)
    print(build_marts(settings, as_of_date=as_of_date, layer=given.layer, full_refresh=given.from_nothing))
    return 0
