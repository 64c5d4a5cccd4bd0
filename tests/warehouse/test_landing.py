"""A landing file is there whole or not at all, and never changes."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlparse

import pytest
from tests.warehouse.landed import MORNING, NOW

from stockroom.channels.shopify.streams import ORDERS
from stockroom.channels.wholesale.streams import ORDERS as WHOLESALE
from stockroom.warehouse.landing import LandingError, keep_file, local_copy, open_landed, sha256_of, write_part


def part(landing_url, records, **arguments):
    given = {"window_start": None, "window_end": MORNING, "landed_at": NOW, **arguments}
    return write_part(landing_url, ORDERS, records, **given)


def files_in(landing_url):
    return sorted(path for path in Path(urlparse(landing_url).path).rglob("*") if path.is_file())


def test_a_part_lies_under_source_stream_and_window(landing_url):
    landed = part(landing_url, [b'{"id":1}'], window_start=datetime(2011, 6, 29, 5, 0, 0, 250, tzinfo=UTC))
    assert landed.path == "shopify/orders/2011-06-29T05-00-00.000250Z--2011-06-30T05-00-00Z/part.jsonl.gz"
    with open_landed(landed) as file:
        assert gzip.decompress(file.read()) == b'{"id":1}\n'
    (file,) = files_in(landing_url)
    assert (landed.bytes, landed.sha256) == (file.stat().st_size, sha256_of(file))


def test_a_window_without_records_is_a_file_too(landing_url):
    landed = part(landing_url, [])
    with open_landed(landed) as file:
        assert gzip.decompress(file.read()) == b""


def test_the_same_records_again_are_the_same_file(landing_url, monkeypatch):
    first = part(landing_url, [b'{"id":1}'])
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)  # gzip would write the time into the file
    assert part(landing_url, [b'{"id":1}']) == first
    assert len(files_in(landing_url)) == 1


def test_other_records_of_the_same_window_take_the_next_name(landing_url):
    first = part(landing_url, [b'{"id":1}'])
    second = part(landing_url, [b'{"id":2}'])
    third = part(landing_url, [b'{"id":3}'])
    assert [Path(landed.path).name for landed in (first, second, third)] == [
        "part.jsonl.gz",
        "part-2.jsonl.gz",
        "part-3.jsonl.gz",
    ]
    with open_landed(first) as file:
        assert gzip.decompress(file.read()) == b'{"id":1}\n'


def test_a_channel_that_breaks_off_leaves_nothing(landing_url):
    def records():
        yield b'{"id":1}'
        raise ConnectionError("closed in the middle of a page")

    with pytest.raises(ConnectionError):
        part(landing_url, records())
    assert files_in(landing_url) == []


def test_a_record_with_a_line_break_is_refused_and_leaves_nothing(landing_url):
    with pytest.raises(LandingError, match="record 2 holds a line break"):
        part(landing_url, [b'{"id":1}', b'{"id":\n2}'])
    assert files_in(landing_url) == []


def test_two_writers_of_one_window_both_find_their_own_records(landing_url):
    barrier = threading.Barrier(8)
    landed = []

    def write(number):
        def records():
            barrier.wait()
            yield b'{"id":%d}' % number

        landed.append((number, part(landing_url, records())))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({file.path for _, file in landed}) == 8
    for number, landing_file in landed:
        with open_landed(landing_file) as file:
            assert gzip.decompress(file.read()) == b'{"id":%d}\n' % number


def test_a_window_needs_its_time_zone(landing_url):
    with pytest.raises(ValueError, match="no time zone"):
        part(landing_url, [], window_end=datetime(2011, 6, 30))  # noqa: DTZ001  # that is what is refused


def test_a_received_file_is_kept_byte_for_byte_under_its_own_name(landing_url, tmp_path):
    received = tmp_path / "orders-2011-06-29.csv"
    received.write_bytes(b"order_number,line\r\n\xff\x00")
    landed = keep_file(landing_url, WHOLESALE, received, landed_at=NOW)
    assert landed.path == "wholesale/orders/2026-01-15T12-00-00Z/orders-2011-06-29.csv"
    with local_copy(landed) as copy:
        assert copy.name == received.name
        assert copy.read_bytes() == received.read_bytes()


def test_a_file_that_is_still_being_written_waits(landing_url, tmp_path, monkeypatch):
    received = tmp_path / "orders.csv"
    received.write_text("order_number\n")

    def copy_while_written(source, target, _length):
        target.write(source.read())
        with received.open("a") as more:
            more.write("536365\n")

    monkeypatch.setattr("shutil.copyfileobj", copy_while_written)
    with pytest.raises(LandingError, match="still being written"):
        keep_file(landing_url, WHOLESALE, received, landed_at=NOW)
    assert files_in(landing_url) == []


def test_a_file_that_is_gone_is_named(landing_url):
    landed = part(landing_url, [])
    files_in(landing_url)[0].unlink()
    with pytest.raises(LandingError, match=r"part\.jsonl\.gz is not in"), open_landed(landed):
        pass
