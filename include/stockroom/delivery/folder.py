"""Deliver to a folder: a file is there whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o666) -> bool:
    """Write ``content`` to ``path`` in one step and return whether that changed anything.

    Readers see the old file or the new one, also when we are killed in between; a file that holds these bytes already
    is left alone. On return the file outlives a power cut, so that what is marked as sent is there.

    ``mode`` are the permissions of a new file, less what the process's umask takes away.
    """
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def remove_unfinished(path: Path) -> None:
    """Remove what a killed ``write_whole`` left beside ``path``. Only for who holds the lock on that file's subject."""
    for unfinished in path.parent.glob(f".{path.name}.*.part"):
        unfinished.unlink(missing_ok=True)
