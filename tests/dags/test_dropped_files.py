"""What the triggerer sees of a drop on S3: the trigger itself, run as the triggerer runs it, against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from tests.jobs.drop_servers import BucketOutside, s3_server

from stockroom.orchestration.assets import dropped_files
from stockroom.orchestration.dropped_files import FilesDropped

NAME = "stockroom_watched"
PATIENCE = 10.0
"""Seconds until a look that shows nothing new has come to nothing."""


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    with s3_server(NAME) as client:
        yield client


@pytest.fixture
def drop(bucket: Any, request: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> BucketOutside:
    drop = BucketOutside(bucket, request.node.name, NAME)
    for name in ("warehouse_url", "landing_url", "documents_dir", "outbox_dir", "reports_dir", "dbt_dir"):
        monkeypatch.setenv(f"STOCKROOM_{name.upper()}", str(tmp_path))
    monkeypatch.setenv("STOCKROOM_SUPPLIERS_DIR", drop.url)
    return drop


async def next_event(events: Any, seconds: float) -> Any:
    try:
        return (await asyncio.wait_for(anext(events), seconds)).payload
    except TimeoutError:
        return None


def test_a_file_that_arrives_or_changes_is_an_event_and_one_that_lay_there_is_none(drop: BucketOutside) -> None:
    async def watch() -> list[Any]:
        events = FilesDropped(every_seconds=0.05).run()
        first = asyncio.ensure_future(next_event(events, PATIENCE))
        await asyncio.sleep(1.5)  # it has looked, and seen what lay there
        assert not first.done()
        drop.put("terms.csv", b"one")
        seen = [await first]
        second = asyncio.ensure_future(next_event(events, PATIENCE))
        drop.put("terms.csv", b"two")
        return [*seen, await second]

    drop.put("catalogue-S01.csv", b"old")
    event = {"drop": "suppliers_dir", "files": ["terms.csv"], "count": 1}
    assert asyncio.run(watch()) == [event, event]


@pytest.mark.usefixtures("drop")
def test_without_a_drop_far_away_it_waits_and_asks_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("STOCKROOM_SUPPLIERS_DIR", str(tmp_path))
    (tmp_path / "terms.csv").touch()
    assert asyncio.run(next_event(FilesDropped(every_seconds=0.01).run(), 0.5)) is None


def test_a_drop_that_cannot_be_listed_is_looked_at_again(drop: BucketOutside, monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch() -> Any:
        events = FilesDropped(every_seconds=0.05).run()
        first = asyncio.ensure_future(next_event(events, PATIENCE))
        await asyncio.sleep(0.5)
        monkeypatch.setenv("STOCKROOM_SUPPLIERS_DIR", f"s3://mistyped@{drop.prefix}/x")
        await asyncio.sleep(0.5)
        monkeypatch.setenv("STOCKROOM_SUPPLIERS_DIR", drop.url)
        drop.put("terms.csv", b"one")
        return await first

    drop.put("catalogue-S01.csv", b"old")
    assert asyncio.run(watch()) == {"drop": "suppliers_dir", "files": ["terms.csv"], "count": 1}


def test_the_triggerer_can_make_the_watcher_from_what_the_asset_keeps() -> None:
    (watcher,) = dropped_files.watchers
    classpath, kwargs = watcher.trigger.serialize()
    assert classpath == "stockroom.orchestration.dropped_files.FilesDropped"
    assert FilesDropped(**kwargs).serialize() == (classpath, kwargs)
