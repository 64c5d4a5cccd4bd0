"""Drops that tests fill from outside: a folder, a bucket of an S3 server and a folder of an SFTP server on loopback."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import boto3
import pytest
from moto.server import ThreadedMotoServer

BUCKET = "drops"
CONNECTION = "stockroom_drops"
SFTP_CONNECTION = "stockroom_partner"


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
    connection: str = CONNECTION

    @property
    def url(self) -> str:
        return f"s3://{self.connection}@{BUCKET}/{self.prefix}"

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{name}", Body=content)

    def contents(self) -> dict[str, bytes]:
        found = self.client.list_objects_v2(Bucket=BUCKET, Prefix=f"{self.prefix}/").get("Contents", [])
        return {
            item["Key"].rpartition("/")[2]: self.client.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read()
            for item in found
        }


@dataclass
class ServerOutside:
    """A folder of an SFTP server, as somebody else sees it."""

    folder: Path

    @property
    def url(self) -> str:
        return f"sftp://{SFTP_CONNECTION}@127.0.0.1/{self.folder.name}"

    def put(self, name: str, content: bytes) -> None:
        FolderOutside(self.folder).put(name, content)

    def contents(self) -> dict[str, bytes]:
        return FolderOutside(self.folder).contents()


@contextmanager
def sftp_server(root: Path, connection: str = SFTP_CONNECTION) -> Iterator[int]:
    """Serve a folder by SFTP, known to Airflow by a connection that vouches for its key, and yield the port."""
    key = asyncssh.generate_private_key("ssh-ed25519")

    class Server(asyncssh.SSHServer):
        def begin_auth(self, _username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == ("stockroom", "testing")

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def serve() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=root),
        )

    server = asyncio.run_coroutine_threadsafe(serve(), loop).result(timeout=30)
    known = {
        "conn_type": "sftp",
        "host": "127.0.0.1",
        "port": server.get_port(),
        "login": "stockroom",
        "password": "testing",
        "extra": {"host_key": key.export_public_key().decode().strip(), "look_for_keys": "false"},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(f"AIRFLOW_CONN_{connection.upper()}", json.dumps(known))
        yield server.get_port()

    async def stop() -> None:
        server.close()
        await server.wait_closed()

    asyncio.run_coroutine_threadsafe(stop(), loop).result(timeout=30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def s3_server(name: str = CONNECTION) -> Iterator[Any]:
    """Serve a bucket, known to Airflow by a connection, and yield a client of it.

    Each server of a process needs a ``name`` of its own: Airflow keeps what it once opened by it.
    """
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    known = {"endpoint_url": f"http://{host}:{port}", "region_name": "eu-west-2"}
    with pytest.MonkeyPatch.context() as patch:
        connection = {"conn_type": "aws", "login": "testing", "password": "testing", "extra": known}
        patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
        client = boto3.client("s3", **known, aws_access_key_id="testing", aws_secret_access_key="testing")
        with suppress(client.exceptions.BucketAlreadyOwnedByYou):  # all servers of a process share what they hold
            client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
        yield client
    server.stop()
