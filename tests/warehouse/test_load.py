"""Loading a landing file: every good line once, every bad one with its reason, the cursor with them or not at all."""

from __future__ import annotations

import gzip
import json
import threading
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.warehouse.landed import MORNING, NOW, encoded, landed_as_it_is, levels, line, order, packed

from stockroom.channels.shopify.streams import LEVELS, ORDERS
from stockroom.warehouse import connect
from stockroom.warehouse.cursors import window_start
from stockroom.warehouse.gate_runs import newest_landing_file_id
from stockroom.warehouse.landed_lines import DamagedLandingFileError
from stockroom.warehouse.landing import LandingError, write_part
from stockroom.warehouse.load import ChangedLandingFileError, LoadSummary, load_landing_file


def land(landing_url, records, *, stream=ORDERS, window_end=MORNING, landed_at=NOW):
    return write_part(landing_url, stream, records, window_start=None, window_end=window_end, landed_at=landed_at)


def load(warehouse, landing_file, *, stream=ORDERS):
    return load_landing_file(warehouse.connection, stream, landing_file, currency="GBP")


def stored(warehouse, table="shopify_orders"):
    assert table in ("shopify_orders", "shopify_inventory_levels")
    return warehouse.connection.execute(
        f"select line_number, record_key from raw.{table} order by landing_file_id, line_number"  # noqa: S608  # our own names
    ).fetchall()


def rejected(warehouse):
    return warehouse.connection.execute(
        "select line_number, reason, record from raw.rejected_records order by landing_file_id, line_number"
    ).fetchall()


def cursor(warehouse):
    return window_start(warehouse.connection, "shopify", "orders")


def test_rows_counts_and_cursor_arrive_together(warehouse, landing_url):
    landed = land(landing_url, encoded([order(1), order(2)]))
    assert load(warehouse, landed) == LoadSummary(loaded=2, rejected=0)
    assert stored(warehouse) == [(1, "gid://shopify/Order/1"), (2, "gid://shopify/Order/2")]
    assert cursor(warehouse) == MORNING
    row = warehouse.connection.execute(
        "select path, sha256, bytes, line_count, loaded_count, rejected_count, landed_at from raw.landing_files"
    ).fetchone()
    assert row == (landed.path, landed.sha256, landed.bytes, 2, 2, 0, NOW)


def test_the_application_role_can_load(warehouse, landing_url):
    with connect(warehouse.url_of("stockroom_app")) as connection:
        summary = load_landing_file(connection, ORDERS, land(landing_url, encoded([order()])), currency="GBP")
    assert summary.loaded == 1


def test_documents_come_out_as_they_went_in(warehouse, landing_url):
    document = order(name='Fünf "quoted", comma, back\\slash, 日本', note="tab\tnewline\nreturn\r", big=2**70)
    load(warehouse, land(landing_url, encoded([document])))
    assert warehouse.connection.execute("select document from raw.shopify_orders").fetchone() == (document,)


def test_a_key_may_lie_inside_an_object(warehouse, landing_url):
    nested = replace(LEVELS, key=("item.product", "item.variant"))
    records = [{**levels(1), "item": {"product": 5, "variant": 7}}, {**levels(2), "item": {"product": 5}}]
    load(warehouse, land(landing_url, encoded(records), stream=nested), stream=nested)
    assert stored(warehouse, "shopify_inventory_levels") == [(1, "5/7")]
    ((number, reason, _),) = rejected(warehouse)
    assert (number, "item.variant" in reason) == (2, True)


def test_loading_a_file_twice_changes_nothing(warehouse, landing_url):
    landed = land(landing_url, [*encoded([order(1)]), b"{"])
    load(warehouse, landed)
    assert load(warehouse, landed) == LoadSummary(loaded=0, rejected=0, skipped=True)
    assert (len(stored(warehouse)), len(rejected(warehouse))) == (1, 1)


