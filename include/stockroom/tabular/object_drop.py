"""A drop on S3, through Airflow's ``ObjectStoragePath`` as landing's files are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airflow.sdk import ObjectStoragePath
from s3fs.utils import FileExpired

from stockroom.tabular.drops import (
    DropError,
    DroppedFile,
    StillWrittenError,
    check_bytes,
    check_connection,
    named,
    save,
)


@dataclass(frozen=True)
class ObjectDrop:
    """The objects directly below a prefix."""

    url: str
    root: ObjectStoragePath = field(init=False)

    def __post_init__(self) -> None:
        """Look the connection up before it is used: without one Amazon's library would ask the network who it is.

        Raises:
            DropError: there is no connection of that name.
        """
        check_connection(self.url, urlsplit(self.url).netloc.rpartition("@")[0] or None)
        object.__setattr__(self, "root", ObjectStoragePath(self.url))

    def files(self) -> list[DroppedFile]:
        """Return the objects directly below the prefix, by name.

        Raises:
            DropError: there is no such bucket, or it cannot be asked.
        """
        with named(self.url):
            try:
                entries = self.root.fs.ls(self.root.path, detail=True, refresh=True)
            except FileNotFoundError:
                bucket = self.root.path.partition("/")[0]
                if not self.root.fs.exists(bucket):
                    raise DropError(f"{self.url}: there is no bucket {bucket}; mend the setting.") from None
                return []
        found = [
            DroppedFile(str(entry["name"]).rpartition("/")[2], int(entry["size"]), self._version(entry))
            for entry in entries
            if entry["type"] == "file"
        ]
        return sorted((file for file in found if file.name), key=lambda file: file.name)

    @contextmanager
    def copy(self, file: DroppedFile, *, at_most: int) -> Iterator[Path]:
        """Lend a copy of an object, which is the one that was listed."""
        check_bytes(file.name, file.bytes, at_most)
        path = f"{self.root.path}/{file.name}"
        with tempfile.TemporaryDirectory(prefix="stockroom-drop-") as folder:
            local = Path(folder) / file.name
            with named(self.url):
                try:
                    with self.root.fs.open(path, "rb") as remote:
                        save(remote, local, at_most=at_most)  # each part is asked for by the ETag that was listed
                except (FileNotFoundError, FileExpired) as error:
                    raise StillWrittenError(f"{file.name} is still being written; the next round takes it") from error
            yield local

    def read(self, name: str) -> bytes | None:
        """Return what an object holds, or None."""
        with named(self.url):
            try:
                content: bytes = self.root.fs.cat_file(f"{self.root.path}/{name}")
            except FileNotFoundError:
                return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Put an object there; S3 shows the old one or the new one, never half of it."""
        with named(self.url):
            self.root.fs.pipe_file(f"{self.root.path}/{name}", content)

    def _version(self, entry: Mapping[str, Any]) -> str:
        return f"{self.url} {entry['ETag']}"
