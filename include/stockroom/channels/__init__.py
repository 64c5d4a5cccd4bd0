"""Talks to sales channels: one folder each, the same file names inside.

A channel is a folder here whose ``__init__`` holds ``CHANNEL``: what it is called, which streams it has, how they are
read. Adding one means adding its folder; nothing else in the package names it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from stockroom.channels.channel import (
    AvailabilityWriter,
    Channel,
    ChannelError,
    Cutting,
    Naming,
    RecordReader,
    RecordSource,
)

__all__ = [
    "CHANNELS",
    "AvailabilityWriter",
    "Channel",
    "ChannelError",
    "Cutting",
    "Naming",
    "RecordReader",
    "RecordSource",
    "find_channels",
]


def find_channels(folders: Iterable[str], package: str) -> Mapping[str, Channel]:
    """Return the channels whose folders stand in ``folders``, the parts of ``package``, by their id.

    Raises:
        ValueError: a folder declares no channel, or one that is not called like its folder.
    """
    channels: dict[str, Channel] = {}
    for module in pkgutil.iter_modules(folders, prefix=f"{package}."):
        if not module.ispkg:
            continue
        channel = getattr(importlib.import_module(module.name), "CHANNEL", None)
        if not isinstance(channel, Channel):
            raise ValueError(f"{module.name} declares no channel; its __init__ needs CHANNEL = Channel(...)")  # noqa: TRY004  # nothing is there
        if channel.channel_id != module.name.rpartition(".")[2]:
            raise ValueError(f"{module.name} declares the channel {channel.channel_id!r}; give both the same name")
        channels[channel.channel_id] = channel
    return MappingProxyType(channels)


CHANNELS = find_channels(__path__, __name__)
