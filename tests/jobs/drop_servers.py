"""Drops that tests fill from outside: a folder, and a bucket of an S3 server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "drops"
CONNECTION = "stockroom_drops"


@dataclass
class FolderOutside:
    """A folder of this machine, as somebody else sees it."""

    url: Path

    def put(self, name: str, content: bytes) -> None:
        self.url.mkdir(exist_ok=True)
        (self.url / name).write_bytes(content)

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.url.iterdir()} if self.url.is_dir() else {}


@dataclass
class BucketOutside:
    """A prefix of a bucket, as somebody else sees it."""

    client: Any
    prefix: str

    @property
    def url(self) -> str:
        return f"s3://{CONNECTION}@{BUCKET}/{self.prefix}"

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=content)

    def contents(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{self.prefix}/").get("Contents", [])
        return {
            item["Key"].rpartition("/")[2]: self.client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
            for item in found
        }


@contextmanager
def s3_server() -> Iterator[Any]:
    """Serve a bucket, known to Airflow by a connection, and yield a client of it."""
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    known = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    with pytest.MonkeyPatch.context() as patch:
        connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": known}
        patch.setenv(f"AIRFLOW_CONN_{CONNECTION.upper()}", json.dumps(connection))
        client = boto3.client("s3", **known, aws_access_key_id="testing", aws_secret_access_key="testing")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        yield client
    server.stop()
