"""Commands for what several channels sell from the same shelves: what is oversold, and what is left unshown."""

from __future__ import annotations

import argparse

from stockroom.cli.command import Commands, channel_settings_of, settings_of


def add_to(commands: Commands) -> None:
    """Add the group's commands."""
    oversells = commands.add("oversells", _oversells, "list what is promised beyond stock, and what to do about it")
    oversells.add_argument("sku", nargs="?", help="each time it happened to this SKU, order by order")
    buffers = commands.add("buffers", _buffers, "say how long news take, and what channels leave unshown for that")
    buffers.add_argument("sku", nargs="?", help="what each channel leaves unshown of it, with its terms")
    buffers.add_argument("--size", action="store_true", help="measure and size them now, not only once a day")


def _oversells(given: argparse.Namespace) -> int:
    """List what is promised beyond stock."""
    from stockroom.jobs.list_oversells import describe_oversells

    print(describe_oversells(settings_of(given), sku=given.sku))
    return 0


def _buffers(given: argparse.Namespace) -> int:
    """Say how long news take, and what channels leave unshown for that."""
    from stockroom.jobs.size_buffers import describe_buffers, size_channel_buffers

    settings = channel_settings_of(given)
    if given.size:
        size_channel_buffers(settings, is_forced=True)
    print(describe_buffers(settings, sku=given.sku))
    return 0