def test_four_loaders_of_one_file_store_it_once(warehouse, landing_url):
    landed = land(landing_url, encoded(order(number) for number in range(500)))
    barrier = threading.Barrier(4)
    summaries = []

    def load_beside_others():
        with connect(warehouse.url) as connection:
            barrier.wait()
            summaries.append(load_landing_file(connection, ORDERS, landed, currency="GBP"))

    threads = [threading.Thread(target=load_beside_others) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((summary.loaded, summary.skipped) for summary in summaries) == [
        (0, True),
        (0, True),
        (0, True),
        (500, False),
    ]
    assert len(stored(warehouse)) == 500


def test_an_empty_window_moves_the_cursor(warehouse, landing_url):
    assert load(warehouse, land(landing_url, [])) == LoadSummary(loaded=0, rejected=0)
    assert cursor(warehouse) == MORNING


def test_the_cursor_is_the_end_of_the_newest_window(warehouse, landing_url):
    assert cursor(warehouse) is None
    later = MORNING + timedelta(minutes=2)
    load(warehouse, land(landing_url, [], window_end=later))
    load(warehouse, land(landing_url, []))
    assert cursor(warehouse) == later


def test_a_load_that_fails_leaves_no_trace(warehouse, landing_url):
    landed = land(landing_url, encoded([order()]))
    with warehouse.connection.transaction(force_rollback=True):
        load(warehouse, landed)
    assert (stored(warehouse), cursor(warehouse)) == ([], None)
    assert load(warehouse, landed).loaded == 1


def test_months_lie_in_partitions_of_their_own(warehouse, landing_url):
    for month in (1, 2):
        landed_at = datetime(2026, month, 15, tzinfo=UTC)
        window_end = MORNING + timedelta(days=month)
        load(warehouse, land(landing_url, encoded([order()]), window_end=window_end, landed_at=landed_at))
    found = warehouse.connection.execute("select distinct tableoid::regclass::text from raw.shopify_orders order by 1")
    assert found.fetchall() == [("raw.shopify_orders_2026_01",), ("raw.shopify_orders_2026_02",)]


GOOD = json.dumps(order(7)).encode()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"id": "gid', "is not valid JSON"),
        (b"not json", "is not valid JSON"),
        (GOOD + GOOD, "is not valid JSON"),
        (b'{"id":"1","price":NaN}', 'Token "NaN" is invalid'),
        (b'{"id":"1","price":1e999999}', "overflows"),
        (b'{"id":"a\\u0000b"}', "cannot be converted to text"),
        (b'{"id":"\\ud800"}', "surrogate"),
        (b'{"id":"\xff"}', "not UTF-8"),
        (b'{"id":"\xe9t\xe9"}', "not UTF-8"),
        (b'{"id":"\x00"}', "NUL"),
        (b'{"id":"\x01"}', "is not valid JSON"),
        (b"\x01" + GOOD + b"\x01", "is not valid JSON"),
        (b'{"id":"\x02"}', "is not valid JSON"),
        (b"[" * 50_000, "nested"),
        (b"\\.", "is not valid JSON"),
        (b"\\N", "is not valid JSON"),
        (b"null", "lacks its key id"),
        (b'"text"', "lacks its key id"),
        (b'["id"]', "lacks its key id"),
        (b"{}", "lacks its key id"),
        (b'{"id":null}', "lacks its key id"),
        (b'{"id":"  "}', "lacks its key id"),
        (b'{"id":"' + b"x" * 501 + b'"}', "more than 500 characters"),
    ],
)
def test_a_bad_line_is_rejected_with_its_number_and_the_others_load(module_warehouse, landing_url, bad, reason):
    landed = landed_as_it_is(landing_url, packed(b"\n".join([GOOD, b"", bad, GOOD]) + b"\n"))
    with module_warehouse.connection.transaction(force_rollback=True):
        assert load(module_warehouse, landed) == LoadSummary(loaded=2, rejected=1)
        assert [number for number, _ in stored(module_warehouse)] == [1, 4]
        ((number, why, _),) = rejected(module_warehouse)
        assert cursor(module_warehouse) == MORNING
    assert number == 3
    assert reason in why


