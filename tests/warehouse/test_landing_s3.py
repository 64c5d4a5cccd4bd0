"""Landing on S3, against an S3 server on loopback: the same promises as in a folder."""

from __future__ import annotations

import gzip
import json
import threading

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.warehouse.landed import MORNING, NOW, encoded, order

from stockroom.channels.shopify.streams import ORDERS
from stockroom.streams import Row
from stockroom.suppliers.wms import RECEIPTS
from stockroom.warehouse.landing import LandingError, keep_file, local_copy, open_landed, write_part
from stockroom.warehouse.load import LoadSummary, load_landing_file, load_rows

BUCKET = "landing"


@pytest.fixture(scope="module", autouse=True)
def bucket():
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        connection = {
            "conn_type": "aws",
            "login": "testing",
            "password": "testing",
            "extra": {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"},
        }
        patch.setenv("AIRFLOW_CONN_STOCKROOM_LANDING", json.dumps(connection))
        client = boto3.client(
            "s3",
            endpoint_url=f"http://{host}:{port}",
            region_name="eu-west-2",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        yield
    server.stop()


@pytest.fixture
def landing_url(request):
    return f"s3://stockroom_landing@{BUCKET}/{request.node.name}"


def part(landing_url, records):
    return write_part(landing_url, ORDERS, records, window_start=None, window_end=MORNING, landed_at=NOW)


def test_a_connection_that_is_not_there_is_said_at_once_and_nothing_is_asked_of_the_network(monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(LandingError, match="there is no Airflow connection nobody; make it, or mend the setting"):
        part(f"s3://nobody@{BUCKET}/x", [])


def test_a_part_on_s3_loads(warehouse, landing_url):
    landed = part(landing_url, encoded([order(1), order(2)]))
    summary = load_landing_file(warehouse.connection, ORDERS, landed, currency="GBP")
    assert summary == LoadSummary(loaded=2, rejected=0)


def test_the_same_window_with_other_records_takes_the_next_name(landing_url):
    first = part(landing_url, [b'{"id":1}'])
    assert part(landing_url, [b'{"id":1}']) == first
    second = part(landing_url, [b'{"id":2}'])
    assert second.path.endswith("part-2.jsonl.gz")
    with open_landed(first) as file:
        assert gzip.decompress(file.read()) == b'{"id":1}\n'


def test_writers_at_the_same_time_never_overwrite_one_another(landing_url):
    barrier = threading.Barrier(4)
    landed = []

    def write(number):
        def records():
            barrier.wait()
            yield b'{"id":%d}' % number

        landed.append((number, part(landing_url, records())))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({file.path for _, file in landed}) == 4
    for number, landing_file in landed:
        with open_landed(landing_file) as file:
            assert gzip.decompress(file.read()) == b'{"id":%d}\n' % number


def test_a_received_file_comes_back_as_a_local_copy_with_its_name(warehouse, landing_url, tmp_path):
    received = tmp_path / "receipts-2011-06-29.csv"
    received.write_bytes(b"receipt_id\r\nR1\r\n")
    landed = keep_file(landing_url, RECEIPTS, received, landed_at=NOW)
    with local_copy(landed) as copy:
        assert (copy.name, copy.read_bytes()) == (received.name, received.read_bytes())
    document = {"receipt_id": "R1", "units": "12", "received_at": "2011-06-29T10:00:00Z"}
    summary = load_rows(warehouse.connection, RECEIPTS, landed, [Row(2, document)], currency="GBP")
    assert summary.loaded == 1
