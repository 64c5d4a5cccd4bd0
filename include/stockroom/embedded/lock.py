"""One run at a time: a lock on a file that ends with the process that holds it, however that process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunningError(RuntimeError):
    """Another process holds the lock; the message names it and what to do."""


@contextmanager
def hold_lock(path: Path, *, what: str) -> Iterator[None]:
    """Hold the lock on ``path`` while the block runs.

    ``flock`` belongs to the open file, so the kernel lets go of it even after SIGKILL: no stale lock can stop the next
    run. The file itself stays (removing it would let two processes lock two files of one name).

    Raises:
        AlreadyRunningError: another process is doing ``what`` (such as "make run") now.
    """
    descriptor = take_lock(path, what=what)
    try:
        yield
    finally:
        os.close(descriptor)


def take_lock(path: Path, *, what: str) -> int:
    """Return the descriptor of the locked file; closing it (or the end of the process) lets go.

    Raises:
        AlreadyRunningError: as ``hold_lock``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise AlreadyRunningError(
            f"{what} is already going on in {path.parent} (process {holder}). Wait until it ends, or stop that process."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
    return descriptor
