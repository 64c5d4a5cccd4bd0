"""What connecting each channel needs, as a file to fill in: a variable a field, what it is and where to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from stockroom.channels.channel import Channel, ConnectionField
from stockroom.settings import PREFIX

HEAD = """\
# Fill in the channels that you have and leave the others empty. Keep this file to yourself: it holds secrets.
# Instead of variables a channel may be an Airflow connection of its name (type generic), as said at each field.
"""


def blank_of(channels: Iterable[Channel]) -> str:
    """Return the file for the channels that are connected by fields; a folder of files is a setting of its own."""
    return "\n".join([HEAD, *(line for channel in channels for line in _lines(channel))])


def place_in_connection(channel: Channel, field: ConnectionField) -> str:
    """Return where Airflow's connection of a channel holds a field: host, password, or an extra of its name."""
    secrets = [each for each in channel.fields if each.is_secret]
    if field.name == "url":
        return "host"
    return "password" if secrets and field is secrets[0] else f"extra {field.name}"


def _lines(channel: Channel) -> Iterator[str]:
    if not channel.fields:
        return
    yield f"# --- {channel.name}: Airflow connection {channel.channel_id}"
    for field in channel.fields:
        optional = ", may stay empty" if field.is_optional else ""
        yield f"# {field.says} ({place_in_connection(channel, field)}{optional})"
        yield f"{PREFIX}{channel.variable(field)}".upper() + "="
    yield ""
