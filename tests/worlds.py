"""The sample store's world, built once for a whole test session however many processes and stores it has."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from pathlib import Path

from sample_store.store import write_truth_once
from sample_store.world.cache import open_world


def lend_world(root: Path) -> None:
    """Give a store the built world and the truth about it, so that it need not build them."""
    world = shared_world(root)
    shutil.copytree(world, root / "cache", copy_function=link_or_copy)
    shutil.copytree(world.with_name("truth"), root / "truth")


def shared_world(below: Path) -> Path:
    """Return the session's folder with the built world; the first who asks builds it, the others wait."""
    session = next((parent for parent in below.parents if re.fullmatch(r"pytest-\d+", parent.name)), below.parent)
    with (session / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = session / "world"
        folder.mkdir(exist_ok=True)
        write_truth_once(session, open_world(folder), [])
    return folder


def link_or_copy(source: str, target: str) -> None:
    """Link what a store never writes over; copy the few small files that it does."""
    if Path(source).suffix in (".json", ".txt"):
        shutil.copy(source, target)
    else:
        os.link(source, target)
