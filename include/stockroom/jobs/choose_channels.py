"""Choose which channels a round looks at: all of them by the clock, those that called by hints."""

from __future__ import annotations

from stockroom.jobs.hear_messages import NOBODY
from stockroom.jobs.note_channels import connected_channels
from stockroom.settings import Settings
from stockroom.warehouse import connect
from stockroom.warehouse.hints import forget_hints, take_hints


def choose_channels(settings: Settings, *, only_hinted: bool) -> list[str]:
    """Return the connected channels of this round; one that was called takes the hints that it answers.

    A hint is a reason to look and no more: one that is lost with a run is made good by the rounds of the clock. Those
    read only what a channel's search has settled, so they leave hints to a round that was called: it reads up to now.
    Nothing is left to look at where an earlier round took the hints that started this one.
    """
    connected = connected_channels(settings)
    with connect(settings.warehouse_url) as connection:
        forget_hints(connection)
        if not only_hinted:
            return connected
        hinted = take_hints(connection)
    return connected if NOBODY in hinted else [channel_id for channel_id in connected if channel_id in hinted]