def test_numbers_that_only_floats_cannot_hold_are_kept(warehouse, landing_url):
    landed = landed_as_it_is(landing_url, packed(GOOD[:-1] + b',"weight":1e999}\n'))
    assert load(warehouse, landed).loaded == 1


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + GOOD + b"\n",
        GOOD,
        GOOD + b"\r\n",
        b"\n\n" + GOOD + b"\n\n",
        b"  " + GOOD + b" \t\n",
        b"\xef\xbb\xbf\r\n" + GOOD + b"\r\n",
    ],
    ids=["byte order mark", "no line end", "CRLF", "empty lines", "blanks around", "mark and CRLF"],
)
def test_what_other_writers_do_to_lines_is_no_fault(module_warehouse, landing_url, text):
    landed = landed_as_it_is(landing_url, packed(text))
    with module_warehouse.connection.transaction(force_rollback=True):
        assert load(module_warehouse, landed) == LoadSummary(loaded=1, rejected=0)


def test_a_line_of_ten_megabytes_loads_and_a_bad_one_is_kept_in_part(warehouse, landing_url):
    long = json.dumps(order(1, note="x" * 10_000_000)).encode()
    landed = landed_as_it_is(landing_url, packed(long + b"\n" + long[:-1] + b"\n" + GOOD + b"\n"))
    assert load(warehouse, landed) == LoadSummary(loaded=2, rejected=1)
    ((number, _, record),) = rejected(warehouse)
    assert (number, len(record)) == (2, 10_000)


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused_by_name_and_the_cursor_stays(warehouse, landing_url, keep):
    content = gzip.compress(b"\n".join(encoded(order(number) for number in range(2000))), mtime=0)
    landed = landed_as_it_is(landing_url, content[: int(len(content) * keep)])
    with pytest.raises(DamagedLandingFileError, match=r"shopify/orders/x/part\.jsonl\.gz is truncated .*extract"):
        load(warehouse, landed)
    assert (stored(warehouse), rejected(warehouse), cursor(warehouse)) == ([], [], None)


