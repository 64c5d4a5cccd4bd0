"""A day is planned only when every stream reaches its cut-off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from stockroom.channels import CHANNELS, RecordSource
from stockroom.jobs.wait_for_streams import LateStreamsError, wait_for_streams
from stockroom.settings import Settings

DAY = date(2011, 6, 30)
CUT_OFF = datetime(2011, 6, 29, 23, tzinfo=UTC)  # midnight in London, in summer


def _settings(warehouse: Any) -> Settings:
    given = {channel.variable(field): "given" for channel in CHANNELS.values() for field in channel.fields}
    settings = Settings(warehouse.url, "file:///nowhere", Path(), Path(), Path(), Path(), channel_values=given)
    return replace(settings, wholesale_dir=Path("/files"))


def _land(warehouse: Any, source: str, stream: str, window_end: datetime | None) -> None:
    warehouse.connection.execute(
        """
        insert into raw.landing_files
            (source, stream, path, window_end, bytes, sha256, line_count, loaded_count, rejected_count, landed_at)
        values (%s, %s, gen_random_uuid()::text, %s, 1, repeat('0', 64), 0, 0, 0, now())
        """,
        (source, stream, window_end),
    )
    warehouse.connection.commit()


def _land_all(warehouse: Any, window_end: datetime) -> None:
    for channel in CHANNELS.values():
        for stream in channel.streams:
            is_windowed = isinstance(channel.source, RecordSource)
            _land(warehouse, stream.source, stream.name, window_end if is_windowed else None)
    for stream in ("terms", "catalogues"):
        _land(warehouse, "suppliers", stream, None)


def test_streams_that_reach_midnight_are_ready(warehouse: Any) -> None:
    _land_all(warehouse, CUT_OFF)
    assert "reach the cut-off, 2011-06-29 23:00 UTC" in str(wait_for_streams(_settings(warehouse), as_of_date=DAY))


def test_the_laggard_is_named_with_how_far_it_reaches(warehouse: Any) -> None:
    _land_all(warehouse, CUT_OFF)
    warehouse.connection.execute(
        "update raw.landing_files set window_end = %s where source = 'shopify' and stream = 'orders'",
        (CUT_OFF.replace(hour=22, minute=59),),
    )
    warehouse.connection.commit()
    with pytest.raises(LateStreamsError, match=r"but shopify/orders reaches 2011-06-29 22:59 UTC\. See"):
        wait_for_streams(_settings(warehouse), as_of_date=DAY)


def test_a_stream_that_was_never_read_is_late(warehouse: Any) -> None:
    with pytest.raises(LateStreamsError, match=r"shopify/orders was never read.*wholesale/orders has no file yet"):
        wait_for_streams(_settings(warehouse), as_of_date=DAY)


def test_the_cut_off_is_midnight_in_the_stores_own_zone(warehouse: Any) -> None:
    _land_all(warehouse, CUT_OFF)
    with pytest.raises(LateStreamsError, match="the cut-off of 2011-06-30 is 2011-06-30 04:00 UTC"):
        wait_for_streams(replace(_settings(warehouse), time_zone="America/New_York"), as_of_date=DAY)


def test_a_channel_that_nobody_connected_keeps_no_plan_waiting(warehouse: Any) -> None:
    _land_all(warehouse, CUT_OFF)
    everything = wait_for_streams(_settings(warehouse), as_of_date=DAY).streams
    without_shops = replace(_settings(warehouse), channel_values={})
    windowed = [c for c in CHANNELS.values() if isinstance(c.source, RecordSource)]
    assert wait_for_streams(without_shops, as_of_date=DAY).streams == everything - sum(len(c.streams) for c in windowed)
