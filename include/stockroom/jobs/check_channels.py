"""Say of connected channels whether they can be worked with, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stockroom.channels import CHANNELS, Channel, RecordSource
from stockroom.channels.checking import Checked, check_records
from stockroom.jobs.check_drop import check_drop
from stockroom.settings import PREFIX, Settings


@dataclass(frozen=True)
class ChannelChecked:
    """What was found of one channel."""

    channel: Channel
    found: tuple[Checked, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether nothing is missing."""
        return all(each.verdict != "missing" for each in self.found)

    def __str__(self) -> str:
        """Return a line for each thing that was looked at."""
        verdict = "can be worked with" if self.is_complete else "something is missing"
        return "\n".join([f"{self.channel.name} ({self.channel.channel_id}): {verdict}", *map(str, self.found)])


@dataclass(frozen=True)
class AllChecked:
    """What was found of each channel."""

    channels: tuple[ChannelChecked, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether some channel is connected, and nothing is missing of any."""
        return bool(self.channels) and all(each.is_complete for each in self.channels)

    def __str__(self) -> str:
        """Return the channels one below the other."""
        first = f"{PREFIX}SHOPIFY_URL"
        return "\n".join(map(str, self.channels)) or (
            f"no channel is connected; set its variables ({first}, ...) or make an Airflow connection of its name, and "
            f"name one to see what it needs: stockroom check {next(iter(CHANNELS))}"
        )


def check_channels(settings: Settings, *, now: datetime, channel_id: str | None = None) -> AllChecked:
    """Return what was found of every connected channel, or of the one that is named, connected or not."""
    wanted = [
        channel for channel in CHANNELS.values() if channel.channel_id == channel_id or channel.is_connected(settings)
    ]
    return AllChecked(
        tuple(
            ChannelChecked(channel, tuple(_found(channel, settings, now)))
            for channel in wanted
            if channel_id in (None, channel.channel_id)
        )
    )


def _found(channel: Channel, settings: Settings, now: datetime) -> list[Checked]:
    if isinstance(channel.source, RecordSource):
        return list(check_records(channel, channel.source, settings, now=now))
    return list(check_drop(channel.source, settings))