def test_a_corrupt_file_is_refused(warehouse, landing_url):
    content = bytearray(gzip.compress(b"\n".join(encoded(order(number) for number in range(2000))), mtime=0))
    content[len(content) // 2] ^= 0xFF
    with pytest.raises(DamagedLandingFileError, match="truncated or corrupt"):
        load(warehouse, landed_as_it_is(landing_url, bytes(content)))
    assert cursor(warehouse) is None


def test_a_file_that_is_no_gzip_is_refused(warehouse, landing_url):
    with pytest.raises(DamagedLandingFileError, match="corrupt"):
        load(warehouse, landed_as_it_is(landing_url, GOOD))


def test_a_utf_16_file_is_refused_and_says_so(warehouse, landing_url):
    with pytest.raises(DamagedLandingFileError, match="UTF-16"):
        load(warehouse, landed_as_it_is(landing_url, packed(GOOD.decode().encode("utf-16"))))


def test_bytes_that_changed_since_landing_are_refused(warehouse, landing_url):
    landed = landed_as_it_is(landing_url, packed(GOOD))
    with pytest.raises(DamagedLandingFileError, match="checksum"):
        load(warehouse, replace(landed, sha256="0" * 64))
    assert (stored(warehouse), cursor(warehouse)) == ([], None)


def test_a_loaded_path_with_other_bytes_is_refused(warehouse, landing_url):
    landed = land(landing_url, encoded([order()]))
    load(warehouse, landed)
    with pytest.raises(ChangedLandingFileError, match="loaded before with other bytes"):
        load(warehouse, replace(landed, sha256="0" * 64))


def test_a_file_that_is_gone_is_named(warehouse, landing_url):
    landed = replace(land(landing_url, []), path="shopify/orders/gone/part.jsonl.gz")
    with pytest.raises(LandingError, match=r"gone/part\.jsonl\.gz"):
        load(warehouse, landed)
    assert cursor(warehouse) is None


def snapshot(warehouse, landing_url, documents, *, minute):
    landed = land(landing_url, encoded(documents), stream=LEVELS, window_end=MORNING + timedelta(minutes=minute))
    return load(warehouse, landed, stream=LEVELS)


def test_a_snapshot_keeps_only_what_differs_from_its_newest_version(warehouse, landing_url):
    assert snapshot(warehouse, landing_url, [levels(1, 5), levels(2, 8)], minute=0).loaded == 2
    assert snapshot(warehouse, landing_url, [levels(1, 5), levels(2, 7)], minute=1) == LoadSummary(1, 0, unchanged=1)
    assert snapshot(warehouse, landing_url, [levels(1, 5), levels(2, 8)], minute=2) == LoadSummary(1, 0, unchanged=1)
    assert len(stored(warehouse, "shopify_inventory_levels")) == 4


def test_a_snapshot_that_names_a_record_twice_means_the_second(warehouse, landing_url):
    summary = snapshot(warehouse, landing_url, [levels(1, 5), levels(1, 6)], minute=0)
    assert summary == LoadSummary(1, 0, unchanged=1)
    assert stored(warehouse, "shopify_inventory_levels") == [(2, "gid://shopify/InventoryItem/1")]


def test_files_become_visible_in_the_order_of_their_ids(warehouse, landing_url):
    """A second load waits for one under way, or a reader of "files after id n" would miss the slower one."""
    first = land(landing_url, encoded([order()]))
    second = land(landing_url, encoded([levels()]), stream=LEVELS)
    done = threading.Event()

    def load_second():
        with connect(warehouse.url) as connection:
            load_landing_file(connection, LEVELS, second, currency="GBP")
        done.set()

    with warehouse.connection.transaction():
        load(warehouse, first)
        thread = threading.Thread(target=load_second)
        thread.start()
        assert not done.wait(0.5)
    thread.join(10)
    assert done.is_set()


def test_an_order_line_is_judged_inside_its_document(warehouse, landing_url):
    bad = order(2, lineItems={"nodes": [line(), line(quantity=2_000_000)]})
    assert load(warehouse, land(landing_url, encoded([order(1), bad]))) == LoadSummary(loaded=1, rejected=1)
    ((number, reason, record),) = rejected(warehouse)
    assert number == 2
    assert reason == ('lineItems.nodes[].quantity "2000000" is beyond 1,000,000 units; correct it, or split the line')
    assert json.loads(record) == bad


def test_memory_does_not_grow_with_the_file(warehouse, landing_url):
    record = json.dumps(order(note="x" * 2000)).encode()
    load(warehouse, land(landing_url, []))  # what the first load imports does not count
    tracemalloc.start()
    landed = land(landing_url, (record for _ in range(15_000)))
    assert load(warehouse, landed).loaded == 15_000
    bad = land(landing_url, (record if number else b"{" for number in range(15_000)))  # line by line from the first on
    assert load(warehouse, bad) == LoadSummary(loaded=14_999, rejected=1)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 8_000_000 < 15_000 * len(record)


def test_what_landed_while_a_file_was_read_is_newer_than_the_file(warehouse, landing_url):
    known = newest_landing_file_id(warehouse.connection)
    load(warehouse, land(landing_url, encoded([order(1), order(2)])))
    old = land(landing_url, encoded([order(2), order(3)]), window_end=MORNING + timedelta(minutes=2))
    summary = load_landing_file(warehouse.connection, ORDERS, old, currency="GBP", older_than=known)
    assert (summary.loaded, summary.unchanged) == (1, 1)
    keys = warehouse.connection.execute("select record_key from raw.shopify_orders order by 1").fetchall()
    assert len(keys) == 3
