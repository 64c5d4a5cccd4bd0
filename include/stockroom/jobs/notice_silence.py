"""Notice that a channel says nothing for longer than it ever does: a broken checkout looks like a quiet day."""

from __future__ import annotations

import math

import psycopg

from stockroom.channels import Channel
from stockroom.settings import Settings
from stockroom.warehouse.exceptions import raise_exception, resolve_exception
from stockroom.warehouse.silence import (
    WEEKS,
    Silence,
    can_be_learned,
    learn_rhythm,
    measure_silence,
    note_newest_order,
)

KIND = "silent_channel"
FEWEST_GAPS = 100
"""Of fewer, no longest one can be told."""
FALSE_ALARMS = 1 / 20
"""So many in the weeks that were learned from, if long gaps fall off as they do where orders come by themselves."""
BEYOND_USUAL = 0.05
"""Of all gaps, so many are longer than the usual one."""
BLUR_ORDERS = 0.2
"""Hours are coarse: a channel that sells like clockwork is let miss an order."""
IMPATIENCE_SECONDS = 5
"""An extract does not wait longer for a table that is being built anew; the next one, minutes later, looks again."""


def longest_gap(silence: Silence) -> float:
    """Return the gap that chance reaches ``FALSE_ALARMS`` times in the weeks that were learned from.

    Beyond a high threshold, gaps fall off exponentially (Pickands 1975, the form without shape), with the mean excess
    of this channel's own: ``P(gap > g) = 0.05 * exp(-(g - q95) / excess)``. Where orders come by themselves that is
    ``ln(gaps / FALSE_ALARMS)``; where they come in bursts it is longer.

    >>> from datetime import UTC, datetime
    >>> moment = datetime(2011, 6, 30, tzinfo=UTC)
    >>> round(longest_gap(Silence(1000, moment, moment, math.log(20), 1.0, 0.0)), 3) == round(math.log(20_000), 3)
    True
    """
    excess = max(silence.excess_orders, BLUR_ORDERS)
    return silence.usual_gap_orders + excess * math.log(BEYOND_USUAL * silence.gaps / FALSE_ALARMS)


def notice_silence(settings: Settings, connection: psycopg.Connection, channel: Channel) -> None:
    """Put a channel before a person that is silent beyond all its gaps, once, and take it back when it sells again.

    ``connection`` is in autocommit. Where a table is being built anew nothing is said this time.
    """
    try:
        with connection.transaction():
            connection.execute(f"set local lock_timeout = '{IMPATIENCE_SECONDS}s'")
            _notice(settings, connection, channel)
    except psycopg.errors.OperationalError:  # a lock, or a deadlock with who rebuilds the marts
        return


def _notice(settings: Settings, connection: psycopg.Connection, channel: Channel) -> None:
    channel_id, key = channel.channel_id, f"{KIND}/{channel.channel_id}"
    if not can_be_learned(connection, channel_id):
        return
    learn_rhythm(connection, channel_id, time_zone=settings.time_zone)
    note_newest_order(connection, channel_id)
    streams = [stream.name for stream in channel.streams if stream.sells]
    silence = measure_silence(connection, channel_id, streams, time_zone=settings.time_zone)
    if silence is None or silence.gaps < FEWEST_GAPS:
        return
    if silence.missing_orders <= longest_gap(silence):
        resolve_exception(connection, key)
        return
    raise_exception(
        connection,
        key,
        kind=KIND,
        subject=channel.name,
        detail=f"no order since {silence.last_order_at:%Y-%m-%d %H:%M} UTC, though its orders were read up to "
        f"{silence.reached_at:%Y-%m-%d %H:%M}: these hours usually bring {silence.missing_orders:,.0f} orders; 95 of "
        f"100 gaps of the last {WEEKS} weeks brought no more than {silence.usual_gap_orders:,.1f}, chance brings none "
        f"beyond {longest_gap(silence):,.0f}",
        mend="If it is no holiday, buy something there. If that works, "
        f"`stockroom check {channel_id}` says whether we may still read its orders. Its next order ends this",
    )
