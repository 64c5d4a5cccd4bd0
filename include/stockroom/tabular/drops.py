"""Where others leave files for us: a folder of this machine, a prefix on S3, a folder on an SFTP server.

Whatever it is, it is listed, and a file of it is read from a copy on this machine that is no larger than it may be.
Nothing in a drop is moved, changed or deleted by reading it. Writing puts a file there whole or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from stockroom.streams import RefusedFileError

BLOCK_BYTES = 1 << 18
UNFINISHED = ".part"


class DropError(RuntimeError):
    """A drop cannot be reached, or a file of it cannot be read or written; the message names it and the mend."""


class StillWrittenError(DropError):
    """Somebody is writing the file; the next round takes it."""


@dataclass(frozen=True)
class DroppedFile:
    """A file as its drop lists it."""

    name: str
    bytes: int
    version: str = ""
    """Differs whenever the content may, so that what is far away is not fetched to see that nothing changed; empty
    where looking costs nothing."""
    is_settled: bool = True
    """Whether that can be relied on: a server whose times are seconds shows nothing of a second write within one."""


class Drop(Protocol):
    """An open drop."""

    def files(self) -> list[DroppedFile]:
        """Return the files directly in it, by name; a folder that does not exist yet holds none."""

    def copy(self, file: DroppedFile, *, at_most: int) -> AbstractContextManager[Path]:
        """Lend the file as a local path with its own name; do not write to it.

        Raises:
            RefusedFileError: it has more than ``at_most`` bytes; nothing was copied.
            StillWrittenError: it changed meanwhile.
        """

    def read(self, name: str) -> bytes | None:
        """Return what a file of ours holds, or None if there is none of that name."""

    def write(self, name: str, content: bytes) -> None:
        """Put a file there whole, in place of one of the same name."""


def is_set(folder: Path | str) -> bool:
    """Return whether a setting names a drop at all."""
    return folder != Path()


@contextmanager
def open_drop(folder: Path | str) -> Iterator[Drop]:
    """Open a folder of this machine, ``s3://[connection@]bucket/prefix`` or ``sftp://connection@host/folder``.

    Connections are Airflow's.

    Raises:
        DropError: it cannot be reached.
    """
    if isinstance(folder, Path):
        yield FolderDrop(folder)
        return
    # Airflow's storage takes a second to import, and what speaks SFTP half of one.
    if folder.startswith("sftp://"):
        from stockroom.tabular.sftp_drop import open_sftp_drop

        with open_sftp_drop(folder) as sftp_drop:
            yield sftp_drop
    else:
        from stockroom.tabular.object_drop import ObjectDrop

        yield ObjectDrop(folder)


@dataclass(frozen=True)
class FolderDrop:
    """A folder of this machine."""

    folder: Path

    def files(self) -> list[DroppedFile]:
        """Return the files directly in it, by name."""
        if not self.folder.is_dir():
            return []
        return [
            DroppedFile(entry.name, entry.stat().st_size)
            for entry in sorted(os.scandir(self.folder), key=lambda entry: entry.name)
            if entry.is_file()
        ]

    def copy(self, file: DroppedFile, *, at_most: int) -> AbstractContextManager[Path]:
        """Lend the file itself: it is here already, and landing makes the copy that is read."""
        path = self.folder / file.name
        check_bytes(file.name, path.stat().st_size, at_most)
        return nullcontext(path)

    def read(self, name: str) -> bytes | None:
        """Return what a file holds, or None."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Put a file there whole; after a power cut it is the old or the new one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(prefix=f".{name}-", suffix=UNFINISHED, dir=self.folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).chmod(0o644)
            Path(unfinished).replace(self.folder / name)
        finally:
            Path(unfinished).unlink(missing_ok=True)


def check_bytes(name: str, size: int, at_most: int) -> None:
    """Raise RefusedFileError for a file that is larger than it may be."""
    if size > at_most:
        raise RefusedFileError(f"{name}: {size:,} bytes, more than the {at_most:,} that it may have; split it.")


def save(remote: IO[bytes], local: Path, *, at_most: int) -> None:
    """Copy what ``remote`` holds to a new file of this machine, and stop where it is larger than it may be.

    Raises:
        RefusedFileError: more comes than was announced, and than is allowed.
    """
    with local.open("xb") as file:
        while block := remote.read(BLOCK_BYTES):
            file.write(block)
            check_bytes(local.name, file.tell(), at_most)


@contextmanager
def named(url: str) -> Iterator[None]:
    """Name the drop in whatever its storage says."""
    try:
        yield
    except (DropError, RefusedFileError):
        raise
    except Exception as error:  # four libraries, each with its own
        raise DropError(
            f"{url}: {type(error).__name__}: {str(error)[:300]}. Look whether it is spelled right, whether its Airflow "
            "connection may list and read it, and (SFTP) whether the connection's extras hold its host_key."
        ) from error


def check_connection(url: str, name: str | None) -> None:
    """Raise DropError where a URL names an Airflow connection that is not there."""
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    if name is None:
        return
    try:
        Connection.get(name)
    except AirflowNotFoundException as error:
        raise DropError(f"{url}: there is no Airflow connection {name}; make it, or mend the setting.") from error
