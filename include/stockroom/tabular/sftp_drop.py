"""A drop on an SFTP server, through Airflow's connection to it; a host that nobody vouched for is not talked to."""

from __future__ import annotations

import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from airflow.providers.sftp.hooks.sftp import SFTPHook
from paramiko.sftp_attr import SFTPAttributes
from paramiko.sftp_client import SFTPClient

from stockroom.tabular.drops import (
    UNFINISHED,
    DropError,
    DroppedFile,
    StillWrittenError,
    check_bytes,
    check_connection,
    named,
    save,
)

SECONDS = 60.0
"""After so long without an answer the round ends; the next one asks again."""
SETTLED_SECONDS = 10
"""Younger files are fetched and compared each round; that bears a server whose clock is some seconds behind ours."""
AT_ONCE = 32
"""Parts of a file that are asked for before the first has come."""


@contextmanager
def open_sftp_drop(url: str) -> Iterator[SftpDrop]:
    """Open ``sftp://connection@host/folder``; what the connection says of the host (key, port) counts.

    Raises:
        DropError: it names no connection, or the server cannot be reached, or is not the one that the connection knows.
    """
    parts = urlsplit(url)
    if not parts.username:
        raise DropError(f"{url}: names no Airflow connection; write it as sftp://connection@host/folder.")
    check_connection(url, parts.username)
    with named(url):
        hook = SFTPHook(ssh_conn_id=parts.username, remote_host=parts.hostname or "", conn_retry_attempts=1)
        managed = hook.get_managed_conn()
        client = managed.__enter__()
    try:
        if (channel := client.get_channel()) is not None:
            channel.settimeout(SECONDS)
        yield SftpDrop(url, client, unquote(parts.path) or "/")
    finally:
        managed.__exit__(None, None, None)


@dataclass(frozen=True)
class SftpDrop:
    """The files directly in a folder of a server."""

    url: str
    client: SFTPClient
    folder: str

    def files(self) -> list[DroppedFile]:
        """Return the regular files directly in the folder, by name."""
        with named(self.url):
            try:
                entries = self.client.listdir_attr(self.folder)
            except FileNotFoundError:
                return []
        found = [
            DroppedFile(entry.filename, entry.st_size or 0, self._version(entry), is_settled=_is_settled(entry))
            for entry in entries
            if entry.st_mode is None or stat.S_ISREG(entry.st_mode)
        ]
        return sorted(found, key=lambda file: file.name)

    @contextmanager
    def copy(self, file: DroppedFile, *, at_most: int) -> Iterator[Path]:
        """Lend a copy of a file that has not changed since it was listed."""
        check_bytes(file.name, file.bytes, at_most)
        path = f"{self.folder}/{file.name}"
        with tempfile.TemporaryDirectory(prefix="stockroom-drop-") as folder:
            local = Path(folder) / file.name
            with named(self.url):
                try:
                    with self.client.open(path, "rb") as remote:
                        remote.prefetch(file.bytes, AT_ONCE)
                        save(remote, local, at_most=at_most)
                    now = self.client.stat(path)
                except FileNotFoundError as error:
                    raise StillWrittenError(f"{file.name} is gone again; the next round takes what is there") from error
            if self._version(now) != file.version or local.stat().st_size != file.bytes:
                raise StillWrittenError(f"{file.name} is still being written; the next round takes it")
            yield local

    def read(self, name: str) -> bytes | None:
        """Return what a file holds, or None."""
        with named(self.url):
            try:
                with self.client.open(f"{self.folder}/{name}", "rb") as remote:
                    content: bytes = remote.read()
            except FileNotFoundError:
                return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put a file there under another name, then give it its own, in one step where the server can."""
        target, unfinished = f"{self.folder}/{name}", f"{self.folder}/.{name}{UNFINISHED}"
        with named(self.url):
            try:
                self.client.stat(self.folder)
            except FileNotFoundError:
                self.client.mkdir(self.folder)
            with self.client.open(unfinished, "wb") as remote:
                remote.write(content)
            try:
                self.client.posix_rename(unfinished, target)
            except OSError:  # a server without the extension cannot rename over a file
                with suppress(FileNotFoundError):
                    self.client.remove(target)
                self.client.rename(unfinished, target)

    def _version(self, entry: SFTPAttributes) -> str:
        return f"{self.url} {entry.st_size} {entry.st_mtime}"


def _is_settled(entry: SFTPAttributes) -> bool:
    """Return whether a file was last written so long ago that another write would show."""
    return entry.st_mtime is not None and time.time() - entry.st_mtime > SETTLED_SECONDS
